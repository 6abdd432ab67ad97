"""MinHash signatures of a whole column of texts, bit-identical to `datasketch`'s.

MinHash estimates Jaccard similarity by the share of equal minima under random permutations (Broder 1997); banding
the minima makes pairs above a threshold collide (Leskovec, Rajaraman & Ullman, "Mining of Massive Datasets", ch. 3).
The shingles are character 5-grams: they see a typo as a small change, which word n-grams do not, and need no
tokenizer. The permutations are datasketch's own (scheme `affine32`: MurmurHash3's finalizer once, then
`a * h + b` modulo 2**32). `signatures` has two ways to the same bits: a numpy loop that reads like the definition
and starts at once, and a numba kernel for bulk.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

SHINGLE = 5
NUM_PERM = 128
#: Least probability that a pair exactly at the threshold becomes a candidate.
RECALL = 0.999
#: From so many texts on, loading the compiled kernel (about a second) is worth it.
BULK = 2_000

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]


def shingles(normalized: str) -> set[str]:
    """Return the set of character 5-grams of a text; a shorter text is its own only shingle, an empty one has none."""
    if not normalized:
        return set()
    return {normalized[i : i + SHINGLE] for i in range(max(1, len(normalized) - SHINGLE + 1))}


def shingle_hash(shingle: bytes) -> int:
    """Return the 32-bit FNV-1a hash (Fowler, Noll & Vo) of a shingle's UTF-8 bytes.

    Pass it to `datasketch.MinHash(scheme="affine32", hashfunc=shingle_hash)` to get the same signatures.
    """
    h = 2166136261
    for byte in shingle:
        h = ((h ^ byte) * 16777619) & 0xFFFFFFFF
    return h


@lru_cache(maxsize=4)
def permutations(num_perm: int = NUM_PERM) -> tuple[U32, U32]:
    """Return datasketch's own permutation parameters `(a, b)`, uint32[num_perm] each.

    Those of the default number are on record, because datasketch takes most of a second to load; bulk work asks it.
    """
    if num_perm == NUM_PERM:
        text = (resources.files("dedup.repeats") / "permutations.json").read_text(encoding="ascii")
        a, b = (np.array(values, dtype=np.uint32) for values in json.loads(text).values())
        return a, b
    return datasketch_permutations(num_perm)


@lru_cache(maxsize=4)
def datasketch_permutations(num_perm: int = NUM_PERM) -> tuple[U32, U32]:
    """Return the permutation parameters that the installed datasketch uses.

    Raises:
        RuntimeError: they are not those on record, so that signatures would not be comparable.
    """
    from datasketch import MinHash

    a, b = MinHash(num_perm=num_perm, seed=1, scheme="affine32").permutations
    found = np.asarray(a, dtype=np.uint32), np.asarray(b, dtype=np.uint32)
    if num_perm == NUM_PERM and not all(map(np.array_equal, found, permutations())):
        raise RuntimeError("this datasketch has other permutations than those on record; dedup needs datasketch 2")
    return found


def collision_probability(similarity: float, bands: int, rows: int) -> float:
    """Return the probability that a pair of this Jaccard similarity shares a band (MMDS, section 3.4.2)."""
    return float(1 - (1 - similarity**rows) ** bands)


@lru_cache(maxsize=16)
def bands_for(threshold: float, num_perm: int = NUM_PERM, recall: float = RECALL) -> tuple[int, int]:
    """Return `(bands, rows)` with the most rows whose recall at the threshold itself reaches `recall`.

    datasketch's own optimum balances false candidates against missed pairs: for 0.8 and 128 permutations it is
    9 x 13, which misses 60 % of the pairs at the threshold. Here every candidate is verified afterwards, so a false
    candidate costs a microsecond and a missed pair is lost: 25 x 5 misses one in 20,000. datasketch's `MinHashLSH`
    takes the pair as its `params`.
    """
    for rows in range(num_perm // 2, 0, -1):  # datasketch wants two bands at least
        bands = num_perm // rows
        if collision_probability(threshold, bands, rows) >= recall:
            break
    return bands, rows


def signatures(texts: Sequence[str], num_perm: int = NUM_PERM, *, bulk: bool | None = None) -> U32:
    """Return the MinHash signatures of normalised texts, uint32[len(texts), num_perm].

    Args:
        texts: normalised texts. The signature of an empty text is all 2**32 - 1, as in datasketch.
        num_perm: number of permutations.
        bulk: use the compiled kernel; by default from `BULK` texts on.
    """
    if bulk or (bulk is None and len(texts) >= BULK):
        from dedup.repeats.kernels import signature_kernel

        a, b = datasketch_permutations(num_perm)
        data, offsets = pack(texts)
        return np.asarray(signature_kernel(data, offsets, a, b, SHINGLE))
    a, b = permutations(num_perm)
    result = np.full((len(texts), num_perm), 0xFFFFFFFF, dtype=np.uint32)
    for row, text in zip(result, texts, strict=True):
        grams = shingles(text)
        if grams:
            hashes = [shingle_hash(gram.encode("utf-8", "surrogatepass")) for gram in grams]
            mixed = _fmix32(np.array(hashes, dtype=np.uint32))
            row[:] = (mixed[:, None] * a + b).min(axis=0)
    return result


def band_hashes(signature: U32, bands: int, rows: int) -> U64:
    """Return one 64-bit hash for each band of each signature, uint64[bands, texts]."""
    out = np.empty((bands, len(signature)), dtype=np.uint64)
    for band in range(bands):
        h = np.full(len(signature), 14695981039346656037 + band, dtype=np.uint64)
        for row in range(band * rows, (band + 1) * rows):
            h = (h ^ signature[:, row]) * np.uint64(1099511628211)
            h ^= h >> np.uint64(29)
        out[band] = h
    return out


def pack(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return the UTF-8 bytes of all texts in one array and the offsets of each, int64[len(texts) + 1]."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
    np.cumsum([len(e) for e in encoded], out=offsets[1:])
    return np.frombuffer(b"".join(encoded) or b"\0", dtype=np.uint8), offsets


def _fmix32(h: Any) -> Any:
    """Return MurmurHash3's 32-bit finalizer (Appleby) of an array."""
    h = h ^ (h >> np.uint32(16))
    h = h * np.uint32(0x85EBCA6B)
    h = h ^ (h >> np.uint32(13))
    h = h * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))
