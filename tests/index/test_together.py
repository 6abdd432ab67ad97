"""Several calls, several processes: the answer is that of one call alone."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.index import (
    ALL,
    APPLES,
    BOOKS,
    BRIDGE,
    FERRY,
    LAMP,
    MARKET,
    MILL,
    NETS,
    SCHOOL,
    TRAM,
    called,
    command,
    commit,
    env,
    lay,
    line,
    page,
    short,
)

OLD = {"old/o.txt": page(NETS, BOOKS, FERRY)}
#: They repeat a text of each other, and one of the corpus.
MUTUAL = {
    "new/a.txt": page(FERRY, APPLES, BRIDGE, MARKET),
    "new/b.txt": page(APPLES.replace("orchard", "orcharrd"), SCHOOL, TRAM, BOOKS),
    "new/c.txt": page(f"{LAMP} {SCHOOL}", MILL, BRIDGE),
}


def many(count: int) -> dict[str, str]:
    """Pages with twelve sentences of their own and one of all."""
    return {
        f"s{k % 9}/{k:04}.txt": page(*(f"{text[:-1]} on the {k}th day of note." for text in ALL), ALL[k % 12])
        for k in range(count)
    }


def test_the_answer_depends_neither_on_order_nor_on_calls(tmp_path: Path) -> None:
    root = lay(tmp_path / "corpus", OLD)
    called(root, "--cache-dir", "../old", ".")  # an index that knows nothing of the new ones
    lay(root, MUTUAL)
    seen = {}
    for order in itertools.permutations(MUTUAL):
        for size in (1, 2, 3) if order[0] < order[1] else (1,):
            cache = f".cache/{'-'.join(Path(name).stem for name in order)}-{size}"
            subprocess.run(
                ["cp", "-r", "../old", cache], cwd=(root / ".cache").mkdir(exist_ok=True) or root, check=True
            )
            parts = [order[k : k + size] for k in range(0, 3, size)]
            answers = [called(root, "--cache-dir", cache, *part) for part in parts]
            assert all(said == "" for _, said in answers)
            seen[order, size] = sorted(itertools.chain.from_iterable(findings for findings, _ in answers))
    assert set(map(tuple, seen.values())) == {
        (
            "new/a.txt:1:1: DU001",
            "new/b.txt:1:1: DU002",
            "new/b.txt:7:1: DU001",
            "new/c.txt:1:101: DU101",
            "new/c.txt:5:1: DU001",
        )
    }


def test_the_same_in_two_processes_one_after_the_other(tmp_path: Path) -> None:
    root = lay(tmp_path, OLD)
    commit(root)
    lay(root, MUTUAL)
    names = sorted(MUTUAL)
    together = short(command(root, "--cache-dir", ".1", *names).stdout)
    apart = [command(root, "--cache-dir", ".2", name) for name in reversed(names)]
    assert [done.stderr for done in apart] == ["", "", ""]
    assert sorted(itertools.chain.from_iterable(short(done.stdout) for done in apart)) == together
    assert len(together) == 5


def test_files_outside_the_corpus_are_also_compared_with_each_other(tmp_path: Path) -> None:
    root = lay(tmp_path / "corpus", OLD)
    lay(tmp_path, MUTUAL)
    names = [f"../{name}" for name in MUTUAL]
    together, _ = called(root, *names)
    backwards, _ = called(root, *reversed(names))
    apart = [called(root, name)[0] for name in names]
    assert set(itertools.chain.from_iterable(apart)) < set(together)
    assert backwards == together


def test_the_evidence_of_weak_rules_does_not_depend_on_calls(tmp_path: Path) -> None:
    files = {"s/a.txt": page(FERRY, NETS, "5 min read", BOOKS), "s/b.txt": page(APPLES, MARKET, "5 min read", TRAM)}
    root = lay(tmp_path, files)
    together, _ = called(root, "--select", "BY", *files)
    apart = [called(root, "--select", "BY", name)[0] for name in files]
    assert sorted(itertools.chain.from_iterable(apart)) == together


def test_the_evidence_of_weak_rules_does_not_depend_on_calls_with_an_index(tmp_path: Path) -> None:
    files = {"s/a.txt": page(FERRY, NETS, "5 min read", BOOKS), "s/b.txt": page(APPLES, MARKET, "5 min read", TRAM)}
    root = lay(tmp_path, files)
    together, _ = called(root, *files)
    apart = [called(root, name)[0] for name in files]
    assert sorted(itertools.chain.from_iterable(apart)) == together
    assert together == ["s/a.txt:5:1: BY001", "s/b.txt:5:1: BY001"]


def start(root: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        line(*arguments), cwd=root, env=env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def built_once(root: Path) -> bool:
    """Tell whether no document of the index was added or forgotten since it was built: they are numbered from one."""
    with closing(sqlite3.connect(next((root / ".dedup_cache").rglob("index.sqlite")))) as db:
        return bool(db.execute("SELECT min(file) = 1 AND max(file) = count(*) FROM files").fetchone()[0])


def test_two_processes_at_once_on_an_empty_cache(tmp_path: Path) -> None:
    files = many(36)
    root = lay(tmp_path / "corpus", files | {"z/z.txt": page(files["s0/0000.txt"].split("\n")[0], NETS, TRAM, MILL)})
    calls = [start(root, "s3/0012.txt"), start(root, "z/z.txt")]
    outcomes = [call.communicate() for call in calls]
    assert [errors for _, errors in outcomes] == ["", ""]
    assert [call.returncode for call in calls] == [1, 1]
    alone = [called(root, "--cache-dir", ".alone", name)[0] for name in ("s3/0012.txt", "z/z.txt")]
    assert [short(out) for out, _ in outcomes] == alone
    assert built_once(root)


def test_a_builder_that_is_killed_leaves_nothing_half(tmp_path: Path) -> None:
    files = many(200)
    root = lay(tmp_path / "corpus", files)
    call = start(root, "-q", ".")
    cache = root / ".dedup_cache"
    until = time.monotonic() + 60
    while not list(cache.rglob("index.sqlite")) and call.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.5)
    assert call.poll() is None
    os.kill(call.pid, signal.SIGKILL)
    call.communicate()
    findings, said = called(root, "-q", ".")
    assert said == ""
    assert findings == called(root, "-q", "--cache-dir", ".alone", ".")[0]
    assert len(findings) > 150


KILL = """
import os, sys
from dedup.index import bands, store
real = {where}
def stop(*arguments, **more):
    real(*arguments, **more)
    os.kill(os.getpid(), 9)
{where} = stop
from dedup.cli.app import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    "where", ["bands.write", "store.Store.add_segments", "store.Store.clear", "store.Store.add_twins"]
)
def test_killed_at_the_worst_moments(tmp_path: Path, where: str) -> None:
    root = lay(tmp_path / "corpus", OLD)
    first, _ = called(root, ".")
    assert first == []
    lay(root, MUTUAL | {"old/o.txt": page(NETS, BOOKS, FERRY, TRAM)})
    if where == "store.Store.clear":
        lay(root, many(210))
    script = KILL.format(where=where)
    done = subprocess.run([sys.executable, "-c", script, *line(".")[3:]], cwd=root, env=env(), check=False)
    assert done.returncode == -signal.SIGKILL
    findings, said = called(root, "-q", ".")
    assert "no index" not in said
    again = lay(tmp_path / "again", OLD)
    assert called(again, "-q", ".")[0] == []
    lay(again, {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.txt")})
    assert findings == called(again, "-q", ".")[0]
    assert findings


def test_rules_only_loads_nothing_heavy(tmp_path: Path) -> None:
    root = lay(tmp_path, {"a.txt": page(FERRY, "Advertisement", NETS), "b.txt": page(FERRY, BOOKS)})
    script = "import sys, json; from dedup.cli.app import main; main(sys.argv[1:]); print(json.dumps([*sys.modules]))"
    arguments = [*line("--select", "AD,NL,RL,PW,SH,CK,CR", ".")[3:]]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=root, env=env(), capture_output=True, text=True, check=True
    )
    assert short(done.stdout) == ["a.txt:3:1: AD001"]
    modules = {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
    assert modules & {"numba", "datasketch", "pyarrow", "scipy", "pandas", "sqlite3"} == set()
    assert not (root / ".dedup_cache").exists()


def test_a_few_new_files_load_nothing_heavy(tmp_path: Path) -> None:
    root = lay(tmp_path, OLD)
    called(root, ".")
    lay(root, MUTUAL)
    script = "import sys, json; from dedup.cli.app import main; main(sys.argv[1:]); print(json.dumps([*sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", script, *line(".")[3:]], cwd=root, env=env(), capture_output=True, text=True, check=True
    )
    modules = {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
    assert modules & {"numba", "datasketch", "pyarrow", "scipy", "pandas"} == set()
