"""Bad input and bad luck: each is one line that names the file, the rest is still cleaned, nothing is half written."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from dedup.cli.app import main
from dedup.documents import decode, output
from dedup.documents.folder import Original, load
from tests.test_promises_files import tree

GOOD = "The ferry crews of Port Maren voted to stay ashore.\n\nAdvertisement\n\nThe pilots follow.\n"
CLEAN = "The ferry crews of Port Maren voted to stay ashore.\n\nThe pilots follow.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.txt").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def expect_bad(folder: Path, capsys: pytest.CaptureFixture[str], name: str, reason: str) -> None:
    """Clean the folder: the bad file is named with its reason, the good one is cleaned, exit 2."""
    assert main(["clean", "in", "out"]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert captured.err.startswith(f"dedup: {name}: ")
    assert reason in captured.err
    assert "1 bad" in captured.out
    assert tree(folder / "out") == {"good.txt": CLEAN.encode()}


def test_a_file_of_another_encoding_is_cleaned_in_it_and_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "Жители посёлка Заречный собрали деньги на новый мост через реку ещё до начала зимы."
    other = "Учитель рассказал, что старая библиотека снова открыта для школьников и их родителей."
    (folder / "in" / "ru.txt").write_bytes(f"{line}\r\n\r\n{other}\r\n\r\n{line}\r\n".encode("cp1251"))
    assert main(["clean", "in", "out"]) == 0
    assert (folder / "out" / "ru.txt").read_bytes() == f"{line}\r\n\r\n{other}\r\n".encode("cp1251")
    assert "encoding kept (1): ru.txt (cp1251)" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "data", [b"text\0more", bytes(range(256)), b"\xff\xfex"], ids=["a NUL", "binary", "half UTF-16"]
)
def test_a_file_that_is_no_text_is_named(folder: Path, capsys: pytest.CaptureFixture[str], data: bytes) -> None:
    (folder / "in" / "bad.txt").write_bytes(data)
    expect_bad(folder, capsys, "bad.txt", "NUL" if b"\0" in data else "utf-16")


def test_a_very_long_line_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "MAX_LINE", 1000)
    (folder / "in" / "dump.txt").write_text("word " * 201)
    (folder / "in" / "good.txt").write_text(GOOD)
    expect_bad(folder, capsys, "dump.txt", "a line of 1,005 characters")


def test_a_long_line_below_the_limit_takes_no_long_time(folder: Path) -> None:
    (folder / "in" / "good.txt").write_text("The pilots sail on day 1. " + "word " * 200_000 + "\n")
    begin = time.monotonic()
    assert main(["clean", "in", "out", "--quiet"]) == 0
    assert time.monotonic() - begin < 20
    assert tree(folder / "out") == tree(folder / "in")


def test_a_file_of_a_gigabyte_is_named_without_being_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (folder / "in" / "huge.txt").open("wb") as file:
        file.truncate(1_000_000_000)
    expect_bad(folder, capsys, "huge.txt", "1,000,000,000 bytes")


def test_a_folder_called_like_a_text_is_a_folder(folder: Path) -> None:
    (folder / "in" / "x.txt").mkdir()
    (folder / "in" / "x.txt" / "inner.txt").write_text(CLEAN.replace("Maren", "Skerry").replace("pilots", "cooks"))
    assert main(["clean", "in", "out", "--quiet"]) == 0
    assert set(tree(folder / "out")) == {"good.txt", "x.txt/inner.txt"}


def test_a_loop_of_links_does_not_hold_the_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "in" / "loop").symlink_to(folder / "in", target_is_directory=True)
    assert main(["clean", "in", "out"]) == 0
    assert set(tree(folder / "out")) == {"good.txt"}
    assert "loop (a link to a folder)" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("target", ["self.txt", "nowhere"], ids=["to itself", "to nothing"])
def test_a_link_that_leads_nowhere_is_named(folder: Path, capsys: pytest.CaptureFixture[str], target: str) -> None:
    (folder / "in" / "self.txt").symlink_to(folder / "in" / target)
    expect_bad(folder, capsys, "self.txt", "")


def test_a_pipe_is_named_and_does_not_hold_the_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(folder / "in" / "pipe.txt")
    expect_bad(folder, capsys, "pipe.txt", "not a regular file")


def test_a_file_that_may_not_be_read_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "in" / "secret.txt").write_text("x")
    whole = load

    def refuse(path: str) -> tuple[str, Original]:
        if Path(path).name == "secret.txt":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return whole(path)

    monkeypatch.setattr("dedup.documents.texts.load", refuse)
    expect_bad(folder, capsys, "secret.txt", "Permission denied")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "in" / "secret").mkdir(mode=0)
    expect_bad(folder, capsys, "secret", "Permission denied")


def test_a_file_name_that_is_not_utf8_is_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsencode(folder / "in") + b"/caf\xe9.txt"
    other = os.fsencode(folder / "in") + b"/\xff.txt"
    try:
        Path(os.fsdecode(name)).write_text(GOOD.replace("Maren", "Skerry").replace("pilots", "cooks"))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    Path(os.fsdecode(other)).write_bytes(b"\0")
    assert main(["clean", "in", "out"]) == 2
    assert "\ufffd.txt" in capsys.readouterr().err
    assert {os.fsencode(p.name) for p in (folder / "out").glob("*.txt")} == {b"caf\xe9.txt", b"good.txt"}
    assert main(["restore", "out", "back"]) == 0
    assert tree(folder / "back") == {n: d for n, d in tree(folder / "in").items() if d != b"\0"}


@pytest.mark.parametrize("at", range(6), ids=lambda at: f"at write {at}")
@pytest.mark.parametrize("broken", ["write", "replace"])
@pytest.mark.parametrize("luck", ["full disk", "Ctrl-C"])
def test_bad_luck_while_writing_leaves_nothing_half(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, luck: str, broken: str, at: int
) -> None:
    before = tree(folder / "in")
    owner, count = output.os, [0]
    whole = getattr(owner, broken)

    def fail(*arguments: object) -> object:
        count[0] += 1
        if count[0] <= at:
            return whole(*arguments)
        raise OSError(errno.ENOSPC, "No space left on device") if luck == "full disk" else KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(owner, broken, fail)
        assert main(["clean", "in", "out", "--quiet"]) == (2 if luck == "full disk" else 130)
    error = capsys.readouterr().err
    if luck == "full disk":
        assert error.count("\n") == 1
        assert "No space left on device" in error
    assert tree(folder / "in") == before
    assert not [p for p in folder.rglob("*") if p.name.endswith(".tmp")]
    assert tree(folder / "out") in ({}, {"good.txt": CLEAN.encode()})

    assert main(["clean", "in", "out", "--quiet"]) == 0
    assert tree(folder / "out") == {"good.txt": CLEAN.encode()}
    assert main(["restore", "out", "back", "--quiet"]) == 0
    assert tree(folder / "back") == before


def interrupt(data: bytes) -> None:
    raise KeyboardInterrupt


def test_ctrl_c_while_reading_writes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.documents.folder.decode", interrupt)
    assert main(["clean", "in", "out"]) == 130
    assert not (folder / "out").exists()


def test_ctrl_c_is_said(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.documents.folder.decode", interrupt)
    main(["clean", "in", "out"])
    assert "interrupted" in capsys.readouterr().err
