"""The cache: what a second run need not analyse again, and that nobody sees from the output that there is one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Config
from dedup.files import clean_files
from tests.caching import ALL, TEXTS, Cached, parts
from tests.folders import BOOKS, EVERYTHING, FERRY, NETS, ORCHARD, fill, whole
from tests.strategies import files

HERE = Path("in")


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cached:
    return Cached(tmp_path, monkeypatch)


def test_a_second_run_analyses_nothing(clean: Cached) -> None:
    assert clean() == ALL
    assert clean() == []
    assert clean() == []


def test_everything_that_may_be_in_a_folder_is_the_same_from_the_cache(clean: Cached) -> None:
    fill(HERE, EVERYTHING)
    assert len(clean()) == len(ALL) + 8
    assert clean() == []


def test_of_a_folder_that_grows_only_the_new_files_are_analysed(clean: Cached) -> None:
    fill(HERE, {f"site/old{k}.txt": f"{k} boats. {NETS}\n" for k in range(196)})
    assert len(clean()) == 200
    fill(HERE, {"0.txt": f"{NETS}\n\n{BOOKS} Again.\n", "site/new.txt": f"{ORCHARD} And pears.\n"})
    assert clean() == ["0.txt", "site/new.txt"]
    assert clean() == []


def test_a_file_that_was_moved_renamed_or_touched_is_known(clean: Cached) -> None:
    clean()
    (HERE / "other").mkdir()
    (HERE / "1.txt").rename(HERE / "other" / "9.txt")
    (HERE / "2.txt").rename(HERE / "0.md")
    os.utime(HERE / "site" / "4.txt", (1, 1))
    assert clean() == []
    HERE.rename("elsewhere")
    assert clean("elsewhere") == []


def test_a_file_that_was_changed_is_not_known_even_with_its_old_size_and_time(clean: Cached) -> None:
    clean()
    path = HERE / "2.txt"
    status = path.stat()
    path.write_text(TEXTS["2.txt"].replace("library", "librery"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    assert clean() == ["2.txt"]
    path.write_text(TEXTS["2.txt"])
    assert clean() == []


def test_the_same_text_in_another_encoding_is_another_file(clean: Cached) -> None:
    clean()
    (HERE / "1.txt").write_bytes(("\ufeff" + TEXTS["1.txt"]).encode("utf-16-le"))
    assert clean() == ["1.txt"]
    assert clean() == []


def test_a_file_that_went_is_not_in_the_output(clean: Cached) -> None:
    clean()
    (HERE / "1.txt").unlink()
    assert clean() == []
    assert not Path("out", "1.txt").exists()
    fill(HERE, {"1.txt": TEXTS["1.txt"]})
    assert clean() == []
    assert Path("out", "1.txt").exists()


def test_files_that_say_the_same_are_each_there(clean: Cached) -> None:
    fill(HERE, {"site/same.txt": TEXTS["1.txt"]})
    assert clean() == sorted([*ALL, "site/same.txt"])
    assert clean() == []
    fill(HERE, {f"more/{k}.txt": TEXTS["1.txt"] for k in range(3)})
    assert len(clean()) == 3
    assert clean() == []
    for k in range(3):
        (HERE / "more" / f"{k}.txt").unlink()
    assert clean() == []


def test_files_that_cannot_be_read_are_asked_again(clean: Cached) -> None:
    fill(HERE, {"bad.txt": b"\0"})
    assert clean() == ALL
    assert clean() == []
    fill(HERE, {"bad.txt": f"{FERRY} It was mended.\n", "4.txt": b"\xff\xfex"})
    assert clean() == ["bad.txt"]


def test_two_folders_share_what_they_both_have(clean: Cached) -> None:
    fill(Path("other"), {"x/1.txt": TEXTS["1.txt"], "y.txt": f"{ORCHARD}\n"})
    assert clean() == ALL
    assert clean("other") == ["y.txt"]
    assert clean("other") == []
    assert clean() == []


def test_one_file_is_known_as_well_as_a_folder(clean: Cached) -> None:
    clean()
    assert clean("in/2.txt") == []


def test_what_two_processes_kept_one_knows(clean: Cached) -> None:
    clean(workers=2)
    assert len(parts()) == 1
    assert clean() == []


@settings(deadline=None, max_examples=8)
@given(files(), files(), st.data())
def test_what_was_cached_of_another_folder_never_shows(
    one: dict[str, bytes], other: dict[str, bytes], data: st.DataObject
) -> None:
    kept = data.draw(st.sets(st.sampled_from(sorted(one))))
    mixed = {**other, **{f"{data.draw(st.sampled_from('axz'))}/{name}": one[name] for name in sorted(kept)}}
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedup.files.BULK_FROM", 0)
        patch.setattr("dedup.engines.local.BULK_FROM", 0)
        root = Path(folder)
        for name, texts in (("one", one), ("mixed", mixed)):
            fill(root / name, texts)
            clean_files(root / name, root / f"{name}.out", Config(workers=1, cache_dir=str(root / "cache")))
        assert (root / "cache").is_dir()
        clean_files(root / "mixed", root / "cold", Config(workers=1, cache=False))
        assert whole(root / "mixed.out") == whole(root / "cold")
