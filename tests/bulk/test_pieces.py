"""Lines that may be teasers, or hold pieces of one: none is missed, and few others are looked at."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.bulk import kernels
from dedup.bulk.pieces import may_have_teasers
from dedup.normalize import normalize, view
from dedup.repeats.teasers import LEAD_WORDS, MAX_LINES, MAX_WORDS, SENTENCE_WORDS, WORDS_PER_CHANGE, find_teasers
from tests.bulk.batch import batch_of, teasing_pages
from tests.strategies import OTHER, SAME, SENTENCES, corpora

CORPUS = Path(__file__).parents[2] / "corpus"


def marked(documents, min_words=5, most_lines=MAX_LINES):
    """Return which lines the loop marks in each document, a list of lines that are not blank."""
    b = batch_of(["\n".join(lines) for lines in documents])
    folds = b.at[b.lines[:, 1:]].astype(np.int64)
    trimmed, _ = kernels.trim(b.codes, folds, b.traits)
    traits = kernels.traits_of_segments(b.codes, folds, trimmed, b.points, b.lines[:, 1:], b.traits)
    limits = (min_words, MAX_WORDS, LEAD_WORDS, SENTENCE_WORDS)
    stops, doc = (traits & kernels.STOP) > 0, b.lines[:, 0]
    found = may_have_teasers(b.codes, trimmed, stops, doc, b.traits, limits, WORDS_PER_CHANGE, most_lines)
    assert (found.dtype, len(found)) == (np.bool_, sum(map(len, documents)))
    return [found[doc == number].tolist() for number in range(len(documents))]


def teasers(lines, min_words=5):
    return find_teasers(list(map(view, lines)), min_words)


def expect_no_teaser_is_missed(documents, min_words):
    """A teaser, or a line equal to it, is marked, and so is the line that it repeats."""
    for lines, said in zip(documents, marked(documents, min_words), strict=True):
        texts = {normalize(line) for line, one in zip(lines, said, strict=True) if one}
        for found in teasers(lines, min_words):
            assert {normalize(lines[found.line]), normalize(lines[found.twin])} <= texts


MIN_WORDS = st.sampled_from((1, 5, 9))


@given(st.lists(teasing_pages(), max_size=4), MIN_WORDS)
@settings(deadline=None, max_examples=100)
def test_no_teaser_of_a_page_is_missed(documents, min_words):
    expect_no_teaser_is_missed(documents, min_words)


@given(corpora(), MIN_WORDS)
@settings(deadline=None, max_examples=50)
def test_no_teaser_of_a_corpus_is_missed(documents, min_words):
    pages = [[line for line in document.text.lstrip("\ufeff").split("\n") if line.strip()] for document in documents]
    expect_no_teaser_is_missed(pages, min_words)


LEAD = "The ferry crews of Port Maren voted to stay ashore until the harbour office answers the letter that they wrote"
LONG = f"{LEAD} in the first week of the great autumn storm, said the oldest of the pilots."


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([f"{' '.join(LEAD.split()[:10])}.", LONG], id="a sentence"),
        pytest.param([LONG, LEAD], id="a lead below its paragraph"),
        pytest.param([LEAD.replace("answers", "anwsers"), LONG], id="a lead with a slip"),
        pytest.param([" ".join(LEAD.split()[:6]), " ".join(LEAD.split()[:10])], id="a headline cut short"),
    ],
)
def test_a_teaser_and_its_line_are_marked_and_their_neighbours_are_not(lines):
    assert teasers(lines)
    page = [SENTENCES[1], *lines, SENTENCES[2]]
    assert marked([[LONG], page, [], [LEAD]]) == [[False], [False, True, True, False], [], [False]]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([], id="no lines"),
        pytest.param([LONG], id="one line"),
        pytest.param([LONG, LONG, LONG], id="equal lines"),
        pytest.param([" ".join(LEAD.split()[:7]), LONG], id="a heading far shorter than the line below"),
        pytest.param([" ".join(LEAD.split()[:10]), "between", LONG], id="a title that is neither sentence nor lead"),
        pytest.param(["The ferry.", LONG], id="a sentence of few words"),
        pytest.param(list(SENTENCES), id="different paragraphs"),
        pytest.param(["—", "...", "(", "* * *"], id="lines without words"),
    ],
)
def test_other_lines_are_not_marked(lines):
    assert teasers(lines) == []
    assert not any(marked([lines])[0])


def test_a_teaser_in_another_document_is_none():
    assert marked([[LEAD], [LONG], [LEAD, "x"], ["x", LONG]]) == [[False], [False], [False, False], [False, False]]


def test_a_longer_line_without_the_piece_is_not_marked():
    assert marked([[LONG, LEAD, " ".join(SENTENCES[1:7])]]) == [[True, True, False]]


def test_a_document_of_too_many_lines_is_left_out_and_its_neighbours_are_not():
    pages = [[LONG, LEAD], [LONG, LEAD, "x"], [LONG, LEAD]]
    assert marked(pages, most_lines=3) == [[True, True], [True, True, False], [True, True]]
    assert marked(pages, most_lines=2) == [[True, True], [False, False, False], [True, True]]


def test_no_teaser_among_changed_sentences_is_missed():
    changed = [(change(text), f"{text} {SENTENCES[0]}") for text in SENTENCES[1:] for change in SAME + OTHER]
    pages = [list(lines) for lines in changed if lines[0].strip()]
    expect_no_teaser_is_missed(pages, 5)
    assert any(map(teasers, pages))


def test_most_lines_of_the_sample_corpus_are_not_marked():
    texts = [path.read_text(encoding="utf-8", errors="ignore") for path in sorted(CORPUS.rglob("*.txt"))]
    pages = [[line for line in text.lstrip("\ufeff").split("\n") if line.strip()] for text in texts]
    expect_no_teaser_is_missed(pages, 5)
    found = [one for said in marked(pages) for one in said]
    assert 0 < sum(found) < 0.1 * len(found)
