"""The matcher: what hits, where it may stand, and what holds it back."""

import pytest

from dedup.normalize import view
from dedup.rules import matcher as module
from dedup.rules.matcher import Hit, Matcher, line_hit
from dedup.rules.rule import Pattern, Phrase, Rule, _fold_phrase

ANYWHERE = [(b, 19 - b) for b in range(20)]


def rule(match="line", phrases=(), patterns=(), **more):
    """Return a rule of one language, its phrases stable."""
    values = {
        "code": "AD900", "name": "own", "summary": "", "why": "", "match": match, "max_words": 12, "where": "any",
        "preview": False, "requires": (), "unless": (), "open_end": False,
    } | more  # fmt: skip
    found = tuple(p if isinstance(p, Phrase) else Phrase(p, _fold_phrase(p, match), "en", False) for p in phrases)
    return Rule(phrases=found, patterns=tuple(patterns), **values)


def pattern(source, *keywords, case=False, preview=False):
    return Pattern(source, keywords, "en", preview, case)


def hits(text, *rules, place=(0, 0), preview=False):
    """Return the phrase that hits a line as a whole, or None."""
    hit = Matcher(rules, preview).match_line(view(text), place)
    return hit.phrase if hit else None


def hits_sentence(text, *rules):
    hit = Matcher(rules).match_sentence(view(text))
    return hit.phrase if hit else None


def test_without_rules_nothing_hits():
    assert hits("Advertisement") is None
    assert hits_sentence("Advertisement") is None
    assert Matcher([]).keywords(view("Advertisement")) == set()


@pytest.mark.parametrize("text", ["", "   ", "...", "gap", "Mind the gap please", "Do mind the gap", "mindthegap"])
def test_another_line_is_no_whole_line_hit(text):
    assert hits(text, rule(phrases=["Mind the gap"])) is None


@pytest.mark.parametrize(
    "text", ["Mind the gap", "MIND THE GAP!", "– Mind\u00a0the gap –", "“Mind the gap.”", "• mind the  gap"]
)
def test_a_whole_line_hits_however_it_is_set(text):
    assert hits(text, rule(phrases=["Mind the gap"])) == "Mind the gap"


def test_a_whole_line_rule_names_no_sentence():
    assert hits_sentence("Mind the gap.", rule(phrases=["Mind the gap"])) is None


START = rule("start", ["Read also", "Source:"])


@pytest.mark.parametrize(
    "text",
    [
        "Read also",
        "READ ALSO: The ferry",
        "- Read also the news",
        "• Read also – ferry",
        "Source: the ferry",
        "source : ferry",
    ],
)
def test_a_start_hits(text):
    assert hits(text, START)


def test_a_start_hits_though_the_next_word_is_glued_to_its_colon():
    assert hits("Source:ferry", START)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("We read also the news", id="in the middle"),
        pytest.param("Read alsoes", id="a word that goes on"),
        pytest.param("Source of the river", id="the colon is missing"),
        pytest.param("Sources: two of them", id="another word before the colon"),
        pytest.param('"Read also my book," he said', id="a quotation"),
        pytest.param("Read also " + "word " * 11, id="more words than the rule allows"),
    ],
)
def test_a_start_does_not_hit(text):
    assert hits(text, START) is None


END = rule("end", ["contributed to this report"])


@pytest.mark.parametrize("text", ["Petra Lisle contributed to this report.", "Contributed to this report"])
def test_an_end_hits(text):
    assert hits(text, END)


@pytest.mark.parametrize("text", ["He contributed to this report and others", "He miscontributed to this report"])
def test_an_end_does_not_hit(text):
    assert hits(text, END) is None


SENTENCE = rule("sentence", ["unsubscribe at any time"])


def test_a_sentence_hits_inside_and_only_as_a_sentence():
    text = "You can unsubscribe at any time, of course."
    assert hits_sentence(text, SENTENCE) == "unsubscribe at any time"
    assert hits(text, SENTENCE) is None


@pytest.mark.parametrize(
    "text", ["You can unsubscribe at any timetable.", "You can resubscribe.", "unsubscribe, at any time"]
)
def test_a_sentence_without_the_phrase_does_not_hit(text):
    assert hits_sentence(text, SENTENCE) is None


def test_a_phrase_is_found_where_it_stands_as_words_even_after_it_stood_inside_one():
    assert hits_sentence("Timetables and the table of times", rule("sentence", ["table"]))


@pytest.mark.parametrize(
    ("kind", "text", "hit"),
    [
        ("line", "advert 12", True), ("line", "advert 12 more", False), ("line", "an advert 12", False),
        ("start", "advert 12 more", True), ("start", "an advert 12", False),
        ("end", "an advert 12.", True), ("end", "an advert 12 more", False),
    ],
)  # fmt: skip
def test_a_pattern_must_match_where_its_rule_wants_it(kind, text, hit):
    assert (hits(text, rule(kind, patterns=[pattern(r"advert \d+", "advert")])) is not None) is hit


def test_a_pattern_is_not_tried_without_its_keyword():
    assert hits("slot 12", rule(patterns=[pattern(r"\w+ \d+", "advert")])) is None


def test_a_pattern_may_mind_the_case():
    minding = rule(patterns=[pattern("PUB", "pub", case=True)])
    assert hits("PUB", minding) == "PUB"
    assert hits("Pub", minding) is None
    assert hits("Pub", rule(patterns=[pattern("PUB", "pub")])) == "Pub"


def test_a_pattern_that_takes_too_long_has_not_matched(monkeypatch):
    monkeypatch.setattr(module, "TIMEOUT", 0.01)
    assert hits("a" * 60 + "b", rule(patterns=[pattern("(?:a|a)+(?:a|a)+c|(?:a+)+$", "a")])) is None


def test_a_very_long_line_is_not_looked_at():
    endless = rule("start", ["Read also"], max_words=10_000)
    assert hits("Read also " + "x" * 100, endless)
    assert hits("Read also " + "x" * module.MAX_CHARS, endless) is None


@pytest.mark.parametrize(
    ("where", "lines", "places"),
    [
        pytest.param("any", 20, set(range(20)), id="anywhere"),
        pytest.param("edge", 20, {0, 1, 2, 15, 16, 17, 18, 19}, id="first three and last five of twenty"),
        pytest.param("tail", 20, {15, 16, 17, 18, 19}, id="last five of twenty"),
        pytest.param("tail", 50, set(range(40, 50)), id="last fifth of fifty"),
        pytest.param("tail", 4, {2, 3}, id="half of four"),
        pytest.param("tail", 1, {0}, id="a line alone"),
    ],
)
def test_a_rule_hits_where_it_may_stand(where, lines, places):
    own = rule(phrases=["Mind the gap"], where=where)
    assert {k for k in range(lines) if hits("Mind the gap", own, place=(k, lines - 1 - k))} == places


def test_only_rules_that_ask_for_a_place_make_the_matcher_mind_it():
    assert not Matcher([rule(phrases=["gap"])]).minds_place
    assert Matcher([rule(phrases=["gap"]), rule(phrases=["gap"], where="tail")]).minds_place


@pytest.mark.parametrize(
    ("more", "hit", "miss"),
    [
        pytest.param({"requires": ("news", "mail")}, "Read also our mail", "Read also our book", id="requires"),
        pytest.param({"unless": ("court",)}, "Read also our book", "Read also the Court ruling", id="unless"),
        pytest.param({"open_end": True}, "Read also our book", "Read also our book.", id="an open end"),
        pytest.param({"open_end": True}, "Read also our book…", "他 Read also。", id="an ellipsis is an open end"),
        pytest.param({"max_words": 4}, "Read also our book", "Read also our new book", id="max_words"),
    ],
)
def test_conditions_hold_a_rule_back(more, hit, miss):
    own = rule("start", ["Read also"], **more)
    assert hits(hit, own)
    assert hits(miss, own) is None


def test_unconfirmed_phrases_hit_in_preview_only():
    own = rule(phrases=[Phrase("gap", "gap", "en", True)], patterns=[pattern("slot", "slot", preview=True)])
    assert [hits(text, own) for text in ("gap", "slot")] == [None, None]
    assert [hits(text, own, preview=True) for text in ("gap", "slot")] == ["gap", "slot"]


def test_of_two_rules_the_first_hits():
    found = Matcher([rule("start", ["Read"]), rule("start", ["Read also"])]).match_line(view("Read also this"))
    assert found == Hit(0, "Read")


def test_a_whole_line_rule_that_is_held_back_does_not_hide_a_later_one():
    held, free = rule(phrases=["gap"], unless=("gap",)), rule("start", ["gap"])
    assert Matcher([held, free]).match_line(view("gap")) == Hit(1, "gap")


def test_a_whole_line_rule_that_is_held_back_does_not_hide_another_with_the_phrase():
    tail, anywhere = rule(phrases=["gap"], where="tail"), rule(phrases=["Gap"])
    assert Matcher([tail, anywhere]).match_line(view("gap"), (0, 19)) == Hit(1, "Gap")


@pytest.mark.parametrize("place", ANYWHERE[::6])
def test_known_keywords_change_nothing(place):
    own = Matcher([START, rule(patterns=[pattern("slot", "slot")])])
    for text in ("Read also this", "slot", "nothing"):
        form = view(text)
        assert own.match_line(form, place, own.keywords(form)) == own.match_line(form, place)


def test_a_line_is_tried_as_its_only_sentence_too():
    assert line_hit(Matcher([SENTENCE]), "You can unsubscribe at any time.") == Hit(0, "unsubscribe at any time")
    assert line_hit(Matcher([SENTENCE]), "You can stay.") is None
