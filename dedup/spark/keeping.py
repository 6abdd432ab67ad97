"""Tables that are kept where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def keep_placed(frame: DataFrame, column: str) -> DataFrame:
    """Keep a table in partitions by a column and sorted, in memory or on disk, so that joins by it move and hold nothing of it.

    Of a plan that adapts itself Spark does not know in which partitions it comes out, and would move the table again.
    """
    return keep_as_it_lies(frame.repartition(column).sortWithinPartitions(column))


def keep_as_it_lies(frame: DataFrame) -> DataFrame:
    """Keep a table in the partitions that its last step has put it in."""
    from pyspark import StorageLevel

    conf, adaptive = frame.sparkSession.conf, "spark.sql.adaptive.enabled"
    before = conf.get(adaptive)
    conf.set(adaptive, "false")
    try:
        return frame.persist(StorageLevel.MEMORY_AND_DISK)
    finally:
        conf.set(adaptive, before)
