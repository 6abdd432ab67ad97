"""The compiled loops of the bulk analysis. Importing this file loads numba.

All take code points (uint32) of a whole batch and spans into them, and look characters up in the arrays of
`characters.py`. What they compute is defined by `normalize.py`, `segment.py`, `analyse.py` and `teasers.py`.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from dedup.bulk.characters import COMPLEX, DIGIT, EDGE_MARK, SPACE, UNSPACED_SIGN
from dedup.bulk.fnv import BASIS, PRIME

_jit = nb.njit(cache=True, nogil=True)

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
            if (
                c == 46
                or c == 33
                or c == 63
                or (c > 127 and (c == 0x2026 or c == 0x3002 or c == 0xFF01 or c == 0xFF1F or c == 0x61F or c == 0x964))
            ):
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


@nb.njit(inline="always")  # type: ignore[untyped-decorator]
def _closes(c: Any) -> Any:
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
        offsets: int64[m + 1], where the phrases of each begin in the next two.
        lengths: int64[n] of the phrases, those of one first word in ascending order.
        hashes: uint64[n] of the phrases.
    """
    out = np.zeros(folds.shape[0], np.bool_)
    for k in range(folds.shape[0]):
        h = np.uint64(BASIS)
        for p in range(trimmed[k, 0], trimmed[k, 1]):
            if text[p] == _BLANK or text[p] == 58:
                break
            h = (h ^ np.uint64(text[p])) * np.uint64(PRIME)
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
        h = np.uint64(BASIS)
        p = begin
        for n in range(offsets[word], offsets[word + 1]):
            if begin + lengths[n] > folds[k, 1]:
                break
            while p < begin + lengths[n]:
                h = (h ^ np.uint64(text[p])) * np.uint64(PRIME)
                p += 1
            if h == hashes[n]:
                out[k] = True
                break
    return out
