"""What is told to a shard comes out of its row as it was put in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dedup.spark.mail import ANSWERS, TOLD, Work, first_letters, letters_of, told

pytest.importorskip("pyarrow", reason="pyarrow is not installed")


def rows_of(letters: Any) -> dict[int, dict[str, Any]]:
    from dedup.engines.spark import _rows

    return {row["shard"]: row for row in _rows(letters.toArrow().to_batches())}


def test_each_shard_gets_the_rows_that_concern_it_and_nothing_else(spark: Any) -> None:
    work = Work("settle").with_answer("any", flag=True)
    tables = {
        "cuts": spark.createDataFrame(
            [(1, 10, 0, 4), (2, 20, 5, 9), (1, 11, 7, 8)], "shard bigint, doc bigint, cut_start bigint, cut_end bigint"
        ),
        "dropped": spark.createDataFrame([(2, 30)], "shard bigint, doc bigint"),
    }
    rows = rows_of(letters_of(work, tables))
    assert set(rows) == {1, 2}
    work = work.with_answer("cuts", flag=False)
    first, second = (work.answers(rows[shard])[1] for shard in (1, 2))
    assert [flag for _, flag in work.answers(rows[1])] == [True, False]
    assert sorted(zip(*(first.tables["cuts"][c].tolist() for c in ("doc", "cut_start", "cut_end")), strict=True)) == [
        (10, 0, 4), (11, 7, 8),
    ]  # fmt: skip
    assert first.tables["dropped"]["doc"].tolist() == []
    assert second.tables["dropped"]["doc"].tolist() == [30]


def test_keys_and_facts_of_the_beginning_are_ascending(spark: Any) -> None:
    keys = spark.createDataFrame([(1, 5), (1, -3), (2, 4)], "shard bigint, key bigint")
    facts = spark.createDataFrame([(1, 9), (1, -1)], "shard bigint, facts bigint")
    rows = rows_of(first_letters({"key": keys, "facts": facts}))
    assert told(rows[1])["key"].tolist() == [-3, 5]
    assert told(rows[1])["facts"].tolist() == [9, 2**64 - 1]
    assert told(rows[2])["facts"].tolist() == []


def test_nothing_is_sent_where_nothing_is_told() -> None:
    assert letters_of(Work("judge"), {}) is None
    assert first_letters({}) is None


@pytest.mark.parametrize("name", ANSWERS)
def test_a_shard_that_is_told_nothing_has_empty_tables(name: str) -> None:
    (answer,) = Work("judge").with_answer(name, flag=True).answers({})
    assert {table: list(columns) for table, columns in answer.tables.items()} == {
        table: list(kinds) for table, kinds in ANSWERS[name].items()
    }
    assert all(len(column) == 0 for columns in answer.tables.values() for column in columns.values())


def test_before_anything_is_told_there_are_no_keys() -> None:
    assert {name: len(column) for name, column in told({}).items()} == dict.fromkeys(TOLD, 0)
    assert told({})["facts"].dtype == np.uint64
