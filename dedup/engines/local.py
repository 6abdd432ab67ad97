"""One machine: the relational steps on DuckDB in-process, the analysis in a pool of processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import resources
from types import TracebackType
from typing import Any, Self

import numpy as np

from dedup.analyse import Analyser
from dedup.config import Config
from dedup.documents.texts import Lot, Texts
from dedup.revise import Analyse, Cutting, Read, Revised, read, revise
from dedup.tables import Column

#: Characters of text from which on a second process and the compiled loops are worth starting, about a second.
BULK_FROM = 2_000_000
#: Characters in a batch; the result does not depend on it.
BATCH = 1_000_000
#: So many documents in a row go to the same worker.
STRIDE = 64
#: Jobs that wait for workers or for their turn.
AHEAD = 16

_analyse: Analyse | None = None


def _start(config: Config) -> None:
    global _analyse
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    gc.disable()  # it makes no cycles, and walking the remembered lines again and again would double the time
    _analyse = _bulk(config)


def _bulk(config: Config) -> Analyse:
    from dedup.bulk.analyser import BulkAnalyser

    return BulkAnalyser(Analyser(config)).analyse


def _work(batch: tuple[Sequence[int], Lot]) -> Read:
    assert _analyse is not None
    return read(*batch, _analyse)


def _revise(batch: tuple[Cutting, Lot]) -> Revised:
    assert _analyse is not None
    cutting, lot = batch
    return revise(cutting, lot.read().texts, _analyse)


class LocalEngine:
    """Runs analysis and SQL for one cleaning run. A context manager: leaving it ends its processes.

    Args:
        config: the run's settings.
        batch: characters of text in one batch.
    """

    def __init__(self, config: Config, batch: int = BATCH) -> None:
        self._config = config
        self._batch = batch
        self._analyser: Analyser | None = None
        self._analyse: Analyse | None = None
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

    @property
    def analyser(self) -> Analyser:
        """The analyser that goes line by line, with the run's rules."""
        if self._analyser is None:
            self._analyser = Analyser(self._config)
        return self._analyser

    def expect(self, characters: int) -> None:
        """Make ready for a run over so many characters of text; without it, it is a small one."""
        if characters < BULK_FROM:
            return
        workers = self._workers()
        if workers == 1:
            self._analyse = _bulk(self._config)
            return
        # Forked before DuckDB and numba start threads.
        context = multiprocessing.get_context("fork" if self._connection is None else "forkserver")
        self._pools = [context.Pool(1, _start, (self._config,)) for _ in range(workers)]

    def read(self, texts: Texts) -> Iterator[Read]:
        """Yield the segments of all documents, batch by batch: each document whole, those of a batch in order."""
        docs = range(len(texts.ids))
        if not self._pools:
            analyse = self._analyse or self.analyser.analyse
            for low, high in _batches(texts.sizes, self._batch):
                yield read(docs[low:high], texts.lot(docs[low:high]), analyse)
            return
        jobs = []
        for number in range(len(self._pools)):
            own = self._own(docs, number)
            batches = _batches([texts.sizes[doc] for doc in own], self._batch)
            jobs.append([(own[a:b], texts.lot(own[a:b])) for a, b in batches])
        yield from self._spread(_work, jobs)

    def revise(self, cutting: Cutting, texts: Texts) -> Iterator[Revised]:
        """Cut documents and analyse what is left, batch by batch."""
        docs = cutting.docs.tolist()
        jobs: list[list[Any]] = []
        for number in range(len(self._pools) or 1):
            own = self._own(docs, number)
            batches = _batches([texts.sizes[docs[k]] for k in own], self._batch)
            places = [np.array(own[a:b], dtype=np.int64) for a, b in batches]
            jobs.append([(cutting.take(some), texts.lot([docs[k] for k in some.tolist()])) for some in places])
        if self._pools:
            yield from self._spread(_revise, jobs)
            return
        for part, lot in jobs[0]:
            yield revise(part, lot.read().texts, self._analyse or self.analyser.analyse)

    def share(self, docs: int) -> Iterator[tuple[int, int]]:
        """Yield runs of documents in order, as `in_order` gives them to the workers."""
        step = STRIDE if self._pools else docs or 1
        return ((low, min(low + step, docs)) for low in range(0, docs, step))

    def in_order(self, work: Callable[[Any], Any], jobs: Iterable[Any]) -> Iterator[Any]:
        """Do jobs, one worker after the other gets one; yield what comes back, in order. Without workers here."""
        if not self._pools:
            yield from map(work, jobs)
            return
        waiting: deque[Any] = deque()
        for number, job in enumerate(jobs):
            waiting.append(self._pools[number % len(self._pools)].apply_async(work, (job,)))
            if len(waiting) > AHEAD:
                yield waiting.popleft().get()
        while waiting:
            yield waiting.popleft().get()

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

    def _own(self, docs: Sequence[int], number: int) -> list[int]:
        """Return the places of the documents of a worker: always the same ones, because it remembers their lines."""
        workers = len(self._pools) or 1
        return [k for k, doc in enumerate(docs) if doc // STRIDE % workers == number]

    def _spread(self, work: Callable[[Any], Any], jobs: Sequence[Sequence[Any]]) -> Iterator[Any]:
        """Give each worker its jobs; yield what comes back, in any order."""
        runs = [pool.imap(work, own) for pool, own in zip(self._pools, jobs, strict=True)]
        while runs:
            for run in list(runs):
                try:
                    yield next(run)
                except StopIteration:
                    runs.remove(run)


def _batches(sizes: Sequence[int], limit: int) -> Iterator[tuple[int, int]]:
    """Yield runs of documents, as places, of about so many characters."""
    low = total = 0
    for k, size in enumerate(sizes):
        total += size
        if total >= limit:
            yield low, k + 1
            low, total = k + 1, 0
    if low < len(sizes):
        yield low, len(sizes)
