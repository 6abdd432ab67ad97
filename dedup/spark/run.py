"""One run on Spark: documents → lots → shards, passes until nothing more goes, and what became of each document."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from dedup.config import Config
from dedup.documents.folder import Original
from dedup.engines.spark import STARTED, SparkShards, start
from dedup.errors import DedupError
from dedup.ledger import Pages
from dedup.outcome import Totals
from dedup.removals import Judged, tell
from dedup.shard import passes
from dedup.spark.answers import Answers
from dedup.spark.packing import LOTS, batch_of, pack

if TYPE_CHECKING:
    from pyarrow import RecordBatch, Table
    from pyspark.sql import DataFrame, SparkSession

#: A shard has at most so many characters of text: Java holds a row of it several times. With twice as many, 256 MB did not
#: get through four gigabytes …
LARGE = 4_000_000
#: … and a partition so many shards, for they are not all alike.
EACH = 4
#: Documents are numbered with 31 bits (`segments.py`).
MOST = 2**31 - 1
#: Bytes of what is put away that a task holds before it writes them: rows are large, and several tasks share a machine.
BLOCK = 16_000_000
#: What becomes of a document: a line of the ledger's documents or removals, its cleaned text, or what is counted.
FATES = "kind string, name string, line string, data binary"
#: Of documents that are bad, left alone, or not UTF-8, so many are named in the summary, the first; the rest is counted.
NAMED = 1_000
_COUNTED = "name string, data binary"


class Decided(NamedTuple):
    """What a run decided.

    Attributes:
        told: FATES, one row for each document and removal of the ledger, and for each document that stays.
        bad: documents that could not be read: id, and why (bad).
        totals: what was counted.
        passes: how many there were.
    """

    told: DataFrame
    bad: DataFrame
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
        documents: id, source, text, encoding, digest, bad. They are read once, and those that are bad left out.
        config: the settings.
        desk: where tables are put.
        names: the name of each code.
        report: is told the name of each phase.

    Raises:
        DedupError: there are too many documents.
    """
    from pyspark.sql import functions as F  # noqa: N812
    from pyspark.sql.window import Window

    def describe(name: str) -> None:
        desk.session.sparkContext.setJobDescription(f"dedup: {name}")  # in Spark's own pages

    def phase(name: str) -> None:
        report(name)
        describe(name)

    def judge() -> None:
        describe(f"pass {next(turns)}")
        shards.do("judge", answers)

    turns = itertools.count(1)
    phase("read")
    every = desk.save(documents)
    good = every.where("bad IS NULL").drop("bad")
    partitions = int(str(desk.session.conf.get("spark.sql.shuffle.partitions")))
    found = good.agg(F.sum(F.length("text")), F.count("*")).first()
    characters, count = (int(value or 0) for value in found) if found else (0, 0)
    if count > MOST:
        raise DedupError(f"{count:,} documents; a run takes {MOST:,}: clean parts of the corpus one by one")
    size = max(1, min(LARGE, characters // (EACH * partitions)))
    phase("segment")
    ordered = good.repartitionByRange(partitions, "id").sortWithinPartitions("id")
    started = desk.save(ordered.mapInArrow(partial(pack, size), LOTS).mapInArrow(partial(start, config), STARTED))
    shard = (F.col("part").cast("bigint") * 2**32 + F.col("place")).alias("shard")
    before = Window.orderBy("part", "place").rowsBetween(Window.unboundedPreceding, -1)
    bases = started.select(shard, F.coalesce(F.sum("count").over(before), F.lit(0)).alias("base"))
    rows = started.select(shard, "lot", "ground", "state").join(bases.hint("shuffle_hash"), "shard")
    shards = SparkShards(rows, config, desk.save)
    answers = Answers(shards.texts(), shards.ids(), config, desk.save)
    phase("compare")
    shards.do("begin", answers, answers.recurring())
    passed = passes(
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
    told = desk.save(shards.tell(answers, partial(_pages, dict(names)), FATES))
    counted = (
        told.where("kind = 'totals'").select("name", "data").repartitionByRange("name").sortWithinPartitions("name")
    )
    rows = counted.mapInArrow(_counted, _COUNTED).orderBy("name").collect()
    desk.session.sparkContext.setJobDescription(None)
    return Decided(
        told, every.where("bad IS NOT NULL").select("id", "bad"), _merged(row["data"] for row in rows), passed
    )


def _merged(counted: Iterable[bytes]) -> Totals:
    """Return what was counted over documents that follow one another."""
    totals = Totals()
    for data in counted:
        totals.merge(pickle.loads(data))
        _name_few(totals)
    return totals


def _name_few(totals: Totals) -> None:
    for some in (totals.left_alone, totals.encodings):
        for name in list(some)[NAMED:]:
            del some[name]


def _counted(batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    rows = [row for batch in batches for row in batch.to_pylist()]
    if rows:
        totals = _merged(row["data"] for row in rows)
        yield batch_of({"name": [rows[0]["name"]], "data": [pickle.dumps(totals)]}, _COUNTED)


def _pages(names: Mapping[str, str], judged: Judged, lot: Table) -> RecordBatch:
    """Return what became of a shard's documents (FATES)."""
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
    _name_few(totals)
    rows: list[tuple[str, str | None, str | None, bytes | None]] = [
        *(("document", None, line.decode("utf-8", "replace").rstrip("\n"), None) for line in pages.documents),
        *(("removal", None, line.decode("utf-8", "replace").rstrip("\n"), None) for line in pages.removals),
        *(("copy", name, None, data) for name, data in pages.copies.items()),
    ]
    if judged.documents:
        rows.append(("totals", judged.documents[0].id, None, pickle.dumps(totals)))
    columns = zip(*rows, strict=True) if rows else ((),) * 4
    return batch_of(dict(zip(("kind", "name", "line", "data"), columns, strict=True)), FATES)
