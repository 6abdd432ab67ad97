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
from dedup.tables import (
    NO_DOCUMENTS,
    NO_SEGMENTS,
    NO_TEXTS,
    SEGMENTS,
    Column,
    Table,
    among,
    in_order,
    place_of,
    whole_lines,
)

NO_KEYS: Ints = np.empty(0, np.int64)


class Shelf:
    """The parts of an analysis, and the rows of each that matter.

    A document that is cut has its segments in a part of its own time; that it was read in remains, for it may be put back.

    Args:
        count: how many documents there are.
        min_words: shorter texts are compared with no other.
        frozen: by document, whether it stays as it is.
        wanted: … of those documents, only texts with these keys are compared; all if None.
        held: whether there is memory for all segments, also of parts that are files.

    Attributes:
        phrases: what rules found; `phrase` numbers them.
    """

    def __init__(
        self, count: int, min_words: int, frozen: Bools, wanted: Ints | None = None, *, held: bool = False
    ) -> None:
        self._held = held
        self._min_words = min_words
        self._frozen = frozen
        self._wanted = wanted
        self._parts: list[Part] = []
        self._matters: list[Bools] = []
        self._documents: list[Table] = []
        #: The part that each document was read in, and the one that it is in now; -1: it is gone.
        self._first: Ints = np.full(count, -1, dtype=np.int32)
        self._now = self._first.copy()
        self._read = 0  # parts that were read
        self.phrases: list[str] = []

    def add(self, part: Part, documents: Table, phrases: Sequence[str]) -> None:
        """Take in documents as they were read: the segments of each whole."""
        self._put(part, documents, phrases)
        self._first[documents["doc"]] = self._now[documents["doc"]]
        self._read = len(self._parts)

    def replace(self, part: Part, documents: Table, phrases: Sequence[str], keys: Ints, stays: Bools) -> None:
        """Take in documents as they are now.

        Args:
            part: their segments.
            documents: their DOCUMENTS table.
            phrases: what rules found.
            keys: the keys of texts that matter.
            stays: by document, whether it is not to be taken in.
        """
        before = self._now.copy()
        self._put(part, documents, phrases)
        self._now[stays] = before[stays]
        self._matters[-1] = whole_lines(part, speaks_against(part) | among(part["key_lo"], keys))

    def _put(self, part: Part, documents: Table, phrases: Sequence[str]) -> None:
        part.held = self._held
        part.phrases_from = len(self.phrases)
        self.phrases += phrases
        self._now[documents["doc"]] = len(self._parts)
        self._parts.append(part)
        self._documents.append(documents)
        self._matters.append(np.zeros(len(part), dtype=np.bool_))

    def put_back(self, docs: Ints) -> None:
        """Let documents be again what they were."""
        self._now[docs] = self._first[docs]

    def drop(self, docs: Ints) -> None:
        """Let documents be gone."""
        self._now[docs] = -1

    @property
    def first_documents(self) -> Table:
        """The DOCUMENTS table as they were read, in order."""
        return in_order([NO_DOCUMENTS, *self._documents[: self._read]])

    @property
    def documents(self) -> Table:
        """The DOCUMENTS table as they are now, in order."""
        tables = [t.take(self._now[t["doc"]] == number) for number, t in enumerate(self._documents)]
        return in_order([NO_DOCUMENTS, *tables])

    @property
    def segments(self) -> Table:
        """All segments as they were read, in order."""
        return in_order([NO_SEGMENTS, *(part.take(None) for part in self._parts[: self._read])])

    def recurring(self, slices: int = 1) -> Ints:
        """Return the keys (lower halves) that occur more than once, ascending.

        Args:
            slices: the keys are looked at in so many lots, to need less memory.
        """
        found = [NO_KEYS]
        for number in range(slices):
            lots = (part["key_lo"] for part in self._parts)
            keys = np.concatenate([NO_KEYS, *(k if slices == 1 else k[k % slices == number] for k in lots)])
            keys.sort()
            same = keys[1:][keys[1:] == keys[:-1]]
            found.append(same[np.append(True, same[1:] != same[:-1])] if len(same) else same)
        keys = np.concatenate(found)
        keys.sort()
        return keys

    def alike(self, slices: int = 1) -> Table:
        """Return one row for each text that may be nearly another, in reading order: doc, start, end, key_lo, facts.

        Args:
            slices: the texts are looked at in so many lots.
        """
        found = [NO_TEXTS]
        for number in range(slices):
            lots = [NO_TEXTS]
            for part in self._parts:
                rows = self._compared(part)
                if slices > 1:
                    rows &= part["facts"] % np.uint64(slices) == number
                lots.append(part.take(np.flatnonzero(rows), list(NO_TEXTS.columns)))
            found.append(texts_alike(in_order(lots)))
        texts = in_order(found)
        return texts if slices == 1 else texts.take(np.lexsort((texts["start"], texts["doc"])))

    def with_facts(self, facts: Ints) -> Table:
        """Return one row for each text that documents have now and that has one of these facts, in reading order."""
        lots = [NO_TEXTS]
        for number, part in enumerate(self._parts):
            rows = among(part["facts"], facts)
            if rows.any():
                rows &= self._compared(part) & (self._now[part["doc"]] == number)
                lots.append(part.take(np.flatnonzero(rows), list(NO_TEXTS.columns)))
        return distinct(in_order(lots))

    def facts_of(self, docs: Bools) -> Ints:
        """Return the facts of the texts of these documents."""
        lots = [NO_TEXTS["facts"]]
        for number, part in enumerate(self._parts):
            own = docs & (self._now == number)
            if own.any():
                lots.append(part["facts"][own[part["doc"]] & self._compared(part)])
        return np.concatenate(lots)

    def keys_of(self, docs: Bools) -> Ints:
        """Return the keys of the rows of these documents that matter, as often as they stand there."""
        lots = [NO_KEYS]
        for number, (part, matters) in enumerate(zip(self._parts, self._matters, strict=True)):
            own = docs & (self._now == number)
            if own.any():
                lots.append(part["key_lo"][own[part["doc"]] & matters])
        return np.concatenate(lots)

    def mark(self, keys: Ints) -> None:
        """Let the rows with these keys matter, and those that something speaks against."""
        for number, part in enumerate(self._parts):
            self._matters[number] = whole_lines(part, speaks_against(part) | among(part["key_lo"], keys))

    def mark_all(self) -> None:
        """Let all rows matter: what is known from elsewhere may speak against any of them."""
        for matters in self._matters:
            matters[:] = True

    def wake(self, keys: Ints) -> None:
        """Let the rows with these keys matter too."""
        for number, part in enumerate(self._parts):
            rows = among(part["key_lo"], keys)
            if rows.any():
                self._matters[number] |= whole_lines(part, rows)

    def mattering(self) -> Table:
        """Return the rows that matter, as documents are now, in reading order."""
        picked = []
        for number, (part, matters) in enumerate(zip(self._parts, self._matters, strict=True)):
            rows = np.flatnonzero(matters & (self._now[part["doc"]] == number))
            if len(rows):
                picked.append((part, rows))
        if not picked:
            return NO_SEGMENTS

        def column(name: str) -> Column:
            return np.concatenate([part.take(rows, (name,))[name] for part, rows in picked])

        # One column after the other, so that there is never more than the result and a column.
        order = np.argsort(column("doc"), kind="stable")
        return Table({name: column(name)[order] for name in SEGMENTS if name != "facts"})

    def _compared(self, part: Part) -> Bools:
        rows: Bools = part["words"] >= self._min_words
        if self._frozen.any():
            frozen = self._frozen[part["doc"]]
            if self._wanted is not None:
                rows &= ~frozen | np.isin(part["key_lo"], self._wanted)
        return rows


def speaks_against(rows: Part | Table) -> Bools:
    """Tell which rows something besides repetition speaks against."""
    against: Bools = (rows["rule"] >= 0) | (rows["block"] != NO_BLOCK) | ((rows["witnesses"] & STUB) > 0)
    against |= (rows["container"] >= 0) | (rows["head"] >= 0)
    for pointer in ("container", "head"):  # the lines that these point to
        line = rows[pointer]
        pointing = np.flatnonzero(line >= 0)
        if len(pointing):
            lines = np.flatnonzero(rows["sentence"] < 0)
            at = place_of(rows["doc"][lines], rows["line"][lines])
            order = np.argsort(at, kind="stable")
            wanted = place_of(rows["doc"][pointing], line[pointing])
            against[lines[order[np.searchsorted(at[order], wanted)]]] = True
    return against


def distinct(rows: Table) -> Table:
    """Return one row for each distinct text, its first, in reading order."""
    _, first = np.unique(rows["key_lo"], return_index=True)
    return rows.take(np.sort(first))


def texts_alike(rows: Table) -> Table:
    """Return one row for each distinct text whose facts are those of another one, in reading order."""
    rows = distinct(rows)
    _, group, counts = np.unique(rows["facts"], return_inverse=True, return_counts=True)
    return rows.take(np.flatnonzero(counts[group] > 1))
