"""Time `dedup check` on a few new files of a large corpus, as a commit hook calls it.

usage: python tests/benchmarks/bench_check.py [DOCUMENTS] [NEW] [CALLS]

A git repository with 10,000 committed articles of about 4 kB (those of `articles.py`) gets 20 new ones. Timed are the
call that builds the index, a call with the new files, one with nothing new, and one with rules only, each beside
`python -c "import datasketch"` and an empty `python -c pass` in the same round; medians of 5.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.articles import make
from tests.benchmarks.measure import Cost, cost, machine, median

CHECK = (sys.executable, "-m", "dedup", "check", "--exit-zero", "--statistics")
RULES = ("--select", "AD,NL,RL,PW,SH,CK,CR")


def line(name: str, one: Cost, unit: Cost | None = None) -> str:
    """Return a row of the table."""
    ratio = f" {one.cpu / unit.cpu:6.2f} {one.seconds / unit.seconds:6.2f}" if unit else ""
    return f"{name:34}{one.seconds:8.2f} {one.cpu:8.2f} {one.megabytes:8.0f}{ratio}"


def main() -> None:
    """Make the repository, time the calls, print the table."""
    count, new, calls = (int(sys.argv[k]) if len(sys.argv) > k else n for k, n in ((1, 10_000), (2, 20), (3, 5)))
    with tempfile.TemporaryDirectory() as home:
        repository, cache, saved = Path(home, "in"), Path(home, "in", ".dedup_cache"), Path(home, "saved")
        there, size = make(repository, count * 4_110)
        for command in (
            ("init", "-q"),
            ("add", "."),
            ("-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"),
        ):
            subprocess.run(["git", *command], cwd=repository, check=True)
        build = cost((*CHECK, "--corpus", ".", "source-00/000000.txt"), repository)
        shutil.copytree(cache, saved)
        kept = sum(path.stat().st_size for path in saved.rglob("*") if path.is_file())
        scratch = Path(home, "new")
        make(scratch, new * 4_110, seed=6)
        names = []
        for path in sorted(scratch.rglob("*.txt"))[:new]:
            name = f"{path.parent.name}/0-new-{path.name}"
            shutil.copy(path, repository / name)
            names.append(name)

        timed: dict[str, list[Cost]] = {}
        for _ in range(calls):
            for name, command in (
                ("python -c pass", (sys.executable, "-c", "pass")),
                ("import datasketch", (sys.executable, "-c", "import datasketch")),
                (f"rules only, {len(names)} files", (*CHECK, *RULES, *names)),
                (f"with the index, {len(names)} new", (*CHECK, "--corpus", ".", *names)),
                (f"with the index, {len(names)} again", (*CHECK, "--corpus", ".", *names)),
            ):
                if name.endswith("new"):
                    shutil.rmtree(cache)
                    shutil.copytree(saved, cache)
                timed.setdefault(name, []).append(cost(command, repository))

    unit = median(timed["import datasketch"])
    print(f"{there:,} documents, {size / 1e6:.0f} MB; the index has {kept / 1e6:.0f} MB")
    print(f"{machine('dedup-articles', 'datasketch')}; medians of {calls}\n")
    print(f"{'':34}{'seconds':>8} {'CPU':>8} {'peak MB':>8}    CPU   wall, times import datasketch")
    print(line("builds the index (once)", build, unit))
    for name, costs in timed.items():
        print(line(name, median(costs), unit))


if __name__ == "__main__":
    main()
