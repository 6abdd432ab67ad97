"""The session: the one that is there, a new one, or one line that says what is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dedup.errors import DedupError
from dedup.spark.session import check_java, classic, session

NO_JAVA = r"^no Java on the PATH, and JAVA_HOME is not set: Spark needs Java 17 or later; install one \(.*\) or set JAVA_HOME$"


@pytest.fixture
def no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Java: the only folder of its PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return tmp_path


def java(path: Path, version: str, status: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\nexit {status}\n")
    path.chmod(0o755)
    return path


def test_no_java_is_said(no_java: Path) -> None:
    with pytest.raises(DedupError, match=NO_JAVA):
        check_java()


@pytest.mark.parametrize(("version", "number"), [("1.8.0_392", "8"), ("11.0.2", "11"), ("16", "16")])
def test_an_old_java_is_said(no_java: Path, version: str, number: str) -> None:
    path = java(no_java / "java", version)
    with pytest.raises(DedupError, match=rf"^{path} is Java {number}: Spark needs Java 17"):
        check_java()


@pytest.mark.parametrize("version", ["17.0.15", "21", "25.0.1", "17-ea"])
def test_a_java_that_is_new_enough_will_do(no_java: Path, version: str) -> None:
    java(no_java / "java", version)
    check_java()


def test_java_home_comes_before_the_path(no_java: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java(no_java / "java", "21")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    with pytest.raises(DedupError, match=r"home/bin/java does not run: Spark needs"):
        check_java()
    java(tmp_path / "home" / "bin" / "java", "21", status=1)
    with pytest.raises(DedupError, match=r"home/bin/java does not run: Spark needs"):
        check_java()
    java(tmp_path / "home" / "bin" / "java", "17")
    check_java()


def test_a_missing_pyspark_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(DedupError, match=r"^pyspark is not installed: pip install 'dedup-articles\[spark\]'$"):
        session()


def test_a_new_session_needs_java(no_java: Path) -> None:
    pytest.importorskip("pyspark")
    code = "from dedup.spark.session import session; session()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PATH": str(no_java)})
    assert done.stderr.splitlines()[-1].startswith("dedup.errors.DedupError: no Java on the PATH")


def test_an_active_session_is_used_and_java_is_not_looked_for(spark: Any, no_java: Path) -> None:
    assert session("local[7]", {"spark.app.name": "other"}) is spark


def test_a_session_is_quiet_and_reads_times_as_utc(spark: Any, capfd: pytest.CaptureFixture[str]) -> None:
    assert spark.conf.get("spark.sql.session.timeZone") == "UTC"
    assert spark.conf.get("spark.sql.adaptive.skewJoin.enabled") == "true"
    assert spark.sparkContext.uiWebUrl is None
    assert spark.range(1000).repartition(7).groupBy("id").count().count() == 1000
    assert capfd.readouterr() == ("", "")


def test_workers_run_the_python_that_runs_here(spark: Any) -> None:
    def of(batches: Any) -> Any:
        import pyarrow as pa

        for _ in batches:
            yield pa.RecordBatch.from_pydict({"python": [sys.prefix]})

    assert {row[0] for row in spark.range(2).mapInArrow(of, "python string").collect()} == {sys.prefix}


@pytest.mark.parametrize("code", ["import dedup", "from dedup.cli.app import main; main(['--help'])"])
def test_nothing_of_spark_is_loaded_before_it_is_needed(code: str) -> None:
    looked = f"import sys\ntry:\n    {code}\nfinally:\n    print([n for n in sys.modules if n.startswith(('pyspark', 'pyarrow'))])"
    done = subprocess.run([sys.executable, "-c", looked], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_master_that_is_not_there_is_said_in_one_line(spark: Any) -> None:
    code = "from dedup.spark.session import session; session('nonsense')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1].startswith(
        "dedup.errors.DedupError: Spark does not start with master nonsense: "
    )


def test_a_session_of_spark_connect_is_refused() -> None:
    remote = type("SparkSession", (), {"__module__": "pyspark.sql.connect.session"})()
    with pytest.raises(DedupError, match="Spark Connect"):
        classic(remote)


def test_a_local_session_has_more_memory_than_spark_would_take(spark: Any) -> None:
    assert int(spark.sparkContext.getConf().get("spark.driver.memory").removesuffix("m")) >= 1024
