"""The Spark session of a run: the one that is there already, or a new one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.errors import DedupError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: The oldest Java on which Spark 4 runs.
JAVA = 17

_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.adaptive.enabled": "true",  # partitions that came out small are put together
    "spark.sql.adaptive.skewJoin.enabled": "true",  # those that came out large are taken apart
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={(Path(__file__).parent / 'log4j2.properties').as_uri()}",
    "spark.ui.showConsoleProgress": "false",
}
_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "localhost",
}


def session(master: str | None = None, options: Mapping[str, str] | None = None) -> SparkSession:
    """Return the session that is active, that of `spark-submit`, or a new one.

    Args:
        master: where a new session runs: `local[*]` if None.
        options: Spark settings of a new session, over those that dedup sets.

    Raises:
        DedupError: pyspark is not installed, or no Java that it can run on, or the session does not start, or is one of
            Spark Connect.
    """
    try:
        from pyspark import SparkContext
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise missing("pyspark") from error
    active = SparkSession.getActiveSession()
    if active is not None:
        return classic(active)
    builder = SparkSession.builder
    # One that was started by another thread is not active in this one.
    if SparkContext._active_spark_context is None and not os.environ.keys() & {"PYSPARK_GATEWAY_PORT", "SPARK_REMOTE"}:
        check_java()
        master = master or "local[*]"
        local = master.startswith("local")
        if local:
            # Python in the workers has what Python here has; Spark would take the first `python3` of the PATH.
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        here = {**_LOCAL, "spark.driver.memory": f"{_memory()}m"} if local else {}
        settings = {**_SETTINGS, **here, **(options or {})}
        builder = builder.master(master).appName("dedup").config(map=settings)
    try:
        started = builder.getOrCreate()
    except Exception as error:  # of Java or of Python, as the case may be
        reason = str(error).strip().partition("\n")[0]
        raise DedupError(f"Spark does not start with master {master}: {reason}") from error
    return classic(started)


def _memory() -> int:
    """Return half of the memory of this machine, in MB: Spark would take 1 GB, which 64 MB of articles fill."""
    try:
        return max(1024, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2_000_000)
    except (AttributeError, ValueError, OSError):  # not on Windows
        return 1024


def classic(spark: SparkSession) -> SparkSession:
    """Return a session that runs in the driver itself.

    Raises:
        DedupError: it is one of Spark Connect, which has no context to read the settings of a store from.
    """
    if type(spark).__module__.startswith("pyspark.sql.connect"):
        raise DedupError(
            "dedup does not run over Spark Connect; start it with spark-submit, or on a session with a master"
        )
    return spark


def missing(package: str) -> DedupError:
    """Return what to say where a package of the extra is not installed."""
    return DedupError(f"{package} is not installed: pip install 'dedup-articles[spark]'")


def check_java() -> None:
    """Refuse to start Spark without a Java that it runs on.

    Raises:
        DedupError: there is none, or it is too old.
    """
    mend = f"Spark needs Java {JAVA} or later; install one (Debian: openjdk-{JAVA}-jre-headless) or set JAVA_HOME"
    home = os.environ.get("JAVA_HOME")
    java = os.path.join(home, "bin", "java") if home else shutil.which("java")
    if java is None:
        raise DedupError(f"no Java on the PATH, and JAVA_HOME is not set: {mend}")
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError) as error:
        raise DedupError(f"{java} does not run: {mend}") from error
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    if found is None or int(found[1]) < JAVA:
        raise DedupError(f"{java} is Java {found[1] if found else 'of an unknown version'}: {mend}")
