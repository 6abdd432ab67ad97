"""The first step: documents → segments, with everything that depends on one document alone.

Lines and sentences, their normalised texts and keys, the rules that hit them, repeats directly after each other and
teasers. A pure function from a batch of texts to two tables, so that any engine can run it anywhere.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from dedup import context
from dedup.config import Config
from dedup.normalize import View, key_of, view
from dedup.repeats.teasers import MAX_LINES, find_teasers, plain_words
from dedup.rules.matcher import Hit, Place, first_of, matcher_of
from dedup.segment import is_balanced, line_spans, sentence_spans
from dedup.tables import CAPTION, DOCUMENTS, LOOSE, SEGMENTS, SENTENCE, Table

#: From so many words on a line without a full stop is a caption, not a heading.
CAPTION_WORDS = 10
#: What ends a sentence, and what may close after it.
_ASKING = ("?", "？", "؟")
_FINAL = (".", "!", "。", "！", "।", "۔", "」", *_ASKING)
_CLOSING = "\"')]» "
#: Lines that an analyser remembers (about 2 kB each).
KNOWN_LINES = 200_000


class Analysis(NamedTuple):
    """What is found in a batch: a SEGMENTS and a DOCUMENTS table, and the phrases that rules found."""

    segments: Table
    documents: Table
    phrases: list[str]


class Analyser:
    """Analyses batches of documents under one configuration."""

    def __init__(self, config: Config) -> None:
        codes = config.codes()
        self.matcher = matcher_of(codes, config.preview, config.packs)
        # An article ends only where the line that says so goes too: else each pass would find another end in what is left.
        self.evidence = [
            rule if rule.code in codes or not rule.ends else replace(rule, ends=False) for rule in self.matcher.rules
        ]
        self.teasers = "DU201" in codes
        self.min_words = config.min_words
        self.allowed = config.allowed()
        self._known: dict[tuple[str, Place | None], Line] = {}

    def analyse(self, docs: Sequence[int], texts: Sequence[str]) -> Analysis:
        """Return the segments of these documents, in the order given."""
        rows: list[tuple[Any, ...]] = []
        documents: list[tuple[Any, ...]] = []
        phrases: list[str] = []
        for doc, text in zip(docs, texts, strict=True):
            documents.append(self._document(doc, text, rows, phrases))
        return Analysis(Table.of_rows(SEGMENTS, rows), Table.of_rows(DOCUMENTS, documents), phrases)

    def _document(self, doc: int, text: str, rows: list[tuple[Any, ...]], phrases: list[str]) -> tuple[Any, ...]:
        spans = line_spans(text)
        last = len(spans) - 1
        lines = [self.line(text[a:b], (number, last - number)) for number, (a, b) in enumerate(spans)]
        containers = {}
        if self.teasers and len(lines) <= MAX_LINES:
            views, words = [line.view for line in lines], [line.words for line in lines]
            containers = {t.line: t for t in find_teasers(views, self.min_words, words)}
        around = context.read_page([line.seen for line in lines])
        run = -1  # the first of the equal lines that end just before this one
        at, read = 1, 0  # the line of the file, and how far its line breaks are counted
        page = (0, 0)
        for number, line in enumerate(lines):
            start = spans[number].start
            at, read = at + text.count("\n", read, start), start
            normalized = line.view.normalized
            if number == 0 or lines[number - 1].view.normalized != normalized:
                run = number
            head = run if run < number and may_repeat(normalized) else -1
            teaser = containers.get(number)
            if line.rows[0].words:
                page = min(page, (-line.rows[0].words, _halves_of(line.rows[0].key)[1]))
            twin, share = (teaser.twin, teaser.similarity) if teaser else (-1, 0.0)
            for part, row in enumerate(line.rows):
                phrase = -1
                if row.phrase is not None:
                    phrase = len(phrases)
                    phrases.append(row.phrase)
                rows.append(
                    (
                        doc, number, part - 1, len(line.rows) - 1 or 1, start + row.start, start + row.end, at, row.words,
                        *_halves_of(row.key), 0, last - number, row.whole, row.shape, row.rule, phrase, *around[number],
                        row.allowed, *((-1, -1, 0.0) if part else (head, twin, share)),
                    )
                )  # fmt: skip
        atoms = [row.words for line in lines for row in (line.rows[1:] or line.rows)]
        counted = [line.rows[0].words for line, said in zip(lines, around, strict=True) if said.counts]
        paragraphs = any(
            not (line.seen.rule or line.seen.open) and line.seen.words >= context.PARAGRAPH_WORDS for line in lines
        )
        return doc, sum(line.rows[0].words for line in lines), sum(counted), sum(atoms), paragraphs, page[1]

    def line(self, text: str, place: Place) -> Line:
        """Analyse one line; what is known of it from another document or pass is not worked out again."""
        key = (text, place if self.matcher.minds_place else None)
        known = self._known.get(key)
        if known is None:
            known = self._analyse_line(text, place)
            if len(self._known) < KNOWN_LINES:
                self._known[key] = known
        return known

    def _analyse_line(self, text: str, place: Place) -> Line:
        whole = view(text)
        sentences = sentence_spans(text)
        keywords = self.matcher.keywords(whole)
        hit = self.matcher.match_line(whole, place, keywords)
        if len(sentences) < 2:
            hit = first_of(hit, self.matcher.match_sentence(whole, place, keywords))
            rows = [self._row(0, len(text), whole, True, _shape(whole, 1), hit)]
        else:
            rows = [self._row(0, len(text), whole, True, _shape(whole, len(sentences)), hit)]
            for start, end in sentences:
                sentence = text[start:end]
                part = view(sentence)
                # A line without any keyword has no sentence with one.
                found = self.matcher.match_sentence(part, place) if keywords else None
                row = self._row(start, end, part, is_balanced(sentence), _shape(part, 1), found)
                # What the user said of a line holds for its sentences.
                rows.append(row._replace(rule=-1, phrase=None, allowed=True) if rows[0].allowed else row)
            if any(row.allowed for row in rows[1:]):
                # A line with a sentence that stays does not go as a whole.
                rows[0] = rows[0]._replace(rule=-1, phrase=None, allowed=True)
        return Line(whole, plain_words(whole), tuple(rows), self._seen(whole, rows))

    def _seen(self, whole: View, rows: Sequence[_Row]) -> context.Line:
        """Return what the context asks of a line; a line of which every sentence is named is named itself."""
        number = rows[0].rule if rows[0].rule >= 0 or any(row.rule < 0 for row in rows[1:]) else rows[-1].rule
        end = whole.folded.rstrip(_CLOSING)
        return context.Line(
            whole.words,
            not end.endswith(_FINAL),
            end.endswith(_ASKING),
            any(map(str.isdigit, whole.normalized)),
            self.evidence[number] if number >= 0 else None,
        )

    def _row(self, start: int, end: int, text: View, whole: bool, shape: int, hit: Hit | None) -> _Row:
        key = key_of(text.normalized)
        allowed = bool(self.allowed) and key.hex()[16:] in self.allowed
        rule, phrase = hit if hit and not allowed else (-1, None)
        return _Row(start, end, text.normalized, key, text.words, whole, shape, rule, phrase, allowed)


class _Row(NamedTuple):
    """A line or sentence, with its span in the line."""

    start: int
    end: int
    normalized: str
    key: bytes
    words: int
    whole: bool
    shape: int
    rule: int
    phrase: str | None
    allowed: bool


class Line(NamedTuple):
    """What is known of a line on its own: its row, followed by those of its sentences if it has two or more."""

    view: View
    words: list[str]
    rows: tuple[_Row, ...]
    seen: context.Line


def _halves_of(key: bytes) -> tuple[int, int]:
    high, low = struct.unpack(">qq", key)
    return high, low


def _shape(form: View, sentences: int) -> int:
    """Return the shape of a text: headings, questions and list entries repeat rightly, sentences and captions do not.

    An interviewer asks three people the same; a recipe and a table of contents name things twice. On 226 labelled
    news pages two thirds of the lines of five words or more that stood twice, apart from each other, were of this kind.
    """
    end = form.folded.rstrip("\"')] ")
    if sentences > 1 or end.endswith((".", "。")):
        return SENTENCE
    return LOOSE if end.endswith("?") or form.words < CAPTION_WORDS else CAPTION


def may_repeat(normalized: str) -> bool:
    """Tell whether a line directly after its like is a slip: cells of a table ("2", "2") and one-word chants are not."""
    return " " in normalized and not any(c.isdigit() for c in normalized)
