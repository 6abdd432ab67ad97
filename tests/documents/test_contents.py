"""The bytes of a file: all of them, or the reason why they are no article."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from dedup import DocumentError
from dedup.documents import folder
from dedup.documents.folder import contents, load
from dedup.documents.texts import Filed


@pytest.mark.parametrize("name", ["a pipe", "a folder"])
def test_what_is_called_like_a_text_and_is_no_file_does_not_hold_the_run(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.txt"
    os.mkfifo(path) if name == "a pipe" else path.mkdir()
    for one in (load, contents):
        with pytest.raises(DocumentError, match="not a regular file"):
            one(path)


def test_a_file_that_may_not_be_opened_raises_what_the_system_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.txt").write_text("x")

    def deny(path: object, flags: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(os, "open", deny)
    with pytest.raises(PermissionError):
        load(tmp_path / "x.txt")
    texts = Filed(tmp_path)
    assert texts.lot([0]).read().bad == {0: "Permission denied"}
    assert texts.lot([0]).digests() == [None]


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 300_000])
def test_a_file_is_read_whole_however_little_comes_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    data = os.urandom(size)
    (tmp_path / "x.txt").write_bytes(data)
    assert contents(tmp_path / "x.txt") == data
    real, some = os.read, size // 7 + 1
    monkeypatch.setattr(os, "read", lambda handle, most: real(handle, min(most, some)))
    assert contents(tmp_path / "x.txt") == data


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_BYTES", 10)
    (tmp_path / "x.txt").write_bytes(b"0123456789")
    assert contents(tmp_path / "x.txt") == b"0123456789"
    (tmp_path / "x.txt").write_bytes(b"0123456789a")
    with pytest.raises(DocumentError, match="11 bytes; articles are smaller"):
        contents(tmp_path / "x.txt")
    assert Filed(tmp_path).lot([0]).digests() == [None]
