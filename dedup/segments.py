"""The segments that a pass looks at, as columns, with the lookups that the decisions need."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.tables import Table, among, place_of

#: Integers of any width.
Ints = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]


class Segments:
    """A SEGMENTS table in columns. A row's number is its place in reading order: lines first, then their sentences.

    Its *place* is a number of its own among the rows of all shards, which sorts like the order of reading.

    Args:
        table: the segments, in reading order; with a line come all its sentences.
        base: the number of the shard's first document among those of all shards.
        recurring: the keys of all texts that may stand elsewhere too, or be nearly another; None: any may.
    """

    def __init__(self, table: Table, base: int = 0, recurring: Ints | None = None) -> None:
        self.count = len(table)
        self.base = base
        self.doc: Ints = table["doc"]
        self.line: Ints = table["line"]
        self.sentence: Ints = table["sentence"]
        self.sentences: Ints = table["sentences"]
        self.start: Ints = table["start"]
        self.end: Ints = table["end"]
        self.at: Ints = table["at"]
        self.words: Ints = table["words"]
        self.from_end: Ints = table["from_end"]
        self.whole: Bools = table["whole"]
        self.shape: Ints = table["shape"]
        self.rule: Ints = table["rule"]
        self.phrase: Ints = table["phrase"]
        self.block: Ints = table["block"]
        self.witnesses: Ints = table["witnesses"]
        self.counts: Bools = table["counts"]
        self.allowed: Bools = table["allowed"]
        self.head: Ints = table["head"]
        self.container: Ints = table["container"]
        self.similarity: npt.NDArray[np.float64] = table["similarity"]
        self.key: Ints = table["key_lo"]
        #: Rows whose text may stand elsewhere too, or be nearly another: only of those it makes sense to ask.
        self.recurs: Bools = np.ones(self.count, dtype=np.bool_) if recurring is None else among(self.key, recurring)

        self.is_line: Bools = self.sentence < 0
        self.place: Ints = place_of(self.doc + np.int64(base), (self.start.astype(np.int64) << 1) | ~self.is_line)
        #: Lines of one sentence and the sentences of longer ones: together, every word once.
        self.is_atom: Bools = ~self.is_line | (self.sentences == 1)
        numbers = np.arange(self.count, dtype=np.int32)
        #: The row of the line that a row is, or lies in.
        self.line_row: Ints = np.maximum.accumulate(np.where(self.is_line, numbers, 0)) if self.count else numbers
        self._line_rows: Ints = np.flatnonzero(self.is_line)
        self._places = place_of(self.doc[self._line_rows], self.line[self._line_rows])
        #: The number of each row's text, in the order of first places; how many there are; their keys, ascending.
        self.text, self.texts, self._keys, self._high, self._of_keys = _number(table["key_hi"], self.key)

    def row_of(self, doc: Ints, line: Ints) -> Ints:
        """Return the rows of lines given by document and line number."""
        rows: Ints = self._line_rows[np.searchsorted(self._places, place_of(doc, line))]
        return rows

    def has(self, place: Ints) -> Bools:
        """Tell which places are those of rows of this shard that are here."""
        if not self.count:
            return np.zeros(len(place), dtype=np.bool_)
        at = np.minimum(np.searchsorted(self.place, place), self.count - 1)
        found: Bools = self.place[at] == place
        return found

    def row_at(self, place: Ints) -> Ints:
        """Return the rows at places."""
        rows: Ints = np.searchsorted(self.place, place)
        return rows

    def sentences_of(self, line_row: int) -> range:
        """Return the rows of the sentences of a line of two or more sentences."""
        count = int(self.sentences[line_row])
        return range(line_row + 1, line_row + 1 + count) if count > 1 else range(0)

    def texts_of(self, keys: Ints) -> Ints:
        """Return the numbers of the texts with these keys, -1 for those that are not here."""
        if not self.count:
            return np.full(len(keys), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[at] == keys, self._of_keys[at], -1)

    def keys_of(self, texts: Ints) -> tuple[Ints, Ints]:
        """Return the upper and lower halves of the keys of texts."""
        at = np.empty(self.texts, dtype=np.int64)
        at[self._of_keys] = np.arange(self.texts)
        return self._high[at[texts]], self._keys[at[texts]]

    def texts_with(self, high: Ints, low: Ints) -> Ints:
        """Return the numbers of the texts with these keys, -1 for those that are not here."""
        if not self.count:
            return np.full(len(low), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._keys, low), len(self._keys) - 1)
        last = len(self._keys) - 1
        while (other := (self._keys[at] == low) & (self._high[at] != high) & (at < last)).any():
            at[other] += 1  # two texts agree in one half
        return np.where((self._keys[at] == low) & (self._high[at] == high), self._of_keys[at], -1)


def _number(high: Ints, low: Ints) -> tuple[Ints, int, Ints, Ints, Ints]:
    """Number the distinct keys by their first place.

    Returns:
        The number of each row, how many there are, and for each distinct key, ascending by its lower half, both halves
        and its number.
    """
    count = len(low)
    order = np.argsort(low, kind="stable")
    ordered, upper = low[order], high[order]
    new = np.ones(count, dtype=np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    if ((upper[1:] != upper[:-1]) & ~new[1:]).any():  # two texts agree in one half: sort by both
        order = np.lexsort((high, low))
        ordered, upper = low[order], high[order]
        new[1:] = (ordered[1:] != ordered[:-1]) | (upper[1:] != upper[:-1])
    group = np.cumsum(new) - 1
    firsts = order[new]
    number = np.empty(len(firsts), dtype=np.int32)
    number[np.argsort(firsts, kind="stable")] = np.arange(len(firsts))
    text = np.empty(count, dtype=np.int32)
    text[order] = number[group]
    return text, len(firsts), ordered[new], upper[new], number
