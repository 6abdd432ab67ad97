"""The compiled loops: signatures and exact Jaccard over packed UTF-8 columns.

Importing this file loads numba; the first call on a machine compiles (a few seconds), later ones read its cache.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

_jit = nb.njit(cache=True, nogil=True)
_jit_parallel = nb.njit(cache=True, nogil=True, parallel=True)


@nb.njit(inline="always")
def _fmix32(h):  # type: ignore[no-untyped-def]
    h ^= h >> np.uint32(16)
    h = np.uint32(h * np.uint32(0x85EBCA6B))
    h ^= h >> np.uint32(13)
    h = np.uint32(h * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@nb.njit(inline="always")
def _next(data, p, end):  # type: ignore[no-untyped-def]
    """Return the offset of the next code point: UTF-8 continuation bytes are 10xxxxxx."""
    p += 1
    while p < end and (data[p] & 0xC0) == 0x80:
        p += 1
    return p


@_jit_parallel  # type: ignore[untyped-decorator]
def signature_kernel(data: Any, offsets: Any, a: Any, b: Any, n: int) -> Any:
    """Return MinHash signatures of the texts `data[offsets[i]:offsets[i + 1]]`.

    Args:
        data: uint8[bytes], UTF-8.
        offsets: int64[texts + 1].
        a: uint32[permutations], odd multipliers.
        b: uint32[permutations], summands.
        n: code points in a shingle.

    Returns:
        uint32[texts, permutations].
    """
    texts = offsets.size - 1
    out = np.full((texts, a.size), np.uint32(0xFFFFFFFF), np.uint32)
    for i in nb.prange(texts):
        start, end = offsets[i], offsets[i + 1]
        row = out[i]
        stop = start
        for _ in range(n):
            if stop < end:
                stop = _next(data, stop, end)
        p = start
        while p < end:
            h = np.uint32(2166136261)
            for q in range(p, stop):
                h = np.uint32((h ^ np.uint32(data[q])) * np.uint32(16777619))
            h = _fmix32(h)
            for k in range(a.size):
                v = np.uint32(a[k] * h + b[k])
                if v < row[k]:
                    row[k] = v
            if stop >= end:
                break
            stop = _next(data, stop, end)
            p = _next(data, p, end)
    return out


@_jit
def _shingle_set(data, start, end, n):  # type: ignore[no-untyped-def]
    """Return the sorted distinct 64-bit hashes of a text's shingles."""
    out = np.empty(max(end - start, 1), np.uint64)
    count = 0
    stop = start
    for _ in range(n):
        if stop < end:
            stop = _next(data, stop, end)
    p = start
    while p < end:
        h = np.uint64(14695981039346656037)
        for q in range(p, stop):
            h = (h ^ np.uint64(data[q])) * np.uint64(1099511628211)
        h ^= h >> np.uint64(32)
        h *= np.uint64(0xD6E8FEB86659FD93)
        h ^= h >> np.uint64(32)
        out[count] = h
        count += 1
        if stop >= end:
            break
        stop = _next(data, stop, end)
        p = _next(data, p, end)
    found = np.sort(out[:count])
    kept = 0
    for k in range(count):
        if k == 0 or found[k] != found[k - 1]:
            found[kept] = found[k]
            kept += 1
    return found[:kept].copy()


@_jit_parallel  # type: ignore[untyped-decorator]
def shingle_sets(data: Any, offsets: Any, n: int) -> Any:
    """Return the sorted distinct shingle hashes of all texts: uint64[bytes], and how many each has, int64[texts].

    The hashes of text i begin at `offsets[i]`: a text has no more shingles than bytes.
    """
    texts = offsets.size - 1
    out = np.empty(offsets[texts] + 1, np.uint64)
    counts = np.zeros(texts, np.int64)
    for i in nb.prange(texts):
        found = _shingle_set(data, offsets[i], offsets[i + 1], n)
        counts[i] = found.size
        out[offsets[i] : offsets[i] + found.size] = found
    return out, counts


@_jit_parallel  # type: ignore[untyped-decorator]
def jaccard_kernel(sets: Any, counts: Any, offsets: Any, left: Any, right: Any) -> Any:
    """Return the exact Jaccard similarity of pairs of texts, float64[pairs], from what `shingle_sets` returned.

    Shingles are compared by a 64-bit hash of their bytes: two different ones of a pair's few hundred agree with a
    probability below 1e-14.
    """
    out = np.ones(left.size, np.float64)
    for k in nb.prange(left.size):
        p, q = offsets[left[k]], offsets[right[k]]
        p_end, q_end = p + counts[left[k]], q + counts[right[k]]
        total = counts[left[k]] + counts[right[k]]
        common = 0
        while p < p_end and q < q_end:
            if sets[p] == sets[q]:
                common += 1
                p += 1
                q += 1
            elif sets[p] < sets[q]:
                p += 1
            else:
                q += 1
        if total:
            out[k] = common / (total - common)
    return out
