"""All removals of a run as columns, and the way from there to records that answer questions.

A removal takes out a span of the original text; what earlier passes took out of it is gone already. So the cuts of a
document follow from the spans and the order of passes, and need not be kept for each removal.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.outcome import Cleaned, Document, Removal, Twin
from dedup.segment import Span
from dedup.segments import Bools, Ints
from dedup.tables import Schema, Table
from dedup.verdicts import said

#: One removal a row, in the order of passes, then of reading.
REMOVALS: Schema = {
    "doc": np.int32,
    "turn": np.int32,  # the pass
    "code": np.int32,  # by its number (`verdicts.Codes`)
    "start": np.int32,  # half-open span of code points of the original document
    "end": np.int32,
    "at": np.int32,  # the line of the file in which it begins
    "cut_start": np.int32,  # what goes with the white space around it; empty where another removal takes all
    "cut_end": np.int32,
    "twin": np.int32,  # the document of the twin among those of all shards, or -1
    "twin_start": np.int32,
    "twin_end": np.int32,
    "twin_at": np.int32,
    "twin_key": np.int64,  # the lower half of its key
    "similarity": np.float64,
    "phrase": np.int32,  # its place among the phrases of the run, or -1
    "evidence": np.int8,  # bits (`verdicts.said`)
}


class Names(NamedTuple):
    """What the numbers in the columns stand for."""

    documents: Mapping[int, str]
    codes: Sequence[str]
    phrases: Mapping[int, str]


class Judged(NamedTuple):
    """What became of documents that stand together.

    Attributes:
        documents: the documents, without their texts.
        bad: those that could not be read.
        rows: their removals, by document, in the order of passes.
        bounds: where the removals of each begin, int64[documents + 1].
        copy: bool[documents], those that are copies.
        alone: float64[documents], the share of its words that each would have lost where it is left alone, else 0.
        names: what the numbers in the rows stand for.
    """

    documents: Sequence[Document]
    bad: Sequence[bool]
    rows: Table
    bounds: Ints
    copy: Bools
    alone: npt.NDArray[np.float64]
    names: Names


def tell(judged: Judged, texts: Sequence[str]) -> Iterator[Cleaned]:
    """Yield what became of documents as records.

    Args:
        judged: what became of them.
        texts: their original texts; those of documents that could not be read are not looked at.
    """
    alone, copy, bounds = judged.alone.tolist(), judged.copy.tolist(), judged.bounds.tolist()
    columns = [judged.rows[name].tolist() for name in REMOVALS if name != "doc"]
    for k, (bare, bad, text) in enumerate(zip(judged.documents, judged.bad, texts, strict=True)):
        if bad:
            continue
        document = bare._replace(text=text)
        if bounds[k] == bounds[k + 1]:
            yield Cleaned(document, text, "left alone" if alone[k] else "unchanged", (), alone[k] or None)
            continue
        rows = [column[bounds[k] : bounds[k + 1]] for column in columns]
        removals, left = _records(rows, document, judged.names)
        if alone[k]:
            yield Cleaned(document, left, "left alone", removals, alone[k])
        else:
            yield Cleaned(document, left, "copy" if copy[k] else "changed", removals)


def cuts_of(table: Table, docs: Ints) -> tuple[Ints, Ints]:
    """Return what is gone of documents: where the spans of each begin, int64[docs + 1], and the spans, int64[n, 2].

    Args:
        table: removals.
        docs: the documents, ascending.
    """
    rows = np.flatnonzero(np.isin(table["doc"], docs) & (table["cut_start"] < table["cut_end"]))
    rows = rows[np.lexsort((table["cut_start"][rows], table["doc"][rows]))]
    doc, start = table["doc"][rows], table["cut_start"][rows].astype(np.int64)
    end = table["cut_end"][rows].astype(np.int64)
    # Spans of later passes may hold those of earlier ones: join what overlaps.
    far = doc.astype(np.int64) << 32
    reach = np.maximum.accumulate(far + end) if len(rows) else far
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (far + start)[1:] > reach[:-1]
    last = np.append(np.flatnonzero(new)[1:] - 1, len(rows) - 1) if len(rows) else np.empty(0, np.int64)
    spans = np.stack([start[new], reach[last] - far[last]], axis=1) if len(rows) else np.empty((0, 2), np.int64)
    return np.append(np.searchsorted(doc[new], docs), len(spans)), spans


def _records(rows: Sequence[list[Any]], document: Document, names: Names) -> tuple[tuple[Removal, ...], str]:
    """Return the removals of one document as records, in reading order, and what is left of its text.

    Args:
        rows: its removals, in the order of passes: the columns of REMOVALS after the first.
        document: the document.
        names: what the numbers stand for.
    """
    gone = Gone()
    found = []
    last = 0
    taken: list[tuple[int, int]] = []
    for turn, code, start, end, at, low, high, twin, twin_start, twin_end, twin_at, _, share, phrase, bits in zip(
        *rows, strict=True
    ):
        if turn != last:  # all that goes in one pass stood there before
            for span in taken:
                gone.add(*span)
            last, taken = turn, []
        text = "".join(document.text[a:b] for a, b in gone.left(start, end))
        cuts = gone.left(low, high)
        taken.append((low, high))
        found.append(
            Removal(
                document=document.id,
                code=names.codes[code],
                start=start,
                end=end,
                text=text,
                cuts=tuple(cuts),
                twin=Twin(names.documents[twin], twin_start, twin_end, twin_at) if twin >= 0 else None,
                similarity=round(share, 6) if twin >= 0 else None,
                phrase=names.phrases[phrase] if phrase >= 0 else None,
                evidence=said(bits),
                line=at,
            )
        )
    for span in taken:
        gone.add(*span)
    left = "".join(document.text[a:b] for a, b in gone.left(0, len(document.text)))
    return tuple(sorted(found, key=lambda removal: (removal.start, removal.end))), left


def overlaps(table: Table, spans: Table) -> Bools:
    """Tell which removals have a twin that one of these cuts touches.

    Args:
        table: removals.
        spans: cuts: doc (among those of all shards), cut_start and cut_end.
    """
    spans = spans.take(spans["cut_start"] < spans["cut_end"])
    start = (spans["doc"].astype(np.int64) << 32) + spans["cut_start"]
    order = np.argsort(start, kind="stable")
    start = start[order]
    end = np.maximum.accumulate((start - spans["cut_start"][order]) + spans["cut_end"][order])
    far = table["twin"].astype(np.int64) << 32
    before = np.searchsorted(start, far + table["twin_end"]) - 1  # the last cut that begins before the twin ends
    there: Bools = (table["twin"] >= 0) & (before >= 0)
    if len(order):
        there &= end[np.maximum(before, 0)] > far + table["twin_start"]
    return there


class Gone:
    """What is gone of a text: spans that do not overlap, ascending.

    Args:
        spans: int64[n, 2], what is gone already.
    """

    def __init__(self, spans: Ints | None = None) -> None:
        self._starts: list[int] = [] if spans is None else spans[:, 0].tolist()
        self._ends: list[int] = [] if spans is None else spans[:, 1].tolist()

    def left(self, start: int, end: int) -> list[Span]:
        """Return what is left of a span."""
        found = []
        k = bisect_right(self._ends, start)
        while k < len(self._starts) and self._starts[k] < end:
            if start < self._starts[k]:
                found.append(Span(start, self._starts[k]))
            start = self._ends[k]
            k += 1
        if start < end:
            found.append(Span(start, end))
        return found

    def add(self, start: int, end: int) -> None:
        """Let a span be gone."""
        if start < end:
            first, last = bisect_left(self._ends, start), bisect_right(self._starts, end)
            if first < last:
                start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
            self._starts[first:last], self._ends[first:last] = [start], [end]
