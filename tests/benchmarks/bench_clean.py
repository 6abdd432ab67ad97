"""Time `dedup clean` on a generated folder.

usage: python tests/benchmarks/bench_clean.py [MEGABYTES]

The folder is made from `corpus/`: lines of its words at random, a quarter of the lines as they are, 3 % of
the lines twice, 9 % of the documents copies of others, about 4 kB a document, 40 sources.
"""

from __future__ import annotations

import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CORPUS = Path(__file__).parents[2] / "corpus"


def make(folder: Path, size: int, seed: int = 5) -> tuple[int, int]:
    """Write about `size` bytes of articles below a folder; return how many documents and bytes there are."""
    chance = random.Random(seed)
    lines = [
        line
        for path in sorted(CORPUS.rglob("*.txt"))
        for line in path.read_text(encoding="utf-8-sig").split("\n")
        if line.strip()
    ]
    words = [word for line in lines for word in line.split()]
    documents: list[str] = []
    total = 0
    while total < size:
        if documents and chance.random() < 0.09:
            text = chance.choice(documents)
        else:
            parts: list[str] = []
            while sum(map(len, parts)) < 3_300:
                line = chance.choice(lines)
                if chance.random() < 0.75:
                    line = " ".join(chance.choice(words) for _ in line.split())
                parts.append(line)
                if chance.random() < 0.03:
                    parts.append(line)
            text = "\n\n".join(parts) + "\n"
        path = folder / f"source-{len(documents) % 40:02}" / f"{len(documents):06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        documents.append(text)
        total += path.stat().st_size
    return len(documents), total


def main() -> None:
    """Make the folder, clean it, print the seconds."""
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as home:
        count, size = make(Path(home, "in"), int(megabytes * 1e6))
        command = [sys.executable, "-m", "dedup", "clean", f"{home}/in", f"{home}/out"]
        start = time.perf_counter()
        subprocess.run(command, check=True)
        seconds = time.perf_counter() - start
    cores = len(os.sched_getaffinity(0))
    print(
        f"{count:,} documents, {size / 1e6:.0f} MB: {seconds:.0f} s, {size / 1e6 / seconds:.1f} MB/s, "
        f"{cores} cores, Python {platform.python_version()}"
    )


if __name__ == "__main__":
    main()
