"""Cleaning on Apache Spark, where one machine is not enough: `dedup.spark.clean(documents)`, and `dedup clean --engine spark`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.spark.cleaning import clean as clean

__all__ = ["clean"]


def __getattr__(name: str) -> Any:
    if name == "clean":
        from dedup.spark.cleaning import clean

        return clean
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
