"""The tables that flow between the steps: columns of numpy arrays, every column documented.

read → analyse → SEGMENTS + DOCUMENTS → detect and decide → write + ledger. Whatever runs the steps (`engines/`), the
tables are these. Plain arrays rather than Arrow tables: DuckDB reads both as they are, and a run that compares nothing
need not load Arrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
Schema = Mapping[str, type]

# Shapes: what a text looks like decides how freely it may repeat.
SENTENCE = 0  # it ends with a full stop, or is a line of several sentences
CAPTION = 1  # no full stop, but too long for a heading
LOOSE = 2  # a heading, question or list entry: may rightly stand again

#: One segment a row, in reading order: each line, followed by its sentences if it has two or more.
SEGMENTS: Schema = {
    "doc": np.int32,  # number of the document in the order of reading
    "line": np.int32,  # number of the line among those that are not blank
    "sentence": np.int32,  # number of the sentence in its line; -1: the row is the line itself
    "sentences": np.int32,  # how many sentences the line has (on both kinds of rows)
    "start": np.int32,  # half-open span of code points of the original document, what is gone included
    "end": np.int32,
    "at": np.int32,  # number of the line of the file in which it begins; the first is 1
    "words": np.int32,  # of the normalised text
    "key_hi": np.int64,  # the 128-bit key of the normalised text, as two signed halves
    "key_lo": np.int64,
    "facts": np.uint64,  # equal for texts that may say the same (`bulk/facts.py`); 0: not worked out
    "from_end": np.int32,  # lines after this one
    "whole": np.bool_,  # quotes and brackets that open in it close in it
    "shape": np.int8,  # SENTENCE, CAPTION or LOOSE
    "rule": np.int32,  # the rule that names it debris (its number in the run's matcher), or -1
    "phrase": np.int32,  # what the rule found (its place in the phrases of the analysis), or -1
    "block": np.int8,  # the block of debris that the line lies in (`context.py`)
    "witnesses": np.int8,  # what else speaks against the line (`context.py`, a bit each)
    "counts": np.bool_,  # its words count as those of a paragraph for the budget
    "allowed": np.bool_,  # the user said that it stays
    "head": np.int32,  # line of the same text directly before it (the first of the run), or -1
    "container": np.int32,  # longer line of the document that it only repeats, or -1
    "similarity": np.float64,  # share of it that the container says
}

#: One document a row, in the order of reading.
DOCUMENTS: Schema = {
    "doc": np.int32,
    "words": np.int64,  # of all its lines
    "counted": np.int64,  # of the lines that count as paragraphs
    "atoms": np.int64,  # of its sentences, and its lines of one sentence
    "paragraphs": np.bool_,  # any of its lines is a paragraph
    "page": np.int64,  # lower half of the key of its longest line: copies of an article are one page; 0 without lines
}


class Table:
    """Columns of equal length, by name."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.columns = dict(columns)

    @classmethod
    def of_rows(cls, schema: Schema, rows: Sequence[tuple[Any, ...]]) -> Table:
        """Return a table with these rows."""
        columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
        return cls({name: _column(values, kind) for (name, kind), values in zip(schema.items(), columns, strict=True)})

    @classmethod
    def of_columns(cls, schema: Schema, columns: Mapping[str, Column]) -> Table:
        """Return a table with these columns, in the types of the schema."""
        return cls({name: columns[name].astype(kind, copy=False) for name, kind in schema.items()})

    @classmethod
    def joined(cls, schema: Schema, tables: Iterable[Table]) -> Table:
        """Return the rows of all tables, one table after the other."""
        parts = [cls.of_rows(schema, []), *tables]
        return cls({name: np.concatenate([part[name] for part in parts]) for name in schema})

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def only(self, names: Iterable[str]) -> Table:
        """Return these columns."""
        return Table({name: self.columns[name] for name in names})

    def take(self, rows: Column | slice) -> Table:
        """Return these rows: their numbers, a mask, or a slice."""
        return Table({name: column[rows] for name, column in self.columns.items()})


def in_order(tables: Sequence[Table]) -> Table:
    """Join tables of the same columns and sort by document; the rows of one document are in order already."""
    joined = tables[0]
    if len(tables) > 1:
        joined = Table({name: np.concatenate([table[name] for table in tables]) for name in joined.columns})
    docs = joined["doc"]
    if (docs[1:] >= docs[:-1]).all():
        return joined
    return joined.take(np.argsort(docs, kind="stable"))


def whole_lines(segments: Any, rows: Column) -> Column:
    """Return the rows of all lines of which one row is wanted: a mask for a mask, over SEGMENTS."""
    starts = np.flatnonzero(segments["sentence"] < 0)
    if not len(starts):
        return rows
    sizes = np.diff(np.append(starts, len(rows)))
    return np.repeat(np.logical_or.reduceat(rows, starts), sizes)


def place_of(doc: Column, position: Column) -> Column:
    """Return places in the corpus as numbers that sort like it: a document, and a position or line in it."""
    return (doc.astype(np.int64) << 32) | position.astype(np.int64)


def halves_of(keys: Sequence[bytes]) -> Column:
    """Return 128-bit keys as two signed halves each, int64[keys, 2]."""
    return np.frombuffer(b"".join(keys), dtype=">i8").astype(np.int64).reshape(-1, 2)


def among(values: Column, known: Column) -> Column:
    """Tell which values are among known ones: a mask. `known` is ascending (numpy's `isin` would sort it each time)."""
    if not len(known):
        return np.zeros(len(values), dtype=np.bool_)
    at = np.searchsorted(known, values)
    at[at == len(known)] = 0
    found: Column = known[at] == values
    return found


def _column(values: Iterable[Any], kind: type) -> Column:
    values = list(values)
    column: Column = np.empty(len(values), dtype=kind)
    column[:] = values
    return column


NO_SEGMENTS = Table.of_rows(SEGMENTS, [])
NO_DOCUMENTS = Table.of_rows(DOCUMENTS, [])
#: One text a row.
NO_TEXTS = NO_SEGMENTS.only(("doc", "start", "end", "key_lo", "facts"))
