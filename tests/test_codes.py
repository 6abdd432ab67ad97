"""The registry: every code has a name, a summary and a reason, and can be described."""

import re

import pytest

from dedup.codes import DETECTORS, all_codes, describe, find, listing
from dedup.errors import ConfigError
from dedup.rules.pack import core_rules

CODES = [pytest.param(code, id=code.code) for code in all_codes()]


def test_the_detectors_are_those_of_the_design():
    assert [c.code for c in DETECTORS] == [
        *("CX101", "CX201", "CX301", "CX401"),
        *("DU001", "DU002", "DU101", "DU102", "DU201", "DU301", "DU401"),
    ]
    assert not any(c.preview for c in DETECTORS)


def test_all_codes_are_the_detectors_and_the_rules_in_order():
    codes = [c.code for c in all_codes()]
    assert codes == sorted([*(c.code for c in DETECTORS), *(r.code for r in core_rules())])
    assert len(set(codes)) == len(codes)


def test_no_name_is_used_twice_or_looks_like_a_code():
    names = [c.name for c in all_codes()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


@pytest.mark.parametrize("code", CODES)
def test_a_code_says_what_and_why(code):
    assert re.fullmatch(r"[A-Z]{2}\d{3}", code.code)
    assert len(code.summary.split()) >= 3
    assert len(code.why.split()) >= 5


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_found_by_code_and_name_in_any_case(code):
    assert find(code.code) == find(code.code.lower()) == find(code.name) == find(code.name.upper()) == code


@pytest.mark.parametrize("label", ["", "DU", "DU999", "no-such-name"])
def test_nothing_is_found_by_another_label(label):
    assert find(label) is None


def test_the_listing_has_a_line_for_each_code_and_marks_preview_ones():
    lines = listing().splitlines()
    assert len(lines) == len(all_codes())
    for line, code in zip(lines, all_codes(), strict=True):
        assert line.startswith(code.code)
        assert code.name in line
        assert code.summary in line
        assert line.endswith(" (preview)") == code.preview


@pytest.mark.parametrize("code", CODES)
def test_a_description_has_summary_and_reason(code):
    text = describe(code.name)
    assert text.startswith(f"{code.code} {code.name}")
    assert ("(preview)" in text.splitlines()[0]) == code.preview
    assert code.summary in text
    assert code.why in text


@pytest.mark.parametrize("rule", [pytest.param(r, id=r.code) for r in core_rules()])
def test_a_rules_description_shows_its_phrases_and_examples(rule):
    text = describe(rule.code)
    assert [p.text for p in rule.phrases if p.text not in text] == []
    assert [p.source for p in rule.patterns if p.source not in text] == []
    assert [x for e in rule.examples.values() for x in (*e.bad, *e.good) if x not in text] == []
    assert [word for word in (*rule.requires, *rule.unless) if word not in text] == []


def test_unconfirmed_phrases_are_marked():
    assert "advertising*" in describe("AD001")
    assert "only with --preview" in describe("AD001")


def test_a_description_of_nothing_suggests_the_near_code():
    with pytest.raises(ConfigError, match="unknown code 'DU003'; did you mean DU00"):
        describe("DU003")
