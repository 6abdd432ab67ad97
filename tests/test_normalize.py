"""What the compared forms of a text fold away (how it is set), and what they keep (what it says)."""

import unicodedata
from hashlib import blake2b

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.normalize import count_words, fold, key_of, normalize, tidy, view

ANY_TEXT = st.text(max_size=80)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("the ferry sails at noon", id="plain English"),
        pytest.param("паром отходит в полдень", id="Russian"),
        pytest.param("el tren salió tarde", id="an accent"),
        pytest.param("100 %", id="a unit at the end"),
        pytest.param("who pays?", id="a question"),
        pytest.param("€5 a day", id="a currency sign at the start"),
        pytest.param("it's late, isn't it", id="apostrophes and a comma inside"),
    ],
)
def test_a_text_in_compared_form_stays_as_it_is(text):
    assert normalize(text) == text


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        pytest.param("“Wait here”, he said", '"Wait here", he said', id="curly quotes"),
        pytest.param("„Warte hier“, sagte er", '"Warte hier", sagte er', id="low German quotes"),
        pytest.param("«Жди здесь», сказал он", '"Жди здесь", сказал он', id="guillemets"),
        pytest.param("it’s late", "it's late", id="a curly apostrophe"),
        pytest.param("a wet – and windy – day", "a wet - and windy - day", id="en dashes"),
        pytest.param("a wet — and windy — day", "a wet - and windy - day", id="em dashes"),
        pytest.param("five\u00a0miles", "five miles", id="a no-break space"),
        pytest.param("five\u2009miles\u3000off", "five miles off", id="thin and ideographic spaces"),
        pytest.param("five \t  miles", "five miles", id="runs of spaces"),
        pytest.param("news\u00adpaper", "newspaper", id="a soft hyphen"),
        pytest.param("news\u200bpaper\ufeff", "newspaper", id="zero-width characters"),
        pytest.param("and so on…", "and so on...", id="an ellipsis"),
        pytest.param("THE FERRY SAILS", "the ferry sails", id="capitals"),
        pytest.param("ПАРОМ ОТХОДИТ", "паром отходит", id="Cyrillic capitals"),
        pytest.param("STRASSE", "straße", id="capital sharp s"),
        pytest.param("cafe\u0301 noir", "café noir", id="a combining accent"),
        pytest.param("ﬁve ﬂoors", "five floors", id="ligatures"),
        pytest.param("ＡＢＣ　１２", "ABC 12", id="full-width letters"),
        pytest.param("• The ferry sails.", "the ferry sails", id="a bullet and a full stop"),
        pytest.param('"The ferry sails."', "the ferry sails", id="quotes around"),
        pytest.param("- The ferry sails -", "the ferry sails", id="dashes around"),
        pytest.param("The ferry sails!!!", "the ferry sails", id="exclamation marks"),
    ],
)
def test_setting_is_folded_away(text, same_as):
    assert normalize(text) == normalize(same_as)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        pytest.param("The ferry sails?", "The ferry sails.", id="a question and a statement"),
        pytest.param("-5 degrees", "5 degrees", id="a sign before a number"),
        pytest.param("+5 degrees", "5 degrees", id="a plus before a number"),
        pytest.param("5 %", "5 €", id="units at the end"),
        pytest.param("#12 in the list", "12 in the list", id="a number sign"),
        pytest.param("@harbour", "harbour", id="an address"),
        pytest.param("Вера ушла", "Века ушла", id="one Cyrillic letter"),
        pytest.param("東京", "京都", id="Han characters"),
        pytest.param("été", "ete", id="accents"),
        pytest.param("✓", "✗", id="a tick and a cross"),
        pytest.param("▲ 4", "▼ 4", id="arrows up and down"),
        pytest.param("1.5 million", "15 million", id="a decimal point"),
    ],
)
def test_what_a_text_says_is_not_folded_away(text, other):
    assert normalize(text) != normalize(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("-5 degrees", "-5 degrees", id="minus"),
        pytest.param("−5 degrees", "-5 degrees", id="the true minus sign"),
        pytest.param("(+3) in the second half", "+3) in the second half", id="after a bracket"),
        pytest.param('"-5" was shown', '-5" was shown', id="after a quote"),
    ],
)
def test_a_sign_before_a_number_stays(text, expected):
    assert normalize(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("- 5 degrees", "5 degrees", id="a list dash before a number"),
        pytest.param("-five degrees", "five degrees", id="a dash before a word"),
        pytest.param("--", "", id="nothing else"),
    ],
)
def test_a_dash_that_is_no_sign_goes(text, expected):
    assert normalize(text) == expected


def test_tidy_keeps_case_and_edges():
    assert tidy("  – «Прибыл\u00a0ПОЕЗД». ") == '- "Прибыл ПОЕЗД".'


def test_fold_keeps_edge_punctuation():
    assert fold("  Read More: ") == "read more:"


def test_view_holds_the_same_text_in_all_forms():
    form = view(" “Wait…” HE said ")
    assert form == ('"Wait..." HE said', '"wait..." he said', 'wait..." he said', 3)


@given(ANY_TEXT)
@settings(deadline=None)
def test_view_agrees_with_the_single_functions(text):
    form = view(text)
    assert form == (tidy(text), fold(text), normalize(text), count_words(normalize(text)))


@given(ANY_TEXT)
@settings(deadline=None)
def test_tidying_twice_changes_nothing_more(text):
    assert tidy(tidy(text)) == tidy(text)


@given(ANY_TEXT)
@settings(deadline=None)
def test_spaces_around_do_not_matter(text):
    assert normalize(f"\u00a0 {text}\t") == normalize(text)


@given(st.text(st.characters(categories=["L", "Nd", "Zs"]), max_size=60))
@settings(deadline=None)
def test_no_letter_and_no_digit_of_any_script_is_lost(text):
    def core(s):
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", s).casefold())
        return [c for c in folded if unicodedata.category(c)[0] in "LN" and c not in "ʼ`´′"]

    assert core(normalize(text)) == core(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", 0, id="empty"),
        pytest.param("ferry", 1, id="one word"),
        pytest.param("the ferry sails at noon", 5, id="five words"),
        pytest.param("паром отходит в полдень", 4, id="Russian"),
        pytest.param("an extraordinarilylongcompoundword", 2, id="a long Latin word is one word"),
        pytest.param("今日の午後に東京港から船が出る予定です", 10, id="Japanese: two characters are a word"),
    ],
)
def test_words_are_counted(text, words):
    assert count_words(text) == words


def test_a_key_is_the_blake2b_of_the_text():
    assert key_of("паром") == blake2b("паром".encode(), digest_size=16).digest()


def test_keys_never_change_between_releases():
    assert key_of("the ferry sails").hex() == "6bf2e9da0b7e84ff4684a213ccf74bd1"


def test_a_lone_surrogate_has_a_key():
    assert len(key_of("a\ud800b")) == 16
