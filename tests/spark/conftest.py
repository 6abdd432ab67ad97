"""A session for the tests of Spark, which are skipped where it does not run."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import pytest

from dedup.errors import DedupError
from dedup.spark.session import check_java, session


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed")
    try:
        check_java()
    except DedupError as error:
        pytest.skip(str(error))
    running = session("local[2]", {"spark.sql.shuffle.partitions": "3", "spark.default.parallelism": "3"})
    yield running
    running.stop()
