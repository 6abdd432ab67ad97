"""Where the texts of a run come from: documents in memory, or files that are read whenever they are needed.

Documents are numbered in the order of reading. What is sent to another process is a *lot*: either the texts, or the
names of the files, so that each process reads its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from dedup.documents.folder import Intake, Original, contents, digest_of, load, walk
from dedup.errors import DocumentError
from dedup.outcome import Document


class Lot(Protocol):
    """Some texts, here or on disk."""

    def read(self) -> Reading:
        """Return the texts."""

    def digests(self) -> list[str | None]:
        """Return the digests of the files; None for those that cannot be read, or documents in memory."""


class Reading(NamedTuple):
    """What was read.

    Attributes:
        texts: the texts; "" for what cannot be read.
        originals: what restoring needs of each file; empty for documents in memory.
        bad: why files cannot be read, by their place in the lot.
    """

    texts: list[str]
    originals: list[Original | None]
    bad: dict[int, str]


class Texts(Protocol):
    """The documents of a run."""

    #: Of documents that were read: what restoring needs besides the text; empty for documents in memory.
    originals: dict[int, Original]
    #: Documents that cannot be read, and why.
    bad: dict[int, str]

    @property
    def ids(self) -> Sequence[str]:
        """The id of each document."""

    @property
    def sources(self) -> Sequence[str]:
        """The source of each."""

    @property
    def sizes(self) -> Sequence[int]:
        """About how many characters each has."""

    def lot(self, docs: Sequence[int]) -> Lot:
        """Return the texts of these documents, to be read where they are needed."""

    def text(self, doc: int) -> str:
        """Return the text of a document."""


class Given:
    """Documents in memory.

    Args:
        documents: the documents, in any order.
        order: documents are read in this order, those of one number (0 if not given) in the order of ids.
    """

    def __init__(self, documents: Sequence[Document], order: Mapping[str, int] | None = None) -> None:
        first = order or {}
        self.documents = sorted(documents, key=lambda document: (first.get(document.id, 0), document.id))
        self.ids = [document.id for document in self.documents]
        self.sources = [document.source for document in self.documents]
        self.sizes = [len(document.text) for document in self.documents]
        self.originals: dict[int, Original] = {}
        self.bad: dict[int, str] = {}

    def lot(self, docs: Sequence[int]) -> Lot:
        """Return the texts of these documents."""
        return _GivenLot([self.documents[doc].text for doc in docs])

    def text(self, doc: int) -> str:
        """Return the text of a document."""
        return self.documents[doc].text


class Filed:
    """The files of a folder, or one file.

    Args:
        path: folder or file.

    Attributes:
        skipped: files that are not text inputs, by name, and why.
        unread: folders that cannot be read, by name, and why.
    """

    def __init__(self, path: Path) -> None:
        intake = Intake()
        found = walk(path, intake) if path.is_dir() else [(path.name, path)]
        self._root = path if path.is_dir() else path.parent
        self.skipped, self.unread = intake.skipped, intake.bad
        self.ids = [name for name, _ in found]
        self.sources = [name.partition("/")[0] if "/" in name else "" for name in self.ids]
        self.sizes = [_size(os.path.join(self._root, name)) for name in self.ids]
        self.originals: dict[int, Original] = {}
        self.bad: dict[int, str] = {}

    def lot(self, docs: Sequence[int]) -> Lot:
        """Return the names of these files."""
        return _FiledLot(self._root, [self.ids[doc] for doc in docs], [self.originals.get(doc) for doc in docs])

    def text(self, doc: int) -> str:
        """Return the text of a document.

        Raises:
            DocumentError: it is not what it was.
        """
        return self.lot([doc]).read().texts[0]


class _GivenLot(NamedTuple):
    texts: list[str]

    def read(self) -> Reading:
        return Reading(self.texts, [], {})

    def digests(self) -> list[str | None]:
        return [None] * len(self.texts)


class _FiledLot(NamedTuple):
    root: Path
    names: Sequence[str]
    #: What was read before; None: it has not been read.
    originals: Sequence[Original | None]

    def read(self) -> Reading:
        found = Reading([], [], {})
        for place, (name, before) in enumerate(zip(self.names, self.originals, strict=True)):
            text: str = ""
            original: Original | None = None
            try:
                text, original = load(os.path.join(self.root, name))
            except (OSError, DocumentError) as error:
                found.bad[place] = (error.strerror if isinstance(error, OSError) else None) or str(error)
            if before is not None and (original is None or original.digest != before.digest):
                raise DocumentError(f"{name}: was changed while it was read; run again")
            found.texts.append(text)
            found.originals.append(original)
        return found

    def digests(self) -> list[str | None]:
        return [_digest(os.path.join(self.root, name)) for name in self.names]


def _digest(path: str) -> str | None:
    try:
        return digest_of(contents(path))
    except (OSError, DocumentError):
        return None


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
