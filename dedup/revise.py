"""What is done to a batch of documents at a time: reading and analysing it, cutting it and analysing what is left.

Positions that go in and come out are those of the original texts; only in between is there a text that lacks what is
gone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dedup.analyse import Analysis
from dedup.cut import Kept, cut_block, without
from dedup.documents.folder import Original
from dedup.documents.texts import Lot
from dedup.errors import OutputError
from dedup.parts import FilePart, Part, write_part
from dedup.segment import Span, line_spans, sentence_spans
from dedup.segments import Bools, Ints
from dedup.tables import NO_TEXTS, Column, Table, among, whole_lines

_NONE: Ints = np.empty(0, dtype=np.int64)
Analyse = Callable[[Sequence[int], Sequence[str]], Analysis]


class Read(NamedTuple):
    """Documents that were read.

    Attributes:
        docs: the numbers of those that can be read.
        part: their segments.
        documents: their DOCUMENTS table.
        phrases: what rules found.
        sizes: characters of each.
        originals: what restoring needs of each, for files.
        bad: why others cannot be read, by document.
    """

    docs: list[int]
    part: Part
    documents: Table
    phrases: list[str]
    sizes: list[int]
    originals: list[Original]
    bad: dict[int, str]


def read(docs: Sequence[int], lot: Lot, path: Path | None, root: str, analyse: Analyse) -> Read:
    """Read and analyse documents.

    Args:
        docs: their numbers.
        lot: their texts.
        path: the file in which to put the segments; None: they stay in memory.
        root: the folder of the corpus, if the file is one of its cache.
        analyse: analyses documents.
    """
    found = lot.read()
    good = [k for k in range(len(docs)) if k not in found.bad]
    numbers, texts = [docs[k] for k in good], [found.texts[k] for k in good]
    originals = [original for k in good if k < len(found.originals) and (original := found.originals[k]) is not None]
    analysis = analyse(numbers, texts)
    sizes = [len(text) for text in texts]
    part = Part(analysis.segments)
    if path is not None:
        more = {
            "root": root,
            "docs": numbers,
            "digests": [original.digest for original in originals],
            "encodings": [original.encoding for original in originals],
            "sizes": sizes,
            "phrases": analysis.phrases,
            "documents": {name: column.tolist() for name, column in analysis.documents.columns.items()},
        }
        try:
            write_part(path, analysis.segments, more)
            part = FilePart(path)
        except OutputError:
            if not root:
                raise
            # The cache cannot be written: then not.
    bad = {docs[k]: reason for k, reason in found.bad.items()}
    return Read(numbers, part, analysis.documents, analysis.phrases, sizes, originals, bad)


class Cutting(NamedTuple):
    """Documents to be cut.

    Attributes:
        docs: their numbers, ascending.
        gone_from: where the gone spans of each begin in `gone`, int64[docs + 1].
        gone: int64[n, 2], what was cut out of them before.
        rows_from: where the rows of each begin in `rows`, int64[docs + 1].
        rows: int64[n, 2], spans of the segments that go now, in reading order.
    """

    docs: Ints
    gone_from: Ints
    gone: Ints
    rows_from: Ints
    rows: Ints

    def take(self, places: Ints) -> Cutting:
        """Return some of the documents, by their places, ascending."""
        gone = [np.arange(*self.gone_from[k : k + 2]) for k in places.tolist()]
        rows = [np.arange(*self.rows_from[k : k + 2]) for k in places.tolist()]
        return Cutting(
            self.docs[places],
            np.cumsum([0, *map(len, gone)]),
            self.gone[np.concatenate([_NONE, *gone])],
            np.cumsum([0, *map(len, rows)]),
            self.rows[np.concatenate([_NONE, *rows])],
        )


class Known(NamedTuple):
    """Where what is found out about cuts can be found again.

    Attributes:
        root: the folder of the corpus.
        names: of the documents that are cut, what `names_of` calls them.
    """

    root: str
    names: list[str]


def names_of(cutting: Cutting, digests: Sequence[str]) -> list[str]:
    """Return a name for what becomes of each document: a digest of all that it depends on besides the settings.

    Args:
        cutting: what goes.
        digests: of the files of these documents.
    """
    names = []
    for k, digest in enumerate(digests):
        gone = cutting.gone[cutting.gone_from[k] : cutting.gone_from[k + 1]]
        rows = cutting.rows[cutting.rows_from[k] : cutting.rows_from[k + 1]]
        said = f"{digest} {len(gone)} {len(rows)}\n".encode()
        names.append(blake2b(said + gone.tobytes() + rows.tobytes(), digest_size=16).hexdigest())
    return names


class Revised(NamedTuple):
    """What is left of documents.

    Attributes:
        docs: their numbers.
        cuts: int64[rows, 2], what goes on behalf of each row, in the original text; empty where another row takes all.
        part: the segments of what is left.
        documents: the DOCUMENTS table.
        phrases: what rules found.
        novel: the texts of lines that are not whole lines of the original.
    """

    docs: Ints
    cuts: Ints
    part: Part
    documents: Table
    phrases: list[str]
    novel: Table


def revise(
    cutting: Cutting, texts: Sequence[str], path: Path | None, analyse: Analyse, known: Known | None = None
) -> Revised:
    """Cut documents and analyse what is left.

    Args:
        cutting: what goes.
        texts: the original texts.
        path: the file in which to put the segments; None: they stay in memory.
        analyse: analyses documents.
        known: what the file is to say so that this need not be done again; None: it is no file of a cache.
    """
    cuts = np.zeros((len(cutting.rows), 2), dtype=np.int64)
    kept: list[Kept] = []
    left: list[str] = []
    for k, text in enumerate(texts):
        gone = [Span(*span) for span in cutting.gone[cutting.gone_from[k] : cutting.gone_from[k + 1]].tolist()]
        first, last = cutting.rows_from[k : k + 2].tolist()
        ranges, now, found = _cut(text, gone, cutting.rows[first:last].tolist())
        cuts[first:last] = found
        kept.append(ranges)
        left.append(now)
    analysis = analyse(cutting.docs.tolist(), left)
    novel = _to_original(analysis, cutting.docs, kept, texts, left)
    part = Part(analysis.segments)
    texts_new = part.take(novel, list(NO_TEXTS.columns))
    if path is not None:
        table, more = analysis.segments, {}
        if known is not None:
            table = Table({**table.columns, "novel": novel})
            more = {
                "root": known.root,
                "docs": cutting.docs.tolist(),
                "digests": known.names,
                "phrases": analysis.phrases,
                "documents": {name: column.tolist() for name, column in analysis.documents.columns.items()},
                "cuts": [cuts[first:last].ravel().tolist() for first, last in pairwise(cutting.rows_from.tolist())],
            }
        try:
            write_part(path, table, more)
            part = FilePart(path)
        except OutputError:
            if known is None:
                raise
            # The cache cannot be written: then not.
    return Revised(cutting.docs, cuts, part, analysis.documents, analysis.phrases, texts_new)


def _cut(text: str, gone: Sequence[Span], rows: Sequence[Sequence[int]]) -> tuple[Kept, str, list[tuple[int, int]]]:
    """Take rows out of one document; return what is left, and what goes on behalf of each row."""
    kept = Kept(len(text))
    kept.cut(gone)
    now = without(text, gone)
    ends = [span.end for span in gone]
    sums = [0]
    for span in gone:
        sums.append(sums[-1] + span.end - span.start)

    def current(position: int) -> int:
        return position - sums[bisect_right(ends, position)]

    lines = line_spans(now)
    starts = [line.start for line in lines]
    whole: dict[int, int] = {}  # line -> the row that it is
    inner: dict[int, dict[int, int]] = {}  # line -> beginning of a sentence -> its row
    for row, (start, end) in enumerate(rows):
        a, b = current(start), current(end - 1) + 1
        line = bisect_right(starts, a) - 1
        if lines[line] == (a, b):
            whole[line] = row
        else:
            inner.setdefault(line, {})[a] = row
    # A row that is all of its line's text stands for the line; a line that loses all its sentences goes as a whole.
    parts: dict[int, list[Span]] = {}
    emptied = set()
    for line, sentences in inner.items():
        begin, end = lines[line]
        parts[line] = [Span(begin + a, begin + b) for a, b in sentence_spans(now[begin:end])]
        if line not in whole and all(part.start in sentences for part in parts[line]):
            emptied.add(line)
    cuts = [(0, 0)] * len(rows)

    def take(row: int, pieces: Sequence[Span]) -> None:
        (piece,) = pieces
        ranges = kept.original(piece)
        cuts[row] = (ranges[0].start, ranges[-1].end)

    for line, pieces in cut_block(now, lines, [k in whole or k in emptied for k in range(len(lines))], "\n").items():
        take(whole[line] if line in whole else min(inner[line].values()), pieces)
    for line, sentences in inner.items():
        if line not in whole and line not in emptied:
            spans = parts[line]
            for k, pieces in cut_block(now, spans, [part.start in sentences for part in spans], " ").items():
                take(sentences[spans[k].start], pieces)
    pieces = sorted(Span(current(a), current(b - 1) + 1) for a, b in cuts if a < b)
    kept.cut(pieces)
    return kept, without(now, pieces), cuts


def _to_original(
    analysis: Analysis, docs: Ints, kept: Sequence[Kept], texts: Sequence[str], left: Sequence[str]
) -> Bools:
    """Turn positions in what is left into positions in the original texts; tell which lines are no longer whole."""
    table = analysis.segments
    length = table["end"] - table["start"]
    at = np.searchsorted(docs, table["doc"])
    here = np.zeros(len(left) + 1, dtype=np.int64)
    there = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum([len(t) for t in left], out=here[1:])
    np.cumsum([len(t) for t in texts], out=there[1:])
    ranges = [(a + here[k], span.start + there[k]) for k, one in enumerate(kept) for a, span in one.ranges()]
    now, then = np.array(ranges, dtype=np.int64).reshape(-1, 2).T
    for name, last in (("start", 0), ("end", 1)):
        place = table[name] + here[at] - last
        part = np.searchsorted(now, place, "right") - 1
        table.columns[name] = (place - now[part] + then[part] - there[at] + last).astype(np.int32)
    breaks = line_breaks(texts)
    before = np.searchsorted(breaks, there[at])
    table.columns["at"] = (np.searchsorted(breaks, table["start"] + there[at]) - before + 1).astype(np.int32)
    # A line is whole if nothing is missing in it, and it begins and ends where a line of the original does.
    start, end = table["start"] + there[at], table["end"] + there[at]
    missing = table["end"] - table["start"] != length
    mark = np.array([text.startswith("\ufeff") for text in texts], dtype=np.int64)
    begins = (table["start"] == mark[at]) | among(start - 1, breaks)
    ends = (end == there[at + 1]) | among(end, breaks) | among(end + 1, breaks)
    return whole_lines(table, (table["sentence"] < 0) & (missing | ~begins | ~ends))


def line_breaks(texts: Sequence[str]) -> Column:
    """Return where the line breaks are in texts that follow one another."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.flatnonzero(points == 10)
