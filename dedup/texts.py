"""The texts of a shard, by their keys: which matter, which may stand elsewhere still, and which are nearly others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dedup.exchange import Ask, Columns, Phase, any_of
from dedup.repeats.selection import Pairs
from dedup.segments import Bools, Ints
from dedup.shelf import NO_KEYS, Shelf
from dedup.tables import NO_TEXTS, Table, among

#: Returns where texts stand among those of all shards, and what is left of them: doc, start, words.
Said = Callable[[Table], Mapping[str, Any]]


class Texts:
    """What is known of texts.

    Args:
        shelf: the segments.
        compares: whether near-repeats are looked for.

    Attributes:
        compares: as given.
        keys: of those that matter: they recurred once, or are nearly another.
        pairs: those that are nearly others.
    """

    def __init__(self, shelf: Shelf, compares: bool) -> None:
        self._shelf = shelf
        self.compares = compares
        self.keys: Ints = NO_KEYS
        self.pairs = Pairs.none()
        self._recurring: Ints = NO_KEYS  # of those that matter, the ones that may stand elsewhere still
        self._compared: Ints = NO_KEYS
        self._everything = False
        self._marked = False

    @property
    def recurring(self) -> Ints | None:
        """The keys of texts that may stand elsewhere still, or be nearly another; None: any may."""
        return None if self._everything else self._recurring

    def begin(self, keys: Ints, alike: Table, said: Said, everything: bool) -> Phase[None]:
        """Make ready for the first pass (`Shard.begin`)."""
        self.keys = self._recurring = keys
        self._everything = everything
        if self.compares:
            yield from self._compare(alike, said)
        self._marked = True
        self._shelf.mark(self.keys)
        self.mark_new()

    def mark_new(self) -> None:
        """Let rows that came to the shelf matter, if all do."""
        if self._everything:
            self._shelf.mark_all()

    def meet(self, novel: Table, back: Bools, said: Said, *, first: bool) -> Phase[None]:
        """Let texts that are new, or are there again, meet all others.

        Args:
            novel: texts that only came about.
            back: documents that were put back.
            said: returns what texts say.
            first: the first pass is over, which removes most of what recurs. Then what is left is counted once: most of it
                stands once now, and later passes remove too little to count again.
        """
        facts = [novel["facts"], *([self._shelf.facts_of(back)] if self.compares and back.any() else [])]
        tables = {
            "keys": {"key": np.union1d(novel["key_lo"], self._shelf.keys_of(back))},
            "facts": {"facts": np.unique(np.concatenate(facts))},
            "left": self._counted(self._shelf.keys_of(np.ones_like(back)) if first else NO_KEYS),
        }
        answer = yield Ask("novel", tables)
        if first:
            pairs = np.concatenate([self.pairs.left, self.pairs.right])
            self._recurring = np.union1d(answer.tables["left"]["key"], pairs)
        self._matter(np.unique(answer.tables["keys"]["key"]))
        if self.compares:
            yield from self._compare(self._shelf.with_facts(np.unique(answer.tables["facts"]["facts"])), said)

    def compare_again(self, said: Said) -> Phase[bool]:
        """Compare the texts of crowded groups that are still there (`Shard.compare_again`)."""
        if not self.compares:
            return False
        answer = yield Ask("crowded")
        crowded = answer.tables["facts"]["facts"]
        rows = self._shelf.with_facts(np.unique(np.append(crowded, np.uint64(0)))) if len(crowded) else NO_TEXTS
        if not (yield from any_of(bool(len(rows)))):
            return False
        known = len(self.pairs.left)
        yield from self._pair(rows, said, afresh=True)
        return (yield from any_of(len(self.pairs.left) > known))

    def _compare(self, rows: Table, said: Said) -> Phase[None]:
        """Compare texts, one row for each, with each other and with those that were compared before."""
        rows = rows.take(~among(rows["key_lo"], self._compared))
        self._compared = np.union1d(self._compared, rows["key_lo"])
        yield from self._pair(rows, said, afresh=False)

    def _pair(self, rows: Table, said: Said, *, afresh: bool) -> Phase[None]:
        """Add the pairs that are new."""
        texts = {"key": rows["key_lo"], "facts": rows["facts"], **said(rows)}
        answer = yield Ask("near", {"texts": texts}, numbers={"afresh": afresh})
        new = answer.tables["pairs"]
        self.pairs = Pairs(*(np.concatenate([old, new[name]]) for name, old in self.pairs._asdict().items()))
        self._matter(np.concatenate([new["left"], new["right"]]))

    def _counted(self, keys: Ints) -> Columns:
        """Return those of keys that recurred so far, and how often each is there."""
        found, counts = np.unique(keys[among(keys, self._recurring)], return_counts=True)
        return {"key": found, "count": counts}

    def _matter(self, keys: Ints) -> None:
        """Let the texts with these keys matter, wherever they stand."""
        self._recurring = np.union1d(self._recurring, keys)
        new = np.setdiff1d(keys, self.keys)
        if len(new):
            self.keys = np.union1d(self.keys, new)
            if self._marked:
                self._shelf.wake(new)
