"""Cutting segments out: white space is left as it should be, and the way back is exact."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.cut import Kept, cut_block, without
from dedup.segment import Span

WORDS = st.text(alphabet="abcé北𝒜", min_size=1, max_size=6)
LINE_GAPS = st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n", "\n \n", "\n\n\n"])
SENTENCE_GAPS = st.sampled_from([" ", "  ", "\u00a0", ""])


@st.composite
def blocks(draw, gaps):
    """Return a text, the spans of its pieces, and which of them go."""
    words = draw(st.lists(WORDS, min_size=1, max_size=8))
    text, spans = draw(st.sampled_from(["", " ", "\n"])), []
    for number, word in enumerate(words):
        if number:
            text += draw(gaps)
        spans.append(Span(len(text), len(text) + len(word)))
        text += word
    text += draw(st.sampled_from(["", "\n", " ", "\r\n"]))
    gone = draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words)))
    return text, spans, gone


def pieces_of(text, spans, gone, mark):
    return sorted(p for found in cut_block(text, spans, gone, mark).values() for p in found)


def cut_lines(text, *gone):
    """Return the text without its lines of these numbers."""
    spans = [Span(m.start(), m.end()) for m in re.finditer(r"[^\r\n]*[^\r\n\s][^\r\n]*", text)]
    return without(text, pieces_of(text, spans, [k in gone for k in range(len(spans))], "\n"))


def test_nothing_gone_cuts_nothing():
    assert cut_block("one\n\ntwo\n", [Span(0, 3), Span(5, 8)], [False, False], "\n") == {}


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        pytest.param("one\n\ntwo\n\nthree\n", (1,), "one\n\nthree\n", id="between paragraphs"),
        pytest.param("one\ntwo\n\nthree\n", (1,), "one\n\nthree\n", id="a break after it stays"),
        pytest.param("one\n\ntwo\nthree\n", (1,), "one\n\nthree\n", id="a break before it stays"),
        pytest.param("one\ntwo\nthree\n", (1,), "one\nthree\n", id="no blank line where there was none"),
        pytest.param("one\n\ntwo\n\nthree\n", (0,), "two\n\nthree\n", id="the first line"),
        pytest.param("one\n\ntwo\n\nthree\n", (2,), "one\n\ntwo\n", id="the last line"),
        pytest.param("one\n\ntwo\n\nthree", (2,), "one\n\ntwo", id="the last line without a line end"),
        pytest.param("one\r\n\r\ntwo\r\nthree\r\n", (1,), "one\r\n\r\nthree\r\n", id="CRLF"),
        pytest.param("one\n\ntwo\n\nthree\n\nfour\n", (1, 2), "one\n\nfour\n", id="two in a row"),
        pytest.param("one\ntwo\n\nthree\nfour\n", (1, 2), "one\n\nfour\n", id="a break between two that go"),
        pytest.param("one\n\ntwo\n\nthree\n\nfour\n", (0, 2), "two\n\nfour\n", id="two apart"),
        pytest.param("one\n\n\n\ntwo\n\nthree\n", (1,), "one\n\n\n\nthree\n", id="the widest gap stays"),
    ],
)
def test_a_paragraph_break_survives_and_is_not_doubled(text, gone, left):
    assert cut_lines(text, *gone) == left


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        pytest.param([1], "It rained.  We left.", id="the wider gap stays"),
        pytest.param([0], "Nobody came.  We left.", id="the first"),
        pytest.param([2], "It rained. Nobody came.", id="the last"),
    ],
)
def test_sentences_leave_one_gap(gone, left):
    text = "It rained. Nobody came.  We left."
    spans = [Span(0, 10), Span(11, 23), Span(25, 33)]
    assert without(text, pieces_of(text, spans, [k in gone for k in range(3)], " ")) == left


@given(blocks(LINE_GAPS))
def test_the_gap_that_stays_between_lines_was_there_before(block):
    text, spans, gone = block
    left = without(text, pieces_of(text, spans, gone, "\n"))
    kept = [k for k, g in enumerate(gone) if not g]
    # Rebuilt word by word: the pieces that stay, and between two of them the widest gap of those between them.
    expected = text[: spans[0].start]
    for place, k in enumerate(kept):
        if place:
            between = [text[spans[j].end : spans[j + 1].start] for j in range(kept[place - 1], k)]
            expected += max(between, key=lambda g: (g.count("\n"), len(g)))
        expected += text[slice(*spans[k])]
    assert left == expected + text[spans[-1].end :]


@given(blocks(LINE_GAPS))
def test_blank_lines_are_never_doubled(block):
    text, spans, gone = block

    def widest(s):
        return max((run.count("\n") for run in re.findall(r"\s+", s.strip())), default=0)

    assert widest(without(text, pieces_of(text, spans, gone, "\n"))) <= widest(text)


@given(blocks(SENTENCE_GAPS.filter(bool)))
def test_words_are_never_glued(block):
    text, spans, gone = block
    left = without(text, pieces_of(text, spans, gone, " "))
    assert left.split() == [text[slice(*s)] for s, g in zip(spans, gone, strict=True) if not g]


@given(st.one_of(blocks(LINE_GAPS), blocks(SENTENCE_GAPS)))
def test_every_removed_span_has_pieces_that_cover_it_and_never_overlap(block):
    text, spans, gone = block
    found = cut_block(text, spans, gone, "\n")
    assert sorted(found) == [k for k, g in enumerate(gone) if g]
    for k, pieces in found.items():
        assert any(p.start <= spans[k].start and spans[k].end <= p.end for p in pieces)
    flat = [p for k in sorted(found) for p in found[k]]
    assert all(a.end <= b.start for a, b in pairwise(flat))


@st.composite
def passes(draw):
    """Return a text and several rounds of pieces to cut, each in terms of what the round before left."""
    text = draw(st.text(alphabet="abcdé\n 北", max_size=40))
    rounds, length = [], len(text)
    for _ in range(draw(st.integers(0, 4))):
        edges = sorted(draw(st.lists(st.integers(0, length), max_size=6, unique=True)))
        pieces = [Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
        rounds.append(pieces)
        length -= sum(b - a for a, b in pieces)
    return text, rounds


@given(passes())
def test_cut_and_original_ranges_give_back_the_text(case):
    text, rounds = case
    current, kept = text, Kept(len(text))
    rebuilt = dict(enumerate(text))
    removed = {}
    for pieces in rounds:
        for piece in pieces:
            for start, end in kept.original(piece):
                assert not removed.keys() & range(start, end)
                removed.update((k, rebuilt[k]) for k in range(start, end))
        kept.cut(pieces)
        current = without(current, pieces)
    ranges = kept.original(Span(0, len(current)))
    assert "".join(text[a:b] for a, b in ranges) == current
    places = [k for a, b in ranges for k in range(a, b)]
    both = dict(zip(places, current, strict=True)) | removed
    assert "".join(both[k] for k in sorted(both)) == text


@given(passes(), st.integers(0, 40), st.integers(0, 40))
def test_any_span_of_the_current_text_maps_to_the_same_characters(case, one, other):
    text, rounds = case
    current, kept = text, Kept(len(text))
    for pieces in rounds:
        kept.cut(pieces)
        current = without(current, pieces)
    start, end = sorted((min(one, len(current)), min(other, len(current))))
    assert "".join(text[a:b] for a, b in kept.original(Span(start, end))) == current[start:end]


def test_a_span_of_nothing_has_no_original():
    assert Kept(0).original(Span(0, 0)) == []
    assert Kept(5).original(Span(2, 2)) == []
