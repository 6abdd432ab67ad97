"""No rule hits an article sentence, however much it looks like debris; and every phrase has one home."""

import re
from collections import Counter, defaultdict
from importlib import resources

import pytest

from dedup.rules.check import _hits, good_sentences
from dedup.rules.matcher import Matcher
from dedup.rules.pack import core_rules
from dedup.rules.rule import LANGUAGES

TEXT = (resources.files("dedup.rules") / "good.txt").read_text(encoding="utf-8")
_HEADING = re.compile(r"# -+ ([a-z]{2}(?:, [a-z]{2})*)(?:: (.+?))? -+")


def by_languages():
    """The lines of good.txt by the languages of their heading; the opening comment is no heading."""
    found = defaultdict(list)
    languages = None
    for line in TEXT.splitlines():
        if heading := _HEADING.fullmatch(line):
            languages = tuple(heading[1].split(", "))
        elif line.strip() and not line.startswith("#"):
            found[languages].append(line)
    return found


GOOD = by_languages()


@pytest.fixture(scope="module")
def everything():
    return Matcher(core_rules(), preview=True)


@pytest.mark.parametrize("languages", GOOD, ids=lambda languages: " ".join(languages))
def test_no_rule_hits_an_article_sentence(everything, languages):
    assert {text: hit for text in GOOD[languages] if (hit := _hits(everything, text))} == {}


def test_the_check_would_see_a_hit(everything):
    assert _hits(everything, "Advertisement") == "AD001 ('advertisement')"


def test_every_line_stands_under_a_heading_and_is_checked():
    assert None not in GOOD
    assert sorted(text for lines in GOOD.values() for text in lines) == sorted(good_sentences())


def test_every_comment_but_the_first_two_is_a_heading():
    comments = [line for line in TEXT.splitlines() if line.startswith("#")]
    assert [line for line in comments[2:] if not _HEADING.fullmatch(line)] == []


def test_no_line_stands_there_twice():
    assert [text for text, times in Counter(good_sentences()).items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_sentences(language):
    assert len(GOOD[language,]) >= 20


def test_the_headings_name_the_languages_of_the_rules_and_no_others():
    assert {language for languages in GOOD for language in languages} == set(LANGUAGES)


@pytest.mark.parametrize(
    ("language", "pattern"),
    [
        pytest.param("de", r"^Anzeige\b", id="Anzeige, which is a complaint too, at the start of a line"),
        pytest.param("de", r"\w.* Anzeige\b", id="Anzeige in the sentence"),
        pytest.param("de", r"^Quelle:", id="Quelle: under a table"),
        pytest.param("de", r"\bQuelle des Flusses\b", id="Quelle, which is a spring too"),
        pytest.param("es", r"\w.* sigue leyendo\b", id="sigue leyendo in the sentence"),
        pytest.param("es", r"^Sigue leyendo\b", id="Sigue leyendo at the start of a line"),
        pytest.param("ru", r"^Ранее\b", id="Ранее"),
        pytest.param("ru", r"^По материалам\b", id="По материалам"),
        pytest.param("en", r"^Bake the cookies\b", id="a cookie recipe"),
        pytest.param("en", r"^We use cookies\b", id="We use cookies, from a bakery"),
        pytest.param("de", r"^Wir verwenden Cookies\b", id="Wir verwenden Cookies, and mix them with butter"),
        pytest.param("en", r"^Sign up for the Disney\+ bundle\b", id="the sign-up of a Disney+ bundle"),
    ],
)
def test_what_means_two_things_is_among_the_sentences(language, pattern):
    assert [text for text in GOOD[language,] if re.search(pattern, text)]


def homes():
    """The whole-line rules of each confirmed phrase."""
    found = defaultdict(set)
    for rule in core_rules():
        for phrase in rule.phrases:
            if rule.match == "line" and not phrase.preview:
                found[phrase.folded].add(rule.code)
    return found


@pytest.mark.parametrize("language", [*LANGUAGES, "any"])
def test_no_confirmed_phrase_stands_in_two_whole_line_rules(language):
    known = homes()
    phrases = {
        p.folded for rule in core_rules() if rule.match == "line" for p in rule.phrases if p.language == language
    }
    assert {p: codes for p in sorted(phrases) if len(codes := known.get(p, ())) > 1} == {}
