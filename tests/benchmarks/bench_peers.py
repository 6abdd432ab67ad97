"""`dedup clean` beside other tools, on one generated corpus (`articles.py`), in turn, several rounds.

usage: python tests/benchmarks/bench_peers.py [--megabytes 64] [--rounds 3] [--peers awk,datatrove,datasketch,rensa]
           [--datatrove-python PATH] [--share 40]

dedup       the whole command, from start to exit: reads IN, writes OUT and the ledger
awk         find IN -type f | xargs cat | awk '!seen[$0]++' > /dev/null: the least that finds equal lines
datatrove   its exact sentence deduplication (`peers/datatrove_sentences.py`), from start to exit, cleaned texts written.
            Needs an environment of its own: `python -m venv V && V/bin/pip install datatrove spacy orjson tokenizers "xxhash<4"`,
            then --datatrove-python V/bin/python; without it the row says so
datasketch, datasketch-batch, rensa
            near-repeats only, a loop over the distinct lines (`peers/minhash_loop.py`): no reading, no sentences, no
            verification, no writing. Every 40th line is timed (--share), the rest is extrapolated; the true loop is slower
            still, since its index grows

Before the rounds everything has run once on a small corpus, and the files are in the page cache. Seconds are medians, with
the least and most; CPU and memory are those of the whole process tree (`measure.py`).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.articles import make
from tests.benchmarks.measure import Cost, cost, dedup, machine, median

PEERS = Path(__file__).parent / "peers"
LOOPS = ("datasketch", "datasketch-batch", "rensa")


class Room:
    """A temporary folder with a corpus, in which the tools run.

    Args:
        home: the folder.
        size: bytes of text.
        share: which part of the lines the loops get.
        datatrove: the Python that has datatrove.
    """

    def __init__(self, home: Path, size: int, share: int, datatrove: str) -> None:
        self.source, self.target, self.lines = home / "in", home / "out", home / "lines"
        self.documents, self.size = make(self.source, size)
        self._share = share
        self._datatrove = datatrove
        distinct: dict[str, None] = {}
        for path in sorted(self.source.rglob("*.txt")):
            distinct.update(dict.fromkeys(path.read_text(encoding="utf-8").split("\n")))
        distinct.pop("", None)
        self.distinct = len(distinct)
        self.lines.write_text("\n".join(distinct), encoding="utf-8")

    def run(self, name: str) -> Cost:
        """Run a tool once; OUT is emptied afterwards, outside the time."""
        if name in LOOPS:
            return self._loop(name)
        env = {}
        if name == "dedup":
            command = dedup("clean", self.source, self.target, "--quiet", "--no-cache")
        elif name == "awk":
            command = ("sh", "-c", f"find {self.source} -type f | xargs cat | awk '!seen[$0]++' > /dev/null")
        else:
            command = (self._datatrove, str(PEERS / "datatrove_sentences.py"), str(self.source), str(self.target))
            env = {"LOGURU_LEVEL": "ERROR"}
        errors = None if name in ("dedup", "awk") else subprocess.DEVNULL
        try:
            return cost(command, errors=errors, env=env)
        finally:
            shutil.rmtree(self.target, ignore_errors=True)

    def _loop(self, name: str) -> Cost:
        command = (sys.executable, str(PEERS / "minhash_loop.py"), name, str(self.lines), str(self._share))
        with tempfile.TemporaryFile() as output:
            one = cost(command, output=output)
            output.seek(0)
            told = json.loads(output.read())
        times = self.distinct / told["lines"]
        return one._replace(seconds=told["seconds"] * times, cpu=told["seconds"] * times)


def missing(name: str, python: str) -> str:
    """Return why a tool cannot run here, or nothing."""
    if name == "datatrove":
        needs = "import datatrove, spacy, orjson, tokenizers, xxhash"
        if not shutil.which(python):
            return "no Python is named for it (--datatrove-python)"
        if subprocess.run([python, "-c", needs], stderr=subprocess.DEVNULL).returncode:
            return f"not importable by {python}"
    return ""


def versions(python: str) -> str:
    """Return the versions of the tools that are not packages of this Python."""
    awk = subprocess.run(["awk", "-W", "version"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    lines = (awk.stdout or awk.stderr).splitlines() or ["awk of unknown version"]
    found = lines[0]
    if not missing("datatrove", python):
        code = "from importlib.metadata import version as v; print(v('datatrove'), 'with spacy', v('spacy'))"
        told = subprocess.run([python, "-c", code], capture_output=True, text=True).stdout.strip()
        found += f", datatrove {told}"
    return found


def row(name: str, costs: list[Cost], unit: Cost) -> str:
    """Return a row of the table."""
    middle = median(costs)
    spread = f"{min(c.seconds for c in costs):.1f}–{max(c.seconds for c in costs):.1f}"
    mark = "*" if name in LOOPS else ""
    return (
        f"{name + mark:<18}{middle.seconds:>9.1f} {spread:>15} {middle.seconds / unit.seconds:>9.2f}"
        f"{middle.cpu:>10.1f}{middle.megabytes:>10.0f}{middle.largest:>10.0f}"
    )


def main(argv: list[str] | None = None) -> int:
    """Make the corpus, run the rounds, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default="awk,datatrove,datasketch,rensa")
    parser.add_argument("--datatrove-python", default="", metavar="PATH")
    parser.add_argument("--share", type=int, default=40, metavar="N", help="the loops get every Nth line")
    asked = parser.parse_args(argv)
    names = [name for name in asked.peers.split(",") if name]
    unknown = set(names) - {"awk", "datatrove", *LOOPS}
    if unknown:
        parser.error(f"unknown peers: {', '.join(sorted(unknown))}")
    skipped = {name: why for name in names if (why := missing(name, asked.datatrove_python))}
    names = ["dedup", *(name for name in names if name not in skipped)]

    costs: dict[str, list[Cost]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as home:
        small = Room(Path(home, "small"), 6_000_000, 200, asked.datatrove_python)
        for name in names:
            small.run(name)
        room = Room(Path(home, "large"), int(asked.megabytes * 1e6), asked.share, asked.datatrove_python)
        os.sync()
        for _ in range(asked.rounds):
            for name in names:
                costs[name].append(room.run(name))

    print(machine("dedup-articles", "datasketch", "rensa", "numpy", "duckdb", "numba", "sentencex"))
    print(versions(asked.datatrove_python))
    print(
        f"{room.documents:,} documents, {room.size / 1e6:.1f} MB, {room.distinct:,} distinct lines; "
        f"medians, rounds: {asked.rounds}\n"
    )
    print(f"{'':<18}{'seconds':>9} {'least–most':>15} {'x dedup':>9}{'CPU s':>10}{'peak MB':>10}{'process':>10}")
    unit = median(costs["dedup"])
    for name in names:
        print(row(name, costs[name], unit))
    for name, why in skipped.items():
        print(f"{name:<18}  skipped: {why}")
    if set(names) & set(LOOPS):
        print(f"* near-repeats of lines only; every {asked.share}th line timed, extrapolated to all")
    print("peak MB: of the process tree; process: of its largest process")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
