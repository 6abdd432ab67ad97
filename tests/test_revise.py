"""Cutting documents and analysing what is left: positions are those of the original text, whatever went before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Config, Document
from dedup.parts import FilePart
from dedup.revise import line_breaks, revise
from dedup.run import clean_documents
from dedup.tables import NO_TEXTS, SEGMENTS
from tests.cutting import ANALYSE, Cut
from tests.strategies import SENTENCES, corpora


def some_rows(data, cut):
    """Draw the rows that go in one round: lines and sentences of some documents."""
    going = {}
    for doc, table in cut.table.items():
        rows = data.draw(st.sets(st.integers(0, len(table) - 1), max_size=6)) if len(table) else set()
        if rows:
            going[doc] = rows
    return going


@given(corpora(3), st.data())
@settings(deadline=None, max_examples=60)
def test_rounds_of_cuts_leave_what_cutting_the_text_by_hand_leaves(corpus, data):
    cut = Cut([document.text for document in corpus])
    for _ in range(3):
        cut.revise(some_rows(data, cut))


ONE, TWO, THREE = SENTENCES[0], SENTENCES[1], SENTENCES[3]
PAGE = f"{TWO}\n\n{ONE} {TWO} {THREE}\n\n{THREE}\n"


def keys_of(table, rows):
    return sorted(table["key_lo"][rows].tolist())


@given(corpora(3), st.data())
@settings(deadline=None, max_examples=50)
def test_only_texts_of_lines_that_are_not_as_in_the_original_are_new(corpus, data):
    cut = Cut([document.text for document in corpus])
    for _ in range(2):
        found = cut.revise(some_rows(data, cut))
        assert found.novel.columns.keys() == NO_TEXTS.columns.keys()
        for doc in found.docs.tolist():
            table = cut.table[doc]
            new = ~np.isin(table["line"], list(cut.uncut(doc)))
            assert set(keys_of(found.novel, found.novel["doc"] == doc)) <= set(keys_of(table, new))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param({3}, id="the middle"),
        pytest.param(
            {2},
            id="the first",
        ),
        pytest.param(
            {4},
            id="the last",
        ),
    ],
)
def test_all_texts_of_a_line_that_lost_a_sentence_are_new(rows):
    cut = Cut([PAGE])
    found = cut.revise({0: rows})
    table = cut.table[0]
    assert len(table) == 5
    assert keys_of(found.novel, slice(None)) == keys_of(table, table["line"] == 1)


def test_a_line_that_lost_a_sentence_before_is_still_new_when_another_line_goes():
    cut = Cut([PAGE])
    cut.revise({0: {3}})
    found = cut.revise({0: {0}})
    assert keys_of(found.novel, slice(None)) == keys_of(cut.table[0], cut.table[0]["line"] == 0)


def test_what_is_left_of_a_line_goes_in_the_same_run_if_it_is_nearly_another():
    short = "The ferryman waited there. Nobody returned to Sandholm. The little boat sank."
    texts = [
        f"{TWO}\n\n{ONE}\n\n{short}\n",
        f"{THREE}\n\n{ONE} {short.replace('returned', 'retrned')}\n\n{SENTENCES[4]}\n",
    ]
    config = Config(workers=1)
    once = clean_documents([Document(f"{k}/1.txt", text, str(k)) for k, text in enumerate(texts)], config)
    again = clean_documents([one.document._replace(text=one.text) for one in once], config)
    assert again.removals == []


@pytest.mark.parametrize(
    ("rows", "cuts", "left"),
    [
        pytest.param({0}, [TWO + "\n\n"], PAGE[len(TWO) + 2 :], id="a line"),
        pytest.param({3}, [TWO + " "], PAGE.replace(f" {TWO} ", " "), id="a sentence"),
        pytest.param(
            {1, 2, 4}, [f"{ONE} {TWO} {THREE}\n\n", "", ""], f"{TWO}\n\n{THREE}\n", id="a line and sentences of it"
        ),
        pytest.param(
            {2, 3, 4}, [f"{ONE} {TWO} {THREE}\n\n", "", ""], f"{TWO}\n\n{THREE}\n", id="all sentences of a line"
        ),
        pytest.param({0, 1, 5}, [f"{TWO}\n\n", f"{ONE} {TWO} {THREE}\n\n", THREE], "\n", id="all lines"),
    ],
)
def test_each_row_takes_what_goes_with_it(rows, cuts, left):
    cut = Cut([PAGE])
    found = cut.revise({0: rows})
    assert [PAGE[a:b] for a, b in found.cuts.tolist()] == cuts
    assert cut.now(0) == left


def test_a_cut_of_a_later_round_holds_what_went_before():
    cut = Cut([PAGE])
    cut.revise({0: {3}})
    found = cut.revise({0: {1}})
    assert [PAGE[a:b] for a, b in found.cuts.tolist()] == [f"{ONE} {TWO} {THREE}\n\n"]
    assert cut.now(0) == f"{TWO}\n\n{THREE}\n"


def test_a_document_that_lost_all_has_no_segments():
    cut = Cut(["one\n", PAGE])
    found = cut.revise({0: {0}, 1: {0}})
    assert found.documents["doc"].tolist() == [0, 1]
    assert set(found.part["doc"].tolist()) == {1}


def test_no_documents_give_none():
    found = revise(Cut([]).cutting({}), [], None, ANALYSE)
    assert (len(found.cuts), len(found.part), len(found.documents), len(found.novel)) == (0, 0, 0, 0)


@given(corpora(3), st.data())
@settings(deadline=None, max_examples=15)
def test_segments_in_a_file_are_those_in_memory(tmp_path_factory, corpus, data):
    cut, filed = (Cut([document.text for document in corpus]) for _ in range(2))
    for number in range(2):
        going = some_rows(data, cut)
        path = tmp_path_factory.mktemp("parts") / f"{number}"
        here, there = cut.revise(going), filed.revise(going, path)
        assert isinstance(there.part, FilePart)
        assert path.is_file()
        for name, kind in SEGMENTS.items():
            assert there.part[name].dtype == here.part[name].dtype == kind
            assert there.part[name].tolist() == here.part[name].tolist()
        assert {n: c.tolist() for n, c in there.novel.columns.items()} == {
            n: c.tolist() for n, c in here.novel.columns.items()
        }


@given(st.lists(st.integers(0, 4), unique=True, max_size=4).map(sorted), st.sets(st.integers(0, 5), min_size=1))
@settings(deadline=None, max_examples=25)
def test_some_of_the_documents_are_cut_as_with_the_others(docs, rows):
    cut = Cut([PAGE] * 5)
    cut.revise({doc: {3} for doc in range(0, 5, 2)})
    everything = cut.cutting({doc: {row for row in rows if row < len(cut.table[doc])} for doc in range(5)})
    alone = cut.cutting({doc: {row for row in rows if row < len(cut.table[doc])} for doc in docs})
    if docs:
        assert [c.tolist() for c in everything.take(np.array(docs))] == [c.tolist() for c in alone]


@given(st.lists(st.text("a\n\r北\U0001f600", max_size=8), max_size=4))
@settings(deadline=None)
def test_line_breaks_are_found_in_texts_that_follow_one_another(texts):
    text = "".join(texts)
    assert line_breaks(texts).tolist() == [k for k, character in enumerate(text) if character == "\n"]
