"""What stands around a line decides where no phrase can: the cases of `cases/context.toml`."""

import tomllib
from pathlib import Path

import pytest

from dedup import Config
from dedup.codes import DETECTORS
from dedup.context import (
    ABOVE,
    ARTICLE_WORDS,
    BELOW,
    BEYOND,
    ENDED,
    LINKS,
    MENU_LINES,
    NO_BLOCK,
    OUTSIDE,
    PARAGRAPH_WORDS,
    RELATED,
    STUB,
    Line,
    read_page,
)
from dedup.outcome import Document
from dedup.rules.rule import Rule
from dedup.run import clean_documents

CASES = tomllib.loads((Path(__file__).parent / "cases" / "context.toml").read_text(encoding="utf-8"))["case"]


def rule(**more):
    values = {"code": "AD900", "name": "own", "summary": "", "why": "", "match": "line", "max_words": 9, "where": "any"}
    none = {"preview": False, "requires": (), "unless": (), "open_end": False, "phrases": (), "patterns": ()}
    return Rule(**values, **none, **more)


FRAME, INLINE, HEADING = rule(), rule(place="inline"), rule(place="heading")
END, WEAK_END = rule(ends=True), rule(ends=True, weak=True)
PARAGRAPH = Line(40, open=False, asks=False, digits=False, rule=None)
TITLE = Line(6, open=True, asks=False, digits=False, rule=None)


def line(named):
    return Line(3, open=True, asks=False, digits=False, rule=named)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['code']}-{case['kind']}: {case['name']}")
def test_a_page_keeps_and_loses_its_lines(case):
    marked = [row for row in case["text"].split("\n") if row]
    assert {row[:2] for row in marked} <= {"- ", "? ", "  "}
    text = "".join(f"{row[2:]}\n\n" for row in marked)
    outcome = clean_documents([Document("page.txt", text)], Config(select=("ALL",), ignore=("DU",), budget=1.0))
    gone = {removal.text for removal in outcome.removals}
    assert [row[2:] for row in marked if row[2:] in gone] == [row[2:] for row in marked if row.startswith("- ")]
    if case["kind"] == "bad":
        assert case["code"] in {removal.code for removal in outcome.removals}


def test_each_context_code_has_a_bad_and_a_good_case():
    for code in (c.code for c in DETECTORS if c.code.startswith("CX")):
        assert {case["kind"] for case in CASES if case["code"] == code} >= {"bad", "good"}


def test_nothing_speaks_against_a_page_on_which_no_rule_names_anything():
    page = [TITLE, PARAGRAPH, *[TITLE] * 20]
    assert {found[:2] for found in read_page(page)} == {(NO_BLOCK, 0)}


def test_nothing_speaks_against_a_text_without_paragraphs():
    assert {found[:2] for found in read_page([TITLE, line(FRAME), TITLE])} == {(NO_BLOCK, 0)}


def test_a_line_knows_where_it_stands():
    page = [TITLE, line(FRAME), PARAGRAPH, TITLE, PARAGRAPH, line(FRAME), TITLE, TITLE]
    assert [found.witnesses for found in read_page(page)] == [
        OUTSIDE | BEYOND | BELOW,
        OUTSIDE,
        ABOVE,
        0,
        BELOW,
        OUTSIDE | STUB,
        OUTSIDE | BEYOND | ABOVE | STUB,
        OUTSIDE | BEYOND | STUB,
    ]


def test_debris_that_also_stands_between_paragraphs_puts_nothing_beyond_it():
    assert [found.witnesses & BEYOND for found in read_page([PARAGRAPH, line(INLINE), TITLE])] == [0, 0, 0]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param([*[PARAGRAPH] * 3, line(END), PARAGRAPH], [0, 0, 0, 0, ENDED], id="an article has ended"),
        pytest.param([PARAGRAPH, line(END), PARAGRAPH], [0, 0, 0], id="too short to have ended"),
        pytest.param([*[PARAGRAPH] * 3, line(END), *[PARAGRAPH] * 7], [0] * 11, id="most stands below"),
        pytest.param([*[PARAGRAPH] * 3, line(WEAK_END), PARAGRAPH], [0] * 5, id="a weak rule ends nothing"),
        pytest.param([PARAGRAPH, line(HEADING), TITLE, TITLE, PARAGRAPH], [0, 0, RELATED, RELATED, 0], id="a box"),
        pytest.param([line(HEADING), TITLE, TITLE, PARAGRAPH], [0, RELATED, 0, 0], id="the last may be the headline"),
    ],
)
def test_blocks(page, expected):
    assert 3 * PARAGRAPH.words >= ARTICLE_WORDS
    assert PARAGRAPH.words >= PARAGRAPH_WORDS
    assert [found.block for found in read_page(page)] == expected


@pytest.mark.parametrize("length", [MENU_LINES - 1, MENU_LINES, MENU_LINES + 5])
def test_a_menu_has_many_labels(length):
    label = Line(2, open=True, asks=False, digits=False, rule=None)
    blocks = [found.block for found in read_page([PARAGRAPH, line(FRAME)._replace(digits=True), *[label] * length])]
    assert blocks[2:] == [LINKS if length >= MENU_LINES else NO_BLOCK] * length
    numbered = [label._replace(digits=True)] * length
    assert {found.block for found in read_page([PARAGRAPH, line(FRAME), *numbered])} == {NO_BLOCK}


def test_where_the_line_that_ends_the_article_is_ignored_nothing_ends():
    case = next(case for case in CASES if case["name"] == "teasers behind the copyright go")
    text = "".join(f"{row[2:]}\n\n" for row in case["text"].split("\n") if row)
    outcome = clean_documents([Document("page.txt", text)], Config(ignore=("CR102",)))
    assert "CX301" not in {removal.code for removal in outcome.removals}
    assert "honey that tastes of heather" in outcome.cleaned[0].text
