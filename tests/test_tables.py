"""Tables: rows in order, lines whole, values among known ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.tables import DOCUMENTS, NO_DOCUMENTS, NO_SEGMENTS, NO_TEXTS, SEGMENTS, Table, among, in_order, whole_lines
from tests.tabled import page, pages, places, told

SCHEMA = {"doc": np.int32, "share": np.float64, "said": np.bool_}
ROWS = [(3, 0.5, True), (1, 0.25, False), (3, 1.0, False)]
NUMBERS = st.integers(-5, 5)


def rows_of(table):
    return list(zip(*told(table).values(), strict=True))


@pytest.mark.parametrize("rows", [ROWS, []], ids=["rows", "no rows"])
def test_a_table_of_rows_has_the_types_of_its_schema(rows):
    table = Table.of_rows(SCHEMA, rows)
    assert {name: column.dtype for name, column in table.columns.items()} == SCHEMA
    assert rows_of(table) == rows
    assert len(table) == len(rows)


def test_a_table_of_columns_takes_the_types_and_the_order_of_its_schema():
    given_columns = {"said": np.array([1, 0]), "more": np.zeros(2), "doc": np.array([7, 8]), "share": np.ones(2)}
    table = Table.of_columns(SCHEMA, given_columns)
    assert list(table.columns) == list(SCHEMA)
    assert {name: column.dtype for name, column in table.columns.items()} == SCHEMA
    assert rows_of(table) == [(7, 1.0, True), (8, 1.0, False)]


def test_tables_are_joined_one_after_the_other():
    tables = [Table.of_rows(SCHEMA, ROWS[:1]), Table.of_rows(SCHEMA, []), Table.of_rows(SCHEMA, ROWS[1:])]
    assert rows_of(Table.joined(SCHEMA, tables)) == ROWS
    assert rows_of(Table.joined(SCHEMA, [])) == []
    assert Table.joined(SCHEMA, []).columns.keys() == SCHEMA.keys()


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        pytest.param(np.array([2, 0]), [2, 0], id="numbers"),
        pytest.param(np.array([True, False, True]), [0, 2], id="a mask"),
        pytest.param(slice(1, 3), [1, 2], id="a slice"),
        pytest.param(np.array([], dtype=np.int64), [], id="none"),
    ],
)
def test_rows_are_taken(wanted, left):
    table = Table.of_rows(SCHEMA, ROWS)
    assert rows_of(table.take(wanted)) == [ROWS[k] for k in left]
    assert rows_of(table) == ROWS


def test_columns_are_taken_by_name():
    assert told(Table.of_rows(SCHEMA, ROWS).only(("said", "doc"))) == {"said": [True, False, False], "doc": [3, 1, 3]}


@given(st.lists(st.lists(st.tuples(NUMBERS, NUMBERS)), min_size=1, max_size=4))
@settings(deadline=None)
def test_rows_are_sorted_by_document_and_stay_in_order_within_one(lots):
    tables = [Table.of_rows({"doc": np.int32, "place": np.int64}, lot) for lot in lots]
    assert rows_of(in_order(tables)) == sorted((row for lot in lots for row in lot), key=lambda row: row[0])


def test_documents_in_order_are_left_as_they_are():
    table = page(2, 5, (4, 3, 2))
    assert in_order([table]) is table
    assert told(in_order([NO_SEGMENTS, table])) == told(table)


@given(st.lists(NUMBERS), st.sets(NUMBERS).map(sorted))
@settings(deadline=None)
def test_values_among_known_ones(values, known):
    found = among(np.array(values, dtype=np.int64), np.array(known, dtype=np.int64))
    assert found.dtype == np.bool_
    assert found.tolist() == [value in known for value in values]


def test_the_least_and_the_greatest_numbers_are_found_among_known_ones():
    edges = np.array([np.iinfo(np.int64).min, -1, 0, np.iinfo(np.int64).max])
    assert among(edges, edges).all()
    facts = np.array([0, 2**63, 2**64 - 1], dtype=np.uint64)
    assert among(facts, facts[1:]).tolist() == [False, True, True]


@given(pages(0), pages(4), st.data())
@settings(deadline=None)
def test_of_lines_all_rows_are_wanted_if_one_is(one, other, data):
    table = Table.joined(SEGMENTS, [one, other])
    wanted = np.array(data.draw(st.lists(st.booleans(), min_size=len(table), max_size=len(table))), dtype=np.bool_)
    lines = {place[:2] for place, said in zip(places(table), wanted.tolist(), strict=True) if said}
    assert whole_lines(table, wanted).tolist() == [place[:2] in lines for place in places(table)]


def test_of_no_lines_no_rows_are_wanted():
    assert whole_lines(NO_SEGMENTS, np.zeros(0, dtype=np.bool_)).tolist() == []


def test_the_empty_tables_have_the_columns_of_their_schemas():
    for table, schema in ((NO_SEGMENTS, SEGMENTS), (NO_DOCUMENTS, DOCUMENTS)):
        assert {name: column.dtype for name, column in table.columns.items()} == schema
        assert len(table) == 0
    assert {name: column.dtype for name, column in NO_TEXTS.columns.items()}.items() <= SEGMENTS.items()
