"""Removals as columns: what is gone of documents, which twins are touched, and the records that tell what went."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.context import OUTSIDE
from dedup.outcome import Document, Twin
from dedup.removals import Judged, Names, cuts_of, overlaps, tell
from tests.tabled import removal, removals

SPANS = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: tuple(sorted(pair)))
DOCS = st.integers(0, 4)
ROWS = st.lists(st.tuples(DOCS, st.just((0, 1)), SPANS), max_size=8)


def runs(places):
    """Return the spans of places, joined where they touch."""
    found = []
    for place in sorted(places):
        if found and found[-1][1] == place:
            found[-1][1] += 1
        else:
            found.append([place, place + 1])
    return found


@given(ROWS, st.sets(DOCS).map(sorted))
@settings(deadline=None)
def test_what_is_gone_are_all_cuts_joined(rows, docs):
    bounds, spans = cuts_of(removals(*rows), np.array(docs, dtype=np.int64))
    assert (len(bounds), spans.shape[1], spans.dtype, int(bounds[-1])) == (len(docs) + 1, 2, np.int64, len(spans))
    for k, doc in enumerate(docs):
        gone = {place for other, _, cut in rows if other == doc for place in range(*cut)}
        assert spans[bounds[k] : bounds[k + 1]].tolist() == runs(gone)


@pytest.mark.parametrize(
    ("cuts", "gone"),
    [
        pytest.param([], [], id="no cuts"),
        pytest.param([(3, 3)], [], id="an empty cut"),
        pytest.param([(2, 4), (7, 9)], [[2, 4], [7, 9]], id="two apart"),
        pytest.param([(2, 4), (4, 9)], [[2, 9]], id="two that touch"),
        pytest.param([(4, 6), (2, 9)], [[2, 9]], id="a later one around an earlier"),
        pytest.param([(2, 9), (4, 6), (8, 12)], [[2, 12]], id="nested and overlapping"),
        pytest.param([(2, 9), (3, 4), (6, 7), (10, 11)], [[2, 9], [10, 11]], id="two in one, and one apart"),
    ],
)
def test_cuts_of_one_document_become_spans(cuts, gone):
    bounds, spans = cuts_of(removals(*((1, (0, 1), cut) for cut in cuts)), np.array([0, 1, 2]))
    assert spans.tolist() == gone
    assert bounds.tolist() == [0, 0, len(gone), len(gone)]


TWINS = st.tuples(st.integers(-1, 4), SPANS)


@given(st.lists(TWINS, max_size=6), ROWS)
@settings(deadline=None)
def test_twins_that_cuts_touch_are_found(twins, rows):
    table = removals(
        *(removal(9, (0, 1), twin=doc, twin_start=a, twin_end=z) for doc, (a, z) in twins),
    )
    expected = [
        doc >= 0 and any(other == doc and a < cut[1] and cut[0] < z and cut[0] < cut[1] for other, _, cut in rows)
        for doc, (a, z) in twins
    ]
    assert overlaps(table, removals(*rows)).tolist() == expected


def test_a_cut_beside_a_twin_or_in_another_document_does_not_touch_it():
    table = removals(removal(9, (0, 1), twin=1, twin_start=5, twin_end=8))
    for cut, touches in (((1, 5), False), ((8, 9), False), ((6, 6), False), ((4, 6), True), ((0, 20), True)):
        assert overlaps(table, removals((1, (0, 1), cut))).tolist() == [touches]
        assert overlaps(table, removals((0, (0, 1), cut), (2, (0, 1), cut))).tolist() == [False]


NAMES = Names({0: "a.txt", 7: "b.txt"}, ["AD101", "DU001"], {3: "mind the gap"})


def judged(document, rows, *, copy=False, alone=0.0, bad=False):
    return Judged([document], [bad], rows, np.array([0, len(rows)]), np.array([copy]), np.array([alone]), NAMES)


def told(text, rows, **more):
    (one,) = tell(judged(Document("a.txt", "", "site"), rows, **more), [text])
    assert one.document == Document("a.txt", text, "site")
    return one


@st.composite
def rounds(draw):
    """Return a text, its removals in the order of passes, and what each took, worked out place by place."""
    text = draw(st.text("abcdé\n 北😀", max_size=30))
    kept, rows, taken = list(range(len(text))), [], []
    for turn in range(draw(st.integers(0, 4))):
        edges = sorted(draw(st.sets(st.integers(0, len(kept)), max_size=6)))
        before = list(kept)
        for a, z in zip(edges[::2], edges[1::2], strict=False):
            low, high = before[a], before[z - 1] + 1
            inner = draw(st.integers(a, z - 1))
            span = (before[inner], high)
            rows.append(removal(0, span, (low, high), turn=turn + 1))
            there = set(before[a:z])
            taken.append((span, "".join(text[k] for k in before[inner:z]), [tuple(run) for run in runs(there)]))
            kept = [k for k in kept if k not in there]
    return text, rows, taken, "".join(text[k] for k in kept)


@given(rounds())
@settings(deadline=None)
def test_records_tell_what_went_as_it_stood_when_it_went(case):
    text, rows, taken, left = case
    one = told(text, removals(*rows))
    assert (one.text, one.status) == (left, "changed" if rows else "unchanged")
    found = [((r.start, r.end), r.text, [tuple(cut) for cut in r.cuts]) for r in one.removals]
    assert sorted(found) == sorted(taken)
    assert [place for place, _, _ in found] == sorted(place for place, _, _ in taken)


def test_a_line_that_loses_what_is_left_of_it_takes_only_that():
    one = told("one two three.", removals(removal(0, (4, 7), (4, 8)), removal(0, (0, 14), turn=2)))
    assert [(r.text, r.cuts) for r in one.removals] == [("one three.", ((0, 4), (8, 14))), ("two", ((4, 8),))]
    assert one.text == ""


def test_a_sentence_of_a_line_that_goes_as_a_whole_is_told_with_its_text():
    one = told("One. Two.\n", removals((0, (0, 4), (0, 10)), (0, (5, 9), (0, 0))))
    assert [(r.text, len(r.cuts)) for r in one.removals] == [("One.", 1), ("Two.", 0)]


def test_what_stands_in_the_columns_is_told_by_name():
    twin = {"code": 1, "twin": 7, "twin_start": 5, "twin_end": 8, "twin_at": 2, "similarity": 0.87654321, "at": 3}
    rule = {"phrase": 3, "evidence": OUTSIDE, "similarity": 0.5}
    one = told("abcdef", removals(removal(0, (0, 1), **twin), removal(0, (2, 4), **rule)))
    repeat, named = one.removals
    assert (repeat.code, repeat.twin, repeat.similarity, repeat.line) == ("DU001", Twin("b.txt", 5, 8, 2), 0.876543, 3)
    assert (repeat.phrase, repeat.evidence) == (None, None)
    assert (named.code, named.phrase, named.evidence) == ("AD101", "mind the gap", "outside the article")
    assert (named.twin, named.similarity, named.line, named.document) == (None, None, 1, "a.txt")


@pytest.mark.parametrize(
    ("rows", "more", "expected"),
    [
        pytest.param([], {}, ("unchanged", "abc", None), id="nothing went"),
        pytest.param([], {"alone": 0.75}, ("left alone", "abc", 0.75), id="too much would have gone"),
        pytest.param([(0, (0, 1))], {}, ("changed", "bc", None), id="something went"),
        pytest.param([(0, (0, 3))], {"copy": True}, ("copy", "", None), id="a copy"),
        pytest.param([(0, (0, 1))], {"alone": 0.6}, ("left alone", "bc", 0.6), id="more would have gone"),
    ],
)
def test_the_status_of_a_document(rows, more, expected):
    one = told("abc", removals(*rows), **more)
    assert (one.status, one.text, one.refused, len(one.removals)) == (*expected, len(rows))


def test_each_document_gets_its_own_removals_and_a_bad_one_is_not_told():
    rows = removals((0, (0, 1)), (2, (0, 2)), (2, (2, 3)))
    documents = [Document(f"{k}.txt", "") for k in range(4)]
    bounds, no = np.array([0, 1, 1, 3, 3]), np.zeros(4)
    found = list(tell(Judged(documents, [False, True, False, False], rows, bounds, no > 0, no, NAMES), ["abc"] * 4))
    assert [(one.document.id, one.text, len(one.removals)) for one in found] == [
        ("0.txt", "bc", 1), ("2.txt", "", 2), ("3.txt", "abc", 0),
    ]  # fmt: skip
