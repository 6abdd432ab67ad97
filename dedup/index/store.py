"""The index on disk: one SQLite file, changed in whole transactions or not at all.

A process that is killed leaves the last complete state; two that come at once wait for each other. What cannot be
read, or was made by another version or with other settings, is thrown away and built anew: it holds nothing that the
files of the corpus do not say.

    files      one row a document: path, what `stat` and BLAKE2b say of its bytes, and the removals as JSON.
               Numbers grow with seniority: what came later is compared with what was there.
    segments   (key, file): which texts a document has. A key is 64 bits of the normalised text's.
    twins      which documents a document's removals point to.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

#: Changes with the tables.
SCHEMA = 3
#: A line of a page (up to the words of site furniture); near its top or end; a text long enough to be compared.
LINE, EDGE, TEXT = 1, 2, 4
#: Seconds to wait for another process that builds the index.
PATIENCE = 900

_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE files (
    file INTEGER PRIMARY KEY, path TEXT UNIQUE, size INTEGER, mtime INTEGER, ctime INTEGER, digest TEXT, source TEXT,
    longest INTEGER, record TEXT
);
CREATE INDEX files_by_source ON files (source, longest);
CREATE TABLE segments (key INTEGER, file INTEGER, flags INTEGER, PRIMARY KEY (key, file)) WITHOUT ROWID;
CREATE TABLE twins (file INTEGER, of INTEGER);
CREATE INDEX twins_by_of ON twins (of);
PRAGMA user_version = {SCHEMA};
"""


class Stat(NamedTuple):
    """What tells a changed file from an unchanged one without reading it."""

    size: int
    mtime: int
    ctime: int


class Entry(NamedTuple):
    """A document of the index."""

    file: int
    path: str
    stat: Stat
    digest: str


class Store:
    """An open index.

    Args:
        home: the folder of the index; made if it is not there.
        made_by: names everything that the content depends on besides the files: version, rules, settings.

    Raises:
        OSError, sqlite3.Error: the folder cannot be written.
    """

    def __init__(self, home: Path, made_by: str) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        ignore = home.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        self._path = home / "index.sqlite"
        self._made_by = made_by
        self._db = self._open()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the index for oneself; all changes inside happen together or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.rollback()
            raise
        self._db.commit()

    def meta(self, key: str) -> str:
        """Return what was noted under a key, or ""."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else ""

    def note(self, key: str, value: str) -> None:
        """Note something under a key."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def entries(self) -> dict[str, Entry]:
        """Return all documents by path."""
        rows = self._db.execute("SELECT file, path, size, mtime, ctime, digest FROM files")
        return {_name(path): Entry(file, _name(path), Stat(*stat), digest) for file, path, *stat, digest in rows}

    def record(self, path: str) -> str | None:
        """Return the record of a document."""
        row = self._db.execute("SELECT record FROM files WHERE path = ?", (_text(path),)).fetchone()
        return row[0] if row else None

    def clear(self) -> None:
        """Forget everything."""
        for table in ("files", "segments", "twins", "meta"):
            self._db.execute(f"DELETE FROM {table}")
        self.note("made_by", self._made_by)

    def forget(self, files: Sequence[int]) -> None:
        """Forget documents by their numbers."""
        for table in ("files", "twins"):
            self._db.executemany(f"DELETE FROM {table} WHERE file = ?", [(file,) for file in files])
        if files:  # one walk over the table, however many files
            self._db.execute("CREATE TEMP TABLE gone (file INTEGER PRIMARY KEY)")
            self._db.executemany("INSERT OR IGNORE INTO gone VALUES (?)", [(file,) for file in files])
            self._db.execute("DELETE FROM segments WHERE file IN (SELECT file FROM gone)")
            self._db.execute("DROP TABLE gone")

    def pointing_to(self, files: Sequence[int]) -> set[str]:
        """Return the paths of the documents whose removals point to one of these."""
        found = set()
        for file in files:
            rows = self._db.execute(
                "SELECT files.path FROM twins JOIN files ON files.file = twins.file WHERE twins.of = ?", (file,)
            )
            found |= {_name(path) for (path,) in rows}
        return found

    def left_alone(self) -> set[str]:
        """Return the paths of the documents that are over their budget."""
        return {_name(path) for (path,) in self._db.execute("SELECT path FROM files WHERE record NOT LIKE '[null%'")}

    def add(
        self, path: str, stat: Stat, digest: str, source: str, longest: int | None, record: str, file: int | None = None
    ) -> int:
        """Add a document and return its number: the one that it had, or the next."""
        cursor = self._db.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (file, _text(path), *stat, digest, _text(source), longest, record),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def restat(self, file: int, stat: Stat) -> None:
        """Note that a file was touched but says the same."""
        self._db.execute("UPDATE files SET size = ?, mtime = ?, ctime = ? WHERE file = ?", (*stat, file))

    def add_segments(self, rows: Iterable[tuple[int, int, int]]) -> None:
        """Add (key, file, flags)."""
        self._db.executemany("INSERT OR REPLACE INTO segments VALUES (?, ?, ?)", rows)

    def add_twins(self, pairs: Iterable[tuple[int, str]]) -> None:
        """Add (file, path of the document that a removal of it points to)."""
        self._db.executemany(
            "INSERT INTO twins SELECT ?, file FROM files WHERE path = ?", ((file, _text(path)) for file, path in pairs)
        )

    def holders(self, keys: Iterable[int], each: int) -> set[str]:
        """Return the paths of the most senior documents, up to so many for each key, that have a text."""
        found = set()
        for key in keys:
            rows = self._db.execute(
                "SELECT files.path FROM segments JOIN files ON files.file = segments.file "
                f"WHERE segments.key = ? AND segments.flags & {TEXT} ORDER BY segments.file LIMIT {each}",
                (key,),
            )
            found |= {_name(path) for (path,) in rows}
        return found

    def pages(self, source: str) -> set[int]:
        """Return the pages of a source by their longest lines, so that copies of one article count once."""
        rows = self._db.execute(
            "SELECT DISTINCT longest FROM files WHERE source = ? AND longest IS NOT NULL", (_text(source),)
        )
        return {longest for (longest,) in rows}

    def line(self, source: str, key: int) -> tuple[set[int], int, int]:
        """Return the pages of a source on which a line stands, how often it does, and how often near an edge."""
        rows = self._db.execute(
            f"SELECT longest, count(*), sum((flags & {EDGE}) > 0) FROM segments JOIN files ON files.file = segments.file "
            f"WHERE key = ? AND flags & {LINE} AND source = ? GROUP BY longest",
            (key, _text(source)),
        ).fetchall()
        return {row[0] for row in rows}, sum(row[1] for row in rows), sum(row[2] for row in rows)

    def _open(self) -> sqlite3.Connection:
        """Open the file; what is damaged or was made by others is replaced by an empty one."""
        for attempt in (1, 2):
            db = sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)
            try:
                db.execute("PRAGMA cache_size = -65536")
                if db.execute("PRAGMA user_version").fetchone()[0] not in (0, SCHEMA):
                    raise sqlite3.DatabaseError("another version")
                db.execute("BEGIN IMMEDIATE")
                if db.execute("PRAGMA user_version").fetchone()[0] == 0:
                    for statement in _TABLES.split(";"):
                        db.execute(statement)
                    db.execute("INSERT INTO meta VALUES ('made_by', ?)", (self._made_by,))
                whole = db.execute("PRAGMA page_count").fetchone()[0] * db.execute("PRAGMA page_size").fetchone()[0]
                made_by = db.execute("SELECT value FROM meta WHERE key = 'made_by'").fetchone()
                db.commit()
                if self._path.stat().st_size < whole or made_by != (self._made_by,):
                    raise sqlite3.DatabaseError("not whole, or made with other settings")
            except sqlite3.Error as error:
                db.close()
                if cannot_keep(error) or attempt == 2:
                    raise
                for name in self.home.glob("*"):
                    name.unlink(missing_ok=True)
            else:
                return db
        raise AssertionError


def cannot_keep(error: sqlite3.Error) -> bool:
    """Tell whether an error says that nothing can be kept here; all others say that what is here is damaged."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF) in _NO_PLACE


_NO_PLACE = {
    sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
}  # fmt: skip


def _text(name: str) -> str:
    """Return a file name as text that SQLite takes, whatever its bytes are."""
    return name.encode("utf-8", "surrogateescape").decode("latin-1")


def _name(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "surrogateescape")
