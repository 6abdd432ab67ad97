"""Small tables of segments, written down row by row or drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from dedup.context import NO_BLOCK
from dedup.removals import REMOVALS
from dedup.tables import DOCUMENTS, SEGMENTS, Table

#: What is said of a row that nothing speaks against.
PLAIN: dict[str, Any] = {
    "sentence": -1, "sentences": 1, "start": 0, "end": 0, "at": 1, "words": 9, "key_hi": 0, "facts": 0, "from_end": 0,
    "whole": True, "shape": 0, "rule": -1, "phrase": -1, "block": NO_BLOCK, "witnesses": 0, "counts": True,
    "allowed": False, "head": -1, "container": -1, "similarity": 0.0,
}  # fmt: skip


def row(doc: int, line: int, key: int, **more: Any) -> dict[str, Any]:
    return {**PLAIN, "doc": doc, "line": line, "key_lo": key, **more}


def table_of(rows: list[dict[str, Any]]) -> Table:
    return Table.of_rows(SEGMENTS, [tuple(one[name] for name in SEGMENTS) for one in rows])


def page(doc: int, *lines: int | tuple[int, ...], **more: Any) -> Table:
    """Return the segments of a document: of each line its key, or its key and those of its sentences.

    Each line is ten characters, and each of its sentences one.
    """
    rows = []
    for number, keys in enumerate(lines):
        line, *sentences = keys if isinstance(keys, tuple) else (keys,)
        count, begin = len(sentences) or 1, 11 * number
        place = {"sentences": count, "at": number + 1, "from_end": len(lines) - number - 1}
        rows.append(row(doc, number, line, start=begin, end=begin + 10, **place, **more))
        for part, key in enumerate(sentences):
            at = begin + 3 * part
            rows.append(row(doc, number, key, sentence=part, start=at, end=at + 2, **place, **more))
    return table_of(rows)


def documents_of(*docs: int) -> Table:
    return Table.of_rows(DOCUMENTS, [(doc, 10 * doc, 5, 5, True, doc) for doc in docs])


def told(table: Table) -> dict[str, list[Any]]:
    return {name: column.tolist() for name, column in table.columns.items()}


def places(table: Table) -> list[tuple[int, int, int]]:
    """Return document, line and sentence of each row."""
    return list(zip(*(table[name].tolist() for name in ("doc", "line", "sentence")), strict=True))


@st.composite
def pages(draw: st.DrawFn, doc: int) -> Table:
    """The segments of a document: few texts, so that many stand again; facts follow from the text."""
    lines = []
    for _ in range(draw(st.integers(0, 4))):
        sentences = draw(st.sampled_from((0, 0, 2, 3)))
        keys = draw(st.lists(st.integers(-6, 6), min_size=1 + sentences, max_size=1 + sentences))
        lines.append(tuple(keys) if sentences else keys[0])
    table = page(doc, *lines)
    columns, count = table.columns, len(table)
    columns["facts"] = (columns["key_lo"] // 3 + 9).astype(np.uint64)
    columns["words"] = (columns["key_lo"] % 3 + 4).astype(np.int32)
    some = st.lists(st.sampled_from((False,) * 5 + (True,)), min_size=count, max_size=count).map(np.array)
    is_line = columns["sentence"] < 0
    last = max(len(lines) - 1, 0)
    for name, kind, none in (("rule", 0, -1), ("block", 1, 0), ("witnesses", 16, 0), ("witnesses", 7, 0)):
        if count:
            columns[name] = np.where(draw(some), kind, columns[name] if none == 0 else none).astype(SEGMENTS[name])
    for name in ("head", "container"):
        if count:
            pointed = draw(st.lists(st.integers(0, last), min_size=count, max_size=count))
            columns[name] = np.where(draw(some) & is_line, pointed, -1).astype(np.int32)
    return table


#: What is said of a removal that repeats nothing.
ALONE: dict[str, Any] = {
    "turn": 1, "code": 0, "at": 1, "twin": -1, "twin_start": 0, "twin_end": 0, "twin_at": 0, "twin_key": 0, "similarity": 0.0,
    "phrase": -1, "evidence": 0,
}  # fmt: skip


def removal(doc: int, span: tuple[int, int], cut: tuple[int, int] | None = None, **more: Any) -> dict[str, Any]:
    (start, end), (low, high) = span, cut or span
    return {**ALONE, "doc": doc, "start": start, "end": end, "cut_start": low, "cut_end": high, **more}


def removals(*rows: Any) -> Table:
    """Return removals: of each the document, its span, and its cut if that is another one; or all that is said of it."""
    said = [row if isinstance(row, dict) else removal(*row) for row in rows]
    return Table.of_rows(REMOVALS, [tuple(one[name] for name in REMOVALS) for one in said])
