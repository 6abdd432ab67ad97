"""Baselines: what is accepted is not reported, what is new is, and the file only shrinks."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dedup.baseline import load, split, write
from dedup.cli.app import main
from dedup.errors import DedupError, OutputError
from dedup.report.findings import Finding, Place

AD = Finding(Place("a.txt", 3, 1, 3, 14), "AD001", "ad-label", "m", "Advertisement", "Advertisement", "67ae")
OTHER = replace(AD, place=Place("b.txt", 9, 1, 9, 2), code="NL104", fingerprint="0011")

ARTICLE = "The ferry crews of Port Maren voted to stay ashore until Friday.\n\nThe pilots will join them in spring.\n"
DIRTY = ARTICLE.replace("\n\n", "\n\nAdvertisement\n\n")
SECOND = "Seventeen volunteers carried the books to the dry rooms.\n\nAdvertisement\n\nThe bakery gave them bread.\n"


def moved(finding: Finding, line: int) -> Finding:
    return replace(finding, place=finding.place._replace(line=line, end_line=line))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two dirty articles."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PRE_COMMIT", raising=False)
    monkeypatch.delenv("DEDUP_OUTPUT_FORMAT", raising=False)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(DIRTY)
    (tmp_path / "in" / "b.txt").write_text(SECOND)
    return tmp_path


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], str]:
    """Run `dedup check`; return its exit code, the lines of concise findings, and what it says on standard error."""
    capsys.readouterr()
    code = main(["check", *arguments, "--output-format", "concise"])
    captured = capsys.readouterr()
    return code, [line for line in captured.out.splitlines() if line.startswith("in/")], captured.err


# As functions


def test_what_was_written_is_read_again_and_accepts_everything(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    write(path, [AD, OTHER, moved(AD, 7)])
    assert load(path) == {"a.txt": Counter({"AD001:67ae": 2}), "b.txt": Counter({"NL104:0011": 1})}
    assert split([AD, OTHER, moved(AD, 7)], load(path)) == ([], [AD, OTHER, moved(AD, 7)], [])


def test_a_finding_that_moved_is_the_same() -> None:
    assert split([moved(AD, 70)], {"a.txt": Counter({"AD001:67ae": 1})}) == ([], [moved(AD, 70)], [])


@pytest.mark.parametrize(
    "other",
    [
        replace(AD, place=AD.place._replace(path="c.txt")),
        replace(AD, code="AD002"),
        replace(AD, fingerprint="67af"),
    ],
    ids=["in another file", "of another code", "of another text"],
)
def test_another_finding_is_new(other: Finding) -> None:
    new, known, _ = split([other], {"a.txt": Counter({"AD001:67ae": 1})})
    assert (new, known) == ([other], [])


def test_one_more_of_the_same_is_new_and_it_is_the_last() -> None:
    found = [moved(AD, line) for line in (1, 2, 3)]
    assert split(found, {"a.txt": Counter({"AD001:67ae": 2})})[0] == [found[2]]


def test_what_nothing_matches_is_stale() -> None:
    accepted = {"a.txt": Counter({"AD001:67ae": 2, "DU001:00": 1})}
    assert len(split([AD], accepted)[2]) == 2
    assert split([AD], {"a.txt": Counter({"AD001:67ae": 1})})[2] == []


def test_to_split_does_not_use_up_what_is_accepted() -> None:
    accepted = {"a.txt": Counter({"AD001:67ae": 1})}
    assert split([AD], accepted) == split([AD], accepted)
    assert accepted == {"a.txt": Counter({"AD001:67ae": 1})}


def test_a_second_writing_only_shrinks(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    write(path, [AD, moved(AD, 7)])
    write(path, [AD, OTHER])
    assert load(path) == {"a.txt": Counter({"AD001:67ae": 1})}
    write(path, [AD, moved(AD, 7), OTHER])
    assert load(path) == {"a.txt": Counter({"AD001:67ae": 1})}
    write(path, [])
    assert load(path) == {}


def test_the_file_does_not_depend_on_the_order_of_findings(tmp_path: Path) -> None:
    write(tmp_path / "1", [AD, OTHER])
    write(tmp_path / "2", [OTHER, AD])
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
    assert (tmp_path / "1").read_bytes().endswith(b"}\n")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"findings": []}',
        b'{"findings": {"a.txt": 3}}',
        b'{"findings": {"a.txt": {"x": null}}}',
        b'{"findings": {"a.txt": {"x": "many"}}}',
        b"\xff\xfe",
    ],
    ids=repr,
)
def test_a_broken_file_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(data)
    with pytest.raises(DedupError, match=r"b\.json is no baseline"):
        load(path)
    with pytest.raises(DedupError, match=r"b\.json is no baseline"):
        write(path, [AD])
    assert path.read_bytes() == data


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(DedupError, match=r"gone\.json: No such file"):
        load(tmp_path / "gone.json")
    with pytest.raises(DedupError, match="Is a directory"):
        load(tmp_path)


def test_a_folder_that_is_none_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"b\.json"):
        write(tmp_path / "file" / "b.json", [AD])


# On the command line


def test_todays_findings_are_accepted_and_new_ones_are_reported(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(capsys, "in")[0] == 1
    code, found, said = check(capsys, "in", "--write-baseline", "base.json")
    assert (code, found) == (0, [])
    assert "wrote base.json" in said
    assert check(capsys, "in", "--baseline", "base.json") == (0, [], "")

    (folder / "in" / "a.txt").write_text(DIRTY + "\nAdvertisement\n\nNobody in the village remembers such a summer.\n")
    code, found, _ = check(capsys, "in", "--baseline", "base.json")
    assert code == 1
    assert len(found) == 1
    assert found[0].startswith("in/a.txt:7:1: AD001")


def test_lines_that_come_above_do_not_make_old_findings_new(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(capsys, "in", "--write-baseline", "base.json")
    (folder / "in" / "a.txt").write_text("Nobody in the village remembers such a summer.\n\n" + DIRTY)
    assert check(capsys, "in", "--baseline", "base.json") == (0, [], "")


def test_a_baseline_that_is_there_only_shrinks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(capsys, "in", "--write-baseline", "base.json")
    (folder / "in" / "a.txt").write_text(ARTICLE)
    (folder / "in" / "c.txt").write_text("The council met in March.\n\nAdvertisement\n\nIt will meet again in June.\n")
    code, found, _ = check(capsys, "in", "--write-baseline", "base.json")
    assert code == 1
    assert [line.split(":")[0] for line in found] == ["in/c.txt"]
    assert set(json.loads((folder / "base.json").read_text())["findings"]) == {"in/b.txt"}
    (folder / "in" / "a.txt").write_text(DIRTY)
    code, found, _ = check(capsys, "in", "--write-baseline", "base.json")
    assert [line.split(":")[0] for line in found] == ["in/a.txt", "in/c.txt"]


def test_stale_entries_are_said_on_standard_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(capsys, "in", "--write-baseline", "base.json")
    before = (folder / "base.json").read_bytes()
    (folder / "in" / "a.txt").write_text(ARTICLE)
    code, found, said = check(capsys, "in", "--baseline", "base.json")
    assert (code, found) == (0, [])
    assert said.count("\n") == 1
    assert "1 entries of base.json match nothing any more" in said
    assert (folder / "base.json").read_bytes() == before
    assert check(capsys, "in", "--baseline", "base.json", "--quiet") == (0, [], "")


@pytest.mark.parametrize("option", ["--baseline", "--write-baseline"])
def test_a_broken_baseline_is_an_error_with_its_name(
    folder: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    (folder / "base.json").write_text("{")
    code, found, said = check(capsys, "in", option, "base.json")
    assert (code, found) == (2, [])
    assert said.count("\n") == 1
    assert said.startswith("dedup: base.json is no baseline")
    assert (folder / "base.json").read_text() == "{"


def test_a_missing_baseline_is_an_error_with_its_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found, said = check(capsys, "in", "--baseline", "gone.json")
    assert (code, found) == (2, [])
    assert said == "dedup: gone.json: No such file or directory\n"


def test_a_clean_folder_has_an_empty_baseline(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, "in", "--ignore", "AD", "--write-baseline", "base.json")[0] == 0
    assert json.loads((folder / "base.json").read_text())["findings"] == {}
    assert check(capsys, "in", "--baseline", "base.json")[0] == 1


def test_a_baseline_is_written_in_a_folder_that_is_made(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, "in", "--write-baseline", "etc/dedup/base.json")[0] == 0
    assert (folder / "etc" / "dedup" / "base.json").exists()


def test_files_without_new_findings_are_not_fixed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(capsys, "in/a.txt", "--write-baseline", "base.json")
    assert check(capsys, "in", "--baseline", "base.json", "--fix")[0] == 0
    assert (folder / "in" / "a.txt").read_text() == DIRTY
    assert "Advertisement" not in (folder / "in" / "b.txt").read_text()


def test_what_is_accepted_is_not_fixed_beside_what_is_new(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(capsys, "in", "--write-baseline", "base.json")
    (folder / "in" / "a.txt").write_text(DIRTY + "\nYou can unsubscribe at any time.\n")
    _, found, _ = check(capsys, "in", "--baseline", "base.json")
    assert len(found) == 1
    check(capsys, "in", "--baseline", "base.json", "--fix")
    assert (folder / "in" / "a.txt").read_text() == DIRTY


def test_what_is_accepted_is_not_in_the_diff(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(capsys, "in", "--write-baseline", "base.json")
    (folder / "in" / "a.txt").write_text(DIRTY + "\nYou can unsubscribe at any time.\n")
    capsys.readouterr()
    assert main(["check", "in", "--baseline", "base.json", "--diff"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "-You can unsubscribe at any time." in lines
    assert "-Advertisement" not in lines


def test_entries_of_files_that_are_not_checked_are_not_stale(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(capsys, "in", "--write-baseline", "base.json")
    assert check(capsys, "in/a.txt", "--baseline", "base.json") == (0, [], "")


def test_entries_of_files_that_are_not_checked_are_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(capsys, "in", "--write-baseline", "base.json")
    check(capsys, "in/a.txt", "--write-baseline", "base.json")
    assert check(capsys, "in", "--baseline", "base.json")[:2] == (0, [])


def test_entries_of_files_that_are_gone_are_dropped(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(capsys, "in", "--write-baseline", "base.json")
    (folder / "in" / "b.txt").unlink()
    check(capsys, "in", "--write-baseline", "base.json")
    assert set(load(folder / "base.json")) == {"in/a.txt"}


def test_a_file_name_that_is_not_utf8_stands_in_a_baseline(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = Path(os.fsdecode(os.fsencode(folder / "in") + b"/caf\xe9.txt"))
    try:
        name.write_text("Rain fell on the orchard.\n\nAdvertisement\n\nNobody minded it in the least.\n")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert check(capsys, "in", "--write-baseline", "base.json")[:2] == (0, [])
    assert check(capsys, "in", "--baseline", "base.json") == (0, [], "")
