"""`dedup check`, as a user types it."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from dedup.cli.app import main
from dedup.documents import output
from dedup.documents.folder import Original, load
from dedup.report.formats import FORMATS
from tests.test_promises_files import tree

ARTICLE = "The ferry crews of Port Maren voted to stay ashore until Friday.\n\nThe pilots will join them in spring.\n"
DIRTY = ARTICLE.replace("\n\n", "\n\nAdvertisement\n\n")
BOOKS = "Seventeen volunteers carried the books to the dry rooms.\n"
TWO = "The council will publish the drawings of the bridge.\n\nAdvertisement\n\nResidents may comment until spring.\n"
CLEAN_TWO = TWO.replace("Advertisement\n\n", "")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an article to change, a clean one, a copy of it, and a file that is no text."""
    source = tmp_path / "in"
    (source / "site").mkdir(parents=True)
    (source / "dirty.txt").write_text(DIRTY)
    (source / "site" / "clean.txt").write_text(BOOKS)
    (source / "site" / "copy.txt").write_text(BOOKS)
    (source / "picture.jpg").write_bytes(b"\0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PRE_COMMIT", raising=False)
    monkeypatch.delenv("DEDUP_OUTPUT_FORMAT", raising=False)
    return tmp_path


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], str]:
    """Run `dedup check`; return its exit code, places and codes, and what it says on standard error."""
    capsys.readouterr()
    code = main(["check", *arguments, "--output-format", "json-lines"])
    captured = capsys.readouterr()
    found = [json.loads(line) for line in captured.out.splitlines()]
    return code, [f"{f['filename']}:{f['location']['row']} {f['code']}" for f in found], captured.err


FOUND = ["in/dirty.txt:3 AD001", "in/site/copy.txt:1 DU401"]


# What is found, and the exit code


def test_findings_exit_with_1_and_nothing_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(folder)
    assert check(capsys, "in") == (1, FOUND, "")
    assert check(capsys) == (1, FOUND, "")
    assert check(capsys, "in/site/clean.txt") == (0, [], "")
    assert check(capsys, "in/site/copy.txt", "in/site/clean.txt") == (1, FOUND[1:], "")
    assert tree(folder) == before
    assert sorted(p.name for p in folder.iterdir()) == ["in"]


def test_the_full_format_shows_the_line_and_nothing_else_is_printed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "in"]) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.startswith('AD001 [*] ad-label: "advertisement"\n --> in/dirty.txt:3:1\n')
    assert captured.out.endswith("Found 2 problems.\n[*] 1 fixable with --fix.\n")


def test_nothing_found_is_said_but_not_when_quiet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "in/site/clean.txt"]) == 0
    assert capsys.readouterr().out == "All checks passed!\n"
    assert main(["check", "in/site/clean.txt", "-q"]) == 0
    assert capsys.readouterr().out == ""


def test_exit_zero(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, "in", "--exit-zero") == (0, FOUND, "")
    assert check(capsys, "in", "gone.txt", "--exit-zero")[:2] == (2, FOUND)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--select", "ad-label,RL"], FOUND[:1]),
        (["--select", "DU", "--select", "AD001"], FOUND),
        (["--ignore", "AD"], FOUND[1:]),
        (["--ignore", "ad-label,DU"], []),
        (["--scope", "document"], FOUND[:1]),
    ],
    ids=lambda value: " ".join(value),
)
def test_codes_and_scope_are_chosen(
    folder: Path, capsys: pytest.CaptureFixture[str], options: list[str], found: list[str]
) -> None:
    assert check(capsys, "in", *options) == (int(bool(found)), found, "")


def test_preview_rules_are_used_only_when_wanted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = "AP / Ann Doe – The two ministers shake hands on Thursday"
    (folder / "in" / "dirty.txt").write_text(f"{ARTICLE}\n{line}\n\n{CLEAN_TWO}")
    assert check(capsys, "in/dirty.txt") == (0, [], "")
    assert check(capsys, "in/dirty.txt", "--preview") == (1, ["in/dirty.txt:5 CR104"], "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["in", "--select", "DU100"], "did you mean DU"),
        (["in", "--scope", "world"], "scope"),
        (["in", "--config", "missing.toml"], "missing.toml"),
        (["in", "--corpus", "nowhere"], "the corpus nowhere is not a folder"),
        (["in", "--fix", "--diff"], "--diff"),
        (["-", "--fix"], "standard input"),
        (["in", "--output-format", "yaml"], "yaml"),
        (["in", "--unknown"], "--unknown"),
        (["in", "--baseline", "missing.json"], "missing.json"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_usage_says_what_is_wrong(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    before = tree(folder)
    assert main(["check", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert tree(folder) == before


def test_ctrl_c_exits_with_130(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dedup.documents.folder.decode", interrupt)
    assert main(["check", "in"]) == 130
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "interrupted" in captured.err


def test_exit_codes_reach_the_shell(folder: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([sys.executable, "-m", "dedup", "check", *arguments], capture_output=True, check=False)

    found = run("in", "--output-format", "concise")
    assert (found.returncode, found.stderr) == (1, b"")
    assert found.stdout.startswith(b"in/dirty.txt:3:1: AD001 [*] ")
    wrong = run("in/site/clean.txt", "gone.txt", "-q")
    assert (wrong.returncode, wrong.stdout, wrong.stderr) == (2, b"", b"dedup: gone.txt: No such file or directory\n")


# Formats


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_printed_alone(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["check", "in", "--output-format", name]) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "AD001" in captured.out
    if name in ("json", "gitlab", "sarif"):
        json.loads(captured.out)
    elif name == "junit":
        ET.fromstring(captured.out)
    elif name in ("github", "json-lines"):
        assert captured.out.count("\n") == 2


def test_an_unknown_format_is_an_error_that_lists_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "in", "--output-format", "yaml"]) == 2
    captured = capsys.readouterr()
    said = captured.err.replace("\n", " ")
    assert captured.out == ""
    assert "--output-format" in said
    assert [name for name in FORMATS if name not in said] == []


def test_statistics_is_no_format(folder: Path) -> None:
    assert main(["check", "in", "--output-format", "statistics"]) == 2


@pytest.mark.parametrize("name", ["json", "junit", "github"])
def test_a_format_for_programs_is_whole_where_nothing_is_found(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["check", "in/site/clean.txt", "--output-format", name]) == 0
    loud = capsys.readouterr().out
    assert loud == FORMATS[name]([])
    assert main(["check", "in/site/clean.txt", "--output-format", name, "--quiet"]) == 0
    assert capsys.readouterr().out == loud


def test_the_environment_names_a_format_and_the_option_wins(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEDUP_OUTPUT_FORMAT", "json")
    assert main(["check", "in"]) == 1
    assert [record["code"] for record in json.loads(capsys.readouterr().out)] == ["AD001", "DU401"]
    assert main(["check", "in", "--output-format", "concise"]) == 1
    assert capsys.readouterr().out.startswith("in/dirty.txt:3:1: AD001")
    monkeypatch.setenv("DEDUP_OUTPUT_FORMAT", "yaml")
    assert main(["check", "in"]) == 2
    assert "yaml" in capsys.readouterr().err


def test_statistics_are_counts_by_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "in" / "two.txt").write_text(TWO)
    assert main(["check", "in", "--statistics"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "2\tAD001\t[*]\tad-label\n1\tDU401\t[ ]\tduplicate-document\n"
    assert captured.err == ""
    assert main(["check", "in", "--statistics", "--exit-zero"]) == 0
    capsys.readouterr()
    assert main(["check", "in/site/clean.txt", "--statistics"]) == 0
    assert capsys.readouterr().out == ""


# --diff


def test_a_diff_shows_what_fix_would_change_and_writes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(folder)
    assert main(["check", "in", "--diff"]) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = captured.out.splitlines()
    assert lines[:2] == ["--- in/dirty.txt", "+++ in/dirty.txt"]
    assert [line for line in lines[2:] if line[:1] in "+-"] == ["-Advertisement", "-"]
    assert tree(folder) == before
    assert sorted(p.name for p in folder.iterdir()) == ["in"]


def test_a_diff_of_nothing_to_fix_is_empty(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["in/site/clean.txt"], ["in/site"], ["in", "--ignore", "AD"]):
        assert main(["check", *arguments, "--diff"]) == 0
        assert capsys.readouterr().out == ""
    assert main(["check", "in", "--diff", "--exit-zero"]) == 0
    assert main(["check", "in", "gone.txt", "--diff"]) == 2


def test_a_diff_of_a_file_name_that_is_not_utf8(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        Path(os.fsdecode(b"in/caf\xe9.txt")).write_text(TWO)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert check(capsys, "in")[0] == 1
    assert main(["check", "in", "--diff"]) == 1
    assert "-Advertisement" in capsys.readouterr().out


# --fix and restore


def fix_of(folder: Path) -> str:
    (home,) = (folder / ".dedup_cache" / "fixes").iterdir()
    return home.relative_to(folder).as_posix()


def test_fix_rewrites_what_it_can_and_reports_the_rest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    untouched = [
        folder / "in" / "site" / "clean.txt",
        folder / "in" / "site" / "copy.txt",
        folder / "in" / "picture.jpg",
    ]
    for path in untouched:
        os.utime(path, (1, 1))
    inodes = [path.stat().st_ino for path in untouched]
    code, found, said = check(capsys, "in", "--fix")
    assert (code, found) == (1, FOUND[1:])
    assert said == (
        f"Fixed in/dirty.txt: AD001 line 3\ndedup: took 1 out of 1 files; undo: dedup restore {fix_of(folder)}\n"
    )
    assert (folder / "in" / "dirty.txt").read_text() == ARTICLE
    assert [path.stat().st_mtime for path in untouched] == [1, 1, 1]
    assert [path.stat().st_ino for path in untouched] == inodes
    assert (folder / ".dedup_cache" / ".gitignore").read_text() == "*\n"

    mended = folder / "in" / "dirty.txt"
    os.utime(mended, (1, 1))
    assert check(capsys, "in", "--fix") == (1, FOUND[1:], "")
    assert mended.stat().st_mtime == 1
    fix_of(folder)  # still one


def test_exit_codes_of_fix(folder: Path) -> None:
    (folder / "in" / "site" / "copy.txt").unlink()
    assert main(["check", "in", "--fix"]) == 0
    (folder / "in" / "two.txt").write_text(TWO)
    assert main(["check", "in", "--fix", "--exit-non-zero-on-fix"]) == 1
    assert main(["check", "in", "--fix", "--exit-non-zero-on-fix"]) == 0
    (folder / "in" / "site" / "copy.txt").write_text(BOOKS)
    assert main(["check", "in", "--fix"]) == 1
    assert main(["check", "in", "--fix", "--exit-zero"]) == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (DIRTY.replace("\n", "\r\n").encode(), ARTICLE.replace("\n", "\r\n").encode()),
        (("\ufeff" + DIRTY).encode(), ("\ufeff" + ARTICLE).encode()),
        (("\ufeffAdvertisement\r\n\r\n" + BOOKS).encode(), ("\ufeff" + BOOKS).encode()),
        (DIRTY.encode("utf-16"), ARTICLE.encode("utf-16")),
        (DIRTY.rstrip("\n").encode(), ARTICLE.rstrip("\n").encode()),
        (
            "Die Fähre bleibt im Hafen, weil der Sturm tobt.\n\nAnzeige\n\nDie Müllerin zählt Brücken.\n".encode(
                "cp1252"
            ),
            "Die Fähre bleibt im Hafen, weil der Sturm tobt.\n\nDie Müllerin zählt Brücken.\n".encode("cp1252"),
        ),
    ],
    ids=["CRLF", "BOM", "BOM before what goes", "UTF-16", "no line end at the end", "cp1252"],
)
def test_fix_keeps_bytes_and_restore_puts_them_back(
    folder: Path, capsys: pytest.CaptureFixture[str], before: bytes, after: bytes
) -> None:
    path = folder / "in" / "dirty.txt"
    path.write_bytes(before)
    assert main(["check", "in/dirty.txt", "--fix"]) == 0
    assert path.read_bytes() == after
    capsys.readouterr()
    assert main(["restore", fix_of(folder)]) == 0
    assert capsys.readouterr().out == "1 files put back, 0 not\n"
    assert path.read_bytes() == before


def test_restore_works_from_another_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(folder / "in")
    assert main(["check", "in", "--fix", "-q"]) == 1
    home = folder / fix_of(folder)
    monkeypatch.chdir(folder / "in")
    assert main(["restore", str(home)]) == 0
    assert tree(folder / "in") == before


def test_a_file_that_was_changed_since_is_left_alone_and_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "in" / "two.txt").write_text(TWO)
    main(["check", "in", "--fix"])
    (folder / "in" / "two.txt").write_text(CLEAN_TWO + "Mine.\n")
    capsys.readouterr()
    assert main(["restore", fix_of(folder)]) == 2
    captured = capsys.readouterr()
    assert captured.out == "1 files put back, 1 not\n"
    assert captured.err == f"dedup: {folder.resolve()}/in/two.txt: was changed since; it is left as it is\n"
    assert (folder / "in" / "dirty.txt").read_text() == DIRTY
    assert (folder / "in" / "two.txt").read_text() == CLEAN_TWO + "Mine.\n"


def test_a_file_that_is_gone_since_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "in", "--fix"])
    (folder / "in" / "dirty.txt").unlink()
    capsys.readouterr()
    assert main(["restore", fix_of(folder)]) == 2
    assert "dirty.txt: No such file" in capsys.readouterr().err
    assert not (folder / "in" / "dirty.txt").exists()


def test_a_copy_in_the_cache_that_was_changed_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "in", "--fix"])
    (folder / fix_of(folder) / "000000.txt").write_text("x")
    capsys.readouterr()
    assert main(["restore", fix_of(folder)]) == 2
    assert "000000.txt" in capsys.readouterr().err
    assert (folder / "in" / "dirty.txt").read_text() == ARTICLE


def test_restore_of_a_fix_that_is_not_there_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", ".dedup_cache/fixes/none"]) == 2
    assert "none" in capsys.readouterr().err


@pytest.mark.parametrize("broken", ["write", "replace"])
@pytest.mark.parametrize("at", [0, 4, 7], ids=lambda at: f"at write {at}")
def test_a_failing_write_leaves_each_file_whole(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, broken: str, at: int
) -> None:
    (folder / "in" / "two.txt").write_text(TWO)
    before = tree(folder / "in")
    owner, count = output.os, [0]
    whole = getattr(owner, broken)

    def fail(*arguments: object) -> object:
        count[0] += 1
        if count[0] <= at:
            return whole(*arguments)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(owner, broken, fail)
        assert main(["check", "in", "--fix"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "No space left on device" in captured.err
    assert not [p for p in folder.rglob("*") if p.name.endswith(".tmp")]
    assert tree(folder / "in") == before


@pytest.mark.parametrize("luck", ["full disk", "Ctrl-C"])
def test_bad_luck_between_two_files_can_be_undone(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, luck: str
) -> None:
    (folder / "in" / "two.txt").write_text(TWO)
    before = tree(folder / "in")
    broken_off(monkeypatch, KeyboardInterrupt() if luck == "Ctrl-C" else OSError(28, "No space left on device"))
    assert main(["check", "in", "--fix"]) == (130 if luck == "Ctrl-C" else 2)
    assert tree(folder / "in") == {**before, "dirty.txt": ARTICLE.encode()}
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    assert main(["restore", fix_of(folder)]) == 2  # the second file was never changed, which is said
    assert tree(folder / "in") == before


def broken_off(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let the write of `two.txt` fail."""
    whole = os.replace

    def fail(source: Path, target: Path) -> None:
        if Path(target).name == "two.txt":
            raise error
        whole(source, target)

    monkeypatch.setattr(output.os, "replace", fail)


def test_ctrl_c_does_not_say_that_changed_files_are_untouched(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "in" / "two.txt").write_text(TWO)
    broken_off(monkeypatch, KeyboardInterrupt())
    assert main(["check", "in", "--fix"]) == 130
    assert (folder / "in" / "dirty.txt").read_text() == ARTICLE
    assert "untouched" not in capsys.readouterr().err


def test_a_failing_write_names_the_undo_of_files_that_were_changed(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "in" / "two.txt").write_text(TWO)
    broken_off(monkeypatch, OSError(28, "No space left on device"))
    assert main(["check", "in", "--fix"]) == 2
    assert (folder / "in" / "dirty.txt").read_text() == ARTICLE
    assert fix_of(folder) in capsys.readouterr().err


def test_fix_mends_what_a_link_leads_to(folder: Path) -> None:
    link = folder / "link.txt"
    link.symlink_to(folder / "in" / "dirty.txt")
    assert main(["check", "link.txt", "--fix"]) == 0
    assert link.is_symlink()
    assert (folder / "in" / "dirty.txt").read_text() == ARTICLE
    assert main(["restore", fix_of(folder)]) == 0
    assert (folder / "in" / "dirty.txt").read_text() == DIRTY


def test_fix_keeps_permissions(folder: Path) -> None:
    path = folder / "in" / "dirty.txt"
    path.chmod(0o600)
    assert main(["check", "in/dirty.txt", "--fix"]) == 0
    assert path.read_text() == ARTICLE
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_fix_keeps_is_not_checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, ".", "--fix", "--cache-dir", "cache")[:2] == (1, FOUND[1:])
    assert check(capsys, ".", "--cache-dir", "cache") == (1, FOUND[1:], "")


def test_what_a_users_pack_finds_is_fixed(folder: Path) -> None:
    from tests.report.test_findings import PACK

    (folder / "own.toml").write_text(PACK)
    (folder / "dedup.toml").write_text('packs = ["own.toml"]\n')
    path = folder / "in" / "dirty.txt"
    path.write_text(DIRTY.replace("Advertisement", "Brought to you by our harbour friends"))
    assert main(["check", "in/dirty.txt"]) == 1
    assert main(["check", "in/dirty.txt", "--fix"]) == 0
    assert path.read_text() == ARTICLE


# Which files


def test_excluded_files_of_folders_are_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "dedup.toml").write_text('exclude = ["site", "in/dirty.txt"]\n')
    assert check(capsys, "in") == (0, [], "")
    assert check(capsys, "in/dirty.txt") == (1, FOUND[:1], "")
    assert check(capsys, "in/dirty.txt", "--force-exclude") == (0, [], "")
    assert check(capsys, "in/site/clean.txt", "in/site/copy.txt") == (1, FOUND[1:], "")
    assert check(capsys, "in/site/clean.txt", "in/site/copy.txt", "--force-exclude") == (0, [], "")


@pytest.mark.parametrize("pattern", ["dirty.txt", "in/d*", "in/", "*/d?rty*"])
def test_a_pattern_is_of_names_or_paths(folder: Path, capsys: pytest.CaptureFixture[str], pattern: str) -> None:
    (folder / "dedup.toml").write_text(f'exclude = ["{pattern}"]\n')
    assert "in/dirty.txt:3 AD001" not in check(capsys, "in")[1]
    assert check(capsys, "in/dirty.txt", "./in/dirty.txt", "--force-exclude") == (0, [], "")


def test_an_excluded_file_is_no_twin(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "dedup.toml").write_text('exclude = ["clean.txt"]\n')
    assert check(capsys, "in") == (1, FOUND[:1], "")


def test_per_file_ignores_hold(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "dedup.toml").write_text('[per-file-ignores]\n"in/dirty.txt" = ["AD"]\n"*.md" = ["ALL"]\n')
    assert check(capsys, "in") == (1, FOUND[1:], "")
    (folder / "dedup.toml").write_text('[per-file-ignores]\n"in/*" = ["ad-label", "DU"]\n')
    assert check(capsys, "in", "--fix") == (0, [], "")
    assert (folder / "in" / "dirty.txt").read_text() == DIRTY


def test_a_per_file_ignore_that_names_nothing_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "dedup.toml").write_text('[per-file-ignores]\n"*" = ["AD999"]\n')
    assert main(["check", "in"]) == 2
    assert "'AD999'" in capsys.readouterr().err


def test_a_file_is_read_whatever_it_is_called_and_only_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "in" / "page.html").write_text(TWO)
    found = ["in/page.html:3 AD001"]
    assert check(capsys, "in/page.html", "./in/page.html", str(folder / "in" / "page.html")) == (1, found, "")
    assert check(capsys, "in") == (1, FOUND, "")


# Standard input


def test_standard_input_has_a_name(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin(monkeypatch, DIRTY.encode())
    assert check(capsys, "-") == (1, ["<stdin>:3 AD001"], "")
    stdin(monkeypatch, DIRTY.encode())
    assert check(capsys, "-", "--stdin-filename", "news/x.txt") == (1, ["news/x.txt:3 AD001"], "")
    stdin(monkeypatch, ARTICLE.encode())
    assert check(capsys, "-") == (0, [], "")
    stdin(monkeypatch, b"")
    assert check(capsys, "-") == (0, [], "")
    (folder / "dedup.toml").write_text('[per-file-ignores]\n"news/*" = ["AD"]\n')
    stdin(monkeypatch, DIRTY.encode())
    assert check(capsys, "-", "--stdin-filename", "news/x.txt") == (0, [], "")


def test_standard_input_is_shown_as_a_diff(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin(monkeypatch, DIRTY.encode())
    assert main(["check", "-", "--diff", "--stdin-filename", "x.txt"]) == 1
    assert capsys.readouterr().out.startswith("--- x.txt\n+++ x.txt\n")


def test_standard_input_that_is_no_text_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin(monkeypatch, b"a\0b")
    code, found, said = check(capsys, "-", "in", "--stdin-filename", "x.txt")
    assert (code, found) == (2, FOUND)
    assert said.startswith("dedup: x.txt: ")
    assert "NUL" in said


@pytest.mark.parametrize(
    "arguments", [["-", "-"], ["in", "-", "--stdin-filename", "in/dirty.txt"]], ids=["twice", "like a file"]
)
def test_standard_input_may_be_called_like_another_file(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    stdin(monkeypatch, DIRTY.encode())
    assert check(capsys, *arguments)[0] in (1, 2)


# Bad input


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"text\0more", "NUL bytes"), (bytes(range(256)), "NUL bytes"), (b"\xff\xfex", "begins as utf-16")],
    ids=["a NUL", "binary", "half UTF-16"],
)
def test_a_file_that_is_no_text_is_named_and_the_rest_is_checked(
    folder: Path, capsys: pytest.CaptureFixture[str], data: bytes, reason: str
) -> None:
    (folder / "in" / "bad.txt").write_bytes(data)
    code, found, said = check(capsys, "in")
    assert (code, found) == (2, FOUND)
    assert said.count("\n") == 1
    assert said.startswith("dedup: in/bad.txt: ")
    assert reason in said


def test_a_file_that_is_not_utf8_is_checked_in_its_encoding(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = "Жители посёлка Заречный собрали деньги на новый мост через реку ещё до начала зимы."
    other = "Учитель рассказал, что старая библиотека снова открыта для школьников и их родителей."
    (folder / "ru.txt").write_bytes(f"{line}\r\n\r\n{other}\r\n\r\n{line}\r\n".encode("cp1251"))
    assert check(capsys, "ru.txt") == (1, ["ru.txt:5 DU001"], "")


@pytest.mark.parametrize("name", ["gone.txt", "gone/", "gone/a.txt", "in/dirty.txt/x"])
def test_a_missing_path_is_named_and_the_rest_is_checked(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, found, said = check(capsys, name, "in")
    assert (code, found) == (2, FOUND)
    assert said.startswith(f"dedup: {name.rstrip('/')}: ")
    assert said.count("\n") == 1


def test_unreadable_files_exit_with_2_after_a_fix_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, "in", "gone.txt", "--fix")[:2] == (2, FOUND[1:])
    assert (folder / "in" / "dirty.txt").read_text() == ARTICLE


def test_a_folder_called_like_a_text_is_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "x.txt").mkdir()
    (folder / "x.txt" / "inner.txt").write_text(TWO)
    assert check(capsys, "x.txt") == (1, ["x.txt/inner.txt:3 AD001"], "")
    assert check(capsys, "x.txt", "--fix")[:2] == (0, [])


def test_an_empty_folder_and_an_empty_file_have_no_findings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty").mkdir()
    (folder / "nothing.txt").touch()
    assert check(capsys, "empty") == (0, [], "")
    assert check(capsys, "nothing.txt", "empty", "--fix") == (0, [], "")
    assert not (folder / ".dedup_cache").exists()


def test_a_pipe_and_a_link_to_nothing_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(folder / "in" / "pipe.txt")
    (folder / "in" / "self.txt").symlink_to(folder / "in" / "nowhere")
    code, found, said = check(capsys, "in")
    assert (code, found) == (2, FOUND)
    assert said == "dedup: in/pipe.txt: not a regular file\ndedup: in/self.txt: No such file or directory\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_what_may_not_be_read_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "in" / "secret.txt").touch(mode=0)
    (folder / "in" / "vault").mkdir(mode=0)
    code, found, said = check(capsys, "in")
    assert (code, found) == (2, FOUND)
    assert said == "dedup: in/secret.txt: Permission denied\ndedup: in/vault: Permission denied\n"


def test_a_file_that_may_not_be_read_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "in" / "secret.txt").write_text("x")
    whole = load

    def refuse(path: Path) -> tuple[str, Original]:
        if path.name == "secret.txt":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return whole(path)

    monkeypatch.setattr("dedup.documents.folder.load", refuse)
    assert check(capsys, "in") == (2, FOUND, "dedup: in/secret.txt: Permission denied\n")


def test_a_document_over_its_budget_is_named_and_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(f"{line}\n\n" for line in [BOOKS.strip()] * 6)
    (folder / "in" / "dirty.txt").write_text(text)
    code, found, said = check(capsys, "in/dirty.txt", "--fix")
    assert (code, found) == (1, [])
    assert said.startswith("dedup: in/dirty.txt: left alone, ")
    assert (folder / "in" / "dirty.txt").read_text() == text
    assert check(capsys, "in/dirty.txt", "-q")[0] == 1
    assert check(capsys, "in/dirty.txt", "--exit-zero")[0] == 0


def test_a_hook_compares_with_all_files_here(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check(capsys, "in/site/copy.txt") == (0, [], "")
    monkeypatch.setenv("PRE_COMMIT", "1")
    assert check(capsys, "in/site/copy.txt")[:2] == (1, FOUND[1:])
    assert check(capsys, "in/site/clean.txt")[:2] == (0, [])
