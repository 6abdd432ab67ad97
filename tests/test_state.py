"""The documents between two passes: what is gone of each, and which are put back or left alone."""

from __future__ import annotations

import numpy as np
import pytest

from dedup import Config
from dedup.analyse import Analyser
from dedup.segments import Segments
from dedup.state import State
from dedup.verdicts import Codes
from tests.strategies import SENTENCES
from tests.tabled import removals, told

CODES = Codes(["AD101"])
ONE, TWO, THREE = SENTENCES[0], SENTENCES[1], SENTENCES[3]


@pytest.fixture
def state():
    """Documents 0 and 2 have lost something, 1 is a copy of 0."""
    state = State(4, CODES)
    state.add(removals((0, (0, 3), (0, 4)), (2, (5, 6)), (1, (0, 9))))
    state.add(removals((0, (6, 8)), (0, (1, 2), (0, 5))))
    state.cut[[0, 2]] = True
    state.copy_of[1] = 0
    return state


def test_documents_with_removals_are_touched(state):
    assert state.touched.tolist() == [True, True, True, False]
    assert not State(3, CODES).touched.any()


def test_what_is_gone_of_documents_and_the_rows_that_go_are_to_be_cut(state):
    texts = [f"{ONE}\n{TWO}\n", ONE, f"{ONE} {TWO}", THREE]
    s = Segments(Analyser(Config()).analyse(range(4), texts).segments)
    cutting = state.cutting(np.array([0, 2, 3]), s, np.array([1, 4, 5, 6]))
    assert cutting.docs.tolist() == [0, 2, 3]
    assert (cutting.gone_from.tolist(), cutting.gone.tolist()) == ([0, 2, 3, 3], [[0, 5], [6, 8], [5, 6]])
    assert cutting.rows_from.tolist() == [0, 1, 3, 4]
    assert cutting.rows.tolist() == [[int(s.start[row]), int(s.end[row])] for row in (1, 4, 5, 6)]


def test_a_document_that_is_put_back_has_lost_nothing(state):
    state.put_back(np.array([0, 1]))
    assert state.removals["doc"].tolist() == [2]
    assert (state.touched.tolist(), state.cut.tolist()) == ([False, False, True, False],) * 2
    assert state.copy_of.tolist() == [-1] * 4


def test_putting_back_no_document_changes_nothing(state):
    before = told(state.removals)
    state.put_back(np.empty(0, dtype=np.int64))
    assert told(state.removals) == before
    assert (state.cut.tolist(), state.copy_of.tolist()) == ([True, False, True, False], [-1, 0, -1, -1])


def test_a_document_that_is_put_back_twice_is_left_alone(state):
    state.put_back(np.array([0, 1]))
    assert not state.sealed.any()
    state.put_back(np.array([2]))
    state.put_back(np.array([1]))
    assert state.sealed.tolist() == [False, True, False, False]
