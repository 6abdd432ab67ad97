"""What is selected says what may go, never what is evidence: what an unselected rule names still speaks against others."""

import pytest

from dedup import Config, Document
from dedup.run import clean_documents

FERRY = "The ferry crews of Port Maren voted to stay ashore until the harbour office answers their letter."
NETS = "Gertrud Alm, who mends the nets, said the winter storms had taken most of the northern pier."
BOOKS = "Seventeen volunteers carried the books from the flooded library to the dry rooms above the bakery."
BRIDGE = "The council will publish the drawings of the wooden bridge, and residents may comment until spring."
ORCHARD = "Nobody in the village remembers a summer in which the orchard gave so many small red apples."
LANTERN = "The old keeper counts every lantern twice before the pilots sail, he told a visitor on Monday."
COMMENT = "I was there and saw the ferry, and I can tell you all that it was not even raining."
PROMPT = "You can unsubscribe at any time."
RIGHTS = "© 2024 The Harbour Post. All rights reserved."
MENU = ("Upper town", "Lower town", "Harbour life", "Old mill", "New mill", "Rowing club", "Bakeries", "Orchards")
TITLES = ("Five walks along the upper river", "Baker sells last loaf after a century")
PAGE = (FERRY, NETS, BOOKS, BRIDGE, ORCHARD, LANTERN)


def removed(*lines, **settings):
    """Return what goes of a page of these lines: code and text, in order."""
    outcome = clean_documents([Document("page.txt", "\n\n".join(lines) + "\n")], Config(workers=1, **settings))
    return [(removal.code, removal.text) for removal in outcome.removals]


BYLINE = "By Ann Doe"
CASES = [
    pytest.param(
        ("Ferries stay in port", BYLINE, "Advertisement", FERRY, NETS), "BY102", [BYLINE],
        id="a byline and a label above the article",
    ),
    pytest.param((FERRY, NETS, BYLINE, "Advertisement"), "BY102", [BYLINE], id="a byline and a label below the article"),
    pytest.param((FERRY, BYLINE, "Advertisement", NETS), "BY102", [BYLINE], id="a byline above a label in the article"),
    pytest.param((FERRY, "Advertisement", BYLINE, NETS), "BY102", [BYLINE], id="a byline below a label in the article"),
    pytest.param((FERRY, NETS, "Most read", *TITLES), "CX101", [*TITLES], id="titles under the heading of a box"),
    pytest.param((FERRY, NETS, PROMPT, *MENU), "CX201", [*MENU], id="a menu below the small print"),
    pytest.param(
        (FERRY, NETS, RIGHTS, "Harbour desk of Port Maren"), "CX401", ["Harbour desk of Port Maren"],
        id="a stub beyond a copyright line",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "code", "expected"), CASES)
def test_a_selected_code_takes_the_same_lines_as_when_all_are_selected(lines, code, expected):
    everything = removed(*lines)
    assert [text for found, text in everything if found == code] == expected
    assert len(everything) > len(expected)
    assert removed(*lines, select=(code,)) == [(code, text) for text in expected]


@pytest.mark.parametrize(("lines", "code", "expected"), CASES[2:5])
def test_what_is_ignored_is_still_evidence(lines, code, expected):
    others = {found for found, _ in removed(*lines)} - {code}
    assert removed(*lines, ignore=tuple(others)) == [(code, text) for text in expected]


def test_the_witnesses_are_named_though_they_are_not_selected():
    page = Document("page.txt", "\n\n".join((FERRY, BYLINE, "Advertisement", NETS)) + "\n")
    (removal,) = clean_documents([page], Config(workers=1, select=("BY102",))).removals
    assert removal.evidence == "above debris"


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param((FERRY, BYLINE, NETS), id="nothing beside it"),
        pytest.param((FERRY, BYLINE, BOOKS, "Advertisement", NETS), id="a label elsewhere"),
        pytest.param((FERRY, BYLINE, "By Land and Sea", NETS), id="a heading beside it"),
    ],
)
@pytest.mark.parametrize("select", [(), ("BY102",)], ids=["all", "BY102"])
def test_without_a_witness_a_byline_in_the_article_stays(lines, select):
    assert BYLINE not in [text for _, text in removed(*lines, select=select)]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        pytest.param("CK201", "This website uses cookies to improve your experience.", id="CK201 behind CK101"),
        pytest.param("AD201", "Cet article contient des liens affiliés.", id="AD201 behind AD103"),
    ],
)
def test_where_two_rules_name_a_line_the_selected_one_acts(code, line):
    (first,) = removed(FERRY, line, NETS)
    assert first[0] != code
    assert removed(FERRY, line, NETS, select=(code,)) == [(code, line)]
    assert removed(FERRY, line, NETS, ignore=(first[0],)) == [(code, line)]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        pytest.param("FB101", "Napisz do nas", id="FB101 behind FB105"),
        pytest.param("MD101", "Media playback is unsupported on your device", id="MD101 behind MD001"),
        pytest.param("NL103", "In der App öffnen", id="NL103 behind MD001"),
        pytest.param(
            "CK204", "Use of this site constitutes acceptance of our User Agreement.", id="CK204 behind NV103"
        ),
    ],
)
def test_where_two_rules_name_a_line_the_strong_one_acts(code, line):
    assert removed(FERRY, line, NETS) == [(code, line)]
