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
from dedup.exchange import Ask, Columns, Phase
from dedup.going import Text, lefts, removals_of
from dedup.outcome import Document
from dedup.removals import Judged, Names
from dedup.repeats.selection import Floats, Pairs
from dedup.revise import Cutting, Revised
from dedup.segments import Bools, Ints, Segments
from dedup.shelf import NO_KEYS, Shelf
from dedup.state import State
from dedup.tables import NO_TEXTS, Table, among, in_order


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
        compares: whether near-repeats are looked for.
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
        self.compares = bool(config.codes() & {"DU002", "DU102"})
        self._keys: Ints = NO_KEYS  # of the texts that matter …
        self._recurring: Ints = NO_KEYS  # … and of those that may stand elsewhere still, or be nearly another
        self._compared: Ints = NO_KEYS  # keys of the texts that were compared
        self._pairs = Pairs.none()  # by the keys of the texts
        self._everything = False
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
        self._keys = self._recurring = keys
        self._everything = everything
        if self.compares:
            yield from self._compare(alike, text)
        self.shelf.mark(self._keys)
        if everything:
            self.shelf.mark_all()

    def judge(self) -> Phase[None]:
        """Decide what goes in this pass."""
        self._passes += 1
        self._pass = self._s = None
        s = self._segments
        documents = self.shelf.documents
        decision = yield from self.policy.decide(s, documents, self.state.sealed, self._pairs)
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
            recurring = None if self._everything else self._recurring
            self._s = Segments(self.shelf.mattering(), self.base, recurring)
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
        elif not (yield from _any(goes)):  # in the first there is nothing yet that could lose its twin
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
        facts = [novel["facts"], *([self.shelf.facts_of(back)] if self.compares and back.any() else [])]
        tables = {
            "keys": {"key": np.union1d(novel["key_lo"], self.shelf.keys_of(back))},
            "facts": {"facts": np.unique(np.concatenate(facts))},
            "left": self._left(),
        }
        answer = yield Ask("novel", tables)
        if self._passes == 1:
            pairs = np.concatenate([self._pairs.left, self._pairs.right])
            self._recurring = np.union1d(answer.tables["left"]["key"], pairs)
        self._matter(np.unique(answer.tables["keys"]["key"]))
        if self.compares:
            yield from self._compare(self.shelf.with_facts(np.unique(answer.tables["facts"]["facts"])), text)

    def unseal(self) -> Phase[bool]:
        """Try documents that are left alone once more: the evidence against them may have left with the others.

        Returns:
            Whether there are such that were not tried yet, in any shard.
        """
        again = yield from _any(bool((self.state.sealed & ~self._tried).any()))
        if again:
            self._tried |= self.state.sealed
            self.state.sealed[:] = False
        return again

    def compare_again(self, text: Text) -> Phase[bool]:
        """Compare the texts of crowded groups that are still there, as a second run would; tell whether that finds pairs."""
        if not self.compares:
            return False
        answer = yield Ask("crowded")
        crowded = answer.tables["facts"]["facts"]
        rows = self.shelf.with_facts(np.unique(np.append(crowded, np.uint64(0)))) if len(crowded) else NO_TEXTS
        if not (yield from _any(bool(len(rows)))):
            return False
        known = len(self._pairs.left)
        yield from self._pair(rows, text, afresh=True)
        return (yield from _any(len(self._pairs.left) > known))

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

    def _compare(self, rows: Table, text: Text) -> Phase[None]:
        """Compare texts with each other and with those that were compared before.

        Args:
            rows: one row for each text: doc, start, end, key_lo, facts.
            text: returns the text of a document.
        """
        rows = rows.take(~among(rows["key_lo"], self._compared))
        self._compared = np.union1d(self._compared, rows["key_lo"])
        yield from self._pair(rows, text, afresh=False)

    def _pair(self, rows: Table, text: Text, *, afresh: bool) -> Phase[None]:
        """Add the pairs that are new."""
        texts = {
            "key": rows["key_lo"],
            "facts": rows["facts"],
            "doc": rows["doc"] + np.int64(self.base),
            "start": rows["start"],
            "words": lefts(rows, text, self.state.cut, self.state.removals),
        }
        answer = yield Ask("near", {"texts": texts}, numbers={"afresh": afresh})
        new = answer.tables["pairs"]
        self._pairs = Pairs(*(np.concatenate([old, new[name]]) for name, old in self._pairs._asdict().items()))
        self._matter(np.concatenate([new["left"], new["right"]]))

    def _left(self) -> Columns:
        """Return the keys of recurring texts that are still there after the first pass, and how often each: most stand once now.

        Later passes remove so little that they need not count again.
        """
        keys = self.shelf.mattering()["key_lo"] if self._passes == 1 else NO_KEYS
        found, counts = np.unique(keys[among(keys, self._recurring)], return_counts=True)
        return {"key": found, "count": counts}

    def _matter(self, keys: Ints) -> None:
        """Let the texts with these keys matter."""
        self._recurring = np.union1d(self._recurring, keys)
        new = np.setdiff1d(keys, self._keys)
        if len(new):
            self._keys = np.union1d(self._keys, new)
            if self._passes:
                self.shelf.wake(new)

    def _take_in(self, fresh: Sequence[Revised], back: Bools) -> Table:
        """Put what is left of documents in place of what was there; return the texts that are new."""
        novel = [NO_TEXTS]
        for one in fresh:
            novel.append(one.novel.take(~back[one.novel["doc"]]))
            self.shelf.replace(one.part, one.documents, one.phrases, self._keys, back)
            if self._everything:
                self.shelf.mark_all()
        return in_order(novel)


def _any(flag: bool) -> Phase[bool]:
    """Tell whether something is true of any shard."""
    return (yield Ask("any", {}, flag)).flag


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
