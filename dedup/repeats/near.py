"""Near-repeats among distinct texts: MinHash LSH proposes, exact Jaccard and the fact guard decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from dedup.repeats.facts import Facts, facts_of, invariant, same_facts
from dedup.repeats.minhash import BULK, SHINGLE, U64, band_hashes, bands_for, pack, shingles, signatures
from dedup.repeats.selection import Floats, Ints, Pairs

#: From so many candidates on, the compiled verification is worth loading.
BULK_PAIRS = 5_000
#: Buckets of so few texts are joined as they are: verifying their pairs costs less than reading their facts.
SMALL_BUCKET = 8
_SPREAD = np.uint64(0x9E3779B97F4A7C15)

#: Joins bucket entries into candidate pairs: (bucket, text) -> (left, right), left < right, distinct.
Join = Callable[[npt.NDArray[np.int64], Ints], tuple[Ints, Ints]]


class NearIndex:
    """Finds verified pairs among texts, and remembers what it knows of a text or a pair from one pass to the next.

    Args:
        threshold: least Jaccard similarity of the character 5-grams.
        join: the relational step that makes pairs out of buckets.
    """

    def __init__(self, threshold: float, join: Join) -> None:
        self._threshold = threshold
        self._join = join
        self._row: dict[str, int] = {}  # texts whose band hashes are known
        self._bands: U64 = np.empty((0, bands_for(threshold)[0]), dtype=np.uint64)
        self._facts: dict[str, Facts] = {}
        self._verified: dict[tuple[str, str], float] = {}

    def pairs(self, texts: Sequence[str]) -> Pairs:
        """Return all verified pairs among distinct normalised texts, by their places in the sequence.

        A pair is verified when its exact Jaccard similarity reaches the threshold and its facts agree.
        """
        if len(texts) < 2:
            return Pairs.none()
        buckets, members = self._buckets(texts)
        if not len(buckets):
            return Pairs.none()
        left, right = self._join(buckets, members)
        return self._verify(texts, left, right)

    def _buckets(self, texts: Sequence[str]) -> tuple[npt.NDArray[np.int64], Ints]:
        """Return (bucket, text) for all texts that share a bucket with another one.

        A bucket is a band hash, and where more than a few texts share it, their facts' invariant too: texts that the
        guard would hold apart anyway (template lines with changing numbers) never meet, so no bucket of them goes
        quadratic.
        """
        new = [text for text in texts if text not in self._row]
        if new:
            self._row.update(zip(new, range(len(self._row), len(self._row) + len(new)), strict=True))
            fresh = band_hashes(signatures(new), *bands_for(self._threshold)).T
            self._bands = np.concatenate([self._bands, fresh])
        bands = self._bands[[self._row[text] for text in texts]]
        shared = [_shared(*entries) for entries in _repeated(bands.T)]
        hashes = np.concatenate([found for found, _ in shared])
        members = np.concatenate([found for _, found in shared])
        if not len(hashes):
            return np.empty(0, np.int64), members
        # Equal hashes stand together: the length of their runs is the size of the buckets.
        starts = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]]))
        sizes = np.diff(np.append(starts, len(hashes)))
        large = np.repeat(sizes, sizes) > SMALL_BUCKET
        traits = {m: invariant(self._facts_of(texts[m])) for m in np.unique(members[large]).tolist()}
        hashes[large] ^= np.array([traits[m] for m in members[large].tolist()], dtype=np.uint64) * _SPREAD
        hashes, members = _shared(hashes, members)
        return hashes.view(np.int64), members

    def _verify(self, texts: Sequence[str], left: Ints, right: Ints) -> Pairs:
        similarity = np.zeros(len(left))
        unknown = []
        for k, (i, j) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
            known = self._verified.get((texts[i], texts[j]))
            if known is None:
                unknown.append(k)
            else:
                similarity[k] = known
        places = np.array(unknown, dtype=np.int64)
        similarity[places] = jaccard(texts, left[places], right[places])
        for k in unknown:
            a, b = texts[left[k]], texts[right[k]]
            if similarity[k] < self._threshold or not same_facts(self._facts_of(a), self._facts_of(b)):
                similarity[k] = 0.0
            self._verified[a, b] = float(similarity[k])
        good = similarity > 0
        return Pairs(left[good], right[good], similarity[good])

    def _facts_of(self, text: str) -> Facts:
        facts = self._facts.get(text)
        if facts is None:
            facts = self._facts[text] = facts_of(text)
        return facts


def jaccard(texts: Sequence[str], left: Ints, right: Ints) -> Floats:
    """Return the exact Jaccard similarity of the shingle sets of pairs of texts, float64[pairs]."""
    if len(left) >= BULK_PAIRS:
        from dedup.repeats.kernels import jaccard_kernel, shingle_sets

        used, inverse = np.unique(np.concatenate([left, right]), return_inverse=True)
        data, offsets = pack([texts[i] for i in used.tolist()])
        hashes, counts = shingle_sets(data, offsets, SHINGLE)
        pairs: Floats = jaccard_kernel(hashes, counts, offsets, inverse[: len(left)], inverse[len(left) :])
        return pairs
    sets = {i: shingles(texts[i]) for i in {*left.tolist(), *right.tolist()}}
    return np.array(
        [
            len(sets[i] & sets[j]) / len(sets[i] | sets[j]) if sets[i] or sets[j] else 1.0
            for i, j in zip(left.tolist(), right.tolist(), strict=True)
        ],
        dtype=np.float64,
    )


def _repeated(bands: U64) -> Iterator[tuple[U64, Ints]]:
    """Yield, for each band, the hashes that occur more than once, and of which texts they are."""
    if bands.shape[1] < BULK:
        for band in bands:
            yield band, np.arange(len(band), dtype=np.int64)
        return
    from dedup.repeats.kernels import shared_kernel

    for band, found in zip(bands, shared_kernel(np.ascontiguousarray(bands)), strict=True):
        members = np.flatnonzero(found)
        yield band[members], members


def _shared(hashes: U64, members: Ints) -> tuple[U64, Ints]:
    """Return the entries whose hash occurs at least twice."""
    order = np.argsort(hashes, kind="stable")
    sorted_hashes = hashes[order]
    same = sorted_hashes[1:] == sorted_hashes[:-1]
    shared = np.zeros(len(hashes), dtype=bool)
    shared[1:] |= same
    shared[:-1] |= same
    return sorted_hashes[shared], members[order][shared]
