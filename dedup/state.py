"""The documents between two passes: what was removed from each, what can be put back, and which segments matter now."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dedup.normalize import key_of, normalize
from dedup.removals import REMOVALS, cuts_of, overlaps
from dedup.revise import Cutting
from dedup.segments import Bools, Ints, Segments
from dedup.tables import Table
from dedup.verdicts import Codes, Verdicts

#: A document that is put back more often than this is left alone.
RETURNS = 1


class State:
    """The documents between two passes, by their numbers.

    Args:
        documents: how many there are.
        codes: codes by number.

    Attributes:
        removals: all removals so far, in the order of passes.
        copy_of: the document that each is a copy of, or -1.
        cut: documents whose text is not what it was.
        sealed: documents put back and left alone.
    """

    def __init__(self, documents: int, codes: Codes) -> None:
        self._of_sentences = (codes.of("DU101"), codes.of("DU102"))
        self.removals = Table.of_rows(REMOVALS, [])
        self.copy_of: Ints = np.full(documents, -1, dtype=np.int64)
        self.cut: Bools = np.zeros(documents, dtype=np.bool_)
        self.sealed: Bools = np.zeros(documents, dtype=np.bool_)
        self._returns: Ints = np.zeros(documents, dtype=np.int64)

    @property
    def touched(self) -> Bools:
        """The documents that have removals."""
        found = np.zeros(len(self.cut), dtype=np.bool_)
        found[self.removals["doc"]] = True
        return found

    def cutting(self, docs: Ints, s: Segments, rows: Ints) -> Cutting:
        """Return what `revise` is to do.

        Args:
            docs: the documents to be cut, ascending.
            s: the segments of this pass.
            rows: the rows that go, in reading order; all are of these documents.
        """
        gone_from, gone = cuts_of(self.removals, docs)
        rows_from = np.append(np.searchsorted(s.doc[rows], docs), len(rows))
        return Cutting(
            docs, gone_from, gone, rows_from, np.stack([s.start[rows], s.end[rows]], axis=1).astype(np.int64)
        )

    def add(self, removals: Table) -> None:
        """Add the removals of a pass."""
        self.removals = Table.joined(REMOVALS, [self.removals, removals])

    def put_back(self, docs: Ints) -> None:
        """Undo all removals of documents."""
        self.removals = self.removals.take(~np.isin(self.removals["doc"], docs))
        self.copy_of[docs] = -1
        self.cut[docs] = False
        self._returns[docs] += 1
        self.sealed[docs[self._returns[docs] > RETURNS]] = True

    def without_twin(
        self, texts: Callable[[int], str], s: Segments, v: Verdicts, going: Table, dropped: Ints, back: Bools
    ) -> Ints:
        """Give removals whose twin goes in this pass another one; return the documents for which there is none.

        Args:
            texts: the original text of a document.
            s: the segments of this pass.
            v: what goes.
            going: the removals of this pass.
            dropped: the documents that this pass finds to be copies.
            back: documents that are put back anyhow.
        """
        table = self.removals
        copies = np.flatnonzero(self.copy_of >= 0)
        lonely = set(copies[np.isin(self.copy_of[copies], dropped)].tolist())
        lost = overlaps(table, going.take(~back[going["doc"]])) & (self.copy_of[table["doc"]] < 0)
        survivors = Survivors(s, v, dropped) if lost.any() else None
        for k in np.flatnonzero(lost).tolist():
            doc, home = int(table["doc"][k]), int(table["twin"][k])
            if doc in lonely or survivors is None:
                continue
            text = texts(home)[table["twin_start"][k] : table["twin_end"][k]]
            row = survivors.find(text, line=int(table["code"][k]) not in self._of_sentences)
            if row < 0 or back[s.doc[row]]:
                lonely.add(doc)
                continue
            for name, column in (("twin", s.doc), ("twin_start", s.start), ("twin_end", s.end), ("twin_at", s.at)):
                table[name][k] = column[row]
        return np.array(sorted(lonely), dtype=np.int64)


class Survivors:
    """The rows that a decision leaves as they are, by their texts: other copies for twins that go."""

    def __init__(self, s: Segments, v: Verdicts, dropped: Ints) -> None:
        gone = v.gone
        cut = np.zeros(s.count, dtype=np.bool_)
        cut[s.line_row[gone]] = True
        stays = ~(gone | gone[s.line_row] | (s.is_line & cut) | np.isin(s.doc, dropped))
        self._s = s
        self._any, self._line = (self._first(np.flatnonzero(rows)) for rows in (stays, stays & s.is_line))

    def _first(self, rows: Ints) -> Ints:
        first = np.full(self._s.texts, -1, dtype=np.int64)
        first[self._s.text[rows][::-1]] = rows[::-1]
        return first

    def find(self, text: str, line: bool) -> int:
        """Return the first row that stays and says the same, or -1; for removed lines, a line."""
        key = np.frombuffer(key_of(normalize(text)), dtype=">i8").astype(np.int64)[1:]
        number = int(self._s.texts_of(key)[0])
        return int((self._line if line else self._any)[number]) if number >= 0 else -1
