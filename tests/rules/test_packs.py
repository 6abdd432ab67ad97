"""The packs that come with dedup: their examples hold, and they cover every family of the design."""

from collections import Counter
from importlib import resources
from pathlib import Path

import pytest

from dedup.codes import DETECTORS
from dedup.rules.check import check_rules
from dedup.rules.pack import core_rules, load_pack
from dedup.rules.rule import LANGUAGES

PACKS = sorted(Path(str(resources.files("dedup.rules") / "packs")).glob("*.toml"))
FAMILIES = {"AD", "NL", "RL", "PW", "SH", "CK", "CR", "BY", "CM", "NV", "MD", "FB", "HX"}
RULES = [pytest.param(rule, id=rule.code) for rule in core_rules()]


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_a_pack_passes_its_own_examples(path):
    assert check_rules(load_pack(path)) == []


def test_all_packs_together_are_the_core_rules():
    assert sorted(rule.code for path in PACKS for rule in load_pack(path)) == [rule.code for rule in core_rules()]


def test_no_code_or_name_is_used_twice():
    labels = [label for rule in (*core_rules(), *DETECTORS) for label in (rule.code, rule.name)]
    assert [label for label, times in Counter(labels).items() if times > 1] == []


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_each_family_of_the_design_has_a_rule(family):
    assert any(rule.code.startswith(family) for rule in core_rules())


def test_no_rule_is_of_another_family():
    assert {rule.code[:2] for rule in core_rules()} == FAMILIES


@pytest.mark.parametrize("code", ["BY001", "BY101", "BY102", "NV001", "HX003", "HX005"])
def test_what_may_be_article_text_needs_a_second_witness(code):
    assert next(rule for rule in core_rules() if rule.code == code).weak


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_that_is_on_has_rules_that_are_on(family):
    assert any(rule.code.startswith(family) and not rule.preview for rule in core_rules())


@pytest.mark.parametrize(
    "code",
    "AD001 AD002 AD003 AD101 AD201 NL001 NL101 NL102 NL103 NL201 NL202 RL001 RL002 RL003 RL101 RL102 PW001 PW101 PW102 PW201 "
    "SH001 SH002 SH003 SH101 CK001 CK201 CK202 CK203 CK204 CR001 CR101 CR102 CR103 CR201 BY001 BY101 BY102 BY103 CM001 CM101 "
    "CM201 NV001 NV002 NV101 NV102 MD001 MD101 FB101 FB102 FB103 FB104 HX003 HX005".split(),
)  # fmt: skip
def test_a_code_of_the_design_has_its_rule(code):
    assert any(rule.code == code for rule in core_rules())


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_what_it_is_and_why(rule):
    assert rule.summary
    assert not rule.summary.endswith(".")
    assert len(rule.why.split()) >= 5


@pytest.mark.parametrize("rule", RULES)
def test_the_hundreds_digit_says_what_a_rule_removes(rule):
    kinds = {"0": {"line"}, "1": {"line", "start", "end"}, "2": {"sentence", "start", "end"}}
    assert rule.match in kinds[rule.code[2]] or rule.code.startswith("HX")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_confirmed_phrases_in_most_families_that_are_on(language):
    families = {
        r.code[:2] for r in core_rules() for p in r.phrases if p.language == language and not (p.preview or r.preview)
    }
    assert len(families) >= 8
