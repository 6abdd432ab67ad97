"""Verdicts as columns, codes by number, and evidence in words."""

from __future__ import annotations

import numpy as np
import pytest

from dedup.codes import DETECTORS
from dedup.context import ABOVE, BELOW, BEYOND, OUTSIDE, STUB
from dedup.verdicts import OFTEN, OTHERS, Codes, Verdicts, said


def columns(v):
    return v.code.tolist(), v.twin.tolist(), v.similarity.tolist(), v.evidence.tolist()


def test_codes_of_rules_are_numbered_first_and_then_the_others():
    codes = Codes(["AD101", "RL102"])
    assert codes.names == ["AD101", "RL102", *OTHERS]
    assert [codes.names[codes.of(code)] for code in OTHERS] == list(OTHERS)
    assert codes.of(OTHERS[0]) == 2


def test_every_detector_has_a_number_and_a_rule_is_asked_for_by_its_own():
    codes = Codes(["AD101"])
    assert sorted(OTHERS) == sorted(detector.code for detector in DETECTORS)
    with pytest.raises(KeyError):
        codes.of("AD101")


def test_at_first_all_rows_stay():
    v = Verdicts(3)
    assert columns(v) == ([-1] * 3, [-1] * 3, [0.0] * 3, [0] * 3)
    assert v.gone.tolist() == [False] * 3
    assert Verdicts(0).gone.tolist() == []


def test_the_first_code_is_a_verdict_too():
    v = Verdicts(2)
    v.put(1, 0)
    assert v.gone.tolist() == [False, True]


ROWS = [
    pytest.param(np.array([0, 2]), id="numbers"),
    pytest.param(np.array([True, False, True]), id="a mask"),
    pytest.param([0, 2], id="a list"),
]


@pytest.mark.parametrize("rows", ROWS)
def test_rows_go_and_stay_again(rows):
    v = Verdicts(3)
    v.put(rows, 4)
    assert columns(v) == ([4, -1, 4], [-1] * 3, [0.0] * 3, [0] * 3)
    v.put(rows, np.array([5, 6]), np.array([1, 0]), np.array([0.5, 1.0]))
    v.evidence[rows] = 3
    assert columns(v) == ([5, -1, 6], [1, -1, 0], [0.5, 0.0, 1.0], [3, 0, 3])
    v.clear(rows)
    assert columns(v) == columns(Verdicts(3))


def test_a_later_verdict_forgets_the_twin_of_the_earlier():
    v = Verdicts(2)
    v.put(1, 4, 0, 0.9)
    v.put(1, 5)
    assert columns(v)[:3] == ([-1, 5], [-1, -1], [0.0, 0.0])


@pytest.mark.parametrize(
    "rows", [[], np.zeros(3, dtype=np.bool_), np.empty(0, np.int64)], ids=["list", "mask", "array"]
)
def test_no_rows_change_nothing(rows):
    v = Verdicts(3)
    v.put(1, 4, 0, 0.9)
    before = columns(v)
    v.put(rows, 7)
    v.clear(rows)
    assert columns(v) == before


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        pytest.param(0, None, id="nothing"),
        pytest.param(STUB, None, id="what is no point of its own"),
        pytest.param(OUTSIDE, "outside the article", id="one"),
        pytest.param(OUTSIDE | OFTEN, "outside the article, on several pages of its source", id="two"),
        pytest.param(ABOVE | BELOW | STUB, "below debris, above debris", id="the neighbours"),
        pytest.param(BEYOND, "beyond other debris", id="beyond"),
    ],
)
def test_evidence_is_told_in_words(evidence, words):
    assert said(evidence) == said(int(np.int8(evidence))) == words


def test_every_kind_of_evidence_fits_into_its_column_and_has_its_own_bit():
    bits = (OUTSIDE, BEYOND, ABOVE, BELOW, STUB, OFTEN)
    assert sum(bits) == OUTSIDE | BEYOND | ABOVE | BELOW | STUB | OFTEN <= np.iinfo(Verdicts(0).evidence.dtype).max
