"""Near-repeats among the texts of all shards: the same groups, buckets and verification as on one machine (`repeats/near.py`).

Texts that were compared are remembered, so that new ones meet them. A group of texts with equal facts may be of any size:
small ones are joined with themselves, in large ones bands say which pairs are worth it, bucket by bucket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dedup.repeats.near import MET, SMALL_GROUP, buckets_of, verify
from dedup.spark.packing import batch_of, columns_of

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyspark.sql import DataFrame

_PAIRS = "left bigint, right bigint, similarity double"
#: What orders texts as on one machine: when they came, where they stand.
_ORDER = ("turn", "doc", "start", "key")


class Near:
    """The texts that were compared, and the pairs that were found.

    Args:
        threshold: least Jaccard similarity of the character 5-grams.
        save: puts a table where it is not lost, and reads it.
    """

    def __init__(self, threshold: float, save: Callable[[DataFrame], DataFrame]) -> None:
        self._threshold = threshold
        self._save = save
        self._texts: DataFrame | None = None  # facts, turn, doc, start, key, words
        self._pairs: DataFrame | None = None  # left, right, similarity: by keys, the lesser first
        self._turn = 0
        #: Whether there are any pairs.
        self.any = False

    def compare(self, texts: DataFrame, *, afresh: bool) -> DataFrame:
        """Return the pairs that are new among texts and, unless it is to be done afresh, those that were compared before.

        Args:
            texts: shard, key, facts, doc, start, words.
            afresh: compare these texts alone with each other.

        Returns:
            left, right (keys), similarity.
        """
        from pyspark.sql import functions as F  # noqa: N812

        place = F.struct("doc", "start")
        first = F.min_by(F.struct("facts", "doc", "start", "words"), place).alias("first")
        new = (
            texts.groupBy("key")
            .agg(first)
            .select("first.facts", F.lit(self._turn).alias("turn"), "first.doc", "first.start", "key", "first.words")
        )
        if not afresh and self._texts is not None:
            new = new.join(self._texts.select("key"), "key", "left_anti").select(new.columns)
        everything = new = self._save(new)
        if not afresh:
            self._turn += 1
            everything = self._texts = new if self._texts is None else self._texts.unionAll(new)
        touched = everything.join(new.select("facts").distinct(), "facts", "left_semi")
        sizes = touched.groupBy("facts").count().where("count > 1").persist()
        most = sizes.agg(F.max("count")).first()
        largest = int(most[0] or 0) if most else 0
        if not largest:
            return texts.sparkSession.createDataFrame([], _PAIRS)
        candidates = self._small(new, everything, sizes)
        if largest > SMALL_GROUP:
            candidates = candidates.unionAll(self._large(everything, sizes))
        candidates = candidates.distinct()
        if self._pairs is not None:
            candidates = candidates.join(self._pairs, ["left", "right"], "left_anti")
        found = self._save(self._verified(candidates, everything))
        sizes.unpersist()
        self._pairs = found if self._pairs is None else self._pairs.unionAll(found)
        self.any = self.any or not found.isEmpty()
        return found

    def of_texts(self, texts: DataFrame) -> DataFrame:
        """Return the pairs of some texts: lower_text, higher_text, similarity.

        Args:
            texts: each text once, a struct `text` of the halves `hi` and `lo` of its key.
        """
        from pyspark.sql import functions as F  # noqa: N812

        empty = "lower_text struct<hi:bigint,lo:bigint>, higher_text struct<hi:bigint,lo:bigint>, similarity double"
        if self._pairs is None or not self.any:
            return texts.sparkSession.createDataFrame([], empty)
        low = texts.select(F.col("text").alias("lower_text"), F.col("text.lo").alias("left"))
        high = texts.select(F.col("text").alias("higher_text"), F.col("text.lo").alias("right"))
        return self._pairs.join(low, "left").join(high, "right").select("lower_text", "higher_text", "similarity")

    def crowded(self) -> DataFrame:
        """Return the facts of groups of so many texts that not all pairs of a bucket were looked at."""
        assert self._texts is not None
        return self._texts.groupBy("facts").count().where(f"count > {MET}").select("facts")

    def _small(self, new: DataFrame, everything: DataFrame, sizes: DataFrame) -> DataFrame:
        """Return all pairs with a new text in small groups."""
        from pyspark.sql import functions as F  # noqa: N812

        small = sizes.where(f"count <= {SMALL_GROUP}").select("facts")
        one = new.select("facts", F.col("key").alias("one")).join(small, "facts")
        other = everything.select("facts", F.col("key").alias("other"))
        met = one.join(other, "facts").where("one != other")
        return met.select(F.least("one", "other").alias("left"), F.greatest("one", "other").alias("right"))

    def _large(self, everything: DataFrame, sizes: DataFrame) -> DataFrame:
        """Return the pairs of large groups that share a bucket."""
        from pyspark.sql import functions as F  # noqa: N812

        from dedup.spark.answers import query

        large = sizes.where(f"count > {SMALL_GROUP}").select("facts")
        entries = everything.join(large, "facts").select("facts", *_ORDER, "words")
        schema = "bucket bigint, turn int, doc bigint, start bigint, key bigint"
        buckets = entries.mapInArrow(partial(_buckets, self._threshold, schema), schema)
        buckets = buckets.select("bucket", F.struct(*_ORDER).alias("text"))
        met = query("candidates", {"buckets": buckets}, {})
        low, high = F.col("lower_text.key"), F.col("higher_text.key")
        return met.select(F.least(low, high).alias("left"), F.greatest(low, high).alias("right"))

    def _verified(self, candidates: DataFrame, texts: DataFrame) -> DataFrame:
        from pyspark.sql import functions as F  # noqa: N812

        left = texts.select(F.col("key").alias("left"), F.col("words").alias("left_words"))
        right = texts.select(F.col("key").alias("right"), F.col("words").alias("right_words"))
        return candidates.join(left, "left").join(right, "right").mapInArrow(partial(_verify, self._threshold), _PAIRS)


def _buckets(threshold: float, schema: str, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    for batch in batches:
        groups = columns_of(batch, {"facts": "bigint"})["facts"]
        buckets = buckets_of(batch.column("words").to_pylist(), groups, threshold)
        columns = columns_of(batch, {"turn": "int", "doc": "bigint", "start": "bigint", "key": "bigint"})
        repeated = {name: np.repeat(column, buckets.shape[1]) for name, column in columns.items()}
        yield batch_of({"bucket": buckets.ravel().view(np.int64), **repeated}, schema)


def _verify(threshold: float, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    for batch in batches:
        sides = [batch.column(name).to_pylist() for name in ("left_words", "right_words")]
        number = {text: k for k, text in enumerate(dict.fromkeys([*sides[0], *sides[1]]))}
        left, right = (np.array([number[text] for text in side], dtype=np.int64) for side in sides)
        good, similarity = verify(list(number), left, right, threshold)
        columns = columns_of(batch, {"left": "bigint", "right": "bigint"})
        found = {name: column[good] for name, column in columns.items()}
        yield batch_of({**found, "similarity": similarity[good]}, _PAIRS)
