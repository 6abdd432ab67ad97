"""The fact invariant of whole columns of normalised texts, as numbers. Importing this file loads numba.

`repeats/facts.py` says what the content words of a text are; its `invariant` is equal for texts with the same facts. Here
the same is worked out for a whole batch in one pass over its code points: other numbers, but equal for the same texts.
What a character is (a letter, a mark, a sign of its own), and what is left of it without accents, is looked up in arrays
that are filled for the characters that occur.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import regex

from dedup.bulk import fact_kernels as kernels
from dedup.bulk.fact_kernels import ALPHABETIC, KNOWN, PLAIN, invariants
from dedup.bulk.fnv import hash_of
from dedup.normalize import UNSPACED
from dedup.repeats.words import BARE_LIGHT, bare
from dedup.tables import Column

__all__ = ["FactTables", "invariants"]

# As the tokens of `repeats/facts.py` have them.
_CLASSES = (
    (kernels.LETTER, regex.compile(r"\p{L}")),
    (kernels.MARK, regex.compile(r"\p{M}")),
    (kernels.NUMBER, regex.compile(r"\p{N}")),
    (kernels.WORD, regex.compile(r"\w")),
    (kernels.UNSPACED, UNSPACED),
    (kernels.SYMBOL, regex.compile(r"[\p{Sc}\p{So}%‰°?¿؟#№@]")),
)


class FactTables:
    """Arrays by code point, filled for the characters that were seen, and the light words as a table of hashes.

    Attributes:
        traits: uint16[code points], the bits of `fact_kernels.py`.
        bare: int32[code points]: what is left without accents. -1: nothing; below: `expansions[-2 - value]`.
        expansions: int32[n, 2]: begin and end in `pool`.
        pool: uint32[n]: the characters of all expansions.
        light: uint64[slots]: hashes of the light words without accents, in an open table; 0: free.
        longest: how many characters the longest of them has.
    """

    def __init__(self) -> None:
        self.traits: Column = np.zeros(kernels.CODE_POINTS, dtype=np.uint16)
        self.bare: Column = np.full(kernels.CODE_POINTS, -1, dtype=np.int32)
        self._expansions: list[tuple[int, int]] = []
        self._pool: list[int] = []
        self.expansions: Column = np.zeros((1, 2), dtype=np.int32)
        self.pool: Column = np.zeros(1, dtype=np.uint32)
        self.light: Column = _open_table(BARE_LIGHT)
        self.longest = max(map(len, BARE_LIGHT))

    def learn(self, codes: Column) -> tuple[Column, Column, Column, Column, Column, int]:
        """Fill in the characters of a text; returns the arrays in the order in which `invariants` takes them."""
        new = kernels.unknown(codes, self.traits).tolist()
        for code in new:
            self._learn(code)
        if new:
            self.expansions = np.array(self._expansions or [(0, 0)], dtype=np.int32)
            self.pool = np.array(self._pool or [0], dtype=np.uint32)
        return self.traits, self.bare, self.expansions, self.pool, self.light, self.longest

    def of(self, texts: Sequence[str]) -> Column:
        """Return the invariants of normalised texts, uint64[texts]."""
        codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).copy()
        ends = np.cumsum([0, *map(len, texts)], dtype=np.int64)
        found: Column = invariants(codes, np.stack((ends[:-1], ends[1:]), axis=1), *self.learn(codes))
        return found

    def _learn(self, code: int) -> None:
        character = chr(code)
        # Accents are taken off character by character: what follows can only move the marks, which all go.
        text = bare(character)
        self.traits[code] = KNOWN | sum(bit for bit, pattern in _CLASSES if pattern.match(character))
        if not text or text.isalpha():
            self.traits[code] |= ALPHABETIC | (PLAIN if text == character else 0)
        if len(text) == 1:
            self.bare[code] = ord(text)
        elif text:
            self.bare[code] = -2 - len(self._expansions)
            self._expansions.append((len(self._pool), len(self._pool) + len(text)))
            self._pool += map(ord, text)


def _open_table(words: frozenset[str]) -> Column:
    """Return the hashes of words in a table with open addressing, uint64[slots]."""
    hashes = {hash_of(word) for word in words}
    assert len(hashes) == len(words), "two light words have one hash"
    assert 0 not in hashes, "a light word has the hash of a free slot"
    slots = 1 << (4 * len(words)).bit_length()
    table = [0] * slots
    for h in sorted(hashes):
        at = h & (slots - 1)
        while table[at]:
            at = (at + 1) & (slots - 1)
        table[at] = h
    return np.array(table, dtype=np.uint64)
