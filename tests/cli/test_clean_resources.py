"""`dedup clean` on large folders: memory, temporary files and the cache."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dedup.cli.app import main
from dedup.spool import Spool
from tests.folders import EVERYTHING, fill, whole

SOME = {name: data for name, data in EVERYTHING.items() if not name.startswith("d/")}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with files to be cleaned, as if they were many."""
    monkeypatch.setattr("dedup.files.BULK_FROM", 0)
    monkeypatch.setattr("dedup.engines.local.BULK_FROM", 0)
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "in", SOME)
    return tmp_path


@pytest.fixture
def spools(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, Path]]:
    """The limit and the folder of each run that has temporary files; all of them have."""
    found: list[tuple[int, Path]] = []
    monkeypatch.setattr("dedup.spool.SHARE", 0)
    real = Spool.path

    def path(spool: Spool) -> Path | None:
        if not found:
            found.append((spool.limit, spool.folder.parent))
        return real(spool)

    monkeypatch.setattr(Spool, "path", path)
    return found


def clean(*options: str) -> int:
    return main(["clean", "in", "out", "--quiet", "--workers", "1", *options])


def test_a_memory_limit_changes_nothing_but_where_segments_lie(
    folder: Path, spools: list[tuple[int, Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert clean("--no-cache", "--memory-limit", "500MB") == 0
    assert spools == [(500_000_000, folder)]
    found = whole(folder / "out")
    assert clean("--no-cache", "--memory-limit", "2.5GiB", "--temp-dir", "scratch") == 0
    assert whole(folder / "out") == found
    assert sorted(path.name for path in folder.iterdir()) == ["in", "out", "scratch"]
    assert capsys.readouterr() == ("", "")


def test_temporary_files_go_where_the_flag_says_and_else_where_the_settings_say(
    folder: Path, spools: list[tuple[int, Path]]
) -> None:
    (folder / "dedup.toml").write_text('temp-dir = "set"\nmemory-limit = "1GB"\ncache = false\n')
    for options, limit, place in (([], 10**9, "set"), (["--temp-dir", "flag"], 10**9, "flag"),
                                  (["--memory-limit", "2GB"], 2 * 10**9, "set")):  # fmt: skip
        spools.clear()
        assert clean(*options) == 0
        assert [(spool[0], spool[1].resolve()) for spool in spools] == [(limit, folder / place)]
        assert list((folder / place).iterdir()) == []


def test_the_cache_is_kept_where_the_settings_say_unless_it_is_not_wanted(folder: Path) -> None:
    assert clean("--no-cache") == 0
    assert sorted(path.name for path in folder.iterdir()) == ["in", "out"]
    (folder / "dedup.toml").write_text('cache-dir = "kept"\ncache = true\n')
    assert clean("--no-cache") == 0
    assert not (folder / "kept").exists()
    assert clean() == 0
    assert len(list((folder / "kept").rglob("*.part"))) == 1
    before = whole(folder)
    assert clean() == 0
    assert clean("--no-cache") == 0
    assert whole(folder) == before


def test_the_summary_says_nothing_of_the_machine(folder: Path) -> None:
    clean("--no-cache")
    found = whole(folder / "out")
    clean("--memory-limit", "1GB", "--temp-dir", "scratch")
    assert whole(folder / "out") == found
    config = json.loads((folder / "out" / ".dedup" / "run.json").read_text())["config"]
    assert config.keys().isdisjoint({"memory_limit", "temp_dir", "cache", "cache_dir", "workers"})


@pytest.mark.parametrize("options", [["--dry-run"], ["--diff"]], ids=" ".join)
def test_a_run_that_writes_nothing_leaves_nothing_behind(folder: Path, options: list[str]) -> None:
    before = whole(folder)
    assert clean(*options, "--memory-limit", "500MB") == (1 if options == ["--diff"] else 0)
    assert whole(folder) == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--memory-limit", "lots"], "memory-limit = 'lots' is no size; write 500MB or 2GB"),
        (["--memory-limit", "1MB"], "memory-limit = '1MB' is too little; 500MB is the least"),
        (["--memory-limit", "-1GB"], "memory-limit = '-1GB' is no size"),
        pytest.param(["--temp-dir", "file"], "file"),
        pytest.param(["--temp-dir", "file/in/it"], "file"),
        pytest.param(["--temp-dir", "/proc/none"], "/proc/none"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_value_that_cannot_be_used_is_said_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    monkeypatch.setattr("dedup.spool.SHARE", 0)
    (folder / "file").write_text("mine")
    before = whole(folder)
    assert clean("--no-cache", *options) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert captured.err.startswith("dedup: ")
    assert said in captured.err
    assert whole(folder) == before


def test_the_input_is_no_place_for_temporary_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.spool.SHARE", 0)
    before = whole(folder / "in")
    clean("--no-cache", "--temp-dir", "in/scratch")
    assert whole(folder / "in") == before


def test_the_input_is_no_place_for_the_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = whole(folder / "in")
    monkeypatch.chdir(folder / "in")
    main(["clean", ".", "../out", "--quiet", "--workers", "1"])
    assert whole(folder / "in") == before
