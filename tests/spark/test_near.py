"""Near-repeats on Spark are those that are found on one machine: in small groups, in large ones, and over several turns."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

from dedup import Config
from dedup.engines.local import LocalEngine
from dedup.repeats.near import MET, SMALL_GROUP, NearIndex
from dedup.spark.near import Near
from dedup.spark.run import Desk

SMALL, LARGE = 7, 8  # groups of texts with equal facts
THRESHOLD = 0.7
KINDS = "shard bigint, key bigint, facts bigint, doc bigint, start bigint, words string"


def texts() -> list[tuple[int, str]]:
    """Return groups and texts: a few that differ by a letter, and a template that many fill."""
    few = ["the keeper of the old lighthouse counts the lanterns before the pilots sail"]
    few += [few[0].replace("lanterns", word) for word in ("lantern", "lanternss")]
    words = ("grey", "late", "quiet", "long", "broad", "stony", "windy", "low", "tall")
    many = [
        f"on the {a} pier the {b} crew of the evening ferry told the visitors about the harbour"
        for a, b in product(words, words)
    ]
    return [*((SMALL, text) for text in few), *((LARGE, text) for text in many)]


def test_the_pairs_are_those_of_one_machine(spark: Any, tmp_path: Path) -> None:
    found = texts()
    assert sum(group == LARGE for group, _ in found) > MET > SMALL_GROUP >= sum(group == SMALL for group, _ in found)
    turns = [found[:1] + found[5:60], found[1:5] + found[50:]]
    here, key = {}, {text: 1000 - k for k, (_, text) in enumerate(found)}
    near = Near(THRESHOLD, Desk(spark, f"file:{tmp_path}").save)
    with LocalEngine(Config(workers=1)) as engine:
        index = NearIndex(THRESHOLD, engine.candidates)
        known: list[str] = []
        for turn, some in enumerate(turns):
            known += [text for _, text in some if text not in known]
            expected = index.add([text for _, text in some], [group for group, _ in some])
            rows = [(0, key[text], group, 100 * turn + k, 0, text) for k, (group, text) in enumerate(some)]
            new = near.compare(spark.createDataFrame([*rows, *rows[:3]], KINDS), afresh=False)
            assert new is not None
            pairs = {(row["left"], row["right"]): row["similarity"] for row in new.collect()}
            assert len(pairs) == new.count()
            assert pairs == {
                tuple(sorted((key[known[a]], key[known[b]]))): similarity
                for a, b, similarity in zip(
                    expected.left.tolist(), expected.right.tolist(), expected.similarity.tolist(), strict=True
                )
            }
            here |= pairs
    assert {group for group, text in found for pair in here if key[text] in pair} == {SMALL, LARGE}
    crowded = near.crowded()
    assert crowded is not None
    assert [row["facts"] for row in crowded.select("facts").collect()] == [LARGE]
    again = near.compare(spark.createDataFrame(rows, KINDS), afresh=True)
    assert again is None or not {(row["left"], row["right"]) for row in again.collect()} & set(here)


def test_texts_that_are_like_no_other_make_no_pairs(spark: Any, tmp_path: Path) -> None:
    near = Near(THRESHOLD, Desk(spark, f"file:{tmp_path}").save)
    assert near.crowded() is None
    rows = [(0, 1, 5, 0, 0, "the ferry stays ashore"), (0, 2, 6, 0, 9, "the ferry stays ashore today")]
    assert near.compare(spark.createDataFrame(rows, KINDS), afresh=False) is None
    assert not near.any
