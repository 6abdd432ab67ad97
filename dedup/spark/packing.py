"""Documents and tables as bytes, so that a row of a table can hold a shard's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.engines.several import Lot
from dedup.exchange import Columns

if TYPE_CHECKING:
    from pyarrow import RecordBatch, Table

#: Spark's types by kinds of numpy's.
_KINDS = {"b": "boolean", "f": "double", "i": "bigint", "u": "bigint", "O": "string"}
_NUMPY = {"boolean": "bool", "double": "float64", "bigint": "int64", "int": "int64", "string": "object"}

#: What a row of `pack` holds: its partition, its place there, how many documents, and these.
LOTS = "part int, place int, count bigint, lot binary"


def pack(size: int, batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
    """Put documents that follow one another together in lots (LOTS).

    Args:
        size: characters of a lot; the last document may exceed it.
        batches: id, source, text and whatever else is known of documents.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyspark import TaskContext

    context = TaskContext.get()
    part = context.partitionId() if context is not None else 0
    place, characters = 0, 0
    held: list[RecordBatch] = []

    def row() -> RecordBatch:
        table = pa.Table.from_batches(held)
        return batch_of({"part": [part], "place": [place], "count": [table.num_rows], "lot": [to_bytes(table)]}, LOTS)

    for batch in batches:
        first = 0
        for k, length in enumerate(pc.utf8_length(batch.column("text")).to_pylist()):
            characters += length
            if characters >= size:
                held.append(batch.slice(first, k + 1 - first))
                yield row()
                place, characters, first = place + 1, 0, k + 1
                held = []
        if first < batch.num_rows:
            held.append(batch.slice(first))
    if held:
        yield row()


def lot_of(data: bytes) -> Lot:
    """Return the documents of a lot."""
    table = from_bytes(data)
    return Lot(*(table.column(name).to_pylist() for name in ("id", "source", "text")))


def batch_of(columns: Mapping[str, Any], schema: str) -> RecordBatch:
    """Return columns as an Arrow batch with the types of a Spark schema ("name type, …"); columns left out are null."""
    import pyarrow as pa

    kinds = {
        "int": pa.int32(),
        "bigint": pa.int64(),
        "binary": pa.binary(),
        "string": pa.string(),
        "double": pa.float64(),
    }
    kinds["boolean"] = pa.bool_()
    fields = [field.strip().rsplit(" ", 1) for field in schema.split(",")]
    names = [name.strip("`") for name, _ in fields]
    there = {
        name: pa.array(columns[name], kinds[kind])
        for name, (_, kind) in zip(names, fields, strict=True)
        if name in columns
    }
    count = len(next(iter(there.values())))
    arrays = [there.get(name, pa.nulls(count, kinds[kind])) for name, (_, kind) in zip(names, fields, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=names)


def kind_of(values: Any) -> str:
    """Return the type of Spark for a column."""
    return _KINDS[values.dtype.kind] if isinstance(values, np.ndarray) else "string"


def signed(values: Any) -> Any:
    """Return a column without types that Spark has not: unsigned integers keep their bits."""
    return values.view(np.int64) if isinstance(values, np.ndarray) and values.dtype.kind == "u" else values


def columns_of(table: Any, kinds: Mapping[str, str]) -> Columns:
    """Return the columns of an Arrow table, or empty ones, as numpy arrays.

    Args:
        table: the table, or an array of structs; None: there are no rows.
        kinds: the type of each column.
    """
    found: Columns = {}
    for name, kind in kinds.items():
        numpy = _NUMPY[kind]
        array = None if table is None else table.column(name) if hasattr(table, "num_rows") else table.field(name)
        values = [] if array is None else array.to_numpy(zero_copy_only=False)
        column = np.asarray(values, dtype=numpy)
        found[name] = column.view(np.uint64) if name == "facts" else column
    return found


def to_bytes(table: Table) -> bytes:
    """Return an Arrow table as bytes (an IPC stream, compressed)."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def from_bytes(data: bytes) -> Table:
    """Return the Arrow table of bytes."""
    import pyarrow as pa

    return pa.ipc.open_stream(data).read_all()
