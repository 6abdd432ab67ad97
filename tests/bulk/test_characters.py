"""What the arrays say of a character is what Python and `normalize.py` say of it."""

import unicodedata
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.bulk import characters as module
from dedup.bulk.characters import Characters
from dedup.normalize import EDGE, UNSPACED, fold_character, tidy
from tests.bulk.batch import points_of

#: All characters of the planes in which texts are written but surrogates.
ALL = [chr(point) for point in (*range(0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE0200), 0x10FFFF)]
TRAITS = {
    module.KNOWN: lambda c: True,
    module.SPACE: str.isspace,
    module.EDGE_MARK: lambda c: c in EDGE,
    module.DIGIT: str.isdigit,
    module.WORD: lambda c: c.isalnum() or c == "_",
    module.ALPHANUMERIC: str.isalnum,
    module.UNSPACED_SIGN: lambda c: UNSPACED.fullmatch(c) is not None,
}


def folded_by(characters, character):
    """Return what the arrays say that a character folds to."""
    value = int(characters.folded[ord(character)])
    if value >= -1:
        return "" if value == -1 else chr(value)
    begin, end = characters.expansions[-2 - value].tolist()
    return "".join(map(chr, characters.pool[begin:end].tolist()))


@cache
def all_learnt():
    characters = Characters()
    characters.learn(points_of("".join(ALL)))
    return characters


def test_nothing_is_known_of_what_was_not_seen():
    characters = Characters()
    characters.learn(points_of(""))
    assert not characters.traits.any()
    characters.learn(points_of("aé"))
    assert np.flatnonzero(characters.traits).tolist() == [ord("a"), ord("é")]


def test_every_character_folds_as_it_does_alone():
    characters = all_learnt()
    assert [c for c in ALL if folded_by(characters, c) != fold_character(c)] == []


@pytest.mark.parametrize("bit", TRAITS)
def test_every_character_has_its_traits(bit):
    expected = np.array([bool(TRAITS[bit](c)) for c in ALL])
    assert expected.any()
    found = (all_learnt().traits[[ord(c) for c in ALL]] & bit) > 0
    assert [ALL[k] for k in np.flatnonzero(found != expected)] == []


@given(st.lists(st.text(max_size=6), max_size=6))
@settings(deadline=None)
def test_what_is_learnt_does_not_depend_on_the_order(texts):
    at_once, one_by_one = Characters(), Characters()
    at_once.learn(points_of("".join(texts)))
    for text in reversed(texts):
        one_by_one.learn(points_of(text))
    assert (at_once.traits == one_by_one.traits).all()
    for character in set("".join(texts)):
        assert folded_by(at_once, character) == folded_by(one_by_one, character) == fold_character(character)


@given(st.characters(exclude_categories=("Cs",)))
@settings(deadline=None)
def test_the_characters_that_one_folds_to_are_known_too(character):
    characters = Characters()
    characters.learn(points_of(character))
    known = {ord(c) for c in {character, *fold_character(character)}}
    assert set(np.flatnonzero(characters.traits).tolist()) >= known


def is_complex(character):
    return bool(all_learnt().traits[ord(character)] & module.COMPLEX)


def test_marks_and_conjoining_jamo_are_complex_and_letters_are_not():
    assert all(is_complex(c) for c in ALL if unicodedata.category(c)[0] == "M")
    assert all(map(is_complex, "\u1112\u1161\u11ab\ua960\ud7b0"))
    assert not any(map(is_complex, "aéßж北か가'’…ﬁ½²\u00a0\u200b\n¨"))


def folds_alone(before, character):
    alone = fold_character(before) + fold_character(character)
    return tidy(before + character).casefold() == " ".join(alone.split())


def test_what_is_not_complex_folds_the_same_whatever_stands_before():
    simple = [c for c in ALL if not is_complex(c)]
    befores = [c for c in "가ㅎｶe" if not is_complex(c)]
    assert [c for c in simple if not all(folds_alone(before, c) for before in befores)] == []
