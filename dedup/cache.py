"""Segments of files that were analysed before, by what the files say: a second run analyses only what is new.

The folder holds parts (`parts.py`). The first line of each says which files it is about (by their digests), and what
else is known of them. Names, folders and times do not matter: a file that moved is known, one that was touched too.
"""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import numpy as np

from dedup.config import Config
from dedup.documents.folder import Original
from dedup.parts import FilePart, is_sound, read_header
from dedup.rules.pack import digest_with
from dedup.tables import DOCUMENTS, Table

#: A part that its corpus no longer needs is removed after so many seconds: another run may be reading it.
GRACE = 3600
#: With more parts than this and four times what the corpus needs, all is analysed anew.
FEW = 64
#: What the first line of a part says.
_SAID = frozenset(("rows", "columns", "root", "docs", "digests", "encodings", "sizes", "phrases", "documents"))


class Found(NamedTuple):
    """A part that holds files of this run.

    Attributes:
        part: their segments.
        documents: their DOCUMENTS table.
        phrases: what rules found.
        sizes: characters of each.
        originals: what restoring needs of each.
    """

    part: FilePart
    documents: Table
    phrases: list[str]
    sizes: list[int]
    originals: list[Original]


class SegmentCache:
    """The cache of one corpus under one configuration.

    Args:
        home: the folder of all caches; made if it is not there.
        root: the folder of the corpus.
        config: the settings.

    Raises:
        OSError: the folder cannot be made.
    """

    def __init__(self, home: Path, root: Path, config: Config) -> None:
        self.home = home / f"segments-{_made_by(config)[:12]}"
        self.root = str(root.resolve())
        self._used: set[str] = set()
        self.home.mkdir(parents=True, exist_ok=True)
        if not (home / ".gitignore").exists():
            (home / ".gitignore").write_text("*\n", encoding="utf-8")
        self._headers: dict[Path, dict[str, Any]] = {}
        for path in sorted(self.home.glob("*.part")):
            with suppress(OSError):
                try:
                    header, _ = read_header(path)
                    if not header.keys() >= _SAID:
                        raise ValueError("it says too little")
                    self._headers[path] = header
                except ValueError:
                    path.unlink()  # it holds nothing that the files do not say

    def __bool__(self) -> bool:
        return bool(self._headers)

    def path(self) -> Path:
        """Return a name for a new part."""
        name = f"{uuid4().hex}.part"
        self._used.add(name)
        return self.home / name

    def find(self, digests: Sequence[str | None], batches: int) -> Iterator[Found]:
        """Yield the parts that hold files of this run; a file that stands twice in the corpus is taken once a copy.

        Args:
            digests: of each file; None for those that cannot be read.
            batches: how many parts the corpus would make.
        """
        if sum(header["root"] == self.root for header in self._headers.values()) > FEW + 4 * batches:
            return
        waiting: dict[str, list[int]] = {}
        for doc in range(len(digests) - 1, -1, -1):
            waiting.setdefault(digests[doc] or "", []).append(doc)
        waiting.pop("", None)
        for path, header in self._headers.items():
            if not any(waiting.get(digest) for digest in header["digests"]) or not self._is_sound(path):
                continue
            docs = np.full(max(header["docs"], default=-1) + 1, -1, dtype=np.int64)
            places = []
            for place, (number, digest) in enumerate(zip(header["docs"], header["digests"], strict=True)):
                if waiting.get(digest):
                    docs[number] = waiting[digest].pop()
                    places.append(place)
            self._used.add(path.name)
            with suppress(OSError):
                os.utime(path)  # it is in use
            table = Table({name: np.array(header["documents"][name], kind)[places] for name, kind in DOCUMENTS.items()})
            table.columns["doc"] = docs[table["doc"]].astype(np.int32)
            yield Found(
                FilePart(path, docs),
                table,
                header["phrases"],
                [header["sizes"][place] for place in places],
                [Original(header["encodings"][place], header["digests"][place]) for place in places],
            )

    def _is_sound(self, path: Path) -> bool:
        """Tell whether a part is as it was written; one that is not goes: it holds nothing that the files do not say."""
        with suppress(OSError, ValueError):
            if is_sound(path):
                return True
        with suppress(OSError):
            path.unlink()
        return False

    def tidy(self) -> None:
        """Remove the parts of this corpus that it no longer needs."""
        for path, header in self._headers.items():
            with suppress(OSError):
                unused = header["root"] == self.root and path.name not in self._used
                if unused and time.time() - path.stat().st_mtime > GRACE:
                    path.unlink()


def _made_by(config: Config) -> str:
    """Return what names everything that segments depend on besides the files."""
    code = blake2b(digest_size=16)
    for path in sorted(Path(str(resources.files("dedup"))).rglob("*.py")):
        code.update(path.read_bytes())
    said = [
        code.hexdigest(),
        *map(version, ("sentencex", "regex", "charset-normalizer", "ahocorasick-rs")),
        unicodedata.unidata_version,
        digest_with(config.packs),
        repr((sorted(config.codes()), config.preview, config.min_words, sorted(config.allowed()))),
    ]
    return blake2b("\n".join(said).encode(), digest_size=16).hexdigest()
