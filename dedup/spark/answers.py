"""Answers to what shards ask (`exchange.py`), by joins, the SQL of `plan/`, and the functions that a single shard uses.

Each answer is a table of what concerns a shard, by its number in `shard`. Rows meet by text, document or place, never all
in one task: what thousands of shards say of a text is summed up where it is said first, and joins that come out uneven are
taken apart by Spark (AQE).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.config import Config
from dedup.decide import first_copies
from dedup.plan import sql_of
from dedup.repeats.selection import Pairs, keep
from dedup.spark.components import FEW, components
from dedup.spark.keeping import keep_placed
from dedup.spark.mail import ANSWERS
from dedup.spark.near import Near
from dedup.spark.packing import batch_of, columns_of

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyspark.sql import DataFrame

    from dedup.engines.spark import Asked

_COPIES = "doc bigint, twin bigint, share double"
_KEPT_ROW = "place bigint, end bigint, at bigint, key bigint, like boolean, similarity double"
_KEPT = f"text struct<hi:bigint,lo:bigint>, {_KEPT_ROW}"
_ROW = ("place", "end", "at", "key")


class Answers:
    """Answers the questions of one run.

    Args:
        texts: which texts each shard has: shard, key, count, compared, facts.
        ids: doc, id of all documents.
        config: the settings.
        save: puts a table where it is not lost, and reads it.
    """

    def __init__(
        self, texts: DataFrame, ids: DataFrame, config: Config, save: Callable[[DataFrame], DataFrame]
    ) -> None:
        self._ids = ids
        self._save = save
        self._texts = keep_placed(texts, "key")
        compared = self._texts.where("compared").select("facts", "shard", "key")
        #: Which shards have which keys and facts: at first, and what came since.
        self._first = {"key": self._texts, "facts": keep_placed(compared, "facts")}
        self._since: dict[str, list[DataFrame]] = {"key": [], "facts": []}
        self._near = Near(config.threshold, save)
        self._held: list[DataFrame] = []
        self._kept: list[DataFrame] = []  # who may repeat which place, in this pass: shard, place …
        self._repeats: DataFrame | None = None  # … by place, if anything was broken

    def recurring(self) -> dict[str, DataFrame]:
        """Return what shards are told at the beginning: keys that occur more than once, facts that two texts share."""
        from pyspark.sql import functions as F  # noqa: N812

        keys = self._texts.groupBy("key").agg(F.sum("count").alias("count")).where("count > 1").select("key")
        compared = self._first["facts"]
        shared = compared.select("facts", "key").distinct().groupBy("facts").count().where("count > 1").select("facts")
        return {
            "key": self._texts.join(keys, "key").select("shard", "key"),
            "facts": compared.join(shared, "facts").select("shard", "facts").distinct(),
        }

    def __call__(self, asked: Asked) -> Mapping[str, DataFrame]:
        """Answer a question: tables of `mail.ANSWERS`, without those that are empty for all shards."""
        name = asked.ask.name
        if name == "furniture":
            self._begin()
        # What answers each question, and the tables without which there is no answer.
        answers: dict[str, tuple[Callable[[Asked], Mapping[str, DataFrame]], Sequence[str]]] = {
            "furniture": (self._furniture, ["lines"]),
            "copies": (self._copies, ["atoms"]),
            "keep": (self._keep, ["nodes"]),
            "broken": (self._broken, []),
            "cuts": (self._cuts, ["watched"]),
            "wanted": (self._wanted, ["wanted"]),
            "survivors": (self._survivors, ["wanted", "survivors"]),
            "novel": (self._novel, []),
            "near": (self._pairs, ["texts"]),
            "crowded": (self._crowded, []),
            "names": (self._names, ["twins"]),
        }
        if name not in answers:
            return {}
        answer, needed = answers[name]
        if not all(asked.counts.get(table) for table in needed):
            return {}
        found = answer(asked)
        return {table: rows.select("shard", *ANSWERS[name][table]) for table, rows in found.items()}

    def _begin(self) -> None:
        """Let go of what was kept for a pass."""
        for frame in self._held:
            frame.unpersist()
        self._held, self._kept, self._repeats = [], [], None

    def _having(self, column: str, wanted: DataFrame) -> DataFrame:
        """Return which shards have these keys or facts: shard, and the column."""
        wanted = wanted.select(column).distinct()
        found = self._first[column].join(wanted, column).select("shard", column)
        for more in self._since[column]:
            found = found.unionAll(more.join(wanted, column).select("shard", column))
        return found.distinct()

    def _furniture(self, asked: Asked) -> dict[str, DataFrame]:
        lines = asked.table("lines")
        found = query("furniture", {"lines": lines, "pages": asked.table("pages")}, asked.ask.numbers)
        mine = lines.select("shard", "source", "text").distinct()
        return {"furniture": _flat(mine.join(found, ["source", "text"]))}

    def _copies(self, asked: Asked) -> dict[str, DataFrame]:
        from pyspark.sql import functions as F  # noqa: N812

        atoms, sizes = asked.table("atoms"), asked.table("sizes")
        tables = {"atoms": atoms, "pairs": self._near.of_texts(atoms.select("text").distinct()), "sizes": sizes}
        found = query("overlap", tables, asked.ask.numbers)
        found = self._hold(found.join(sizes.where("stays").select("doc"), "doc", "left_anti"))
        edges = found.select(F.col("doc").alias("a"), F.col("twin").alias("b"))
        count = edges.count()
        if not count:
            return {}
        copies = self._together(found, edges, count, "doc").mapInArrow(_first_copies, _COPIES)
        size = sizes.select(F.col("doc").alias("twin"), F.col("characters").alias("size"))
        return {"copies": copies.join(size, "twin").join(sizes.select("shard", "doc"), "doc")}

    def _keep(self, asked: Asked) -> dict[str, DataFrame]:
        from pyspark.sql import functions as F  # noqa: N812

        nodes = self._hold(keep_placed(asked.table("nodes"), "text"))
        first = F.min_by(F.struct(*_ROW, "free"), "place").alias("first")
        texts = nodes.groupBy("text").agg(first, F.sum("count").alias("count")).select("text", "first.*", "count")
        exact = texts.where("count > 1")
        near, count = None, 0
        if asked.ask.numbers["near"] and self._near.any:
            pairs = self._hold(self._near.of_texts(texts.select("text")))
            count = pairs.count()
        if count:
            edges = pairs.select(F.col("lower_text").alias("a"), F.col("higher_text").alias("b"))
            side = F.explode(F.array("lower_text", "higher_text")).alias("text")
            paired = pairs.select(side).distinct()
            both = texts.join(paired, "text").unionByName(
                pairs.withColumn("node", F.col("lower_text")), allowMissingColumns=True
            )
            both = both.withColumn("node", F.coalesce("text", "node"))
            near = self._together(both, edges, count, "node").mapInArrow(_keep_of, _KEPT)
            exact = exact.join(paired, "text", "left_anti")
        kept = exact.select("text", *_ROW, F.lit(False).alias("like"), F.lit(1.0).alias("similarity"))
        if near is not None:
            kept = kept.unionAll(near)
        mine = self._hold(nodes.select("shard", "text").join(kept, "text"))
        self._kept.append(mine.select("shard", "place"))
        return {"kept": _flat(mine)}

    def _together(self, rows: DataFrame, edges: DataFrame, count: int, node: str) -> DataFrame:
        """Return rows such that those of nodes that hang together, by so many edges, lie in one partition."""
        if count <= FEW:
            return rows.coalesce(1)
        groups = components(edges, self._save).withColumnRenamed("node", node)
        return rows.join(groups, node).repartition("label")

    def _hold(self, frame: DataFrame) -> DataFrame:
        """Keep a table as long as the pass goes on."""
        self._held.append(frame if frame.is_cached else frame.persist())
        return self._held[-1]

    def _broken(self, asked: Asked) -> dict[str, DataFrame]:
        from pyspark.sql import functions as F  # noqa: N812

        if not asked.flag:
            return {}
        if self._repeats is None and self._kept:  # who may repeat which place
            repeats = reduce(lambda a, b: a.unionAll(b), self._kept).withColumnRenamed("shard", "to")
            self._repeats = self._hold(keep_placed(repeats, "place"))
        found = {}
        for name in ("twins", "sentences"):
            if not asked.counts.get(name):
                continue
            rows = asked.table(name)
            if self._repeats is not None:
                to = self._repeats.join(rows.select("place").distinct(), "place").distinct()
                others = rows.join(to, "place").where(F.col("to") != F.col("shard")).drop("shard")
                rows = rows.unionByName(others.withColumnRenamed("to", "shard"))
            found[name] = _flat(rows)
        return found

    def _cuts(self, asked: Asked) -> dict[str, DataFrame]:
        watched = asked.table("watched").distinct()
        there = [name for name in ("cuts", "dropped") if asked.counts.get(name)]
        return {name: watched.join(asked.table(name).drop("shard"), "doc") for name in there}

    def _wanted(self, asked: Asked) -> dict[str, DataFrame]:
        wanted = asked.table("wanted").select("key", "line").distinct()
        return {"wanted": self._having("key", wanted).join(wanted, "key")}

    def _survivors(self, asked: Asked) -> dict[str, DataFrame]:
        from pyspark.sql import functions as F  # noqa: N812

        first = F.min_by(F.struct("place", "end", "at"), "place").alias("first")
        found = asked.table("survivors").groupBy("key", "line").agg(first).select("key", "line", "first.*")
        return {"survivors": asked.table("wanted").distinct().join(found, ["key", "line"])}

    def _novel(self, asked: Asked) -> dict[str, DataFrame]:
        from pyspark.sql import functions as F  # noqa: N812

        found = {}
        for name, column in (("keys", "key"), ("facts", "facts")):
            if asked.counts.get(name):
                table = asked.table(name)
                self._since[column].append(table.select("shard", column))
                found[name] = self._having(column, table)
        if asked.counts.get("left"):
            left = asked.table("left").select("shard", "key", "count")
            more = left.groupBy("key").agg(F.sum("count").alias("count")).where("count > 1")
            found["left"] = left.join(more.select("key"), "key")
        return found

    def _pairs(self, asked: Asked) -> dict[str, DataFrame]:
        from pyspark.sql import functions as F  # noqa: N812

        new = self._near.compare(asked.table("texts"), afresh=bool(asked.ask.numbers["afresh"]))
        if new is None:
            return {}
        sides = new.select(F.explode(F.array("left", "right")).alias("key"), "left", "right", "similarity")
        return {"pairs": sides.join(self._having("key", sides), "key").drop("key").distinct()}

    def _crowded(self, asked: Asked) -> dict[str, DataFrame]:
        crowded = self._near.crowded()
        return {} if crowded is None else {"facts": self._having("facts", crowded)}

    def _names(self, asked: Asked) -> dict[str, DataFrame]:
        return {"names": asked.table("twins").join(self._ids, "doc")}


def query(name: str, tables: Mapping[str, DataFrame], numbers: Mapping[str, Any]) -> DataFrame:
    """Run a step of the plan: its SQL is the same as on one machine; texts are structs of two halves here."""
    for view, table in tables.items():
        table.createOrReplaceTempView(view)
    return next(iter(tables.values())).sparkSession.sql(sql_of(name, numbers))


def _flat(table: DataFrame) -> DataFrame:
    """Return a table with the halves of texts as columns."""
    return table.select("*", "text.hi", "text.lo").drop("text").withColumnsRenamed({"hi": "text_hi", "lo": "text_lo"})


def _first_copies(batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    """Return the copies among documents: those that hang together come together."""
    import pyarrow as pa

    if held := list(batches):
        columns = columns_of(pa.Table.from_batches(held), {"doc": "bigint", "twin": "bigint", "share": "double"})
        yield batch_of(first_copies(columns), _COPIES)


def _keep_of(batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    """Return what is kept of texts that hang together: rows of texts, and rows of pairs, where `text` is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (held := list(batches)):
        return
    table = pa.Table.from_batches(held)
    is_text = table.column("text").is_valid()
    nodes, pairs = table.filter(is_text), table.filter(pc.invert(is_text))
    names = nodes.column("text").to_pylist()
    number = {(text["hi"], text["lo"]): k for k, text in enumerate(names)}
    left, right = (
        np.array([number[text["hi"], text["lo"]] for text in pairs.column(name).to_pylist()], dtype=np.int64)
        for name in ("lower_text", "higher_text")
    )
    kinds = {**dict.fromkeys(_ROW, "bigint"), "free": "boolean", "count": "bigint"}
    columns = {"text": np.arange(len(names)), **columns_of(nodes, kinds)}
    found = keep(columns, Pairs(left, right, columns_of(pairs, {"similarity": "double"})["similarity"]))
    text = pa.array([names[k] for k in found["text"].tolist()], nodes.schema.field("text").type)
    rest = batch_of(found, _KEPT_ROW)
    yield pa.RecordBatch.from_arrays([text, *rest.columns], names=["text", *rest.schema.names])
