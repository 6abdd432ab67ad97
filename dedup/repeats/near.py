"""Near-repeats among distinct texts: MinHash LSH proposes, exact Jaccard and the fact guard decide.

Texts that the fact guard would hold apart need not be compared, and most of them are told apart by a number
(`facts.invariant`): so texts are grouped by it first. In a small group all pairs are verified. In a large one, which is
what a template with changing words makes, MinHash bands say which pairs are worth it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from dedup.repeats.facts import Facts, facts_of, invariant, same_facts
from dedup.repeats.minhash import BULK, SHINGLE, U64, band_hashes, bands_for, pack, shingles, signatures
from dedup.repeats.selection import Floats, Ints, Pairs

#: From so many candidates on, the compiled verification is worth loading.
BULK_PAIRS = 20_000
#: So many candidates are verified at a time.
LOT = 100_000
#: In groups of so few texts every pair is verified: that costs less than signatures.
SMALL_GROUP = 8
#: Texts whose shingles or facts are remembered, some 20 kB each.
REMEMBERED = 1_000
#: In a bucket of so many texts all meet each other.
MET = 64
_SPREAD = np.uint64(0x9E3779B97F4A7C15)

#: Joins bucket entries into candidate pairs: (bucket, text) -> (left, right), left < right, distinct.
Join = Callable[[npt.NDArray[np.int64], Ints], tuple[Ints, Ints]]


class NearIndex:
    """Finds verified pairs among texts, which may come in several lots; what is known of a text or pair is remembered.

    Args:
        threshold: least Jaccard similarity of the character 5-grams.
        join: the relational step that makes pairs out of buckets.
    """

    def __init__(self, threshold: float, join: Join) -> None:
        self._threshold = threshold
        self._join = join
        self._number: dict[str, int] = {}
        self._texts: list[str] = []
        self._facts = lru_cache(REMEMBERED)(facts_of)
        self._groups: dict[int, list[int]] = {}  # texts by their facts' invariant
        self._group_of: list[int] = []
        self._buckets: dict[int, npt.NDArray[np.uint64]] = {}  # of texts in large groups
        self._seen: set[tuple[int, int]] = set()  # pairs that were verified

    def pairs(self, texts: Sequence[str]) -> Pairs:
        """Return all verified pairs among distinct normalised texts, by their places in the sequence.

        A pair is verified when its exact Jaccard similarity reaches the threshold and its facts agree.
        """
        alike = np.arange(len(texts))
        if len(texts) >= BULK:
            from dedup.bulk.facts import FactTables

            _, inverse, counts = np.unique(FactTables().of(texts), return_inverse=True, return_counts=True)
            alike = np.flatnonzero(counts[inverse] > 1)
        found = NearIndex(self._threshold, self._join).add([texts[k] for k in alike.tolist()])
        order = np.lexsort((found.right, found.left))
        return Pairs(alike[found.left[order]], alike[found.right[order]], found.similarity[order])

    def add(self, texts: Sequence[str], groups: Sequence[int] | None = None) -> Pairs:
        """Take in distinct normalised texts; return the verified pairs that are new, by the numbers of the texts.

        Texts are numbered in the order in which they came first.

        Args:
            texts: the texts.
            groups: the invariant of each one's facts, if it is known; then it has to be at every call.
        """
        touched: dict[int, list[int]] = {}  # groups with new texts, and these
        for k, text in enumerate(texts):
            if text not in self._number:
                number = self._number[text] = len(self._texts)
                self._texts.append(text)
                group = invariant(self._facts(text)) if groups is None else groups[k]
                self._group_of.append(group)
                self._groups.setdefault(group, []).append(number)
                touched.setdefault(group, []).append(number)
        candidates: list[tuple[int, int]] = []
        large: list[int] = []
        for group, new in touched.items():
            members = self._groups[group]
            if len(members) <= SMALL_GROUP:
                candidates += [(a, b) for b in new for a in members if a < b]
            else:
                large += members
        left, right = (
            np.array(side, dtype=np.int64) for side in (zip(*candidates, strict=True) if candidates else ((), ()))
        )
        if large:
            more = self._join(*self._entries(np.array(sorted(large), dtype=np.int64)))
            left, right = np.concatenate([left, more[0]]), np.concatenate([right, more[1]])
        return self._verify(left, right)

    def crowded(self) -> list[int]:
        """Return the groups of so many texts that not all pairs of a bucket were looked at (`plan/candidates.sql`)."""
        return [group for group, members in self._groups.items() if len(members) > MET]

    def _entries(self, members: Ints) -> tuple[npt.NDArray[np.int64], Ints]:
        """Return (bucket, text) for the texts of large groups: a bucket is a band hash within a group."""
        new = [number for number in members.tolist() if number not in self._buckets]
        if new:
            groups = np.array([self._group_of[k] for k in new], dtype=np.uint64)
            hashes = buckets_of([self._texts[k] for k in new], groups, self._threshold)
            self._buckets.update(zip(new, hashes, strict=True))
        return _shared(np.stack([self._buckets[k] for k in members.tolist()]), members)

    def _verify(self, left: Ints, right: Ints) -> Pairs:
        new = [
            k
            for k, pair in enumerate(zip(left.tolist(), right.tolist(), strict=True))
            if pair not in self._seen and not self._seen.add(pair)  # type: ignore[func-returns-value]
        ]
        left, right = left[new], right[new]
        good, similarity = verify(self._texts, left, right, self._threshold, self._facts)
        return Pairs(left[good], right[good], similarity[good])


def buckets_of(texts: Sequence[str], groups: U64, threshold: float) -> U64:
    """Return the buckets of texts, uint64[texts, bands]: the band hashes, apart for each group.

    Args:
        texts: normalised texts.
        groups: the invariant of the facts of each.
        threshold: least Jaccard similarity.
    """
    hashes = band_hashes(signatures(texts), *bands_for(threshold)).T
    return np.ascontiguousarray(hashes ^ (groups * _SPREAD)[:, None])


def verify(
    texts: Sequence[str], left: Ints, right: Ints, threshold: float, facts: Callable[[str], Facts] = facts_of
) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Tell which pairs of texts are as similar as wanted and agree in their facts, and how similar each is.

    Args:
        texts: normalised texts.
        left: the first of each pair, by its place.
        right: the second.
        threshold: least Jaccard similarity.
        facts: returns the facts of a text.
    """
    lots = range(0, len(left), LOT)
    shares = [jaccard(texts, left[k : k + LOT], right[k : k + LOT]) for k in lots]
    similarity = np.concatenate([np.empty(0), *shares])
    good = similarity >= threshold
    for k in np.flatnonzero(good).tolist():
        good[k] = same_facts(facts(texts[left[k]]), facts(texts[right[k]]))
    return good, similarity


def jaccard(texts: Sequence[str], left: Ints, right: Ints) -> Floats:
    """Return the exact Jaccard similarity of the shingle sets of pairs of texts, float64[pairs]."""
    if len(left) >= BULK_PAIRS:
        from dedup.repeats.kernels import jaccard_kernel, shingle_sets

        used, inverse = np.unique(np.concatenate([left, right]), return_inverse=True)
        data, offsets = pack([texts[i] for i in used.tolist()])
        hashes, counts = shingle_sets(data, offsets, SHINGLE)
        pairs: Floats = jaccard_kernel(hashes, counts, offsets, inverse[: len(left)], inverse[len(left) :])
        return pairs
    found = []
    sets: dict[int, set[str]] = {}
    for i, j in zip(left.tolist(), right.tolist(), strict=True):
        if len(sets) > REMEMBERED:
            sets.clear()
        for k in (i, j):
            if k not in sets:
                sets[k] = shingles(texts[k])
        common = len(sets[i] & sets[j])
        either = len(sets[i]) + len(sets[j]) - common
        found.append(common / either if either else 1.0)
    return np.array(found, dtype=np.float64)


def _shared(bands: U64, members: Ints) -> tuple[npt.NDArray[np.int64], Ints]:
    """Return the entries, band by band, whose hash occurs at least twice in its band: buckets and texts."""
    found_hashes, found_members = [], []
    for band in bands.T:
        order = np.argsort(band, kind="stable")
        hashes = band[order]
        same = hashes[1:] == hashes[:-1]
        shared = np.zeros(len(hashes), dtype=bool)
        shared[1:] |= same
        shared[:-1] |= same
        found_hashes.append(hashes[shared])
        found_members.append(members[order[shared]])
    return np.concatenate(found_hashes).view(np.int64), np.concatenate(found_members)
