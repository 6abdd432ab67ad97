"""`dedup restore`, as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedup.cli.app import main
from tests.test_promises_files import tree

FILES = {
    "site/a.txt": b"\xef\xbb\xbfThe ferry crews of Port Maren stay ashore.\r\n\r\nAdvertisement\r\n\r\nAnd so on.",
    "site/b.txt": b"Seventeen volunteers carried the books to the dry rooms.\n",
    "site/c.txt": b"Seventeen volunteers carried the books to the dry rooms.\n\n\n",
    "cyrillic.txt": ("Жители посёлка собрали деньги на новый мост через реку.\n" * 2).encode("cp1251"),
}


@pytest.fixture
def cleaned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, data in FILES.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    assert main(["clean", "in", "out", "--quiet"]) == 0
    assert tree(tmp_path / "out") != FILES
    return tmp_path


def test_every_original_comes_back_byte_for_byte(cleaned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(cleaned / "out")
    assert main(["restore", "out", "back"]) == 0
    assert tree(cleaned / "back") == FILES
    assert tree(cleaned / "out") == before
    assert capsys.readouterr().out == "4 documents restored to back, 0 not\n"


def test_quiet_says_nothing(cleaned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", "out", "back", "-q"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_changed_copy_is_named_and_the_others_are_restored(cleaned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (cleaned / "out" / "site" / "a.txt").write_text("edited")
    assert main(["restore", "out", "back"]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("dedup: site/a.txt: the cleaned copy was changed")
    assert captured.out == "3 documents restored to back, 1 not\n"
    assert tree(cleaned / "back") == {name: data for name, data in FILES.items() if name != "site/a.txt"}


def test_a_missing_copy_is_named(cleaned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (cleaned / "out" / "site" / "b.txt").unlink()
    assert main(["restore", "out", "back"]) == 2
    assert "site/b.txt: No such file" in capsys.readouterr().err
    assert set(tree(cleaned / "back")) == set(FILES) - {"site/b.txt"}


def test_a_folder_without_a_ledger_is_refused(cleaned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", "in", "back"]) == 2
    assert "has no ledger" in capsys.readouterr().err
    assert not (cleaned / "back").exists()


@pytest.mark.parametrize("destination", ["out", "out/back", "."])
def test_a_destination_in_or_around_the_cleaned_folder_is_refused(cleaned: Path, destination: str) -> None:
    before = tree(cleaned)
    assert main(["restore", "out", destination, "--force"]) == 2
    assert tree(cleaned) == before


def test_a_destination_with_files_is_refused_unless_forced(cleaned: Path) -> None:
    (cleaned / "back").mkdir()
    (cleaned / "back" / "mine.txt").write_text("mine")
    assert main(["restore", "out", "back"]) == 2
    assert tree(cleaned / "back") == {"mine.txt": b"mine"}
    assert main(["restore", "out", "back", "--force"]) == 0
    assert tree(cleaned / "back") == {**FILES, "mine.txt": b"mine"}
