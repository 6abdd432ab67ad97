"""The shelf: which texts stand more than once, which may be alike, and which rows matter, whatever part they lie in."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.context import RELATED, STUB
from dedup.parts import Part
from dedup.shelf import NO_KEYS, Shelf, speaks_against, texts_alike
from dedup.tables import NO_TEXTS, SEGMENTS, Table
from tests.tabled import documents_of, page, pages, places, table_of, told

SOME_KEYS = st.sets(st.integers(-7, 7)).map(sorted)
SOME = settings(deadline=None, max_examples=50)
SLICES = st.integers(1, 4)


def ints(*values):
    return np.array(values, dtype=np.int64)


def bools(count, *true):
    return np.isin(np.arange(count), true)


def rows_of(lots):
    """Return the rows of parts, lists of tables, as dictionaries, by document."""
    joined = told(Table.joined(SEGMENTS, chain(*lots)))
    rows = [dict(zip(joined, values, strict=True)) for values in zip(*joined.values(), strict=True)]
    return sorted(rows, key=lambda one: one["doc"])


def shelf_of(*lots, count=9, min_words=0, frozen=(), wanted=None):
    """Return a shelf with these parts, each a list of tables of one document."""
    shelf = Shelf(count, min_words, bools(count, *frozen), wanted)
    for lot in lots:
        docs = sorted({doc for table in lot for doc in table["doc"].tolist()})
        shelf.add(Part(Table.joined(SEGMENTS, lot)), documents_of(*docs), [])
    return shelf


@st.composite
def lots(draw):
    """Parts with the segments of up to six documents, in any order of parts."""
    docs = draw(st.permutations(range(draw(st.integers(0, 6)))))
    cut = draw(st.integers(0, len(docs)))
    return [[draw(pages(doc)) for doc in sorted(some)] for some in (docs[:cut], docs[cut:])]


def test_an_empty_shelf_holds_nothing():
    shelf = Shelf(3, 5, bools(3))
    assert shelf.recurring().tolist() == shelf.recurring(3).tolist() == []
    shelf.mark(NO_KEYS)
    shelf.mark_all()
    shelf.wake(ints(1))
    for table in (shelf.alike(), shelf.alike(2), shelf.with_facts(NO_KEYS), shelf.mattering(), shelf.segments):
        assert len(table) == 0
    assert len(shelf.documents) == len(shelf.first_documents) == len(shelf.facts_of(bools(3, 0, 1, 2))) == 0


@given(lots(), SLICES)
@SOME
def test_the_keys_that_occur_more_than_once_recur_in_any_number_of_slices(lots, slices):
    count = Counter(one["key_lo"] for one in rows_of(lots))
    assert shelf_of(*lots).recurring(slices).tolist() == sorted(key for key, n in count.items() if n > 1)


def alike(rows):
    """Return the first row of each text whose facts another text shares, in reading order."""
    first = {}
    for one in rows:
        first.setdefault(one["key_lo"], one)
    shared = Counter(one["facts"] for one in first.values())
    return [tuple(one[name] for name in NO_TEXTS.columns) for one in first.values() if shared[one["facts"]] > 1]


def tuples(table):
    assert table.columns.keys() == NO_TEXTS.columns.keys()
    return list(zip(*told(table).values(), strict=True))


WANTED = st.none() | SOME_KEYS.map(lambda keys: ints(*keys))


@given(lots(), SLICES, st.integers(0, 7), st.sets(st.integers(0, 5)), WANTED)
@SOME
def test_texts_that_share_their_facts_may_be_alike(lots, slices, min_words, frozen, wanted):
    compared = [
        one
        for one in rows_of(lots)
        if one["words"] >= min_words
        and not (one["doc"] in frozen and wanted is not None and one["key_lo"] not in wanted)
    ]
    shelf = shelf_of(*lots, min_words=min_words, frozen=frozen, wanted=wanted)
    assert tuples(shelf.alike()) == alike(compared)
    assert sorted(tuples(shelf.alike(slices))) == sorted(alike(compared))
    assert sorted(shelf.facts_of(bools(9, 1, 2))) == sorted(one["facts"] for one in compared if one["doc"] in (1, 2))


def test_texts_that_may_be_alike_are_in_reading_order_in_any_number_of_slices():
    table = page(0, 1, 2, 3, 4)
    table["facts"][:] = [8, 7, 8, 7]
    shelf = shelf_of([table])
    assert tuples(shelf.alike(2)) == tuples(shelf.alike(1))


@pytest.mark.parametrize(
    ("facts", "keys", "found"),
    [
        pytest.param([], [], [], id="no texts"),
        pytest.param([7, 7], [1, 1], [], id="a text is not like itself"),
        pytest.param([7, 8], [1, 2], [], id="other facts"),
        pytest.param([7, 8, 7], [1, 2, 3], [0, 2], id="two texts of the same facts"),
        pytest.param([7, 7, 7, 7], [2, 1, 2, 3], [0, 1, 3], id="of one text the first place"),
    ],
)
def test_texts_are_alike_if_they_are_two_of_the_same_facts(facts, keys, found):
    table = page(0, *keys)
    table["facts"][:] = facts
    assert texts_alike(table)["line"].tolist() == found


def brute_against(rows):
    pointed = {(one["doc"], one[name]) for one in rows for name in ("head", "container") if one[name] >= 0}
    return [
        one["rule"] >= 0
        or one["block"] != 0
        or bool(one["witnesses"] & STUB)
        or one["head"] >= 0
        or one["container"] >= 0
        or (one["sentence"] < 0 and (one["doc"], one["line"]) in pointed)
        for one in rows
    ]


@given(st.lists(pages(0), max_size=1), st.lists(pages(3), max_size=1))
@settings(deadline=None)
def test_rules_blocks_stubs_and_pointers_speak_against_a_row(one, other):
    rows = rows_of([one, other])
    table = table_of(rows)
    assert speaks_against(table).tolist() == speaks_against(Part(table)).tolist() == brute_against(rows)


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"witnesses": 15}, [], id="witnesses alone"),
        pytest.param({"allowed": True}, [], id="what the user allows"),
        pytest.param({"rule": 0}, [1], id="a rule"),
        pytest.param({"block": RELATED}, [1], id="a block"),
        pytest.param({"witnesses": STUB}, [1], id="a stub"),
        pytest.param({"container": 0}, [0, 1], id="a teaser, and the line that it repeats"),
        pytest.param({"head": 2}, [1, 2], id="a line after its like, and the like"),
    ],
)
def test_what_speaks_against_a_row(change, rows):
    table = page(4, 1, 2, 3)
    for name, value in change.items():
        table[name][1] = value
    assert np.flatnonzero(speaks_against(table)).tolist() == rows


def expected(rows, keys):
    """Return the places of all rows of lines of which one row matters."""
    against = brute_against(rows)
    lines = {(r["doc"], r["line"]) for r, said in zip(rows, against, strict=True) if said or r["key_lo"] in keys}
    return [(r["doc"], r["line"], r["sentence"]) for r in rows if (r["doc"], r["line"]) in lines]


@given(lots(), SOME_KEYS, SOME_KEYS)
@SOME
def test_a_line_matters_with_all_its_sentences_if_one_of_its_rows_does(lots, keys, more):
    rows = rows_of(lots)
    shelf = shelf_of(*lots)
    assert places(shelf.mattering()) == []
    shelf.mark(ints(*keys))
    assert places(shelf.mattering()) == expected(rows, keys)
    shelf.wake(ints(*more))
    assert places(shelf.mattering()) == expected(rows, {*keys, *more})
    shelf.mark_all()
    assert places(shelf.mattering()) == places(shelf.segments) == [(r["doc"], r["line"], r["sentence"]) for r in rows]


def test_only_lines_with_these_keys_matter():
    shelf = shelf_of([page(0, 1, (2, 3, 4)), page(2, 5)], [page(1, 3, 6)])
    shelf.mark(ints(3))
    assert places(shelf.mattering()) == [(0, 1, -1), (0, 1, 0), (0, 1, 1), (1, 0, -1)]
    assert shelf.mattering()["key_lo"].tolist() == [2, 3, 4, 3]
