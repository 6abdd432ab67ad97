"""The closed word classes: light words, and what negates."""

import pytest

from dedup.repeats.words import ARTICLES, LIGHT, NEGATIONS, TEASER_LIGHT, is_negation


@pytest.mark.parametrize(
    "words", [ARTICLES, LIGHT, TEASER_LIGHT, NEGATIONS], ids=["articles", "light", "teaser", "negations"]
)
def test_all_words_are_case_folded_single_words(words):
    assert [w for w in words if w != w.casefold() or not w or " " in w] == []


def test_articles_are_light_and_light_words_are_light_in_teasers():
    assert ARTICLES < LIGHT < TEASER_LIGHT


def test_nothing_that_negates_is_light():
    assert set() == TEASER_LIGHT & NEGATIONS


@pytest.mark.parametrize("word", ["against", "before", "after", "under", "over", "gegen", "contre", "против", "проти"])
def test_a_preposition_that_says_something_is_not_light(word):
    assert word not in TEASER_LIGHT


@pytest.mark.parametrize("word", ["die", "no", "sin"])
def test_a_word_with_weight_in_another_language_is_not_light(word):
    assert word not in LIGHT


@pytest.mark.parametrize(
    "word", ["dos", "son", "war", "ten"], ids=["Spanish two", "English son", "English war", "English ten"]
)
def test_a_number_or_noun_of_another_language_is_not_light(word):
    assert word not in TEASER_LIGHT


@pytest.mark.parametrize("word", ["the", "der", "la", "el", "il", "um", "een", "w", "в", "із"])
def test_each_language_has_light_words(word):
    assert word in LIGHT


@pytest.mark.parametrize(
    "word",
    (
        "not never don't isn't nicht keine pas sans nunca sin non senza não sem geen zonder nie bez не без ні немає"
    ).split(),
)
def test_negations_of_all_languages_are_known(word):
    assert is_negation(word)


@pytest.mark.parametrize("word", ["", "the", "note", "ant", "night", "kleine", "нести", "sind"])
def test_other_words_do_not_negate(word):
    assert not is_negation(word)
