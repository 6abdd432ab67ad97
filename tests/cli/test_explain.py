"""`dedup explain`, as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedup.cli.app import main

LEAD = "The ferry crews of Port Maren voted to stay ashore until Friday."
TEXT = f"{LEAD}\n\nAdvertisement\n\nThe pilots will join them in spring.\n{LEAD}\n"


@pytest.fixture
def cleaned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in" / "b").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text(TEXT)
    (tmp_path / "in" / "b" / "b.txt").write_text(
        f"Seventeen volunteers carried the books to the dry rooms.\n{LEAD}\n\nNobody in the village minded it.\n"
    )
    (tmp_path / "in" / "copy.txt").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    assert main(["clean", "in", "out", "--quiet"]) == 0
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], place: str) -> list[str]:
    assert main(["explain", place]) == 0
    return capsys.readouterr().out.splitlines()


def test_all_lines_are_shown_and_why_some_went(cleaned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "out/a.txt") == [
        f"    1   {LEAD}",
        "    3 - Advertisement",
        "        AD001 ad-label: 'advertisement'",
        "    5   The pilots will join them in spring.",
        f"    6 - {LEAD}",
        "        DU001 repeated-line: repeats line 1 (the same text)",
    ]


def test_a_line_that_stayed_says_so(cleaned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, "out/a.txt:5")
    assert lines == ["    5   The pilots will join them in spring.", "        kept: nothing was found"]


def test_a_kept_twin_names_those_that_went(cleaned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "out/a.txt:1")[1:] == [
        "        kept: the twin of 6, which went as DU001",
        "        kept: the twin of b/b.txt:2, which went as DU001",
    ]


def test_a_twin_in_another_document_is_named_with_its_line(cleaned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "out/b/b.txt:2") == [
        f"    2 - {LEAD}",
        "        DU001 repeated-line: repeats a.txt:1 (the same text)",
    ]


def test_a_dropped_document_says_which_one_it_repeats(cleaned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "out/copy.txt")[0] == "DU401 duplicate-document: 100% of its words stand in a.txt"


def test_a_text_outside_any_cleaned_folder_is_judged_on_its_own(
    cleaned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "in/a.txt:3"]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == ["    3 - Advertisement", "        AD001 ad-label: 'advertisement'"]
    assert "judged on its own" in captured.err


def test_a_file_name_with_a_colon_and_a_number_is_a_file(cleaned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (cleaned / "9:30").write_text("The pilots will join them in spring.\n")
    assert shown(capsys, "9:30") == ["    1   The pilots will join them in spring."]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("out/a.txt:4", "no text on line 4"),
        ("out/a.txt:99", "no text on line 99"),
        ("out/other.txt", "not in the ledger"),
        ("nowhere.txt", "nowhere.txt is not a file"),
        ("in", "in is not a file"),
    ],
)
def test_what_cannot_be_explained_is_one_line(
    cleaned: Path, capsys: pytest.CaptureFixture[str], place: str, said: str
) -> None:
    assert main(["explain", place]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert captured.err.count("\n") == 1


def test_a_file_that_is_no_text_is_named(cleaned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (cleaned / "picture.txt").write_bytes(b"\0\1")
    assert main(["explain", "picture.txt"]) == 2
    assert "NUL" in capsys.readouterr().err
