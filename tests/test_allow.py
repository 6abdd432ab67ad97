"""What an allow entry names stays, whatever is found; all else goes as before."""

import pytest

from dedup import Config, Document
from dedup.config import Allow, fingerprint_of, load_config
from dedup.errors import ConfigError
from dedup.run import clean_documents

FERRY = "The ferry crews of Port Maren voted to stay ashore until the harbour office answers their letter."
NETS = "Gertrud Alm, who mends the nets, said the winter storms had taken most of the northern pier."
BOOKS = "Seventeen volunteers carried the books from the flooded library to the dry rooms above the bakery."
BRIDGE = "The council will publish the drawings of the wooden bridge, and residents may comment until spring."
ORCHARD = "Nobody in the village remembers a summer in which the orchard gave so many small red apples."
UNSUBSCRIBE = "You can unsubscribe at any time."
BOX = ("Most read", "Five walks along the upper river", "Baker sells last loaf after a century")


def removed(*lines, allow=(), **settings):
    """Return what goes of a page of these lines while these texts are allowed, in order."""
    config = Config(allow=tuple(Allow(fingerprint_of(text)) for text in allow), workers=1, **settings)
    outcome = clean_documents([Document("page.txt", "\n\n".join(lines) + "\n")], config)
    return [removal.text for removal in outcome.removals]


CASES = [
    pytest.param((FERRY, "Advertisement", NETS), "Advertisement", [], id="a line that a rule names"),
    pytest.param((FERRY, f"{NETS} {UNSUBSCRIBE}", BOOKS), UNSUBSCRIBE, [], id="a sentence that a rule names"),
    pytest.param((FERRY, NETS, BOOKS, FERRY), FERRY, [], id="a line that repeats an earlier one"),
    pytest.param((f"{FERRY} {NETS}", BOOKS, f"{BRIDGE} {NETS} {ORCHARD}"), NETS, [], id="a sentence that repeats one"),
    pytest.param((FERRY, NETS, BOOKS, f"{BRIDGE} {FERRY}"), FERRY, [], id="a line that is the sentence of a longer one"),
    pytest.param((FERRY, NETS, *BOX), BOX[2], [*BOX[:2]], id="a title in a box"),
    pytest.param((FERRY, NETS, *BOX), BOX[0], [], id="the heading of a box, and so the box"),
    pytest.param((FERRY, NETS, "By Ann Doe", "Advertisement"), "By Ann Doe", ["Advertisement"], id="a byline"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "allowed", "others"), CASES)
def test_an_allowed_text_stays_and_the_others_go(lines, allowed, others):
    without = removed(*lines)
    assert allowed in without
    assert removed(*lines, allow=[allowed]) == others


def test_a_near_repeat_that_is_allowed_stays():
    misspelt = FERRY.replace("letter", "leter")
    assert removed(FERRY, BOOKS, misspelt) != []
    assert removed(FERRY, BOOKS, misspelt, allow=[misspelt]) == []
    assert removed(FERRY, BOOKS, misspelt, allow=[FERRY]) == [misspelt]


def test_site_furniture_that_is_allowed_stays():
    motto = "News from the harbour since the great tide"
    documents = [
        Document(f"post/{k}.txt", f"{motto}\n\n{text}\n", "post") for k, text in enumerate((FERRY, NETS, BOOKS))
    ]
    gone = [removal.text for removal in clean_documents(documents, Config(workers=1)).removals]
    assert gone == [motto] * 3
    allowed = Config(workers=1, allow=(Allow(fingerprint_of(motto)),))
    assert clean_documents(documents, allowed).removals == []


def test_without_an_entry_nothing_is_allowed():
    assert Config().allowed() == frozenset()
    assert removed(FERRY, "Advertisement", NETS) == ["Advertisement"]


def test_an_entry_that_names_nothing_on_the_page_changes_nothing():
    assert removed(FERRY, "Advertisement", NETS, allow=[ORCHARD]) == ["Advertisement"]


def test_only_the_whole_text_is_allowed():
    assert removed(FERRY, "Advertisement", NETS, allow=["Advert", "Advertisement feature"]) == ["Advertisement"]


@pytest.mark.parametrize(
    ("allowed", "line"),
    [
        ("advertisement", "ADVERTISEMENT"),
        ("Advertisement", "– Advertisement –"),
        ("Advertisement.", " Advertisement:"),
    ],
)
def test_case_and_edge_punctuation_do_not_matter(allowed, line):
    assert removed(FERRY, line, NETS, allow=[allowed]) == []


@pytest.mark.parametrize(
    "entry", ["“We’ll sail when we’re paid”", "\"we'll sail when we're paid\"", "We'll  sail when we’re paid"]
)
def test_quotes_and_spaces_do_not_matter_to_a_fingerprint(entry):
    assert fingerprint_of(entry) == fingerprint_of("We'll sail when we're paid")


def test_quotes_do_not_matter_to_a_line():
    line = "“We’ll sail when we’re paid”: deckhands picket the slipway at Gannet Quay on Tuesday"
    straight = line.translate({0x201C: '"', 0x201D: '"', 0x2019: "'"}).upper()
    assert removed(FERRY, line, line) == [line]
    assert removed(FERRY, line, line, allow=[straight]) == []


def test_other_words_have_another_fingerprint():
    texts = ("Advertisement", "Advertisements", "137 killed", "138 killed", "Why this ad", "Why this ad?", "")
    assert len({fingerprint_of(text) for text in texts}) == len(texts)
    assert all(len(fingerprint_of(text)) == 16 for text in texts)


@pytest.mark.parametrize("place", [0, 1], ids=["above", "below"])
def test_an_allowed_label_is_no_witness_for_its_neighbour(place):
    lines = [FERRY, *["Advertisement"] * (place != 1), "By Ann Doe", *["Advertisement"] * (place != 0), NETS]
    assert "By Ann Doe" in removed(*lines)
    assert removed(*lines, allow=["Advertisement"]) == []


def test_an_allowed_line_is_no_witness_for_a_stub_of_the_page():
    rights, stub = "© 2024 The Harbour Post", "Harbour desk of Port Maren"
    assert removed(FERRY, NETS, rights, stub) == [rights, stub]
    assert removed(FERRY, NETS, rights, stub, allow=[rights]) == []


def test_an_allowed_copyright_line_does_not_end_the_article():
    rights = "© 2024 The Harbour Post. All rights reserved."
    lines = (
        FERRY,
        NETS,
        BOOKS,
        BRIDGE,
        ORCHARD,
        f"{FERRY[:-1]} by post.",
        f"{NETS[:-1]} away.",
        rights,
        f"{BOOKS[:-1]}, too.",
    )
    assert removed(*lines, select=("CR", "CX301")) == [rights, lines[-1]]
    assert removed(*lines, select=("CR", "CX301"), allow=[rights]) == []


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        pytest.param((FERRY, f"{NETS} {UNSUBSCRIBE}", BOOKS), UNSUBSCRIBE, id="a rule"),
        pytest.param((f"{FERRY} {NETS}", BOOKS, f"{FERRY} {BRIDGE}"), FERRY, id="a repeat"),
    ],
)
def test_an_allowed_line_keeps_its_sentences(lines, sentence):
    assert removed(*lines) == [sentence]
    assert removed(*lines, allow=[next(line for line in reversed(lines) if sentence in line)]) == []


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        pytest.param((FERRY, f"Sign up to our newsletter. {UNSUBSCRIBE}", BOOKS), UNSUBSCRIBE, id="a rule"),
        pytest.param((f"{FERRY} {NETS}", BOOKS, BRIDGE, f"{FERRY} {NETS}"), NETS, id="a repeat"),
        pytest.param((f"{FERRY} {NETS}", BOOKS, f"{BRIDGE} {FERRY} {NETS}"), NETS, id="a teaser"),
    ],
)
def test_an_allowed_sentence_stays_when_its_line_would_go(lines, sentence):
    gone = removed(*lines, allow=[sentence])
    assert not any(sentence in text for text in gone)


@pytest.fixture
def settings(tmp_path):
    """Read settings from a file of this name and text."""

    def load(text, name="dedup.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return load_config(path)

    return load


MARK = fingerprint_of("Advertisement")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", (), id="none"),
        pytest.param("allow = []", (), id="an empty list"),
        pytest.param('[[allow]]\ntext = "Advertisement"', (Allow(MARK),), id="by its text"),
        pytest.param('[[allow]]\ntext = "ADVERTISEMENT:"', (Allow(MARK),), id="by its text in another setting"),
        pytest.param(f'[[allow]]\nfingerprint = "{MARK}"', (Allow(MARK),), id="by its fingerprint"),
        pytest.param('[[allow]]\ntext = "Advertisement"\nreason = "a poem"', (Allow(MARK, "a poem"),), id="with a reason"),
        pytest.param(f'allow = [{{fingerprint = "{MARK}", reason = "a poem"}}]', (Allow(MARK, "a poem"),), id="in one line"),
        pytest.param(
            f'[[allow]]\ntext = "{FERRY}"\n[[allow]]\ntext = "Advertisement"', (Allow(fingerprint_of(FERRY)), Allow(MARK)), id="two"
        ),
    ],
)  # fmt: skip
def test_entries_are_read_from_a_file(settings, text, expected):
    assert settings(text).allow == expected
    assert settings(text).allowed() == {entry.fingerprint for entry in expected}


def test_entries_stand_in_the_table_of_pyproject(settings):
    found = settings('[tool.dedup]\nmin-words = 6\n[[tool.dedup.allow]]\ntext = "Advertisement"\n', "pyproject.toml")
    assert found == Config(min_words=6, allow=(Allow(MARK),))


def test_entries_of_a_file_are_minded_in_a_run(settings):
    config = settings('workers = 1\n[[allow]]\ntext = "advertisement"\n')
    text = f"{FERRY}\n\nAdvertisement\n\n{NETS}\n\nAdvertisement feature\n"
    outcome = clean_documents([Document("page.txt", text)], config)
    assert [one.text for one in outcome] == [f"{FERRY}\n\nAdvertisement\n\n{NETS}\n"]


@pytest.mark.parametrize("name", ["dedup.toml", "pyproject.toml"])
@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        pytest.param(f'{{text = "Ad", fingerprint = "{MARK}"}}', "an allow entry has either text or fingerprint", id="both"),
        pytest.param('{reason = "a poem"}', "an allow entry has either text or fingerprint", id="neither"),
        pytest.param("{}", "an allow entry has either text or fingerprint", id="nothing"),
        pytest.param('{text = "Ad", note = "a poem"}', "unknown key 'note' in an allow entry", id="an unknown key"),
        pytest.param('{Text = "Ad"}', "unknown key 'Text' in an allow entry", id="a key in capitals"),
        pytest.param("{text = 3}", "allow entries are tables of texts", id="a number for a text"),
        pytest.param('{text = ["Ad"]}', "allow entries are tables of texts", id="a list for a text"),
        pytest.param('{text = "Ad", reason = true}', "allow entries are tables of texts", id="a flag for a reason"),
        pytest.param('"Ad"', "allow entries are tables of texts", id="a text for a table"),
        pytest.param("3", "allow entries are tables of texts", id="a number for a table"),
    ],
)  # fmt: skip
def test_a_broken_entry_is_refused_with_the_name_of_the_file(settings, name, entry, reason):
    text = f'allow = [{{text = "Fine"}}, {entry}]'
    with pytest.raises(ConfigError) as error:
        settings(f"[tool.dedup]\n{text}" if name == "pyproject.toml" else text, name)
    assert name in str(error.value)
    assert reason in str(error.value)


@pytest.mark.parametrize("text", ['allow = "Advertisement"', "allow = true", "allow = 3"])
def test_entries_that_are_no_tables_are_refused_with_the_name_of_the_file(settings, text):
    with pytest.raises(ConfigError, match=r"dedup\.toml: allow entries are tables of texts"):
        settings(text)
