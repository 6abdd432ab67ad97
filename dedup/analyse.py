"""The first step: documents → segments, with everything that depends on one document alone.

Lines and sentences, their normalised texts and keys, the rules that hit them, repeats directly after each other and
teasers. A pure function from an Arrow batch to two Arrow tables, so that any engine can run it anywhere.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from dedup.normalize import View, count_words, key_of, view
from dedup.repeats.teasers import find_teasers
from dedup.rules.matcher import Matcher
from dedup.rules.pack import core_rules
from dedup.segment import is_balanced, line_spans, sentence_spans
from dedup.tables import CAPTION, LOOSE, SEGMENTS, SENTENCE, TEXTS


#: From so many words on a line without a full stop is a caption, not a heading.
CAPTION_WORDS = 10


class Analysis(NamedTuple):
    """What `analyse` finds in a batch: a SEGMENTS and a TEXTS table."""

    segments: pa.Table
    texts: pa.Table


class Analyser:
    """Analyses batches of documents under one configuration.

    Args:
        codes: the selected codes.
        preview: whether unconfirmed phrases count.
        min_words: shorter lines are no teasers.
    """

    def __init__(self, codes: frozenset[str], preview: bool, min_words: int) -> None:
        self.matcher = Matcher([rule for rule in core_rules() if rule.code in codes], preview)
        self._teasers = "DU201" in codes
        self._min_words = min_words

    def analyse(self, docs: Sequence[int], texts: Sequence[str]) -> Analysis:
        """Return the segments and distinct normalised texts of these documents, in the order given."""
        rows: list[tuple[Any, ...]] = []
        found: dict[bytes, str] = {}
        for doc, text in zip(docs, texts, strict=True):
            self._document(doc, text, rows, found)
        columns = list(zip(*rows, strict=True)) if rows else [[] for _ in SEGMENTS]
        segments = pa.table(
            [pa.array(column, field.type) for column, field in zip(columns, SEGMENTS, strict=True)], schema=SEGMENTS
        )
        halves = [struct.unpack(">qq", key) for key in found]
        distinct = pa.table(
            [
                pa.array([h[0] for h in halves], pa.int64()),
                pa.array([h[1] for h in halves], pa.int64()),
                pa.array(found.values(), pa.large_string()),
            ],
            schema=TEXTS,
        )
        return Analysis(segments, distinct)

    def _document(self, doc: int, text: str, rows: list[tuple[Any, ...]], found: dict[bytes, str]) -> None:
        spans = line_spans(text)
        views = [view(text[a:b]) for a, b in spans]
        normal = [v.normalized for v in views]
        containers = {}
        if self._teasers:
            containers = {t.line: t for t in find_teasers(views, self._min_words)}
        match_line, match_sentence = self.matcher.match_line, self.matcher.match_sentence
        last = len(spans) - 1
        run = -1  # the first of the equal lines that end just before this one
        for number, (start, end) in enumerate(spans):
            line, folded = text[start:end], normal[number]
            if number == 0 or normal[number - 1] != folded:
                run = number
            place = (number, last - number)
            sentences = sentence_spans(line)
            hit = match_line(views[number], place)
            if hit is None and len(sentences) == 1:
                hit = match_sentence(views[number], place)
            teaser = containers.get(number)
            key = key_of(folded)
            found.setdefault(key, folded)
            rows.append(
                (
                    doc, number, -1, len(sentences), start, end, count_words(folded), *struct.unpack(">qq", key),
                    last - number, True, _shape(views[number], len(sentences)), *((hit.rule, hit.phrase) if hit else (-1, None)),
                    run if run < number and _may_repeat(folded) else -1, *((teaser.twin, teaser.similarity) if teaser else (-1, 0.0)),
                )
            )  # fmt: skip
            if len(sentences) < 2:
                continue
            for part, (a, b) in enumerate(sentences):
                sentence = line[a:b]
                forms = view(sentence)
                folded = forms.normalized
                key = key_of(folded)
                found.setdefault(key, folded)
                hit = match_sentence(forms, place)
                rows.append(
                    (
                        doc, number, part, len(sentences), start + a, start + b, count_words(folded),
                        *struct.unpack(">qq", key), last - number, is_balanced(sentence), _shape(forms, 1),
                        *((hit.rule, hit.phrase) if hit else (-1, None)), -1, -1, 0.0,
                    )
                )  # fmt: skip


def _shape(form: View, sentences: int) -> int:
    """Return the shape of a text: headings, questions and list entries repeat rightly, sentences and captions do not.

    An interviewer asks three people the same; a recipe and a table of contents name things twice. On 226 labelled
    news pages two thirds of the lines of five words or more that stood twice, apart from each other, were of this kind.
    """
    end = form.folded.rstrip("\"')] ")
    if sentences > 1 or end.endswith((".", "。")):
        return SENTENCE
    return LOOSE if end.endswith("?") or count_words(form.normalized) < CAPTION_WORDS else CAPTION


def _may_repeat(normalized: str) -> bool:
    """Tell whether a line directly after its like is a slip: cells of a table ("2", "2") and one-word chants are not."""
    return " " in normalized and not any(c.isdigit() for c in normalized)
