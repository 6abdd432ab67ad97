"""The run: passes of analyse → decide → cut over the same documents until nothing more goes.

What a removal uncovers (a line that is now the last, two copies that now touch, a sentence boundary that moved) is
judged by the next pass on the text as it then is. The last pass removes nothing, and it is the first pass of a second
run: so cleaning the output again removes nothing.

Text can also come back. A removal whose twin a later pass removes or cuts gets another kept copy of that twin for its
twin; where there is none, its document is put back as it was and judged again. A document that would lose more than
its budget is left alone in that pass; if it has lost text before, it is put back, tried once more against the final
state of the others, and left alone for good if that takes too much again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from dedup.budget import Budget
from dedup.config import Config
from dedup.decide import Census, Decision, Policy, Standing
from dedup.documents.texts import Given, Texts
from dedup.engines.local import BATCH, LocalEngine
from dedup.normalize import normalize
from dedup.outcome import Cleaned, Document, Outcome
from dedup.removals import REMOVALS, Gone, Judged, Names, cuts_of, tell
from dedup.repeats.near import NearIndex
from dedup.repeats.selection import Floats, Pairs
from dedup.revise import Read, Revised
from dedup.segment import Span
from dedup.segments import Bools, Ints, Segments
from dedup.shelf import Shelf
from dedup.state import State
from dedup.tables import NO_TEXTS, Table, in_order

if TYPE_CHECKING:
    from dedup.cache import SegmentCache


class Progress(Protocol):
    """Is told what the run is doing."""

    def phase(self, name: str, total: int = 0) -> None:
        """Begin a phase of so many steps (0: unknown)."""

    def advance(self, steps: int) -> None:
        """Report steps done."""


class Silent:
    """A progress that nobody watches."""

    def phase(self, name: str, total: int = 0) -> None:
        """Do nothing."""

    def advance(self, steps: int) -> None:
        """Do nothing."""


class Known(NamedTuple):
    """What is known of some documents before the run; by default nothing.

    Attributes:
        order: documents are read in this order, those of one number (0 if not given) in the order of ids.
        frozen: ids of documents that stay as they are, but may be what others repeat.
        census: frequencies among pages that take no part.
        wanted: keys of the texts of frozen documents that others may be like; all if None.
        gone: what is gone of frozen documents: no twin of others.
        shown: how a document is called where the settings name it.
    """

    order: Mapping[str, int] = {}
    frozen: AbstractSet[str] = frozenset()
    census: Census | None = None
    wanted: Ints | None = None
    gone: Mapping[str, Sequence[Span]] = {}
    shown: Callable[[str], str] = str


class Run:
    """One cleaning run over documents with distinct ids.

    Args:
        texts: the documents in the order of reading, by which the tables number them.
        config: the settings.
        engine: runs analysis and SQL.
        progress: is told what happens.
        known: what is known of some documents beforehand.

    Attributes:
        texts, config: the documents and the settings.
        shelf: the segments as they were read.
        passes: how many there were.
    """

    def __init__(
        self,
        texts: Texts,
        config: Config,
        engine: LocalEngine,
        progress: Progress | None = None,
        known: Known | None = None,
    ) -> None:
        known = known or Known()
        self.texts = texts
        self._sizes = np.array(texts.sizes, dtype=np.int64)
        count = len(texts.ids)
        self.config = config
        self._engine = engine
        self._progress = progress or Silent()
        names = sorted(set(texts.sources))
        source = {name: k for k, name in enumerate(names)}
        frozen = np.array([name in known.frozen for name in texts.ids], dtype=np.bool_)
        number = {name: k for k, name in enumerate(texts.ids)} if known.gone else {}
        standing = Standing(
            np.array([source[name] for name in texts.sources], dtype=np.int64),
            names,
            frozen,
            [config.ignored_in(known.shown(name)) for name in texts.ids] if config.per_file_ignores else (),
            known.census,
            {number[name]: spans for name, spans in known.gone.items()},
        )
        self._policy = Policy(config, engine.analyser.matcher.rules, engine.query, standing)
        self._codes = self._policy.codes
        self._near = NearIndex(config.threshold, engine.candidates)
        self._compares = bool(config.codes() & {"DU002", "DU102"})
        self.shelf = Shelf(count, config.min_words, frozen, known.wanted, held=not engine.spool.files)
        self._everything = known.census is not None
        self._keys: Ints = np.empty(0, np.int64)  # of the texts that matter
        self._compared: dict[int, None] = {}  # keys of the texts in the index, in the order of their numbers there
        self._pairs = Pairs.none()  # by the keys of the texts
        self._refused: Floats = np.zeros(count)
        self._state = State(count, self._codes, config.scope)
        self._slices = engine.spool.slices
        self._cache: SegmentCache | None = None
        self.passes = 0

    def outcome(self) -> Outcome:
        """Clean the documents and return what became of each, all in memory."""
        self.decide()
        return self.report()

    def report(self) -> Outcome:
        """Return what became of each document, all in memory."""
        return Outcome([one for _, one in self.cleaned()], self.passes)

    def decide(self, cache: SegmentCache | None = None) -> None:
        """Find out what goes.

        Args:
            cache: what is known of files, by what they say; new ones are added.
        """
        self._cache = cache
        self._progress.phase("segment", len(self._sizes))
        for read in self._read(cache):
            self.shelf.add(read.part, read.documents, read.phrases)
            self._sizes[read.docs] = read.sizes
            self.texts.originals.update(zip(read.docs, read.originals, strict=False))
            self.texts.bad.update(read.bad)
            self._progress.advance(len(read.docs) + len(read.bad))
        self._progress.phase("compare")
        budget = Budget(self.config.budget, self.shelf.first_documents, len(self._sizes))
        self._keys = self.shelf.recurring(self._slices)
        if self._compares:
            self._compare(self.shelf.alike(self._slices))
        self.shelf.mark(self._keys)
        if self._everything:
            self.shelf.mark_all()
        tried = self._state.sealed.copy()
        while True:
            self.passes += 1
            s = Segments(self.shelf.mattering())
            documents = self.shelf.documents
            decision = self._policy.decide(s, documents, self._state.sealed, self._pairs)
            v = decision.verdicts
            lost = budget.losses(s, v.gone, documents)
            self._refused = budget.over(lost)
            v.clear(self._refused[s.doc] > 0)
            back = (self._refused > 0) & self._state.touched
            if v.gone.any() or len(decision.copies.doc) or back.any():
                self._apply(s, decision, budget, lost, documents, back)
            elif (self._state.sealed & ~tried).any():
                # The evidence against a document that was put back may have left with the others: once more.
                tried |= self._state.sealed
                self._state.sealed[:] = False
            elif not (self._compares and self._compare_again()):
                return

    def _read(self, cache: SegmentCache | None) -> Iterator[Read]:
        """Yield all documents: those that the cache knows, and then the others."""
        wanted: list[int] | None = None
        if cache:
            digests: list[str | None] = [None] * len(self._sizes)
            for docs, some in self._engine.digests(self.texts):
                for doc, digest in zip(docs, some, strict=True):
                    digests[doc] = digest
            known: set[int] = set()
            for one in cache.find(digests, int(self._sizes.sum()) // BATCH):
                docs = one.documents["doc"].tolist()
                known.update(docs)
                yield Read(docs, one.part, one.documents, one.phrases, one.sizes, one.originals, {})
            wanted = [doc for doc in range(len(self._sizes)) if doc not in known]
        yield from self._engine.read(self.texts, wanted, cache)

    def _compare(self, rows: Table) -> None:
        """Compare texts with each other and with those that were compared before.

        Args:
            rows: one row for each text: doc, start, end, key_lo, facts.
        """
        rows = rows.take(np.array([key not in self._compared for key in rows["key_lo"].tolist()], dtype=np.bool_))
        self._compared.update(dict.fromkeys(rows["key_lo"].tolist()))
        self._pair(self._near, rows, np.array(list(self._compared), dtype=np.int64))

    def _compare_again(self) -> bool:
        """Compare the texts of crowded groups that are still there, as a second run would; tell whether that finds pairs."""
        crowded = self._near.crowded()
        if not crowded:
            return False
        rows = self.shelf.with_facts(np.unique(np.array([*crowded, 0], dtype=np.uint64)))
        known = len(self._pairs.left)
        self._pair(NearIndex(self.config.threshold, self._engine.candidates), rows, rows["key_lo"])
        return len(self._pairs.left) > known

    def _pair(self, near: NearIndex, rows: Table, keys: Ints) -> None:
        """Add what an index says of texts to the pairs; `keys` has those of all texts of the index, by their numbers."""
        groups = rows["facts"].tolist()
        found = near.add(list(self._lefts(rows)), groups if all(groups) else None)
        left, right = keys[found.left], keys[found.right]
        known = set(zip(self._pairs.left.tolist(), self._pairs.right.tolist(), strict=True))
        new = [
            pair not in known and pair[::-1] not in known for pair in zip(left.tolist(), right.tolist(), strict=True)
        ]
        added = (left[new], right[new], found.similarity[new])
        self._pairs = Pairs(*(np.concatenate(columns) for columns in zip(self._pairs, added, strict=True)))
        self._matter(np.concatenate([left, right]))

    def _matter(self, keys: Ints) -> None:
        """Let the texts with these keys matter."""
        new = np.setdiff1d(keys, self._keys)
        if len(new):
            self._keys = np.union1d(self._keys, new)
            if self.passes:
                self.shelf.wake(new)

    def _lefts(self, rows: Table) -> Iterator[str]:
        """Yield what is left of spans of documents, normalised; rows of one document stand together."""
        docs = np.unique(rows["doc"][self._state.cut[rows["doc"]]])
        bounds, spans = cuts_of(self._state.removals, docs)
        place = {doc: k for k, doc in enumerate(docs.tolist())}
        last, text, gone = -1, "", Gone()
        for doc, start, end in zip(*(rows[name].tolist() for name in ("doc", "start", "end")), strict=True):
            if doc != last:
                last, text = doc, self.texts.text(doc)
                gone = Gone(spans[slice(*bounds[place[doc] : place[doc] + 2])] if doc in place else None)
            yield normalize("".join(text[low:high] for low, high in gone.left(start, end)))

    def _apply(
        self, s: Segments, decision: Decision, budget: Budget, lost: Ints, documents: Table, back: Bools
    ) -> None:
        """Cut what was decided out of the texts, and put back what has to be."""
        v, copies, state = decision.verdicts, decision.copies, self._state
        state.sealed |= back
        rows = np.flatnonzero(v.gone)
        going = self._going(s, decision, rows)
        docs = np.unique(s.doc[rows]).astype(np.int64)
        revised = self._engine.revise(state.cutting(docs, s, rows), self.texts, self._cache)
        fresh = []
        of_rows = s.doc[rows]
        for one in revised:
            own = np.flatnonzero(np.isin(of_rows, one.docs))
            going["cut_start"][own], going["cut_end"][own] = one.cuts.T
            fresh.append(one)
        lonely = state.without_twin(self._lefts, s, decision, going, back)
        back = back.copy()
        back[lonely] = True
        state.put_back(np.flatnonzero(back))
        budget.forget(np.flatnonzero(back))
        self.shelf.put_back(np.flatnonzero(back))
        going = going.take(~back[going["doc"]])
        state.add(going)
        changed = docs[~back[docs]]
        budget.spend(s, v.gone, lost, changed, documents)
        gone = copies.doc[~back[copies.doc]]
        state.copy_of[gone] = copies.twin[~back[copies.doc]]
        self.shelf.drop(gone)
        state.cut[changed] = True
        self._meet(self._take_in(fresh, back), back)

    def _going(self, s: Segments, decision: Decision, rows: Ints) -> Table:
        """Return the removals of a pass; of rows it is not yet known what goes with them."""
        v, copies = decision.verdicts, decision.copies
        twin = v.twin[rows]
        there = twin >= 0
        count, more = len(rows), len(copies.doc)
        sizes, twins = self._sizes[copies.doc], self._sizes[copies.twin]

        def column(name: str, of_rows: Any, of_copies: Any) -> Ints:
            values: Ints = np.empty(count + more, dtype=REMOVALS[name])
            values[:count], values[count:] = of_rows, of_copies
            return values

        said = (~there) & (s.rule[rows] == v.code[rows])
        return Table(
            {
                "doc": column("doc", s.doc[rows], copies.doc),
                "turn": column("turn", self.passes, self.passes),
                "code": column("code", v.code[rows], self._codes.of("DU401")),
                "start": column("start", s.start[rows], 0),
                "end": column("end", s.end[rows], sizes),
                "at": column("at", s.at[rows], 1),
                "cut_start": column("cut_start", np.zeros(count, np.int64), 0),
                "cut_end": column("cut_end", np.zeros(count, np.int64), sizes),
                "twin": column("twin", np.where(there, s.doc[twin], -1), copies.twin),
                "twin_start": column("twin_start", np.where(there, s.start[twin], 0), 0),
                "twin_end": column("twin_end", np.where(there, s.end[twin], 0), twins),
                "twin_at": column("twin_at", np.where(there, s.at[twin], 0), 1),
                "similarity": column("similarity", v.similarity[rows], copies.share),
                "phrase": column("phrase", np.where(said, s.phrase[rows], -1), -1),
                "evidence": column("evidence", v.evidence[rows], 0),
            }
        )

    def _take_in(self, fresh: Sequence[Revised], back: Bools) -> Table:
        """Put what is left of documents in place of what was there; return the texts that are new."""
        novel = [NO_TEXTS]
        for one in fresh:
            novel.append(one.novel.take(~back[one.novel["doc"]]))
            self.shelf.replace(one.part, one.documents, one.phrases, self._keys, back)
            if self._everything:
                self.shelf.mark_all()
        return in_order(novel)

    def _meet(self, novel: Table, back: Bools) -> None:
        """Let texts that are new, or are there again, meet all others."""
        self._matter(np.unique(novel["key_lo"]))
        if self._compares:
            facts = [novel["facts"], *([self.shelf.facts_of(back)] if back.any() else [])]
            self._compare(self.shelf.with_facts(np.unique(np.concatenate(facts))))

    def judged(self, first: int, last: int) -> Judged:
        """Return what became of documents from `first` up to `last`."""
        docs = slice(first, last)
        rows = self._of_documents.take(slice(*np.searchsorted(self._of_documents["doc"], [first, last]).tolist()))
        names = {doc: self.texts.ids[doc] for doc in np.unique(rows["twin"]).tolist() if doc >= 0}
        phrases = {k: self.shelf.phrases[k] for k in np.unique(rows["phrase"]).tolist() if k >= 0}
        alone = (self._refused[docs] > 0) | self._state.sealed[docs]
        share = np.where(self._refused[docs] > 0, self._refused[docs], self.config.budget)
        return Judged(
            [Document(self.texts.ids[doc], "", self.texts.sources[doc]) for doc in range(first, last)],
            [doc in self.texts.bad for doc in range(first, last)],
            rows,
            np.searchsorted(rows["doc"], np.arange(first, last + 1)),
            self._state.copy_of[docs] >= 0,
            np.where(alone, share, 0.0),
            Names(names, self._codes.names, phrases),
        )

    @cached_property
    def _of_documents(self) -> Table:
        """All removals, by document."""
        table = self._state.removals
        return table.take(np.argsort(table["doc"], kind="stable"))

    def cleaned(self) -> Iterator[tuple[int, Cleaned]]:
        """Yield what became of each document, in the order of reading, each with its number."""
        for doc in range(len(self._sizes)):
            if doc not in self.texts.bad:
                for one in tell(self.judged(doc, doc + 1), [self.texts.text(doc)]):
                    yield doc, one


def clean_documents(
    documents: Sequence[Document],
    config: Config | None = None,
    progress: Progress | None = None,
    known: Known | None = None,
    *,
    batch: int = 0,
) -> Outcome:
    """Clean documents that are compared with each other, and return what became of each.

    Args:
        documents: the documents, with distinct ids, in any order.
        config: the settings; the default ones if None.
        progress: is told what happens.
        known: what is known of some documents beforehand.
        batch: characters of text in one batch (0: the engine's own); the result does not depend on it.

    Raises:
        ConfigError: a selector names nothing.
        ValueError: two documents have the same id.
    """
    if len({document.id for document in documents}) != len(documents):
        raise ValueError("two documents have the same id")
    config = config or Config()
    engine = LocalEngine(config, batch) if batch else LocalEngine(config)
    with engine:
        engine.expect(sum(len(document.text) for document in documents))
        return Run(Given(documents, (known or Known()).order), config, engine, progress, known).outcome()
