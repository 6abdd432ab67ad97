"""The last step: what a run has decided becomes the ledger and the cleaned copies of a folder.

Documents are told of in lots, by all processes at once. The ledger is written in the order of documents, and is in place
before the first copy.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dedup.documents.output import holds, write_file
from dedup.documents.texts import Lot
from dedup.engines.local import LocalEngine
from dedup.ledger import Book, Pages, names_of_codes
from dedup.outcome import Totals
from dedup.removals import Judged, tell
from dedup.run import Progress, Run

#: Copies of so many characters of text are kept in memory between telling and writing; else each is made twice.
KEPT = 500_000_000

_copies: dict[int, dict[str, bytes]] = {}


class _Job(NamedTuple):
    """Documents to be told of."""

    number: int
    names: Mapping[str, str]
    judged: Judged
    lot: Lot
    keep: bool


class _Copies(NamedTuple):
    """Copies to be written: those of a job, which is done again if they were not kept."""

    out: Path
    number: int
    documents: int
    again: _Job | None = None


class _Told(NamedTuple):
    documents: bytes
    removals: bytes
    totals: Totals
    dropped: list[str]


def publish(
    out: Path, run: Run, engine: LocalEngine, summary: Callable[[Totals], dict[str, Any]], progress: Progress
) -> Totals:
    """Write the cleaned copies and the ledger of a run over files.

    Args:
        out: the output folder.
        run: the run; what goes is decided.
        engine: the engine of the run.
        summary: makes the summary.
        progress: is told what happens.

    Raises:
        OutputError: something cannot be written.
        DocumentError: a file is not what it was when it was read.
    """
    _copies.clear()  # of a run that was broken off
    names = names_of_codes(run.config.packs)
    keep = sum(run.texts.sizes) <= KEPT
    totals = Totals()
    dropped = {run.texts.ids[doc] for doc in run.texts.bad}
    with Book(out, summary(totals)) as book:
        progress.phase("ledger", len(run.texts.ids))
        for told in engine.in_order(_tell, _jobs(run, engine, names, keep)):
            book.add(told.documents, told.removals)
            totals.merge(told.totals)
            dropped.update(told.dropped)
            progress.advance(told.totals.documents)
        book.close(frozenset(run.texts.ids) - dropped)
        progress.phase("write", len(run.texts.ids))
        if keep:
            runs = enumerate(engine.share(len(run.texts.ids)))
            copies = (_Copies(out, number, last - first) for number, (first, last) in runs)
        else:
            jobs = _jobs(run, engine, names, keep)
            copies = (_Copies(out, job.number, len(job.judged.documents), job) for job in jobs)
        for count in engine.in_order(_write, copies):
            progress.advance(count)
        book.finish(summary(totals))
    return totals


def _jobs(run: Run, engine: LocalEngine, names: Mapping[str, str], keep: bool) -> Iterator[_Job]:
    for number, (first, last) in enumerate(engine.share(len(run.texts.ids))):
        yield _Job(number, names, run.judged(first, last), run.texts.lot(range(first, last)), keep)


def _read(job: _Job) -> tuple[Pages, Totals]:
    reading = job.lot.read()
    pages, totals = Pages(job.names), Totals()
    originals = {d.id: o for d, o in zip(job.judged.documents, reading.originals, strict=True) if o is not None}
    for one in tell(job.judged, reading.texts):
        original = originals[one.document.id]
        pages.add(one, original)
        totals.add(one, original.encoding)
    return pages, totals


def _tell(job: _Job) -> _Told:
    pages, totals = _read(job)
    if job.keep:
        _copies[job.number] = pages.copies
    dropped = [d.id for d, copy in zip(job.judged.documents, job.judged.copy.tolist(), strict=True) if copy]
    return _Told(b"".join(pages.documents), b"".join(pages.removals), totals, dropped)


def _write(job: _Copies) -> int:
    copies = _copies.pop(job.number) if job.again is None else _read(job.again)[0].copies
    for name, data in copies.items():
        path = os.path.join(job.out, name)
        if not holds(path, data):
            write_file(path, data)
    return job.documents
