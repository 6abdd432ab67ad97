"""Between passes: a removal whose twin goes names another copy, or its document is put back."""

from __future__ import annotations

import numpy as np

from dedup import Config, Document
from dedup.analyse import Analyser
from dedup.answers import Alone
from dedup.decide import Copies, Decision
from dedup.normalize import key_of, normalize
from dedup.run import clean_documents
from dedup.segments import Segments
from dedup.state import State
from dedup.tables import halves_of
from dedup.verdicts import Codes, Verdicts
from tests.strategies import SENTENCES
from tests.tabled import removal, removals

CODES = Codes(["AD101"])
LINE, NEAR, SENTENCE, TEASER, COPY = map(CODES.of, ("DU001", "DU002", "DU101", "DU201", "DU401"))
ALONE = Alone(None, 0.8, None)  # nothing here is relational
ONE, TWO, THREE, FOUR = SENTENCES[0], SENTENCES[1], SENTENCES[3], SENTENCES[4]


def bools(count, *true):
    return np.isin(np.arange(count), true)


class Stage:
    """Documents as they were read; what is said of them is said by document and text.

    Args:
        texts: the original texts.
        now: what documents are at this pass; where it is not as it was read, positions do not matter.
    """

    def __init__(self, *texts, now=None):
        self.texts = texts
        self.table = Analyser(Config()).analyse(range(len(texts)), [*(now or texts)]).segments
        self.s = Segments(self.table)
        self.v = Verdicts(self.s.count)
        self.state = State(len(texts), CODES)

    def span(self, doc, text):
        start = self.texts[doc].index(text)
        return start, start + len(text)

    def repeat(self, doc, text, home, of=None, code=LINE, said=None):
        """Say that a text went in an earlier pass, because it repeats one of a document, which then read as said."""
        start, end = self.span(home, of or text)
        more = {
            "twin_start": start,
            "twin_end": end,
            "twin_key": halves_of([key_of(normalize(said or of or text))])[0, 1],
        }
        self.state.add(removals(removal(doc, self.span(doc, text), code=code, twin=home, **more)))

    def goes(self, doc, text, lines=True):
        """Say that a text goes in this pass, as a line or as a sentence."""
        low, high = self.span(doc, text)
        rows = (self.s.doc == doc) & (self.s.start == low) & (self.s.end == high) & (self.s.is_line == lines)
        assert rows.sum() == 1
        self.v.put(rows, LINE if lines else SENTENCE)
        return removal(doc, (low, high))

    def lonely(self, *going, dropped=(), back=()):
        table = removals(*going)
        back = bools(len(self.texts), *back)
        docs = np.array(dropped, dtype=np.int64)
        copies = Copies(docs, docs, np.ones(len(docs)), docs)
        decision = Decision(self.v, copies, np.ones(self.s.count, dtype=np.bool_))
        return ALONE.do(self.state.without_twin(self.s, decision, table, back, True)).tolist()

    @property
    def twins(self):
        """The twin of each removal: document and text."""
        columns = (self.state.removals[name].tolist() for name in ("twin", "twin_start", "twin_end", "twin_at"))
        return [
            (doc, self.texts[doc][start:end]) if doc >= 0 else None
            for doc, start, end, at in zip(*columns, strict=True)
        ]


def page(*lines):
    return "\n\n".join(lines) + "\n"


def test_a_twin_that_stays_is_named_as_before():
    stage = Stage(page(ONE, TWO), page(ONE, THREE), page(FOUR))
    stage.repeat(1, ONE, 0)
    assert stage.lonely() == stage.lonely(stage.goes(0, TWO), stage.goes(2, FOUR)) == []
    assert stage.twins == [(0, ONE)]


def test_a_twin_that_goes_is_replaced_by_the_first_copy_that_stays():
    stage = Stage(page(ONE, TWO), page(THREE, ONE), page(FOUR, ONE), page(TWO, ONE))
    stage.repeat(3, ONE, 0)
    assert stage.lonely(stage.goes(0, ONE)) == []
    assert stage.twins == [(1, ONE)]
    assert stage.state.removals["twin_at"].tolist() == [3]


def test_without_another_copy_the_document_of_the_repeat_is_lonely():
    stage = Stage(page(ONE, TWO), page(THREE, FOUR), page(ONE, TWO))
    stage.repeat(2, ONE, 0)
    stage.repeat(2, TWO, 0)
    stage.goes(2, ONE)
    assert stage.lonely(stage.goes(0, ONE)) == [2]
    assert stage.twins == [(0, ONE), (0, TWO)]


def test_a_copy_that_goes_in_the_same_pass_is_no_other_copy():
    stage = Stage(page(ONE), page(ONE), page(ONE))
    stage.repeat(2, ONE, 0)
    stage.goes(2, ONE)
    assert stage.lonely(stage.goes(0, ONE), stage.goes(1, ONE)) == [2]


def test_a_copy_in_a_document_that_is_dropped_is_no_other_copy():
    stage = Stage(page(ONE), page(ONE), page(THREE))
    stage.repeat(2, THREE, 0, ONE)
    assert stage.lonely(stage.goes(0, ONE), dropped=[1]) == [2]


def test_what_is_left_of_a_line_that_is_cut_is_another_copy_for_a_sentence_and_not_for_a_line():
    for code, lonely in ((LINE, [2]), (NEAR, [2]), (TEASER, [2]), (SENTENCE, [])):
        stage = Stage(page(f"{ONE} {TWO}"), page(f"{ONE} {TWO} {THREE}"), page(FOUR))
        stage.repeat(2, FOUR, 0, ONE, code)
        assert stage.lonely(stage.goes(0, ONE, lines=False), stage.goes(1, TWO, lines=False)) == lonely
        assert stage.twins == [(0, ONE) if lonely else (1, ONE)]


def test_a_whole_line_is_another_copy_for_a_sentence():
    stage = Stage(page(f"{ONE} {TWO}"), page(ONE), page(FOUR))
    stage.repeat(2, FOUR, 0, ONE, SENTENCE)
    assert stage.lonely(stage.goes(0, ONE, lines=False)) == []
    assert stage.twins == [(1, ONE)]


def test_a_line_that_goes_takes_its_sentences_with_it():
    stage = Stage(page(f"{ONE} {TWO}"), page(f"{ONE} {THREE}"), page(FOUR))
    stage.repeat(2, FOUR, 0, ONE, SENTENCE)
    assert stage.lonely(stage.goes(0, f"{ONE} {TWO}"), stage.goes(1, f"{ONE} {THREE}")) == [2]


def test_a_twin_in_a_document_that_is_put_back_does_not_go():
    stage = Stage(page(ONE), page(THREE))
    stage.repeat(1, THREE, 0, ONE)
    assert stage.lonely(stage.goes(0, ONE), back=[0]) == []
    assert stage.twins == [(0, ONE)]


def test_a_copy_in_a_document_that_is_put_back_is_no_other_copy():
    stage = Stage(page(ONE), page(ONE), page(THREE))
    stage.repeat(2, THREE, 0, ONE)
    assert stage.lonely(stage.goes(0, ONE), back=[1]) == [2]


def test_a_copy_behind_one_in_a_document_that_is_put_back_is_another_copy():
    stage = Stage(page(ONE), page(ONE), page(THREE), page(ONE))
    stage.repeat(2, THREE, 0, ONE)
    assert stage.lonely(stage.goes(0, ONE), back=[1]) == []
    assert stage.twins == [(3, ONE)]


def test_another_copy_says_what_was_left_of_the_twin():
    whole, left = f"{ONE} {TWO} {THREE}", f"{ONE} {THREE}"
    stage = Stage(
        page(whole), page(left), page(whole), page(left), now=[page(left), page(left), page(whole), page(left)]
    )
    stage.state.add(removals((0, stage.span(0, f" {TWO}"))))
    stage.state.cut[0] = True
    stage.repeat(3, left, 0, whole, said=left)
    stage.v.put(0, LINE)
    stage.goes(3, left)
    assert stage.lonely(removal(0, stage.span(0, whole))) == []
    assert stage.twins == [None, (1, left)]


def test_what_a_rule_took_needs_no_twin():
    stage = Stage(page(ONE), page(ONE))
    stage.state.add(removals((1, stage.span(1, ONE))))
    assert stage.lonely(stage.goes(0, ONE)) == []
    assert stage.twins == [None]


def test_a_copy_of_a_document_that_is_dropped_is_lonely_and_one_of_a_document_that_is_cut_is_not():
    stage = Stage(page(ONE, TWO), page(ONE, TWO), page(ONE, THREE), page(ONE, THREE))
    for doc, home in ((1, 0), (3, 2)):
        stage.repeat(doc, stage.texts[doc], home, code=COPY)
        stage.state.copy_of[doc] = home
    assert stage.lonely(stage.goes(2, THREE)) == []
    assert stage.lonely(dropped=[2]) == [3]
    assert stage.lonely(dropped=[1, 3]) == []


def test_in_document_scope_the_other_copy_stands_in_the_document_too():
    short = "We waited there. Nobody came to help. The boat sank."
    around = f"We waited there. Nobody came to help. {ONE} The boat sank. It was cold."
    first = page(f"{TWO} {ONE}", short, THREE, around, SENTENCES[5], short, FOUR)
    texts = {"a.txt": first, "b.txt": page("A quiet day in Sandholm ended early.", short)}
    outcome = clean_documents([Document(*one) for one in texts.items()], Config(workers=1, scope="document"))
    assert {r.twin.document for r in outcome.removals if r.document == "a.txt"} <= {"a.txt"}
