"""The text that keys, shingles and rules see.

Two copies of a caption rarely agree byte for byte: one has curly quotes, the other a no-break space. What is
folded away here is how a text is *set*, never what it *says*: letters of every script, digits, signs before a
number, currency and percent marks, and question marks all stay. An ASCII letter class anywhere in this file
would make different Russian sentences equal.
"""

from __future__ import annotations

import unicodedata
from hashlib import blake2b
from typing import NamedTuple

import regex

_SPACES = (
    "\t\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_DOUBLE = "“”„‟«»″〝〞〟＂"
_SINGLE = "‘’‚‛‹›′ʼ`´＇"
_DASHES = "‐‑‒–—―−﹘﹣－"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"

#: Odd spaces to ' ', one code point for one, so that offsets in the result are offsets in the source.
PLAIN_SPACES: dict[int, str] = {ord(c): " " for c in _SPACES}
ODD_SPACES = frozenset(_SPACES)

_TIDY = {
    **dict.fromkeys(_SPACES + "\n", " "),
    **dict.fromkeys(_DOUBLE, '"'),
    **dict.fromkeys(_SINGLE, "'"),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_INVISIBLE, ""),
    "…": "...",
}
_ODD = frozenset(c for c in _TIDY if not c.isascii())

# Edge characters that say something: a question, a unit of a number, a number sign, an address. Of the symbols only
# bullets, rules and legal marks go: ticks, crosses and arrows up or down are the content of a table.
_MEANT = frozenset("?¿؟？%‰°#@&№")
_BULLETS = "|¦~^=<>`´¨¯©®™•·∙►▶◄◀▸▹‣■□▪▫●○◆◇★☆→←⇒›‹✎+"
# No punctuation and no space is assigned beyond the second plane, and looking at all planes takes a tenth of a second.
_LAST_MARK = 0x20000
#: What `normalize` drops at both ends.
EDGE = _BULLETS + "".join(
    chr(i) for i in range(_LAST_MARK) if unicodedata.category(chr(i))[0] in "PZ" and chr(i) not in _MEANT
)
#: Scripts that put no space between words: two characters count as a word.
UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")


class View(NamedTuple):
    """One text in the three forms that are compared."""

    #: Spaces, quotes, dashes and ellipses unified; case kept. What the patterns of rules see.
    tidied: str
    #: The same, case-folded. Phrases with a colon need its edge punctuation.
    folded: str
    #: The same without edge punctuation. Equal normalised texts are the same text.
    normalized: str
    #: Number of its words.
    words: int


def view(text: str) -> View:
    """Return a text in its compared forms.

    >>> view("  “Wait…”\\u00a0he said – twice. ")
    View(tidied='"Wait..." he said - twice.', folded='"wait..." he said - twice.', normalized='wait..." he said - twice')
    """
    tidied = tidy(text)
    folded = tidied.casefold()
    normalized = _trim(folded)
    return View(tidied, folded, normalized, count_words(normalized))


def tidy(text: str) -> str:
    """Return the text with spaces, quotes, dashes and ellipses unified; case is kept."""
    if not text.isascii():
        text = _unify(text)
        if not unicodedata.is_normalized("NFKC", text):
            text = _unify(unicodedata.normalize("NFKC", text))
    return " ".join(text.split())


def fold_character(character: str) -> str:
    """Return what folding makes of one character, where its neighbours do not matter; spaces become ' '.

    >>> fold_character("…"), fold_character("ẞ"), fold_character("\u200b"), fold_character("\t")
    ('...', 'ss', '', ' ')
    """
    if character.isspace():
        return " "
    if not character.isascii():
        character = _unify(unicodedata.normalize("NFKC", _unify(character)))
    return character.casefold()


def fold(text: str) -> str:
    """Return the tidied, case-folded text."""
    return tidy(text).casefold()


def normalize(text: str) -> str:
    """Return the folded text without edge punctuation; equal results are the same text.

    A sign directly before a number belongs to the number and stays.

    >>> normalize("– «Прибыл ПОЕЗД».")
    'прибыл поезд'
    >>> normalize("-5 degrees"), normalize("- 5 degrees")
    ('-5 degrees', '5 degrees')
    """
    return _trim(fold(text))


def _unify(text: str) -> str:
    # One pass to see which odd characters there are, then a fast replace for each: far cheaper than translate().
    for character in _ODD.intersection(text):
        text = text.replace(character, _TIDY[character])
    return text


def _trim(folded: str) -> str:
    core = folded.strip(EDGE)
    if core and core[0].isdigit() and core is not folded:
        before = folded[: folded.find(core)]
        if before[-1:] in ("-", "+"):
            return before[-1] + core
    return core


def count_words(normalized: str) -> int:
    """Return the number of words; scripts without spaces count two characters as one word."""
    words = normalized.count(" ") + 1 if normalized else 0
    if len(normalized) > 16 * words and not normalized.isascii():
        words += len(UNSPACED.findall(normalized)) // 2
    return words


def key_of(normalized: str) -> bytes:
    """Return the stable 128-bit key of a normalised text (BLAKE2b, RFC 7693).

    A library's or engine's own hash changes between releases and processes; this one may be stored.
    """
    return blake2b(normalized.encode("utf-8", "surrogatepass"), digest_size=16).digest()
