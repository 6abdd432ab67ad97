"""One part of the segments: columns in memory, or in a file from which they are read one at a time.

A file is a line of JSON, which says what is in it, the columns one after the other, as they lie in memory, and the CRC-32
of all that as four bytes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dedup.documents.output import WholeFile
from dedup.segments import Bools, Ints
from dedup.tables import SEGMENTS, Column, Table

#: Bytes of the sum at the end of a file.
SUM = 4


class Part:
    """The segments of some documents, in memory.

    Args:
        table: the segments, in reading order within each document.

    Attributes:
        table: the segments; they never change.
        phrases_from: the number of this part's first phrase among those of all.
        held: whether columns that were read from a file stay in memory.
    """

    phrases_from = 0
    held = False

    def __init__(self, table: Table) -> None:
        self.table = table

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, name: str) -> Column:
        return self.table[name]

    def take(self, rows: Column | None, names: Sequence[str] = tuple(SEGMENTS)) -> Table:
        """Return these rows (all if None), with phrases numbered among those of all parts."""
        columns = {name: self[name] if rows is None else self[name][rows] for name in names}
        if "phrase" in columns and self.phrases_from:
            columns["phrase"] = np.where(columns["phrase"] >= 0, columns["phrase"] + self.phrases_from, -1)
        return Table(columns)


class FilePart(Part):
    """The segments of some documents, in a file.

    Args:
        path: the file.
        docs: the documents by the numbers that the file has for them, -1 for those that are not wanted; None: the
            numbers are those of the run.
        header: what `read_header` says of the file, where it has been asked already.

    Raises:
        ValueError: it is no part, or not a whole one.
    """

    def __init__(self, path: Path, docs: Ints | None = None, header: tuple[dict[str, Any], int] | None = None) -> None:
        self._path = path
        self._docs = docs
        said, begin = header or read_header(path)
        # No more than that: what else it says of each document would stay in memory for all of the run.
        self._columns = {name: (kind, begin + offset) for name, (kind, offset) in said["columns"].items()}
        self._all = self._count = int(said["rows"])
        self._rows: Bools | None = None
        if docs is not None and (docs < 0).any():
            self._rows = docs[self._read("doc")] >= 0
            self._count = int(self._rows.sum())
        self._in_memory: dict[str, Column] = {}

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, name: str) -> Column:
        if name in self._in_memory:
            return self._in_memory[name]
        column = self._wanted(name)
        if self.held:
            self._in_memory[name] = column
        return column

    def _wanted(self, name: str) -> Column:
        column = self._read(name)
        if name == "doc" and self._docs is not None:
            column = self._docs[column].astype(np.int32)
        return column if self._rows is None else column[self._rows]

    def _read(self, name: str) -> Column:
        kind, offset = self._columns[name]
        return np.fromfile(self._path, kind, self._all, offset=offset)


def write_part(path: Path, table: Table, more: Mapping[str, Any] | None = None) -> None:
    """Write segments to a file, whole or not at all.

    Args:
        path: the file.
        table: the segments.
        more: what else its first line is to say.

    Raises:
        OutputError: it cannot be written.
    """
    columns, offset = {}, 0
    for name, column in table.columns.items():
        columns[name] = (column.dtype.str, offset)
        offset += column.nbytes
    data = json.dumps({"rows": len(table), "columns": columns, **(more or {})}).encode() + b"\n"
    total = zlib.crc32(data)
    file = WholeFile(path)
    try:
        file.write(data)
        for column in table.columns.values():
            data = column.tobytes()
            total = zlib.crc32(data, total)
            file.write(data)
        file.write(total.to_bytes(SUM, "little"))
        file.keep()
    finally:
        file.discard()


def read_header(path: Path) -> tuple[dict[str, Any], int]:
    """Return what the first line of a part says, and how long it is.

    Raises:
        ValueError: it is no part, or not a whole one.
    """
    with path.open("rb") as file:
        line = file.readline()
    try:
        header = json.loads(line)
        size = sum(np.dtype(kind).itemsize for kind, _ in header["columns"].values()) * header["rows"]
        whole = bool(path.stat().st_size == len(line) + size + SUM)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path} is no part ({error})") from error
    if not whole:
        raise ValueError(f"{path} is not whole")
    return header, len(line)


def is_sound(path: Path) -> bool:
    """Tell whether a part is as it was written, to the last byte.

    Raises:
        OSError: it cannot be read.
    """
    data = memoryview(path.read_bytes())
    return len(data) > SUM and zlib.crc32(data[:-SUM]) == int.from_bytes(data[-SUM:], "little")
