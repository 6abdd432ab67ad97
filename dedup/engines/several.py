"""One of several shards: how it travels between steps, and what it does in each.

A shard is at rest as bytes (`resting.py`). A step wakes it, does a piece of work with the answers that there are so far, and
either comes to a question that has no answer yet, which goes out to all shards, or to the end, where the shard is put to
rest again. Work is begun anew at every step: it gives the same each time, and nothing has to live between two steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from dedup.analyse import Analyser
from dedup.config import Config
from dedup.decide import Policy, Standing, numbered
from dedup.engines.resting import Arrays, joined, put_to_rest, wake
from dedup.engines.translating import received, sent
from dedup.exchange import Answer, Ask, Columns, Phase
from dedup.outcome import Document
from dedup.parts import Part
from dedup.removals import Judged, Names
from dedup.revise import Analyse, Cutting, Revised, revise
from dedup.shard import Shard
from dedup.shelf import Shelf

#: Work that changes a shard, in the order of `shard.passes`: a pass ends with what it removes cut out.
WORK = ("begin", "judge", "settle", "unseal", "compare_again", "tell")


class Lot(NamedTuple):
    """The documents of a shard: their ids, sources and texts, in the order of reading."""

    ids: Sequence[str]
    sources: Sequence[str]
    texts: Sequence[str]


class Rest(NamedTuple):
    """A shard at rest.

    Attributes:
        base: the number of its first document among those of all shards.
        grounds: arrays: those of its beginning, and those that came about since.
        state: what else is known of it.
    """

    base: int
    grounds: Sequence[bytes]
    state: bytes

    def after(self, step: Step) -> Rest:
        """Return the shard as a step that is at its end left it."""
        assert step.state is not None
        return Rest(self.base, [*self.grounds, *([] if step.ground is None else [step.ground])], step.state)


class Step(NamedTuple):
    """What a step came to.

    Attributes:
        ask: the question that has no answer yet, with the numbers of texts and sources as the others know them.
        state: what is known of the shard now; None while there is a question.
        ground: arrays that came about; None if they are few.
        result: what came of the work.
    """

    ask: Ask | None
    state: bytes | None = None
    ground: bytes | None = None
    result: Any = None


class Shards:
    """Does the steps of shards under one configuration.

    Args:
        config: the settings.
        bulk: the corpus is so large that the compiled loops are worth loading.
    """

    def __init__(self, config: Config, bulk: bool = False) -> None:
        self._config = config
        self._analyser = Analyser(config)
        self._analyse: Analyse = self._analyser.analyse
        if bulk:
            from dedup.bulk.analyser import BulkAnalyser

            self._analyse = BulkAnalyser(self._analyser).analyse
        self._rules = self._analyser.matcher.rules

    def start(self, lot: Lot) -> tuple[bytes, bytes]:
        """Analyse documents and return the first ground and the state of a shard of them (`Rest`)."""
        config, count = self._config, len(lot.ids)
        standing = self._standing(lot)
        shelf = Shelf(count, config.min_words, np.zeros(count, dtype=np.bool_))
        found = self._analyse(range(count), lot.texts)
        shelf.add(Part(found.segments), found.documents, found.phrases)
        shard = Shard(shelf, Policy(config, self._rules, standing), config, standing.characters)
        state, ground = self._rest(shard, standing, {})
        return ground or joined([]), state

    def directory(self, rest: Rest) -> Columns:
        """Return which texts a shard has: the lower halves of their keys, how often, and their facts where compared."""
        shard, *_ = self._wake(rest)
        table = shard.shelf.segments
        order = np.argsort(table["key_lo"], kind="stable")
        _, first, counts = np.unique(table["key_lo"][order], return_index=True, return_counts=True)
        rows = order[first]
        compared = shard.texts.compares & (table["words"][rows] >= self._config.min_words)
        facts = np.where(compared, table["facts"][rows], np.uint64(0))
        return {"key": table["key_lo"][rows], "count": counts, "compared": compared, "facts": facts}

    def step(
        self,
        rest: Rest,
        lot: Callable[[], Lot],
        work: str,
        answers: Sequence[Answer],
        told: Columns | None = None,
    ) -> Step:
        """Do a piece of work on a shard.

        Args:
            rest: the shard.
            lot: returns its documents; few questions need their texts.
            work: one of WORK.
            answers: those that there are so far.
            told: for `begin`: which keys recur (`key`) and which facts are shared (`facts`).
        """
        shard, standing, held = self._wake(rest)

        def text(doc: int) -> str:
            return lot().texts[doc]

        def cut(cutting: Cutting) -> list[Revised]:
            texts = [lot().texts[doc] for doc in cutting.docs.tolist()]
            return [revise(cutting, texts, None, self._analyse)] if texts else []

        def judge() -> Phase[None]:
            yield from shard.judge()
            shard.cut(cut)

        def settle() -> Phase[bool]:
            goes = yield from shard.settle()
            if goes:
                yield from shard.meet(text)
            return goes

        def begin() -> Phase[None]:
            assert told is not None
            yield from shard.begin(told["key"], shard.shelf.with_facts(told["facts"]), text)

        phases: dict[str, Callable[[], Phase[Any]]] = {
            "begin": begin,
            "judge": judge,
            "settle": settle,
            "unseal": shard.unseal,
            "compare_again": lambda: shard.compare_again(text),
            "tell": lambda: self._tell(shard, lot()),
        }
        phase = phases[work]()
        try:
            ask = next(phase)
            for answer in answers:
                ask = phase.send(received(answer, ask, standing))
            return Step(sent(ask, standing))
        except StopIteration as end:
            if work == "tell":
                return Step(None, result=end.value)
            return Step(None, *self._rest(shard, standing, held), end.value)

    def _tell(self, shard: Shard, lot: Lot) -> Phase[Judged]:
        """Return what became of the documents of a shard."""
        twins = np.unique(shard.state.removals["twin"])
        answer = yield Ask("names", {"twins": {"doc": twins[twins >= 0].astype(np.int64)}})
        named = answer.tables["names"]
        names = dict(zip(named["doc"].tolist(), named["id"].tolist(), strict=True))
        said = Names(names, shard.policy.codes.names, dict(enumerate(shard.shelf.phrases)))
        documents = [Document(name, "", source) for name, source in zip(lot.ids, lot.sources, strict=True)]
        return shard.judged(documents, [False] * len(documents), 0, lambda rows: said)

    def _standing(self, lot: Lot) -> Standing:
        sources, names = numbered(lot.sources)
        ignored = [self._config.ignored_in(name) for name in lot.ids] if self._config.per_file_ignores else ()
        return Standing(
            sources,
            names,
            np.zeros(len(lot.ids), dtype=np.bool_),
            ignored,
            np.array([len(text) for text in lot.texts], dtype=np.int64),
        )

    def _rest(self, shard: Shard, standing: Standing, held: Arrays) -> tuple[bytes, bytes | None]:
        return put_to_rest((standing, shard), {id(self._config): "config", id(shard.policy): "policy"}, held)

    def _wake(self, rest: Rest) -> tuple[Shard, Standing, Arrays]:
        (standing, shard), held = wake(rest.state, rest.grounds, {"config": self._config, "policy": None})
        shard.policy = Policy(self._config, self._rules, standing)
        shard.base = rest.base
        return shard, standing, held
