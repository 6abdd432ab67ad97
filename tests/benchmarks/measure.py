"""What a process and its children take, and on which machine: shared by the benchmarks."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import IO, NamedTuple

#: Seconds between two looks at a process tree; the first ones come sooner.
PAUSE = 0.1


class Cost(NamedTuple):
    """What a process and its children took.

    Attributes:
        seconds: from start to end.
        cpu: seconds of all processes, user and system.
        megabytes: peak memory of the whole tree: the processes' shares of it (PSS) added up, sampled.
        largest: peak memory of the largest single process (RSS), as the kernel keeps it.
        status: exit code.
    """

    seconds: float
    cpu: float
    megabytes: float
    largest: float
    status: int = 0


def cost(
    command: Sequence[str],
    folder: Path | None = None,
    *,
    output: int | IO[bytes] | None = subprocess.DEVNULL,
    errors: int | None = None,
    codes: Iterable[int] = (0,),
    env: dict[str, str] | None = None,
) -> Cost:
    """Run a command and return what it took, its children included.

    Args:
        command: the command and its arguments.
        folder: where it runs.
        output: what becomes of its standard output.
        errors: what becomes of its standard error; None: it is shown.
        codes: exit codes that are no failure; with any other one the benchmark ends.
        env: variables of its environment besides those of this process.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdout=output, stderr=errors, env={**os.environ, **env} if env else None
    )
    watch = _Watch(process.pid)
    try:
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        seconds = time.perf_counter() - start
        watch.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    # The kernel's peak of a child begins with what this process had when it was forked: below that it says nothing.
    largest = usage.ru_maxrss if usage.ru_maxrss > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss else 0
    largest = max(largest * 1024, watch.largest) / 1e6
    # Processes that nobody waits for are not in the kernel's sum, short ones not in ours.
    cpu = max(usage.ru_utime + usage.ru_stime, watch.cpu())
    return Cost(seconds, cpu, max(watch.peak / 1e6, largest), largest, process.returncode)


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(*map(statistics.median, zip(*costs, strict=True)))


def tree(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for one in found:
        try:
            for task in os.listdir(f"/proc/{one}/task"):
                found += map(int, Path(f"/proc/{one}/task/{task}/children").read_text().split())
        except OSError:
            continue  # it has ended
    return found


class _Watch(threading.Thread):
    """Looks at a process tree now and then: how much memory it has, and what its processes have computed so far."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self._ticks: dict[tuple[int, str], int] = {}
        self.peak = self.largest = 0
        self.start()

    def run(self) -> None:
        pause = PAUSE / 16
        while not self._ended.wait(pause):
            pause = min(PAUSE, pause * 2)
            now = 0
            for pid in tree(self._pid):
                try:
                    now += _field(pid, "smaps_rollup", "Pss:")
                    self.largest = max(self.largest, _field(pid, "status", "VmHWM:"))
                    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue  # it has ended
                self._ticks[pid, fields[19]] = int(fields[11]) + int(fields[12])  # a number may be used again
            self.peak = max(self.peak, now)

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def cpu(self) -> float:
        """Return the seconds of all processes that were seen, as far as they were seen."""
        return sum(self._ticks.values()) / os.sysconf("SC_CLK_TCK")


def _field(pid: int, file: str, name: str) -> int:
    """Return a number of bytes from a file of the kernel on a process; 0 if it is not there."""
    for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    return 0


def machine(*packages: str) -> str:
    """Return a line on the machine: cores, processor, memory, load, Python and the versions of packages."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    versions = "".join(f", {name} {version_of(name)}" for name in packages)
    return (
        f"{len(os.sched_getaffinity(0))} cores ({model}), {memory:.0f} GB, {platform.system()} {platform.release()}, "
        f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}{versions}"
    )


def version_of(package: str) -> str:
    """Return the installed version of a package."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def dedup(*arguments: object) -> tuple[str, ...]:
    """Return the command line of `dedup` with these arguments."""
    return (sys.executable, "-m", "dedup", *map(str, arguments))
