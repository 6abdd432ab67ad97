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
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from dedup.answers import Alone
from dedup.config import Config
from dedup.decide import Census, Policy, Standing, numbered
from dedup.documents.texts import Given, Texts
from dedup.engines.local import BATCH, LocalEngine
from dedup.outcome import Cleaned, Document, Outcome
from dedup.removals import Judged, Names, tell
from dedup.revise import Read
from dedup.segment import Span
from dedup.segments import Ints
from dedup.shard import Shard, passes
from dedup.shelf import Shelf
from dedup.tables import NO_TEXTS, Table

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
    """One cleaning run over documents with distinct ids, which are one shard.

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
        self.texts = texts
        self.config = config
        self._known = known = known or Known()
        self._sizes = np.array(texts.sizes, dtype=np.int64)
        self._engine = engine
        self._progress = progress or Silent()
        sources, names = numbered(texts.sources)
        frozen = np.array([name in known.frozen for name in texts.ids], dtype=np.bool_)
        number = {name: k for k, name in enumerate(texts.ids)} if known.gone else {}
        standing = Standing(
            sources,
            names,
            frozen,
            [config.ignored_in(known.shown(name)) for name in texts.ids] if config.per_file_ignores else (),
            self._sizes,
            known.census,
            {number[name]: spans for name, spans in known.gone.items()},
        )
        self._policy = Policy(config, engine.analyser.matcher.rules, standing)
        self.shelf = Shelf(len(texts.ids), config.min_words, frozen, known.wanted, held=not engine.spool.files)
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
        alone = Alone(self._engine.query, self.config.threshold, self._engine.candidates)
        shard = self._shard = Shard(self.shelf, self._policy, self.config, self._sizes)
        keys, text = self.shelf.recurring(self._slices), self.texts.text
        alike = self.shelf.alike(self._slices) if shard.texts.compares else NO_TEXTS
        alone.do(shard.begin(keys, alike, text, everything=self._known.census is not None))
        self.passes = passes(
            {
                "judge": lambda: alone.do(shard.judge()),
                "cut": lambda: shard.cut(lambda cutting: self._engine.revise(cutting, self.texts, self._cache)),
                "settle": lambda: alone.do(shard.settle()),
                "meet": lambda: alone.do(shard.meet(text)),
                "unseal": lambda: alone.do(shard.unseal()),
                "compare_again": lambda: alone.do(shard.compare_again(text)),
            }
        )

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

    def judged(self, first: int, last: int) -> Judged:
        """Return what became of documents from `first` up to `last`."""
        documents = [Document(self.texts.ids[doc], "", self.texts.sources[doc]) for doc in range(first, last)]
        bad = [doc in self.texts.bad for doc in range(first, last)]
        return self._shard.judged(documents, bad, first, self._names)

    def _names(self, rows: Table) -> Names:
        names = {doc: self.texts.ids[doc] for doc in np.unique(rows["twin"]).tolist() if doc >= 0}
        phrases = {k: self.shelf.phrases[k] for k in np.unique(rows["phrase"]).tolist() if k >= 0}
        return Names(names, self._policy.codes.names, phrases)

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
