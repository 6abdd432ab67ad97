"""A run over files: where it leaves something, and what comes of it when files change while it goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dedup import Cleaner, Config, DocumentError
from dedup.cli.app import main
from dedup.engines.local import LocalEngine
from dedup.files import clean_files
from dedup.ledger import Book
from dedup.outcome import Cleaned
from dedup.run import Run
from dedup.shelf import Shelf
from tests.folders import EVERYTHING, fill, whole

ALONE = Config(workers=1, cache=False)
HERE = Path("in")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder with files to be cleaned."""
    monkeypatch.chdir(tmp_path)
    fill(HERE, EVERYTHING)


def bulk(monkeypatch: pytest.MonkeyPatch, *, files: bool = False) -> None:
    """Let runs go as those over large folders do."""
    monkeypatch.setattr("dedup.files.BULK_FROM", 0)
    monkeypatch.setattr("dedup.engines.local.BULK_FROM", 0)
    monkeypatch.setattr("dedup.engines.local.STRIDE", 1)
    if files:
        monkeypatch.setattr("dedup.spool.SHARE", 0)
        monkeypatch.setattr("dedup.files.LocalEngine", partial(LocalEngine, batch=100))


def names() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


@pytest.mark.parametrize("large", [False, True], ids=["a small folder", "a large folder"])
def test_a_run_without_an_output_shows_every_document_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    expected = clean_files(HERE, Path("out"), ALONE)
    copies = {name: data for name, data in whole(Path("out")).items() if data is not None and ".dedup" not in name}
    before = whole(Path())
    if large:
        bulk(monkeypatch, files=True)
    seen: list[Cleaned] = []
    done = clean_files(HERE, None, Config(workers=1), look=seen.append)
    assert whole(Path()) == before
    assert (done.totals, done.bad, done.summary) == (expected.totals, expected.bad, expected.summary)
    assert [one.document.id for one in seen] == [n for n in sorted(EVERYTHING) if not n.startswith("d/")]
    statuses = {one.document.id: one.status for one in seen}
    assert {one.document.id for one in seen if one.status != "copy"} == copies.keys()
    for one in seen:
        assert statuses[one.document.id] == "copy" or one.text.encode(
            done.totals.encodings.get(one.document.id, "utf-8")
        ) == copies[one.document.id]  # fmt: skip


def test_the_api_gives_back_what_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    bulk(monkeypatch, files=True)
    for name in ("d/bad.txt", "d/half.txt"):
        (HERE / name).unlink()
    outcome = Cleaner(ALONE).clean_folder(HERE, "out")
    for one in outcome:
        path = Path("out", one.document.id)
        assert path.exists() is (one.status != "copy")
        if one.status == "unchanged":
            assert path.read_bytes() == EVERYTHING[one.document.id]
    records = [json.loads(line) for line in Path("out/.dedup/ledger.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [r["text"] for r in records] == [removal.text for removal in outcome.removals]


def test_one_file_is_cleaned_into_a_folder() -> None:
    done = clean_files(HERE / "a.txt", Path("out"), ALONE)
    assert done.totals.statuses == {"changed": 1}
    assert [name for name in whole(Path("out")) if ".dedup" not in name] == ["a.txt"]


@pytest.mark.parametrize("temp_dir", ["", "scratch/here"], ids=["beside the output", "elsewhere"])
def test_temporary_files_lie_where_they_should_and_are_gone_afterwards(
    monkeypatch: pytest.MonkeyPatch, temp_dir: str
) -> None:
    bulk(monkeypatch, files=True)
    seen: set[tuple[Path, str]] = set()
    real = Run.decide

    def look(run: Run, *rest: Any) -> None:
        real(run, *rest)
        seen.update((path.parent.parent, path.suffix) for path in Path().rglob("*.part"))

    monkeypatch.setattr(Run, "decide", look)
    clean_files(HERE, Path("deep/out"), Config(workers=1, cache=False, temp_dir=temp_dir))
    assert seen == {(Path(temp_dir or "deep"), ".part")}
    assert list(Path(temp_dir or "deep").iterdir()) == ([] if temp_dir else [Path("deep/out")])


def test_a_small_run_makes_no_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.mkdtemp", lambda **_: pytest.fail("a folder was made"))
    clean_files(HERE, Path("out"), Config(workers=1, temp_dir="scratch"))
    assert names() == ["in", "out"]


def change(name: str = "a.txt") -> None:
    (HERE / name).write_bytes((HERE / name).read_bytes() + b"More of it.\r\n")


def after(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, do: Callable[[], None]) -> None:
    """Let something happen each time that a method was called."""
    real = getattr(owner, name)

    def call(*arguments: Any, **more: Any) -> Any:
        result = real(*arguments, **more)
        do()
        return result

    monkeypatch.setattr(owner, name, call)


@pytest.mark.parametrize("do", [change, lambda: (HERE / "a.txt").unlink()], ids=["changes", "goes"])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_file_that_changes_after_it_was_read_ends_the_run_with_nothing_half(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], workers: str, do: Callable[[], None]
) -> None:
    bulk(monkeypatch, files=True)
    options = ["--no-cache", "--workers", workers, "--quiet"]
    with monkeypatch.context() as patch:
        after(patch, Run, "decide", do)
        assert main(["clean", "in", "out", *options]) == 2
    assert capsys.readouterr().err == "dedup: a.txt: was changed while it was read; run again\n"
    assert whole(Path("out")).keys() == {".dedup", ".dedup/run.json", ".dedup/.gitignore"}
    assert json.loads(Path("out/.dedup/run.json").read_text())["finished"] is False
    assert names() == ["in", "out"]

    fill(HERE, EVERYTHING)
    assert main(["clean", "in", "out", *options]) == 2  # because of the bad files
    clean_files(HERE, Path("expected"), ALONE)
    assert whole(Path("out")) == whole(Path("expected"))


def test_an_earlier_output_stays_as_it_was_when_a_file_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    clean_files(HERE, Path("out"), ALONE)
    before = whole(Path("out"))
    fill(HERE, {"new.txt": "A new one.\n"})
    after(monkeypatch, Run, "decide", change)
    with pytest.raises(DocumentError, match=r"^a\.txt: was changed while it was read; run again$"):
        clean_files(HERE, Path("out"), ALONE)
    found = whole(Path("out"))
    assert {name for name in found if found[name] != before.get(name)} == {".dedup/run.json"}
    assert found.keys() == before.keys()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_changes_while_texts_are_compared_ends_the_run_before_it_writes(
    monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    bulk(monkeypatch)
    after(monkeypatch, Shelf, "alike", lambda: change("b/near.txt"))
    with pytest.raises(DocumentError, match=r"^b/near\.txt: was changed"):
        clean_files(HERE, Path("out"), Config(workers=workers, cache=False))
    assert names() == ["in"]


def test_a_file_that_changes_when_the_ledger_is_written_ends_a_run_that_the_next_completes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dedup.publish.KEPT", 0)
    with monkeypatch.context() as patch:
        after(patch, Book, "close", lambda: change("c/ru.txt"))
        with pytest.raises(DocumentError, match=r"^c/ru\.txt: was changed"):
            clean_files(HERE, Path("out"), ALONE)
    assert not [name for name in whole(Path("out")) if name.endswith(".tmp")]
    assert json.loads(Path("out/.dedup/run.json").read_text())["finished"] is False
    clean_files(HERE, Path("out"), ALONE)
    clean_files(HERE, Path("expected"), ALONE)
    assert whole(Path("out")) == whole(Path("expected"))
