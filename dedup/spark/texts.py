"""Text files as documents: those of this machine by their names, those of a store by Spark's `binaryFile` reader."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dedup.documents.decode import MAX_BYTES
from dedup.documents.folder import SUFFIXES, Intake, Original, judge, load, walk
from dedup.errors import DocumentError
from dedup.spark.places import for_spark, path_in

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyspark.sql import Column, DataFrame, SparkSession

#: What is known of a document that was read, or why it was not.
DOCUMENTS = "id string, source string, text string, encoding string, digest string, bad string"
SKIPPED = "id string, reason string"
NOT_TEXT = f"not {', '.join(SUFFIXES)}"

#: A batch of texts that is handed to Spark has about so many characters.
BATCH = 16_000_000
#: A task reads about so many bytes of files of this machine.
SHARE = 64_000_000


class Found(NamedTuple):
    """Text files: the documents, and what is there besides."""

    documents: DataFrame
    skipped: DataFrame


def of_folder(spark: SparkSession, root: Path, found: Sequence[str], intake: Intake) -> Found:
    """Return the text files of a folder of this machine, which the workers see too.

    Args:
        spark: the session.
        root: the folder.
        found: the names of the files, relative to it.
        intake: what else is there: files that are skipped, folders that cannot be read.
    """
    import pyarrow as pa

    size = sum(_size(root / name) for name in found)
    ids = [*found, *intake.bad]
    bad = [None] * len(found) + [*intake.bad.values()]
    for place, name in enumerate(ids):
        if not _is_unicode(name):
            ids[place] = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            bad[place] = "its name is not UTF-8; rename it"
    table = pa.table({"id": pa.array(ids, pa.string()), "bad": pa.array(bad, pa.string())})
    names = spark.createDataFrame(table, "id string, bad string")
    parts = max(spark.sparkContext.defaultParallelism, -(-size // SHARE))
    skipped = [(name.encode("utf-8", "replace").decode(), reason) for name, reason in sorted(intake.skipped.items())]
    return Found(
        names.repartition(parts).mapInArrow(partial(_loaded, Path(os.path.abspath(root))), DOCUMENTS),
        spark.createDataFrame(skipped, SKIPPED),
    )


def of_store(spark: SparkSession, source: str, *, single: bool) -> Found:
    """Return the text files below a place, as Spark lists them.

    It passes over files without a byte, and over names that begin with `.` or `_`: of them nothing is said.

    Args:
        spark: the session.
        source: the URI of a folder or file.
        single: it is one file; it is read whatever it is called.
    """
    from pyspark.sql import functions as F  # noqa: N812

    files = binary(spark, source, "" if single else pattern_of(SUFFIXES))
    small = files.where(F.col("length") <= MAX_BYTES).select(id_of(source).alias("id"), "content")
    large = files.where(F.col("length") > MAX_BYTES).select(
        id_of(source).alias("id"),
        F.concat(F.format_number("length", 0), F.lit(" bytes; articles are smaller, is this a dump?")).alias("bad"),
    )
    documents = small.mapInArrow(_decoded, DOCUMENTS).unionByName(
        large.withColumn("source", source_of(F.col("id"))), allowMissingColumns=True
    )
    others = binary(spark, source).select(id_of(source).alias("id"), F.lit(NOT_TEXT).alias("reason"))
    is_text = F.lit(False)
    for suffix in SUFFIXES:
        is_text = is_text | F.lower("id").endswith(suffix)
    return Found(documents, others.where(F.lit(not single) & ~is_text))


def binary(spark: SparkSession, source: str, pattern: str = "") -> DataFrame:
    """Return the files below a place as Spark's `binaryFile` reader has them: path, length and content."""
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true").option("__globPaths__", "false")
    return (reader.option("pathGlobFilter", pattern) if pattern else reader).load(for_spark(source))


def pattern_of(suffixes: Sequence[str]) -> str:
    """Return the pattern of names with these suffixes, in small and capital letters, for Hadoop."""
    ends = ("".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in suffix[1:]) for suffix in suffixes)
    return "*.{" + ",".join(ends) + "}"


def id_of(source: str) -> Column:
    """Return the id of a file: its path relative to the source, or its name if it is the source."""
    from pyspark.sql import functions as F  # noqa: N812

    root = path_in(source)
    path = F.regexp_replace("path", "^[^:/]+:(//[^/]*)?", "")
    below = F.substring(path, len(root.rstrip("/")) + 2, 2**31 - 1)
    return F.when(path == root, F.lit(root.rpartition("/")[2])).otherwise(below)


def source_of(name: Column) -> Column:
    """Return the source of a document with this relative path: its first folder, or ""."""
    from pyspark.sql import functions as F  # noqa: N812

    return F.when(F.contains(name, F.lit("/")), F.substring_index(name, "/", 1)).otherwise("")


#: id, text, what restoring needs, why it is bad.
_Row = tuple[str, str | None, Original | None, str | None]


def _loaded(root: Path, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    def rows() -> Iterator[_Row]:
        for batch in batches:
            for name, bad in zip(batch.column("id").to_pylist(), batch.column("bad").to_pylist(), strict=True):
                if bad is not None:
                    yield name, None, None, bad
                    continue
                try:
                    yield name, *load(root / name), None
                except (OSError, DocumentError) as error:
                    yield name, None, None, (error.strerror if isinstance(error, OSError) else None) or str(error)

    return _batches(rows())


def _decoded(batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    def rows() -> Iterator[_Row]:
        for batch in batches:
            for name, data in zip(batch.column("id").to_pylist(), batch.column("content"), strict=True):
                try:
                    yield name, *judge(data.as_py()), None
                except DocumentError as error:
                    yield name, None, None, str(error)

    return _batches(rows())


def _batches(rows: Iterable[_Row]) -> Iterator[RecordBatch]:
    import pyarrow as pa

    def batch() -> RecordBatch:
        columns = {
            "id": [name for name, _, _, _ in some],
            "source": [name.partition("/")[0] if "/" in name else "" for name, _, _, _ in some],
            "text": [text for _, text, _, _ in some],
            "encoding": [original.encoding if original else None for _, _, original, _ in some],
            "digest": [original.digest if original else None for _, _, original, _ in some],
            "bad": [bad for _, _, _, bad in some],
        }
        return pa.RecordBatch.from_pydict({name: pa.array(values, pa.string()) for name, values in columns.items()})

    some: list[_Row] = []
    size = 0
    for row in rows:
        some.append(row)
        size += len(row[1] or "") + 100
        if size >= BATCH:
            yield batch()
            some, size = [], 0
    if some:
        yield batch()


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def names_in(root: Path) -> tuple[list[str], Intake]:
    """Return the names of the text files of a folder of this machine, or of the one file, and what else is there."""
    intake = Intake()
    if not root.is_dir():
        return [root.name], intake
    return [name for name, _ in walk(root, intake)], intake
