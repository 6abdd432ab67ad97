"""Answers to what a shard asks (`exchange.py`) where there is only one: it asks itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from dedup.decide import first_copies
from dedup.exchange import Answer, Ask, Columns, Phase
from dedup.repeats.near import NearIndex
from dedup.repeats.selection import keep
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
            "keep": _keep,
            "near": self._pairs,
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
            found = self._query("overlap", dict(ask.tables), **ask.numbers)
        sizes = ask.tables["sizes"]
        may = ~np.isin(found["doc"], sizes["doc"][sizes["stays"]])
        copies = first_copies({name: column[may] for name, column in found.items()})
        copies["size"] = sizes["characters"][np.searchsorted(sizes["doc"], copies["twin"])].astype(np.int64)
        return {"copies": copies}

    def _pairs(self, ask: Ask) -> dict[str, Columns]:
        """Compare texts with each other and, unless it is to be done afresh, with those that were compared before."""
        texts = ask.tables["texts"]
        near = self._near
        if ask.numbers["afresh"]:
            near, keys = NearIndex(self._threshold, self._join), texts["key"]
        else:
            self._keys += texts["key"].tolist()
            keys = np.array(self._keys, dtype=np.int64)
        groups = texts["facts"].tolist()
        found = near.add(list(texts["words"]), groups if all(groups) else None)
        pairs = {"left": keys[found.left], "right": keys[found.right], "similarity": found.similarity}
        return {"pairs": pairs}

    def _crowded(self, ask: Ask) -> dict[str, Columns]:
        return {"facts": {"facts": np.array(self._near.crowded(), dtype=np.uint64)}}


def _keep(ask: Ask) -> dict[str, Columns]:
    return {"kept": keep(ask.tables["nodes"], ask.tables["pairs"])}


def _together(ask: Ask) -> dict[str, Columns]:
    """Answer what only has to be put together with what other shards say: there are none."""
    return {name: dict(table) for name, table in ask.tables.items()}
