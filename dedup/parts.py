"""One part of the segments: columns in memory, or in a file each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup.tables import Column, Table


class Part:
    """The segments of some documents.

    Args:
        table: the segments, in the order of documents.

    Attributes:
        phrases_from: the number of this part's first phrase among those of all.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self.phrases_from = 0

    def __len__(self) -> int:
        return len(self._table)

    def __getitem__(self, name: str) -> Column:
        return self._table[name]

    def take(self, rows: Column | None, names: Sequence[str] | None = None) -> Table:
        """Return these rows (all if None), with phrases numbered among those of all parts."""
        columns = {name: self[name] if rows is None else self[name][rows] for name in names or self._table.columns}
        if "phrase" in columns and self.phrases_from:
            columns["phrase"] = np.where(columns["phrase"] >= 0, columns["phrase"] + self.phrases_from, -1)
        return Table(columns)
