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
from typing import NamedTuple

from dedup.rules.rule import Rule

#: From so many words on a line that ends like a sentence is a paragraph of the article. On labelled pages 3 to 7 % of the
#: lines of 15 words and more were debris, against half of the shorter ones before the first and after the last.
PARAGRAPH_WORDS = 12
#: An article has at least so many words in paragraphs before it can have ended.
ARTICLE_WORDS = 100
#: … and at least this share of all paragraphs stands above its end: comments may be longer than the article.
ARTICLE_SHARE = 1 / 3
#: A title under a related heading has so many words, and a box so many titles.
TITLE_WORDS = range(3, 26)
BOX_LINES = 12
#: A menu has at least so many labels of at most so many words, and few other entries of at most so many.
MENU_LINES = 8
LABEL_WORDS = 6
MENU_SHARE = 0.8
ENTRY_WORDS = 12
#: Longer lines of the head may be the headline, and stay if no rule names them.
HEAD_WORDS = 2


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
    paragraphs = [0 if line.rule or line.open or line.words < PARAGRAPH_WORDS else line.words for line in lines]
    if not any(paragraphs):
        return [Context(NO_BLOCK, 0, True)] * len(lines)
    if not any(line.rule for line in lines):
        return [Context(NO_BLOCK, 0, words > 0) for words in paragraphs]
    count = len(lines)
    end = _end(lines, paragraphs)
    first = next(k for k in range(count) if paragraphs[k])
    last = max((k for k in range(min(count, end)) if paragraphs[k]), default=first)
    blocks = [NO_BLOCK] * count
    blocks[end + 1 :] = [ENDED] * (count - end - 1)
    _mark_related(lines, blocks)
    _mark_links(lines, blocks, range(first), below_debris=False)
    _mark_links(lines, blocks, range(last + 1, count), below_debris=True)

    headline = _headline(lines, first)
    if headline is not None:
        blocks[headline] = NO_BLOCK

    debris = [line.rule is not None or block != NO_BLOCK for line, block in zip(lines, blocks, strict=True)]
    # Inside the article weak rules are no witnesses for each other: the cells of a table may be named one by one.
    certain = [there and not (line.rule and line.rule.weak) for there, line in zip(debris, lines, strict=True)]
    frame = [
        there and (line.rule is None or line.rule.place != "inline") for there, line in zip(debris, lines, strict=True)
    ]
    head_end = max((k for k in range(first) if frame[k]), default=-1)
    tail_start = next((k for k in range(last + 1, count) if frame[k]), count)
    found = []
    for k, line in enumerate(lines):
        witnesses = 0
        if k < first or k > last:
            witnesses |= OUTSIDE
            if k < head_end or k > tail_start:
                witnesses |= BEYOND
            if line.open and line.words < TITLE_WORDS.stop and (k > last or (k > 0 and line.words <= HEAD_WORDS)):
                witnesses |= STUB
        beside = debris if k < first or k > last else certain
        if k > 0 and beside[k - 1]:
            witnesses |= ABOVE
        if k + 1 < count and beside[k + 1]:
            witnesses |= BELOW
        found.append(Context(blocks[k], witnesses, paragraphs[k] > 0))
    return found


def _end(lines: Sequence[Line], paragraphs: Sequence[int]) -> int:
    """Return the first line that says that the article has ended, or the number of lines."""
    total, above = sum(paragraphs), 0
    for k, line in enumerate(lines):
        ends = line.rule is not None and line.rule.ends and not line.rule.weak
        if ends and above >= ARTICLE_WORDS and above >= ARTICLE_SHARE * total:
            return k
        above += paragraphs[k]
    return len(lines)


def _headline(lines: Sequence[Line], first: int) -> int | None:
    """Return the line of the head that may be the headline: the last that is long enough, or else the last."""
    unnamed = [k for k in range(first) if lines[k].rule is None and (lines[k].open or lines[k].asks)]
    return next((k for k in reversed(unnamed) if lines[k].words > HEAD_WORDS), unnamed[-1] if unnamed else None)


def _mark_related(lines: Sequence[Line], blocks: list[int]) -> None:
    k = 0
    while k < len(lines):
        rule = lines[k].rule
        k += 1
        if rule is None or rule.place != "heading":
            continue
        taken, stop = 0, min(len(lines), k + BOX_LINES)
        while k < stop:
            named = lines[k].rule
            if named is None and not _is_title(lines[k]):
                break
            if named is not None and named.place == "inline" and taken:
                break  # an ad, a player, a credit: the article goes on behind it
            if named is None and blocks[k] == NO_BLOCK:
                blocks[k] = RELATED
                taken += 1
            k += 1


def _mark_links(lines: Sequence[Line], blocks: list[int], part: range, *, below_debris: bool) -> None:
    k = part.start
    while k < part.stop:
        run = k
        while run < part.stop and lines[run].open and lines[run].words <= ENTRY_WORDS:
            run += 1
        labels = sum(map(_is_label, lines[k:run]))
        near = not below_debris or any(lines[j].rule is not None for j in range(part.start, run))
        if near and labels >= MENU_LINES and labels >= MENU_SHARE * (run - k):
            for j in range(k, run):
                if blocks[j] == NO_BLOCK:
                    blocks[j] = LINKS
        k = run + 1


def _is_title(line: Line) -> bool:
    return (line.open or line.asks) and line.words in TITLE_WORDS


def _is_label(line: Line) -> bool:
    return line.open and not line.digits and line.words <= LABEL_WORDS
