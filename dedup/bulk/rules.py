"""Which rows of a batch a rule may name: a few comparisons over columns, so that few texts are looked at one by one.

A row is *asked* when it is a whole phrase, begins like a phrase, or holds a keyword of an entry whose limits it meets:
its words, and word boundaries around phrases. What is asked may still be named by no rule; what is not asked never is.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from dedup.bulk import kernels
from dedup.bulk.characters import ALPHANUMERIC, Characters
from dedup.bulk.fnv import hash_of
from dedup.normalize import key_of
from dedup.rules.matcher import LEAD, Matcher
from dedup.segments import Bools, Ints
from dedup.tables import Column, halves_of


class Asked(NamedTuple):
    """What is to be looked at: rows as lines, rows as sentences, each with the keywords in it (none: how it begins)."""

    lines: dict[int, set[int]]
    sentences: dict[int, set[int]]


class RuleFilter:
    """Asks which rows the rules of a matcher may name.

    Args:
        matcher: the rules.
        characters: traits of code points; those of the phrases are learnt.
    """

    def __init__(self, matcher: Matcher, characters: Characters) -> None:
        self._matcher = matcher
        self._phrases = np.unique(halves_of([key_of(phrase) for phrase in matcher.whole_phrases])[:, 1])
        self._lead = np.array(sorted(map(ord, LEAD)), dtype=np.uint32)
        self._limits = np.array(matcher.keyword_limits, dtype=np.int32).reshape(-1, 3)
        starts = sorted((hash_of(word), beginnings) for word, beginnings in matcher.beginnings.items())
        self._words = np.array([word for word, _ in starts], dtype=np.uint64)
        self._offsets = np.zeros(len(starts) + 1, dtype=np.int64)
        np.cumsum([len(beginnings) for _, beginnings in starts], out=self._offsets[1:])
        # Within a first word the shortest beginning first, so that one pass over the line meets all.
        flat = [b for _, beginnings in starts for b in sorted(beginnings, key=len)]
        self._lengths = np.array([len(b) for b in flat], dtype=np.int64)
        self._hashes = np.array([hash_of(b) for b in flat], dtype=np.uint64)

    def asked(
        self,
        folded: str,
        codes: Column,
        traits: Column,
        folds: Ints,
        trimmed: Ints,
        words: Ints,
        keys: Column,
        first: Ints,
        sentences: Ints,
    ) -> Asked:
        """Return what is to be looked at.

        Args:
            folded: the folded text of the batch.
            codes: its code points.
            traits: by code point.
            folds: int64[rows, 2], the folded rows in it.
            trimmed: int64[rows, 2], the normalised ones.
            words: of each row.
            keys: the lower half of the key of each row.
            first: the row of each line.
            sentences: how many sentences each line has.
        """
        lines: dict[int, set[int]] = defaultdict(set)
        inner: dict[int, set[int]] = defaultdict(set)
        begun = kernels.begins_like(
            codes, folds[first], trimmed[first], self._lead, self._words, self._offsets, self._lengths, self._hashes
        )
        begun |= np.isin(keys[first], self._phrases)
        for row in first[begun].tolist():
            lines[row] = set()
        found = np.array(self._matcher.places(folded), dtype=np.int64).reshape(-1, 3)
        if len(found):
            word, start, end = found.T
            of_lines, of_sentences, bounded = self._limits[word].T
            left: Bools = (bounded == 0) | ((traits[codes[start - 1]] & ALPHANUMERIC) == 0)
            right: Bools = (bounded == 0) | ((traits[codes[end]] & ALPHANUMERIC) == 0)
            line = first[np.searchsorted(folds[first, 0], start, "right") - 1]
            atoms = np.ones(len(folds), dtype=np.bool_)
            atoms[first[sentences > 1]] = False
            atom = np.flatnonzero(atoms)
            row = atom[np.maximum(np.searchsorted(folds[atom, 0], start, "right") - 1, 0)]
            for into, at, limit in ((lines, line, of_lines), (inner, row, of_sentences)):
                # Sentences may touch: the ends of a row are boundaries, too.
                meets = (left | (start <= folds[at, 0])) & (right | (end >= folds[at, 1])) & (words[at] <= limit)
                for place, keyword in zip(at[meets].tolist(), word[meets].tolist(), strict=True):
                    into[place].add(keyword)
        return Asked(lines, inner)
