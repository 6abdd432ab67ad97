"""Time `dedup clean` on a generated folder.

usage: python tests/benchmarks/bench_clean.py [MEGABYTES]

The folder is that of `articles.py`; 60 MB if not said otherwise. The time is that of the whole command. It is run once, so what has
not been compiled yet is compiled in it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.articles import make
from tests.benchmarks.measure import cost, dedup, machine


def main() -> None:
    """Make the folder, clean it, print the seconds."""
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as home:
        count, size = make(Path(home, "in"), int(megabytes * 1e6))
        one = cost(dedup("clean", f"{home}/in", f"{home}/out", "--no-cache"), output=None)
    print(
        f"{count:,} documents, {size / 1e6:.0f} MB: {one.seconds:.1f} s, {size / 1e6 / one.seconds:.1f} MB/s, "
        f"{one.cpu:.1f} s of CPU, peak memory {one.megabytes:.0f} MB"
    )
    print(machine("dedup-articles"))


if __name__ == "__main__":
    main()
