"""The checks of packs find what is wrong with one."""

import pytest

from dedup.rules.check import check_rules
from dedup.rules.pack import load_pack

PACK = """
schema = 1

[[rule]]
code = "AD900"
name = "tannoy"
summary = "A loudspeaker line"
why = "Nobody speaks."
match = "line"
phrases.en = ["Mind the gap between"]
examples.en.bad = ["Mind the gap between", BAD]
examples.en.good = ["Mind the doors", GOOD]
examples.en.todo = [TODO]
"""
REGEX = "regex = [{lang = 'en', keywords = ['doors'], pattern = '''PATTERN'''}]\n"


@pytest.fixture
def problems(tmp_path):
    def found(bad="MIND THE GAP BETWEEN!", good="Mind the gap", todo="Mind your head", pattern=None):
        text = PACK.replace("BAD", repr(bad)).replace("GOOD", repr(good)).replace("TODO", repr(todo))
        path = tmp_path / "own.toml"
        path.write_text(text + (REGEX.replace("PATTERN", pattern) if pattern else ""), encoding="utf-8")
        return check_rules(load_pack(path))

    return found


def test_a_sound_pack_has_no_problems(problems):
    assert problems() == []
    assert problems(bad="Stand clear of the doors", pattern="Stand clear of the doors") == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"bad": "Mind the step"}, "AD900 en: bad example is missed: 'Mind the step'", id="bad missed"),
        pytest.param({"good": "Mind the gap between"}, "AD900 en: good example is hit by AD900", id="good hit"),
        pytest.param({"good": "Advertisement"}, "AD900 en: good example is hit by AD001", id="good hit by a core rule"),
        pytest.param({"todo": "Mind the gap between"}, "AD900 en: todo example is hit", id="todo hit"),
        pytest.param({"bad": "Mind the step", "pattern": "Mind the step"}, "none of its keywords", id="no keyword"),
        pytest.param({"pattern": "(?:doors+)+x"}, "repeats a repetition", id="nested repetition"),
    ],
)
def test_a_problem_is_named(problems, changes, expected):
    assert any(expected in problem for problem in problems(**changes))
