"""The budget: how much of a document may go before it is left alone and named.

A document is over its budget when it would lose more than that share of all its words, and of the words of its
paragraphs as well (`context.py`; a document without any has only the first measure). All words alone are a poor
measure of a whole page: of nine labelled pages that would have lost more than half of them, all nine were menus, consent
texts and comments around an article that stayed.
"""

from __future__ import annotations

import numpy as np

from dedup.repeats.selection import Floats
from dedup.segments import Bools, Ints, Segments
from dedup.tables import Table, place_of


class Budget:
    """What each document may lose, and what it has lost.

    Args:
        share: the largest share of the words that may go.
        documents: the DOCUMENTS table as they were read.
        count: how many documents there are, those that cannot be read included.
    """

    def __init__(self, share: float, documents: Table, count: int) -> None:
        self._share = share
        docs = documents["doc"]
        self._words, self._counted = np.ones((2, count), dtype=np.int64)
        self._words[docs] = np.maximum(documents["words"], 1)
        self._counted[docs] = np.maximum(documents["counted"], 1)
        self._paragraphs: Bools = np.zeros(count, dtype=np.bool_)
        self._paragraphs[docs] = documents["paragraphs"]
        self._lost = np.zeros((2, count), dtype=np.int64)  # words, and those that count
        # Lines that lost a sentence: the rest counts as the whole did.
        self._starts: Ints = np.empty(0, np.int64)
        self._ends: Ints = np.empty(0, np.int64)
        self._counts: Bools = np.empty(0, np.bool_)

    def losses(self, s: Segments, gone: Bools, documents: Table) -> Ints:
        """Return what each document will have lost when these rows are gone too, int64[2, documents].

        Args:
            s: the segments of this pass.
            gone: the rows that go.
            documents: the DOCUMENTS table of this pass.
        """
        rows = np.flatnonzero(gone & (s.is_line | ~gone[s.line_row]))
        lost = self._lost.copy()
        np.add.at(lost[0], s.doc[rows], s.words[rows])
        np.add.at(lost[1], s.doc[rows], s.words[rows] * self._counting(s, rows, documents))
        return lost

    def _counting(self, s: Segments, rows: Ints, documents: Table) -> Bools:
        """Tell which rows lie in lines that counted as the document was read."""
        doc = s.doc[rows]
        still = np.zeros(len(self._words), dtype=np.bool_)
        still[documents["doc"]] = documents["paragraphs"]
        counts: Bools = s.counts[rows] & (still[doc] | ~self._paragraphs[doc])
        if len(self._starts):
            place = place_of(doc, s.start[rows])
            at = np.searchsorted(self._starts, place, "right") - 1
            known = (at >= 0) & (place < self._ends[at])
            counts = np.where(known, self._counts[at], counts)
        return counts

    def over(self, lost: Ints) -> Floats:
        """Return the share of its words that each document would have lost where that is too much, else 0."""
        least = np.minimum(lost[0] / self._words, lost[1] / self._counted)
        changed = (lost != self._lost).any(axis=0)
        over: Floats = np.where(changed & (least > self._share), least, 0.0)
        return over

    def spend(self, s: Segments, gone: Bools, lost: Ints, docs: Ints, documents: Table) -> None:
        """Note what documents have lost, and which of their lines were cut."""
        self._lost[:, docs] = lost[:, docs]
        lines = np.unique(s.line_row[gone & ~s.is_line])
        lines = lines[np.isin(s.doc[lines], docs)]
        starts = place_of(s.doc[lines], s.start[lines])
        if len(self._starts):
            new = ~np.isin(starts, self._starts)
            lines, starts = lines[new], starts[new]
        counts = self._counting(s, lines, documents)
        starts = np.concatenate([self._starts, starts])
        order = np.argsort(starts, kind="stable")
        self._starts = starts[order]
        self._ends = np.concatenate([self._ends, place_of(s.doc[lines], s.end[lines])])[order]
        self._counts = np.concatenate([self._counts, counts])[order]

    def forget(self, docs: Ints) -> None:
        """Note that documents are whole again."""
        self._lost[:, docs] = 0
        stays = ~np.isin(self._starts >> 32, docs)
        self._starts, self._ends, self._counts = self._starts[stays], self._ends[stays], self._counts[stays]
