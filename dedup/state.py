"""The documents between two passes: what was removed from each, what can be put back, and which segments matter now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup.decide import Decision
from dedup.exchange import Ask, Columns, Phase
from dedup.removals import REMOVALS, cuts_of, overlaps
from dedup.revise import Cutting
from dedup.segments import Bools, Ints, Segments
from dedup.tables import Table
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
        copy_of: the document that each is a copy of, by its number among those of all shards, or -1.
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
        self, s: Segments, decision: Decision, going: Table, back: Bools, goes: bool
    ) -> Phase[Ints | None]:
        """Give removals whose twin goes in this pass another one; return the documents for which there is none.

        Args:
            s: the segments of this pass.
            decision: what goes.
            going: the removals of this pass.
            back: documents that are put back anyhow.
            goes: whether anything goes in this pass.

        Returns:
            The documents; None if nothing goes in any shard.
        """
        table, dropped = self.removals, decision.copies.doc + np.int64(s.base)
        cuts = going.take(~back[going["doc"]] & (going["cut_start"] < going["cut_end"]))
        copies = np.flatnonzero(self.copy_of >= 0)
        watched = np.concatenate([np.unique(table["twin"]).astype(np.int64), self.copy_of[copies]])
        tables = {
            "cuts": {
                "doc": cuts["doc"] + np.int64(s.base),
                "cut_start": cuts["cut_start"],
                "cut_end": cuts["cut_end"],
            },
            "dropped": {"doc": dropped},
            "watched": {"doc": watched[watched >= 0]},
        }
        answer = yield Ask("cuts", tables, goes)
        if not answer.flag:
            return None
        lonely = set(copies[np.isin(self.copy_of[copies], answer.tables["dropped"]["doc"])].tolist())
        touched = overlaps(table, Table(answer.tables["cuts"]))
        lost = np.flatnonzero(touched & (self.copy_of[table["doc"]] < 0))
        lost = lost[np.argsort(table["twin"][lost], kind="stable")]
        line = ~np.isin(table["code"][lost], self._of_sentences)
        here = table["code"][lost] == self._teaser
        if self._alone:
            here[:] = True
        away = lost[~here]
        wanted = {"key": table["twin_key"][away], "line": line[~here]}
        answer = yield Ask("wanted", {"wanted": wanted}, bool(len(away)))
        survivors = Survivors(s, decision, back) if len(lost) or answer.flag else None
        found: dict[tuple[int, bool], Sequence[int]] = {}
        if answer.flag and survivors is not None:
            told = yield Ask("survivors", {"survivors": survivors.all(answer.tables["wanted"]), "wanted": wanted})
            rows = zip(*(told.tables["survivors"][name].tolist() for name in ("key", "line", *_ROW)), strict=True)
            for key, of_line, *row in sorted(rows, reverse=True):  # the first of each comes last
                found[key, bool(of_line)] = row
        if survivors is not None:
            for k, of_line, own in zip(lost.tolist(), line.tolist(), here.tolist(), strict=True):
                key, doc = int(table["twin_key"][k]), int(table["doc"][k])
                one = survivors.find(key, of_line, doc) if own else found.get((key, of_line))
                if one is None:
                    lonely.add(doc)
                else:
                    for name, value in zip(("twin", "twin_start", "twin_end", "twin_at"), _named(one), strict=True):
                        table[name][k] = value
        return np.array(sorted(lonely), dtype=np.int64)


#: What names a row: its place, where it ends, and its line of the file.
_ROW = ("place", "end", "at")


def _named(row: Sequence[int]) -> tuple[int, int, int, int]:
    place, end, at = row
    return place >> 32, (place & 0xFFFFFFFF) >> 1, end, at


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

    def find(self, key: int, line: bool, doc: int = -1) -> Sequence[int] | None:
        """Return the first row that stays and says the same: place, end, at.

        Args:
            key: the lower half of the key of a text.
            line: it has to be a line.
            doc: it has to stand in this document of the shard; -1: anywhere in the shard.
        """
        s = self._s
        number = s.texts_of(np.array([key], dtype=np.int64))[0]
        rows = self._rows[slice(*np.searchsorted(self._texts, [number, number + 1]).tolist())]
        if line:
            rows = rows[s.is_line[rows]]
        if doc >= 0:
            rows = rows[s.doc[rows] == doc]
        if not len(rows) or number < 0:
            return None
        row = int(rows[0])
        return int(s.place[row]), int(s.end[row]), int(s.at[row])

    def all(self, wanted: Columns) -> Columns:
        """Return the first row for each of these: key, line, place, end, at."""
        pairs = sorted(set(zip(wanted["key"].tolist(), wanted["line"].tolist(), strict=True)))
        found = [(key, line, *row) for key, line in pairs if (row := self.find(key, line)) is not None]
        columns = zip(*found, strict=True) if found else ((),) * 5
        kinds = (np.int64, np.bool_, np.int64, np.int64, np.int64)
        names = ("key", "line", *_ROW)
        return {name: np.array(c, kind) for name, c, kind in zip(names, columns, kinds, strict=True)}
