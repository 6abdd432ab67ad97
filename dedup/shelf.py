"""All segments as they were analysed, part by part, and which of them matter.

Most lines stand once, are like no other and are named by nothing: they can neither go nor be a twin, whatever becomes of
the rest. Only the others are given to the policy. A line *matters* when one of its rows has a text that stands more than
once or is verified to be nearly another, or when rules, context or teasers speak against it; with it come all its
sentences. A text that only arises when a line is cut may wake lines that did not matter before.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup.context import NO_BLOCK, STUB
from dedup.parts import Part
from dedup.segments import Bools, Ints
from dedup.tables import DOCUMENTS, SEGMENTS, Table, in_order, whole_lines


#: One text a row.
NO_TEXTS = Table.of_rows({name: SEGMENTS[name] for name in ("doc", "start", "end", "key_lo", "facts")}, [])


class Shelf:
    """The parts of an analysis, and the rows of each that matter.

    Args:
        min_words: shorter texts are compared with no other.
        frozen: by document, whether it stays as it is.
        wanted: … of those documents, only texts with these keys are compared; all if None.
    """

    def __init__(self, min_words: int, frozen: Bools, wanted: Ints | None = None) -> None:
        self._min_words = min_words
        self._frozen = frozen
        self._wanted = wanted
        self._parts: list[Part] = []
        self._matters: list[Bools] = []
        self._documents: list[Table] = []
        self.phrases: list[str] = []

    def add(self, part: Part, documents: Table, phrases: list[str]) -> None:
        """Take in a part: the segments of some documents, each whole, in the order of documents."""
        part.phrases_from = len(self.phrases)
        self.phrases += phrases
        self._parts.append(part)
        self._documents.append(documents)
        self._matters.append(np.zeros(len(part), dtype=np.bool_))

    @property
    def documents(self) -> Table:
        """The DOCUMENTS table, in order."""
        return in_order([Table.of_rows(DOCUMENTS, []), *self._documents])

    @property
    def segments(self) -> Table:
        """All segments, in order."""
        return in_order([Table.of_rows(SEGMENTS, []), *(part.take(None) for part in self._parts)])

    def recurring(self, slices: int = 1) -> Ints:
        """Return the keys (lower halves) that occur more than once, ascending.

        Args:
            slices: the keys are looked at in so many lots, to need less memory.
        """
        found = []
        for number in range(slices):
            keys = np.concatenate([np.empty(0, np.int64), *(self._slice(p["key_lo"], number, slices) for p in self._parts)])
            keys.sort()
            found.append(np.unique(keys[1:][keys[1:] == keys[:-1]]))
        keys = np.concatenate(found)
        keys.sort()
        return keys

    def alike(self, slices: int = 1) -> Table:
        """Return one row for each text that may be nearly another, in reading order: doc, start, end, key_lo, facts.

        Args:
            slices: the texts are looked at in so many lots.
        """
        found = []
        for number in range(slices):
            lots = [NO_TEXTS]
            for part in self._parts:
                rows = self._compared(part)
                if slices > 1:
                    rows &= part["facts"] % np.uint64(slices) == number
                lots.append(part.take(np.flatnonzero(rows), list(NO_TEXTS.columns)))
            found.append(texts_alike(lots))
        return in_order(found)

    def with_facts(self, facts: Ints, docs: Bools) -> Table:
        """Return the texts of these documents that have one of these facts."""
        lots = [NO_TEXTS]
        for part in self._parts:
            rows = self._compared(part) & docs[part["doc"]] & np.isin(part["facts"], facts)
            lots.append(part.take(np.flatnonzero(rows), list(NO_TEXTS.columns)))
        return in_order(lots)

    def facts_of(self, docs: Bools) -> Ints:
        """Return the facts of the texts of these documents."""
        return np.concatenate([NO_TEXTS["facts"], *(p["facts"][docs[p["doc"]] & self._compared(p)] for p in self._parts)])

    def mark(self, keys: Ints) -> None:
        """Let the rows with these keys matter, and those that something speaks against."""
        for number, part in enumerate(self._parts):
            self._matters[number] = whole_lines(part, speaks_against(part) | np.isin(part["key_lo"], keys))

    def mark_all(self) -> None:
        """Let all rows matter: what is known from elsewhere may speak against any of them."""
        for matters in self._matters:
            matters[:] = True

    def wake(self, keys: Ints) -> None:
        """Let the rows with these keys matter too."""
        for number, part in enumerate(self._parts):
            rows = np.isin(part["key_lo"], keys)
            if rows.any():
                self._matters[number] |= whole_lines(part, rows)

    def mattering(self, docs: Bools) -> Table:
        """Return the rows that matter of these documents, in reading order."""
        return in_order(
            [Table.of_rows(SEGMENTS, [])]
            + [
                part.take(np.flatnonzero(matters & docs[part["doc"]]))
                for part, matters in zip(self._parts, self._matters, strict=True)
            ]
        )

    def _compared(self, part: Part) -> Bools:
        rows: Bools = part["words"] >= self._min_words
        if self._frozen.any():
            frozen = self._frozen[part["doc"]]
            if self._wanted is not None:
                rows &= ~frozen | np.isin(part["key_lo"], self._wanted)
        return rows

    @staticmethod
    def _slice(keys: Ints, number: int, slices: int) -> Ints:
        return keys if slices == 1 else keys[keys % slices == number]


class Loose:
    """The segments of documents that were cut, whole, as they are now."""

    def __init__(self) -> None:
        self._table = Table.of_rows(SEGMENTS, [])
        self._documents = Table.of_rows(DOCUMENTS, [])

    def replace(self, segments: Sequence[Table], documents: Sequence[Table]) -> None:
        """Put the segments of documents in place of what is known of them."""
        for table in documents:
            self.drop(table["doc"])
        self._table = in_order([self._table, *segments])
        self._documents = in_order([self._documents, *documents])

    def drop(self, docs: Ints) -> None:
        """Forget documents."""
        self._table = self._table.take(~np.isin(self._table["doc"], docs))
        self._documents = self._documents.take(~np.isin(self._documents["doc"], docs))

    @property
    def documents(self) -> Table:
        """Their DOCUMENTS table."""
        return self._documents

    @property
    def segments(self) -> Table:
        """All their segments, in reading order."""
        return self._table


def speaks_against(rows: Part | Table) -> Bools:
    """Tell which rows something besides repetition speaks against."""
    against: Bools = (rows["rule"] >= 0) | (rows["block"] != NO_BLOCK) | ((rows["witnesses"] & STUB) > 0)
    against |= (rows["container"] >= 0) | (rows["head"] >= 0)
    for pointer in ("container", "head"):  # the lines that these point to
        line = rows[pointer]
        pointing = np.flatnonzero(line >= 0)
        if len(pointing):
            lines = np.flatnonzero(rows["sentence"] < 0)
            at = _place(rows["doc"][lines], rows["line"][lines])
            order = np.argsort(at, kind="stable")
            wanted = _place(rows["doc"][pointing], line[pointing])
            against[lines[order[np.searchsorted(at[order], wanted)]]] = True
    return against


def texts_alike(lots: Sequence[Table]) -> Table:
    """Return one row for each distinct text whose facts are those of another one, in reading order."""
    rows = in_order(lots)
    order = np.lexsort((rows["key_lo"], rows["facts"]))  # stable: of one text the first place comes first
    facts, keys = rows["facts"][order], rows["key_lo"][order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (keys[1:] != keys[:-1]) | (facts[1:] != facts[:-1])
    order, facts = order[new], facts[new]
    same = facts[1:] == facts[:-1]
    shared = np.zeros(len(order), dtype=np.bool_)
    shared[1:] |= same
    shared[:-1] |= same
    return rows.take(np.sort(order[shared]))


def _place(doc: Ints, line: Ints) -> Ints:
    return (doc.astype(np.int64) << 32) | line.astype(np.int64)

