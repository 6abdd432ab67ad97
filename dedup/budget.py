"""The budget: how much of a document may go before it is left alone and named.

A document is over its budget when it would lose more than that share of all its words, and of the words of its
paragraphs as well (`context.py`; a document without any has only the first measure). All words alone are a poor
measure of a whole page: of nine labelled pages that would have lost more than half of them, all nine were menus, consent
texts and comments around an article that stayed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dedup.repeats.resolve import Verdict
from dedup.segment import Span
from dedup.segments import Segments
from dedup.state import Loss, State

#: Positions in a document are smaller than this.
_FAR = np.int64(2**40)


class Budget:
    """What each document may lose.

    Args:
        share: the largest share of the words that may go.
        s: the segments of all documents as they were read.
    """

    def __init__(self, share: float, s: Segments) -> None:
        self._share = share
        lines = np.flatnonzero(s.is_line)
        self._size: dict[int, Loss] = {}
        for doc, words, counts in zip(*(c[lines].tolist() for c in (s.doc, s.words, s.counts)), strict=True):
            self._size[doc] = self._size.get(doc, Loss()).plus(words, counts)
        paragraphs = lines[s.counts[lines]]
        self._starts = s.doc[paragraphs] * _FAR + s.start[paragraphs]
        self._ends = s.doc[paragraphs] * _FAR + s.end[paragraphs]

    def losses(self, state: State, s: Segments, rows: Mapping[int, Verdict]) -> dict[int, Loss]:
        """Return what each document will have lost when these rows are gone too."""
        lost: dict[int, Loss] = {}
        for row in rows:
            if s.is_line[row] or int(s.line_row[row]) not in rows:
                doc = int(s.doc[row])
                start = doc * _FAR + state.hull(doc, Span(int(s.start[row]), int(s.end[row]))).start
                place = int(np.searchsorted(self._starts, start, "right")) - 1
                counts = place >= 0 and bool(start < self._ends[place])
                lost[doc] = lost.get(doc, state.lost.get(doc, Loss())).plus(int(s.words[row]), counts)
        return lost

    def over(self, lost: Mapping[int, Loss]) -> dict[int, float]:
        """Return the documents that would have lost too much, with the share of their words."""
        shares = {}
        for doc, loss in lost.items():
            size = self._size[doc]
            least = min(loss.words / max(size.words, 1), loss.paragraphs / max(size.paragraphs, 1))
            if least > self._share:
                shares[doc] = least
        return shares
