"""`dedup clean`, as a user types it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from dedup.cli.app import main
from tests.test_promises_files import tree

ARTICLE = "The ferry crews of Port Maren voted to stay ashore until Friday.\n\nThe pilots will join them in spring.\n"
DIRTY = ARTICLE.replace("\n\n", "\n\nAdvertisement\n\n")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an article to change, a clean one, a copy of it, and a file that is no text."""
    source = tmp_path / "in"
    (source / "site").mkdir(parents=True)
    (source / "dirty.txt").write_text(DIRTY)
    (source / "site" / "clean.txt").write_text("Seventeen volunteers carried the books to the dry rooms.\n")
    (source / "site" / "copy.txt").write_text("Seventeen volunteers carried the books to the dry rooms.\n")
    (source / "picture.jpg").write_bytes(b"\0")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "dedup", *arguments], input=stdin, capture_output=True, check=False)


def test_a_clean_article_is_copied_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    data = b"\xef\xbb\xbfThe crews of Port Maren stay ashore.\r\n \r\nNothing  else."
    (tmp_path / "in" / "a.txt").write_bytes(data)
    assert main(["clean", str(tmp_path / "in"), str(tmp_path / "out")]) == 0
    assert tree(tmp_path / "out") == {"a.txt": data}


def test_copies_stand_at_the_same_paths_and_the_input_is_not_touched(folder: Path) -> None:
    before = tree(folder / "in")
    assert main(["clean", "in", "out"]) == 0
    assert tree(folder / "in") == before
    assert tree(folder / "out") == {"dirty.txt": ARTICLE.encode(), "site/clean.txt": before["site/clean.txt"]}


def test_the_summary_counts_and_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", "in", "out"]) == 0
    captured = capsys.readouterr()
    printed = " ".join(captured.out.split())
    for part in (
        "AD001",
        "ad-label",
        "DU401",
        "site/copy.txt = site/clean.txt",
        "3 documents, 1 changed, 1 unchanged, 1 dropped as copies, 0 left alone, 0 bad",
        "15 characters removed",
        "picture.jpg",
        "out/.dedup/ledger.jsonl",
    ):
        assert part in printed, part
    assert captured.err == ""


def test_the_run_summary_is_kept_beside_the_ledger(folder: Path) -> None:
    main(["clean", "in", "out", "--budget", "0.7"])
    found = json.loads((folder / "out" / ".dedup" / "run.json").read_text())
    assert found["finished"] is True
    assert (found["documents"], found["changed"], found["copies"]) == (3, 1, 1)
    assert found["config"]["budget"] == 0.7
    assert found["removals"] == {"AD001": 1, "DU401": 1}
    assert list(found["skipped"]) == ["picture.jpg"]


def test_quiet_prints_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", "in", "out", "--quiet"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
    assert (folder / "out" / "dirty.txt").exists()


@pytest.mark.parametrize("out", [["out"], []], ids=["with OUT", "without OUT"])
def test_a_dry_run_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str], out: list[str]) -> None:
    assert main(["clean", "in", *out, "--dry-run"]) == 0
    assert "1 changed" in capsys.readouterr().out
    assert sorted(p.name for p in folder.iterdir()) == ["in"]


def test_a_diff_shows_what_would_change_and_exits_with_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", "in", "--diff"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "--- dirty.txt" in lines
    assert "+++ dirty.txt" in lines
    assert "-Advertisement" in lines
    assert lines[lines.index("--- site/copy.txt") + 1] == "+++ /dev/null"
    assert not any(line.startswith("+") and not line.startswith("+++") for line in lines)
    assert sorted(p.name for p in folder.iterdir()) == ["in"]


def test_a_diff_of_clean_articles_is_empty_and_exits_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", "in/site/clean.txt", "--diff"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        (["--select", "DU"], False),
        (["--select", "AD001"], True),
        (["--select", "ad-label"], True),
        (["--select", "RL,AD"], True),
        (["--ignore", "AD"], False),
        (["--ignore", "ad-label,DU401"], False),
        (["--select", "ALL", "--ignore", "AD001"], False),
        (["--select", "AD", "--select", "NL"], True),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_codes_names_and_prefixes_are_selected_and_ignored(folder: Path, options: list[str], changed: bool) -> None:
    assert main(["clean", "in", "out", *options]) == 0
    assert ((folder / "out" / "dirty.txt").read_text() == ARTICLE) is changed


def test_an_unknown_code_is_an_error_that_suggests_the_near_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clean", "in", "out", "--select", "DU100"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "'DU100'" in error
    assert "did you mean DU" in error
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "out"], "nowhere does not exist"),
        (["in"], "dedup clean IN OUT"),
        (["in", "in"], "lie in one another"),
        (["in", "in/out"], "lie in one another"),
        (["in", "."], "lie in one another"),
        (["in", "in/dirty.txt", "--force"], "in/dirty.txt"),
        (["in", "out", "--threshold", "0.2"], "threshold"),
        (["in", "out", "--scope", "world"], "scope"),
        (["in", "out", "--workers", "-1"], "workers"),
        (["in", "out", "--budget", "0"], "budget"),
        (["in", "-"], "standard output"),
        (["-", "out"], "dedup clean - -"),
        (["in", "out", "--config", "missing.toml"], "missing.toml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_usage_is_one_line_that_says_what_is_wrong(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    before = tree(folder)
    assert main(["clean", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("dedup: ")
    assert captured.err.count("\n") == 1
    assert said in captured.err
    assert tree(folder) == before


def test_a_foreign_folder_is_written_only_when_forced(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "thesis.doc").touch()
    assert main(["clean", "in", "out"]) == 2
    assert [p.name for p in (folder / "out").iterdir()] == ["thesis.doc"]
    assert main(["clean", "in", "out", "--force"]) == 0
    assert set(tree(folder / "out")) == {"thesis.doc", "dirty.txt", "site/clean.txt"}


def test_a_second_run_replaces_copies_and_removes_stale_ones(folder: Path) -> None:
    (folder / "in" / "old").mkdir()
    (folder / "in" / "old" / "gone.txt").write_text("The orchard gave many small red apples.\n")
    (folder / "in" / "old2.txt").write_text("The oldest pilot of the harbour retired.\n")
    assert main(["clean", "in", "out"]) == 0
    (folder / "in" / "old" / "gone.txt").unlink()
    (folder / "in" / "old2.txt").unlink()
    (folder / "out" / "old2.txt").write_text("notes of mine")
    (folder / "in" / "dirty.txt").write_text("Advertisement\nThe council will publish the drawings of the bridge.\n")
    assert main(["clean", "in", "out"]) == 0
    found = tree(folder / "out")
    assert set(found) == {"dirty.txt", "site/clean.txt", "old2.txt"}
    assert found["dirty.txt"] == b"The council will publish the drawings of the bridge.\n"
    assert found["old2.txt"] == b"notes of mine"  # changed by somebody: not dedup's to remove
    assert not (folder / "out" / "old").exists()


def test_settings_come_from_dedup_toml_and_flags_win(folder: Path) -> None:
    (folder / "dedup.toml").write_text('ignore = ["AD"]\n')
    main(["clean", "in", "out"])
    assert (folder / "out" / "dirty.txt").read_text() == DIRTY
    main(["clean", "in", "out", "--ignore", "RL"])
    assert (folder / "out" / "dirty.txt").read_text() == ARTICLE


def test_a_folder_without_texts_is_said_and_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    assert main(["clean", str(tmp_path / "in"), str(tmp_path / "out")]) == 0
    assert "no text files" in capsys.readouterr().err


def test_standard_input_goes_to_standard_output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    data = "\ufeff" + DIRTY.replace("\n", "\r\n")
    done = run("clean", "-", "-", stdin=data.encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == ("\ufeff" + ARTICLE.replace("\n", "\r\n")).encode()
    assert run("clean", "-", "-", stdin=b"").stdout == b""


def test_a_file_goes_to_standard_output(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stdout = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", stdout)
    assert main(["clean", "in/dirty.txt", "-"]) == 0
    assert stdout.buffer.getvalue() == ARTICLE.encode()  # type: ignore[attr-defined]


def test_exit_codes_reach_the_shell(folder: Path) -> None:
    assert run("clean", str(folder / "in"), str(folder / "out")).returncode == 0
    assert run("clean", str(folder / "in"), "--diff").returncode == 1
    done = run("clean", str(folder / "nowhere"), str(folder / "out"))
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Traceback" not in done.stderr
