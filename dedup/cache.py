"""What was found out about files before, by what they say: a second run analyses and cuts only what is new.

The folder holds parts (`parts.py`) of two kinds: the segments of files as they were read, and of what was left of files
when something was cut out of them. The first line of each says what it is about, and what else is known of that: files
go by their digests, cuts by those of the file, of what was gone from it and of what goes (`revise.names_of`). Names,
folders and times do not matter: a file that moved is known, one that was touched too.
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
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import numpy as np

from dedup.config import Config
from dedup.documents.folder import Original
from dedup.parts import FilePart, is_sound, read_header
from dedup.revise import Cutting, Known, Revised
from dedup.rules.pack import digest_with
from dedup.segments import Ints
from dedup.tables import DOCUMENTS, NO_TEXTS, Table

#: A part that its corpus no longer needs is removed after so many seconds: another run may be reading it.
GRACE = 3600
#: If what is wanted lies in more parts than this and four times what the corpus needs, all is done anew.
FEW = 64
#: What is left of documents is kept from so many characters on: to cut them again takes less time than many small parts.
WORTH = 100_000
#: What the first line of a part says: of files, of cuts.
_OF_FILES = frozenset(("root", "docs", "digests", "encodings", "sizes", "phrases", "documents"))
_OF_CUTS = frozenset(("root", "docs", "digests", "cuts", "phrases", "documents"))


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


class _Kept(NamedTuple):
    """What is remembered of a part: the folder of its corpus, whether it is of cuts, what its documents go by."""

    root: str
    cuts: bool
    digests: list[str]


class _Taken(NamedTuple):
    """A part that is used: what it says, which documents of the run it holds, and at which of its places."""

    part: FilePart
    header: dict[str, Any]
    documents: Table
    docs: Ints
    places: list[int]


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
        self._most = FEW
        self._kept: dict[Path, _Kept] = {}
        for path in sorted(self.home.glob("*.part"), reverse=True):  # the newest first
            with suppress(OSError):
                try:
                    header, _ = read_header(path)
                    cuts = header.keys() >= _OF_CUTS
                    if not cuts and not header.keys() >= _OF_FILES:
                        raise ValueError("it says too little")
                    self._kept[path] = _Kept(header["root"], cuts, header["digests"])
                except ValueError:
                    path.unlink()  # it holds nothing that the files do not say

    def __bool__(self) -> bool:
        return bool(self._kept)

    def path(self) -> Path:
        """Return a name for a new part: names sort by time."""
        name = f"{time.time_ns():016x}-{uuid4().hex}.part"
        self._used.add(name)
        return self.home / name

    def find(self, digests: Sequence[str | None], batches: int) -> Iterator[Found]:
        """Yield the parts that hold files of this run; a file that stands twice in the corpus is taken once a copy.

        Args:
            digests: of each file; None for those that cannot be read.
            batches: how many parts the corpus would make.
        """
        self._most = FEW + 4 * batches
        for one in self._take(False, digests, np.arange(len(digests))):
            encodings, sizes = one.header["encodings"], one.header["sizes"]
            yield Found(
                one.part,
                one.documents,
                one.header["phrases"],
                [sizes[place] for place in one.places],
                [Original(encodings[place], one.header["digests"][place]) for place in one.places],
            )

    def find_cuts(self, cutting: Cutting, names: Sequence[str]) -> Iterator[Revised]:
        """Yield what is left of documents that were cut in the same way before.

        Args:
            cutting: what goes.
            names: what each document that is cut goes by.
        """
        for one in self._take(True, names, cutting.docs):
            order = np.argsort(one.docs)
            cuts = [one.header["cuts"][one.places[k]] for k in order.tolist()]
            yield Revised(
                one.docs[order],
                np.array([*chain(*cuts)], dtype=np.int64).reshape(-1, 2),
                one.part,
                one.documents,
                one.header["phrases"],
                one.part.take(np.flatnonzero(one.part["novel"]), list(NO_TEXTS.columns)),
            )

    def keep(self, names: list[str], size: int) -> tuple[Path, Known] | None:
        """Return where to put what is left of documents that go by these names; None where that is not worth it.

        Args:
            names: what each document goes by.
            size: characters of all.
        """
        return (self.path(), Known(self.root, names)) if size >= WORTH else None

    def _take(self, cuts: bool, names: Sequence[str | None], docs: Ints) -> Iterator[_Taken]:
        """Yield the parts that hold documents with these names; each document is taken once, from the newest part."""
        waiting: dict[str | None, list[int]] = {}
        for k in range(len(names) - 1, -1, -1):
            waiting.setdefault(names[k], []).append(k)
        waiting.pop(None, None)
        shares: dict[Path, list[tuple[int, int]]] = {}
        for path, kept in self._kept.items():
            if kept.cuts is cuts:
                share = [(place, waiting[name].pop()) for place, name in enumerate(kept.digests) if waiting.get(name)]
                if share:
                    shares[path] = share
        if len(shares) > self._most:
            return
        for path, share in shares.items():
            if (header := self._sound(path)) is None:
                continue
            places, own = [place for place, _ in share], docs[[k for _, k in share]]
            said = header[0]
            numbers = np.full(max(said["docs"]) + 1, -1, dtype=np.int64)
            numbers[np.array(said["docs"])[places]] = own
            self._used.add(path.name)
            with suppress(OSError):
                os.utime(path)  # it is in use
            table = Table({name: np.array(said["documents"][name], kind)[places] for name, kind in DOCUMENTS.items()})
            table.columns["doc"] = numbers[table["doc"]].astype(np.int32)
            yield _Taken(FilePart(path, numbers, header), said, table, own, places)

    def _sound(self, path: Path) -> tuple[dict[str, Any], int] | None:
        """Return what a part says if it is as it was written; else it goes: it holds nothing that the files do not say."""
        with suppress(OSError, ValueError):
            if is_sound(path):
                return read_header(path)
        with suppress(OSError):
            path.unlink()
        return None

    def tidy(self) -> None:
        """Remove the parts of this corpus that it no longer needs."""
        for path, kept in self._kept.items():
            with suppress(OSError):
                unused = kept.root == self.root and path.name not in self._used
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
