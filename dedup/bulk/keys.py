"""The keys of whole columns of texts: BLAKE2b (RFC 7693) in a compiled loop.

`normalize.key_of` defines them. Importing this file loads numba.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

_jit = nb.njit(cache=True, nogil=True)

_IV = np.array(
    [0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
     0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179], dtype=np.uint64,
)  # fmt: skip
_SIGMA = np.array(
    [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
     [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4], [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
     [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13], [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
     [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11], [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
     [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5], [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
     [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3]],
    dtype=np.int64,
)  # fmt: skip


@nb.njit(inline="always")  # type: ignore[untyped-decorator]
def _turn(x: Any, n: Any) -> Any:
    return (x >> np.uint64(n)) | (x << np.uint64(64 - n))


@_jit  # type: ignore[untyped-decorator]
def _mix(v: Any, a: Any, b: Any, c: Any, d: Any, x: Any, y: Any) -> Any:
    v[a] = v[a] + v[b] + x
    v[d] = _turn(v[d] ^ v[a], 32)
    v[c] = v[c] + v[d]
    v[b] = _turn(v[b] ^ v[c], 24)
    v[a] = v[a] + v[b] + y
    v[d] = _turn(v[d] ^ v[a], 16)
    v[c] = v[c] + v[d]
    v[b] = _turn(v[b] ^ v[c], 63)


@_jit  # type: ignore[untyped-decorator]
def _compress(h: Any, m: Any, v: Any, count: Any, last: Any) -> Any:
    """The compression function of BLAKE2b (RFC 7693, section 3.2)."""
    v[:8] = h
    v[8:] = _IV
    v[12] ^= np.uint64(count)
    if last:
        v[14] = ~v[14]
    for r in range(12):
        s = _SIGMA[r]
        _mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]])
        _mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]])
        _mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]])
        _mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]])
        _mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]])
        _mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]])
        _mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]])
        _mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]])
    for i in range(8):
        h[i] ^= v[i] ^ v[i + 8]


@_jit  # type: ignore[untyped-decorator]
def keys_of(text: Any, trimmed: Any) -> Any:
    """Return the 128-bit keys of normalised segments, int64[segments, 2]: BLAKE2b of their UTF-8 bytes (RFC 7693)."""
    out = np.empty((trimmed.shape[0], 2), np.int64)
    m = np.zeros(16, np.uint64)
    v = np.empty(16, np.uint64)
    h = np.empty(8, np.uint64)
    for k in range(trimmed.shape[0]):
        h[:] = _IV
        h[0] ^= np.uint64(0x01010000 ^ 16)
        m[:] = 0
        count = 0  # bytes so far
        for p in range(trimmed[k, 0], trimmed[k, 1]):
            c = np.uint64(text[p])
            if c < 0x80:
                size, word = 1, c
            elif c < 0x800:
                size, word = (
                    2,
                    np.uint64(0xC0) | (c >> np.uint64(6)) | (np.uint64(0x80) | (c & np.uint64(63))) << np.uint64(8),
                )
            elif c < 0x10000:
                size = 3
                word = (
                    np.uint64(0xE0)
                    | (c >> np.uint64(12))
                    | (np.uint64(0x80) | ((c >> np.uint64(6)) & np.uint64(63))) << np.uint64(8)
                    | (np.uint64(0x80) | (c & np.uint64(63))) << np.uint64(16)
                )
            else:
                size = 4
                word = (
                    np.uint64(0xF0)
                    | (c >> np.uint64(18))
                    | (np.uint64(0x80) | ((c >> np.uint64(12)) & np.uint64(63))) << np.uint64(8)
                    | (np.uint64(0x80) | ((c >> np.uint64(6)) & np.uint64(63))) << np.uint64(16)
                    | (np.uint64(0x80) | (c & np.uint64(63))) << np.uint64(24)
                )
            for _ in range(size):
                if count and count % 128 == 0:  # a full block, and more to come
                    _compress(h, m, v, count, False)
                    m[:] = 0
                m[count % 128 // 8] |= (word & np.uint64(255)) << np.uint64(8 * (count % 8))
                word >>= np.uint64(8)
                count += 1
        _compress(h, m, v, count, True)
        # The digest's first 16 bytes, read as two big-endian numbers.
        out[k, 0] = np.int64(_swap(h[0]))
        out[k, 1] = np.int64(_swap(h[1]))
    return out


@_jit  # type: ignore[untyped-decorator]
def _swap(x: Any) -> Any:
    y = np.uint64(0)
    for _ in range(8):
        y = (y << np.uint64(8)) | (x & np.uint64(255))
        x >>= np.uint64(8)
    return y
