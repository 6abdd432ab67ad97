"""The processes of the engine: they leave Ctrl-C to the one that started them, and end with the run."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time

import pytest

from dedup import Config, DedupError, DocumentError
from dedup.engines.local import LocalEngine

TWO = Config(workers=2)


@pytest.fixture(autouse=True)
def _every_run_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.engines.local.BULK_FROM", 1)


@pytest.mark.parametrize("error", [DocumentError, KeyboardInterrupt])
def test_workers_end_whatever_ends_the_run_and_whatever_they_do(error: type[BaseException]) -> None:
    def run() -> None:
        with LocalEngine(TWO) as engine:
            engine.expect(1)
            assert len(multiprocessing.active_children()) == 2
            for _ in engine.in_order(time.sleep, [0, 60, 60]):
                raise error

    begin = time.monotonic()
    with pytest.raises(error):
        run()
    assert multiprocessing.active_children() == []
    assert time.monotonic() - begin < 30


def handler(_: int) -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_workers_leave_ctrl_c_to_the_one_that_started_them() -> None:
    with LocalEngine(TWO) as engine:
        engine.expect(1)
        assert list(engine.in_order(handler, range(4))) == [True] * 4
    assert not handler(0)


def kill(number: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_killed_for_its_memory_does_not_hold_the_run() -> None:
    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    try:
        with LocalEngine(TWO) as engine:
            engine.expect(1)
            signal.setitimer(signal.ITIMER_REAL, 2)
            with pytest.raises(DedupError):
                list(engine.in_order(kill, range(2)))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
