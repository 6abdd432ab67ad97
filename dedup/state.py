"""The documents between two passes: what was removed from each, what can be put back, and which segments matter now."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from dedup.decide import Decision
from dedup.normalize import key_of
from dedup.removals import REMOVALS, cuts_of, overlaps
from dedup.revise import Cutting
from dedup.segments import Bools, Ints, Segments
from dedup.tables import Table, halves_of
from dedup.verdicts import Codes

#: A document that is put back more often than this is left alone.
RETURNS = 1


class State:
    """The documents between two passes, by their numbers.

    Args:
        documents: how many there are.
        codes: codes by number.
        scope: where a twin may stand: `corpus` or `document`.

    Attributes:
        removals: all removals so far, in the order of passes.
        copy_of: the document that each is a copy of, or -1.
        cut: documents whose text is not what it was.
        sealed: documents put back and left alone.
    """

    def __init__(self, documents: int, codes: Codes, scope: str = "corpus") -> None:
        self._of_sentences = (codes.of("DU101"), codes.of("DU102"))
        self._teaser = codes.of("DU201")
        self._alone = scope == "document"
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
        self, left: Callable[[Table], Iterable[str]], s: Segments, decision: Decision, going: Table, back: Bools
    ) -> Ints:
        """Give removals whose twin goes in this pass another one; return the documents for which there is none.

        Args:
            left: what is left of spans of documents (doc, start, end; by document), normalised.
            s: the segments of this pass.
            decision: what goes.
            going: the removals of this pass.
            back: documents that are put back anyhow.
        """
        table, dropped = self.removals, decision.copies.doc
        copies = np.flatnonzero(self.copy_of >= 0)
        lonely = set(copies[np.isin(self.copy_of[copies], dropped)].tolist())
        lost = np.flatnonzero(overlaps(table, going.take(~back[going["doc"]])) & (self.copy_of[table["doc"]] < 0))
        lost = lost[np.argsort(table["twin"][lost], kind="stable")]
        spans = {"doc": table["twin"], "start": table["twin_start"], "end": table["twin_end"]}
        said = left(Table({name: column[lost] for name, column in spans.items()}))
        other: dict[int, int] = {}
        if len(lost):
            survivors = Survivors(s, decision, back)
            for k, text in zip(lost.tolist(), said, strict=True):
                line = int(table["code"][k]) not in self._of_sentences
                here = self._alone or int(table["code"][k]) == self._teaser
                other[k] = survivors.find(text, line, int(table["doc"][k]) if here else -1)
        lonely.update(int(table["doc"][k]) for k, row in other.items() if row < 0)
        for k, row in other.items():
            if row >= 0:
                for name, column in (("twin", s.doc), ("twin_start", s.start), ("twin_end", s.end), ("twin_at", s.at)):
                    table[name][k] = column[row]
        return np.array(sorted(lonely), dtype=np.int64)


class Survivors:
    """The rows that a decision leaves as they are, by their texts: other copies for twins that go."""

    def __init__(self, s: Segments, decision: Decision, back: Bools) -> None:
        gone = decision.verdicts.gone
        cut = np.zeros(s.count, dtype=np.bool_)
        cut[s.line_row[gone]] = True
        stays = decision.twins & ~(gone | gone[s.line_row] | (s.is_line & cut)) & ~back[s.doc]
        rows = np.flatnonzero(stays & ~np.isin(s.doc, decision.copies.doc))
        self._s = s
        self._rows = rows[np.argsort(s.text[rows], kind="stable")]
        self._texts = s.text[self._rows]

    def find(self, text: str, line: bool, doc: int = -1) -> int:
        """Return the first row that stays and says the same, or -1.

        Args:
            text: a normalised text.
            line: it has to be a line.
            doc: it has to stand in this document; -1: anywhere.
        """
        number = self._s.texts_of(halves_of([key_of(text)])[:, 1])[0]
        rows = self._rows[slice(*np.searchsorted(self._texts, [number, number + 1]).tolist())]
        if line:
            rows = rows[self._s.is_line[rows]]
        if doc >= 0:
            rows = rows[self._s.doc[rows] == doc]
        return int(rows[0]) if len(rows) and number >= 0 else -1
