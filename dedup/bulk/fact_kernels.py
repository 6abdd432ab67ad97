"""The compiled loops of `facts.py`: tokens, light words and the numbers of whole columns of texts.

Importing this file loads numba. What they compute is defined by `repeats/facts.py`.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from dedup.bulk.fnv import BASIS, PRIME

CODE_POINTS = 0x110000

# What a character is to the tokens of `facts.py`, a bit each.
LETTER, MARK, NUMBER, WORD, UNSPACED, SYMBOL = 1, 2, 4, 8, 16, 32
#: Its bare form consists of letters only, or of nothing.
ALPHABETIC = 64
#: … and is the character itself.
PLAIN = 128
KNOWN = 256

# The hash of a word is FNV-1a over its code points; those of a text's words are mixed one after the other.
_SEED, _MULTIPLIER = 0x243F6A8885A308D3, 0x9E3779B97F4A7C15

_jit = nb.njit(cache=True, nogil=True)


@_jit  # type: ignore[untyped-decorator]
def unknown(codes: Any, traits: Any) -> Any:
    """Return the characters that are not known yet, uint32[n], and note them as known."""
    new = np.empty(CODE_POINTS, np.uint32)
    count = 0
    for code in codes:
        if not traits[code] & KNOWN:
            traits[code] |= KNOWN
            new[count] = code
            count += 1
    return new[:count].copy()


@_jit  # type: ignore[untyped-decorator]
def invariants(
    codes: Any, trimmed: Any, traits: Any, bare: Any, expansions: Any, pool: Any, light: Any, longest: int
) -> Any:
    """Return a number for each text that is equal for all texts with the same facts, uint64[texts], never 0.

    Args:
        codes: uint32[n], normalised texts among others.
        trimmed: int64[texts, 2], where each begins and ends.
        traits: what a character is, this and all else as `FactTables.learn` returns it.
        bare: what is left of it without accents.
        expansions: where in the pool that is, if it is more than one character.
        pool: these characters.
        light: the hashes of the light words.
        longest: characters of the longest of them.
    """
    out = np.empty(trimmed.shape[0], np.uint64)
    for k in range(trimmed.shape[0]):
        begin, end = trimmed[k, 0], trimmed[k, 1]
        whole = np.uint64(_SEED)
        words = 0
        says = False  # some word is more than accents
        p = begin
        letters = begin  # the end of the letters that go on from here
        plain = True  # they are all as they are without accents
        while p < end:
            traits_of = traits[codes[p]]
            start = p
            if traits_of & (LETTER | NUMBER):
                if p >= letters:
                    letters = p
                    both = LETTER | PLAIN
                    while letters < end and traits[codes[letters]] & LETTER:
                        both &= traits[codes[letters]]
                        letters += 1
                    plain = both & PLAIN != 0
                if letters < end and traits[codes[letters]] & NUMBER:
                    p = _end_of_number(codes, letters, end, traits)
                elif traits_of & UNSPACED:
                    p += 1
                    while p < end and traits[codes[p]] & MARK:
                        p += 1
                else:
                    p = _end_of_word(codes, letters, end, traits)
            elif traits_of & UNSPACED:
                p += 1
                while p < end and traits[codes[p]] & MARK:
                    p += 1
            elif traits_of & MARK:
                p = _end_of_word(codes, p, end, traits)
            elif traits_of & SYMBOL:
                p += 1
            elif (
                (codes[p] == 45 or codes[p] == 43)
                and p + 1 < end
                and traits[codes[p + 1]] & NUMBER
                and not (p > begin and traits[codes[p - 1]] & WORD)
            ):
                p = _end_of_number(codes, p + 1, end, traits)
            else:
                p += 1
                continue
            value = np.uint64(codes[start])
            if plain and p <= letters:
                if p - start <= longest:
                    h = np.uint64(BASIS)
                    for q in range(start, p):
                        h = (h ^ np.uint64(codes[q])) * np.uint64(PRIME)
                    if _has(light, h):
                        continue
                says = True
            else:
                size, alphabetic, first, h = _read(codes, start, p, traits, bare, expansions, pool)
                if size <= longest and _has(light, h):
                    continue
                value = first if alphabetic and size else h
                says |= size > 0
            words += 1
            whole = (whole ^ value) * np.uint64(_MULTIPLIER)
            whole ^= whole >> np.uint64(32)
        if words == 1 and not says:
            whole = np.uint64(_SEED)  # one word of accents only is as good as none
        out[k] = max(whole, np.uint64(1))
    return out


@_jit  # type: ignore[untyped-decorator]
def _end_of_number(codes: Any, p: Any, end: Any, traits: Any) -> Any:
    """Return where a number ends that has a digit at `p`: with what is written to it, and separators inside."""
    p += 1
    while p < end and traits[codes[p]] & WORD:
        p += 1
    while p < end:
        c = codes[p]
        if not (c == 46 or c == 44 or c == 58 or c == 47 or c == 45):
            break
        q = p + 1
        digits = 0
        while q < end and traits[codes[q]] & WORD:
            digits |= traits[codes[q]] & NUMBER
            q += 1
        if q < end and traits[codes[q]] & NUMBER:  # a number sign that is no part of words
            q += 1
            while q < end and traits[codes[q]] & WORD:
                q += 1
        elif not digits:
            break
        p = q
    return p


@_jit  # type: ignore[untyped-decorator]
def _end_of_word(codes: Any, p: Any, end: Any, traits: Any) -> Any:
    """Return where a word ends that has letters up to `p`: letters and marks, apostrophes between them."""
    while True:
        while p < end and traits[codes[p]] & (LETTER | MARK):
            p += 1
        if not (p + 1 < end and codes[p] == 39 and traits[codes[p + 1]] & (LETTER | MARK)):
            return p
        p += 1


@_jit  # type: ignore[untyped-decorator]
def _read(codes: Any, start: Any, end: Any, traits: Any, bare: Any, expansions: Any, pool: Any) -> Any:
    """Return the length of a bare word, whether it is all letters, its first character and its hash."""
    size = 0
    alphabetic = True
    first = np.uint64(0)
    h = np.uint64(BASIS)
    for p in range(start, end):
        alphabetic &= traits[codes[p]] & ALPHABETIC != 0
        value = bare[codes[p]]
        if value >= 0:
            h = (h ^ np.uint64(value)) * np.uint64(PRIME)
            first = first if size else np.uint64(value)
            size += 1
        elif value < -1:
            for q in range(expansions[-2 - value, 0], expansions[-2 - value, 1]):
                h = (h ^ np.uint64(pool[q])) * np.uint64(PRIME)
                first = first if size else np.uint64(pool[q])
                size += 1
    return size, alphabetic, first, h


@_jit  # type: ignore[untyped-decorator]
def _has(table: Any, h: Any) -> Any:
    mask = np.uint64(table.size - 1)
    at = h & mask
    while table[at]:
        if table[at] == h:
            return True
        at = (at + np.uint64(1)) & mask
    return False
