"""Settings: their ranges, where they come from, what the selectors select."""

import dataclasses
import math

import pytest

from dedup.codes import all_codes
from dedup.config import Config, find_config, load_config
from dedup.errors import ConfigError

STABLE = {c.code for c in all_codes() if not c.preview}
ALL = {c.code for c in all_codes()}


def family(*prefixes, among=STABLE):
    return {code for code in among if code.startswith(prefixes)}


@pytest.fixture
def settings(tmp_path):
    """Read settings from a dedup.toml of this text."""

    def load(text, **flags):
        path = tmp_path / "dedup.toml"
        path.write_text(text, encoding="utf-8")
        return load_config(path, **flags)

    return load


def test_without_a_file_and_flags_the_settings_are_the_default_ones():
    assert load_config(None) == Config()


def test_an_empty_file_and_flags_that_are_none_change_nothing(settings):
    assert settings("", select=None, threshold=None, scope=None) == Config()


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().threshold = 0.9


@pytest.mark.parametrize(
    "values",
    [{"threshold": 0.5}, {"threshold": 1.0}, {"budget": 1.0}, {"budget": 0.01}, {"min_words": 1}, {"workers": 0}],
    ids=str,
)
def test_the_ends_of_a_range_are_allowed(values):
    assert dataclasses.asdict(Config(**values)).items() >= values.items()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"threshold": 0.49}, "threshold = 0.49 is not between 0.5 and 1"),
        ({"threshold": 1.01}, "threshold = 1.01 is not between 0.5 and 1"),
        ({"threshold": math.nan}, "threshold = nan is not between"),
        ({"budget": 0}, "budget = 0 is not above 0 and at most 1"),
        ({"budget": 1.5}, "budget = 1.5 is not above 0 and at most 1"),
        ({"budget": math.nan}, "budget = nan is not above 0"),
        ({"min_words": 0}, "min-words = 0 is not at least 1"),
        ({"workers": -1}, "workers = -1 is negative"),
        ({"scope": "page"}, "scope = 'page' is not one of document, corpus"),
        ({"duplicate_documents": "move"}, "duplicate-documents = 'move' is not one of drop, keep"),
    ],
    ids=str,
)
def test_a_value_out_of_its_range_is_refused(values, reason):
    with pytest.raises(ConfigError, match=reason):
        Config(**values)


def test_all_kinds_of_values_are_read_from_a_file(settings):
    assert settings(
        'select = ["DU", "ad-label"]\nignore = "DU301"\npreview = true\nscope = "document"\nthreshold = 1\nmin-words = 4\n'
        'budget = 0.25\nduplicate-documents = "keep"\nworkers = 2\n'
    ) == Config(("DU", "ad-label"), ("DU301",), True, "document", 1.0, 4, 0.25, "keep", 2)


def test_underscores_serve_as_well_as_hyphens(settings):
    assert settings("min_words = 7").min_words == 7


def test_flags_win_over_the_file(settings):
    assert settings("threshold = 0.9\nmin-words = 7", threshold=0.7) == Config(threshold=0.7, min_words=7)


def test_a_flag_may_be_false_or_empty(settings):
    assert settings('preview = true\nignore = ["DU"]', preview=False, ignore=()) == Config()


@pytest.mark.parametrize(
    "text",
    [
        "threshold = true", 'threshold = "0.8"', "min-words = 4.0", "min-words = true", "preview = 1", "select = 3",
        "select = [1]", "scope = 1", 'workers = "2"', "budget = [0.5]",
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_refused(settings, text):
    with pytest.raises(ConfigError, match=rf"dedup\.toml: {text.split(' ')[0]} = .* has the wrong type"):
        settings(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("treshold = 0.8", "unknown setting 'treshold'; did you mean threshold?"),
        ("min-word = 3", "unknown setting 'min-word'; did you mean min-words?"),
        ("qqq = 3", "unknown setting 'qqq'$"),
        ("threshold = ", r"dedup\.toml: "),
        ("threshold = 0.2", "threshold = 0.2 is not between"),
    ],
)
def test_a_broken_file_is_refused_with_a_hint(settings, text, reason):
    with pytest.raises(ConfigError, match=reason):
        settings(text)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.toml"):
        load_config(tmp_path / "none.toml")


def test_settings_in_pyproject_stand_in_their_table(tmp_path):
    path = tmp_path / "pyproject.toml"
    path.write_text('[project]\nname = "x"\n[tool.dedup]\nmin-words = 6\n', encoding="utf-8")
    assert load_config(path) == Config(min_words=6)


def test_the_nearest_settings_are_found(tmp_path):
    inner = tmp_path / "a/b/c"
    inner.mkdir(parents=True)
    (tmp_path / "dedup.toml").touch()
    assert find_config(inner) == tmp_path.resolve() / "dedup.toml"
    (tmp_path / "a/pyproject.toml").write_text("[tool.ruff]\n", encoding="utf-8")
    assert find_config(inner) == tmp_path.resolve() / "dedup.toml"
    (tmp_path / "a/pyproject.toml").write_text("[tool.dedup]\n", encoding="utf-8")
    assert find_config(inner) == tmp_path.resolve() / "a/pyproject.toml"
    (tmp_path / "a/dedup.toml").touch()
    assert find_config(inner) == tmp_path.resolve() / "a/dedup.toml"


def test_no_settings_are_found_where_there_are_none(tmp_path, monkeypatch):
    monkeypatch.setattr("pathlib.Path.is_file", lambda path: False)
    assert find_config(tmp_path) is None


def test_by_default_all_codes_but_preview_ones_are_selected():
    assert Config().codes() == STABLE
    assert Config(preview=True).codes() == ALL
    assert STABLE < ALL


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        pytest.param(("DU001",), (), {"DU001"}, id="a code"),
        pytest.param(("du001",), (), {"DU001"}, id="a code in small letters"),
        pytest.param(("repeated-line",), (), {"DU001"}, id="a name"),
        pytest.param(("Ad-Label", " teaser "), (), {"AD001", "DU201"}, id="names in any case, spaces around"),
        pytest.param(("DU",), (), family("DU"), id="a family"),
        pytest.param(("AD0", "DU1"), (), family("AD0", "DU1"), id="prefixes"),
        pytest.param(("ALL",), (), STABLE, id="all"),
        pytest.param((), ("DU", "AD001"), STABLE - family("DU") - {"AD001"}, id="all but some"),
        pytest.param(("DU",), ("DU301", "teaser"), family("DU") - {"DU301", "DU201"}, id="ignore wins"),
        pytest.param(("DU001",), ("ALL",), set(), id="nothing"),
        pytest.param(("CR106",), (), {"CR106"}, id="a preview code by its full code"),
        pytest.param(("captioned-photo", "DU401"), (), {"CR106", "DU401"}, id="a preview code by its name"),
        pytest.param(("CR10", "DU401"), (), family("CR10") | {"DU401"}, id="a prefix leaves preview codes out"),
    ],
)
def test_selectors_select(select, ignore, expected):
    assert Config(select=select, ignore=ignore).codes() == expected


def test_with_preview_a_prefix_selects_preview_codes():
    assert Config(select=("CR", "BY"), preview=True).codes() == family("CR", "BY", among=ALL)
    assert Config(ignore=("CR",), preview=True).codes() == ALL - family("CR", among=ALL)


@pytest.mark.parametrize(
    ("label", "hint"),
    [
        ("DU002x", "did you mean DU002?"),
        ("repeted-line", "did you mean repeated-line?"),
        ("ad-lable", "did you mean ad-label?"),
        ("HX0033", "did you mean HX003?"),
        ("@@@@", "see `dedup rules`"),
    ],
)
@pytest.mark.parametrize("where", ["select", "ignore"])
def test_an_unknown_selector_suggests_the_near_one(label, hint, where):
    with pytest.raises(ConfigError) as error:
        Config(**{where: (label,)}).codes()
    assert str(error.value).startswith(f"unknown code {label!r}")
    assert hint in str(error.value)


@pytest.mark.parametrize("label", ["", " ", "U0", "001", "line"])
def test_a_selector_that_begins_no_code_is_unknown(label):
    with pytest.raises(ConfigError, match="unknown code"):
        Config(select=(label,)).codes()
