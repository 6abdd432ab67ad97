"""Of a whole batch those rows are looked at that a rule may name, and few others."""

from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.bulk import kernels
from dedup.bulk.keys import keys_of
from dedup.bulk.rules import RuleFilter
from dedup.normalize import EDGE, view
from dedup.rules.matcher import Matcher
from dedup.rules.pack import core_rules
from dedup.rules.rule import Pattern, Phrase, Rule
from dedup.segment import sentence_spans
from tests.bulk.batch import CHARACTERS, batch_of, spans_of
from tests.strategies import FURNITURE, RULED, SENTENCES, SHORT

CORPUS = Path(__file__).parents[2] / "corpus"
CORE = Matcher(core_rules(), preview=True)
PHRASES = [phrase.text for rule in core_rules() for phrase in rule.phrases]
KEYWORDS = [word for rule in core_rules() for pattern in rule.patterns for word in pattern.keywords]
EXAMPLES = [text for rule in core_rules() for e in rule.examples.values() for text in (*e.bad, *e.good, *e.todo)]


def rule(match, phrases=(), patterns=(), max_words=12):
    said = tuple(Phrase(text, text.casefold(), "en", False) for text in phrases)
    tried = tuple(Pattern(source, words, "en", False, False) for source, words in patterns)
    return Rule("AD900", "own", "", "", match, max_words, "any", False, (), (), False, said, tried)


filter_of = lru_cache(maxsize=4)(partial(RuleFilter, characters=CHARACTERS))


class Looked:
    """The rows of a batch (lines, each followed by its sentences if it has several), and those that are asked about."""

    def __init__(self, matcher, texts):
        b = batch_of(texts)
        self.matcher, self.first, self.sentences, self.texts = matcher, [], [], []
        spans = []
        for _, start, end in b.lines.tolist():
            parts = sentence_spans(b.text[start:end])
            self.first.append(len(spans))
            self.sentences.append(len(parts))
            spans.append((start, end))
            if len(parts) > 1:
                spans += [(start + a, start + z) for a, z in parts]
        self.texts = [b.text[a:z] for a, z in spans]
        folds = b.at[spans_of(spans)].astype(np.int64)
        trimmed, words = kernels.trim(b.codes, folds, b.traits)
        keys, first = keys_of(b.codes, trimmed)[:, 1], np.array(self.first, dtype=np.int64)
        sizes = np.array(self.sentences, dtype=np.int64)
        self.asked = filter_of(matcher).asked(b.folded, b.codes, b.traits, folds, trimmed, words, keys, first, sizes)

    def expect_all_that_is_named(self):
        """Whatever the matcher names is asked about, with keywords by which it names the same."""
        assert set(self.asked.lines) <= set(self.first)
        for row, text in enumerate(self.texts):
            form = view(text)
            if row in self.first:
                hit = self.matcher.match_line(form)
                assert hit is None or row in self.asked.lines, text
                assert hit is None or self.matcher.match_line(form, keywords=self.asked.lines[row]) == hit
            if row not in self.first or self.sentences[self.first.index(row)] == 1:
                hit = self.matcher.match_sentence(form)
                assert hit is None or row in self.asked.sentences, text
                assert hit is None or self.matcher.match_sentence(form, keywords=self.asked.sentences[row]) == hit

    @property
    def rows(self):
        return sorted({*self.asked.lines, *self.asked.sentences})


LEADS = st.sampled_from(("", "", "• ", "– ", "* ", "\t", "»", "(", "“", '"', "'", "... ", "| - ", "x", "5 ", "-5 "))
TAILS = st.sampled_from(("", "", ".", "!", ":", " :", ": more of it", " more", "s", "5", "…", '"', ")", "\u200b", " ©"))
NAMED = st.sampled_from(PHRASES) | st.sampled_from(KEYWORDS) | st.sampled_from(EXAMPLES) | st.sampled_from(RULED)
SAID = st.builds(lambda lead, text, tail: lead + text + tail, LEADS, NAMED, TAILS)
PLAIN = st.sampled_from((*SENTENCES, *SHORT, *FURNITURE))
LINES = st.lists(SAID | PLAIN, min_size=1, max_size=3).map(" ".join)
PAGES = st.lists(LINES | SAID | SAID.map(str.upper), max_size=5).map("\n".join)


@given(st.lists(PAGES, max_size=3))
@settings(max_examples=100, deadline=None)
def test_whatever_the_rules_name_is_asked_about(texts):
    Looked(CORE, texts).expect_all_that_is_named()


def test_all_examples_that_are_named_are_asked_about():
    Looked(CORE, EXAMPLES).expect_all_that_is_named()


@pytest.mark.parametrize(
    "line",
    ["Read also the news", "• Read also: it", "– – READ ALSO", "(Read also)", "\u200bread also:", "Read alsoes"],
)
def test_a_line_that_begins_like_a_phrase_is_asked_about(line):
    looked = Looked(Matcher([rule("start", ["read also"])]), [f"before\n{line}\nafter"])
    assert looked.rows == [1]
    looked.expect_all_that_is_named()


@pytest.mark.parametrize(
    "line", ["1 Read also", "“Read also”", "We read also", "Read", "read als", "alsoread also", ""]
)
def test_a_line_that_begins_otherwise_is_not_asked_about(line):
    assert Looked(Matcher([rule("start", ["read also"])]), [f"{line}\nalso"]).rows == []


def test_behind_any_edge_mark_a_beginning_is_asked_about_where_it_is_named():
    matcher = Matcher([rule("start", ["read also"])])
    texts = [f"{mark} Read also the news" for mark in EDGE]
    looked = Looked(matcher, texts)
    assert looked.rows == [row for row in looked.first if matcher.match_line(view(looked.texts[row]))]
    assert len(texts) - 60 < len(looked.rows) < len(texts)


@pytest.mark.parametrize(
    "texts", [["boats"], ["boats", "x"], ["x", "boats"], ["", "boats", ""], ["boats sail. Boats."]]
)
@pytest.mark.parametrize("match", ["sentence", "end"])
def test_a_phrase_at_the_edge_of_the_batch_is_found(texts, match):
    looked = Looked(Matcher([rule(match, ["boats"])]), texts)
    assert looked.rows
    looked.expect_all_that_is_named()


@pytest.mark.parametrize("text", ["boatsmen", "5boats", "rowboats", "boatsか", "ferries", "", "—"])
def test_a_phrase_inside_a_word_is_not_asked_about(text):
    assert Looked(Matcher([rule("sentence", ["boats"])]), [text, text]).rows == []


def test_a_keyword_of_a_pattern_is_found_inside_a_word():
    looked = Looked(Matcher([rule("sentence", patterns=[(r"\w+boats\w+", ("boats",))])]), ["rowboatsmen", "ferries"])
    assert looked.asked.sentences.keys() == {0}
    looked.expect_all_that_is_named()


def test_a_row_longer_than_a_rule_takes_is_not_asked_about():
    short, long = "boats " + "sail " * 4, "boats " + "sail " * 5
    looked = Looked(Matcher([rule("sentence", ["boats"], max_words=5)]), [f"{short}\n{long}"])
    assert looked.rows == [0]


def test_in_a_line_of_several_sentences_a_sentence_is_asked_about_and_not_the_line():
    looked = Looked(Matcher([rule("sentence", ["boats"])]), ["The ferry sails. The boats sail. Nobody stays."])
    assert (dict(looked.asked.lines), set(looked.asked.sentences)) == ({}, {2})


def test_a_whole_line_is_asked_about_however_it_is_set():
    looked = Looked(Matcher([rule("line", ["mind the gap"])]), ["– MIND  the\u00a0gap!\nMind the gaps\nMind"])
    assert looked.asked.lines == {0: set()}


def test_a_phrase_at_the_end_of_a_sentence_that_touches_the_next_is_asked_about():
    Looked(Matcher([rule("sentence", ["sail?"])]), ["Will the boats sail?Nobody knows."]).expect_all_that_is_named()


def test_ordinary_paragraphs_are_mostly_not_asked_about():
    lines = [line for path in sorted(CORPUS.rglob("*.txt")) for line in path.read_text(errors="ignore").split("\n")]
    paragraphs = [line for line in lines if len(line.split()) >= 25 and line.rstrip().endswith(".")]
    assert len(paragraphs) > 50
    looked = Looked(CORE, paragraphs)
    looked.expect_all_that_is_named()
    assert len(looked.rows) < 0.05 * len(looked.texts)


def test_without_rules_nothing_is_asked_about():
    assert Looked(Matcher([]), ["Advertisement\nRead also"]).rows == []


def test_without_texts_nothing_is_asked_about():
    assert Looked(CORE, []).rows == Looked(CORE, ["", "\n"]).rows == []


def test_the_characters_of_phrases_need_not_stand_in_the_texts():
    matcher = Matcher([rule("sentence", ["лодки"]), rule("start", ["«лодки"]), rule("line", ["本"])])
    assert Looked(matcher, ["the boats\nnothing"]).rows == []
