"""A corpus that is already there: its index is brought up to date, and documents are judged against it.

The first time, and when much has changed, the whole corpus is cleaned as `clean` would, and what became of each document
is stored. Later only what is new or changed is judged, together, against what stayed of the others: the documents that
share a text with it are read and take part as they are. So the answer for a document depends on the corpus alone,
not on which files were asked for in one call or in what order; what came later repeats what was there.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import asdict
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dedup.config import Config
from dedup.documents.folder import Intake, digest_of, read_file, shown
from dedup.documents.texts import Given, Texts
from dedup.engines.local import LocalEngine
from dedup.index import bands
from dedup.index.files import files_of, seniority
from dedup.index.store import EDGE, LINE, TEXT, Entry, Stat, Store
from dedup.normalize import normalize
from dedup.outcome import Document, Outcome, Removal, Twin
from dedup.rules.compiled import digest_of as digest_of_packs
from dedup.rules.pack import core_packs
from dedup.run import Known, Progress, Run
from dedup.segment import Span
from dedup.tables import Table

#: Where more than this share of the documents is new or changed, all are judged anew …
ANEW = 0.2
#: … if they are more than so many.
FEW = 200
#: The most senior documents that hold a text: so many are compared with.
HOLDERS = 4
#: Seconds after which an index that nothing was written to may go when another one is made.
UNUSED = 30 * 24 * 3600
#: Lines of more words are no site furniture (`decide.FURNITURE_WORDS`).
LINE_WORDS = 40


class Judged(NamedTuple):
    """What becomes of a document: its removals, and the share it would have lost where it is left alone."""

    removals: tuple[Removal, ...] = ()
    refused: float | None = None


class CorpusIndex:
    """The index of one corpus under one configuration.

    Args:
        root: the folder of the corpus.
        home: the folder of the index.
        config: the settings.
        progress: is told what happens.

    Raises:
        OSError, sqlite3.Error: the index cannot be kept in this folder.
    """

    def __init__(self, root: Path, home: Path, config: Config, progress: Progress | None = None) -> None:
        self._root = root
        self._config = config
        self._progress = progress
        made_by = _made_by(root, config)
        if not (home / f"index-{made_by[:12]}").exists():
            _prune(home)
        self._store = Store(home / f"index-{made_by[:12]}", made_by)
        #: Files of the corpus that cannot be read, and why; those that are new or changed.
        self.bad: dict[str, str] = {}
        self._stats: dict[str, Stat] = {}

    def close(self) -> None:
        """Close the index."""
        self._store.close()

    def destroy(self) -> None:
        """Throw away what is on disk: it is damaged."""
        self._store.close()
        for path in self._store.home.glob("*"):
            path.unlink(missing_ok=True)

    def update(self) -> None:
        """Bring the index up to date with the files."""
        found = files_of(self._root, self._config)
        with self._store.exclusive():
            known = self._store.entries()
            sound = bands.sound(self._store.home, self._bands())
            changed = [(name, path) for name, path in found if self._is_changed(name, path, known)]
            gone = known.keys() - {name for name, _ in found}
            many = len(changed) + len(gone) > max(FEW, ANEW * len(known))
            if not known or many or not sound:
                self._rebuild(found)
            elif changed or gone:
                self._add(changed, gone, known)
        bands.tidy(self._store.home, self._bands())

    def outcome(self, name: str) -> Judged:
        """Return what becomes of a document of the corpus; nothing if it is not known."""
        record = self._store.record(name)
        if record is None:
            return Judged()
        refused, rows = json.loads(record)
        return Judged(tuple(map(_removal, rows)), refused)

    def judge(self, documents: Sequence[Document], hidden: AbstractSet[str] = frozenset()) -> Outcome:
        """Judge documents that are not of the corpus against it, but for what is hidden: they take its place."""
        last = max((entry.file for entry in self._store.entries().values()), default=0)
        order = {document.id: last + 1 for document in documents}
        return self._run(documents, order, hidden)[1] if documents else Outcome()

    def knows(self, name: str) -> bool:
        """Tell whether a document is in the index."""
        return self._store.record(name) is not None

    def pages(self, source: str) -> AbstractSet[int]:
        """Return the pages of a source (`decide.Census`)."""
        return self._store.pages(source)

    def line(self, source: str, key: int) -> tuple[AbstractSet[int], int, int]:
        """Return where a line stands (`decide.Census`)."""
        return self._store.line(source, key)

    def _bands(self) -> list[str]:
        return [name for name in self._store.meta("bands").split("\n") if name]

    def _is_changed(self, name: str, path: Path, known: dict[str, Entry]) -> bool:
        entry = known.get(name)
        try:
            stat = _stat(path)
            if entry is None or entry.stat == stat:
                return entry is None
            if digest_of(path.read_bytes()) != entry.digest:
                return True
        except OSError:
            return True
        self._store.restat(entry.file, stat)
        return False

    def _read(self, files: Iterable[tuple[str, Path]]) -> Intake:
        intake = Intake()
        for name, path in files:
            with suppress(OSError):
                self._stats[name] = _stat(path)  # before it is read: what is written meanwhile is noticed next time
            read_file(path, name, intake)
            if self._progress is not None:
                self._progress.advance(1)
        self.bad |= intake.bad
        return intake

    def _rebuild(self, found: list[tuple[str, Path]]) -> None:
        self._store.clear()
        if self._progress is not None:
            self._progress.phase("index", len(found))
        intake = self._read(found)
        order = seniority(self._root, [d.id for d in intake.documents])
        with LocalEngine(self._config) as engine:
            known = Known(order, shown=self._shown)
            run = Run(Given(intake.documents, order), self._config, engine, self._progress, known)
            result = run.outcome()
        self._store_all(run, result, intake, {})

    def _add(self, changed: list[tuple[str, Path]], gone: set[str], known: dict[str, Entry]) -> None:
        """Judge what is new or changed, and what pointed to something that is no longer there."""
        fresh = {name for name, _ in changed}
        away = [known[name].file for name in {*gone, *fresh} if name in known]
        orphans = self._store.pointing_to(away) - gone - fresh
        if away:  # what would have gone too far may now go
            orphans |= self._store.left_alone() - gone - fresh
        # A document keeps its seniority; of the new ones, those of the last commit go first.
        numbers = {name: known[name].file for name in {*fresh, *orphans} if name in known}
        self._store.forget([*away, *(known[name].file for name in orphans)])
        intake = self._read([*changed, *((name, self._root / name) for name in sorted(orphans))])
        last = max((entry.file for entry in known.values()), default=0)
        rank = seniority(self._root, [d.id for d in intake.documents])
        order = {name: numbers.get(name, last + 1 + late) for name, late in rank.items()}
        run, result = self._run(intake.documents, order)
        self._store_all(run, result, intake, numbers)

    def _run(
        self, documents: Sequence[Document], order: dict[str, int], hidden: AbstractSet[str] = frozenset()
    ) -> tuple[Run, Outcome]:
        """Clean documents together with those of the corpus that share a text with them, which stay as they are."""
        config, home = self._config, self._store.home
        with LocalEngine(config) as engine:
            given = Given(documents)
            texts = _texts(given, (read.part.take(None) for read in engine.read(given)), config.min_words)
            keys = texts.keys() | bands.near(home, self._bands(), list(texts.values()), config.threshold)
            known = self._store.entries()
            names = {d.id for d in documents}
            holders = []
            gone: dict[str, list[Span]] = {}
            for name in sorted(self._store.holders(keys, HOLDERS) - names - hidden):
                intake = Intake()
                removals = self.outcome(name).removals
                if any(removal.code == "DU401" for removal in removals):
                    continue  # a copy is no twin: its original is
                read_file(self._root / name, name, intake)
                # A file that changes at this moment is judged the next time.
                if intake.documents and intake.originals[name].digest == known[name].digest:
                    holders += intake.documents
                    gone[name] = [cut for removal in removals for cut in removal.cuts]
            order = order | {d.id: known[d.id].file for d in holders}
            wanted = np.fromiter(keys, dtype=np.int64, count=len(keys))
            standing = Known(order, frozenset(d.id for d in holders), self, wanted, gone, self._shown)
            run = Run(Given([*documents, *holders], order), config, engine, None, standing)
            result = run.outcome()
        return run, Outcome([one for one in result if one.document.id in names], result.passes)

    def _shown(self, name: str) -> str:
        return shown(self._root / name)

    def _store_all(self, run: Run, result: Outcome, intake: Intake, numbers: dict[str, int]) -> None:
        """Store what became of documents, under the numbers that they had or new ones, and their texts."""
        files: dict[int, int] = {}  # of documents in the run -> in the index
        place = {name: k for k, name in enumerate(run.texts.ids)}
        longest = _longest(run)
        for one in result:
            name = one.document.id
            record = json.dumps([one.refused, [_row(removal) for removal in one.removals]])
            files[place[name]] = self._store.add(
                name,
                self._stats[name],
                intake.originals[name].digest,
                one.document.source,
                longest.get(place[name]),
                record,
                numbers.get(name),
            )
        for name in intake.bad:
            if name in self._stats:
                self._store.add(name, self._stats[name], "", _source(name), None, "[null, []]", numbers.get(name))
        flags: dict[tuple[int, int], int] = {}
        table = run.shelf.segments
        columns = (table[c].tolist() for c in ("doc", "key_lo", "words", "sentence", "line", "from_end"))
        for doc, key, words, sentence, line, from_end in zip(*columns, strict=True):
            if doc in files:
                flag = TEXT if words >= self._config.min_words else 0
                if sentence < 0 and 0 < words <= LINE_WORDS:
                    flag |= LINE | (EDGE if line < 3 or from_end < 5 else 0)
                if flag:
                    flags[key, files[doc]] = flags.get((key, files[doc]), 0) | flag
        self._store.add_segments((key, file, flag) for (key, file), flag in sorted(flags.items()))
        self._store.add_twins(
            (files[place[one.document.id]], removal.twin.document)
            for one in result
            for removal in one.removals
            if removal.twin is not None
        )
        own = table.take(np.isin(table["doc"], list(files)))
        texts = _texts(run.texts, [own], self._config.min_words)
        batches = self._bands()
        if texts:
            hashes = bands.hashes_of(list(texts.values()), self._config.threshold)
            keys = np.fromiter(texts, dtype=np.int64, count=len(texts))
            batches = [*batches, bands.write(self._store.home, f"{time.time_ns():x}", hashes, keys)]
            batches = bands.join(self._store.home, batches, f"{time.time_ns():x}")
        self._store.note("bands", "\n".join(batches))


def _prune(home: Path) -> None:
    """Remove the indexes of other settings and versions that nobody has used for long."""
    for path in home.glob("index-*/index.sqlite"):
        if time.time() - path.stat().st_mtime > UNUSED:
            shutil.rmtree(path.parent, ignore_errors=True)


def _texts(given: Texts, tables: Iterable[Table], min_words: int) -> dict[int, str]:
    """Return the normalised texts that are long enough to be compared, by their keys."""
    texts: dict[int, str] = {}
    for table in tables:
        rows = table.take(table["words"] >= min_words)
        for doc, start, end, key in zip(*(rows[c].tolist() for c in ("doc", "start", "end", "key_lo")), strict=True):
            if key not in texts:
                texts[key] = normalize(given.text(doc)[start:end])
    return texts


def _longest(run: Run) -> dict[int, int]:
    """Return the key of the longest line of each document, by which pages are counted."""
    table = run.shelf.first_documents
    return dict(zip(*(table[c][table["words"] > 0].tolist() for c in ("doc", "page")), strict=True))


def _stat(path: Path) -> Stat:
    found = path.stat()
    return Stat(found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _source(name: str) -> str:
    return name.partition("/")[0] if "/" in name else ""


def _row(removal: Removal) -> list[Any]:
    return [
        removal.document, removal.code, removal.start, removal.end, removal.text, removal.cuts, removal.twin,
        removal.similarity, removal.phrase, removal.evidence, removal.line,
    ]  # fmt: skip


def _removal(row: list[Any]) -> Removal:
    document, code, start, end, text, cuts, twin, similarity, phrase, evidence, line = row
    return Removal(
        document, code, start, end, text, tuple(Span(*cut) for cut in cuts), Twin(*twin) if twin else None, similarity,
        phrase, evidence, line,
    )  # fmt: skip


def _made_by(root: Path, config: Config) -> str:
    """Return what names everything that the index depends on besides the files of the corpus."""
    settings = asdict(config)
    for name in ("workers", "corpus", "cache_dir", "exclude", "cache", "memory_limit", "temp_dir"):
        del settings[name]
    packs = [*core_packs(), *(Path(pack) for pack in config.packs)]
    said = [
        version("dedup-articles"),
        version("sentencex"),
        str(root.resolve()),
        digest_of_packs(packs),
        repr(settings),
    ]
    return blake2b("\n".join(said).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
