"""Rows as documents: JSON lines and Parquet files with a column for the text and one for the id.

Of JSON lines Spark takes out what it needs and keeps the lines themselves: what else stands in them is written again as it
was, whatever it is, and no pass over the data is needed to find out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from dedup.documents.decode import MAX_BYTES
from dedup.documents.folder import judge
from dedup.errors import DedupError, DocumentError
from dedup.spark.places import for_spark
from dedup.spark.texts import DOCUMENTS, pattern_of

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyspark.sql import Column, DataFrame, SparkSession

#: What files of rows are called.
PARQUET = (".parquet",)
JSONL = (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".ndjson.gz", ".json.gz")

#: In so many lines of JSON every column is looked for.
SAMPLE = 1000
_VALUES, _BROKEN = "dedup: values", "dedup: broken"
_INFERENCE = "spark.sql.sources.partitionColumnTypeInference.enabled"


class Table(NamedTuple):
    """Files of rows.

    Attributes:
        kind: "jsonl" or "parquet".
        text, id, origin: the names of the columns of text, id and source.
        columns: the names of all columns in their order; of JSON lines `value`, the line, and those of folders.
        partitions: those columns that are folders (`name=value`), outermost first.
        documents: the documents.
        rows: the documents, with one more column `row`: all columns but that of the text; of JSON lines the line.
    """

    kind: str
    text: str
    id: str
    origin: str
    columns: list[str]
    partitions: list[str]
    documents: DataFrame
    rows: DataFrame

    def form(self) -> dict[str, object]:
        """Return what `dedup restore` needs to know of the rows, as plain data for run.json."""
        names = {"text": self.text, "id": self.id, "source": self.origin}
        return {"format": self.kind, "columns": names, "partitions": self.partitions}


def read_table(spark: SparkSession, source: str, kind: str, first: str, *, text: str, id: str, origin: str) -> Table:
    """Return the rows of a file, or of the files of a folder.

    Args:
        spark: the session.
        source: the path or URI of the folder or file.
        kind: "jsonl" or "parquet".
        first: the path of one of the files, relative to the source; "" if the source is one file.
        text: the column of the texts.
        id: the column of the ids.
        origin: the column of the sources, if there is one.

    Raises:
        DedupError: there is no such column, or two rows have the same id.
    """
    from pyspark.sql import functions as F  # noqa: N812
    from pyspark.sql.types import StructType

    folders = [part.partition("=") for part in first.split("/")[:-1]]
    partitions = [unquote(name) for name, equals, _ in folders if equals]
    read = _lines if kind == "jsonl" else _parquet
    found = _load(spark, source, kind, recursive=bool(folders) and not partitions)
    partitions = [name for name in partitions if name in found.columns]
    columns = list(found.columns)
    table = read(found, source, text, id, origin, partitions)
    known = F.col("bad").isNull() & F.col("id").isNotNull()
    twice = table.where(known).groupBy("id").count().where("count > 1").agg(F.min("id"), F.count("id")).first()
    if twice is not None and twice[0] is not None:
        raise DedupError(f"{source}: {twice[1]:,} ids stand in more than one row; one is {twice[0]}")
    table = table.withColumn("id", F.coalesce("id", "place")).drop("place")
    documents = table.drop("row").mapInArrow(_judged, DOCUMENTS)
    with_rows = StructType([*StructType.fromDDL(DOCUMENTS), table.schema["row"]])
    return Table(kind, text, id, origin, columns, partitions, documents, table.mapInArrow(_judged, with_rows))


def _load(spark: SparkSession, source: str, kind: str, *, recursive: bool) -> DataFrame:
    """Return the rows, with folders as columns of strings: `month=01` is written again as it was."""
    reader = spark.read.format("text" if kind == "jsonl" else kind).option("__globPaths__", "false")
    if recursive:
        reader = reader.option("recursiveFileLookup", "true")
    before = spark.conf.get(_INFERENCE)
    spark.conf.set(_INFERENCE, "false")
    try:
        return reader.option("pathGlobFilter", pattern_of(JSONL if kind == "jsonl" else PARQUET)).load(
            for_spark(source)
        )
    finally:
        spark.conf.set(_INFERENCE, before)


def _lines(found: DataFrame, source: str, text: str, id: str, origin: str, partitions: list[str]) -> DataFrame:
    from pyspark.sql import functions as F  # noqa: N812

    sample = found.limit(SAMPLE).select(F.explode(F.expr("json_object_keys(value)")).alias("key")).distinct()
    _check(source, [*partitions, *sorted(row["key"] for row in sample.collect())], text, id)
    found = found.where(F.rlike("value", F.lit(r"[^\x00-\x20]")))  # blank lines are none
    found = found.withColumn(_VALUES, values_of([text, id, origin], F.col("value")))  # parsed once, and asked often
    value = F.col(f"`{_VALUES}`")
    bad = (
        F.when(value[_BROKEN].isNotNull(), "not a JSON object")
        .when(value[id].isNull(), f"no {id}")
        .when(value[text].isNull(), f"no {text}")
    )
    of = F.col(quoted(origin)) if origin in partitions else value[origin]
    return found.select(
        value[id].alias("id"),
        F.coalesce(of, F.lit("")).alias("source"),
        value[text].alias("text"),
        bad.alias("bad"),
        _place("value"),
        F.struct("value", *map(quoted, partitions)).alias("row"),
    )


def values_of(columns: list[str], line: Column) -> Column:
    """Return values of lines of JSON as a struct of strings, null for blank lines; broken lines stand in a field of it."""
    from pyspark.sql import functions as F  # noqa: N812
    from pyspark.sql.types import StringType, StructField, StructType

    # A column that is asked for twice is given once.
    schema = StructType([StructField(name, StringType()) for name in dict.fromkeys([*columns, _BROKEN])])
    options = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": _BROKEN, "allowSingleQuotes": "false"}
    return F.from_json(line, schema, options)


def _parquet(found: DataFrame, source: str, text: str, id: str, origin: str, partitions: list[str]) -> DataFrame:
    from pyspark.sql import functions as F  # noqa: N812

    _check(source, found.columns, text, id)
    kind = found.schema[text].dataType.simpleString()
    if kind != "string":
        raise DedupError(f"{source}: column {text} is {kind}, not string")
    others = [quoted(name) for name in found.columns if name != text]
    bad = F.when(F.col(quoted(id)).isNull(), f"no {id}").when(F.col(quoted(text)).isNull(), f"no {text}")
    of = F.col(quoted(origin)).cast("string") if origin in found.columns else F.lit(None)
    return found.select(
        F.col(quoted(id)).cast("string").alias("id"),
        F.coalesce(of, F.lit("")).alias("source"),
        F.col(quoted(text)).alias("text"),
        bad.alias("bad"),
        _place(quoted(text)),
        F.struct(*others).alias("row"),
    )


def _check(source: str, columns: list[str], text: str, id: str) -> None:
    for name in (text, id):
        if name not in columns:
            there = ", ".join(columns) or "none"
            raise DedupError(f"{source} has no column {name}; its columns: {there}")


def _place(column: str) -> Column:
    """Return what a row without an id is called: the name of its file, and how it begins."""
    from pyspark.sql import functions as F  # noqa: N812

    return F.concat_ws(": ", F.col("_metadata.file_name"), F.substring(column, 1, 60)).alias("place")


def quoted(name: str) -> str:
    """Return the name of a column as SQL has it, whatever stands in it."""
    return "`" + name.replace("`", "``") + "`"


def _judged(batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    """Take digests, by the rules for text files; texts and rows pass through as they are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for batch in batches:
        texts = batch.column("text")
        encodings: list[str | None] = []
        digests: list[str | None] = []
        bad: list[str | None] = []
        for reason, data in zip(batch.column("bad").to_pylist(), texts.cast(pa.binary()), strict=True):
            encoding, digest = None, None
            if reason is None:
                try:
                    encoding, digest = _original(data.as_py())
                except DocumentError as error:
                    reason = str(error)
            encodings.append(encoding)
            digests.append(digest)
            bad.append(reason)
        good = pa.array([reason is None for reason in bad])
        columns = {
            "id": batch.column("id"),
            "source": batch.column("source"),
            "text": pc.if_else(good, texts, pa.scalar(None, texts.type)),
            "encoding": pa.array(encodings, pa.string()),
            "digest": pa.array(digests, pa.string()),
            "bad": pa.array(bad, pa.string()),
        }
        if "row" in batch.schema.names:
            columns["row"] = batch.column("row")
        yield pa.RecordBatch.from_pydict(columns)


def _original(data: bytes) -> tuple[str, str]:
    if len(data) > MAX_BYTES:
        raise DocumentError(f"{len(data):,} bytes; articles are smaller, is this a dump?")
    _, original = judge(data)
    if original.encoding != "utf-8":
        raise DocumentError("is not UTF-8")
    return original.encoding, original.digest
