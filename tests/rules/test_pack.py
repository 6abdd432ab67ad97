"""The loader refuses packs that cannot say their rules clearly, and names file, rule and reason."""

import pytest

from dedup.errors import PackError
from dedup.rules.matcher import Matcher, line_hit
from dedup.rules.pack import core_rules, load_pack, rules_with

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
        pytest.param(GOOD.replace('"line"', '"line"\nevidence = "some"'), "evidence = 'some' is not strong or weak", id="evidence"),
        pytest.param(GOOD.replace('"line"', '"line"\nevidence = true'), "evidence = True is not strong or weak", id="a flag"),
        pytest.param(GOOD.replace('"line"', '"line"\nevidence = ["weak"]'), "evidence = ['weak'] is not", id="a list"),
        pytest.param(GOOD.replace('"line"', '"line"\nplace = "tail"'), "place = 'tail' is not frame, inline or heading", id="place"),
        pytest.param(GOOD.replace('"line"', '"line"\nplace = 1'), "place = 1 is not frame, inline or heading", id="a number"),
        pytest.param(GOOD.replace('"line"', '"line"\nweak = true'), "unknown key 'weak'", id="weak as a key"),
        pytest.param(GOOD.replace('"line"', '"line"\nplaces = "frame"'), "unknown key 'places'", id="places for place"),
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


@pytest.mark.parametrize(
    ("line", "key", "expected"),
    [
        pytest.param("", "weak", False, id="strong unless it says otherwise"),
        pytest.param('evidence = "strong"', "weak", False, id="strong"),
        pytest.param('evidence = "weak"', "weak", True, id="weak"),
        pytest.param("", "place", "frame", id="in the frame unless it says otherwise"),
        pytest.param('place = "inline"', "place", "inline", id="inline"),
        pytest.param('place = "heading"', "place", "heading", id="heading"),
        pytest.param("", "ends", False, id="ends nothing unless it says so"),
        pytest.param("ends = true", "ends", True, id="ends"),
    ],
)
def test_a_rule_says_what_it_is_worth_as_evidence_and_where_its_lines_stand(pack, line, key, expected):
    (rule,) = pack(GOOD.replace('match = "line"', f'match = "line"\n{line}'))
    assert getattr(rule, key) == expected


@pytest.mark.parametrize("line", ['ends = "false"', 'open_end = "no"'])
def test_a_flag_that_is_a_text_is_refused(pack, line):
    with pytest.raises(PackError, match=line.partition(" ")[0]):
        pack(GOOD.replace('match = "line"', f'match = "line"\n{line}'))


CORE = {rule.code: rule for rule in core_rules()}
COMPILED = rules_with(())


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Write packs of a user, and return the rules that a run with them has, by code."""
    # Reading the compiled packs anew for every test would take most of the time.
    monkeypatch.setattr("dedup.rules.pack.load", lambda packs: COMPILED)

    def load(*texts):
        paths = [tmp_path / f"own-{k}.toml" for k in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text("schema = 1\n" + text.replace("schema = 1\n", ""), encoding="utf-8")
        return {rule.code: rule for rule in rules_with(tuple(map(str, paths)))}

    return load


def table(code, *lines):
    return "\n".join(["[[rule]]", f'code = "{code}"', *lines, ""])


def said(rule, language=None):
    return [(p.text, p.preview) for p in rule.phrases if language in (None, p.language)]


def plain(rule):
    """What a rule is besides its phrases and examples."""
    skipped = ("phrases", "examples")
    return {name: getattr(rule, name) for name in rule.__dataclass_fields__ if name not in skipped}


def test_without_packs_there_are_dedups_own_rules():
    assert [(rule.code, plain(rule), rule.phrases) for rule in rules_with(())] == [
        (rule.code, plain(rule), rule.phrases) for rule in core_rules()
    ]


@pytest.mark.parametrize(
    "text", ["", table("AD001"), table("BY102")], ids=["no rule", "a code only", "another code only"]
)
def test_a_pack_that_says_nothing_changes_nothing(own, text):
    assert {code: (plain(rule), rule.phrases) for code, rule in own(text).items()} == {
        code: (plain(rule), rule.phrases) for code, rule in CORE.items()
    }


@pytest.mark.parametrize(
    ("code", "line", "changed"),
    [
        pytest.param("AD001", 'status = "preview"', {"preview": True}, id="off"),
        pytest.param("CR104", 'status = "stable"', {"preview": False}, id="on"),
        pytest.param("AD101", "max_words = 3", {"max_words": 3}, id="shorter"),
        pytest.param("AD101", 'where = "tail"', {"where": "tail"}, id="elsewhere"),
        pytest.param("AD001", 'evidence = "weak"', {"weak": True}, id="weak"),
        pytest.param("BY102", 'evidence = "strong"', {"weak": False}, id="strong"),
        pytest.param("AD001", 'place = "frame"', {"place": "frame"}, id="in the frame"),
        pytest.param("AD001", 'name = "our-label"', {"name": "our-label"}, id="another name"),
        pytest.param("AD001", 'unless = ["Poem"]', {"unless": ("poem",)}, id="an exception"),
    ],
)
def test_a_key_of_a_core_rule_is_overridden_and_the_others_stay(own, code, line, changed):
    core = CORE[code]
    assert plain(core).items() & changed.items() == set()
    found = own(table(code, line))
    assert plain(found[code]) == plain(core) | changed
    assert found[code].phrases == core.phrases
    assert {c: plain(rule) for c, rule in found.items() if c != code} == {
        c: plain(rule) for c, rule in CORE.items() if c != code
    }


def test_the_languages_of_phrases_that_a_pack_does_not_name_stay(own):
    rule = own(table("AD001", 'phrases.de = ["Reklame"]'))["AD001"]
    assert said(rule, "de") == [("Reklame", False)]
    others = sorted({p.language for p in CORE["AD001"].phrases} - {"de"})
    assert len(others) == 9
    assert {x: said(rule, x) for x in others} == {x: said(CORE["AD001"], x) for x in others}
    assert rule.patterns == CORE["AD001"].patterns


def test_confirmed_and_unconfirmed_phrases_are_overridden_apart(own):
    rule = own(table("AD001", 'unconfirmed.en = ["Our friends"]'))["AD001"]
    assert said(rule, "en") == [(text, False) for text, preview in said(CORE["AD001"], "en") if not preview] + [
        ("Our friends", True)
    ]


def test_an_empty_list_takes_the_phrases_of_a_language_away(own):
    rule = own(table("AD001", "phrases.nl = []", "unconfirmed.nl = []"))["AD001"]
    assert said(rule, "nl") == []
    assert said(rule, "fr") == said(CORE["AD001"], "fr")


def test_the_examples_of_a_core_rule_confirm_the_phrases_of_a_pack_until_the_pack_has_its_own(own):
    phrases = 'phrases.en = ["Our friends"]'
    found = own(table("AD001", phrases), table("AD002", phrases, 'examples.en.bad = ["Our friends"]'))
    assert said(found["AD001"], "en")[0] == ("Our friends", False)
    assert said(found["AD002"], "en")[0] == ("Our friends", True)


def test_a_replaced_phrase_no_longer_hits_and_its_replacement_does(own):
    matcher = Matcher([own(table("AD001", 'phrases.de = ["Reklame"]'))["AD001"]])
    hits = {text: line_hit(matcher, text) is not None for text in ("Anzeige", "Reklame", "Publicité", "Advertisement")}
    assert hits == {"Anzeige": False, "Reklame": True, "Publicité": True, "Advertisement": True}


def test_a_new_code_is_added_in_its_place(own):
    found = own(GOOD)
    assert list(found) == sorted([*CORE, "AD900"])
    assert said(found["AD900"]) == [("Mind the gap", False)]


def test_a_new_code_needs_all_that_a_rule_needs(own):
    with pytest.raises(PackError, match=r"own-0\.toml: rule AD901: 'name' is missing"):
        own(table("AD901", 'phrases.en = ["Mind the gap"]'))


def test_a_broken_value_of_an_override_is_refused_with_file_rule_and_reason(own):
    with pytest.raises(PackError, match=r"own-0\.toml: rule AD001: evidence = 'none' is not strong or weak"):
        own(table("AD001", 'evidence = "none"'))


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ((GOOD, GOOD.replace("Mind the gap", "Stand clear")), "Stand clear"),
        ((GOOD.replace("Mind the gap", "Stand clear"), GOOD), "Mind the gap"),
        ((GOOD, GOOD), "Mind the gap"),
    ],
    ids=["another phrase", "the other way round", "the same again"],
)
def test_of_a_new_code_in_two_packs_the_later_one_wins(own, texts, words):
    assert said(own(*texts)["AD900"]) == [(words, False)]


def test_of_an_override_in_two_packs_the_later_one_wins(own):
    rule = own(table("AD101", "max_words = 3"), table("AD101", "max_words = 5"))["AD101"]
    assert plain(rule) == plain(CORE["AD101"]) | {"max_words": 5}


def test_overrides_of_different_rules_in_two_packs_both_count(own):
    found = own(table("AD101", "max_words = 3"), table("AD001", 'status = "preview"'))
    assert (found["AD101"].max_words, found["AD001"].preview) == (3, True)


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param((GOOD.replace('"tannoy"', '"ad-label"'),), id="of a core rule"),
        pytest.param((table("AD101", 'name = "ad-label"'),), id="of a core rule, by an override"),
        pytest.param(
            (GOOD.replace('"tannoy"', '"ad-label"'), GOOD.replace('"AD900"', '"AD901"')), id="in the first pack"
        ),
    ],
)
def test_a_name_that_is_taken_is_refused_and_named(own, texts):
    with pytest.raises(PackError, match="'ad-label' names two rules"):
        own(*texts)


def test_a_name_of_another_pack_is_refused_and_named(own):
    with pytest.raises(PackError, match="'tannoy' names two rules"):
        own(GOOD, GOOD.replace('"AD900"', '"AD901"'))


def test_a_name_that_its_rule_gave_up_is_free(own):
    found = own(table("AD001", 'name = "our-label"') + GOOD.replace('"tannoy"', '"ad-label"'))
    assert (found["AD001"].name, found["AD900"].name) == ("our-label", "ad-label")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        pytest.param(GOOD.replace('"tannoy"', '"teaser"'), "teaser", id="the name of a detector"),
        pytest.param(GOOD.replace('"AD900"', '"DU201"'), "DU201", id="the code of a detector"),
        pytest.param(GOOD.replace('"AD900"', '"CX101"'), "CX101", id="the code of a context detector"),
    ],
)
def test_a_name_or_code_of_a_detector_is_refused_and_named(own, text, label):
    with pytest.raises(PackError, match=label):
        own(text)


def test_a_code_twice_in_one_pack_is_refused_and_named(own):
    with pytest.raises(PackError, match="AD900"):
        own(GOOD + GOOD.replace('"tannoy"', '"tannoy-2"'))
