"""How `dedup clean` grows: ten times the text, hostile text, little memory.

usage: python tests/benchmarks/bench_growth.py [growth] [adversarial] [memory] [--megabytes 6] [--scale 0.1] [--rounds 3]
           [--memory-limit 1GB]

growth       --megabytes of articles and ten times as many: the ratio of the times. Starting takes its share of the small run,
             so 10 is more than linear
adversarial  template, long and copies (`adversarial.py`), each at --scale of its size (1: 200,000 documents, a million lines,
             100,000 copies), beside articles of as many bytes: the ratio of the times
memory       --megabytes x 10 of articles with and without --memory-limit: peak memory, and whether both write the same
             (all files of both OUTs, the ledger included, but for run.json)

Without a word all three run. Seconds are medians; memory is that of the process tree (`measure.py`).
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.adversarial import KINDS
from tests.benchmarks.articles import make
from tests.benchmarks.measure import Cost, cost, dedup, machine, median

SIZES = {"template": 200_000, "long": 1_000_000, "copies": 100_000}
HEAD = f"{'':<26}{'documents':>10}{'MB':>8}{'seconds':>9}{'MB/s':>7}{'CPU s':>8}{'peak MB':>9}{'process':>9}"


def clean(source: Path, rounds: int, *options: str) -> Cost:
    """Clean a folder several times and return the medians."""
    costs = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=source.parent) as target:
            costs.append(cost(dedup("clean", source, f"{target}/out", "--quiet", "--no-cache", *options)))
    return median(costs)


def row(name: str, documents: int, size: int, one: Cost) -> str:
    """Return a row of the table."""
    rate = size / 1e6 / one.seconds
    return (
        f"{name:<26}{documents:>10,}{size / 1e6:>8.1f}{one.seconds:>9.1f}{rate:>7.1f}"
        f"{one.cpu:>8.1f}{one.megabytes:>9.0f}{one.largest:>9.0f}"
    )


def growth(home: Path, asked: argparse.Namespace) -> None:
    """Clean a corpus and one ten times as large."""
    costs = []
    for times in (1, 10):
        source = home / f"in-{times}"
        count, size = make(source, int(asked.megabytes * times * 1e6))
        costs.append(clean(source, asked.rounds))
        print(row(f"articles x {times}", count, size, costs[-1]), flush=True)
        shutil.rmtree(source)
    small, large = costs
    print(
        f"  10 times the text: {large.seconds / small.seconds:.2f} times the seconds, "
        f"{large.cpu / small.cpu:.2f} times the CPU, {large.megabytes / small.megabytes:.2f} times the memory"
    )


def adversarial(home: Path, asked: argparse.Namespace) -> None:
    """Clean each hostile corpus and articles of as many bytes."""
    for kind, full in SIZES.items():
        source = home / kind
        count, size = KINDS[kind](source, max(1, int(full * asked.scale)))
        hostile = clean(source, asked.rounds)
        print(row(kind, count, size, hostile), flush=True)
        shutil.rmtree(source)
        count, size = make(source, size)
        plain = clean(source, asked.rounds)
        print(row("  articles of that size", count, size, plain), flush=True)
        shutil.rmtree(source)
        print(f"  {hostile.seconds / plain.seconds:.2f} times the seconds, {hostile.cpu / plain.cpu:.2f} times the CPU")


def memory(home: Path, asked: argparse.Namespace) -> None:
    """Clean a corpus with all memory and with little, and compare what was written."""
    source = home / "in"
    count, size = make(source, int(asked.megabytes * 10 * 1e6))
    limit = ("--memory-limit", asked.memory_limit)
    digests = {}
    for name, options in (("all memory", ()), (f"--memory-limit {asked.memory_limit}", limit)):
        target = home / "out"
        one = cost(
            dedup("clean", source, target, "--quiet", "--no-cache", *options),
            errors=subprocess.DEVNULL if options else None,
            codes=(0, 2) if options else (0,),
        )
        if one.status:
            print(f"{name:<26}  skipped: this version of dedup does not take it")
            return
        print(row(name, count, size, one), flush=True)
        digests[name] = digest(target)
        shutil.rmtree(target)
    (files, first), (others, second) = digests.values()
    same = "the same" if first == second else "NOT the same"
    print(f"  {same} output: {files:,} and {others:,} files, {first[:16]} and {second[:16]}")


def digest(folder: Path) -> tuple[int, str]:
    """Return how many files a tree has and a digest of their names and bytes; `.dedup/run.json` names settings, so not it."""
    total = blake2b(digest_size=16)
    count = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != ".dedup/run.json":
            total.update(f"{name}\0{path.stat().st_size}\0".encode())
            total.update(path.read_bytes())
            count += 1
    return count, total.hexdigest()


PARTS: dict[str, Callable[[Path, argparse.Namespace], None]] = {
    "growth": growth,
    "adversarial": adversarial,
    "memory": memory,
}


def main(argv: list[str] | None = None) -> int:
    """Run the parts that were named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--megabytes", type=float, default=6)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory-limit", default="1GB")
    asked = parser.parse_args(argv)
    if unknown := set(asked.parts) - PARTS.keys():
        parser.error(f"no part is called {', '.join(sorted(unknown))}; they are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory() as home:
        make(Path(home, "in"), 6_000_000)
        clean(Path(home, "in"), 1)  # what is compiled once is compiled now
    print(machine("dedup-articles", "numpy", "duckdb", "numba"))
    print(f"medians; rounds: {asked.rounds}\n\n{HEAD}")
    for name in asked.parts or PARTS:
        with tempfile.TemporaryDirectory() as home:
            PARTS[name](Path(home), asked)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
