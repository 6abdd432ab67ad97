"""The shelf between passes: documents as they are now, as they were read, and what each of them wakes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.parts import FilePart, Part, write_part
from dedup.shelf import NO_KEYS, Shelf
from dedup.tables import SEGMENTS, Table
from tests.tabled import documents_of, page, pages, places, told

NONE = np.zeros(9, dtype=np.bool_)


def ints(*values):
    return np.array(values, dtype=np.int64)


def bools(*true):
    return np.isin(np.arange(9), true)


def joined(*tables):
    return Part(Table.joined(SEGMENTS, tables))


@pytest.fixture
def shelf():
    """Documents 0, 2 and 4 in one part, 1 in another; texts 1 to 4, one a line."""
    shelf = Shelf(9, 5, NONE)
    for pages_of in ([page(0, 1, 2), page(2, 3), page(4, 4)], [page(1, 1, 3)]):
        docs = [int(table["doc"][0]) for table in pages_of]
        for table in pages_of:
            table["facts"][:] = 7
        shelf.add(joined(*pages_of), documents_of(*docs), [])
    shelf.mark_all()
    return shelf


def keys(table):
    return [(doc, key) for doc, key in zip(table["doc"].tolist(), table["key_lo"].tolist(), strict=True)]


READ = [(0, 1), (0, 2), (1, 1), (1, 3), (2, 3), (4, 4)]


def cut(shelf, *tables, matter=(1, 2, 3, 4, 5), stays=NONE, facts=7):
    """Let documents be what these tables say."""
    docs = [int(table["doc"][0]) for table in tables]
    now = documents_of(*docs)
    now["words"][:] += 1
    for table in tables:
        table["facts"][:] = facts
    shelf.replace(joined(*tables), now, [], ints(*matter), stays)


def test_at_first_documents_are_as_they_were_read(shelf):
    assert keys(shelf.mattering()) == keys(shelf.segments) == READ
    assert told(shelf.documents) == told(shelf.first_documents) == told(documents_of(0, 1, 2, 4))


def test_a_document_that_was_cut_is_what_is_left_of_it(shelf):
    cut(shelf, page(0, 2))
    assert keys(shelf.mattering()) == [(0, 2), (1, 1), (1, 3), (2, 3), (4, 4)]
    assert shelf.documents["words"].tolist() == [1, 10, 20, 40]
    cut(shelf, page(0, 5), page(4, 1))
    assert keys(shelf.mattering()) == [(0, 5), (1, 1), (1, 3), (2, 3), (4, 1)]
    assert shelf.documents["words"].tolist() == [1, 10, 20, 41]


def test_what_was_read_stays_what_it_was(shelf):
    cut(shelf, page(0, 2))
    shelf.drop(ints(2, 4))
    assert keys(shelf.segments) == READ
    assert told(shelf.first_documents) == told(documents_of(0, 1, 2, 4))


def test_a_document_that_is_put_back_is_what_was_read_and_no_other_is(shelf):
    cut(shelf, page(0, 2), page(4, 1))
    shelf.put_back(ints(0))
    assert keys(shelf.mattering()) == [*READ[:-1], (4, 1)]
    assert shelf.documents["words"].tolist() == [0, 10, 20, 41]


def test_a_document_that_stays_is_not_replaced(shelf):
    cut(shelf, page(0, 2), page(4, 1), stays=bools(0))
    assert keys(shelf.mattering()) == [*READ[:-1], (4, 1)]
    assert shelf.documents["words"].tolist() == [0, 10, 20, 41]


def test_a_document_that_is_dropped_is_gone_until_it_is_put_back(shelf):
    shelf.drop(ints(0, 4))
    assert keys(shelf.mattering()) == READ[2:-1]
    assert shelf.documents["doc"].tolist() == [1, 2]
    shelf.put_back(ints(4))
    assert keys(shelf.mattering()) == READ[2:]
    assert shelf.documents["doc"].tolist() == [1, 2, 4]


def test_a_document_that_was_never_read_is_in_no_table(shelf):
    shelf.put_back(ints(7))
    shelf.drop(ints(8))
    assert shelf.documents["doc"].tolist() == [0, 1, 2, 4]


def test_nothing_changes_when_nothing_is_replaced_put_back_or_dropped(shelf):
    before = told(shelf.mattering()), told(shelf.documents)
    shelf.put_back(NO_KEYS)
    shelf.drop(NO_KEYS)
    shelf.replace(joined(), documents_of(), [], ints(1), NONE)
    assert (told(shelf.mattering()), told(shelf.documents)) == before


def test_of_a_document_that_was_cut_only_lines_with_known_keys_matter_or_what_something_speaks_against(shelf):
    table = page(0, 1, (8, 3, 6), 6, 7)
    table["rule"][-1] = 5
    cut(shelf, table, matter=(3,))
    assert places(shelf.mattering())[:4] == [(0, 1, -1), (0, 1, 0), (0, 1, 1), (0, 3, -1)]
    shelf.wake(ints(6))
    assert places(shelf.mattering())[:5] == [(0, 1, -1), (0, 1, 0), (0, 1, 1), (0, 2, -1), (0, 3, -1)]


def test_a_text_that_wakes_while_its_document_is_cut_matters_when_that_is_put_back():
    shelf = Shelf(9, 5, NONE)
    shelf.add(joined(page(0, 1, 2)), documents_of(0), [])
    shelf.mark(NO_KEYS)
    cut(shelf, page(0, 2), matter=())
    shelf.wake(ints(1))
    assert keys(shelf.mattering()) == []
    shelf.put_back(ints(0))
    assert keys(shelf.mattering()) == [(0, 1)]


def test_only_texts_that_are_there_now_have_facts(shelf):
    assert keys(shelf.with_facts(ints(7).astype(np.uint64))) == [(0, 1), (0, 2), (1, 3), (4, 4)]
    cut(shelf, page(0, 5))
    shelf.drop(ints(4))
    assert keys(shelf.with_facts(ints(7).astype(np.uint64))) == [(0, 5), (1, 1), (1, 3)]
    assert keys(shelf.with_facts(ints(8).astype(np.uint64))) == []


def test_a_text_that_shares_its_facts_with_no_other_here_may_share_them_with_one_elsewhere(shelf):
    shelf.drop(ints(1, 2, 4))
    cut(shelf, page(0, 5))
    assert keys(shelf.with_facts(ints(7).astype(np.uint64))) == [(0, 5)]


def test_the_facts_of_documents_are_those_of_what_is_there_now(shelf):
    cut(shelf, page(0, 5), facts=9)
    shelf.drop(ints(4))
    assert shelf.facts_of(bools(0)).tolist() == [9]
    assert sorted(shelf.facts_of(bools(0, 1, 4)).tolist()) == [7, 7, 9]
    assert shelf.facts_of(NONE).tolist() == []


def test_the_facts_of_a_document_that_was_cut_are_not_those_that_were_read(shelf):
    cut(shelf, page(0, 5), facts=9)
    assert shelf.facts_of(bools(0, 2)).tolist() == [7, 9]


def test_shorter_texts_have_no_facts_to_compare(shelf):
    table = page(0, 5, 6)
    table["words"][:] = [4, 5]
    cut(shelf, table)
    assert (0, 5) not in keys(shelf.with_facts(ints(7).astype(np.uint64)))
    assert shelf.facts_of(bools(0)).tolist() == [7]


def test_phrases_are_numbered_among_those_of_all_parts(shelf):
    for doc in (5, 6):
        table = page(doc, 1, 2, 3)
        table["phrase"][:], table["rule"][:] = [1, -1, 0], [1, 1, 1]
        shelf.add(joined(table), documents_of(doc), [f"first {doc}", f"second {doc}"])
    table = page(5, 4)
    table["phrase"][:], table["rule"][:] = 0, 1
    shelf.replace(joined(table), documents_of(5), ["third 5"], ints(), NONE)
    shelf.mark(NO_KEYS)
    found = shelf.mattering()
    said = [shelf.phrases[k] if k >= 0 else None for k in found["phrase"].tolist()]
    assert said == ["third 5", "second 6", None, "first 6"]


@given(st.lists(pages(0), min_size=1, max_size=3), st.sets(st.integers(-7, 7)).map(sorted))
@settings(deadline=None, max_examples=30)
def test_parts_in_files_are_held_as_parts_in_memory(tmp_path_factory, tables, some):
    path = tmp_path_factory.mktemp("parts")
    here, there = Shelf(9, 5, NONE), Shelf(9, 5, NONE)
    for number, table in enumerate(tables):
        table["doc"][:] = number
        write_part(path / str(number), table)
        here.add(Part(table), documents_of(number), [])
        there.add(FilePart(path / str(number)), documents_of(number), [])
    for one in (here, there):
        one.mark(ints(*some))
    assert told(here.mattering()) == told(there.mattering())
    assert told(here.alike()) == told(there.alike())
    assert here.recurring(2).tolist() == there.recurring(2).tolist()
