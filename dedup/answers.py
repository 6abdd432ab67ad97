"""Answers to what a shard asks (`exchange.py`) where there is only one: it asks itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from dedup.decide import first_copies
from dedup.exchange import Answer, Ask, Columns, Phase
from dedup.repeats.near import NearIndex
from dedup.repeats.selection import Pairs, keep
from dedup.tables import Column

Result = TypeVar("Result")

#: Runs a step of the plan over tables.
Query = Callable[..., Columns]


class Alone:
    """Answers for a single shard.

    Args:
        query: runs a relational step.
        threshold: least Jaccard similarity of near-repeats.
        join: the relational step that makes pairs out of buckets.
    """

    def __init__(self, query: Query, threshold: float, join: Callable[[Column, Column], tuple[Column, Column]]) -> None:
        self._query = query
        self._threshold = threshold
        self._join = join
        self._near = NearIndex(threshold, join)
        self._keys: list[int] = []  # of the texts in the index, by their numbers there
        self._pairs = Pairs.none()  # by the keys of the texts

    def do(self, phase: Phase[Result]) -> Result:
        """Do a phase and return what comes of it."""
        try:
            ask = next(phase)
            while True:
                ask = phase.send(self.answer(ask))
        except StopIteration as end:
            result: Result = end.value
            return result

    def answer(self, ask: Ask) -> Answer:
        """Answer a question."""
        answers: dict[str, Callable[[Ask], dict[str, Columns]]] = {
            "furniture": self._furniture,
            "copies": self._copies,
            "keep": self._keep,
            "novel": _novel,
            "near": self._compare,
            "crowded": self._crowded,
        }
        return Answer(answers.get(ask.name, _together)(ask), ask.flag)

    def _furniture(self, ask: Ask) -> dict[str, Columns]:
        if not len(ask.tables["lines"]["text"]):
            return {
                "furniture": {name: np.empty(0) for name in ("source", "text", "pages", "source_pages", "edge_share")}
            }
        return {"furniture": self._query("furniture", dict(ask.tables), **ask.numbers)}

    def _copies(self, ask: Ask) -> dict[str, Columns]:
        found: Columns = {name: np.empty(0) for name in ("doc", "twin", "share")}
        if len(ask.tables["atoms"]["text"]):
            pairs = self._of_texts(ask)
            tables = {**ask.tables, "pairs": {"lower_text": pairs.left, "higher_text": pairs.right}}
            found = self._query("overlap", tables, **ask.numbers)
        sizes = ask.tables["sizes"]
        may = ~np.isin(found["doc"], sizes["doc"][sizes["stays"]])
        copies = first_copies({name: column[may] for name, column in found.items()})
        copies["size"] = sizes["characters"][np.searchsorted(sizes["doc"], copies["twin"])].astype(np.int64)
        return {"copies": copies}

    def _keep(self, ask: Ask) -> dict[str, Columns]:
        return {"kept": keep(ask.tables["nodes"], self._of_texts(ask) if ask.numbers["near"] else Pairs.none())}

    def _of_texts(self, ask: Ask) -> Pairs:
        """Return the pairs by the numbers that a question has for texts."""
        assert ask.segments is not None
        left, right = (ask.segments.texts_of(keys) for keys in (self._pairs.left, self._pairs.right))
        here = (left >= 0) & (right >= 0)
        return Pairs(left[here], right[here], self._pairs.similarity[here])

    def _compare(self, ask: Ask) -> dict[str, Columns]:
        """Return the pairs that are new among texts and, unless it is to be done afresh, those that were compared before."""
        texts = ask.tables["texts"]
        near = self._near
        if ask.numbers["afresh"]:
            near, keys = NearIndex(self._threshold, self._join), texts["key"]
        else:
            self._keys += texts["key"].tolist()
            keys = np.array(self._keys, dtype=np.int64)
        groups = texts["facts"].tolist()
        found = near.add(list(texts["words"]), groups if all(groups) else None)
        left, right = keys[found.left], keys[found.right]
        known = set(zip(self._pairs.left.tolist(), self._pairs.right.tolist(), strict=True))
        new = [
            pair not in known and pair[::-1] not in known for pair in zip(left.tolist(), right.tolist(), strict=True)
        ]
        pairs = Pairs(left[new], right[new], found.similarity[new])
        self._pairs = Pairs(*(np.concatenate(columns) for columns in zip(self._pairs, pairs, strict=True)))
        return {"pairs": pairs._asdict()}

    def _crowded(self, ask: Ask) -> dict[str, Columns]:
        return {"facts": {"facts": np.array(self._near.crowded(), dtype=np.uint64)}}


def _novel(ask: Ask) -> dict[str, Columns]:
    """Return what recurs: of the keys that are left, those that stand more than once."""
    found = _together(ask)
    left, at = np.unique(found["left"]["key"], return_inverse=True)
    counts = np.bincount(at, found["left"]["count"], len(left))
    return {**found, "left": {"key": left[counts > 1]}}


def _together(ask: Ask) -> dict[str, Columns]:
    """Answer what only has to be put together with what other shards say: there are none."""
    return {name: dict(table) for name, table in ask.tables.items()}
