"""The compiled loops of the bulk analysis. Importing this file loads numba.

All take code points (uint32) of a whole batch and spans into them, and look characters up in the arrays of
`characters.py`. What they compute is defined by `normalize.py`, `segment.py`, `analyse.py` and `teasers.py`.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from dedup.bulk.characters import COMPLEX, DIGIT, EDGE_MARK, SPACE, UNSPACED_SIGN, WORD

_jit = nb.njit(cache=True, nogil=True)

_BASIS, _PRIME = 14695981039346656037, 1099511628211
_NEWLINE, _RETURN, _BLANK, _MARK = 10, 13, 32, 0xFEFF

# What `traits_of_segments` says of a segment's folded text, a bit each.
STOP, ASKS, FINAL, FINAL_ASKS, DIGITS, BALANCED, SPACED = 1, 2, 4, 8, 16, 32, 64


@_jit  # type: ignore[untyped-decorator]
def find_lines(points: Any, begins: Any, traits: Any) -> Any:
    """Return the lines of documents that are not blank: int64[lines, 3], document, start and end in `points`.

    Args:
        points: uint32[n], the documents one after the other, each followed by one more character.
        begins: int64[documents + 1], where each begins.
        traits: by code point.
    """
    found = np.empty((points.size + 1, 3), np.int64)
    count = 0
    for doc in range(begins.size - 1):
        start, end = begins[doc], begins[doc + 1] - 1
        if start < end and points[start] == _MARK:
            start += 1
        p = start
        says = False
        while p <= end:
            if p == end or points[p] == _NEWLINE:
                if says:
                    found[count, 0] = doc
                    found[count, 1] = start
                    found[count, 2] = p - 1 if points[p - 1] == _RETURN else p
                    count += 1
                start = p + 1
                says = False
            elif not traits[points[p]] & SPACE:
                says = True
            p += 1
    return found[:count].copy()


@_jit  # type: ignore[untyped-decorator]
def fold_lines(points: Any, lines: Any, folded: Any, expansions: Any, pool: Any) -> Any:
    """Fold all lines, character by character, into one buffer, each followed by a line break.

    Returns:
        out: uint32[m]; each line with white space at its ends gone and single spaces inside.
        at: int32[n + 1]: the place in `out` where what the code points of a line become begins.
    """
    size = 1
    for k in range(lines.shape[0]):
        for p in range(lines[k, 1], lines[k, 2]):
            value = folded[points[p]]
            size += 1
            if value < -1:
                size += expansions[-2 - value, 1] - expansions[-2 - value, 0]
        size += 1
    out = np.empty(size, np.uint32)
    at = np.zeros(points.size + 1, np.int32)
    n = 0
    for k in range(lines.shape[0]):
        begin = n
        pending = False
        for p in range(lines[k, 1], lines[k, 2]):
            at[p] = n
            value = folded[points[p]]
            if value == -1:
                continue
            if value >= 0:
                if value == _BLANK:
                    pending = n > begin
                else:
                    if pending:
                        out[n] = _BLANK
                        n += 1
                        pending = False
                    out[n] = value
                    n += 1
                continue
            for q in range(expansions[-2 - value, 0], expansions[-2 - value, 1]):
                if pool[q] == _BLANK:
                    pending = n > begin
                else:
                    if pending:
                        out[n] = _BLANK
                        n += 1
                        pending = False
                    out[n] = pool[q]
                    n += 1
        at[lines[k, 2]] = n
        out[n] = _NEWLINE
        n += 1
    return out[:n].copy(), at


@_jit  # type: ignore[untyped-decorator]
def complex_lines(points: Any, lines: Any, traits: Any) -> Any:
    """Tell which lines have characters that fold together with their neighbours, bool[lines]."""
    out = np.zeros(lines.shape[0], np.bool_)
    for k in range(lines.shape[0]):
        for p in range(lines[k, 1], lines[k, 2]):
            if traits[points[p]] & COMPLEX:
                out[k] = True
                break
    return out


@_jit  # type: ignore[untyped-decorator]
def may_split(points: Any, lines: Any, traits: Any) -> Any:
    """Tell in which lines something that may end a sentence stands before the last character, bool[lines]."""
    out = np.zeros(lines.shape[0], np.bool_)
    for k in range(lines.shape[0]):
        end = lines[k, 2]
        while end > lines[k, 1] and traits[points[end - 1]] & SPACE:
            end -= 1
        for p in range(lines[k, 1], end - 1):
            c = points[p]
            if c == 46 or c == 33 or c == 63 or (c > 127 and (
                c == 0x2026 or c == 0x3002 or c == 0xFF01 or c == 0xFF1F or c == 0x61F or c == 0x964
            )):
                out[k] = True
                break
    return out


@_jit  # type: ignore[untyped-decorator]
def trim(text: Any, spans: Any, traits: Any) -> Any:
    """Return what `normalize` keeps of spans of a folded text, int64[spans, 2], and their words, int64[spans]."""
    out = np.empty((spans.shape[0], 2), np.int64)
    words = np.zeros(spans.shape[0], np.int64)
    for k in range(spans.shape[0]):
        a, b = spans[k, 0], spans[k, 1]
        low = a
        while a < b and traits[text[a]] & EDGE_MARK:
            a += 1
        while b > a and traits[text[b - 1]] & EDGE_MARK:
            b -= 1
        if a < b:
            if a > low and traits[text[a]] & DIGIT and (text[a - 1] == 45 or text[a - 1] == 43):
                a -= 1
            count, signs = 1, 0
            for p in range(a, b):
                if text[p] == _BLANK:
                    count += 1
                elif traits[text[p]] & UNSPACED_SIGN:
                    signs += 1
            if signs and b - a > 16 * count:
                count += signs // 2
            words[k] = count
        out[k, 0] = a
        out[k, 1] = b
    return out, words


@nb.njit(inline="always")
def _closes(c):  # type: ignore[no-untyped-def]
    return c == 34 or c == 39 or c == 41 or c == 93 or c == 32


@_jit  # type: ignore[untyped-decorator]
def traits_of_segments(text: Any, folds: Any, trimmed: Any, points: Any, spans: Any, traits: Any) -> Any:
    """Return what else is asked of segments, uint8[segments], as bits.

    Args:
        text: folded text.
        folds: int64[segments, 2], spans of the folded segments in it.
        trimmed: int64[segments, 2], spans of the normalised ones.
        points: the original text.
        spans: int64[segments, 2], spans in it.
        traits: by code point.
    """
    out = np.zeros(folds.shape[0], np.uint8)
    for k in range(folds.shape[0]):
        found = 0
        a, b = folds[k, 0], folds[k, 1]
        while b > a and _closes(text[b - 1]):
            b -= 1
        if b > a:
            c = text[b - 1]
            if c == 46 or c == 0x3002:
                found |= STOP
            if c == 63:
                found |= ASKS
        while b > a and (_closes(text[b - 1]) or text[b - 1] == 0xBB):
            b -= 1
        if b > a:
            c = text[b - 1]
            if c == 63 or c == 0xFF1F or c == 0x61F:
                found |= FINAL | FINAL_ASKS
            elif c == 46 or c == 33 or c == 0x3002 or c == 0xFF01 or c == 0x964 or c == 0x6D4 or c == 0x300D:
                found |= FINAL
        for p in range(trimmed[k, 0], trimmed[k, 1]):
            if traits[text[p]] & DIGIT:
                found |= DIGITS
            if text[p] == _BLANK:
                found |= SPACED
        low = left = right = plain = angle = rounds = squares = 0
        for p in range(spans[k, 0], spans[k, 1]):
            c = points[p]
            if c == 34:
                plain += 1
            elif c == 40:
                rounds += 1
            elif c == 41:
                rounds -= 1
            elif c == 91:
                squares += 1
            elif c == 93:
                squares -= 1
            elif c == 0xAB:
                angle += 1
            elif c == 0xBB:
                angle -= 1
            elif c == 0x201E:
                low += 1
            elif c == 0x201C:
                left += 1
            elif c == 0x201D:
                right += 1
        curly = low == left + right if low else left == right
        if curly and plain % 2 == 0 and angle == 0 and rounds == 0 and squares == 0:
            found |= BALANCED
        out[k] = found
    return out


def hash_of(text: str) -> int:
    """Return the FNV-1a hash of a text's code points, 64 bits."""
    h = _BASIS
    for character in text:
        h = ((h ^ ord(character)) * _PRIME) & 0xFFFFFFFFFFFFFFFF
    return h


@_jit  # type: ignore[untyped-decorator]
def begins_like(
    text: Any, folds: Any, trimmed: Any, lead: Any, words: Any, offsets: Any, lengths: Any, hashes: Any
) -> Any:
    """Tell which lines begin with a phrase of their first word, bool[lines], by hashes.

    Args:
        text: folded text.
        folds: int64[lines, 2], the folded lines in it.
        trimmed: int64[lines, 2], the normalised ones.
        lead: uint32[n], what may stand before the phrase.
        words: uint64[m], the hashes of the first words, ascending.
        offsets: int64[m + 1], where the phrases of each begin in
        lengths, hashes: of the phrases, those of one first word by length.
    """
    out = np.zeros(folds.shape[0], np.bool_)
    for k in range(folds.shape[0]):
        h = np.uint64(_BASIS)
        for p in range(trimmed[k, 0], trimmed[k, 1]):
            if text[p] == _BLANK or text[p] == 58:
                break
            h = (h ^ np.uint64(text[p])) * np.uint64(_PRIME)
        word = np.searchsorted(words, h)
        if word == words.size or words[word] != h:
            continue
        begin = folds[k, 0]
        while begin < folds[k, 1]:
            skips = False
            for c in lead:
                if text[begin] == c:
                    skips = True
                    break
            if not skips:
                break
            begin += 1
        h = np.uint64(_BASIS)
        p = begin
        for n in range(offsets[word], offsets[word + 1]):
            if begin + lengths[n] > folds[k, 1]:
                break
            while p < begin + lengths[n]:
                h = (h ^ np.uint64(text[p])) * np.uint64(_PRIME)
                p += 1
            if h == hashes[n]:
                out[k] = True
                break
    return out


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


@nb.njit(inline="always")
def _turn(x, n):  # type: ignore[no-untyped-def]
    return (x >> np.uint64(n)) | (x << np.uint64(64 - n))


@_jit  # type: ignore[untyped-decorator]
def _mix(v, a, b, c, d, x, y):  # type: ignore[no-untyped-def]
    v[a] = v[a] + v[b] + x
    v[d] = _turn(v[d] ^ v[a], 32)
    v[c] = v[c] + v[d]
    v[b] = _turn(v[b] ^ v[c], 24)
    v[a] = v[a] + v[b] + y
    v[d] = _turn(v[d] ^ v[a], 16)
    v[c] = v[c] + v[d]
    v[b] = _turn(v[b] ^ v[c], 63)


@_jit  # type: ignore[untyped-decorator]
def _compress(h, m, v, count, last):  # type: ignore[no-untyped-def]
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
                size, word = 2, np.uint64(0xC0) | (c >> np.uint64(6)) | (np.uint64(0x80) | (c & np.uint64(63))) << np.uint64(8)
            elif c < 0x10000:
                size = 3
                word = (
                    np.uint64(0xE0) | (c >> np.uint64(12))
                    | (np.uint64(0x80) | ((c >> np.uint64(6)) & np.uint64(63))) << np.uint64(8)
                    | (np.uint64(0x80) | (c & np.uint64(63))) << np.uint64(16)
                )
            else:
                size = 4
                word = (
                    np.uint64(0xF0) | (c >> np.uint64(18))
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
def _swap(x):  # type: ignore[no-untyped-def]
    y = np.uint64(0)
    for _ in range(8):
        y = (y << np.uint64(8)) | (x & np.uint64(255))
        x >>= np.uint64(8)
    return y


@_jit  # type: ignore[untyped-decorator]
def may_have_teasers(
    text: Any, trimmed: Any, stops: Any, docs: Any, count: int, traits: Any, limits: Any, changes: int
) -> Any:
    """Tell which documents have a line that holds a piece of a possible teaser, bool[documents].

    Args:
        text: folded text.
        trimmed: int64[lines, 2], the normalised lines in it.
        stops: bool[lines], whether they end with a full stop.
        docs: int64[lines], the document of each, ascending.
        count: how many documents there are.
        traits: by code point.
        limits: the least words of a teaser, the most, of a lead, and of a sentence.
        changes: words for each of which one may differ.
    """
    least, most, lead, sentence = limits
    out = np.zeros(count, np.bool_)
    first = 0
    while first < docs.size:
        last = first
        while last < docs.size and docs[last] == docs[first]:
            last += 1
        # The words of the document as hashes, and where those of each line begin.
        size = 0
        for k in range(first, last):
            size += trimmed[k, 1] - trimmed[k, 0]
        words = np.empty(size + 1, np.uint64)
        begins = np.zeros(last - first + 1, np.int64)
        n = 0
        longest = 0
        for k in range(first, last):
            inside = False
            h = np.uint64(0)
            for p in range(trimmed[k, 0], trimmed[k, 1]):
                if traits[text[p]] & WORD:
                    if not inside:
                        h = np.uint64(14695981039346656037)
                        inside = True
                    h = (h ^ np.uint64(text[p])) * np.uint64(1099511628211)
                elif inside:
                    words[n] = h ^ (h >> np.uint64(29))
                    n += 1
                    inside = False
            if inside:
                words[n] = h ^ (h >> np.uint64(29))
                n += 1
            begins[k - first + 1] = n
            longest = max(longest, n - begins[k - first])
        out[docs[first]] = _some_piece(words, begins, stops[first:last], longest, least, most, lead, sentence, changes)
        first = last
    return out


@_jit  # type: ignore[untyped-decorator]
def _some_piece(words, begins, stops, longest, least, most, lead, sentence, changes):  # type: ignore[no-untyped-def]
    """Tell whether a longer line may hold a piece of a line that may be a teaser, by hashes."""
    lines = begins.size - 1
    pieces = 0
    for k in range(lines):
        size = begins[k + 1] - begins[k]
        if least <= size <= most and size < longest:
            pieces += size // changes + 1
    if not pieces:
        return False
    slots = 1
    while slots < 2 * pieces + 1:
        slots *= 2
    table = np.zeros(slots, np.uint64)  # hashes of pieces; 0: free
    shortest = np.zeros(slots, np.int64)  # words of the shortest line that has the piece
    lengths = np.zeros(most + 2, np.bool_)
    for k in range(lines):
        size = begins[k + 1] - begins[k]
        if not (least <= size <= most and size < longest):
            continue
        fits = size >= lead or (size >= sentence and stops[k])
        if not fits and k + 1 < lines and 2 * size >= begins[k + 2] - begins[k + 1] >= size:
            fits = True
            for j in range(size):
                if words[begins[k] + j] != words[begins[k + 1] + j]:
                    fits = False
                    break
        if not fits:
            continue
        parts = size // changes + 1
        for j in range(parts):
            a, b = begins[k] + size * j // parts, begins[k] + size * (j + 1) // parts
            lengths[b - a] = True
            h = np.uint64(b - a)
            for p in range(a, b):
                h = (h ^ words[p]) * np.uint64(0x9E3779B97F4A7C15)
                h ^= h >> np.uint64(32)
            h |= np.uint64(1)
            at = h & np.uint64(slots - 1)
            while table[at] and table[at] != h:
                at = (at + np.uint64(1)) & np.uint64(slots - 1)
            if not table[at] or size < shortest[at]:
                table[at] = h
                shortest[at] = size
    for length in range(lengths.size):
        if not lengths[length]:
            continue
        for k in range(lines):
            size = begins[k + 1] - begins[k]
            for a in range(begins[k], begins[k + 1] - length + 1):
                h = np.uint64(length)
                for p in range(a, a + length):
                    h = (h ^ words[p]) * np.uint64(0x9E3779B97F4A7C15)
                    h ^= h >> np.uint64(32)
                h |= np.uint64(1)
                at = h & np.uint64(slots - 1)
                while table[at] and table[at] != h:
                    at = (at + np.uint64(1)) & np.uint64(slots - 1)
                if table[at] and shortest[at] < size:
                    return True
    return False
