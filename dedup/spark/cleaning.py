"""Cleaning on Spark: a table of documents, or a path or URI to another."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from dedup.config import Config
from dedup.documents.folder import digest_of
from dedup.documents.output import HOME
from dedup.errors import DedupError
from dedup.ledger import DOCUMENTS as RECORDS
from dedup.ledger import LEDGER, RUN, names_of_codes
from dedup.outcome import Totals
from dedup.report.summary import summarise
from dedup.spark.places import for_spark, here, join
from dedup.spark.reading import Input, read
from dedup.spark.run import NAMED, Decided, Desk, decide
from dedup.spark.session import classic
from dedup.spark.stores import delete
from dedup.spark.texts import DOCUMENTS
from dedup.spark.writing import remove_copies, write_copies, write_json, write_lines, write_table

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyspark.sql import DataFrame, SparkSession

#: What a run sets in a session of its own, so that the user's stays as it is.
_SETTINGS = {
    "spark.sql.autoBroadcastJoinThreshold": "-1",  # tables do not come to the driver
    "spark.sql.optimizer.canChangeCachedPlanOutputPartitioning": "false",  # shards stay where they are
    "spark.sql.execution.arrow.maxBytesPerBatch": "16m",  # a shard or two; all of a partition would come at once
    "spark.sql.ui.explainMode": "simple",  # the plans are deep, and telling of them takes longer than running them
    "spark.sql.maxPlanStringLength": "0",
}
#: The records of the ledger (`ledger.py`) as a schema.
_LEDGER = (
    "document string, line bigint, start bigint, end bigint, code string, name string, text string, "
    "twin struct<document:string,line:bigint,start:bigint,end:bigint>, similarity double, phrase string, evidence string, "
    "cuts array<array<string>>"
)


class Done(NamedTuple):
    """What came of a run: its totals, those that could not be read and why (some of them), and the summary."""

    totals: Totals
    bad: dict[str, str]
    summary: dict[str, Any]


def clean(
    documents: DataFrame, text: str = "text", id: str = "id", *, config: Config | None = None, work: str | None = None
) -> tuple[DataFrame, DataFrame]:
    """Clean a table of documents.

    Args:
        documents: a row for each document.
        text: the column of the texts (string); rows where it is null stay as they are.
        id: the column of the ids, which are distinct; they are compared as strings. A column `source` says where a
            document comes from, if there is one.
        config: the settings; the default ones if None.
        work: path or URI of a folder that all workers reach, for tables that must not be lost; a temporary folder of this
            machine if None, which will do with a local master only. The tables that come back lie there.

    Returns:
        The rows of the documents that stay, with their cleaned texts; and a row for each removal, with the columns of the
        ledger.

    Raises:
        DedupError: a column is missing, two documents have the same id, there is no folder for the tables, or the session is
            one of Spark Connect.
    """
    from pyspark.sql import functions as F  # noqa: N812

    for name in (text, id):
        if name not in documents.columns:
            raise DedupError(f"there is no column {name}; the columns: {', '.join(documents.columns)}")
    spark = classic(documents.sparkSession)
    if work is None:
        if not spark.sparkContext.master.startswith("local"):
            raise DedupError("give a folder that all workers reach: clean(…, work='s3a://bucket/folder')")
        work = tempfile.mkdtemp(prefix="dedup-")
    config = config or Config()
    origin = F.col("source").cast("string") if "source" in documents.columns else F.lit("")
    rows = documents.where(F.col(text).isNotNull()).select(
        F.col(id).cast("string").alias("id"), F.coalesce(origin, F.lit("")).alias("source"), F.col(text).alias("text")
    )
    twice = rows.groupBy("id").count().where("count > 1").first()
    if twice is not None:
        raise DedupError(f"{twice['count']:,} documents have the id {twice['id']}")
    desk = Desk(_own(spark), for_spark(work))
    found = decide(rows.mapInArrow(_judged, DOCUMENTS), config, desk, names_of_codes(config.packs))
    copies = found.told.where("kind = 'copy'").select(
        F.col("name").alias("dedup: id"), F.decode("data", "utf-8").alias("dedup: text")
    )
    gone = F.col("dedup: id").isNull() & F.col(text).isNotNull()
    joined = documents.join(copies, F.col(id).cast("string") == F.col("dedup: id"), "left").where(~gone)
    columns = [
        F.coalesce("dedup: text", text).alias(text) if name == text else F.col(name) for name in documents.columns
    ]
    ledger = found.told.where("kind = 'removal'").select(F.from_json("line", _LEDGER).alias("row")).select("row.*")
    return joined.select(*columns), ledger


def clean_source(
    spark: SparkSession,
    source: str,
    out: str,
    config: Config,
    report: Callable[[str], None] = lambda phase: None,
    **columns: str,
) -> Done:
    """Clean a folder of text files, or tables of JSON lines or Parquet, to another folder.

    Args:
        spark: the session.
        source: path or URI of what is read (`reading.read`).
        out: path or URI of the output folder; the ledger goes to its `.dedup`.
        config: the settings.
        report: is told the name of each phase.
        columns: of tables, the names of the columns: text, id, origin.

    Raises:
        DedupError: the input cannot be read.
    """
    found = read(spark, source, **columns)
    home = join(out, HOME)
    with _work(spark, join(home, f"work-{uuid4().hex}")) as work:
        decided = decide(
            found.documents, config, Desk(_own(spark), for_spark(work)), names_of_codes(config.packs), report
        )
        report("write")
        bad, more_bad = _named(decided.bad.withColumnRenamed("bad", "reason"))
        skipped, more_skipped = _named(found.skipped)
        said = summarise(decided.totals, config, decided.passes, bad, skipped)
        said["documents"] += more_bad
        totals = decided.totals
        unnamed = {
            "bad": more_bad,
            "skipped": more_skipped,
            "left_alone": totals.statuses["left alone"] - len(totals.left_alone),
            "encodings": totals.encoded - len(totals.encodings),
        }
        said |= {f"{name}_unnamed": more for name, more in unnamed.items() if more}
        said |= found.table.form() if found.table is not None else {}
        write_json(spark, join(home, RUN), {**said, "finished": False})
        _publish(spark, found, decided, out)
        done = {**said, "finished": True}
        write_json(spark, join(home, RUN), done)
    return Done(decided.totals, bad, done)


def _publish(spark: SparkSession, found: Input, decided: Decided, out: str) -> None:
    """Write the ledger, then the copies."""
    from pyspark.sql import functions as F  # noqa: N812

    told = decided.told
    copies = told.where("kind = 'copy'").select("name", "data")
    stale = _earlier(spark, join(out, join(HOME, RECORDS)))
    if stale is not None and found.table is None:
        remove_copies(stale.join(copies, "name", "left_anti"), out)
    for kind, name in (("document", RECORDS), ("removal", LEDGER)):
        write_lines(told.where(F.col("kind") == kind).select(F.col("line").alias("value")), join(out, join(HOME, name)))
    if found.table is None:
        write_copies(copies, out)
    else:
        rows = copies.select(F.col("name").alias("id"), F.decode("data", "utf-8").alias("text"))
        write_table(rows, out, found.table)


def _earlier(spark: SparkSession, place: str) -> DataFrame | None:
    """Return the copies that an earlier run wrote: name, digest; None if there was none."""
    path = here(place)
    if path is not None and not path.exists():
        return None
    try:
        lines = spark.read.schema("document string, cleaned string").json(for_spark(place))
        return lines.where("cleaned IS NOT NULL").selectExpr("document AS name", "cleaned AS digest").cache()
    except Exception:  # there is no such path
        return None


def _named(rows: DataFrame) -> tuple[dict[str, str], int]:
    """Return what is said of those that are named (id, reason), and how many more there are."""
    named = {row["id"]: row["reason"] for row in rows.orderBy("id").limit(NAMED).collect()}
    return named, rows.count() - len(named) if len(named) == NAMED else 0


def _own(spark: SparkSession) -> SparkSession:
    """Return a session of the run's own, with the user's partitions, or what suits this machine where nothing was set."""
    own = spark.newSession()
    partitions = str(spark.conf.get("spark.sql.shuffle.partitions"))
    if partitions == "200" and spark.sparkContext.master.startswith("local["):
        partitions = str(2 * spark.sparkContext.defaultParallelism)
    for name, value in {**_SETTINGS, "spark.sql.shuffle.partitions": partitions}.items():
        own.conf.set(name, value)
    return own


@contextmanager
def _work(spark: SparkSession, folder: str) -> Iterator[str]:
    try:
        yield folder
    finally:
        path = here(folder)
        if path is not None:
            shutil.rmtree(path, ignore_errors=True)
        else:
            delete(spark, folder)


def _judged(batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
    import pyarrow as pa

    for batch in batches:
        digests = [digest_of(text.encode("utf-8", "surrogatepass")) for text in batch.column("text").to_pylist()]
        rows = batch.num_rows
        more = [pa.array(["utf-8"] * rows, pa.string()), pa.array(digests, pa.string()), pa.nulls(rows, pa.string())]
        names = [*batch.schema.names, "encoding", "digest", "bad"]
        yield pa.RecordBatch.from_arrays([*batch.columns, *more], names=names)
