"""Writing for a run on Spark: cleaned copies and rows, the ledger, and what is said of the run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from dedup.documents.output import HOME
from dedup.documents.rows import with_text
from dedup.spark.places import for_spark
from dedup.spark.stores import Local, Remote, clear, put_from_here, store
from dedup.spark.tables import quoted, values_of

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyspark.sql import DataFrame, SparkSession

    from dedup.spark.tables import Table


def write_copies(copies: DataFrame, out: str) -> int:
    """Write cleaned copies of text files; a copy that is there already is left as it is.

    Args:
        copies: `name` (string: the path relative to the output folder) and `data` (binary).
        out: path or URI of the output folder.

    Returns:
        How many there are.

    Raises:
        Exception: of Spark; something cannot be written, and the message names it.
    """
    into = store(copies.sparkSession, out)
    return _sum(copies.select("name", "data").mapInArrow(partial(_put, into), "count bigint"))


def remove_copies(stale: DataFrame, out: str) -> int:
    """Remove copies that an earlier run wrote, if nobody changed them.

    Args:
        stale: `name` and `digest` of each (strings), as the earlier ledger has them.
        out: path or URI of the output folder.

    Returns:
        How many were removed.
    """
    of = store(stale.sparkSession, out)
    return _sum(stale.select("name", "digest").mapInArrow(partial(_remove, of), "count bigint"))


def write_lines(lines: DataFrame, path: str) -> None:
    """Write lines as a folder of part files, which is there whole or not at all; what was there goes.

    Args:
        lines: `value` (string: a line without its end).
        path: path or URI of the folder.
    """
    lines.select("value").write.mode("overwrite").text(for_spark(path))


def write_table(cleaned: DataFrame, out: str, like: Table) -> None:
    """Write cleaned rows like those that were read: same format, same folders, same columns; only texts change.

    Rows with an unchanged text are JSON lines just as they were. What an earlier run wrote to the folder goes, all but
    its `.dedup`.

    Args:
        cleaned: a row for each document that stays: `text`, and `row` as `like.rows` has it. Without `row`, `id` has to be
            there, and Spark reads and shuffles the input once more.
        out: path or URI of the output folder.
        like: what was read.
    """
    from pyspark.sql import functions as F  # noqa: N812

    if "row" not in cleaned.columns:
        cleaned = cleaned.select("id", "text").join(like.rows.select("id", "row"), "id")
    row = {name: F.col("row")[name] for name in like.columns if name != like.text}
    if like.kind == "jsonl":
        before = values_of([like.text], row["value"])[like.text]
        text = F.when(~F.col("text").eqNullSafe(before), F.col("text"))
        folders = [row[name].alias(name) for name in like.partitions]
        schema = ", ".join(["value string", *(f"{quoted(name)} string" for name in like.partitions)])
        lines = cleaned.select(text.alias("dedup: text"), row["value"].alias("value"), *folders)
        rows = lines.mapInArrow(partial(_with_texts, like.text), schema)
    else:
        rows = cleaned.select(*((row[n] if n in row else F.col("text")).alias(n) for n in like.columns))
    if like.partitions:  # each task has rows of all folders, and would write a file to each
        rows = rows.hint("rebalance", *map(quoted, like.partitions))
    clear(cleaned.sparkSession, out, HOME)
    writer = rows.write.mode("append").partitionBy(*like.partitions)
    if like.kind == "parquet":
        writer.parquet(for_spark(out))
        return
    # Spark's writer of JSON sorts keys and leaves out nulls, and that of texts calls files `.txt`. As rows of one column
    # in CSV, lines stay what they are: these characters cannot stand in JSON, so that there is nothing to quote.
    marks = {"sep": "\x01", "quote": "\x02", "escape": "\x02", "extension": "jsonl", "header": "false"}
    spaces = {"ignoreLeadingWhiteSpace": "false", "ignoreTrailingWhiteSpace": "false"}
    writer.options(**marks, **spaces).csv(for_spark(out))


def write_json(spark: SparkSession, path: str, value: Any) -> None:
    """Write a value as an indented JSON file, whole or not at all.

    Args:
        spark: the session, which knows the store.
        path: path or URI of the file.
        value: plain data.

    Raises:
        OutputError: it cannot be written.
    """
    put_from_here(spark, path, (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace"))


def _sum(counts: DataFrame) -> int:
    found = counts.agg({"count": "sum"}).first()
    return int(found[0] or 0) if found is not None else 0


def _put(into: Local | Remote, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    for batch in batches:
        for name, data in zip(batch.column("name"), batch.column("data"), strict=True):
            into.put(name.as_py(), data.as_py())
        yield _count(batch.num_rows)


def _remove(of: Local | Remote, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    for batch in batches:
        pairs = zip(batch.column("name").to_pylist(), batch.column("digest").to_pylist(), strict=True)
        yield _count(sum(of.remove(name, digest) for name, digest in pairs))


def _count(count: int) -> RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_pydict({"count": pa.array([count], pa.int64())})


def _with_texts(text: str, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    """Put texts, the first column, into lines; a line without a new text stays as it is."""
    import pyarrow as pa

    for batch in batches:
        lines = [
            line.as_py() if new is None else with_text(line.as_py(), text, new)
            for new, line in zip(batch.column(0).to_pylist(), batch.column(1), strict=True)
        ]
        names = batch.schema.names[2:]
        columns = {"value": pa.array(lines, pa.string()), **{name: batch.column(name) for name in names}}
        yield pa.RecordBatch.from_pydict(columns)
