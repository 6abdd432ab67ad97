"""Reading for a run on Spark: what a path or URI holds, as one row for each document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from dedup.documents.folder import SUFFIXES, Intake
from dedup.errors import DedupError
from dedup.spark.places import here, path_in
from dedup.spark.tables import JSONL, PARQUET, Table, read_table
from dedup.spark.texts import SKIPPED, binary, id_of, names_in, of_folder, of_store

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Kind = Literal["files", "jsonl", "parquet"]


class Input(NamedTuple):
    """What a run reads.

    Attributes:
        kind: text files, JSON lines or Parquet files.
        documents: id, source, text, encoding, digest, bad: one row for each document, all of them strings. Of those
            that cannot be read, text, encoding and digest are null, and `bad` says why.
        skipped: id and reason of files that are not text inputs.
        table: of JSON lines and Parquet files, what their rows are besides documents.
    """

    kind: Kind
    documents: DataFrame
    skipped: DataFrame
    table: Table | None = None


def read(spark: SparkSession, source: str, *, text: str = "text", id: str = "id", origin: str = "source") -> Input:
    """Return the documents of a folder or file.

    A folder with Parquet files is a table, whatever else lies in it; else one with text files (.txt, .text, .md) is read
    like the local engine reads it; else one with JSON lines (.jsonl, .ndjson, .json, and these with .gz) is a table. Nothing
    is read yet but names, and the ids of tables.

    Args:
        spark: the session.
        source: a path of this machine, which the workers see too, or a URI.
        text: of tables, the column of the texts.
        id: of tables, the column of the ids.
        origin: of tables, the column of the sources, if there is one.

    Raises:
        DedupError: there is nothing, or no such column, or two rows have the same id.
    """
    root = here(source)
    if root is not None:
        return _of_folder(spark, source, root, text, id, origin)
    return _of_store(spark, source, text, id, origin)


def _of_folder(spark: SparkSession, source: str, root: Path, text: str, id: str, origin: str) -> Input:
    if not root.exists():
        raise DedupError(f"{source} does not exist")
    names, intake = names_in(root)
    single = not root.is_dir()
    first = _first(names if single else [*names, *_readable(intake)])
    if kind := _kind(first):
        table = read_table(spark, source, kind, "" if single else first[kind], text=text, id=id, origin=origin)
        return Input(kind, table.documents, spark.createDataFrame([], SKIPPED), table)
    found = of_folder(spark, root.parent if single else root, names, intake)
    return Input("files", *found)


def _of_store(spark: SparkSession, source: str, text: str, id: str, origin: str) -> Input:
    from pyspark.sql import functions as F  # noqa: N812

    try:
        listed = binary(spark, source).select(id_of(source).alias("id"), "path")
    except Exception as error:
        raise _unreachable(source, error) from error
    suffix = F.lit("")
    for ending in (*PARQUET, *SUFFIXES, *JSONL):
        suffix = F.when(F.lower("id").endswith(ending), ending).otherwise(suffix)
    found = listed.groupBy(suffix.alias("suffix")).agg(F.min("id").alias("id"), F.min("path").alias("path")).collect()
    single = len(found) == 1 and path_in(found[0]["path"]) == path_in(source)
    first = _first([row["id"] for row in found])
    if kind := _kind(first):
        table = read_table(spark, source, kind, "" if single else first[kind], text=text, id=id, origin=origin)
        return Input(kind, table.documents, spark.createDataFrame([], SKIPPED), table)
    return Input("files", *of_store(spark, source, single=single))


def _readable(intake: Intake) -> list[str]:
    """Return the names of skipped files that Spark reads: it passes over names that begin with `_`, like `_SUCCESS`."""
    return [
        name
        for name, reason in sorted(intake.skipped.items())
        if reason.startswith("not ") and not any(p.startswith("_") and "=" not in p for p in name.split("/"))
    ]


def _first(names: list[str]) -> dict[str, str]:
    """Return the first name of each kind."""
    ends = {"parquet": PARQUET, "files": SUFFIXES, "jsonl": JSONL}
    first = {}
    for kind, suffixes in ends.items():
        found = next((name for name in names if name.lower().endswith(suffixes)), None)
        if found is not None:
            first[kind] = found
    return first


def _kind(first: dict[str, str]) -> Literal["jsonl", "parquet"] | None:
    if "parquet" in first:
        return "parquet"
    return "jsonl" if "jsonl" in first and "files" not in first else None


def _unreachable(source: str, error: Exception) -> DedupError:
    said = str(error)
    if "PATH_NOT_FOUND" in said:
        return DedupError(f"{source} does not exist")
    scheme = source.partition(":")[0]
    if "No FileSystem for scheme" in said or "ClassNotFoundException" in said:
        more = "; add --packages org.apache.hadoop:hadoop-aws:VERSION" if scheme == "s3a" else ""
        return DedupError(f"{source}: this Spark cannot read {scheme}:{more}")
    return DedupError(f"{source}: {said.strip().partition(chr(10))[0]}")
