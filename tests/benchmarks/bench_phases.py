"""Where the time of `dedup clean` goes: CPU seconds of each phase, and how many MB of text it does in one.

usage: python tests/benchmarks/bench_phases.py [MEGABYTES] [FOLDER]

A corpus (`articles.py`, 16 MB; or a FOLDER of yours) is cleaned by one process, with a clock around the functions that make up
each phase. A phase that runs inside another one is taken out of it. Two processes do the first seven and the last two at once.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from dedup import publish
from dedup.answers import Alone
from dedup.bulk import analyser as bulk
from dedup.bulk.analyser import BulkAnalyser
from dedup.config import Config
from dedup.documents import texts
from dedup.engines import local
from dedup.files import clean_files
from dedup.ledger import Book
from dedup.repeats import near
from dedup.repeats.near import NearIndex
from dedup.shard import Shard
from dedup.shelf import Shelf
from tests.benchmarks.articles import make
from tests.benchmarks.measure import machine

#: The functions of each phase: where they are looked up, and their name.
PHASES: dict[str, list[tuple[Any, str]]] = {
    "read": [(texts, "load")],
    "lines, folding": [(BulkAnalyser, "_read")],
    "segment": [(BulkAnalyser, "_segment")],
    "key": [(bulk, "keys_of")],
    "facts": [(bulk, "invariants")],
    "rules, context": [(BulkAnalyser, "_hits"), (BulkAnalyser, "_contexts")],
    "teasers": [(BulkAnalyser, "_teasers")],
    "cut": [(local, "revise")],
    "recurring": [(Shelf, "recurring"), (Shelf, "mark"), (Shelf, "wake")],
    "alike": [(Shelf, "alike"), (Shelf, "with_facts")],
    "signatures": [(near, "signatures")],
    "bands": [(NearIndex, "_entries")],
    "verify": [(NearIndex, "_verify"), (Alone, "_pairs")],
    "select": [(Alone, "do"), (Shelf, "mattering"), (Shard, "_going")],
    "ledger": [(publish, "_tell")],
    "write": [(publish, "_write"), (Book, "close")],
}


class Clock:
    """CPU seconds by phase; of phases inside one another, each has its own."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._inside: list[str] = []
        self._since = time.process_time()

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count what is inside as this phase."""
        self._note()
        self._inside.append(name)
        try:
            yield
        finally:
            self._note()
            self._inside.pop()

    def _note(self) -> None:
        now = time.process_time()
        self.seconds[self._inside[-1] if self._inside else "all else"] += now - self._since
        self._since = now

    def watch(self, owner: Any, name: str, phase: str) -> None:
        """Put the clock around a function."""
        function: Callable[..., Any] = getattr(owner, name)

        def timed(*arguments: Any, **more: Any) -> Any:
            with self.phase(phase):
                return function(*arguments, **more)

        setattr(owner, name, timed)


def main(argv: list[str]) -> None:
    """Clean the corpus under the clock and print the table."""
    megabytes = float(argv[0]) if argv else 16.0
    with tempfile.TemporaryDirectory() as home:
        source = Path(argv[1]) if len(argv) > 1 else Path(home, "in")
        if len(argv) < 2:
            make(source, int(megabytes * 1e6))
        size = sum(path.stat().st_size for path in source.rglob("*.txt"))
        config = Config(workers=1, cache=False)
        local.BULK_FROM = 0
        warm = Path(home, "warm")
        make(warm, 200_000)
        clean_files(warm, Path(home, "warm-out"), config)  # the kernels are loaded, or compiled
        clock = Clock()
        for phase, functions in PHASES.items():
            for owner, name in functions:
                clock.watch(owner, name, phase)
        start = time.process_time()
        with clock.phase("all else"):
            clean_files(source, Path(home, "out"), config)
        total = time.process_time() - start
    print(f"{machine('numba', 'duckdb', 'sentencex')}\n{size / 1e6:.1f} MB, one process\n")
    print(f"{'':<18}{'CPU s':>8}{'share':>8}{'MB/s':>9}")
    for phase in [*PHASES, "all else"]:
        seconds = clock.seconds[phase]
        rate = f"{size / 1e6 / seconds:>9.0f}" if seconds > 0.001 else f"{'':>9}"
        print(f"{phase:<18}{seconds:>8.2f}{seconds / total:>8.0%}{rate}")
    print(f"{'together':<18}{total:>8.2f}{1:>8.0%}{size / 1e6 / total:>9.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
