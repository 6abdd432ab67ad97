"""What is kept by a key is moved by no join."""

from __future__ import annotations

from typing import Any

from dedup.spark.keeping import keep_placed

ADAPTIVE = "spark.sql.adaptive.enabled"


def moves(frame: Any) -> int:
    return frame._jdf.queryExecution().executedPlan().toString().count("ENSURE_REQUIREMENTS")


def test_a_join_by_the_key_moves_the_other_side_only(spark: Any) -> None:
    rows = spark.range(100).selectExpr("id", "id % 7 AS key")
    other = spark.range(7).selectExpr("id AS key").hint("shuffle_hash")
    kept = keep_placed(rows, "key")
    assert moves(rows.join(other, "key")) == 2
    assert moves(kept.join(other, "key")) == 1
    assert moves(kept.groupBy("key").count()) == 0
    assert sorted(map(tuple, kept.join(other, "key").collect())) == [
        (k % 7, k) for k in sorted(range(100), key=lambda k: (k % 7, k))
    ]
    kept.unpersist()


def test_plans_adapt_themselves_as_before(spark: Any) -> None:
    before = spark.conf.get(ADAPTIVE)
    keep_placed(spark.range(3).selectExpr("id AS key"), "key").unpersist()
    assert spark.conf.get(ADAPTIVE) == before
