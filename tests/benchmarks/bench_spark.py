"""Spark: seconds, bytes shuffled, and whether what comes out is what comes out on one machine.

usage: python tests/benchmarks/bench_spark.py MEGABYTES [MEGABYTES …] [--master M] [--partitions N …] [--kill SECONDS]

Each corpus (`articles.py`) is cleaned by the local engine and then by Spark, once for each number of partitions; files and ledger
(as a set) are compared. `held` is what the run had in its work folder at most. Below each row: the bytes that were shuffled in each
step, for each byte of the input. With `--kill`, one of the executors of a `local-cluster[…]` is killed after so many seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from dedup.config import Config
from dedup.files import clean_files
from tests.benchmarks.articles import make
from tests.benchmarks.measure import machine


def main(argv: list[str]) -> None:
    """Clean each corpus and print a row for each run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("megabytes", type=float, nargs="+")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--partitions", type=int, nargs="+", default=[4])
    parser.add_argument("--kill", type=float, default=0)
    options = parser.parse_args(argv)
    print(f"{machine('pyspark', 'pyarrow')}\n{options.master}\n")
    print(
        f"{'MB':>8}{'partitions':>12}{'passes':>8}{'seconds':>9}{'shuffled':>10}{'per byte':>10}{'held':>8}{'tasks':>8}  equal"
    )
    with tempfile.TemporaryDirectory() as home:
        for megabytes in options.megabytes:
            source, here = Path(home, f"in-{megabytes}"), Path(home, f"here-{megabytes}")
            make(source, int(megabytes * 1e6))
            clean_files(source, here, Config(cache=False))
            for partitions in options.partitions:
                there = Path(home, f"there-{megabytes}-{partitions}")
                command = [sys.executable, __file__, "run", options.master, str(partitions), str(source), str(there)]
                run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
                if options.kill:
                    threading.Timer(options.kill, _kill).start()
                held = most_held(there, run)
                said, _ = run.communicate()
                found = json.loads(said.splitlines()[-1]) if run.returncode == 0 else {}
                size = sum(path.stat().st_size for path in source.rglob("*.txt"))
                equal = bool(found) and told(here) == told(there)
                print(
                    f"{size / 1e6:>8.1f}{partitions:>12}{found.get('passes', 0):>8}{found.get('seconds', 0):>9.0f}"
                    f"{found.get('shuffled', 0) / 1e6:>8.0f}MB{found.get('shuffled', 0) / size:>10.2f}"
                    f"{held / 1e6:>6.0f}MB{found.get('tasks', 0):>8}  {equal}",
                    flush=True,
                )
                steps = (f"{name} {of / size:.2f}" for name, of in found.get("steps", {}).items())
                print(f"{'':>8}{', '.join(steps)}", flush=True)


def run(master: str, partitions: str, source: str, out: str) -> None:
    """Clean on Spark and print what was measured."""
    from dedup.spark.cleaning import clean_source
    from dedup.spark.session import session

    with tempfile.TemporaryDirectory() as log:
        options = {
            "spark.driver.memory": "4g",
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": Path(log).as_uri(),
        }
        options |= {"spark.eventLog.rolling.enabled": "false", "spark.eventLog.compress": "false"}
        spark = session(master, options | {"spark.sql.shuffle.partitions": partitions})
        start = time.perf_counter()
        done = clean_source(spark, source, out, Config())
        seconds = time.perf_counter() - start
        spark.stop()
        steps, tasks = shuffled(
            [json.loads(line) for path in Path(log).iterdir() for line in path.open(encoding="utf-8")]
        )
    found = {"seconds": seconds, "shuffled": sum(steps.values()), "tasks": tasks, "passes": done.summary["passes"]}
    print(json.dumps({**found, "steps": steps}))


def most_held(out: Path, run: subprocess.Popen[str]) -> int:
    """Return the bytes that a run holds in its work folder at most, looking twice a second until it ends."""
    most = 0
    while run.poll() is None:
        files = list(out.glob(".dedup/work-*/*/*"))
        with contextlib.suppress(FileNotFoundError):  # it is written and removed while it is looked at
            most = max(most, sum(path.stat().st_size for path in files if path.is_file()))
        time.sleep(0.5)
    return most


def shuffled(events: list[dict[str, Any]]) -> tuple[dict[str, int], int]:
    """Return the bytes that each step shuffled, and the number of tasks, from Spark's log of events."""
    step: dict[int, str] = {}
    found: dict[str, int] = {}
    tasks = 0
    for event in events:
        if event["Event"] == "SparkListenerJobStart":
            name = (event["Properties"] or {}).get("spark.job.description", "") or ""
            for stage in event["Stage IDs"]:
                step.setdefault(stage, name.removeprefix("dedup: ") if name.startswith("dedup: ") else "write")
        elif event["Event"] == "SparkListenerTaskEnd":
            tasks += 1
            written = ((event.get("Task Metrics") or {}).get("Shuffle Write Metrics") or {}).get(
                "Shuffle Bytes Written", 0
            )
            name = step[event["Stage ID"]]
            found[name] = found.get(name, 0) + written
    return found, tasks


def told(out: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return the copies of a cleaned folder, and its ledger as a set."""
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    copies = {name: path.read_bytes() for name, path in files.items() if not name.startswith(".dedup/")}
    ledger = [path for name, path in files.items() if name.startswith(".dedup/ledger") and ".crc" not in name]
    return copies, sorted(line for path in ledger for line in path.read_text(encoding="utf-8").split("\n")[:-1])


def _kill() -> None:
    found = subprocess.run(["pgrep", "-f", "CoarseGrainedExecutorBackend"], capture_output=True, text=True, check=False)
    if pids := found.stdout.split():
        subprocess.run(["kill", "-9", pids[0]], check=False)


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"]:
        run(*sys.argv[2:])
    else:
        main(sys.argv[1:])
