"""The index on disk: what is damaged, foreign or old is built anew; what cannot be kept is done without."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from dedup import Config
from dedup.index.store import EDGE, LINE, SCHEMA, TEXT, Stat, Store
from tests.index import (
    ALL,
    APPLES,
    BOOKS,
    BRIDGE,
    CONFIG,
    FERRY,
    MARKET,
    NETS,
    SCHOOL,
    Found,
    called,
    indexed,
    lay,
    page,
)

HOME = "cache"
FILES = {"alpha/a.txt": page(FERRY, NETS, BOOKS), "beta/b.txt": page(FERRY, APPLES, BRIDGE)}
NEW = {"gamma/z.txt": page(APPLES.replace("orchard", "orcharrd"), MARKET, SCHOOL)}


def codes(outcome: dict[str, list[Found]]) -> dict[str, list[str]]:
    return {name: [removal.code for removal in removals] for name, removals in outcome.items()}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus with its index, and a new file that the index has not seen: it has a typo in a line of another."""
    root = lay(tmp_path / "corpus", FILES)
    assert codes(indexed(root, tmp_path / HOME)) == {"beta/b.txt": ["DU001"]}
    return lay(root, NEW)


def outcome(corpus: Path) -> tuple[list[str], str]:
    """Check the corpus; return its findings in short, and what is said to standard error."""
    return called(corpus, "--cache-dir", str(corpus.parent / HOME), ".")


RIGHT = ["beta/b.txt:1:1: DU001", "gamma/z.txt:1:1: DU002"]


def sqlite_of(corpus: Path) -> Path:
    return next((corpus.parent / HOME).rglob("index.sqlite"))


def arrays_of(corpus: Path) -> list[Path]:
    return sorted((corpus.parent / HOME).rglob("*.npy"))


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def rubbish(path: Path) -> None:
    path.write_bytes(noise(path.stat().st_size))


def short_rubbish(path: Path) -> None:
    path.write_bytes(noise(100))


def rubbish_below_the_header(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:128] + noise(len(data) - 128))


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [half, rubbish, short_rubbish, empty, Path.unlink])
def test_a_damaged_database_is_built_anew(corpus: Path, damage: Callable[[Path], None]) -> None:
    damage(sqlite_of(corpus))
    assert outcome(corpus) == (RIGHT, "")
    assert codes(indexed(corpus, corpus.parent / HOME)) == {"beta/b.txt": ["DU001"], "gamma/z.txt": ["DU002"]}


@pytest.mark.parametrize("kept", [1, 15, 16, 50, 99, 100, 101, 511, 512, 4095, 4096, 4097, 8192, 20_000])
def test_a_database_cut_anywhere_is_built_anew(corpus: Path, kept: int) -> None:
    path = sqlite_of(corpus)
    path.write_bytes(path.read_bytes()[:kept])
    found = indexed(corpus, corpus.parent / HOME)
    assert codes(found) == {"beta/b.txt": ["DU001"], "gamma/z.txt": ["DU002"]}


@pytest.mark.parametrize(
    "damage",
    [
        half,
        short_rubbish,
        empty,
        Path.unlink,
        rubbish,
        rubbish_below_the_header,
    ],
)
@pytest.mark.parametrize("which", [0, 1])
def test_damaged_arrays_are_built_anew(corpus: Path, damage: Callable[[Path], None], which: int) -> None:
    damage(arrays_of(corpus)[which])
    assert outcome(corpus) == (RIGHT, "")


def test_a_record_that_is_no_json_is_built_anew(corpus: Path) -> None:
    path = sqlite_of(corpus)
    data = path.read_bytes()
    assert data.count(b'"DU001",') == 1
    path.write_bytes(data.replace(b'"DU001",', b'"DU001";'))
    assert outcome(corpus) == (RIGHT, "")


def test_a_record_that_is_no_text_is_built_anew(corpus: Path) -> None:
    path = sqlite_of(corpus)
    path.write_bytes(path.read_bytes().replace(b'"DU001",', b'"DU\xff01",'))
    assert outcome(corpus) == (RIGHT, "")


def user_version(corpus: Path, version: int) -> None:
    with closing(sqlite3.connect(sqlite_of(corpus))) as db:
        db.execute(f"PRAGMA user_version = {version}")
        db.commit()


@pytest.mark.parametrize("version", [0, 1, 77])
def test_an_index_of_another_version_is_built_anew(corpus: Path, version: int) -> None:
    user_version(corpus, version)
    assert outcome(corpus) == (RIGHT, "")
    with closing(sqlite3.connect(sqlite_of(corpus))) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA,)


def test_a_database_of_somebody_else_is_replaced(corpus: Path) -> None:
    path = sqlite_of(corpus)
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE t (x)")
        db.execute("PRAGMA user_version = 2")
        db.commit()
    assert outcome(corpus) == (RIGHT, "")


@pytest.mark.parametrize(
    "changed", [{"min_words": 30}, {"threshold": 0.99}, {"ignore": ("DU",)}, {"duplicate_documents": "keep"}]
)
def test_changed_settings_are_another_index(corpus: Path, changed: dict[str, object]) -> None:
    config = replace(CONFIG, **changed)
    with_both = {**FILES, **NEW}
    before = indexed(corpus, corpus.parent / HOME)
    fresh = indexed(lay(corpus.parent / "again", with_both), corpus.parent / "other", config)
    assert indexed(corpus, corpus.parent / HOME, config) == fresh
    assert indexed(corpus, corpus.parent / HOME) == before


def test_where_no_cache_can_be_kept_the_answer_is_the_same_and_says_so(corpus: Path) -> None:
    (corpus.parent / "file").write_text("in the way")
    findings, said = called(corpus, "--cache-dir", "../file/cache", ".")
    assert findings == RIGHT
    assert "no index can be kept in ../file/cache" in said


def test_the_cache_ignores_itself(corpus: Path) -> None:
    assert (corpus.parent / HOME / ".gitignore").read_text() == "*\n"


def test_what_is_stored_comes_back(tmp_path: Path) -> None:
    stat = Stat(5, 2**62, 2**62 + 1)
    with closing(Store(tmp_path / "s", "us")) as store, store.exclusive():
        first = store.add("p/a.txt", stat, "d1", "p", -7, "r1")
        second = store.add("p/b.txt", stat, "d2", "p", -7, "r2")
        store.add_segments([(-(2**63), first, LINE | TEXT), (2**63 - 1, first, LINE), (-(2**63), second, LINE | EDGE)])
        store.add_twins([(second, "p/a.txt"), (second, "p/nobody.txt")])
    with closing(Store(tmp_path / "s", "us")) as store:
        assert store.entries()["p/a.txt"] == (first, "p/a.txt", stat, "d1")
        assert store.record("p/b.txt") == "r2"
        assert store.record("p/c.txt") is None
        assert store.holders([-(2**63), 2**63 - 1], 4) == {"p/a.txt"}
        assert store.pointing_to([first]) == {"p/b.txt"}
        assert store.pages("p") == {-7}
        assert store.line("p", -(2**63)) == ({-7}, 2, 1)
        assert store.line("q", -(2**63)) == (set(), 0, 0)


def test_what_is_forgotten_is_forgotten_everywhere(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "s", "us")) as store, store.exclusive():
        first = store.add("a.txt", Stat(1, 1, 1), "d", "", 1, "r")
        second = store.add("b.txt", Stat(1, 1, 1), "d", "", 2, "r")
        store.add_segments([(9, first, LINE | TEXT), (9, second, LINE | TEXT)])
        store.add_twins([(first, "b.txt")])
        store.forget([first])
        assert set(store.entries()) == {"b.txt"}
        assert store.holders([9], 4) == {"b.txt"}
        assert store.line("", 9) == ({2}, 1, 0)
        assert store.pointing_to([second]) == set()


def test_an_error_leaves_the_last_state(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "s", "us")) as store:
        with store.exclusive():
            store.add("a.txt", Stat(1, 1, 1), "d", "", 1, "r")

        def half_done() -> None:
            with store.exclusive():
                store.clear()
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            half_done()
        assert set(store.entries()) == {"a.txt"}


def test_what_was_made_by_others_is_thrown_away(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "s", "them")) as store, store.exclusive():
        store.add("a.txt", Stat(1, 1, 1), "d", "", 1, "r")
    (tmp_path / "s" / "bands-0-x.npy").write_bytes(b"theirs")
    with closing(Store(tmp_path / "s", "us")) as store:
        assert store.entries() == {}
    assert not (tmp_path / "s" / "bands-0-x.npy").exists()


def test_a_database_with_noise_anywhere_never_ends_in_a_wrong_answer_of_lines(tmp_path: Path) -> None:
    """Only that nothing but the two known kinds of error (see above) escapes."""
    files = {f"s{k % 3}/{k:02}.txt": page(*(f"{text} Issue {k}." for text in ALL), ALL[k % 12]) for k in range(24)}
    root = lay(tmp_path / "corpus", files)
    config = Config(workers=1, select=("DU",))
    right = indexed(root, tmp_path / HOME, config)
    path = next((tmp_path / HOME).rglob("index.sqlite"))
    good = path.read_bytes()
    chance = random.Random(4)
    for page_number in range(0, len(good) // 4096, 3):
        at = page_number * 4096
        path.write_bytes(good[:at] + chance.randbytes(4096) + good[at + 4096 :])
        try:
            assert indexed(root, tmp_path / HOME, config) == right
        except sqlite3.DatabaseError:  # `check` destroys the index and builds it anew
            continue
