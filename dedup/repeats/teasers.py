"""Teasers: lines that only repeat, in order, part of a longer line of the same document (DU201).

A lead comes again as a picture caption, cut short and with a word changed; a headline comes first truncated, then
whole. Unlike a near-repeat the two differ much in length, so Jaccard similarity does not see them: what counts is
that everything the shorter line says is said by the longer one.

Headings do that rightly: "Delegated Proof of Stake" stands above the paragraph that begins with these words, and in
the table of contents. So a teaser is a sentence (it ends with a full stop), or as long as a lead, or the beginning
of the line directly below it, which is a headline and not a paragraph. On 226 labelled news pages this took the
lines of this kind from 42, most of them headings, to 12, none of them one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from dedup.normalize import View
from dedup.repeats.facts import is_misspelling, tokens
from dedup.repeats.words import TEASER_LIGHT, is_negation

_WORD = re.compile(r"\w+")
#: One word in so many may differ; shorter lines must be contained word for word.
WORDS_PER_CHANGE = 10
#: A sentence of fewer words is too common to be the lead of anything …
SENTENCE_WORDS = 8
#: … and without a full stop at its end a line must be as long as a lead.
LEAD_WORDS = 20
#: A truncated headline is at least this share of the whole one.
HEADLINE_SHARE = 0.5
#: Longer lines are paragraphs, not teasers.
MAX_WORDS = 60
#: A document of more lines is no article but many: its lines hold pieces of each other by chance, and are not looked at.
MAX_LINES = 10_000
#: Long lines that are tried for one piece of a teaser. Template lines hold the same piece thousands of times.
MAX_TRIES = 8


class Teaser(NamedTuple):
    """A line (by its index) whose words stand in the line `twin`; `similarity` is the share of them that does."""

    line: int
    twin: int
    similarity: float


def plain_words(line: View) -> list[str]:
    """Return the words of a line without any punctuation: what its pieces are looked up by."""
    return _WORD.findall(line.normalized)


def find_teasers(
    views: Mapping[int, View] | Sequence[View], min_words: int, words: Sequence[Sequence[str]] | None = None
) -> list[Teaser]:
    """Return the teasers among the lines of one document, in order.

    A teaser of n words differs in at most n // 10 places, so one of that many plus one equal pieces of it stands
    unchanged in the longer line (the pigeonhole principle). All pieces of all lines are found in one Aho–Corasick
    pass over the document; only lines that share a piece are aligned.

    Args:
        views: the lines in their compared forms, in reading order; or some of them by their number, ascending: those
            that share pieces, all that are equal to one of these, and those directly below.
        min_words: shorter lines are no teasers.
        words: `plain_words` of each line, if they are known.
    """
    by_number = views if isinstance(views, Mapping) else dict(enumerate(views))
    lines = {number: line.normalized for number, line in by_number.items()}
    said = dict(enumerate(words)) if words is not None else {k: plain_words(line) for k, line in by_number.items()}
    distinct: dict[str, int] = {}  # equal lines repeat each other, which is another detector's matter
    for index, line in lines.items():
        distinct.setdefault(line, index)
    joined = {index: " ".join(said[index]) for index in distinct.values()}
    longest = max(map(len, said.values()), default=0)

    pieces: dict[str, list[int]] = {}
    for index in distinct.values():
        count = len(said[index])
        below = said.get(index + 1, [])
        if (
            min_words <= count <= MAX_WORDS
            and count < longest
            and (
                count >= LEAD_WORDS
                or (count >= SENTENCE_WORDS and _is_sentence(by_number[index]))
                or (said[index] == below[:count] and count >= HEADLINE_SHARE * len(below))
            )
        ):
            for piece in _pieces(said[index]):
                pieces.setdefault(piece, []).append(index)
    if not pieces:
        return []

    patterns = list(pieces)
    automaton = AhoCorasick(patterns, matchkind=MatchKind.Standard, implementation=Implementation.NoncontiguousNFA)
    tries: dict[int, list[int]] = {}
    used = dict.fromkeys(patterns, 0)
    for index, text in joined.items():
        for number in {m[0] for m in automaton.find_matches_as_indexes(f" {text} ", overlapping=True)}:
            piece = patterns[number]
            if used[piece] < MAX_TRIES:
                owners = [o for o in pieces[piece] if len(said[o]) < len(said[index])]
                used[piece] += bool(owners)
                for owner in owners[:MAX_TRIES]:
                    tries.setdefault(owner, []).append(index)

    best: dict[str, Teaser] = {}
    for owner, candidates in tries.items():
        found = [
            Teaser(owner, twin, share)
            for twin in sorted(set(candidates))
            if (share := contained_share(tokens(lines[owner]), tokens(lines[twin]))) is not None
        ]
        if found:
            best[lines[owner]] = max(found, key=lambda t: (t.similarity, -t.twin))
    return [best[line]._replace(line=index) for index, line in lines.items() if line in best]


def contained_share(short: Sequence[str], long: Sequence[str]) -> float | None:
    """Return the share of the short token list that stands in the long one, or None if it says anything else.

    It is None when more than one word in ten differs, when a word with weight (a name, a number, any content word)
    is not there, when a word has moved, or when the long line negates in between.

    >>> contained_share("rain will fall in the north".split(), "experts say rain will fall in the north soon".split())
    1.0
    """
    if len(short) >= len(long):
        return None
    allowed = len(short) // WORDS_PER_CHANGE
    blocks = [b for b in SequenceMatcher(None, long, short, autojunk=False).get_matching_blocks() if b.size]
    if not blocks:
        return None
    first, last = blocks[0], blocks[-1]
    begin, end = first.a - first.b, last.a + last.size + len(short) - last.b - last.size
    window = list(long[max(begin, 0) : end])
    extra: list[str] = []
    missing = 0
    for kind, a0, a1, b0, b1 in SequenceMatcher(None, window, short, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        extra += window[a0:a1]
        gone = short[b0:b1]
        slips = kind == "replace" and a1 - a0 == b1 - b0
        for place, word in enumerate(gone):
            if not (word in TEASER_LIGHT or (slips and is_misspelling(window[a0 + place], word))):
                return None
            if word in extra or word in window[a0:a1]:
                return None
        missing += len(gone)
    if missing > allowed or len(extra) > max(allowed, 1 if allowed else 0) + missing:
        return None
    if any(is_negation(word) for word in extra):
        return None
    return 1 - missing / len(short)


def _is_sentence(line: View) -> bool:
    return line.folded.rstrip("\"')] ").endswith((".", "。"))


def _pieces(words: Sequence[str]) -> list[str]:
    """Cut a line into one piece more than it may have changes, each with a space at both ends."""
    count = len(words) // WORDS_PER_CHANGE + 1
    cuts = [len(words) * k // count for k in range(count + 1)]
    return [f" {' '.join(words[a:b])} " for a, b in pairwise(cuts)]
