"""The budget counts words of paragraphs and all words: a page is cleaned as long as most of one of them stays."""

import pytest

from dedup import Config, Document
from dedup.normalize import view
from dedup.run import clean_documents

FERRY = "The ferry crews of Port Maren voted to stay ashore until the harbour office answers their letter."
NETS = "Gertrud Alm, who mends the nets, said the winter storms had taken most of the northern pier."
BOOKS = "Seventeen volunteers carried the books from the flooded library to the dry rooms above the bakery."
BRIDGE = "The council will publish the drawings of the wooden bridge, and residents may comment until spring."
ORCHARD = "Nobody in the village remembers a summer in which the orchard gave so many small red apples."
LANTERN = "The old keeper counts every lantern twice before the pilots sail, he told a visitor on Monday."
HERONS = "Two herons have moved into the ruined mill and take their fish from the pond behind the school."
BAKER = "The baker of Skerry sold her last loaf at noon, closed the shutters and went to the sea with her dog."
CONSENT = "We use cookies and other tracking technologies to understand where our readers come from."
MENU = [
    f"{a} {b}"
    for a in ("Upper", "Lower", "Old", "New", "Outer")
    for b in ("town", "mill", "harbour", "bridge", "market")
]
ALONE = Config(workers=1)


def text(*lines):
    return "\n\n".join(lines) + "\n"


def words(*lines):
    return sum(view(line).words for line in lines)


def run(*texts, config=ALONE):
    """Clean texts that are compared with each other, in this order."""
    return clean_documents([Document(f"{k}.txt", one) for k, one in enumerate(texts)], config).cleaned


def test_a_page_that_is_mostly_menu_and_consent_is_cleaned_and_its_article_stays():
    article = ("Ferries stay in port for a third day", FERRY, NETS, BOOKS)
    debris = [*MENU, CONSENT, "Advertisement"]
    assert words(*debris) > words(*article)
    (one,) = run(text(*MENU, CONSENT, *article, "Advertisement"))
    assert (one.status, one.refused) == ("changed", None)
    assert one.text == text(*article)


def test_the_smallest_budget_spares_no_debris_either():
    (one,) = run(text(*MENU, CONSENT, FERRY, NETS), config=Config(workers=1, budget=0.01))
    assert (one.status, one.text) == ("changed", text(FERRY, NETS))


OTHERS = (text(FERRY, NETS), text(BOOKS, BRIDGE), text(ORCHARD, LANTERN))


@pytest.mark.parametrize(
    ("repeats", "own"),
    [
        pytest.param((FERRY, BOOKS, ORCHARD), (HERONS,), id="three of four"),
        pytest.param((FERRY, BOOKS, ORCHARD, LANTERN), (HERONS, BAKER), id="four of six"),
        pytest.param((FERRY, NETS, BOOKS, BRIDGE, ORCHARD, LANTERN), (), id="all"),
    ],
)
def test_a_document_whose_paragraphs_mostly_repeat_several_others_is_left_alone_and_named(repeats, own):
    whole = text(*repeats, *own)
    *others, one = run(*OTHERS, whole)
    assert (one.status, one.text, one.removals) == ("left alone", whole, ())
    assert one.refused == pytest.approx(words(*repeats) / words(*repeats, *own))
    assert [(other.status, other.text) for other in others] == [("unchanged", other) for other in OTHERS]


@pytest.mark.parametrize(
    ("repeats", "own"),
    [
        pytest.param((), (HERONS, BAKER), id="none"),
        pytest.param((FERRY,), (HERONS, BAKER), id="one of three"),
        pytest.param((FERRY, BOOKS), (HERONS, BAKER), id="two of four, which are less than half of the words"),
    ],
)
def test_a_document_of_which_most_is_its_own_loses_what_it_repeats(repeats, own):
    assert words(*repeats) <= words(*own)
    *_, one = run(*OTHERS, text(*repeats, *own))
    assert (one.text, one.refused) == (text(*own), None)
    assert [removal.text for removal in one.removals] == list(repeats)


def test_exactly_the_budget_may_go():
    whole = text(FERRY, HERONS)
    share = words(FERRY) / words(FERRY, HERONS)
    assert run(OTHERS[0], whole, config=Config(workers=1, budget=share))[1].text == text(HERONS)
    over = run(OTHERS[0], whole, config=Config(workers=1, budget=share - 0.001))[1]
    assert (over.status, over.text, over.refused) == ("left alone", whole, pytest.approx(share))


def test_with_the_whole_budget_nothing_is_left_alone():
    *_, one = run(*OTHERS, text(FERRY, BOOKS, ORCHARD, HERONS), config=Config(workers=1, budget=1.0))
    assert (one.status, one.text) == ("changed", text(HERONS))


def test_the_words_of_removed_sentences_count_too():
    repeats = (FERRY, BOOKS, ORCHARD)
    whole = text(f"{FERRY} {BOOKS}", f"{ORCHARD} {HERONS}")
    *_, one = run(*OTHERS, whole)
    assert (one.status, one.text) == ("left alone", whole)
    assert one.refused == pytest.approx(words(*repeats) / words(*repeats, HERONS))


def test_much_debris_does_not_save_a_document_from_losing_its_paragraphs_nor_hide_it():
    repeats, debris = (FERRY, BOOKS, ORCHARD), [*MENU, CONSENT]
    whole = text(*debris, *repeats, HERONS)
    *_, one = run(*OTHERS, whole)
    assert (one.status, one.text) == ("left alone", whole)
    # The named share is the lesser one: here that of the paragraphs.
    of_paragraphs = words(*repeats) / words(*repeats, HERONS)
    of_all = words(*debris, *repeats) / words(*debris, *repeats, HERONS)
    assert one.refused == pytest.approx(min(of_paragraphs, of_all))


def test_lines_that_are_no_paragraphs_count_when_the_paragraphs_go():
    rows = [
        f"Lantern {k}: white, {k} flashes, keeper {name}"
        for k, name in enumerate("Alm Beck Carr Dorn Eide".split() * 3)
    ]
    *_, one = run(*OTHERS, text(FERRY, *rows, BOOKS, ORCHARD, HERONS))
    assert words(FERRY, BOOKS, ORCHARD) < words(*rows, HERONS)
    assert (one.status, one.text) == ("changed", text(*rows, HERONS))


CAPTIONS = ("Deckhands on the quay of Port Maren in the rain this Tuesday", "The empty slip")


@pytest.mark.parametrize(
    ("kept", "gone"),
    [
        pytest.param(CAPTIONS, ("Advertisement",), id="little"),
        pytest.param(("One", "Two"), ("Ad Feedback",), id="half"),
    ],
)
def test_a_document_without_paragraphs_loses_up_to_half_of_all_its_words(kept, gone):
    assert words(*gone) <= words(*kept)
    (one,) = run(text(*kept, *gone))
    assert (one.status, one.text, one.refused) == ("changed", text(*kept), None)


@pytest.mark.parametrize(
    ("kept", "gone", "share"),
    [
        pytest.param(("The empty slip",), ("Story continues below advertisement", "Advertisement"), 5 / 8, id="most"),
        pytest.param((), ("Advertisement",), 1.0, id="all"),
    ],
)
def test_a_document_without_paragraphs_that_would_lose_more_is_left_alone_and_named(kept, gone, share):
    (one,) = run(text(*kept, *gone))
    assert (one.status, one.text, one.refused) == ("left alone", text(*kept, *gone), pytest.approx(share))


@pytest.mark.parametrize(
    "whole", ["", " \n", text(FERRY, NETS), text("Conclusion")], ids=["nothing", "blank", "article", "word"]
)
def test_a_document_that_loses_nothing_is_not_named(whole):
    (one,) = run(whole)
    assert (one.status, one.text, one.refused) == ("unchanged", whole, None)
