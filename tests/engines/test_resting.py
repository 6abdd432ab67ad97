"""What is put to rest comes back, and of arrays that are as they were nothing is said again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dedup.engines import resting
from dedup.engines.resting import joined, put_to_rest, wake

LONG = np.arange(4_000)


class Night:
    """Puts something to rest and wakes it, again and again."""

    def __init__(self, what: Any) -> None:
        self.state, ground = put_to_rest(what, {}, {})
        assert ground is not None
        self.grounds = [ground]

    def wake(self) -> Any:
        return wake(self.state, self.grounds, {})[0]

    def rest(self, what: Any) -> None:
        self.state, ground = put_to_rest(what, {}, wake(self.state, self.grounds, {})[1])
        self.grounds += [] if ground is None else [ground]


def test_what_is_put_to_rest_comes_back() -> None:
    other = {"a": LONG[::-1], "b": np.ones((30, 40)), "c": [np.array([True, False]), "text"], "d": np.empty(0)}
    back = Night(other).wake()
    assert back.keys() == other.keys()
    assert (back["a"] == LONG[::-1]).all()
    assert back["b"].shape == (30, 40)
    assert [back["c"][0].tolist(), back["c"][1], len(back["d"])] == [[True, False], "text", 0]


def test_arrays_that_are_as_they_were_are_not_said_again_even_if_they_were_made_anew() -> None:
    night = Night({"a": LONG})
    night.rest({"b": LONG.copy(), "c": 1})
    assert len(night.grounds) == 1
    assert len(night.state) < 200
    assert (night.wake()["b"] == LONG).all()


def test_few_new_arrays_are_in_the_state_and_many_are_a_ground(monkeypatch: pytest.MonkeyPatch) -> None:
    night = Night({"a": LONG})
    monkeypatch.setattr(resting, "FEW", 0.5)
    few, many = LONG[:1_000] * 3, LONG * 7
    night.rest([LONG, few])
    assert len(night.grounds) == 1
    assert (night.wake()[1] == few).all()
    night.rest([LONG, few, many])
    assert len(night.grounds) == 2
    assert [len(array) for array in night.wake()] == [4_000, 1_000, 4_000]
    night.rest([many, few])
    assert len(night.grounds) == 2


def test_two_arrays_of_the_same_numbers_are_two() -> None:
    night = Night([LONG, LONG.copy()])
    one, other = night.wake()
    one[0] = 9
    assert other[0] == 0
    assert night.wake()[0][0] == 0


def test_arrays_of_other_kinds_or_shapes_are_others() -> None:
    several = [LONG, LONG.astype(np.uint64), LONG.reshape(2, -1), LONG.view(np.float64)]
    assert [(a.dtype, a.shape) for a in Night(several).wake()] == [(a.dtype, a.shape) for a in several]


def test_what_has_a_name_is_not_kept() -> None:
    there = object()
    state, ground = put_to_rest([there, LONG], {id(there): "there"}, {})
    assert ground is not None
    assert wake(state, [ground], {"there": "here"})[0][0] == "here"


def test_several_grounds_are_as_good_as_one() -> None:
    night = Night([LONG])
    night.rest([LONG, LONG * 2])
    assert len(night.grounds) == 2
    back, held = wake(night.state, [joined(night.grounds)], {})
    assert (back[1] == LONG * 2).all()
    assert len(held) == 2
