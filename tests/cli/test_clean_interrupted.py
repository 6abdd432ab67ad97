"""Ctrl-C while `dedup clean` works on a large folder: nothing half stays, and the next run completes the output."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dedup.documents.folder import digest_of
from tests.benchmarks.articles import make
from tests.folders import whole

#: Runs the command as over a large folder; giving a file its name takes long, so that it is met half written.
CODE = """
import os, sys, time
import dedup.files, dedup.engines.local, dedup.spool
dedup.files.BULK_FROM = dedup.engines.local.BULK_FROM = 100_000
dedup.spool.SHARE = 0
slow, real = float(sys.argv[1]), os.replace
os.replace = lambda *names: (time.sleep(slow), real(*names))
from dedup.cli.app import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    make(folder, 400_000)
    return folder


@pytest.fixture(scope="module")
def expected(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes | None]:
    home = tmp_path_factory.mktemp("expected")
    with start(home, corpus, 0, "--no-cache") as done:
        assert done.wait(300) == 0
    return whole(home / "out")


def start(home: Path, source: Path, slow: float, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CODE, str(slow), "clean", str(source), "out", "--quiet", *options]
    return subprocess.Popen(command, cwd=home, stderr=subprocess.PIPE, text=True, start_new_session=True)


def anything(folder: Path, ending: str) -> bool:
    return any(name.endswith(ending) for _, _, names in os.walk(folder) for name in names)


STAGES: dict[str, Callable[[Path], bool]] = {
    "reading": lambda home: anything(home / "scratch", ".tmp"),
    "writing the ledger": lambda home: (home / "out").exists(),
    "writing copies": lambda home: anything(home / "out", ".txt"),
}
#: The file that a worker was writing when it was ended stays.


@pytest.mark.parametrize(
    ("stage", "workers", "everybody"),
    [
        pytest.param("reading", "1", False, id="reading"),
        pytest.param("reading", "2", True, id="reading by two, sent to all processes"),
        pytest.param("writing the ledger", "2", False, id="writing the ledger"),
        pytest.param("writing copies", "1", True, id="writing copies"),
        pytest.param("writing copies", "2", False, id="writing copies by two"),
    ],
)
def test_ctrl_c_leaves_nothing_half_and_the_next_run_completes(
    tmp_path: Path, corpus: Path, expected: dict[str, bytes | None], stage: str, workers: str, everybody: bool
) -> None:
    before = {path: digest_of(path.read_bytes()) for path in corpus.rglob("*.txt")}
    options = ["--workers", workers, "--temp-dir", "scratch", "--no-cache"]
    interrupted(start(tmp_path, corpus, 0.05, *options), everybody, lambda: STAGES[stage](tmp_path))
    assert before == {path: digest_of(path.read_bytes()) for path in corpus.rglob("*.txt")}
    assert list((tmp_path / "scratch").iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} <= {"scratch", "out"}
    for name, data in whole(tmp_path / "out").items():
        assert name == ".dedup/run.json" or data == expected.get(name, b"half")
    if (tmp_path / "out").exists():
        with start(tmp_path, corpus, 0, *options) as again:
            assert again.wait(300) == 0
        assert whole(tmp_path / "out") == expected


@pytest.mark.parametrize("workers", ["1", pytest.param("2")])
def test_ctrl_c_leaves_nothing_half_in_the_cache(tmp_path: Path, corpus: Path, workers: str) -> None:
    cache = tmp_path / ".dedup_cache"
    interrupted(start(tmp_path, corpus, 0.05, "--workers", workers), False, lambda: anything(cache, ".tmp"))
    assert {path.name for path in tmp_path.iterdir()} == {".dedup_cache"}
    assert not anything(cache, ".tmp")


def interrupted(command: subprocess.Popen[str], everybody: bool, ready: Callable[[], bool]) -> None:
    """Send Ctrl-C when it is time; the command says so and ends, with all its processes."""
    with command:
        late = time.monotonic() + 300
        while not ready():
            assert command.poll() is None, "ended too early"
            assert time.monotonic() < late
            time.sleep(0.002)
        (os.killpg if everybody else os.kill)(command.pid, signal.SIGINT)
        _, error = command.communicate(timeout=30)
    assert error == "dedup: interrupted; the input is untouched, run again to complete the output\n"
    assert command.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.killpg(command.pid, 0)
