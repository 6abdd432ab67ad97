"""A run loads the compiled packs; an edited pack or a damaged file is never hidden by them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dedup.rules import compiled
from dedup.rules.compiled import digest_of, dump, load
from dedup.rules.pack import core_packs, core_rules, rules_with

FORGOTTEN = "the packs were edited and not compiled: run `python -m dedup.rules.compiled`"


@pytest.fixture
def packs(tmp_path):
    """Copies of dedup's own packs, in the same order."""
    (tmp_path / "packs").mkdir()
    copies = [tmp_path / "packs" / pack.name for pack in core_packs()]
    for pack, copy in zip(core_packs(), copies, strict=True):
        copy.write_bytes(pack.read_bytes())
    return copies


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """Put this text in the place of the compiled file; None: no file."""

    def put(text):
        path = tmp_path / "stored.json"
        monkeypatch.setattr(compiled, "NAME", str(path))
        if text is not None:
            path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    return put


def without_examples(rules):
    return tuple(replace(rule, examples={}) for rule in rules)


def test_the_compiled_file_holds_the_rules_of_the_packs_without_their_examples():
    assert load(core_packs()) == without_examples(core_rules()), FORGOTTEN


def test_the_compiled_file_is_what_would_be_written_now():
    text = (Path(compiled.__file__).parent / compiled.NAME).read_text(encoding="utf-8")
    same = text == dump(core_rules(), core_packs())  # not compared in the assertion: the difference would be megabytes
    assert same, FORGOTTEN


def test_what_is_written_is_read_again(stored):
    stored(dump(core_rules(), core_packs()))
    assert load(core_packs()) == without_examples(core_rules())


def test_the_command_writes_the_file(stored):
    path = stored(None)
    compiled.main()
    assert path.read_text(encoding="utf-8") == dump(core_rules(), core_packs())


def test_packs_of_the_same_content_are_the_same_wherever_they_are(packs):
    assert digest_of(packs) == digest_of(core_packs())
    assert load(packs) == load(core_packs())


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda text: text + "\n", id="a blank line more"),
        pytest.param(lambda text: text.replace("a", "b", 1), id="a letter"),
        pytest.param(lambda text: "", id="emptied"),
    ],
)
@pytest.mark.parametrize("number", [0, -1], ids=["first pack", "last pack"])
def test_an_edited_pack_is_not_hidden(packs, number, edit):
    packs[number].write_text(edit(packs[number].read_text(encoding="utf-8")), encoding="utf-8")
    assert load(packs) is None


def test_a_pack_more_or_less_is_not_hidden(packs, tmp_path):
    more = tmp_path / "packs" / "zoo.toml"
    more.write_text("schema = 1\n", encoding="utf-8")
    assert load([*packs, more]) is None
    assert load(packs[:-1]) is None


DIGEST = digest_of(core_packs())
DAMAGED = [
    pytest.param(None, id="missing"),
    pytest.param("", id="empty"),
    pytest.param("not JSON", id="not JSON"),
    pytest.param(f'{{"digest": "{DIGEST}", "rules": [', id="cut off"),
    pytest.param(b"\xff\xfe\x00", id="not UTF-8"),
    pytest.param('{"digest": "", "rules": []}', id="of no packs"),
    pytest.param(json.dumps({"digest": "0" * 32, "rules": []}), id="of other packs"),
]
MISSHAPEN = [
    pytest.param("{}", id="no digest"),
    pytest.param("[]", id="a list"),
    pytest.param("null", id="nothing"),
    pytest.param(json.dumps({"digest": DIGEST}), id="no rules"),
    pytest.param(json.dumps({"digest": DIGEST, "rules": [[["AD001"], [], []]]}), id="rules of another form"),
]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_file_is_not_loaded(stored, text):
    stored(text)
    assert load(core_packs()) is None


@pytest.mark.parametrize("text", MISSHAPEN)
def test_a_file_of_another_form_is_not_loaded(stored, text):
    stored(text)
    assert load(core_packs()) is None


@pytest.mark.parametrize("text", [None, "not JSON"], ids=["missing", "damaged"])
def test_without_the_compiled_file_the_packs_are_read(stored, text):
    stored(text)
    assert without_examples(rules_with.__wrapped__(())) == without_examples(core_rules())


def test_without_the_compiled_file_a_users_pack_is_added_all_the_same(stored, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('schema = 1\n[[rule]]\ncode = "AD001"\nstatus = "preview"\n', encoding="utf-8")
    stored(None)
    found = rules_with.__wrapped__((str(own),))
    assert [rule.code for rule in found] == [rule.code for rule in core_rules()]
    assert next(rule for rule in found if rule.code == "AD001").preview
