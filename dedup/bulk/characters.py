"""What `normalize.py` says of single characters, as arrays that compiled loops look up by code point.

Folding goes character by character for nearly all text: spaces, quotes, dashes, NFKC and case folding replace one
character by none, one or a few, whatever stands beside it. Where neighbours matter (combining marks, conjoining
Hangul), the character is *complex*, and its line is left to `normalize.py`. The arrays are filled from its functions,
for the characters that occur.
"""

from __future__ import annotations

import unicodedata

import numpy as np

from dedup.normalize import EDGE, UNSPACED, fold_character
from dedup.segments import Ints
from dedup.tables import Column

CODE_POINTS = 0x110000

# Traits: a bit each.
KNOWN = 1
#: White space, which folding turns into single spaces.
SPACE = 2
#: It folds together with its neighbours.
COMPLEX = 4
#: `normalize` drops it at both ends.
EDGE_MARK = 8
DIGIT = 16
#: Part of a word, as `\\w` has it.
WORD = 32
#: Of a script without spaces between words.
UNSPACED_SIGN = 64
#: A letter, digit or the like, as `isalnum` has it.
ALPHANUMERIC = 128

#: Conjoining Hangul; combining marks are known by their category.
_JAMO = (range(0x1100, 0x1200), range(0xA960, 0xA980), range(0xD7B0, 0xD800))
_EDGES = frozenset(EDGE)


class Characters:
    """Arrays by code point, filled for the characters that were seen.

    Attributes:
        traits: uint8[code points], the bits above.
        folded: int32[code points]: what the character folds to. -1: nothing; below: `expansions[-2 - value]`.
        expansions: int32[n, 2]: begin and end in `pool`.
        pool: uint32[n]: the characters of all expansions.
    """

    def __init__(self) -> None:
        self.traits: Column = np.zeros(CODE_POINTS, dtype=np.uint8)
        self.folded: Column = np.full(CODE_POINTS, -1, dtype=np.int32)
        self._expansions: list[tuple[int, int]] = []
        self._pool: list[int] = []
        self.expansions: Column = np.zeros((1, 2), dtype=np.int32)
        self.pool: Column = np.zeros(1, dtype=np.uint32)

    def learn(self, points: Ints) -> None:
        """Fill in the characters of a text, and what they fold to."""
        new = points[(self.traits[points] & KNOWN) == 0]
        if not len(new):
            return
        for point in np.unique(new).tolist():
            self._learn(point)
        self.expansions = np.array(self._expansions or [(0, 0)], dtype=np.int32)
        self.pool = np.array(self._pool or [0], dtype=np.uint32)

    def _learn(self, point: int) -> None:
        character = chr(point)
        self.traits[point] = _traits(character)
        text = fold_character(character)
        if len(text) == 1:
            self.folded[point] = ord(text)
        elif text:
            self.folded[point] = -2 - len(self._expansions)
            self._expansions.append((len(self._pool), len(self._pool) + len(text)))
            self._pool += map(ord, text)
        for other in set(text) - {character}:
            if not self.traits[ord(other)]:
                self._learn(ord(other))


def _traits(character: str) -> int:
    joins = any(_joins(c) for c in (character, *unicodedata.normalize("NFKC", character)[:1]))
    return (
        KNOWN
        | SPACE * character.isspace()
        | COMPLEX * joins
        | EDGE_MARK * (character in _EDGES)
        | DIGIT * character.isdigit()
        | WORD * (character.isalnum() or character == "_")
        | UNSPACED_SIGN * bool(UNSPACED.match(character))
        | ALPHANUMERIC * character.isalnum()
    )


def _joins(character: str) -> bool:
    return unicodedata.category(character)[0] == "M" or any(ord(character) in part for part in _JAMO)
