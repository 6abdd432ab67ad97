"""One machine: the relational steps on DuckDB in-process, the analysis in a pool of processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from dedup.analyse import Analyser
from dedup.config import Config
from dedup.documents.texts import Lot, Texts
from dedup.errors import DedupError
from dedup.plan import sql_of
from dedup.revise import Analyse, Cutting, Known, Read, Revised, names_of, read, revise
from dedup.spool import Spool
from dedup.tables import Column

if TYPE_CHECKING:
    from dedup.cache import SegmentCache

#: Characters of text from which on a second process and the compiled loops are worth starting, about a second.
BULK_FROM = 2_000_000
#: Characters in a batch; the result does not depend on it.
BATCH = 1_000_000
#: Bytes of memory that DuckDB gets for each thread: with less it cannot spill.
LEAST_FOR_SQL = 125_000_000
#: So many documents in a row go to the same worker.
STRIDE = 64
#: Seconds after which it is looked whether the workers are still there.
PATIENCE = 1.0
#: Jobs that wait for workers or for their turn.
AHEAD = 16

_analyse: Analyse | None = None


def _start(config: Config, remembered: int) -> None:
    global _analyse
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    gc.disable()  # it makes no cycles, and walking the remembered lines again and again would double the time
    _analyse = _bulk(config, remembered)


def _bulk(config: Config, remembered: int) -> Analyse:
    from dedup.bulk.analyser import BulkAnalyser

    return BulkAnalyser(Analyser(config), remembered).analyse


def _work(job: tuple[Sequence[int], Lot, Path | None, str]) -> Read:
    assert _analyse is not None
    return read(*job, _analyse)


def _revise(job: tuple[Cutting, Lot, Path | None, Known | None]) -> Revised:
    assert _analyse is not None
    cutting, lot, path, known = job
    return revise(cutting, lot.read().texts, path, _analyse, known)


def _digest(job: tuple[Sequence[int], Lot]) -> tuple[Sequence[int], list[str | None]]:
    docs, lot = job
    return docs, lot.digests()


class LocalEngine:
    """Runs analysis and SQL for one cleaning run. A context manager: leaving it ends its processes.

    Args:
        config: the run's settings.
        batch: characters of text in one batch.
        spool: where segments are kept; in memory if None.
    """

    def __init__(self, config: Config, batch: int = BATCH, spool: Spool | None = None) -> None:
        self._config = config
        self.spool = spool or Spool(0, 0, None)
        self._batch = batch
        self._analyser: Analyser | None = None
        self._analyse: Analyse | None = None
        self._pools: list[Any] = []
        self._started: list[int] = []
        self._connection: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if self._connection is not None:
            self._connection.close()

    def close(self) -> None:
        """End the workers."""
        for pool in self._pools:
            pool.terminate()
            pool.join()

    @property
    def pids(self) -> list[int]:
        """The workers."""
        return [worker.pid for pool in self._pools for worker in pool._pool]

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
            self._analyse = _bulk(self._config, self.spool.remembered)
            return
        # Forked before DuckDB and numba start threads.
        context = multiprocessing.get_context("fork" if self._connection is None else "forkserver")
        self._pools = [
            context.Pool(1, _start, (self._config, self.spool.remembered // workers)) for _ in range(workers)
        ]
        self._started = self.pids

    def read(
        self, texts: Texts, docs: Sequence[int] | None = None, cache: SegmentCache | None = None
    ) -> Iterator[Read]:
        """Yield the segments of documents, batch by batch, each document whole.

        Args:
            texts: the documents.
            docs: the numbers of those that are wanted, ascending; all if None.
            cache: where the segments are put.
        """
        wanted = range(len(texts.ids)) if docs is None else docs
        root, path = (cache.root, cache.path) if cache is not None else ("", self.spool.path)
        jobs = [[(some, texts.lot(some), path(), root) for some in own] for own in self._batches(texts, wanted)]
        yield from self._spread(_work, jobs)

    def revise(self, cutting: Cutting, texts: Texts, cache: SegmentCache | None = None) -> Iterator[Revised]:
        """Cut documents and analyse what is left, batch by batch; nothing that the cache knows.

        Args:
            cutting: what goes.
            texts: the documents.
            cache: what is known of cuts; new ones are added.
        """
        names: list[str] = []
        if cache is not None and len(cutting.docs):
            names = names_of(cutting, [texts.originals[doc].digest for doc in cutting.docs.tolist()])
            new = np.ones(len(names), dtype=np.bool_)
            for one in cache.find_cuts(cutting, names):
                new[np.searchsorted(cutting.docs, one.docs)] = False
                yield one
            names = [name for name, is_new in zip(names, new.tolist(), strict=True) if is_new]
            cutting = cutting.take(np.flatnonzero(new))
        jobs: list[list[Any]] = [[] for _ in self._pools or (None,)]
        for own, batches in zip(jobs, self._batches(texts, cutting.docs.tolist()), strict=True):
            for docs in batches:
                at = np.searchsorted(cutting.docs, docs)
                path, known = self.spool.path(), None
                if cache is not None:
                    size = sum(texts.sizes[doc] for doc in docs)
                    path, known = cache.keep([names[k] for k in at.tolist()], size) or (path, None)
                own.append((cutting.take(at), texts.lot(docs), path, known))
        yield from self._spread(_revise, jobs)

    def digests(self, texts: Texts) -> Iterator[tuple[Sequence[int], list[str | None]]]:
        """Yield the digests of files, batch by batch; None for those that cannot be read."""
        docs = range(len(texts.ids))
        jobs = [[(some, texts.lot(some)) for some in own] for own in self._batches(texts, docs)]
        yield from self._spread(_digest, jobs)

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
                yield self._wait(waiting.popleft().get)
        while waiting:
            yield self._wait(waiting.popleft().get)

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

            settings: dict[str, Any] = {"threads": self._workers()}
            if self.spool.files:
                memory = max(self.spool.limit // 4, LEAST_FOR_SQL)
                settings["threads"] = min(self._workers(), memory // LEAST_FOR_SQL)
                settings["memory_limit"] = f"{memory}B"
                settings["preserve_insertion_order"] = False  # every step that needs an order says so
                settings["temp_directory"] = str(self.spool.folder)
            self._connection = duckdb.connect(":memory:", config=settings)
        for table, columns in tables.items():
            self._connection.register(table, columns)
        try:
            result: dict[str, Column] = self._connection.execute(sql_of(name, numbers)).fetchnumpy()
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

    def _batches(self, texts: Texts, docs: Sequence[int]) -> list[list[list[int]]]:
        """Return the documents for each worker in batches: always the same ones, because it remembers their lines."""
        workers = len(self._pools) or 1
        found = []
        for number in range(workers):
            own = [doc for doc in docs if doc // STRIDE % workers == number]
            found.append([own[a:b] for a, b in _batches([texts.sizes[doc] for doc in own], self._batch)])
        return found

    def _spread(self, work: Callable[[Any], Any], jobs: Sequence[Sequence[Any]]) -> Iterator[Any]:
        """Give each worker its jobs; yield what comes back, in any order. Without workers they are done here."""
        if not self._pools:
            global _analyse
            for own in jobs:
                for job in own:
                    _analyse = self._analyse or self.analyser.analyse
                    yield work(job)
            return
        runs = [pool.imap(work, own) for pool, own in zip(self._pools, jobs, strict=True)]
        while runs:
            for run in list(runs):
                try:
                    yield self._wait(run.next)
                except StopIteration:
                    runs.remove(run)

    def _wait(self, get: Callable[[float], Any]) -> Any:
        """Wait for what a worker gives; a worker that was killed gives nothing, and its pool would not say so."""
        while True:
            try:
                return get(PATIENCE)
            except multiprocessing.TimeoutError:
                if self.pids != self._started:
                    raise DedupError("a process was ended from outside; out of memory? try --memory-limit") from None


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
