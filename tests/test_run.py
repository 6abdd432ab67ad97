"""Whole runs on small corpora: what goes, what stays, and why."""

from __future__ import annotations

import pytest

from dedup import Config, Document, Outcome
from dedup.run import clean_documents

FERRY = "The ferry crews of Port Maren voted to stay ashore until the harbour office answers their letter."
NETS = "Gertrud Alm, who mends the nets, said the winter storms had taken most of the northern pier."
BOOKS = "Seventeen volunteers carried the books from the flooded library to the dry rooms above the bakery."
BRIDGE = "The council will publish the drawings of the wooden bridge, and residents may comment until spring."
ORCHARD = "Nobody in the village remembers a summer in which the orchard gave so many small red apples."
LANTERN = "The old keeper counts every lantern twice before the pilots sail, he told a visitor on Monday."
CAPTION = "Deckhands of the ferry look out over the empty harbour of Port Maren in the rain"
ALONE = Config(workers=1)


def run(*texts: str, config: Config = ALONE, source: str = "site") -> Outcome:
    return clean_documents([Document(f"{source}/{k}.txt", text, source) for k, text in enumerate(texts)], config)


def texts(outcome: Outcome) -> list[str]:
    return [one.text for one in outcome]


def found(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(r.document.rpartition("/")[2], r.code, r.text) for r in outcome.removals]


def paragraphs(*lines: str) -> str:
    return "\n\n".join(lines) + "\n"


def test_nothing_comes_of_nothing() -> None:
    assert clean_documents([]).cleaned == []
    assert texts(run("", " \n")) == ["", " \n"]


def test_different_paragraphs_all_stay() -> None:
    text = paragraphs(FERRY, NETS, BOOKS, BRIDGE)
    assert texts(run(text, paragraphs(ORCHARD, LANTERN))) == [text, paragraphs(ORCHARD, LANTERN)]


TRANSCRIPT = (
    "MAYOR: We begin.\n(APPLAUSE)\nMAYOR: Thank you.\n(APPLAUSE)\nVOICE: Hear, hear.\n(APPLAUSE)\nMAYOR: Thank you.\n"
)
TABLE = "Results\nMaren 2\nSkerry 1\n2\n2\nMaren 2\nSandholm 0\n2\n1\nBest Director\nAnn Lee\nBest Director\nAnn Lee\n"
HEADINGS = paragraphs(
    "What do you fear most?", NETS, BRIDGE, ORCHARD, "Conclusion", "What do you fear most?", BOOKS, "Conclusion"
)


@pytest.mark.parametrize("text", [TRANSCRIPT, TABLE, HEADINGS], ids=["transcript", "table", "headings and questions"])
def test_short_lines_that_repeat_rightly_stay(text: str) -> None:
    assert texts(run(text)) == [text]


def test_a_short_line_directly_after_its_like_goes() -> None:
    assert texts(run(paragraphs("Port Maren harbour", "Port Maren harbour", FERRY))) == [
        paragraphs("Port Maren harbour", FERRY)
    ]


def test_adjacent_captions_become_one_and_their_quotes_do_not_matter() -> None:
    curly, straight = f"“We wait”: {CAPTION}", f'"We wait": {CAPTION}'
    outcome = run(paragraphs(FERRY, curly, straight, NETS))
    assert found(outcome) == [("0.txt", "DU001", straight)]
    assert texts(outcome) == [paragraphs(FERRY, curly, NETS)]


def test_a_misspelt_caption_goes_as_a_near_repeat() -> None:
    outcome = run(paragraphs(CAPTION, CAPTION.replace("harbour", "harbuor"), NETS))
    assert [(r.code, r.start) for r in outcome.removals] == [("DU002", len(CAPTION) + 2)]
    assert outcome.removals[0].similarity is not None
    assert 0.8 <= outcome.removals[0].similarity < 1


def test_the_threshold_decides_on_near_repeats() -> None:
    text = paragraphs(CAPTION, CAPTION.replace("harbour", "harbuor"), NETS)
    assert texts(run(text, config=Config(threshold=0.99, workers=1))) == [text]
    assert texts(run(text, config=Config(threshold=1.0, workers=1))) == [text]
    assert texts(run(text, config=Config(threshold=0.5, workers=1))) == [paragraphs(CAPTION, NETS)]


def test_a_threshold_of_one_still_removes_equal_lines() -> None:
    outcome = run(paragraphs(CAPTION, CAPTION, NETS), config=Config(threshold=1.0, workers=1))
    assert texts(outcome) == [paragraphs(CAPTION, NETS)]


def test_a_repeated_sentence_goes_out_of_its_paragraph() -> None:
    outcome = run(paragraphs(f"{FERRY} {NETS}", BOOKS, f"{BRIDGE} {NETS} {ORCHARD}"))
    assert texts(outcome) == [paragraphs(f"{FERRY} {NETS}", BOOKS, f"{BRIDGE} {ORCHARD}")]
    assert found(outcome) == [("0.txt", "DU101", NETS)]


def test_the_scope_of_a_repeat_is_the_corpus_or_the_document() -> None:
    first, second = paragraphs(FERRY, NETS, BOOKS), paragraphs(ORCHARD, NETS, BRIDGE, LANTERN, ORCHARD)
    assert texts(run(first, second)) == [first, paragraphs(ORCHARD, BRIDGE, LANTERN)]
    alone = run(first, second, config=Config(scope="document", workers=1))
    assert texts(alone) == [first, paragraphs(ORCHARD, NETS, BRIDGE, LANTERN)]


def test_in_document_scope_nothing_is_a_copy() -> None:
    text = paragraphs(FERRY, NETS)
    assert texts(run(text, text, config=Config(scope="document", workers=1))) == [text, text]


def test_a_copy_is_dropped_as_a_whole_or_kept_as_a_whole() -> None:
    first, second = paragraphs(FERRY, NETS, BOOKS), paragraphs(NETS, FERRY, BOOKS, "And rain.")
    dropped = run(first, second)
    assert [one.status for one in dropped] == ["unchanged", "copy"]
    assert dropped.removals[0].twin is not None
    assert dropped.removals[0].twin.document == "site/0.txt"
    kept = run(first, second, config=Config(duplicate_documents="keep", workers=1))
    assert texts(kept) == [first, second]
    assert kept.removals == []


def test_copies_of_copies_name_the_one_that_is_kept() -> None:
    text = paragraphs(FERRY, NETS, BOOKS)
    outcome = run(text, text, text)
    assert [r.twin and r.twin.document for r in outcome.removals] == ["site/0.txt", "site/0.txt"]


def test_what_half_the_pages_of_a_source_print_at_their_edge_is_furniture() -> None:
    motto = "The Maren Messenger – news from the harbour since the great tide"
    pages = [paragraphs(motto, body) for body in (FERRY, NETS, BOOKS)]
    outcome = run(*pages)
    assert {r.code for r in outcome.removals} == {"DU301"}
    assert texts(outcome) == [paragraphs(body) for body in (FERRY, NETS, BOOKS)]


def test_two_pages_make_no_furniture_nor_do_pages_of_different_sources() -> None:
    motto = "News since the great tide"
    pages = [f"{body}\n\nConclusion\n" for body in (FERRY, NETS, BOOKS)]
    documents = [Document(f"{s}/1.txt", page, s) for s, page in zip("abc", pages, strict=True)]
    assert clean_documents(documents, ALONE).removals == []
    assert run(paragraphs("Motto", FERRY), paragraphs("Motto", NETS)).removals == []
    assert motto not in "".join(texts(run(*[paragraphs(motto, b) for b in (FERRY, NETS, BOOKS)])))


def test_a_chain_keeps_both_ends_when_they_differ() -> None:
    """A ~ B and B ~ C, but not A ~ C: B goes, and names A."""
    a = FERRY
    b = a.replace("answers", "anwsers")
    c = b.replace("harbour", "harbuor").replace("ashore", "ashroe")
    config = Config(workers=1)
    assert found(run(paragraphs(a, NETS, c, BOOKS), config=config)) == []
    outcome = run(paragraphs(a, NETS, b, BOOKS, c, BRIDGE), config=config)
    assert texts(outcome) == [paragraphs(a, NETS, BOOKS, c, BRIDGE)]
    assert [(r.text, r.twin and r.twin.start) for r in outcome.removals] == [(b, 0)]


def test_a_twin_that_a_rule_removes_is_no_twin() -> None:
    label = "Read more: the ferry crews of Port Maren voted to stay ashore"
    outcome = run(paragraphs(label, NETS, BOOKS), paragraphs(ORCHARD, label, BRIDGE))
    assert {r.code[:2] for r in outcome.removals} == {"RL"}
    assert all(r.twin is None for r in outcome.removals)


def test_a_twin_that_goes_in_a_later_pass_is_replaced_by_one_that_stays() -> None:
    """What a rule uncovers: the first copy touches its like only when the label between them has gone."""
    text = paragraphs("Port Maren harbour", "Advertisement", "Port Maren harbour", FERRY, NETS, BOOKS)
    outcome = run(text, paragraphs(FERRY, BRIDGE, ORCHARD, LANTERN))
    assert texts(outcome) == [
        paragraphs("Port Maren harbour", FERRY, NETS, BOOKS),
        paragraphs(BRIDGE, ORCHARD, LANTERN),
    ]
    assert outcome.passes >= 3
    assert [r.code for r in outcome.removals] == ["AD001", "DU001", "DU001"]


def test_an_over_budget_document_is_left_alone_and_named_and_may_serve_as_a_twin() -> None:
    outcome = run(paragraphs(FERRY, NETS, FERRY, NETS, FERRY, NETS), paragraphs(FERRY, BOOKS, ORCHARD, BRIDGE))
    first, second = outcome.cleaned
    assert (first.status, first.text, first.removals) == ("left alone", first.document.text, ())
    assert first.refused == pytest.approx(2 / 3)
    assert [r.code for r in second.removals] == ["DU001"]
    freed = run(first.document.text, config=Config(budget=1, workers=1))
    assert texts(freed) == [paragraphs(FERRY, NETS)]


def test_many_over_budget_documents_do_not_keep_the_run_from_ending() -> None:
    heavy = [paragraphs(body, body, body) for body in (FERRY, NETS, BOOKS)]
    light = [f"{k} is a line of its own that nobody else has written {k * 7} times" for k in range(20)]
    outcome = run(*heavy, *light, paragraphs(ORCHARD, "Advertisement", BRIDGE))
    assert outcome.statuses == {"left alone": 3, "unchanged": 20, "changed": 1}


def test_two_documents_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="same id"):
        clean_documents([Document("a", ""), Document("a", "")])


def test_a_document_that_a_partial_pass_would_empty_is_a_copy_in_the_whole() -> None:
    line = "The ferry crews of Port Maren voted to stay ashore until the harbour office answers their letter."
    debris = (
        "We use your sign-up to provide content in ways you've consented to and to improve our understanding of you."
    )
    motto = "The Maren Messenger – news from the harbour since the great tide\n"
    texts = {"0": "\n", "1": f"{line}\n", "2": motto, "3": motto, "4": f"{line}\n{line} {debris}\n"}
    outcome = clean_documents([Document(f"alpha/{name}.txt", text, "alpha") for name, text in texts.items()])
    assert [one.status for one in outcome] == ["unchanged", "unchanged", "unchanged", "copy", "copy"]
