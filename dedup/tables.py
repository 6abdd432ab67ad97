"""The tables that flow between the steps: columns of numpy arrays, every column documented.

read → analyse → SEGMENTS + TEXTS → detect and decide → write + ledger. Whatever runs the steps (`engines/`), the
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
    "doc": np.int64,  # number of the document in the order of ids
    "line": np.int64,  # number of the line among those that are not blank
    "sentence": np.int64,  # number of the sentence in its line; -1: the row is the line itself
    "sentences": np.int64,  # how many sentences the line has (on both kinds of rows)
    "start": np.int64,  # half-open span of code points of the document
    "end": np.int64,
    "words": np.int64,  # of the normalised text
    "key_hi": np.int64,  # the 128-bit key of the normalised text, as two signed halves
    "key_lo": np.int64,
    "from_end": np.int64,  # lines after this one
    "whole": np.bool_,  # quotes and brackets that open in it close in it
    "shape": np.int8,  # SENTENCE, CAPTION or LOOSE
    "rule": np.int64,  # the rule that names it debris (its number in the run's matcher), or -1
    "phrase": object,  # what the rule found, or None
    "block": np.int8,  # the block of debris that the line lies in (`context.py`)
    "witnesses": np.int8,  # what else speaks against the line (`context.py`, a bit each)
    "counts": np.bool_,  # its words count as those of a paragraph for the budget
    "allowed": np.bool_,  # the user said that it stays
    "head": np.int64,  # line of the same text directly before it (the first of the run), or -1
    "container": np.int64,  # longer line of the document that it only repeats, or -1
    "similarity": np.float64,  # share of it that the container says
}

#: The normalised text of each key, once per batch.
TEXTS: Schema = {"key_hi": np.int64, "key_lo": np.int64, "text": object}


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
    def joined(cls, schema: Schema, tables: Iterable[Table]) -> Table:
        """Return the rows of all tables, one table after the other."""
        parts = [cls.of_rows(schema, []), *tables]
        return cls({name: np.concatenate([part[name] for part in parts]) for name in schema})

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def take(self, rows: Column) -> Table:
        """Return these rows: their numbers, or a mask."""
        return Table({name: column[rows] for name, column in self.columns.items()})


def _column(values: Iterable[Any], kind: type) -> Column:
    values = list(values)
    column: Column = np.empty(len(values), dtype=kind)
    column[:] = values
    return column
