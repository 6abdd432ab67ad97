"""Where dedup may write, and that files appear whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from dedup import OutputError
from dedup.documents.output import check_output, remove_file, write_file


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "work" / "in"
    folder.mkdir(parents=True)
    return folder


def test_a_new_an_empty_and_an_own_folder_are_accepted(source: Path, tmp_path: Path) -> None:
    check_output(source, tmp_path / "new", force=False)
    (tmp_path / "empty").mkdir()
    check_output(source, tmp_path / "empty", force=False)
    (tmp_path / "own" / ".dedup").mkdir(parents=True)
    (tmp_path / "own" / "a.txt").touch()
    check_output(source, tmp_path / "own", force=False)
    check_output(source, source.with_name("in2"), force=False)


@pytest.mark.parametrize("out", ["work/in", "work/in/out", "work", ".", "work/x/../in"])
@pytest.mark.parametrize("force", [False, True], ids=["", "forced"])
def test_an_output_in_or_around_the_input_is_refused(source: Path, tmp_path: Path, out: str, force: bool) -> None:
    with pytest.raises(OutputError, match="lie in one another"):
        check_output(source, tmp_path / out, force)


def test_a_link_to_the_input_is_the_input(source: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(source, target_is_directory=True)
    with pytest.raises(OutputError, match="lie in one another"):
        check_output(source, tmp_path / "link" / "out", force=False)


def test_a_file_is_no_output_folder(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is a file"):
        check_output(source, tmp_path / "file", force=True)


def test_a_foreign_folder_is_refused_unless_forced(source: Path, tmp_path: Path) -> None:
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "thesis.doc").touch()
    with pytest.raises(OutputError, match="--force"):
        check_output(source, tmp_path / "foreign", force=False)
    check_output(source, tmp_path / "foreign", force=True)


def test_a_file_is_written_with_its_folders_and_replaces_an_older_one(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.txt"
    write_file(path, b"one")
    write_file(path, b"two\r\n")
    assert path.read_bytes() == b"two\r\n"
    assert [p.name for p in path.parent.iterdir()] == ["c.txt"]


@pytest.mark.parametrize("broken", ["write", "replace"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=repr)
def test_a_failed_write_leaves_the_old_file_and_no_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str, error: BaseException
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    whole = os.write

    def half(handle: int, data: bytes) -> int:
        whole(handle, bytes(data[: len(data) // 2]))
        raise error

    def fail(*_: object) -> None:
        raise error

    if broken == "write":
        monkeypatch.setattr(os, "write", half)
    else:
        monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OutputError if isinstance(error, OSError) else KeyboardInterrupt) as caught:
        write_file(path, b"something new")
    if isinstance(error, OSError):
        assert str(path) in str(caught.value)
        assert "No space left on device" in str(caught.value)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a.txt": b"old"}


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 251 + ".txt")
    write_file(path, b"x")
    assert path.read_bytes() == b"x"


@pytest.mark.parametrize(
    "name",
    [
        "ж" * 125 + ".txt",
        "木" * 83 + ".txt",
    ],
    ids=["Cyrillic", "Chinese"],
)
def test_a_long_name_of_other_scripts_can_be_written(tmp_path: Path, name: str) -> None:
    assert len(name.encode()) <= 255
    write_file(tmp_path / name, b"x")
    assert (tmp_path / name).read_bytes() == b"x"


def test_removing_a_file_removes_the_folders_that_it_empties_and_no_others(tmp_path: Path) -> None:
    for name in ("a/b/1.txt", "a/2.txt", "c/3.txt"):
        write_file(tmp_path / name, b"")
    remove_file(tmp_path, tmp_path / "a" / "b" / "1.txt")
    remove_file(tmp_path, tmp_path / "c" / "3.txt")
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")) == ["a", "a/2.txt"]
