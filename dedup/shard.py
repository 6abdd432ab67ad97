"""A shard: documents that are decided on where they lie, pass by pass.

On one machine all documents are one shard. What a shard cannot know alone, it asks (`exchange.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from dedup.budget import Budget
from dedup.config import Config
from dedup.decide import Decision, Policy
from dedup.exchange import Phase, any_of
from dedup.going import Text, lefts, removals_of
from dedup.outcome import Document
from dedup.removals import Judged, Names
from dedup.repeats.selection import Floats
from dedup.revise import Cutting, Revised
from dedup.segments import Bools, Ints, Segments
from dedup.shelf import Shelf
from dedup.state import State
from dedup.tables import NO_TEXTS, Table, in_order
from dedup.texts import Said, Texts


class Pass(NamedTuple):
    """What is known within one pass.

    Attributes:
        decision: what goes.
        lost: what each document will have lost, int64[2, documents].
        back: documents that are put back.
        going: the removals.
        fresh: what is left of the documents that are cut.
        novel: the texts that only came about.
    """

    decision: Decision
    lost: Ints
    back: Bools
    going: Table = Table({})
    fresh: Sequence[Revised] = ()
    novel: Table = NO_TEXTS


class Shard:
    """Documents, and what becomes of them.

    Args:
        shelf: their segments as they were read.
        policy: decides.
        config: the settings.
        sizes: the characters of each document.

    Attributes:
        base: the number of the first document among those of all shards.
        policy: decides.
        state: what went.
        texts: which of their texts matter, and which are nearly others.
        refused: by document, the share of its words that it would have lost where that is too much, else 0.
    """

    def __init__(self, shelf: Shelf, policy: Policy, config: Config, sizes: Ints) -> None:
        self.shelf = shelf
        self.policy = policy
        self._config = config
        self._sizes = sizes
        self.base = 0
        self.state = State(len(sizes), policy.codes, config.scope)
        self.refused: Floats = np.zeros(len(sizes))
        self._tried: Bools = self.state.sealed.copy()
        self.texts = Texts(shelf, bool(config.codes() & {"DU002", "DU102"}))
        self._passes = 0
        self._budget = Budget(config.budget, shelf.first_documents, len(sizes))
        self._pass: Pass | None = None
        self._s: Segments | None = None

    def begin(self, keys: Ints, alike: Table, text: Text, everything: bool = False) -> Phase[None]:
        """Make ready for the first pass.

        Args:
            keys: the keys of texts that occur more than once, ascending.
            alike: the texts that may be nearly another (`Shelf.alike`).
            text: returns the text of a document.
            everything: all rows matter: what is known from elsewhere may speak against any of them.
        """
        yield from self.texts.begin(keys, alike, self._said(text), everything)

    def judge(self) -> Phase[None]:
        """Decide what goes in this pass."""
        self._passes += 1
        self._pass = self._s = None
        s = self._segments
        documents = self.shelf.documents
        decision = yield from self.policy.decide(s, documents, self.state.sealed, self.texts.pairs)
        v = decision.verdicts
        lost = self._budget.losses(s, v.gone, documents)
        self.refused = self._budget.over(lost)
        v.clear(self.refused[s.doc] > 0)
        back = (self.refused > 0) & self.state.touched
        self._pass = Pass(decision, lost, back)

    @property
    def _segments(self) -> Segments:
        """The segments that matter in this pass."""
        if self._s is None:
            self._s = Segments(self.shelf.mattering(), self.base, self.texts.recurring)
        return self._s

    def __getstate__(self) -> dict[str, Any]:
        """Return what is worth keeping: the segments of a pass are found again on the shelf."""
        return {**self.__dict__, "_s": None}

    def cut(self, revise: Callable[[Cutting], Iterable[Revised]]) -> None:
        """Cut what goes out of the texts.

        Args:
            revise: cuts documents and analyses what is left.
        """
        assert self._pass is not None
        s, decision = self._segments, self._pass.decision
        rows = np.flatnonzero(decision.verdicts.gone)
        going = removals_of(s, decision, rows, self._sizes, self._passes, self.policy.codes)
        docs = np.unique(s.doc[rows]).astype(np.int64)
        fresh = []
        of_rows = s.doc[rows]
        for one in revise(self.state.cutting(docs, s, rows)):
            own = np.flatnonzero(np.isin(of_rows, one.docs))
            going["cut_start"][own], going["cut_end"][own] = one.cuts.T
            fresh.append(one)
        self._pass = self._pass._replace(going=going, fresh=fresh)

    def settle(self) -> Phase[bool]:
        """Take what was cut as it is now, and put back what has to be; tell whether anything goes, in any shard."""
        assert self._pass is not None
        s = self._segments
        decision, lost, back, going, fresh, _ = self._pass
        v, copies, state = decision.verdicts, decision.copies, self.state
        goes = bool(v.gone.any() or len(copies.doc) or back.any())
        lonely: Ints | None = np.empty(0, np.int64)
        if self._passes > 1:
            lonely = yield from state.without_twin(s, decision, going, back, goes)
        elif not (yield from any_of(goes)):  # in the first there is nothing yet that could lose its twin
            lonely = None
        if lonely is None:
            self._pass = self._s = None
            return False
        documents = self.shelf.documents  # as this pass found them
        state.sealed |= back
        back = back.copy()
        back[lonely] = True
        state.put_back(np.flatnonzero(back))
        self._budget.forget(np.flatnonzero(back))
        self.shelf.put_back(np.flatnonzero(back))
        docs = np.unique(s.doc[v.gone]).astype(np.int64)
        going = going.take(~back[going["doc"]])
        state.add(going)
        changed = docs[~back[docs]]
        self._budget.spend(s, v.gone, lost, changed, documents)
        gone = copies.doc[~back[copies.doc]]
        state.copy_of[gone] = copies.twin[~back[copies.doc]]
        self.shelf.drop(gone)
        state.cut[changed] = True
        self._pass = self._pass._replace(back=back, novel=self._take_in(fresh, back))
        return True

    def meet(self, text: Text) -> Phase[None]:
        """Let texts that are new, or are there again, meet all others."""
        assert self._pass is not None
        back, novel = self._pass.back, self._pass.novel
        self._pass = self._s = None
        yield from self.texts.meet(novel, back, self._said(text), first=self._passes == 1)

    def unseal(self) -> Phase[bool]:
        """Try documents that are left alone once more: the evidence against them may have left with the others.

        Returns:
            Whether there are such that were not tried yet, in any shard.
        """
        again = yield from any_of(bool((self.state.sealed & ~self._tried).any()))
        if again:
            self._tried |= self.state.sealed
            self.state.sealed[:] = False
        return again

    def compare_again(self, text: Text) -> Phase[bool]:
        """Compare the texts of crowded groups that are still there, as a second run would; tell whether that finds pairs."""
        return (yield from self.texts.compare_again(self._said(text)))

    def judged(
        self, documents: Sequence[Document], bad: Sequence[bool], first: int, names: Callable[[Table], Names]
    ) -> Judged:
        """Return what became of documents that stand together.

        Args:
            documents: the documents, without their texts.
            bad: those that could not be read.
            first: the number of the first in the shard.
            names: returns what the numbers in removals stand for.
        """
        last = first + len(documents)
        docs = slice(first, last)
        rows = self._removals.take(slice(*np.searchsorted(self._removals["doc"], [first, last]).tolist()))
        refused, sealed = self.refused[docs], self.state.sealed[docs]
        share = np.where(refused > 0, refused, self._config.budget)
        return Judged(
            documents,
            bad,
            rows,
            np.searchsorted(rows["doc"], np.arange(first, last + 1)),
            self.state.copy_of[docs] >= 0,
            np.where((refused > 0) | sealed, share, 0.0),
            names(rows),
        )

    @cached_property
    def _removals(self) -> Table:
        """All removals, by document; nothing may go afterwards."""
        table = self.state.removals
        return table.take(np.argsort(table["doc"], kind="stable"))

    def _said(self, text: Text) -> Said:
        """Return what says where texts stand, and what is left of them.

        Args:
            text: returns the text of a document.
        """
        return lambda rows: {
            "doc": rows["doc"] + np.int64(self.base),
            "start": rows["start"],
            "words": lefts(rows, text, self.state.cut, self.state.removals),
        }

    def _take_in(self, fresh: Sequence[Revised], back: Bools) -> Table:
        """Put what is left of documents in place of what was there; return the texts that are new."""
        novel = [NO_TEXTS]
        for one in fresh:
            novel.append(one.novel.take(~back[one.novel["doc"]]))
            self.shelf.replace(one.part, one.documents, one.phrases, self.texts.keys, back)
            self.texts.mark_new()
        return in_order(novel)


def passes(do: Mapping[str, Callable[[], Any]]) -> int:
    """Make passes until nothing more goes; return how many there were.

    Args:
        do: has all shards do a phase and returns what comes of it: judge, cut, settle, meet, unseal, compare_again.
    """
    count = 0
    while True:
        count += 1
        do["judge"]()
        do["cut"]()
        if do["settle"]():
            do["meet"]()
        elif not do["unseal"]() and not do["compare_again"]():
            return count
