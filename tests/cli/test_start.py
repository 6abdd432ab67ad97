"""The command line as a whole: help, version, unknown words, and what starting costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dedup.cli.app import main

HEAVY = ("numpy", "pyarrow", "datasketch", "numba", "duckdb", "scipy", "sentencex", "ahocorasick_rs")


def loaded_after(statement: str) -> set[str]:
    """Return the heavy libraries that a statement loads in a new process."""
    code = f"{statement}\nimport sys\nprint('LOADED', *(n for n in {HEAVY!r} if n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["clean", "--help"], ["rules"], ["--version"]], ids=" ".join)
def test_help_loads_no_heavy_library(arguments: list[str]) -> None:
    start = f"from dedup.cli.app import main\ntry:\n    main({arguments!r})\nexcept SystemExit:\n    pass"
    assert loaded_after(start) == set()


def test_the_check_for_heavy_libraries_sees_them() -> None:
    assert "numpy" in loaded_after("import dedup.run")


def test_help_names_all_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in ("clean", "explain", "restore", "rules"):
        assert command in shown


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.metadata import version

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"dedup {version('dedup-articles')}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["claen"],
        ["clean"],
        ["clean", "a", "b", "c"],
        ["clean", "--thershold", "1", "a"],
        ["clean", "a", "--threshold", "x"],
    ],
    ids=" ".join,
)
def test_bad_usage_exits_with_2_and_no_traceback(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "dedup", *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
