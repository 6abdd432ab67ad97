"""A folder of articles: which files are documents, what they say, and what is wrong with the others."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from dedup.documents.decode import MAX_BYTES, decode
from dedup.errors import DocumentError
from dedup.outcome import Document

#: What a text input is called.
SUFFIXES = (".txt", ".text", ".md")


@dataclass(frozen=True, slots=True)
class Original:
    """What restoring a file needs besides its text: encoding and hash of the original bytes."""

    encoding: str
    digest: str


@dataclass(slots=True)
class Intake:
    """What was read from a folder or file.

    Attributes:
        documents: the readable articles; a document's id is its path relative to the folder, with "/".
        originals: encoding and digest of each, by id.
        skipped: files that are not text inputs, and why.
        bad: files that should be text inputs and cannot be read, and why.
    """

    documents: list[Document] = field(default_factory=list)
    originals: dict[str, Original] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    bad: dict[str, str] = field(default_factory=dict)


def digest_of(data: bytes) -> str:
    """Return the BLAKE2b-256 digest of a file's bytes, in hexadecimal."""
    return blake2b(data, digest_size=32).hexdigest()


def read(path: Path, advance: Callable[[int], None] = lambda steps: None) -> Intake:
    """Read a folder of text files, or one file whatever it is called.

    Links to files are read; links to folders are not followed, so that no loop can hold the run. Names that begin
    with a dot are left out.

    Args:
        path: folder or file.
        advance: called with 1 for each file read.
    """
    intake = Intake()
    if not path.is_dir():
        read_file(path, path.name, intake)
        return intake
    for name, entry in walk(path, intake):
        read_file(entry, name, intake)
        advance(1)
    return intake


def walk(root: Path, intake: Intake) -> list[tuple[str, Path]]:
    """Return the text inputs below a folder by relative name, in the order of names; note the others in the intake."""
    found = []

    def failed(error: OSError) -> None:
        intake.bad[_name(root, Path(error.filename))] = error.strerror or str(error)

    for folder, folders, files in os.walk(root, onerror=failed):
        here = Path(folder)
        for name in [n for n in folders if n.startswith(".") or (here / n).is_symlink()]:
            folders.remove(name)
            reason = "hidden" if name.startswith(".") else "a link to a folder"
            if name not in (".git", ".dedup"):
                intake.skipped[_name(root, here / name)] = reason
        for name in files:
            entry = here / name
            if name.startswith("."):
                intake.skipped[_name(root, entry)] = "hidden"
            elif not name.lower().endswith(SUFFIXES):
                intake.skipped[_name(root, entry)] = f"not {', '.join(SUFFIXES)}"
            else:
                found.append((_name(root, entry), entry))
    return sorted(found)


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def read_file(path: Path, name: str, intake: Intake) -> None:
    """Read one file as the document of this name, or note in the intake why it cannot be read."""
    try:
        text, intake.originals[name] = load(path)
    except OSError as error:
        intake.bad[name] = error.strerror or str(error)
    except DocumentError as error:
        intake.bad[name] = str(error)
    else:
        intake.documents.append(Document(name, text, name.partition("/")[0] if "/" in name else ""))


def load(path: str | Path) -> tuple[str, Original]:
    """Return the text of a file, and what restoring it needs besides.

    Raises:
        DocumentError: it is no article.
        OSError: it cannot be read.
    """
    return judge(contents(path))


def judge(data: bytes) -> tuple[str, Original]:
    """Return the text of a file's bytes, and what restoring it needs besides.

    Raises:
        DocumentError: it is no article.
    """
    text, encoding = decode(data)
    return text, Original(encoding, digest_of(data))


def contents(path: str | Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        DocumentError: it is no file, or larger than any article.
        OSError: it cannot be read.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe that nobody writes to is no article
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError("not a regular file")
        if status.st_size > MAX_BYTES:
            raise DocumentError(f"{status.st_size:,} bytes; articles are smaller, is this a dump?")
        parts: list[bytes] = []
        while part := os.read(handle, status.st_size + 1):
            parts.append(part)
    finally:
        os.close(handle)
    return b"".join(parts)


def shown(path: Path) -> str:
    """Return a path as it is shown: from here, with slashes."""
    text = os.path.relpath(path) if path.is_absolute() or ".." in path.parts else os.path.normpath(path)
    return Path(text).as_posix()
