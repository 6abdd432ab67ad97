"""`dedup allow`, as a user types it: the finding is gone, and the settings are as they were but for one entry."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from dedup.cli.app import main
from dedup.config import fingerprint_of, load_config

FERRY = "The ferry crews of Port Maren voted to stay ashore until the harbour office answers their letter."
NETS = "Gertrud Alm, who mends the nets, said the winter storms had taken most of the northern pier."
BOOKS = "Seventeen volunteers carried the books from the flooded library to the dry rooms above the bakery."
BRIDGE = "The council will publish the drawings of the wooden bridge, and residents may comment until spring."
AD = f"{FERRY}\n\nAdvertisement\n\n{NETS}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PRE_COMMIT", raising=False)
    monkeypatch.delenv("DEDUP_OUTPUT_FORMAT", raising=False)
    (tmp_path / "a.txt").write_text(AD)
    return tmp_path


def codes(capsys: pytest.CaptureFixture[str], *paths: str) -> list[str]:
    """Return place and code of what `check` finds."""
    capsys.readouterr()
    main(["check", *(paths or ["."]), "--output-format", "concise", "--quiet"])
    found = [line for line in capsys.readouterr().out.splitlines() if ".txt:" in line]
    return [":".join(line.split(":")[:2]) + " " + line.split()[1] for line in found]


CASES = [
    pytest.param(AD, 3, "AD001", id="a line that a rule names"),
    pytest.param(f"{FERRY}\n\n{NETS}\n\n{BOOKS}\n\n{FERRY}\n", 7, "DU001", id="a repeated line"),
    pytest.param(
        f"{FERRY}\n\n{NETS}\n\n{BOOKS}\n\n{FERRY.replace('letter', 'leter')}\n", 7, "DU002", id="a near-repeat"
    ),
    pytest.param(f"{FERRY} {NETS}\n\n{BOOKS}\n\n{BRIDGE} {NETS} The end came.\n", 5, "DU101", id="a sentence of it"),
    pytest.param(
        f"{FERRY}\n\n{NETS} You can unsubscribe at any time.\n\n{BOOKS}\n", 3, "NL", id="a sentence that a rule names"
    ),
    pytest.param(f"{FERRY} {NETS} {BOOKS}\n\n{BRIDGE}\n\n{NETS}\n", 5, "DU", id="a teaser"),
    pytest.param(f"{FERRY}\n\n \t Advertisement \n\n{NETS}\n", 3, "AD001", id="a line with spaces around it"),
    pytest.param(f"{FERRY}\r\n\r\nAdvertisement\r\n\r\n{NETS}\r\n", 3, "AD001", id="CRLF"),
    pytest.param(f"\ufeffAdvertisement\n\n{FERRY}\n\n{NETS}\n", 1, "AD001", id="behind a byte order mark"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "code"), CASES)
def test_an_allowed_line_is_no_finding(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, line: int, code: str
) -> None:
    (folder / "a.txt").write_bytes(text.encode())
    (found,) = codes(capsys)
    assert found.startswith(f"a.txt:{line} {code}")
    assert main(["allow", f"a.txt:{line}", "--reason", "it belongs there"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("added to dedup.toml\n", "")
    assert codes(capsys) == []
    assert main(["check", "."]) == 0


def test_an_allowed_line_stays_for_clean_too(folder: Path) -> None:
    assert main(["allow", "a.txt:3", "--reason", "why"]) == 0
    assert main(["clean", "a.txt", "out", "--quiet"]) == 0
    assert (folder / "out" / "a.txt").read_text() == AD


def test_other_findings_remain(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.txt").write_text(f"{FERRY}\n\nAdvertisement\n\n{NETS}\n\nSource: Read Full Article\n")
    before = codes(capsys)
    assert len(before) == 2
    main(["allow", "a.txt:3", "--reason", "why"])
    assert codes(capsys) == before[1:]


def test_a_second_time_says_so_and_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["allow", "a.txt:3", "--reason", "why"]) == 0
    before = (folder / "dedup.toml").read_bytes()
    capsys.readouterr()
    assert main(["allow", "a.txt:3", "--reason", "another why"]) == 0
    assert "has it already" in capsys.readouterr().out
    assert (folder / "dedup.toml").read_bytes() == before


def test_two_lines_are_two_entries(folder: Path) -> None:
    assert main(["allow", "a.txt:3", "--reason", "one"]) == 0
    first = (folder / "dedup.toml").read_bytes()
    assert main(["allow", "a.txt:1", "--reason", "two"]) == 0
    assert (folder / "dedup.toml").read_bytes().startswith(first)
    assert [(a.fingerprint, a.reason) for a in load_config(folder / "dedup.toml").allow] == [
        (fingerprint_of("Advertisement"), "one"),
        (fingerprint_of(FERRY), "two"),
    ]


@pytest.mark.parametrize(
    "reason",
    ["a", 'he said "stay"', "C:\\new\\table", "two\nlines\tand\x1bmore", "Мост 🚢", "# no comment", "''' \"\"\""],
)
def test_any_reason_is_kept(folder: Path, reason: str) -> None:
    assert main(["allow", "a.txt:3", "--reason", reason]) == 0
    assert load_config(folder / "dedup.toml").allow[0].reason == reason


def test_a_reason_with_a_delete_character_is_kept(folder: Path) -> None:
    assert main(["allow", "a.txt:3", "--reason", "a\x7fb"]) == 0
    assert load_config(folder / "dedup.toml").allow[0].reason == "a\x7fb"


KEPT = [
    pytest.param("dedup.toml", "", id="an empty file"),
    pytest.param("dedup.toml", "# mine\nmin-words  =  5 # five\n\n\n", id="comments and spaces"),
    pytest.param("dedup.toml", "min-words = 5", id="no line end at the end"),
    pytest.param("dedup.toml", '[per-file-ignores]\n"x" = ["AD"]\n', id="a table at the end"),
    pytest.param("dedup.toml", '[[allow]]\ntext = "Rain"\nreason = "r"\n[per-file-ignores]\n', id="an entry already"),
    pytest.param("pyproject.toml", "[tool.dedup]\nmin-words = 5\n\n[tool.ruff]\nline-length = 9\n", id="pyproject"),
    pytest.param("pyproject.toml", '[[tool.dedup.allow]]\ntext = "Rain"\n[x]\ny = 1', id="pyproject with an entry"),
    pytest.param("pyproject.toml", "tool.dedup.min-words = 5\n", id="pyproject with dotted keys"),
    pytest.param("dedup.toml", "# мост 🚢\n", id="not ASCII"),
    pytest.param(
        "dedup.toml",
        "# mine\r\nmin-words = 5\r\n",
        id="CRLF",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), KEPT)
def test_what_is_in_the_settings_is_kept_byte_for_byte(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    (folder / name).write_bytes(text.encode())
    before = load_config(folder / name)
    assert main(["allow", "a.txt:3", "--reason", "why"]) == 0
    written = (folder / name).read_bytes()
    assert written.startswith(text.encode())
    assert written.endswith(b"\n")
    after = load_config(folder / name)
    assert after.allow[:-1] == before.allow
    assert after.allow[-1] == (fingerprint_of("Advertisement"), "why")
    assert codes(capsys) == []
    assert {p.name for p in folder.iterdir() if p.suffix == ".toml"} == {name}


def test_a_pyproject_without_a_table_is_left_alone(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert main(["allow", "a.txt:3", "--reason", "why"]) == 0
    assert (folder / "pyproject.toml").read_text() == "[project]\nname = 'x'\n"
    assert tomllib.loads((folder / "dedup.toml").read_text())["allow"][0]["reason"] == "why"


def test_the_nearest_settings_above_are_used(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "dedup.toml").write_text("min-words = 5\n")
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "b.txt").write_text(AD)
    monkeypatch.chdir(folder / "deep" / "er")
    assert main(["allow", "b.txt:3", "--reason", "why"]) == 0
    assert len(load_config(folder / "dedup.toml").allow) == 1
    assert list((folder / "deep" / "er").iterdir()) == [folder / "deep" / "er" / "b.txt"]


def test_config_names_the_settings_file(folder: Path) -> None:
    (folder / "dedup.toml").write_text("min-words = 5\n")
    assert main(["allow", "a.txt:3", "--reason", "why", "--config", "mine.toml"]) == 0
    assert len(load_config(folder / "mine.toml").allow) == 1
    assert (folder / "dedup.toml").read_text() == "min-words = 5\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.txt:2", "--reason", "r"], "no text on line 2"),
        (["a.txt:0", "--reason", "r"], "no text on line 0"),
        (["a.txt:77", "--reason", "r"], "no text on line 77"),
        (["gone.txt:1", "--reason", "r"], "gone.txt: No such file"),
        (["in:1", "--reason", "r"], "in: Is a directory"),
        (["a.txt", "--reason", "r"], "FILE:LINE"),
        (["a.txt:", "--reason", "r"], "FILE:LINE"),
        (["a.txt:x", "--reason", "r"], "FILE:LINE"),
        (["a.txt:-3", "--reason", "r"], "FILE:LINE"),
        ([":3", "--reason", "r"], "FILE:LINE"),
        (["a.txt:3"], "--reason"),
        (["nul.txt:1", "--reason", "r"], "NUL bytes"),
        (["a.txt:3", "--reason", "r", "--config", "broken.toml"], "broken.toml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_not_there_is_an_error(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    (folder / "in").mkdir()
    (folder / "nul.txt").write_bytes(b"a\0b")
    (folder / "broken.toml").write_text("= 3")
    assert main(["allow", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert not (folder / "dedup.toml").exists()
    assert (folder / "broken.toml").read_text() == "= 3"


def test_a_file_that_is_no_text_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "nul.txt").write_bytes(b"a\0b")
    assert main(["allow", "nul.txt:1", "--reason", "r"]) == 2
    assert "nul.txt" in capsys.readouterr().err


def test_the_number_of_lines_is_right(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["allow", "a.txt:77", "--reason", "r"])
    assert "5 lines" in capsys.readouterr().err


def test_a_number_that_is_none_is_an_error(folder: Path) -> None:
    assert main(["allow", "a.txt:²", "--reason", "r"]) == 2


@pytest.mark.parametrize("character", ["\x07", "\x1b", "\x7f"])
def test_a_line_with_a_control_character_can_be_allowed(folder: Path, character: str) -> None:
    (folder / "a.txt").write_text(f"{FERRY}\n\nAdver{character}tisement\n")
    (folder / "dedup.toml").write_text("min-words = 5\n")
    assert main(["allow", "a.txt:3", "--reason", "r"]) == 0
    assert len(load_config(folder / "dedup.toml").allow) == 1


def test_settings_are_never_broken(folder: Path) -> None:
    (folder / "a.txt").write_text("Adver\x07tisement\n")
    (folder / "dedup.toml").write_text("min-words = 5\n")
    main(["allow", "a.txt:1", "--reason", "r"])
    load_config(folder / "dedup.toml")


def test_a_file_name_with_a_line_break_can_be_allowed(folder: Path) -> None:
    (folder / "a\nb.txt").write_text(AD)
    assert main(["allow", "a\nb.txt:3", "--reason", "r"]) == 0
    assert len(load_config(folder / "dedup.toml").allow) == 1


def test_a_file_name_that_is_not_utf8_can_be_allowed(folder: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    try:
        Path(name).write_text(AD)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert main(["allow", f"{name}:3", "--reason", "r"]) == 0
    assert len(load_config(folder / "dedup.toml").allow) == 1


def test_a_failing_write_leaves_the_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "dedup.toml").write_text("min-words = 5\n")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("dedup.documents.output.os.replace", fail)
        assert main(["allow", "a.txt:3", "--reason", "r"]) == 2
    assert (folder / "dedup.toml").read_text() == "min-words = 5\n"
    assert sorted(p.name for p in folder.iterdir()) == ["a.txt", "dedup.toml"]
