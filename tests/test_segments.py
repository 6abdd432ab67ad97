"""The rows of a pass: texts numbered by first place, and the ways from a line to its row and sentences."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.segments import Segments
from dedup.tables import NO_SEGMENTS, SEGMENTS, Table
from tests.tabled import page, pages, told


def segments(*tables):
    return Segments(Table.joined(SEGMENTS, tables))


def keyed(*keys):
    """Return lines with these keys, each two halves."""
    table = page(0, *(low for _, low in keys))
    table["key_hi"][:] = [high for high, _ in keys]
    return Segments(table)


SOME = settings(deadline=None, max_examples=30)
TABLES = st.tuples(pages(0), pages(3), pages(4))
PAIRS = st.lists(st.tuples(st.integers(-1, 1), st.integers(-2, 2)), max_size=9)
BOTH = PAIRS | PAIRS.map(lambda pairs: [(low // 2, low) for _, low in pairs])  # the other half differs, or follows


@given(BOTH)
@settings(deadline=None)
def test_texts_are_numbered_by_their_first_place(keys):
    s = keyed(*keys)
    first = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    assert s.text.tolist() == [first[key] for key in keys]
    assert s.texts == len(first)


def test_two_texts_that_agree_in_one_half_of_their_keys_are_two():
    s = keyed((1, 7), (2, 7), (1, 7), (2, 8), (-1, 7))
    assert (s.text.tolist(), s.texts) == ([0, 1, 0, 2, 3], 4)


@given(BOTH, st.lists(st.integers(-4, 4)))
@settings(deadline=None)
def test_texts_are_found_by_the_lower_halves_of_their_keys(keys, wanted):
    s = keyed(*keys)
    numbers = {}
    for text, (_, low) in zip(s.text.tolist(), keys, strict=True):
        numbers.setdefault(low, set()).add(text)
    found = s.texts_of(np.array(wanted, dtype=np.int64)).tolist()
    assert len(found) == len(wanted)
    for key, number in zip(wanted, found, strict=True):
        assert number in numbers.get(key, {-1})


@given(TABLES)
@SOME
def test_rows_of_lines_are_found_by_document_and_number(tables):
    s = segments(*tables)
    lines = np.flatnonzero(s.is_line)
    assert s.row_of(s.doc[lines], s.line[lines]).tolist() == lines.tolist()
    assert s.row_of(s.doc[lines[::-1]], s.line[lines[::-1]]).tolist() == lines[::-1].tolist()


@given(TABLES)
@SOME
def test_every_row_knows_its_line_and_every_line_its_sentences(tables):
    s = segments(*tables)
    line = -1
    for row, sentence in enumerate(s.sentence.tolist()):
        line = row if sentence < 0 else line
        assert s.line_row[row] == line
        assert s.is_line[row] == (sentence < 0)
    for row in np.flatnonzero(s.is_line).tolist():
        own = [k for k in range(s.count) if s.line_row[k] == row and k != row]
        assert list(s.sentences_of(row)) == own


@given(TABLES)
@SOME
def test_the_atoms_say_every_word_once(tables):
    s = segments(*tables)
    atoms = np.flatnonzero(s.is_atom).tolist()
    assert atoms == [k for k in range(s.count) if not len(s.sentences_of(k)) or not s.is_line[k]]


@given(TABLES)
@SOME
def test_the_columns_are_those_of_the_table(tables):
    s, table = segments(*tables), told(Table.joined(SEGMENTS, tables))
    for name in set(SEGMENTS) - {"key_hi", "key_lo", "facts"}:
        assert getattr(s, name).tolist() == table[name], name
    assert s.key.tolist() == table["key_lo"]


def test_without_rows_nothing_is_found():
    s = Segments(NO_SEGMENTS)
    assert (s.count, s.texts, len(s.text), len(s.line_row)) == (0, 0, 0, 0)
    assert s.texts_of(np.array([1, 2])).tolist() == [-1, -1]
    assert s.row_of(s.doc, s.line).tolist() == []


@given(BOTH)
@settings(deadline=None)
def test_texts_have_keys_by_which_they_are_found_again(keys):
    s = keyed(*keys)
    high, low = s.keys_of(s.text)
    assert list(zip(high.tolist(), low.tolist(), strict=True)) == keys
    assert s.texts_with(high, low).tolist() == s.text.tolist()
    others = [key for high in range(-3, 3) for low in range(-3, 3) if (key := (high, low)) not in keys]
    columns = (np.array(column, dtype=np.int64) for column in zip(*others, strict=True))
    assert (s.texts_with(*columns) == -1).all()


@given(TABLES, st.integers(0, 1000))
@SOME
def test_places_sort_like_the_order_of_reading_in_all_shards(tables, base):
    s = Segments(Table.joined(SEGMENTS, tables), base)
    assert (np.diff(s.place) > 0).all()
    assert (s.place >> 32).tolist() == [base + doc for doc in s.doc.tolist()]
    assert s.row_at(s.place).tolist() == list(range(s.count))
    assert s.has(s.place).all()
    assert not s.has(s.place + (np.int64(500) << 32)).any()
