"""Near-repeats among the texts of all shards: the same groups, buckets and verification as on one machine (`repeats/near.py`).

Texts that were compared are remembered, by their keys, so that new ones meet them. A group of texts with equal facts may be
of any size: small ones are brought together and joined with themselves, in large ones bands say which pairs are worth it,
bucket by bucket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial, reduce
from typing import TYPE_CHECKING

import numpy as np

from dedup.repeats.near import MET, SMALL_GROUP, buckets_of, verify
from dedup.spark.keeping import keep_as_it_lies
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
        self._texts: list[DataFrame] = []  # facts, turn, doc, start, key, words: of each turn, by key
        self._pairs: list[DataFrame] = []  # left, right, similarity: by keys, the lesser first

    @property
    def any(self) -> bool:
        """Whether there are any pairs."""
        return bool(self._pairs)

    def compare(self, texts: DataFrame, *, afresh: bool) -> DataFrame | None:
        """Return the pairs that are new among texts and, unless it is to be done afresh, those that were compared before.

        Args:
            texts: shard, key, facts, doc, start, words.
            afresh: compare these texts alone with each other.

        Returns:
            left, right (keys), similarity; None if there are none.
        """
        from pyspark.sql import functions as F  # noqa: N812

        known = [] if afresh else self._texts
        turn = F.lit(len(known)).alias("turn")
        first = F.min_by(F.struct("facts", "doc", "start", "words"), F.struct("doc", "start")).alias("first")
        new = texts.groupBy("key").agg(first)
        new = new.select("first.facts", turn, "first.doc", "first.start", "key", "first.words")
        for old in known:
            new = new.join(old.select("key"), "key", "left_anti").select(new.columns)
        new = keep_as_it_lies(new)
        if not afresh:
            self._texts = [*known, new]
        held = [*known, new]
        touched = new.select("facts").distinct()
        facts = _all(one.select("facts", "key") for one in held).join(touched, "facts", "left_semi")
        sizes = facts.groupBy("facts").count().where("count > 1").persist()
        most = sizes.agg(F.max("count")).first()
        largest = int(most[0] or 0) if most else 0
        candidates = []
        if largest:
            small = facts.join(sizes.where(f"count <= {SMALL_GROUP}"), "facts").select("key")
            candidates.append(self._small(_with(held, small), len(known), afresh=afresh))
        if largest > SMALL_GROUP:
            large = facts.join(sizes.where(f"count > {SMALL_GROUP}"), "facts").select("key")
            candidates.append(self._large(_with(held, large), held))
        found = self._verified(_all(candidates)) if candidates else None
        sizes.unpersist()
        if afresh:
            new.unpersist()
        return found

    def of_texts(self, texts: DataFrame) -> DataFrame:
        """Return the pairs of some texts: lower_text, higher_text, similarity.

        Args:
            texts: each text once, a struct `text` of the halves `hi` and `lo` of its key.
        """
        from pyspark.sql import functions as F  # noqa: N812

        if not self._pairs:
            return texts.selectExpr("text AS lower_text", "text AS higher_text", "1D AS similarity").where("false")
        pairs = _all(self._pairs)
        for side, name in (("left", "lower_text"), ("right", "higher_text")):
            pairs = pairs.join(texts.select(F.col("text.lo").alias(side), F.col("text").alias(name)), side)
        return pairs.select("lower_text", "higher_text", "similarity")

    def crowded(self) -> DataFrame | None:
        """Return the facts of groups of so many texts that not all pairs of a bucket were looked at; None without any."""
        if not self._texts:
            return None
        return _all(one.select("facts") for one in self._texts).groupBy("facts").count().where(f"count > {MET}")

    def _small(self, texts: DataFrame, turn: int, *, afresh: bool) -> DataFrame:
        """Return all pairs with a text of this turn, in small groups: left, right, left_words, right_words."""
        from pyspark.sql import functions as F  # noqa: N812

        texts = texts.select("facts", "turn", F.struct("key", "words").alias("text"))
        one = texts.where(F.col("turn") == turn).select("facts", F.col("text").alias("one"))
        other = texts.select("facts", "turn", F.col("text").alias("other"))
        met = one.join(other, "facts").where(
            (F.col("one.key") < F.col("other.key")) | ((F.col("turn") < turn) & (F.col("one.key") > F.col("other.key")))
        )
        low, high = (f(F.col("one.key"), F.col("other.key")) for f in (F.least, F.greatest))
        turned = F.col("one.key") == high
        words = (F.when(turned, F.col(b)).otherwise(F.col(a)) for a, b in (_WORDS, _WORDS[::-1]))
        pairs = met.select(
            low.alias("left"), high.alias("right"), *(w.alias(n) for w, n in zip(words, _SIDES, strict=True))
        )
        return self._unknown(pairs) if afresh else pairs  # those of a new text are new

    def _large(self, texts: DataFrame, held: Sequence[DataFrame]) -> DataFrame:
        """Return the pairs of large groups that share a bucket: left, right, left_words, right_words."""
        from pyspark.sql import functions as F  # noqa: N812

        from dedup.spark.answers import query

        schema = "bucket bigint, turn int, doc bigint, start bigint, key bigint"
        buckets = texts.select("facts", *_ORDER, "words").mapInArrow(partial(_buckets, self._threshold, schema), schema)
        buckets = buckets.select("bucket", F.struct(*_ORDER).alias("text"))
        met = query("candidates", {"buckets": buckets}, {})
        low, high = F.col("lower_text.key"), F.col("higher_text.key")
        pairs = self._unknown(
            met.select(F.least(low, high).alias("left"), F.greatest(low, high).alias("right")).distinct()
        )
        for side, words in zip(("left", "right"), _SIDES, strict=True):
            of = _all(one.select(F.col("key").alias(side), F.col("words").alias(words)) for one in held)
            pairs = pairs.join(of, side)
        return pairs.select("left", "right", *_SIDES)

    def _unknown(self, pairs: DataFrame) -> DataFrame:
        """Return the pairs that were not verified yet."""
        for known in self._pairs:
            pairs = pairs.join(known, ["left", "right"], "left_anti")
        return pairs

    def _verified(self, candidates: DataFrame) -> DataFrame | None:
        """Return those of the candidates that are pairs; None if there are none."""
        found = self._save(candidates.mapInArrow(partial(_verify, self._threshold), _PAIRS))
        if found.isEmpty():
            return None
        self._pairs.append(found)
        return found


_SIDES = ("left_words", "right_words")
_WORDS = ("one.words", "other.words")


def _all(frames: Iterable[DataFrame]) -> DataFrame:
    return reduce(lambda a, b: a.unionAll(b), frames)


def _with(held: Sequence[DataFrame], keys: DataFrame) -> DataFrame:
    """Return the texts that have these keys; each is in one of the tables."""
    return _all(one.join(keys, "key") for one in held)


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
