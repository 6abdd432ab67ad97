"""Teasers: a line goes only if a longer line of its document says all that it says, in order."""

import time

import pytest

from dedup.normalize import view
from dedup.repeats.teasers import MAX_WORDS, Teaser, contained_share, find_teasers

LEAD = "The council of Dunmore has approved a new footbridge over the river after years of quarrels about its cost."
PARAGRAPH = f"{LEAD} Work begins in spring, when the water is low, and shall take nine months."
HEADLINE = "Dunmore council approves new footbridge over the river after years of quarrels"
CAPTION = " ".join(
    "villagers of dunmore stand on the muddy bank of the river where a new footbridge of oak and steel will soon be built".split()
)


def teasers(*lines, min_words=5):
    return find_teasers([view(line) for line in lines], min_words)


def share(short, long):
    return contained_share(short.split(), long.split())


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([], id="no lines"),
        pytest.param([LEAD], id="one line"),
        pytest.param([LEAD, LEAD], id="equal lines are no teasers of each other"),
        pytest.param(["", "", ""], id="empty lines"),
        pytest.param(
            [LEAD, "Rain will fall in the north on Friday, and the south stays dry until Sunday evening."],
            id="strangers",
        ),
        pytest.param(["The new footbridge.", PARAGRAPH], id="a short sentence"),
        pytest.param(["approved a new footbridge over the river", PARAGRAPH], id="a heading from inside the paragraph"),
        pytest.param(["The council of Dunmore", PARAGRAPH], id="a heading that begins the paragraph below it"),
    ],
)
def test_nothing_is_a_teaser(lines):
    assert teasers(*lines) == []


@pytest.mark.parametrize(
    ("short", "lines_between"),
    [
        pytest.param(LEAD, 0, id="the lead before its paragraph"),
        pytest.param(LEAD, 5, id="the lead far above its paragraph"),
        pytest.param(f"“{LEAD}”", 0, id="the lead in quotes"),
        pytest.param(LEAD.upper(), 0, id="the lead in capitals"),
        pytest.param(LEAD.replace("council", "concil"), 0, id="a slip"),
        pytest.param(LEAD.replace("has approved", "had approved"), 0, id="a light word changed"),
    ],
)
def test_a_lead_repeated_is_a_teaser(short, lines_between):
    between = [f"Paragraph {k} tells of something else altogether." for k in range(lines_between)]
    (found,) = teasers(short, *between, PARAGRAPH)
    assert (found.line, found.twin) == (0, lines_between + 1)
    assert 0.9 <= found.similarity <= 1


def test_a_teaser_may_stand_after_its_twin():
    assert teasers(PARAGRAPH, "Something else happens here.", LEAD) == [Teaser(2, 0, 1.0)]


def test_a_caption_as_long_as_a_lead_needs_no_full_stop():
    assert teasers(CAPTION, f"On Monday {CAPTION} at last") == [Teaser(0, 1, 1.0)]


def test_a_truncated_headline_directly_above_the_full_one_is_a_teaser():
    assert teasers("Dunmore council approves new footbridge over the river…", HEADLINE) == [Teaser(0, 1, 1.0)]


def test_a_truncated_headline_elsewhere_is_a_heading():
    assert teasers("Dunmore council approves new footbridge over the river", "Something else.", HEADLINE) == []


def test_less_than_half_a_headline_is_a_heading():
    assert teasers("Dunmore council approves new footbridge", HEADLINE) == []


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(LEAD.replace("Dunmore", "Harlow"), id="another place"),
        pytest.param(LEAD.replace("years", "15 years"), id="a number more"),
        pytest.param(LEAD.replace("has approved", "has not approved"), id="a negation more"),
        pytest.param(LEAD.replace("new footbridge over the river", "river footbridge over the new"), id="words moved"),
        pytest.param(LEAD.replace("quarrels", "songs"), id="another content word"),
    ],
)
def test_a_line_that_says_something_else_is_no_teaser(changed):
    assert teasers(changed, PARAGRAPH) == []


def test_another_number_in_words_is_no_teaser():
    short = "The storm killed ten people along the coast of Dunmore on Sunday night."
    assert teasers(short, f"{short.replace('ten', 'other')[:-1]}, the mayor says.") == []


def test_a_long_line_that_negates_in_between_is_no_twin():
    assert teasers(LEAD, PARAGRAPH.replace("has approved", "has not approved")) == []


def test_the_line_that_holds_most_of_it_is_the_twin():
    other = PARAGRAPH.replace("has approved", "had approved")
    assert teasers(LEAD, other, PARAGRAPH) == [Teaser(0, 2, 1.0)]


def test_of_equal_twins_the_first_is_named():
    other = PARAGRAPH.replace("nine months", "all summer, the mayor says")
    assert teasers(LEAD, other, PARAGRAPH) == [Teaser(0, 1, 1.0)]


def test_equal_teasers_all_have_the_twin():
    assert teasers(LEAD, PARAGRAPH, LEAD) == [Teaser(0, 1, 1.0), Teaser(2, 1, 1.0)]


def test_teasers_come_in_reading_order():
    second = "The ferry to Kettering Cross sails every hour from the old pier in summer."
    found = teasers(second, LEAD, PARAGRAPH, f"{second} Tickets are sold aboard.")
    assert [(t.line, t.twin) for t in found] == [(0, 3), (1, 2)]


def test_lines_under_the_least_number_of_words_are_no_teasers():
    assert teasers(LEAD, PARAGRAPH, min_words=19) == [Teaser(0, 1, 1.0)]
    assert teasers(LEAD, PARAGRAPH, min_words=20) == []


def test_a_paragraph_is_no_teaser():
    words = " ".join(f"word{k}" for k in range(MAX_WORDS + 1))
    assert teasers(f"{words}.", f"{words} and the end.") == []


@pytest.mark.parametrize(
    ("short", "long", "expected"),
    [
        pytest.param("rain will fall", "experts say rain will fall in the north", 1.0, id="inside"),
        pytest.param("rain will fall", "rain will fall soon", 1.0, id="at the start"),
        pytest.param("rain will fall", "now rain will fall", 1.0, id="at the end"),
        pytest.param("rain will fall", "rain will fall", None, id="not longer"),
        pytest.param("rain will fall", "rain will not fall", None, id="a negation between"),
        pytest.param("rain will fall", "rain shall fall soon", None, id="a change in a short line"),
        pytest.param("snow will fall", "rain will fall soon", None, id="another word"),
        pytest.param("", "rain will fall", None, id="nothing"),
        pytest.param(
            "a b c d e f g h i has", "a b c d e f g h i had and so on", 0.9, id="one light word in ten"
        ),
        pytest.param("x b c d e f g h i j", "y b c d e f g h i j k", None, id="a content word in ten"),
        pytest.param("b c d e f g h i j also", "also b c d e f g h i j or", 0.9, id="a light word left out"),
        pytest.param("b c d e f g h i j crows", "crows b c d e f g h i j now", None, id="a word moved"),
    ],
)  # fmt: skip
def test_contained_share(short, long, expected):
    assert share(short, long) == expected


def test_thousands_of_template_lines_cost_little():
    line = "The council of Dunmore met for the {}th time in the old hall by the river.{}"
    lines = [view(line.format(k, " It rained." * (k % 2))) for k in range(2_000)]
    start = time.perf_counter()
    assert find_teasers(lines, 5) == []
    assert time.perf_counter() - start < 10
