"""What a run over files writes: the same as one in memory, however many processes there are and however little memory."""

from __future__ import annotations

import errno
import os
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Config, OutputError
from dedup.documents.folder import read
from dedup.engines.local import LocalEngine
from dedup.files import clean_files
from dedup.ledger import entries, restore, write_output
from dedup.outcome import Totals
from dedup.report.summary import summarise
from dedup.run import clean_documents
from tests.folders import EVERYTHING, FERRY, NETS, fill, whole
from tests.strategies import configs, files

ALONE = Config(workers=1, cache=False)
#: Ways in which a run may be done.
WAYS: dict[str, dict[str, Any]] = {
    "line by line": {"BULK_FROM": 10**9},
    "at once": {},
    "copies made twice": {"KEPT": 0},
    "little memory": {"SHARE": 0, "batch": 60},
    "little memory, copies made twice": {"SHARE": 0, "KEPT": 0},
    "two processes": {"workers": 2, "STRIDE": 1},
    "two processes, copies made twice": {"workers": 2, "STRIDE": 2, "KEPT": 0},
    "two processes, little memory": {"workers": 2, "STRIDE": 1, "SHARE": 0, "batch": 200},
}


def patched(patch: pytest.MonkeyPatch, way: dict[str, Any]) -> dict[str, Any]:
    """Let runs be done in a way; return the settings for it."""
    for name in ("dedup.files.BULK_FROM", "dedup.engines.local.BULK_FROM"):
        patch.setattr(name, way.get("BULK_FROM", 0))
    places = {"KEPT": "dedup.publish.KEPT", "SHARE": "dedup.spool.SHARE", "STRIDE": "dedup.engines.local.STRIDE"}
    for name in places.keys() & way.keys():
        patch.setattr(places[name], way[name])
    if "batch" in way:
        patch.setattr("dedup.files.LocalEngine", partial(LocalEngine, batch=way["batch"]))
    return {"workers": way.get("workers", 1), **({"memory_limit": "500MB"} if "SHARE" in way else {})}


def in_memory(source: Path, out: Path, config: Config) -> Totals:
    """Do what `clean_files` does, with all documents in memory."""
    intake, totals = read(source), Totals()
    outcome = clean_documents(intake.documents, config)
    for one in outcome:
        totals.add(one, intake.originals[one.document.id].encoding)
    write_output(
        out, intake, outcome, summarise(totals, config, outcome.passes, intake.bad, intake.skipped), config.packs
    )
    return totals


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "in", EVERYTHING)
    return tmp_path


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_files_are_cleaned_as_documents_in_memory_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch, way: dict[str, Any]
) -> None:
    expected = in_memory(folder / "in", folder / "expected", ALONE)
    assert expected.statuses == {"changed": 5, "unchanged": 2, "copy": 1, "left alone": 1}
    done = clean_files(folder / "in", folder / "out", Config(cache=False, **patched(monkeypatch, way)))
    assert whole(folder / "out") == whole(folder / "expected")
    assert done.totals == expected
    assert sorted(done.bad) == ["d/bad.txt", "d/half.txt"]
    assert sorted(path.name for path in folder.iterdir()) == ["expected", "in", "out"]
    assert restore(folder / "out", folder / "back") == (9, [])


def agree(data: dict[str, bytes], config: Config, way: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        root = Path(name)
        fill(root / "in", data)
        in_memory(root / "in", root / "expected", config)
        more = patched(patch, way)
        fields = {field: getattr(config, field) for field in Config.__dataclass_fields__}
        clean_files(root / "in", root / "out", Config(**{**fields, **more, "cache": False}))
        assert whole(root / "out") == whole(root / "expected")


@settings(deadline=None, max_examples=15)
@given(files(), configs(), st.sampled_from([name for name in WAYS if "two" not in name]))
def test_any_files_are_cleaned_as_documents_in_memory_are(data: dict[str, bytes], config: Config, way: str) -> None:
    agree(data, config, WAYS[way])


@settings(deadline=None, max_examples=5)
@given(files(), configs(), st.sampled_from([name for name in WAYS if "two" in name]))
def test_any_files_are_cleaned_by_two_processes_too(data: dict[str, bytes], config: Config, way: str) -> None:
    agree(data, config, WAYS[way])


def test_no_files_make_an_empty_ledger(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    clean_files(tmp_path / "in", tmp_path / "out", ALONE)
    assert list(entries(tmp_path / "out")) == []
    in_memory(tmp_path / "in", tmp_path / "expected", ALONE)
    assert whole(tmp_path / "out") == whole(tmp_path / "expected")


def test_copies_of_an_earlier_run_that_are_no_longer_wanted_go_unless_changed(folder: Path) -> None:
    fill(folder / "in", {"old/gone.txt": "Apples.\n", "old/deep/gone.txt": "Pears.\n", "mine.txt": "Plums.\n"})
    fill(folder / "in", {"e.txt": "Nuts.\n", "f.txt": "Grapes.\n"})
    clean_files(folder / "in", folder / "out", ALONE)
    earlier = whole(folder / "out")
    for name in ("old/gone.txt", "old/deep/gone.txt", "mine.txt"):
        (folder / "in" / name).unlink()
    fill(folder / "in", {"e.txt": b"\0", "f.txt": EVERYTHING["b/books.txt"]})
    fill(folder / "out", {"mine.txt": "notes of mine", "foreign.txt": "nobody's"})
    clean_files(folder / "in", folder / "out", ALONE)
    found = whole(folder / "out")
    assert earlier.keys() - found.keys() == {"old", "old/gone.txt", "old/deep", "old/deep/gone.txt", "e.txt", "f.txt"}
    assert found.keys() - earlier.keys() == {"foreign.txt"}
    assert (found["mine.txt"], found["foreign.txt"]) == (b"notes of mine", b"nobody's")


def test_a_second_run_changes_nothing_and_puts_right_what_somebody_changed(folder: Path) -> None:
    clean_files(folder / "in", folder / "out", ALONE)
    before = whole(folder / "out")
    written = (folder / "out" / "a.txt").stat()
    fill(folder / "out", {"b/near.txt": "notes of mine", "c/empty.txt": "x", "c/ru.txt": b"\0" * 200})
    (folder / "out" / "b" / "books.txt").unlink()
    clean_files(folder / "in", folder / "out", ALONE)
    assert whole(folder / "out") == before
    assert (folder / "out" / "a.txt").stat() == written


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_an_interrupted_run_leaves_nothing_to_the_next_of_its_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder / "one", {"a.txt": f"{FERRY}\n"})
    fill(folder / "two", {"a.txt": f"{NETS}\n"})
    with monkeypatch.context() as patch:
        patch.setattr("dedup.ledger.Book.close", interrupt)
        with pytest.raises(KeyboardInterrupt):
            clean_files(folder / "one", folder / "one.out", ALONE)
    monkeypatch.setattr("dedup.publish.KEPT", 0)
    clean_files(folder / "two", folder / "two.out", ALONE)
    assert (folder / "two.out" / "a.txt").read_text() == f"{NETS}\n"


def test_a_run_that_is_interrupted_while_old_copies_go_is_completed_by_the_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean_files(folder / "in", folder / "out", ALONE)
    (folder / "in" / "a.txt").unlink()
    with monkeypatch.context() as patch:
        patch.setattr("dedup.ledger.remove_file", interrupt)
        with pytest.raises(KeyboardInterrupt):
            clean_files(folder / "in", folder / "out", ALONE)
    clean_files(folder / "in", folder / "out", ALONE)
    assert not (folder / "out" / "a.txt").exists()


@pytest.mark.parametrize("name", ["documents.jsonl", pytest.param("ledger.jsonl")])
def test_a_ledger_that_cannot_be_begun_leaves_nothing_half(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    real = os.open

    def full(path: str, *rest: int) -> int:
        if f".{name}." in str(path):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, *rest)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(OutputError, match=f"cannot write .*{name}: No space left"):
        clean_files(folder / "in", folder / "out", ALONE)
    assert whole(folder / "out").keys() == {".dedup", ".dedup/run.json", ".dedup/.gitignore"}
