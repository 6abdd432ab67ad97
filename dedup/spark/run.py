"""One run on Spark: documents → lots → shards, passes until nothing more goes, and what became of each document."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from dedup.config import Config
from dedup.documents.folder import Original
from dedup.engines.spark import STARTED, SparkShards, start
from dedup.ledger import Pages
from dedup.outcome import Totals
from dedup.removals import Judged, tell
from dedup.shard import passes
from dedup.spark.answers import Answers
from dedup.spark.packing import LOTS, batch_of, pack

if TYPE_CHECKING:
    from pyarrow import RecordBatch, Table
    from pyspark.sql import DataFrame, SparkSession

#: A shard has at most so many characters of text …
LARGE = 8_000_000
#: … and a partition so many shards, for they are not all alike.
EACH = 4
#: Bytes of what is put away that a task holds before it writes them: rows are large, and several tasks share a machine.
BLOCK = 16_000_000
#: What becomes of a document: a line of the ledger's documents or removals, its cleaned text, or what is counted.
TOLD = "kind string, name string, line string, data binary"
#: Of documents that are left alone, or not UTF-8, so many of each shard are named in the summary; all are in the ledger.
NAMED = 100


class Decided(NamedTuple):
    """What a run decided.

    Attributes:
        told: TOLD, one row for each document and removal of the ledger, and for each document that stays.
        totals: what was counted.
        passes: how many there were.
    """

    told: DataFrame
    totals: Totals
    passes: int


class Desk:
    """Where tables of a run are put so that they are not lost: a folder that all workers reach.

    Args:
        session: the session that reads them.
        folder: path or URI of the folder.
    """

    def __init__(self, session: SparkSession, folder: str) -> None:
        self.session = session
        self.folder = folder
        self._count = 0

    def save(self, frame: DataFrame) -> DataFrame:
        """Write a table, and return it as it is read."""
        path = f"{self.folder}/table-{self._count}"
        self._count += 1
        frame.write.option("parquet.block.size", BLOCK).parquet(path)
        return self.session.read.schema(frame.schema).parquet(path)


def decide(
    documents: DataFrame,
    config: Config,
    desk: Desk,
    names: Mapping[str, str],
    report: Callable[[str], None] = lambda phase: None,
) -> Decided:
    """Find out what goes, and tell what became of each document.

    Args:
        documents: id, source, text, encoding, digest, bad; those that are bad are left out.
        config: the settings.
        desk: where tables are put.
        names: the name of each code.
        report: is told the name of each phase.
    """
    from pyspark.sql import functions as F  # noqa: N812
    from pyspark.sql.window import Window

    describe = desk.session.sparkContext.setJobDescription  # in Spark's own pages

    def phase(name: str) -> None:
        report(name)
        describe(f"dedup: {name}")

    def judge() -> None:
        described.append(f"dedup: pass {len(described) + 1}")
        describe(described[-1])
        shards.do("judge", answers)

    described: list[str] = []
    phase("read")
    good = desk.save(documents.where("bad IS NULL").select("id", "source", "text", "encoding", "digest"))
    partitions = int(str(desk.session.conf.get("spark.sql.shuffle.partitions")))
    found = good.agg(F.sum(F.length("text"))).first()
    size = max(1, min(LARGE, int(found[0] or 0 if found else 0) // (EACH * partitions)))
    phase("segment")
    ordered = good.repartitionByRange(partitions, "id").sortWithinPartitions("id")
    started = desk.save(ordered.mapInArrow(partial(pack, size), LOTS).mapInArrow(partial(start, config), STARTED))
    shard = (F.col("part").cast("bigint") * 2**32 + F.col("place")).alias("shard")
    before = Window.orderBy("part", "place").rowsBetween(Window.unboundedPreceding, -1)
    bases = started.select(shard, F.coalesce(F.sum("count").over(before), F.lit(0)).alias("base"))
    rows = started.select(shard, "lot", "ground", "state").join(bases.hint("shuffle_hash"), "shard")
    shards = SparkShards(rows, config, partitions, desk.save)
    answers = Answers(shards.texts(), shards.ids(), config, desk.save)
    phase("compare")
    shards.do("begin", answers, answers.recurring())
    count = passes(
        {
            "judge": judge,
            "cut": lambda: None,  # at the end of judging
            "settle": lambda: shards.do("settle", answers),
            "meet": lambda: None,  # at the end of settling
            "unseal": lambda: shards.do("unseal", answers),
            "compare_again": lambda: shards.do("compare_again", answers),
        }
    )
    phase("ledger")
    told = desk.save(shards.tell(answers, partial(_pages, dict(names)), TOLD))
    totals = Totals()
    for row in told.where("kind = 'totals'").orderBy("name").select("data").toLocalIterator():
        totals.merge(pickle.loads(row[0]))
    describe(None)
    return Decided(told, totals, count)


def _pages(names: Mapping[str, str], judged: Judged, lot: Table) -> RecordBatch:
    """Return what became of a shard's documents (TOLD)."""
    pages, totals = Pages(names), Totals()
    originals = {
        name: Original(encoding, digest)
        for name, encoding, digest in zip(
            *(lot.column(c).to_pylist() for c in ("id", "encoding", "digest")), strict=True
        )
    }
    for one in tell(judged, lot.column("text").to_pylist()):
        original = originals[one.document.id]
        pages.add(one, original)
        totals.add(one, original.encoding)
    for some in (totals.left_alone, totals.encodings):
        for name in list(some)[NAMED:]:
            del some[name]
    rows: list[tuple[str, str | None, str | None, bytes | None]] = [
        *(("document", None, line.decode("utf-8", "replace").rstrip("\n"), None) for line in pages.documents),
        *(("removal", None, line.decode("utf-8", "replace").rstrip("\n"), None) for line in pages.removals),
        *(("copy", name, None, data) for name, data in pages.copies.items()),
    ]
    if judged.documents:
        rows.append(("totals", judged.documents[0].id, None, pickle.dumps(totals)))
    columns = zip(*rows, strict=True) if rows else ((),) * 4
    return batch_of(dict(zip(("kind", "name", "line", "data"), columns, strict=True)), TOLD)
