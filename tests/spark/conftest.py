"""A session for the tests of Spark, which are skipped where it does not run."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import pytest

from dedup.errors import DedupError
from dedup.spark.session import check_java, session

#: Settings for a few rows: compiling each query takes longer than running it.
SMALL = {
    "spark.sql.shuffle.partitions": "3",
    "spark.default.parallelism": "3",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed")
    try:
        check_java()
    except DedupError as error:
        pytest.skip(str(error))
    # Without the optimising compiler, a machine that starts Spark for a few small jobs does them in half the time.
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(
            "SPARK_SUBMIT_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=200m"
        )
        running = session("local[2,2]", SMALL)
    yield running
    running.stop()
