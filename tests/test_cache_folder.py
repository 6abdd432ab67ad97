"""The folder of the cache: what is kept there and for how long, and that no trouble with it is trouble for the run."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dedup import Config
from dedup.cache import FEW, GRACE, SegmentCache
from dedup.documents.folder import digest_of
from dedup.files import clean_files
from dedup.parts import read_header, write_part
from dedup.tables import DOCUMENTS, NO_SEGMENTS
from tests.caching import ALL, TEXTS, Cached, parts
from tests.folders import BOOKS, FERRY, ORCHARD, fill

HERE = Path("in")
CHANGED = {name: f"{text}\n{ORCHARD[:-1]} as this one.\n" for name, text in TEXTS.items()}


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cached:
    return Cached(tmp_path, monkeypatch)


def age(seconds: float, *paths: Path) -> None:
    for path in paths or parts():
        os.utime(path, (time.time() - seconds,) * 2)


def test_the_folder_holds_parts_and_is_no_matter_for_git(clean: Cached, tmp_path: Path) -> None:
    clean()
    (part,) = parts()
    assert sorted(p for p in Path("cache").rglob("*") if p.is_file()) == [Path("cache", ".gitignore"), part]
    assert Path("cache", ".gitignore").read_text() == "*\n"
    header, _ = read_header(part)
    assert header["root"] == str(tmp_path / "in")
    assert sorted(header["digests"]) == sorted(digest_of(text.encode()) for text in TEXTS.values())
    assert sorted(path.name for path in Path().iterdir()) == ["cache", "in", "out"]


def test_without_it_nothing_is_read_and_nothing_kept(clean: Cached) -> None:
    assert clean(cache=False) == ALL
    assert not Path("cache").exists()
    clean()
    before = [(path, path.stat().st_mtime_ns) for path in sorted(Path("cache").rglob("*"))]
    assert clean(cache=False) == ALL
    assert [(path, path.stat().st_mtime_ns) for path in sorted(Path("cache").rglob("*"))] == before


def test_a_small_folder_needs_none(clean: Cached, monkeypatch: pytest.MonkeyPatch) -> None:
    size = sum(map(len, TEXTS.values()))
    monkeypatch.setattr("dedup.files.BULK_FROM", size + 1)
    clean()
    assert not Path("cache").exists()
    monkeypatch.setattr("dedup.files.BULK_FROM", size)
    clean()
    assert len(parts()) == 1


def test_a_run_that_writes_nothing_keeps_nothing(clean: Cached) -> None:
    clean_files(HERE, None, Config(workers=1, cache_dir="cache"))
    assert not Path("cache").exists()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[:10], id="ten bytes"),
        pytest.param(lambda data: data[: len(data) // 2], id="half"),
        pytest.param(lambda data: data[:-1], id="a byte short"),
        pytest.param(lambda data: data + b"\0", id="a byte more"),
        pytest.param(lambda data: b"\xff" + data, id="a byte before"),
        pytest.param(lambda data: b"\0" * len(data), id="zeros"),
        pytest.param(lambda data: b"[]\n", id="JSON"),
        pytest.param(lambda data: b'{"rows": 0, "columns": {}}\n', id="another header"),
        pytest.param(lambda data: data[: data.index(b"\n") + 1].ljust(len(data), b"\0"), id="zeros for segments"),
    ],
)
def test_a_damaged_part_is_thrown_away_and_the_run_is_right(clean: Cached, damage: Callable[[bytes], bytes]) -> None:
    clean()
    (path,) = parts()
    path.write_bytes(damage(path.read_bytes()))
    assert clean() == ALL
    assert path not in parts()


def test_a_part_that_is_no_longer_needed_goes_when_nobody_can_be_reading_it(clean: Cached) -> None:
    clean()
    (old,) = parts()
    fill(HERE, CHANGED)
    clean()
    assert old.exists()
    age(GRACE - 60, old)
    assert clean() == []
    assert old.exists()
    age(GRACE + 60, old)
    assert clean() == []
    assert not old.exists()
    assert len(parts()) == 1


def test_a_part_that_is_needed_stays_however_old_it_is(clean: Cached) -> None:
    clean()
    age(10 * GRACE)
    fill(HERE, {"1.txt": f"{ORCHARD}\n", "2.txt": f"{FERRY}\n"})
    assert clean() == ["1.txt", "2.txt"]
    assert len(parts()) == 2
    assert clean() == []


def test_a_folder_removes_no_part_that_another_one_made(clean: Cached) -> None:
    clean()
    fill(Path("other"), {"x.txt": TEXTS["1.txt"]})
    assert clean("other") == []
    fill(Path("other"), {"x.txt": f"{BOOKS}\n"})
    age(10 * GRACE)
    assert clean("other") == ["x.txt"]
    assert clean() == []


def test_many_parts_of_another_folder_are_no_reason_to_analyse_all_anew(clean: Cached) -> None:
    clean()
    more = {"root": "/other", "docs": [], "digests": [], "encodings": [], "sizes": [], "phrases": []}
    for number in range(FEW + 1):
        path = parts()[0].with_name(f"f{number}.part")
        write_part(path, NO_SEGMENTS, {**more, "documents": {name: [] for name in DOCUMENTS}})
    assert clean() == []


def test_a_folder_that_has_come_to_very_many_parts_is_analysed_anew(
    clean: Cached, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dedup.cache.FEW", 2)
    clean()
    for number in range(2):
        fill(HERE, {f"new{number}.txt": f"{number} {ORCHARD}\n"})
        assert clean() == [f"new{number}.txt"]
    assert clean() == sorted([*ALL, "new0.txt", "new1.txt"])
    age(10 * GRACE)
    clean()
    assert len(parts()) == 1
    assert clean() == []


def test_a_part_that_another_run_is_reading_is_not_removed(clean: Cached) -> None:
    clean()
    age(10 * GRACE)
    reading = SegmentCache(Path("cache"), HERE, Config(workers=1))
    (found,) = reading.find([digest_of(TEXTS["1.txt"].encode())], 1)
    fill(HERE, CHANGED)
    clean()
    assert found.part["key_lo"].any()


@pytest.mark.parametrize("place", ["taken", "taken/cache"], ids=["a file is there", "its folder is a file"])
def test_a_folder_that_cannot_be_made_is_no_failure(clean: Cached, place: str) -> None:
    Path("taken").write_text("mine")
    assert clean(cache_dir=place) == ALL
    assert Path("taken").read_text() == "mine"


def deny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be made below the cache."""
    for name in ("open", "mkdir"):
        real = getattr(os, name)

        def refuse(path: str, flags: int = os.O_CREAT, *rest: object, real: Any = real, **more: object) -> object:
            if "cache" in Path(path).parts and flags & os.O_CREAT:
                raise PermissionError(errno.EACCES, "Permission denied", path)
            return real(path, flags, *rest, **more)

        monkeypatch.setattr(os, name, refuse)


def test_a_folder_that_may_not_be_made_is_no_failure(clean: Cached, monkeypatch: pytest.MonkeyPatch) -> None:
    deny(monkeypatch)
    assert clean() == ALL


def test_a_folder_that_may_no_longer_be_written_is_no_failure(clean: Cached, monkeypatch: pytest.MonkeyPatch) -> None:
    clean()
    fill(HERE, {"1.txt": f"{ORCHARD}\n"})
    deny(monkeypatch)
    assert clean() == ["1.txt"]
