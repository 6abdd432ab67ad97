"""Which documents may have teasers: a compiled loop over the hashes of pieces of lines.

`repeats/teasers.py` finds them, in the few documents that have a line with a piece of another one. Importing this file loads numba.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from dedup.bulk.characters import WORD
from dedup.bulk.fnv import BASIS, PRIME

_jit = nb.njit(cache=True, nogil=True)


@nb.njit(inline="always")  # type: ignore[untyped-decorator]
def _hash(words: Any, a: Any, b: Any) -> Any:
    """Return a hash of words, never 0."""
    h = np.uint64(b - a)
    for p in range(a, b):
        h = (h ^ words[p]) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(32)
    return h | np.uint64(1)


@nb.njit(inline="always")  # type: ignore[untyped-decorator]
def _find(table: Any, h: Any) -> Any:
    """Return the slot of a hash, or the free one where it would go."""
    mask = np.uint64(table.size - 1)
    at = h & mask
    while table[at] and table[at] != h:
        at = (at + np.uint64(1)) & mask
    return at


@_jit  # type: ignore[untyped-decorator]
def may_have_teasers(
    text: Any, trimmed: Any, stops: Any, docs: Any, traits: Any, limits: Any, changes: int, most_lines: int
) -> Any:
    """Tell which lines may be teasers, or hold a piece of a shorter one that may be, bool[lines].

    Args:
        text: folded text.
        trimmed: int64[lines, 2], the normalised lines in it.
        stops: bool[lines], whether they end with a full stop.
        docs: int64[lines], the document of each, ascending.
        traits: by code point.
        limits: the least words of a teaser, the most, of a lead, and of a sentence.
        changes: words for each of which one may differ.
        most_lines: documents of more lines are left out.
    """
    least, most, lead, sentence = limits
    out = np.zeros(docs.size, np.bool_)
    first = 0
    while first < docs.size:
        last = first
        while last < docs.size and docs[last] == docs[first]:
            last += 1
        if last - first > most_lines:
            first = last
            continue
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
                        h = np.uint64(BASIS)
                        inside = True
                    h = (h ^ np.uint64(text[p])) * np.uint64(PRIME)
                elif inside:
                    words[n] = h ^ (h >> np.uint64(29))
                    n += 1
                    inside = False
            if inside:
                words[n] = h ^ (h >> np.uint64(29))
                n += 1
            begins[k - first + 1] = n
            longest = max(longest, n - begins[k - first])
        _mark(out[first:last], words, begins, stops[first:last], longest, least, most, lead, sentence, changes)
        first = last
    return out


@_jit  # type: ignore[untyped-decorator]
def _mark(
    out: Any,
    words: Any,
    begins: Any,
    stops: Any,
    longest: Any,
    least: Any,
    most: Any,
    lead: Any,
    sentence: Any,
    changes: Any,
) -> Any:
    """Mark the lines of one document."""
    lines = begins.size - 1
    pieces = 0
    for k in range(lines):
        size = begins[k + 1] - begins[k]
        if least <= size <= most and size < longest:
            pieces += size // changes + 1
    if not pieces:
        return
    slots = 1
    while slots < 2 * pieces + 1:
        slots *= 2
    table = np.zeros(slots, np.uint64)  # hashes of pieces; 0: free
    shortest = np.zeros(slots, np.int64)  # words of the shortest line that has the piece
    hit = np.zeros(slots, np.bool_)  # pieces that stand in a longer line
    lengths = np.zeros(most + 2, np.bool_)
    owners = np.zeros(lines, np.bool_)
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
        owners[k] = True
        parts = size // changes + 1
        for j in range(parts):
            a, b = begins[k] + size * j // parts, begins[k] + size * (j + 1) // parts
            lengths[b - a] = True
            h = _hash(words, a, b)
            at = _find(table, h)
            if not table[at] or size < shortest[at]:
                table[at] = h
                shortest[at] = size
    for length in range(lengths.size):
        if not lengths[length]:
            continue
        for k in range(lines):
            size = begins[k + 1] - begins[k]
            for a in range(begins[k], begins[k + 1] - length + 1):
                at = _find(table, _hash(words, a, a + length))
                if table[at] and shortest[at] < size:
                    out[k] = True
                    hit[at] = True
    for k in range(lines):
        if owners[k] and not out[k]:
            size = begins[k + 1] - begins[k]
            parts = size // changes + 1
            for j in range(parts):
                a, b = begins[k] + size * j // parts, begins[k] + size * (j + 1) // parts
                if hit[_find(table, _hash(words, a, b))]:
                    out[k] = True
                    break
