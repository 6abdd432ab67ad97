"""The loader refuses packs that cannot say their rules clearly, and names file, rule and reason."""

import pytest

from dedup.errors import PackError
from dedup.rules.pack import core_rules, load_pack

GOOD = """
schema = 1

[[rule]]
code = "AD900"
name = "tannoy"
summary = "A loudspeaker line"
why = "Nobody speaks."
match = "line"

[rule.phrases]
en = ["Mind the gap"]

[rule.examples]
en.bad = ["Mind the gap", "MIND THE GAP!"]
en.good = ["Mind the gap, said the guard.", "The gap"]
"""
START = GOOD.replace('match = "line"', 'match = "start"\nmax_words = 9')


@pytest.fixture
def pack(tmp_path):
    path = tmp_path / "own.toml"

    def load(text):
        path.write_text(text, encoding="utf-8")
        return load_pack(path)

    return load


def without(key):
    return "\n".join(line for line in GOOD.splitlines() if not line.startswith(f"{key} ="))


def test_a_pack_without_rules_is_empty(pack):
    assert pack("schema = 1") == ()


def test_a_rule_is_read_with_its_defaults(pack):
    (rule,) = pack(GOOD)
    assert (rule.code, rule.name, rule.summary, rule.why) == ("AD900", "tannoy", "A loudspeaker line", "Nobody speaks.")
    assert (rule.match, rule.where, rule.preview, rule.open_end) == ("line", "any", False, False)
    assert (rule.requires, rule.unless, rule.patterns) == ((), (), ())
    assert [(p.text, p.folded, p.language, p.preview) for p in rule.phrases] == [
        ("Mind the gap", "mind the gap", "en", False)
    ]
    assert rule.examples["en"].bad == ("Mind the gap", "MIND THE GAP!")


def test_the_words_that_a_rule_requires_and_forbids_are_folded(pack):
    (rule,) = pack(GOOD.replace('match = "line"', 'match = "line"\nrequires = ["Straße"]\nunless = ["ÉTÉ"]'))
    assert (rule.requires, rule.unless) == (("strasse",), ("été",))


def test_a_start_phrase_keeps_its_colon(pack):
    (rule,) = pack(START.replace('["Mind the gap"]', '["Mind :", "Mind:", "Mind"]'))
    assert [p.folded for p in rule.phrases] == ["mind:", "mind:", "mind"]


@pytest.mark.parametrize("examples", ['["Mind the gap"]', "[]"], ids=["one", "none"])
def test_a_language_with_fewer_than_two_good_examples_is_preview(pack, examples):
    (rule,) = pack(GOOD.replace('en.good = ["Mind the gap, said the guard.", "The gap"]', f"en.good = {examples}"))
    assert [p.preview for p in rule.phrases] == [True]


def test_an_unconfirmed_phrase_is_preview(pack):
    (rule,) = pack(GOOD.replace("[rule.examples]", '[rule.unconfirmed]\nen = ["Stand clear"]\n\n[rule.examples]'))
    assert [(p.text, p.preview) for p in rule.phrases] == [("Mind the gap", False), ("Stand clear", True)]


def test_a_preview_rule_says_so(pack):
    (rule,) = pack(GOOD.replace('match = "line"', 'match = "line"\nstatus = "preview"'))
    assert rule.preview


REGEX = '[[rule.regex]]\nlang = "en"\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(without("code"), "'code' is missing", id="no code"),
        pytest.param(without("name"), "'name' is missing", id="no name"),
        pytest.param(without("match"), "'match' is missing", id="no match"),
        pytest.param(without("summary"), "'summary' is missing", id="no summary"),
        pytest.param(without("why"), "'why' is missing", id="no why"),
        pytest.param(GOOD.replace('"AD900"', '"Ad900"'), "two capitals and three digits", id="a code in small letters"),
        pytest.param(GOOD.replace('"AD900"', '"AD90"'), "two capitals and three digits", id="a short code"),
        pytest.param(GOOD.replace('"tannoy"', '"Tannoy Line"'), "'Tannoy Line' is not in kebab-case", id="a name with spaces"),
        pytest.param(GOOD.replace('"line"', '"whole"'), "match = 'whole' is not line, start, end or sentence", id="match"),
        pytest.param(GOOD.replace('"line"', '"line"\nwhere = "top"'), "where = 'top' is not any, edge or tail", id="where"),
        pytest.param(GOOD.replace('"line"', '"line"\nstatus = "new"'), "status = 'new' is not stable or preview", id="status"),
        pytest.param(GOOD.replace('"line"', '"line"\nextra = 1'), "unknown key 'extra'", id="an unknown key"),
        pytest.param(GOOD.replace('"line"', '"start"'), "max_words is missing", id="a start rule without max_words"),
        pytest.param(GOOD.replace('"line"', '"end"'), "max_words is missing", id="an end rule without max_words"),
        pytest.param(GOOD.replace('"line"', '"sentence"'), "max_words is missing", id="a sentence rule without max_words"),
        pytest.param(GOOD.split("[rule.examples]")[0], "it has no examples", id="no examples"),
        pytest.param(GOOD.replace("en.bad", "en.todo"), "it has no examples", id="no bad examples"),
        pytest.param(GOOD.replace("en =", "xx ="), "unknown language 'xx'", id="a language"),
        pytest.param(GOOD.replace('["Mind the gap"]\n', "[]\n"), "neither phrases nor a regex", id="no phrases"),
        pytest.param(GOOD.replace('["Mind the gap"]\n', '["---"]\n'), "'---' is only punctuation", id="a phrase of dashes"),
        pytest.param(GOOD.replace('["Mind the gap"]\n', '[""]\n'), "'' is only punctuation", id="an empty phrase"),
        pytest.param(GOOD + REGEX + 'keywords = ["gap"]\npattern = "("', "pattern '(' does not compile", id="a pattern"),
        pytest.param(GOOD + REGEX + 'keywords = []\npattern = "gap"', "a regex needs keywords", id="no keywords"),
        pytest.param(GOOD + REGEX + 'keywords = [""]\npattern = "gap"', "a regex needs keywords", id="an empty keyword"),
        pytest.param(GOOD + REGEX + 'pattern = "gap"', "'keywords' is missing", id="keywords left out"),
        pytest.param(GOOD + REGEX + 'keywords = ["gap"]', "'pattern' is missing", id="pattern left out"),
        pytest.param(GOOD.replace('"AD900"', "900"), "", id="a code that is a number"),
        pytest.param(START.replace("= 9", '= "many"'), "many", id="max_words that is a word"),
        pytest.param(GOOD.replace("en.bad = [", "en.evil = ['x']\nen.bad = ["), "'evil'", id="a kind of example that is none"),
        pytest.param(GOOD.replace('["Mind the gap"]\n', '"Gap"\n'), "", id="a phrase that is no list"),
        pytest.param(GOOD.replace('match = "line"', 'match = "line"\nunless = "guard"'), "", id="unless that is no list"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_refused_with_file_rule_and_reason(pack, text, reason):
    with pytest.raises(PackError) as error:
        pack(text)
    message = str(error.value)
    assert "own.toml: rule " in message
    assert ("AD900" in message) == ('"AD900"' in text)
    assert reason in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "schema = 1 is missing", id="nothing"),
        pytest.param(GOOD.replace("schema = 1", "schema = 2"), "schema = 1 is missing", id="another schema"),
        pytest.param("schema = 1\nrules = []", "unknown key 'rules'", id="an unknown key"),
        pytest.param("schema = ", "own.toml: ", id="not TOML"),
        pytest.param("schema = 1\nrule = 3", "own.toml: ", id="rules that are a number"),
        pytest.param("schema = 1\nrule = ['AD900']", "own.toml: ", id="rules that are strings"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_name(pack, text, reason):
    with pytest.raises(PackError, match=r"own\.toml") as error:
        pack(text)
    assert reason in str(error.value)


def test_a_missing_file_is_refused_with_its_name(tmp_path):
    with pytest.raises(PackError, match=r"none\.toml"):
        load_pack(tmp_path / "none.toml")


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "latin.toml"
    path.write_bytes(GOOD.replace("gap", "été").encode("latin-1"))
    with pytest.raises(PackError, match=r"latin\.toml"):
        load_pack(path)


@pytest.mark.parametrize("other", ['"AD901"', '"tannoy-2"'], ids=["name", "code"])
def test_two_core_rules_of_one_name_or_code_are_refused(tmp_path, monkeypatch, other):
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs/a.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "packs/b.toml").write_text(
        GOOD.replace('"AD900"' if "AD" in other else '"tannoy"', other), encoding="utf-8"
    )
    monkeypatch.setattr("dedup.rules.pack._HOME", tmp_path / "packs")
    with pytest.raises(PackError, match="names two rules"):
        core_rules.__wrapped__()
