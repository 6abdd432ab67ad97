"""Several shards in one process: every answer goes to all of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from dedup import Config, Document
from dedup.answers import Alone
from dedup.engines.local import LocalEngine
from dedup.engines.several import Lot, Rest, Shards
from dedup.exchange import Answer, Ask
from dedup.outcome import Cleaned
from dedup.removals import tell
from dedup.shard import passes

TEXTS = ("text", "lower_text", "higher_text")


class Sharded:
    """Cleans documents in shards.

    Args:
        documents: the documents.
        cuts: where a new shard begins.
        config: the settings.
        engine: runs the relational steps.
    """

    def __init__(self, documents: Sequence[Document], cuts: Sequence[int], config: Config, engine: LocalEngine) -> None:
        documents = sorted(documents, key=lambda document: document.id)
        edges = sorted({0, len(documents), *(cut % (len(documents) + 1) for cut in cuts)})
        self.shards = Shards(config)
        runs = [documents[a:b] for a, b in pairwise(edges)]
        self.lots = [Lot([d.id for d in r], [d.source for d in r], [d.text for d in r]) for r in runs]
        started = [self.shards.start(lot) for lot in self.lots]
        self.rests = [Rest(base, [ground], state) for base, (ground, state) in zip(edges, started, strict=False)]
        self.alone = Alone(engine.query, config.threshold, engine.candidates)
        self.ids = [document.id for document in documents]
        self.compared: set[int] = set()
        self.asked: list[str] = []

    def clean(self) -> list[Cleaned]:
        tables = [self.shards.directory(rest) for rest in self.rests]
        told = {
            "key": recurring([(t["key"], t["count"]) for t in tables]),
            "facts": recurring([(t["facts"][t["compared"]], np.ones(t["compared"].sum())) for t in distinct(tables)]),
        }
        self.do("begin", told)
        passes(
            {
                "judge": lambda: self.do("judge"),
                "cut": lambda: None,
                "settle": lambda: self.do("settle"),
                "meet": lambda: None,
                "unseal": lambda: self.do("unseal"),
                "compare_again": lambda: self.do("compare_again"),
            }
        )
        judged = [step.result for step in self.steps("tell")]
        return [one for lot, of in zip(self.lots, judged, strict=True) for one in tell(of, lot.texts)]

    def do(self, work: str, told: Any = None) -> Any:
        steps = self.steps(work, told)
        self.rests = [rest.after(step) for rest, step in zip(self.rests, steps, strict=True)]
        assert len({repr(step.result) for step in steps}) <= 1
        return steps[0].result if steps else None

    def steps(self, work: str, told: Any = None) -> list[Any]:
        answers: list[Answer] = []
        while True:
            steps = [
                self.shards.step(rest, lambda lot=lot: lot, work, answers, told)
                for rest, lot in zip(self.rests, self.lots, strict=True)
            ]
            if all(step.ask is None for step in steps):
                return steps
            assert len({step.ask.name for step in steps}) == 1, "all ask the same"
            answers.append(self.answer([step.ask for step in steps]))

    def answer(self, asks: list[Ask]) -> Answer:
        name = asks[0].name
        self.asked.append(name)
        tables = {t: {c: joined([ask.tables[t][c] for ask in asks]) for c in asks[0].tables[t]} for t in asks[0].tables}
        flag = any(ask.flag for ask in asks)
        if name == "names":
            docs = np.unique(tables["twins"]["doc"])
            return Answer({"names": {"doc": docs, "id": np.array([self.ids[d] for d in docs], dtype=object)}}, flag)
        if name == "near":
            texts = tables["texts"]
            order = np.lexsort((texts["start"], texts["doc"]))
            seen = set() if asks[0].numbers["afresh"] else self.compared
            rows = [k for k in order.tolist() if texts["key"][k] not in seen and not seen.add(int(texts["key"][k]))]
            tables = {"texts": {c: texts[c][rows] for c in texts}}
        keys = sorted(
            {
                pair
                for table in tables.values()
                for column in TEXTS
                if f"{column}_hi" in table
                for pair in zip(table[f"{column}_hi"].tolist(), table[f"{column}_lo"].tolist(), strict=True)
            }
        )
        number = {pair: k for k, pair in enumerate(keys)}
        tables = {t: numbered(table, number) for t, table in tables.items()}
        if name == "keep":
            tables["nodes"] = summed(tables["nodes"])
        answer = self.alone.answer(Ask(name, tables, flag, asks[0].numbers, Numbers(keys)))
        return Answer({t: keyed(table, keys) for t, table in answer.tables.items()}, flag)


def joined(columns: list[Any]) -> Any:
    if isinstance(columns[0], list):
        return np.array([value for column in columns for value in column], dtype=object)
    return np.concatenate(columns)


def recurring(columns: list[Any]) -> Any:
    count: dict[int, int] = {}
    for values, counts in columns:
        for value, n in zip(values.tolist(), counts.tolist(), strict=True):
            count[value] = count.get(value, 0) + n
    return np.array(sorted(value for value, n in count.items() if n > 1), dtype=columns[0][0].dtype if columns else int)


def distinct(tables: list[Any]) -> list[Any]:
    """Return the tables without texts that an earlier one has."""
    seen: set[int] = set()
    found = []
    for table in tables:
        new = np.array([key not in seen for key in table["key"].tolist()], dtype=bool)
        seen.update(table["key"].tolist())
        found.append({name: column[new] for name, column in table.items()})
    return found


def numbered(table: Any, number: dict[Any, int]) -> Any:
    columns = {c: v for c, v in table.items() if not c.endswith(("_hi", "_lo"))}
    for c in TEXTS:
        if f"{c}_hi" in table:
            pairs = zip(table[f"{c}_hi"].tolist(), table[f"{c}_lo"].tolist(), strict=True)
            columns[c] = np.array([number[pair] for pair in pairs], dtype=np.int64)
    return columns


def keyed(table: Any, keys: list[Any]) -> Any:
    columns = {c: v for c, v in table.items() if c not in TEXTS}
    for c in TEXTS:
        if c in table:
            for k, half in enumerate(("hi", "lo")):
                columns[f"{c}_{half}"] = np.array([keys[int(n)][k] for n in table[c].tolist()], dtype=np.int64)
    return columns


def summed(nodes: Any) -> Any:
    order = np.lexsort((nodes["place"], nodes["text"]))
    _, first, inverse = np.unique(nodes["text"][order], return_index=True, return_inverse=True)
    found = {c: v[order][first] for c, v in nodes.items()}
    found["count"] = np.bincount(inverse, nodes["count"][order], len(first)).astype(np.int64)
    return found


class Numbers:
    """Stands for the segments: it knows the numbers of keys."""

    def __init__(self, keys: list[Any]) -> None:
        self.number = {low: k for k, (_, low) in enumerate(keys)}

    def texts_of(self, keys: Any) -> Any:
        return np.array([self.number.get(key, -1) for key in keys.tolist()], dtype=np.int64)
