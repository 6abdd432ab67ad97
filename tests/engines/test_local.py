"""The engine of one machine: batches, workers that keep their order and end with the run, and SQL."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Config, Document, DocumentError
from dedup.config import Allow, fingerprint_of
from dedup.documents.folder import digest_of
from dedup.documents.texts import Filed, Given, Reading
from dedup.engines.local import AHEAD, LocalEngine, _batches
from dedup.spool import Spool
from tests.folders import fill

ONE, TWO = Config(workers=1), Config(workers=2)
TEXTS = Given([Document(f"{k:02}.txt", f"The ferry sails on day {k}.\nAdvertisement\n") for k in range(12)])


@pytest.fixture(autouse=True)
def _every_run_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.engines.local.BULK_FROM", 1)
    monkeypatch.setattr("dedup.engines.local.STRIDE", 2)


@pytest.fixture(params=[ONE, TWO], ids=["here", "two workers"])
def engine(request: pytest.FixtureRequest) -> Iterator[LocalEngine]:
    with LocalEngine(request.param, batch=50) as found:
        found.expect(1)
        yield found
    assert multiprocessing.active_children() == []


def slowly(number: int) -> tuple[int, int]:
    time.sleep(0.01 if number % 5 == 0 else 0)
    return number, os.getpid()


def test_what_jobs_give_comes_in_their_order(engine: LocalEngine) -> None:
    found = list(engine.in_order(slowly, range(5 * AHEAD)))
    assert [number for number, _ in found] == list(range(5 * AHEAD))
    workers = [worker for _, worker in found]
    several = len(set(workers)) == 2
    assert all(a == b for a, b in zip(workers, workers[2:], strict=False))
    assert several == bool(multiprocessing.active_children())
    assert list(engine.in_order(slowly, [])) == []


def test_jobs_are_not_made_long_before_they_are_done(engine: LocalEngine) -> None:
    made: list[int] = []
    done = engine.in_order(slowly, (made.append(k) or k for k in range(1000)))  # type: ignore[func-returns-value]
    for number in range(5):
        next(done)
        assert len(made) <= number + 2 + AHEAD


@pytest.mark.parametrize("docs", [0, 1, 2, 3, 64, 101])
def test_runs_of_documents_are_all_of_them_once_and_in_order(engine: LocalEngine, docs: int) -> None:
    runs = list(engine.share(docs))
    assert [doc for low, high in runs for doc in range(low, high)] == list(range(docs))
    assert all(low < high for low, high in runs)
    workers = len(multiprocessing.active_children())
    assert len(runs) == ((docs + 1) // 2 if workers else min(docs, 1))


@pytest.mark.parametrize("docs", [None, [], [3], [0, 1, 5, 7, 8, 11]], ids=["all", "none", "one", "some"])
def test_each_wanted_document_is_read_once_and_whole(engine: LocalEngine, docs: list[int] | None) -> None:
    found = list(engine.read(TEXTS, docs))
    read = [doc for one in found for doc in one.docs]
    assert sorted(read) == (list(range(12)) if docs is None else docs)
    for one in found:
        assert one.part["doc"].tolist() == [doc for doc in one.docs for _ in range(2)]
        assert one.documents["doc"].tolist() == one.docs
        assert one.sizes == [TEXTS.sizes[doc] for doc in one.docs]
        assert sum(one.sizes) < 50 + 40
    assert docs or len(found) > 1 or docs == []


def test_digests_are_those_of_the_files(engine: LocalEngine, tmp_path: Path) -> None:
    texts = Filed(fill(tmp_path, {f"{k}.txt": f"{k}" * 20 for k in range(9)}))
    (tmp_path / "4.txt").unlink()
    found = {doc: digest for docs, some in engine.digests(texts) for doc, digest in zip(docs, some, strict=True)}
    assert found == {k: digest_of(f"{k}".encode() * 20) if k != 4 else None for k in range(9)}


class Broken(Given):
    """Documents one of which changed."""

    def lot(self, docs: Sequence[int]) -> Any:
        return BrokenLot(super().lot(docs), 7 in docs)


class BrokenLot(NamedTuple):
    lot: Any
    broken: bool

    def read(self) -> Reading:
        if self.broken:
            raise DocumentError("07.txt: was changed while it was read; run again")
        return self.lot.read()  # type: ignore[no-any-return]

    def digests(self) -> list[str | None]:
        return [None]


def fail(number: int) -> int:
    if number == 3:
        raise DocumentError("3 is bad")
    return number


def test_what_goes_wrong_in_a_worker_is_said_and_ends_all(engine: LocalEngine) -> None:
    with pytest.raises(DocumentError, match=r"^07\.txt: was changed while it was read; run again$"):
        list(engine.read(Broken(TEXTS.documents)))
    done = engine.in_order(fail, range(9))
    assert [next(done) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(DocumentError, match=r"^3 is bad$"):
        next(done)


@pytest.mark.parametrize(("config", "size"), [(TWO, 0), (ONE, 1)], ids=["a small run", "one worker"])
def test_no_process_is_started_for(config: Config, size: int) -> None:
    with LocalEngine(config) as engine:
        engine.expect(size)
        assert multiprocessing.active_children() == []
        assert [doc for one in engine.read(TEXTS) for doc in one.docs] == list(range(12))


def test_two_engines_at_once_each_have_their_settings() -> None:
    allowing = Config(workers=1, allow=(Allow(fingerprint_of("Advertisement")),))
    with LocalEngine(ONE, batch=1) as one, LocalEngine(allowing, batch=1) as other:
        reading = one.read(TEXTS)
        found = [next(reading)]
        assert all(read.part["allowed"].any() for read in other.read(TEXTS))
        found += reading
    assert not any(read.part["allowed"].any() for read in found)


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 60))
def test_batches_are_all_documents_in_order_and_no_larger_than_needed(sizes: list[int], limit: int) -> None:
    found = list(_batches(sizes, limit))
    assert [place for low, high in found for place in range(low, high)] == list(range(len(sizes)))
    for low, high in found:
        assert sum(sizes[low : high - 1]) < limit
        assert sum(sizes[low:high]) >= limit or high == len(sizes)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), max_size=25, unique=True), st.booleans())
def test_candidates_are_the_pairs_that_share_a_bucket(rows: list[tuple[int, int]], little: bool) -> None:
    of = {bucket: sorted(text for b, text in rows if b == bucket) for bucket, _ in rows}
    expected = sorted({pair for members in of.values() for pair in combinations(members, 2)})
    buckets, texts = (np.array(column, dtype=np.int64) for column in (zip(*rows, strict=True) if rows else ((), ())))
    with Spool(500_000_000, 10**9 * little, None) as spool, LocalEngine(ONE, spool=spool) as engine:
        for _ in range(2):
            lower, higher = engine.candidates(buckets, texts)
            assert (lower.dtype, higher.dtype) == (np.int64, np.int64)
            assert sorted(zip(lower.tolist(), higher.tolist(), strict=True)) == expected


def test_a_step_sees_the_numbers_and_tables_of_its_call_alone() -> None:
    with LocalEngine(ONE) as engine:
        for count in (2, 5, 0):
            ones = np.ones(count, dtype=np.int64)
            pages = {"source": ones, "page": np.arange(count)}
            lines = {**pages, "text": 7 * ones, "at_edge": ones}
            found = engine.query("furniture", {"lines": lines, "pages": pages}, min_pages=2)
            assert {name: column.tolist() for name, column in found.items()} == {
                "source": [1] * (count > 0), "text": [7] * (count > 0), "pages": [count] * (count > 0),
                "source_pages": [count] * (count > 0), "edge_share": [1.0] * (count > 0),
            }  # fmt: skip
        assert len(engine.query("furniture", {"lines": lines, "pages": pages}, min_pages=9)["text"]) == 0
