"""Writing without halves: files appear whole or not at all, and only where dedup may write."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dedup.errors import OutputError

#: The folder in OUT that holds ledger and summary, and marks OUT as made by dedup.
HOME = ".dedup"


def check_output(source: Path, out: Path, force: bool) -> None:
    """Refuse an output folder that would endanger the input or somebody's files.

    Raises:
        OutputError: OUT is IN, lies in it or around it; is a file; or is not empty and not made by dedup (and not
            forced).
    """
    inside, outside = source.resolve(), out.resolve()
    if inside == outside or inside in outside.parents or outside in inside.parents:
        raise OutputError(f"{out} and {source} lie in one another; give a folder of its own for the cleaned copies")
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file; give a folder")
    if out.is_dir() and not force and any(out.iterdir()) and not (out / HOME).is_dir():
        raise OutputError(f"{out} is not empty and was not made by dedup; give another folder, or --force")


def write_file(path: str | Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all; folders are made as needed.

    Raises:
        OutputError: it cannot be written; the message names it and says why.
    """
    file = WholeFile(path)
    try:
        file.write(data)
        file.keep()
    finally:
        file.discard()


class WholeFile:
    """A file that is there whole or not at all: it gets its name when it is kept. Folders are made as needed.

    Args:
        path: its name.

    Raises:
        OutputError: it cannot be written; the message names it and says why.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = os.fspath(path)
        folder, name = os.path.split(self._path)
        short = os.fsencode(name)[:100].decode("ascii", "ignore")  # a name may have 255 bytes, whatever its script
        self._temporary = os.path.join(folder, f".{short}.{os.getpid()}.tmp")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        self._handle = -1
        self._kept = False
        with self._said():
            try:
                self._handle = os.open(self._temporary, flags, 0o666)
            except FileNotFoundError:
                os.makedirs(folder, exist_ok=True)
                self._handle = os.open(self._temporary, flags, 0o666)

    def write(self, data: bytes) -> None:
        """Add bytes."""
        with self._said():
            view = memoryview(data)
            while len(view):
                view = view[os.write(self._handle, view) :]

    def keep(self) -> None:
        """Give the file its name, and the permissions of the one that had it."""
        with self._said():
            with suppress(FileNotFoundError):
                os.chmod(self._temporary, stat.S_IMODE(os.stat(self._path).st_mode))
            self._close()
            os.replace(self._temporary, self._path)
            self._kept = True

    def discard(self) -> None:
        """Remove the file if it has not been kept."""
        self._close()
        if not self._kept:
            with suppress(OSError):
                os.unlink(self._temporary)

    def _close(self) -> None:
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"cannot write {self._path}: {error.strerror or error}; mend that and run again"
            ) from error


def discard_unfinished(root: Path, processes: Collection[int]) -> None:
    """Remove what processes that were ended were writing below a folder."""
    ends = tuple(f".{process}.tmp" for process in processes)
    for folder, _, files in os.walk(root):
        for name in files:
            if ends and name.startswith(".") and name.endswith(ends):
                with suppress(OSError):
                    os.unlink(os.path.join(folder, name))


def holds(path: str, data: bytes) -> bool:
    """Tell whether a file has these bytes already: reading it is far cheaper than writing it."""
    try:
        if os.stat(path).st_size != len(data):
            return False
        with open(path, "rb", buffering=0) as file:
            return file.read() == data
    except OSError:
        return False


def remove_file(root: Path, path: Path) -> None:
    """Remove a file that an earlier run wrote, and the folders that this empties."""
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == root or any(folder.iterdir()):
            return
        folder.rmdir()
