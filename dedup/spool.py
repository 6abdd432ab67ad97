"""Where segments are kept while a run goes on: in memory, or in files where they would not fit."""

from __future__ import annotations

import os
import shutil
import tempfile
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from dedup.errors import OutputError

#: Bytes of segments for each byte of text.
PER_BYTE = 1.5
#: Segments stay in memory if they need no more than this share of it.
SHARE = 0.2


def memory_of_machine() -> int:
    """Return the bytes of memory that this process may use: the machine's, or those of its container (cgroups)."""
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            sizes.append(int(Path(name).read_text()))
        except (OSError, ValueError):
            continue
    return min(sizes)


class Spool:
    """A folder for the files of one run, made when the first is needed. A context manager: leaving it removes it.

    Args:
        limit: bytes of memory that the run should do with; 0: 60 % of the machine's.
        size: bytes of text.
        home: where the folder is made.
    """

    def __init__(self, limit: int, size: int, home: Path | None) -> None:
        self.limit = limit or int(0.6 * memory_of_machine())
        #: Whether segments are kept in files.
        self.files = size * PER_BYTE > SHARE * self.limit
        #: How many lots keys are looked at in, so that a lot fits in a tenth of the memory.
        self.slices = int(size * PER_BYTE / 4 // (0.1 * self.limit)) + 1 if self.files else 1
        #: How many lines and texts all workers together may remember, about 1 kB each.
        self.remembered = int(0.2 * self.limit / 1_000)
        self._home = home
        self._folder: Path | None = None
        self._numbers = count()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def path(self) -> Path | None:
        """Return the name of the next file; None: keep it in memory."""
        return self.folder / f"{next(self._numbers)}.part" if self.files else None

    @property
    def folder(self) -> Path:
        """The folder.

        Raises:
            OutputError: it cannot be made.
        """
        if self._folder is None:
            try:
                if self._home is not None:
                    self._home.mkdir(parents=True, exist_ok=True)
                self._folder = Path(tempfile.mkdtemp(prefix=".dedup-", dir=self._home))
            except OSError as error:
                raise OutputError(f"no temporary files in {self._home}: {error.strerror}; see --temp-dir") from error
        return self._folder
