"""The documents between two passes: their texts now, what was removed, and what can be put back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dedup.analyse import Analysis
from dedup.cut import Kept
from dedup.decide import Decision
from dedup.normalize import normalize
from dedup.outcome import Document, Removal
from dedup.segment import Span
from dedup.segments import Segments

#: A document that is put back more often than this is left alone.
RETURNS = 1


class Loss(NamedTuple):
    """Words that a document has or loses: all, and those of its paragraphs."""

    words: int = 0
    paragraphs: int = 0

    def plus(self, words: int, counts: bool) -> Loss:
        """Return the sum with a line of so many words."""
        return Loss(self.words + words, self.paragraphs + words * counts)


class State:
    """The documents between two passes: their texts now, and all removals so far."""

    def __init__(self, documents: Sequence[Document], analysis: Analysis) -> None:
        self.documents = documents
        self.texts = [document.text for document in documents]
        self.analysis = analysis
        self._kept: dict[int, Kept] = {}
        self.removals: dict[int, list[Removal]] = {}  # by document
        self.copies: dict[int, int] = {}  # documents that are copies, and of which
        self.lost: dict[int, Loss] = {}  # by document
        self.sealed: set[int] = set()  # documents put back and left alone
        self._returns: Counter[int] = Counter()

    def kept(self, doc: int) -> Kept:
        """Return what is left of a document's original text."""
        if doc not in self._kept:
            self._kept[doc] = Kept(len(self.documents[doc].text))
        return self._kept[doc]

    def hull(self, doc: int, span: Span) -> Span:
        """Return the original span that a span of the current text lies in."""
        ranges = self.kept(doc).original(span)
        return Span(ranges[0].start, ranges[-1].end)

    def put_back(self, doc: int) -> None:
        """Undo all removals of a document."""
        self.texts[doc] = self.documents[doc].text
        self._kept.pop(doc, None)
        self.removals.pop(doc, None)
        self.copies.pop(doc, None)
        self.lost.pop(doc, None)
        self._returns[doc] += 1
        if self._returns[doc] > RETURNS:
            self.sealed.add(doc)


class Survivors:
    """The rows that a decision leaves as they are, by their normalised texts: other copies for twins that go."""

    def __init__(self, s: Segments, decision: Decision) -> None:
        gone = np.zeros(s.count, dtype=np.bool_)
        gone[list(decision.rows)] = True
        cut = np.zeros(s.count, dtype=np.bool_)
        cut[s.line_row[np.flatnonzero(gone)]] = True
        gone |= gone[s.line_row] | (s.is_line & cut) | np.isin(s.doc, list(decision.copies))
        self._line: dict[str, int] = {}
        self._any: dict[str, int] = {}
        for row in np.flatnonzero(~gone)[::-1].tolist():
            text = s.texts[s.text[row]]
            self._any[text] = row
            if s.is_line[row]:
                self._line[text] = row

    def find(self, text: str, code: str) -> int | None:
        """Return the first row that stays and says the same; for removed lines, a line."""
        rows = self._any if code in ("DU101", "DU102") else self._line
        return rows.get(normalize(text))
