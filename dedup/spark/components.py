"""Connected components, so that what hangs together is decided together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: So many edges are one task's work, whatever hangs together: that is faster than finding out.
FEW = 1_000_000


def components(edges: DataFrame, save: Callable[[DataFrame], DataFrame]) -> DataFrame:
    """Return the nodes of edges, each with a label that is the same for all that hang together.

    Labels are the least node that is known to hang together with one; in each round a node takes the least label of its
    neighbours, and then that label's own label, so that long chains need few rounds (Shiloach & Vishkin 1982).

    Args:
        edges: a, b.
        save: puts a table where it is not lost, and reads it.

    Returns:
        node, label.
    """
    from pyspark.sql import functions as F  # noqa: N812

    both = save(edges.select("a", "b").unionAll(edges.select(F.col("b").alias("a"), F.col("a").alias("b"))).distinct())
    labels = both.select(F.col("a").alias("node"), F.col("a").alias("label")).distinct()
    while True:
        near = both.join(labels, both["b"] == labels["node"]).groupBy("a").agg(F.min("label").alias("least"))
        hooked = labels.join(near, labels["node"] == near["a"]).select("node", F.least("label", "least").alias("label"))
        of = hooked.select(F.col("node").alias("of"), F.col("label").alias("its"))
        jumped = hooked.join(of, hooked["label"] == of["of"]).select("node", F.least("label", "its").alias("label"))
        new = save(jumped)
        old = labels.withColumnRenamed("label", "before")
        moved = new.join(old, "node").where(F.col("label") != F.col("before")).limit(1).count()
        labels = new
        if not moved:
            return labels
