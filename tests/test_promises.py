"""The promises of the design, each as a property over generated corpora. What counts as kept, whole or verified is
worked out here anew, from the original texts and the cuts alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from dedup import Cleaned, Config, Document, Outcome, Removal
from dedup.analyse import Analyser
from dedup.decide import Policy
from dedup.normalize import count_words, normalize
from dedup.repeats.facts import facts_of, same_facts, tokens
from dedup.repeats.teasers import contained_share
from dedup.run import clean_documents
from dedup.segment import sentence_spans
from tests.strategies import configs, corpora

CHECK = settings(deadline=None, max_examples=20)
MOST_PASSES = 40
REPEATS = ("DU001", "DU002", "DU101", "DU102", "DU201")


@pytest.fixture(autouse=True, scope="module")
def no_endless_run() -> Iterator[None]:
    """Let a run that does not come to its end fail instead of filling the memory."""
    decide, start = Policy.decide, Policy.__init__
    passes = [0]

    def begin(policy: Policy, *arguments: Any) -> None:
        passes[0] = 0
        start(policy, *arguments)

    def counted(policy: Policy, *arguments: Any, **more: Any) -> Any:
        passes[0] += 1
        assert passes[0] <= MOST_PASSES, "the run does not end"
        return decide(policy, *arguments, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Policy, "__init__", begin)
        patch.setattr(Policy, "decide", counted)
        yield


def jaccard(a: str, b: str) -> float:
    left, right = ({t[i : i + 5] for i in range(max(1, len(t) - 4))} for t in (a, b))
    return len(left & right) / len(left | right)


def cut_places(one: Cleaned) -> set[int]:
    """Return the positions of the original text that are no longer in the cleaned one."""
    return {place for removal in one.removals for start, end in removal.cuts for place in range(start, end)}


def left_of(one: Cleaned, start: int, end: int) -> str:
    """Return what is left of a span of a document."""
    gone = cut_places(one)
    return "".join(one.document.text[k] for k in range(start, end) if k not in gone)


def lines_of(one: Cleaned) -> list[list[int]]:
    """Return, for each line of the cleaned text that is not blank, the original places of its visible characters."""
    gone, text = cut_places(one), one.document.text
    lines: list[list[int]] = [[]]
    for place, character in enumerate(text):
        if place in gone:
            continue
        if character == "\n":
            lines.append([])
        elif not character.isspace() and not (place == 0 and character == "\ufeff"):
            lines[-1].append(place)
    return [line for line in lines if line]


def by_id(outcome: Outcome) -> dict[str, Cleaned]:
    return {one.document.id: one for one in outcome}


def removals_of(outcome: Outcome, *codes: str) -> list[Removal]:
    return [removal for removal in outcome.removals if removal.code in codes]


def every_removed_repeat_has_a_twin_that_is_kept_and_verified(outcome: Outcome, config: Config) -> None:
    found = by_id(outcome)
    for removal in removals_of(outcome, *REPEATS):
        assert removal.twin is not None
        assert removal.similarity is not None
        home = found[removal.twin.document]
        assert home.status != "copy"
        if config.scope == "document":
            assert removal.twin.document == removal.document
        kept, gone = normalize(left_of(home, removal.twin.start, removal.twin.end)), normalize(removal.text)
        if removal.code in ("DU001", "DU101"):
            assert kept == gone
            assert removal.similarity == 1
        elif removal.code == "DU201":
            assert removal.twin.document == removal.document
            share = contained_share(tokens(gone), tokens(kept))
            assert share is not None
            assert round(share, 6) == removal.similarity
        else:
            assert config.threshold <= jaccard(kept, gone)
            assert round(jaccard(kept, gone), 6) == removal.similarity
            assert same_facts(facts_of(kept), facts_of(gone))


def a_dropped_document_stands_in_one_that_is_kept(outcome: Outcome, config: Config) -> None:
    found = by_id(outcome)
    assert {r.document for r in removals_of(outcome, "DU401")} == {n for n, c in found.items() if c.status == "copy"}
    for removal in removals_of(outcome, "DU401"):
        assert removal.twin is not None
        assert removal.similarity is not None
        home = found[removal.twin.document]
        assert home.status != "copy"
        assert removal.twin.document != removal.document
        assert removal.similarity >= 0.8


def each_sentence_of_a_repeat_is_kept_somewhere(outcome: Outcome, config: Config) -> None:
    kept = {normalize(s) for one in outcome for line in one.text.split("\n") for s in _parts(line)}
    for removal in removals_of(outcome, "DU001", "DU101"):
        for sentence in _parts(removal.text):
            assert normalize(sentence) in kept


def _parts(line: str) -> list[str]:
    return [line, *(line[a:b] for a, b in sentence_spans(line))] if line.strip() else []


def a_document_without_removals_is_untouched(outcome: Outcome, config: Config) -> None:
    for one in outcome:
        if not one.removals:
            assert one.text == one.document.text
        assert (one.status == "unchanged") == (not one.removals and one.status != "left alone")
        assert (one.text != one.document.text) == (one.status in ("changed", "copy") and one.document.text != "")


def what_is_left_is_the_original_minus_the_cuts(outcome: Outcome, config: Config) -> None:
    for one in outcome:
        cuts = sorted(cut for removal in one.removals for cut in removal.cuts)
        assert all(a.end <= b.start for a, b in itertools.pairwise(cuts))
        assert all(a.start < a.end for a in cuts)
        assert one.text == left_of(one, 0, len(one.document.text))
        for removal in one.removals:
            assert 0 <= removal.start < removal.end <= len(one.document.text) or removal.code == "DU401"


def a_removal_is_a_whole_line_or_sentence(outcome: Outcome, config: Config) -> None:
    for removal in outcome.removals:
        if removal.code == "DU401":
            continue
        text = by_id(outcome)[removal.document].document.text
        before, after = text[: removal.start].removeprefix("\ufeff")[-1:], text[removal.end :][:1]
        assert before == "" or before.isspace()
        assert after == "" or after.isspace()
        assert "\n" not in text[removal.start : removal.end]
        rest = text[removal.end :].split("\n")[0]
        if rest.strip():  # a sentence with another one after it in its line
            assert removal.text.rstrip("\"'”“»)] \u00a0")[-1:] in ".!?…。", removal


def no_words_are_glued_and_no_lines_joined(outcome: Outcome, config: Config) -> None:
    for one in outcome:
        text = one.document.text
        words = iter(text.removeprefix("\ufeff").split())
        assert all(word in words for word in one.text.removeprefix("\ufeff").split())  # in this order
        for line in lines_of(one):
            assert "\n" not in text[line[0] : line[-1]]


def between_two_kept_lines_the_widest_of_their_gaps_stays(outcome: Outcome, config: Config) -> None:
    for one in outcome:
        text, gone = one.document.text, cut_places(one)
        kept = lines_of(one)
        for line, below in itertools.pairwise(kept):
            between = range(line[-1] + 1, below[0])
            breaks = sum(text[k] == "\n" and k not in gone for k in between)
            gaps, run = [0], 0
            for k in between:
                if text[k] == "\n":
                    run += 1
                elif not text[k].isspace():
                    gaps.append(run)
                    run = 0
            assert breaks == max(*gaps, run)


def no_document_loses_more_than_its_budget(outcome: Outcome, config: Config) -> None:
    analyser = Analyser(config)
    for one in outcome:
        if one.status == "left alone":
            assert one.text == one.document.text
            assert one.removals == ()
            assert one.refused is not None
            assert one.refused >= config.budget
            continue
        assert one.refused is None
        if one.status == "changed":
            columns = analyser.analyse([0], [one.document.text]).segments.columns
            rows = zip(*(columns[name] for name in ("start", "end", "words", "sentence", "counts")), strict=True)
            lines = [(start, end, words, counts) for start, end, words, sentence, counts in rows if sentence < 0]
            lost = [(r.start, count_words(normalize(r.text))) for r in one.removals]
            of_all = sum(words for _, words in lost) <= config.budget * sum(words for _, _, words, _ in lines)
            paragraphs = [(start, end) for start, end, _, counts in lines if counts]
            gone = sum(words for at, words in lost if any(start <= at < end for start, end in paragraphs))
            of_paragraphs = gone <= config.budget * sum(words for _, _, words, counts in lines if counts)
            assert of_all or of_paragraphs


PROMISES = (
    every_removed_repeat_has_a_twin_that_is_kept_and_verified,
    a_dropped_document_stands_in_one_that_is_kept,
    each_sentence_of_a_repeat_is_kept_somewhere,
    a_document_without_removals_is_untouched,
    what_is_left_is_the_original_minus_the_cuts,
    a_removal_is_a_whole_line_or_sentence,
    no_words_are_glued_and_no_lines_joined,
    between_two_kept_lines_the_widest_of_their_gaps_stays,
    no_document_loses_more_than_its_budget,
)


@CHECK
@given(corpora(), configs())
def test_what_is_removed_keeps_all_promises(documents: list[Document], config: Config) -> None:
    outcome = clean_documents(documents, config)
    for promise in PROMISES:
        promise(outcome, config)


@CHECK
@given(corpora(), configs())
def test_cleaning_the_output_again_removes_nothing(documents: list[Document], config: Config) -> None:
    outcome = clean_documents(documents, config)
    output = [one.document._replace(text=one.text) for one in outcome if one.status != "copy"]
    again = clean_documents(output, config)
    assert again.removals == []
    assert {one.document.id: one.text for one in again} == {d.id: d.text for d in output}
