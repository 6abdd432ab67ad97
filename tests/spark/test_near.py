"""Near-repeats on Spark are those that are found on one machine: in small groups, in large ones, and over several turns."""

from __future__ import annotations

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


def slips(text: str) -> list[str]:
    """Return a text, and copies of it that have a letter within a word twice."""
    places = [k for k in range(2, len(text)) if text[k - 2 : k + 1].isalpha()]
    return list(dict.fromkeys([text, *(text[:k] + text[k] + text[k:] for k in places)]))


def texts() -> list[tuple[int, str]]:
    """Return groups and texts: a few copies of one text, and many of another."""
    few = slips("nobody in the village remembers a summer with so many small red apples")[:5]
    many = slips(
        "the keeper of the old lighthouse counts the lanterns twice before the pilots of the harbour sail out in the "
        "evening while the volunteers carry books"
    )
    return [*((SMALL, text) for text in few), *((LARGE, text) for text in many)]


def test_the_pairs_are_those_of_one_machine(spark: Any, tmp_path: Path) -> None:
    found = texts()
    assert sum(group == LARGE for group, _ in found) > MET > SMALL_GROUP >= sum(group == SMALL for group, _ in found)
    turns = [found[:2] + found[5:40], found[1:5] + found[35:]]
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
            found_here = new.collect()
            pairs = {(row["left"], row["right"]): row["similarity"] for row in found_here}
            assert len(pairs) == len(found_here)
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
