"""One machine: the relational steps on DuckDB in-process, the analysis in a pool of processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from types import TracebackType
from typing import Any, Self

import numpy as np

from dedup.analyse import Analyser, Analysis, join
from dedup.config import Config
from dedup.tables import Column

#: Characters of text that make starting a second process worth its 0.2 seconds.
POOL_FROM = 4_000_000
#: Characters in a batch; the result does not depend on it.
BATCH = 500_000

#: So many documents in a row go to the same worker.
STRIDE = 64

_analyser: Analyser | None = None


def _start(config: Config) -> None:
    global _analyser
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # it makes no cycles, and walking the remembered lines again and again would double the time
    _analyser = Analyser(config)


def _work(batch: tuple[list[int], list[str]]) -> tuple[int, Analysis]:
    assert _analyser is not None
    return len(batch[0]), _analyser.analyse(*batch)


class LocalEngine:
    """Runs analysis and SQL for one cleaning run. A context manager: leaving it ends its processes.

    Args:
        config: the run's settings.
        batch: characters of text in one batch.
    """

    def __init__(self, config: Config, batch: int = BATCH) -> None:
        self._config = config
        self._batch = batch
        self.analyser = Analyser(config)
        self._pools: list[Any] = []
        self._connection: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool in self._pools:
            pool.terminate()
            pool.join()
        if self._connection is not None:
            self._connection.close()

    def analyse(
        self, docs: Sequence[int], texts: Sequence[str], advance: Callable[[int], None] = lambda done: None
    ) -> Analysis:
        """Return the segments and texts of these documents; the segments of a document stand together and in order.

        Args:
            docs: document numbers.
            texts: their texts.
            advance: called with the number of documents done since the last call.
        """
        parts: list[Analysis] = []
        for done, part in self._run(docs, texts):
            parts.append(part)
            advance(done)
        return join(parts)

    def query(self, name: str, tables: dict[str, dict[str, Column]], **numbers: float) -> dict[str, Column]:
        """Run a step of the plan and return its result by column.

        Args:
            name: the step: a file of `plan/`, without its ending.
            tables: its input tables, by name, then by column. Integers and floats only: text functions differ
                between engines.
            numbers: the constants that the step names in braces.
        """
        if self._connection is None:
            import duckdb

            self._connection = duckdb.connect(":memory:", config={"threads": self._workers()})
        sql = (resources.files("dedup") / "plan" / f"{name}.sql").read_text(encoding="utf-8")
        for table, columns in tables.items():
            self._connection.register(table, columns)
        try:
            result: dict[str, Column] = self._connection.execute(sql.format(**numbers)).fetchnumpy()
        finally:
            for table in tables:
                self._connection.unregister(table)
        return {name: np.ma.getdata(column) for name, column in result.items()}

    def candidates(self, buckets: Column, texts: Column) -> tuple[Column, Column]:
        """Return the pairs of texts that share a bucket."""
        found = self.query("candidates", {"buckets": {"bucket": buckets, "text": texts}})
        return found["lower_text"].astype(np.int64), found["higher_text"].astype(np.int64)

    def _workers(self) -> int:
        return self._config.workers or len(os.sched_getaffinity(0))

    def _run(self, docs: Sequence[int], texts: Sequence[str]) -> Iterator[tuple[int, Analysis]]:
        """Yield, batch by batch, how many documents were analysed and what was found; in any order."""
        workers = self._workers()
        if workers == 1 or (not self._pools and sum(map(len, texts)) < POOL_FROM):
            for batch in _batches(docs, texts, self._batch):
                yield len(batch[0]), self.analyser.analyse(*batch)
            return
        if not self._pools:
            # Forked before DuckDB and numba start threads; a worker ignores Ctrl-C, which its parent handles.
            context = multiprocessing.get_context("fork" if self._connection is None else "forkserver")
            self._pools = [context.Pool(1, _start, (self._config,)) for _ in range(workers)]
        # A document always goes to the same worker, which remembers its lines from the last pass.
        runs = []
        for number, pool in enumerate(self._pools):
            own = [k for k, doc in enumerate(docs) if doc // STRIDE % workers == number]
            batches = _batches([docs[k] for k in own], [texts[k] for k in own], self._batch)
            runs.append(pool.imap(_work, batches))
        while runs:
            for run in list(runs):
                found = next(run, None)
                if found is None:
                    runs.remove(run)
                else:
                    yield found


def _batches(docs: Sequence[int], texts: Sequence[str], limit: int) -> Iterator[tuple[list[int], list[str]]]:
    """Yield documents in batches of about so many characters."""
    some_docs: list[int] = []
    some_texts: list[str] = []
    size = 0
    for doc, text in zip(docs, texts, strict=True):
        some_docs.append(doc)
        some_texts.append(text)
        size += len(text)
        if size >= limit:
            yield some_docs, some_texts
            some_docs, some_texts, size = [], [], 0
    if some_docs:
        yield some_docs, some_texts
