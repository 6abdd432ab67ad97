"""What stands around a line: where the article begins and ends on the page, and which lines lie in blocks of debris.

Phrases reach a small part of the debris in scraped news; titles of other stories, menus, reader comments and the page's
foot say nothing that a phrase could name. What gives them away is where they stand. A page is read once, top to
bottom, with what the rules found in it:

- A *paragraph* ends like a sentence, has at least twelve words and is named by no rule. The article lies between the
  first and the last paragraph; what is before is the *head*, what is behind is the *tail* of the page.
- The article has *ended* where a rule says so (copyright, desk credit, comment area) and more than a third of the words
  of all paragraphs stand above: what follows are comments, teasers, the page's foot.
- A *related block* is the heading of a box of links, and the title-like lines directly under it.
- A *link list* is a run of eight or more labels (up to six words, no full stop, no digits) in the head, or in the tail
  below other debris: a menu.

The headline of the article stands in the head, often directly below a menu or a box, and looks like what they hold. So
the last line of the head of three words or more that no rule names lies in no block, and goes only if a rule names it, as
does every other line of the head of three words or more.

All else is left to be weighed: each line gets its *witnesses*, and `decide.py` says how many are enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from dedup.rules.rule import PLACES, Rule

#: From so many words on a line that ends like a sentence is a paragraph of the article. On labelled pages 3 to 7 % of the
#: lines of 15 words and more were debris, against half of the shorter ones before the first and after the last.
PARAGRAPH_WORDS = 12
#: An article has at least so many words in paragraphs before it can have ended.
ARTICLE_WORDS = 100
#: … and at least this share of all paragraphs stands above its end: comments may be longer than the article.
ARTICLE_SHARE = 1 / 3
#: A title under a related heading has at least and at most so many words, and a box so many titles.
TITLE_WORDS = (3, 25)
BOX_LINES = 12
#: A menu has at least so many labels of at most so many words, and few other entries of at most so many.
MENU_LINES = 8
LABEL_WORDS = 6
MENU_SHARE = 0.8
ENTRY_WORDS = 12
#: Longer lines of the head may be the headline, and stay if no rule names them.
HEAD_WORDS = 2

_INLINE, _HEADING = PLACES.index("inline"), PLACES.index("heading")

#: The blocks that a line can lie in: none, titles under a related heading, a menu, or all that follows the article's end.
NO_BLOCK, RELATED, LINKS, ENDED = range(4)

# What speaks against a line, besides its words; a bit each.
#: It stands before the first or after the last paragraph.
OUTSIDE = 1
#: Debris of the page's frame stands between it and the article.
BEYOND = 2
#: The line directly above is debris.
ABOVE = 4
#: The line directly below is debris.
BELOW = 8
#: It ends like no sentence and is not the headline, so that it may be judged without a phrase.
STUB = 16


class Line(NamedTuple):
    """What must be known of a line: its words, how it ends, whether it has digits, and the rule that names it."""

    words: int
    #: It ends in no punctuation that ends a sentence.
    open: bool
    #: It ends in a question mark.
    asks: bool
    digits: bool
    rule: Rule | None


class Context(NamedTuple):
    """What stands around one line."""

    block: int
    witnesses: int
    #: Its words count when a page is asked how much of it would go: it is a paragraph, or the page has none.
    counts: bool


def read_page(lines: Sequence[Line]) -> list[Context]:
    """Return the context of each line of a document.

    A page on which no rule names anything is an article, and nothing speaks against any line of it.
    """
    if not lines:
        return []
    words, is_open, asks, digits, rules = zip(*lines, strict=True)
    rule = [number if named else -1 for number, named in enumerate(rules)]
    weak = [named is not None and named.weak for named in rules]
    ends = [named is not None and named.ends for named in rules]
    place = [PLACES.index(named.place) if named else -1 for named in rules]
    block, witnesses, counts = [NO_BLOCK] * len(lines), [0] * len(lines), [False] * len(lines)
    fill_page(words, is_open, asks, digits, rule, weak, ends, place, block, witnesses, counts)
    return list(map(Context, block, witnesses, counts))


# From here on plain loops over columns: lists of one page, or slices of the arrays of many in `bulk/pages.py`, which
# compiles these same functions. By line: `words`, `is_open`, `asks`, `digits`, `rule` (a number, or -1); by rule: `weak`,
# `ends`, `place` (its number in PLACES); by line, filled in: `block`, `witnesses`, `counts`.


def fill_pages(
    starts: Any, words: Any, is_open: Any, asks: Any, digits: Any, rule: Any, weak: Any, ends: Any, place: Any,
    block: Any, witnesses: Any, counts: Any,
) -> None:  # fmt: skip
    """Fill in block, witnesses and counts of the lines of many pages; page k has lines `starts[k]` to `starts[k + 1]`."""
    for k in range(len(starts) - 1):
        a, b = starts[k], starts[k + 1]
        fill_page(
            words[a:b], is_open[a:b], asks[a:b], digits[a:b], rule[a:b], weak, ends, place,
            block[a:b], witnesses[a:b], counts[a:b],
        )  # fmt: skip


def fill_page(
    words: Any, is_open: Any, asks: Any, digits: Any, rule: Any, weak: Any, ends: Any, place: Any, block: Any,
    witnesses: Any, counts: Any,
) -> None:  # fmt: skip
    """Fill in block, witnesses and counts of each line of a page; they come with zeros."""
    count = len(words)
    first, named, total = count, False, 0
    for k in range(count):
        named = named or rule[k] >= 0
        counts[k] = rule[k] < 0 and not is_open[k] and words[k] >= PARAGRAPH_WORDS
        if counts[k]:
            total += words[k]
            first = min(first, k)
    if not total:
        for k in range(count):
            counts[k] = True
    if not (total and named):
        return
    end = _end(words, rule, weak, ends, counts, total)
    last = first
    for k in range(first, end):
        if counts[k]:
            last = k
    for k in range(end + 1, count):
        block[k] = ENDED
    _mark_related(words, is_open, asks, rule, place, block)
    _mark_links(words, is_open, digits, rule, 0, first, True, block)
    _mark_links(words, is_open, digits, rule, last + 1, count, False, block)
    headline = _headline(words, is_open, asks, rule, first)
    if headline >= 0:
        block[headline] = NO_BLOCK
    _weigh(words, is_open, rule, weak, place, first, last, block, witnesses)


def _end(words: Any, rule: Any, weak: Any, ends: Any, counts: Any, total: int) -> int:
    """Return the first line that says that the article has ended, or the number of lines."""
    above = 0
    for k in range(len(words)):
        if rule[k] >= 0 and ends[rule[k]] and not weak[rule[k]]:
            if above >= ARTICLE_WORDS and above >= ARTICLE_SHARE * total:
                return k
        elif counts[k]:
            above += words[k]
    return len(words)


def _headline(words: Any, is_open: Any, asks: Any, rule: Any, first: int) -> int:
    """Return the line of the head that may be the headline: the last that is long enough, or else the last, or -1."""
    found = -1
    for k in range(first - 1, -1, -1):
        if rule[k] < 0 and (is_open[k] or asks[k]):
            if words[k] > HEAD_WORDS:
                return k
            found = max(found, k)
    return found


def _mark_related(words: Any, is_open: Any, asks: Any, rule: Any, place: Any, block: Any) -> None:
    k, count = 0, len(words)
    while k < count:
        heading = rule[k] >= 0 and place[rule[k]] == _HEADING
        k += 1
        taken, stop = 0, min(count, k + BOX_LINES) if heading else k
        while k < stop:
            if rule[k] >= 0:
                if place[rule[k]] == _INLINE and taken:
                    break  # an ad, a player, a credit: the article goes on behind it
            elif not ((is_open[k] or asks[k]) and TITLE_WORDS[0] <= words[k] <= TITLE_WORDS[1]):
                break
            elif block[k] == NO_BLOCK:
                block[k] = RELATED
                taken += 1
            k += 1


def _mark_links(words: Any, is_open: Any, digits: Any, rule: Any, k: int, stop: int, near: bool, block: Any) -> None:
    """Mark the menus from line `k` on; `near` tells whether debris stands above already, or need not."""
    while k < stop:
        run, labels = k, 0
        while run < stop and is_open[run] and words[run] <= ENTRY_WORDS:
            labels += not digits[run] and words[run] <= LABEL_WORDS
            near = near or rule[run] >= 0
            run += 1
        if near and labels >= MENU_LINES and labels >= MENU_SHARE * (run - k):
            for j in range(k, run):
                if block[j] == NO_BLOCK:
                    block[j] = LINKS
        near = near or (run < stop and rule[run] >= 0)
        k = run + 1


def _weigh(
    words: Any, is_open: Any, rule: Any, weak: Any, place: Any, first: int, last: int, block: Any, witnesses: Any
) -> None:
    """Fill in the witnesses of each line; the article stands from line `first` to line `last`."""
    count = len(words)
    head_end, tail_start = -1, count
    for k in range(first):
        if _is_frame(rule, place, block, k):
            head_end = k
    for k in range(count - 1, last, -1):
        if _is_frame(rule, place, block, k):
            tail_start = k
    for k in range(count):
        outside = k < first or k > last
        found = 0
        if outside:
            found |= OUTSIDE
            if k < head_end or k > tail_start:
                found |= BEYOND
            if is_open[k] and words[k] <= TITLE_WORDS[1] and (k > last or (k > 0 and words[k] <= HEAD_WORDS)):
                found |= STUB
        if k > 0 and _is_debris(rule, weak, block, k - 1, outside):
            found |= ABOVE
        if k + 1 < count and _is_debris(rule, weak, block, k + 1, outside):
            found |= BELOW
        witnesses[k] = found


def _is_frame(rule: Any, place: Any, block: Any, k: int) -> bool:
    """Tell whether a line is debris that only stands around an article."""
    return bool(place[rule[k]] != _INLINE if rule[k] >= 0 else block[k] != NO_BLOCK)


def _is_debris(rule: Any, weak: Any, block: Any, k: int, outside: bool) -> bool:
    # Inside the article weak rules are no witnesses for each other: the cells of a table may be named one by one.
    if rule[k] >= 0:
        return bool(outside or not weak[rule[k]])
    return bool(block[k] != NO_BLOCK)
