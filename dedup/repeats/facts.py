"""The fact guard: near-equal texts that say different things are not repeats.

Jaccard similarity sees letters. "137 killed" and "138 killed" are 0.9 alike; "from Paris to Rome" and "from Rome to
Paris" have nearly the same shingles. On 4,461 sentence pairs that people labelled as different in meaning (PAWS,
Zhang et al. 2019) Jaccard >= 0.8 alone takes hundreds for repeats.

So a verified pair must also agree in its *content words*: everything but articles and plain prepositions, numbers,
signs, units, question marks and negations included, in the same order, each equal to its partner up to accents or
one slip of the keyboard. Words inserted, left out, swapped or moved make two texts. The guard errs on the safe
side: it holds apart "the U.S. army" and "the US army", and two spellings of a short name.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

import regex

from dedup.repeats.words import ARTICLES, BARE_LIGHT, LIGHT, bare, is_negation

_TOKEN = regex.compile(
    r"""
    (?<!\w)[+-]\p{N}[\w]*(?:[.,:/-]\w*\p{N}\w*)*      # a signed number
  | \p{L}*\p{N}[\w]*(?:[.,:/-]\w*\p{N}\w*)*           # 5, 5th, 10.5, 12:30, 2021-22, B2
  | [\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*   # no spaces between words: a sign a token
  | [\p{L}\p{M}]+(?:'[\p{L}\p{M}]+)*
  | [\p{Sc}\p{So}%‰°?¿؟#№@]                           # ticks and crosses, too, are facts
    """,
    regex.VERBOSE,
)

#: One slip is allowed in every so many words, and one light word may come or go in as many.
WORDS_PER_SLIP = 8


class Facts(NamedTuple):
    """What a text says: its content words in order, and the light words before each and after the last."""

    content: tuple[str, ...]
    light: tuple[tuple[str, ...], ...]


def tokens(normalized: str) -> list[str]:
    """Return words, numbers (with sign and inner separators), currency and percent signs of a normalised text."""
    found: list[str] = _TOKEN.findall(normalized)
    return found


def facts_of(normalized: str) -> Facts:
    """Return the content words of a normalised text and the light words between them."""
    content: list[str] = []
    light: list[tuple[str, ...]] = []
    pending: list[str] = []
    for token in tokens(normalized):
        plain = bare(token)
        if token in LIGHT or plain in BARE_LIGHT:
            pending.append(plain)
        else:
            content.append(token)
            light.append(tuple(pending))
            pending = []
    light.append(tuple(pending))
    return Facts(tuple(content), tuple(light))


def invariant(facts: Facts) -> int:
    """Return a 64-bit number that is equal for all texts with the same facts.

    Two texts with the same facts have as many content words, the same numbers, and the same first letters. Mixed
    into the band hashes it keeps template lines ("Oslo: 5 degrees", "Oslo: 6 degrees") out of one bucket.
    """
    parts = [word[:1] if word.isalpha() else word for word in map(bare, facts.content)]
    return int.from_bytes(
        blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"
    )


def same_facts(a: Facts, b: Facts) -> bool:
    """Tell whether two near-equal texts say the same.

    >>> say = lambda text: facts_of(text)
    >>> same_facts(say("at least 137 were killed"), say("at least 138 were killed"))
    False
    >>> same_facts(say("he met the goverment on friday"), say("he met government on friday"))
    True
    """
    if len(a.content) != len(b.content):
        return False
    # By the shorter text, so that neither is asked first.
    allowed = max(1, (len(a.content) + min(sum(map(len, each.light)) for each in (a, b))) // WORDS_PER_SLIP)
    slips = 0
    for left, right in zip(a.content, b.content, strict=True):
        if left != right:
            if not is_misspelling(left, right):
                return False
            slips += bare(left) != bare(right)
    changes = 0
    for before, after in zip(a.light, b.light, strict=True):
        if before != after:
            change = _light_changes(before, after)
            if change is None:
                return False
            changes += change
    return slips <= allowed and changes <= allowed


def is_misspelling(a: str, b: str) -> bool:
    """Tell whether two different content words are one word, up to accents or one slip.

    A slip is one letter added, left out, replaced or swapped with its neighbour (optimal string alignment distance
    1, Boytsov 2011). Never the first letter (killed/billed, million/billion, typical/atypical), never an added last
    letter (minister/ministers, Austria/Austrian), no replaced last letter in short words (Mario/Maria, Iran/Iraq),
    no numbers, no negations.
    """
    a, b = bare(a), bare(b)
    if a == b:
        return True
    if a[:1] != b[:1] or not (a.isalpha() and b.isalpha()) or is_negation(a) or is_negation(b):
        return False
    short, long = sorted((a, b), key=len)
    if len(long) < 4 or len(long) - len(short) > 1:
        return False
    i = next((k for k, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    if len(short) < len(long):
        return len(long) >= 5 and i < len(short) and short[i:] == long[i + 1 :]
    if short[i + 1 :] == long[i + 1 :]:
        return len(long) >= 7 or (len(long) >= 5 and i < len(long) - 1)
    return short[i : i + 2] == long[i : i + 2][::-1] and short[i + 2 :] == long[i + 2 :]


def _light_changes(a: tuple[str, ...], b: tuple[str, ...]) -> int | None:
    """Return how many light words came or went between two content words; None if one was swapped for another."""
    if len(a) == len(b):
        articles = all(x == y or (x in ARTICLES and y in ARTICLES) for x, y in zip(a, b, strict=True))
        return sum(x != y for x, y in zip(a, b, strict=True)) if articles else None
    short, long = sorted((a, b), key=len)
    rest = iter(long)
    return len(long) - len(short) if all(word in rest for word in short) else None
