"""The relational steps, in SQL that DuckDB and Spark both run."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources


def sql_of(step: str, numbers: Mapping[str, float]) -> str:
    """Return the SQL of a step.

    Args:
        step: a file of this folder, without its ending.
        numbers: the constants that it names in braces.
    """
    return (resources.files(__name__) / f"{step}.sql").read_text(encoding="utf-8").format(**numbers)
