"""The compiled loops over characters compute what the functions for single texts say."""

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from dedup.bulk import kernels
from dedup.bulk.characters import COMPLEX
from dedup.bulk.fnv import hash_of
from dedup.normalize import count_words, fold, normalize
from dedup.segment import is_balanced, line_spans, sentence_spans
from tests.bulk.batch import batch_of, joined
from tests.strategies import OTHER, SAME, SENTENCES, SHORT

ODD = st.sampled_from(list("\n\r\t \u00a0\u3000\u2028\x1c\u200b\ufeff\u00ad-+–.?!…。”»)(“„«[]\"'¨´ﬁßİ½5٣Ⅷ北京กжéX_№•"))
ODD_TEXTS = st.text(ODD, max_size=20) | st.lists(st.sampled_from((*SENTENCES, *SHORT, " ", "\n"))).map("".join)
#: The loops leave characters that join to others: those lines are analysed one by one.
SIMPLE = st.characters(exclude_categories=("Cs", "M")).filter(lambda c: not 0x1100 <= ord(c) < 0x1200)
TEXTS = ODD_TEXTS | st.text(st.characters(max_codepoint=0x30FF, exclude_categories=("Cs", "M")), max_size=20)


def slices(codes, spans):
    text = codes.tobytes().decode("utf-32-le", "surrogatepass")
    return [text[a:z] for a, z in spans.tolist()]


def without_complex(b):
    assume(not (b.traits[b.points] & COMPLEX).any())
    return b


@given(st.lists(st.text(max_size=12) | ODD_TEXTS, max_size=5))
@settings(deadline=None)
@example([])
@example(["", "\ufeff", "\ufeff\r\n", "\r", "\r\r\n", "a\r\rb\r", "\n\ufeffa", " \r\n a \r\n"])
def test_lines_are_found_as_in_each_text_alone(texts):
    b = batch_of(texts)
    expected = [
        [doc, begin + start, begin + end]
        for doc, (begin, text) in enumerate(zip(b.begins.tolist(), texts, strict=False))
        for start, end in line_spans(text)
    ]
    assert b.lines.tolist() == expected


@given(st.lists(TEXTS, max_size=4))
@settings(deadline=None, max_examples=100)
def test_lines_are_folded_trimmed_and_counted_as_each_alone(texts):
    b = without_complex(batch_of(texts))
    lines = [b.text[start:end] for _, start, end in b.lines.tolist()]
    folds = b.at[b.lines[:, 1:]].astype(np.int64)
    assert slices(b.codes, folds) == [fold(line) for line in lines]
    assert b.folded == "".join(f"{fold(line)}\n" for line in lines)
    trimmed, words = kernels.trim(b.codes, folds, b.traits)
    normalized = [normalize(line) for line in lines]
    assert slices(b.codes, trimmed) == normalized
    assert words.tolist() == [count_words(text) for text in normalized]


@given(TEXTS, st.data())
@settings(deadline=None, max_examples=100)
def test_a_part_of_a_line_is_trimmed_and_counted_as_it_is_alone(text, data):
    b = without_complex(batch_of([text]))
    assume(len(b.lines))
    _, start, end = data.draw(st.sampled_from(b.lines.tolist()))
    a, z = sorted(data.draw(st.tuples(*[st.integers(start, end)] * 2)))
    trimmed, words = kernels.trim(b.codes, b.at[[[a, z]]].astype(np.int64), b.traits)
    normalized = normalize(text[a:z])
    assert (slices(b.codes, trimmed), words.tolist()) == ([normalized], [count_words(normalized)])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("cafe\u0301", True, id="a combining accent"),
        pytest.param("\u1112\u1161", True, id="conjoining jamo"),
        pytest.param("हिन्दी", True, id="vowel signs"),
        pytest.param("café", False, id="a letter with its accent"),
        pytest.param("한국 ½ ﬁ …", False, id="syllables and signs that become several"),
    ],
)
def test_lines_whose_characters_join_are_told_apart(text, found):
    b = batch_of([f"before\n{text}\nafter"])
    assert kernels.complex_lines(b.points, b.lines, b.traits).tolist() == [False, found, False]


@given(st.lists(ODD_TEXTS, max_size=4))
@settings(deadline=None)
def test_only_a_line_that_may_be_split_has_several_sentences(texts):
    b = batch_of(texts)
    may = kernels.may_split(b.points, b.lines, b.traits).tolist()
    for (_, start, end), said in zip(b.lines.tolist(), may, strict=True):
        line = b.text[start:end].rstrip()
        assert said == any(mark in line[:-1] for mark in ".!?…。！？؟।")
        assert said or len(sentence_spans(b.text[start:end])) == 1


def ends(text, marks, closing):
    return text.rstrip(closing).endswith(marks)


@given(st.lists(st.text(max_size=9) | ODD_TEXTS, max_size=4))
@settings(deadline=None, max_examples=100)
@example(["“„", "”", "„a“", "„a” b”", "(«[»])", ")(", "«»»", '"" "', "a.)", "a?»", "b۔", "c」", "d।", "e؟)", "f？ »"])
@example(["12 boats", "boats", "two boats", "٣", "½ a", ". .", "?»", "» ?"])
def test_what_else_is_asked_of_a_segment(texts):
    b = without_complex(batch_of(texts))
    folds = b.at[b.lines[:, 1:]].astype(np.int64)
    trimmed, _ = kernels.trim(b.codes, folds, b.traits)
    found = kernels.traits_of_segments(b.codes, folds, trimmed, b.points, b.lines[:, 1:], b.traits).tolist()
    for (_, start, end), bits in zip(b.lines.tolist(), found, strict=True):
        line = b.text[start:end]
        folded, normalized = fold(line), normalize(line)
        expected = {
            kernels.STOP: ends(folded, (".", "。"), "\"')] "),
            kernels.ASKS: ends(folded, ("?",), "\"')] "),
            kernels.FINAL: ends(folded, tuple(".!。！।۔」?？؟"), "\"')]» "),
            kernels.FINAL_ASKS: ends(folded, tuple("?？؟"), "\"')]» "),
            kernels.DIGITS: any(map(str.isdigit, normalized)),
            kernels.BALANCED: is_balanced(line),
            kernels.SPACED: " " in normalized,
        }
        assert {bit: bool(bits & bit) for bit in expected} == expected, line


def test_the_hash_of_a_text_is_fnv_1a_of_its_characters():
    assert hash_of("") == 0xCBF29CE484222325
    assert hash_of("a") == 0xAF63DC4C8601EC8C
    assert hash_of("foobar") == 0x85944171F73967E8


def first_word(text):
    return text.partition(" ")[0].partition(":")[0]


def begun(lines, beginnings, lead):
    """Ask the loop which lines begin with one of these, by their first words."""
    points, spans = joined(lines)
    _, trimmed = joined(lines)
    by_word = {}
    for text in sorted(beginnings, key=len):
        by_word.setdefault(first_word(text), []).append(text)
    order = sorted(by_word, key=hash_of)
    flat = [text for word in order for text in by_word[word]]
    starts = np.array([len(line) - len(line.lstrip(lead)) for line in lines], dtype=np.int64).reshape(-1)
    trimmed[:, 0] += starts
    return kernels.begins_like(
        points,
        spans,
        trimmed,
        np.array(sorted(map(ord, lead)), dtype=np.uint32),
        np.array([hash_of(word) for word in order], dtype=np.uint64),
        np.cumsum([0, *(len(by_word[word]) for word in order)], dtype=np.int64),
        np.array([len(text) for text in flat], dtype=np.int64),
        np.array([hash_of(text) for text in flat], dtype=np.uint64),
    ).tolist()


SAID = st.lists(st.sampled_from(("a", "ab", "b", "é", "a:", "北", "x")), min_size=1, max_size=4).map(" ".join)


@given(st.lists(st.builds("{}{}".format, st.sampled_from(("", "- ", "•", "*-")), SAID | st.just(""))), st.sets(SAID))
@settings(deadline=None, max_examples=100)
def test_lines_that_begin_with_a_phrase_are_found_behind_what_may_lead(lines, phrases):
    beginnings = {phrase.removesuffix(":") for phrase in phrases}

    def begins(line):
        said = line.lstrip("-• *")
        return said.startswith(tuple(b for b in beginnings if first_word(b) == first_word(said)))

    assert begun(lines, beginnings, "-• *") == list(map(begins, lines))


def test_changed_sentences_are_folded_as_each_alone():
    changed = [change(text) for text in SENTENCES for change in SAME + OTHER]
    texts = [text for text in changed if text.strip()]
    b = batch_of(texts)
    folds = b.at[b.lines[:, 1:]].astype(np.int64)
    trimmed, words = kernels.trim(b.codes, folds, b.traits)
    assert slices(b.codes, trimmed) == [normalize(text) for text in texts]
    assert words.tolist() == [count_words(normalize(text)) for text in texts]
    assert len(set(words.tolist())) > 5
