"""Where segments lie during a run, and how much memory there is for them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Config, ConfigError
from dedup.config import LEAST_MEMORY, load_config
from dedup.spool import PER_BYTE, SHARE, Spool, memory_of_machine

LIMIT = 1_000_000
#: The largest corpus whose segments stay in memory.
FITS = int(SHARE * LIMIT / PER_BYTE)


def test_segments_that_fit_stay_in_memory_and_no_folder_is_made(tmp_path: Path) -> None:
    for size in (0, 1, FITS):
        with Spool(LIMIT, size, tmp_path / "home") as spool:
            assert (spool.files, spool.path(), spool.path(), spool.slices) == (False, None, None, 1)
    assert list(tmp_path.iterdir()) == []


def test_segments_that_do_not_fit_lie_in_files_of_a_folder_that_goes_with_the_run(tmp_path: Path) -> None:
    with Spool(LIMIT, FITS + 1, tmp_path / "a" / "home") as spool:
        paths = [spool.path() for _ in range(3)]
        assert len(set(paths)) == 3
        for path in paths:
            assert path is not None
            assert path.parent == spool.folder
            path.write_bytes(b"x")
        (spool.folder / "deeper").mkdir()
        assert [path.parent for path in (tmp_path / "a" / "home").iterdir()] == [tmp_path / "a" / "home"]
    assert list((tmp_path / "a" / "home").iterdir()) == []


def test_the_folder_is_made_when_the_first_file_is_needed_and_not_before(tmp_path: Path) -> None:
    with Spool(LIMIT, 10 * FITS, tmp_path / "home") as spool:
        assert not (tmp_path / "home").exists()
        spool.path()
        assert len(list((tmp_path / "home").iterdir())) == 1
    with Spool(LIMIT, 10 * FITS, tmp_path / "other"):
        pass
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_the_folder_goes_whatever_ends_the_run(tmp_path: Path, error: type[BaseException]) -> None:
    def run() -> None:
        with Spool(LIMIT, 10 * FITS, tmp_path) as spool:
            (spool.folder / "0.part").write_bytes(b"x")
            raise error

    with pytest.raises(error):
        run()
    assert list(tmp_path.iterdir()) == []


def test_two_runs_at_one_place_do_not_share_a_folder_and_foreign_files_stay(tmp_path: Path) -> None:
    (tmp_path / "mine.part").write_bytes(b"mine")
    with Spool(LIMIT, 10 * FITS, tmp_path) as one:
        with Spool(LIMIT, 10 * FITS, tmp_path) as other:
            assert one.path() != other.path()
        assert one.folder.is_dir()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.part"]


def test_without_a_place_the_folder_is_where_the_system_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Spool(LIMIT, 10 * FITS, None) as spool:
        assert spool.folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


@given(st.integers(0, 10**13), st.integers(0, 10**13), st.integers(LEAST_MEMORY, 10**12))
def test_more_text_makes_more_slices_and_each_fits_in_a_tenth_of_the_memory(a: int, b: int, limit: int) -> None:
    small, large = (Spool(limit, size, None) for size in sorted((a, b)))
    assert 1 <= small.slices <= large.slices
    assert large.slices == 1 or large.files
    keys = max(a, b) * PER_BYTE / 4  # the columns of keys and facts are a quarter of a part
    assert keys / large.slices <= 0.1 * limit or not large.files


def test_less_memory_makes_more_slices_and_lets_workers_remember_less() -> None:
    spools = [Spool(limit, 50 * 10**9, None) for limit in (10**9, 4 * 10**9, 16 * 10**9)]
    assert [s.slices for s in spools] == sorted({s.slices for s in spools}, reverse=True)
    assert [s.remembered for s in spools] == sorted({s.remembered for s in spools})


def test_no_limit_is_a_part_of_what_the_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.spool.memory_of_machine", lambda: 10_000)
    assert Spool(0, 0, None).limit == 6_000
    assert Spool(7, 0, None).limit == 7


MACHINE = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@pytest.mark.parametrize(
    ("said", "memory"),
    [
        ({}, MACHINE),
        ({"memory.max": "max\n"}, MACHINE),
        ({"memory.max": "5000000\n"}, 5_000_000),
        ({"memory.limit_in_bytes": "6000000\n"}, 6_000_000),
        ({"memory.limit_in_bytes": "9223372036854771712\n"}, MACHINE),
        ({"memory.max": ""}, MACHINE),
    ],
    ids=[
        "no container",
        "no limit",
        "a limit",
        "a limit of an older kernel",
        "none of an older kernel",
        "nothing said",
    ],
)
def test_a_container_has_the_memory_that_its_limit_says(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str], memory: int
) -> None:
    def read(path: Path) -> str:
        if path.name not in said:
            raise FileNotFoundError(path)
        return said[path.name]

    monkeypatch.setattr(Path, "read_text", read)
    assert memory_of_machine() == memory


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("", 0),
        ("500MB", 500_000_000),
        ("1.5GiB", 1_610_612_736),
        ("2gb", 2_000_000_000),
        (" 2 Gb ", 2_000_000_000),
        ("2g", 2_000_000_000),
        ("2000000000", 2_000_000_000),
        ("2000000000B", 2_000_000_000),
        ("0.5GB", 500_000_000),
        ("600000KiB", 614_400_000),
        ("1TB", 10**12),
        ("0.5TiB", 2**39),
    ],
)
def test_a_memory_limit_is_understood_as_it_is_usually_written(said: str, size: int) -> None:
    assert Config(memory_limit=said).memory == size


@pytest.mark.parametrize(
    "said",
    ["lots", "-1GB", "1e9", "GB", "1.GB", "1,5GB", "2GBit", "1 000 MB", "50%", "1PB", "nan", " ", "1GB 2GB", "1\n"],
)
def test_a_memory_limit_that_is_no_size_is_refused_with_an_example(said: str) -> None:
    with pytest.raises(ConfigError, match=r"memory-limit = .*500MB") as error:
        Config(memory_limit=said)
    assert repr(said) in str(error.value)


@pytest.mark.parametrize("said", ["0", "1", "499MB", "499999999", "0.49GB", "2"])
def test_a_memory_limit_that_is_too_little_is_refused_with_the_least(said: str) -> None:
    with pytest.raises(ConfigError, match=f"memory-limit = '{said}' is too little; 500MB is the least"):
        Config(memory_limit=said)


def test_a_memory_limit_comes_from_the_file_and_the_flag_wins(tmp_path: Path) -> None:
    path = tmp_path / "dedup.toml"
    path.write_text('memory-limit = "2GB"\ntemp-dir = "scratch"\ncache = false\n', encoding="utf-8")
    found = load_config(path)
    assert (found.memory, found.temp_dir, found.cache) == (2_000_000_000, str(tmp_path / "scratch"), False)
    assert load_config(path, memory_limit="3GB", temp_dir="elsewhere").memory == 3_000_000_000
    assert load_config(path, temp_dir="elsewhere").temp_dir == "elsewhere"


@pytest.mark.parametrize("line", ["memory-limit = 1.5", 'cache = "no"', "cache = 0", "temp-dir = 3"])
def test_settings_of_the_wrong_type_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "dedup.toml").write_text(line, encoding="utf-8")
    with pytest.raises(ConfigError, match="has the wrong type"):
        load_config(tmp_path / "dedup.toml")
