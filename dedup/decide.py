"""The policy: findings → removals, in one place and in one order.

Documents first (DU401), then rules, context and site furniture, then teasers, then repeats among what is left: lines,
then sentences of the lines that stay. So a twin is never a segment that something else removes. Documents that are left
alone lose nothing and may serve as twins.

Strong rules act alone. For a weak rule, and for a line that no rule names, evidence is added up: the weights below
are few and small, and `tests/eval/weigh.py` shows how they were chosen on labelled pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np

from dedup.config import Config
from dedup.context import ABOVE, BELOW, BEYOND, ENDED, LINKS, OUTSIDE, RELATED, STUB
from dedup.repeats.near import NearIndex
from dedup.repeats.resolve import Repeats, Verdict
from dedup.repeats.selection import Pairs
from dedup.rules.rule import Rule
from dedup.segment import Span
from dedup.segments import Bools, Ints, Segments

#: What speaks against a line, and how much. With so much it goes …
ENOUGH = 3
#: … a weak rule names it,
PHRASE = 2
#: it stands outside the article, beyond other debris, directly below or above some,
WEIGHTS = {OUTSIDE: 1, BEYOND: 2, ABOVE: 1, BELOW: 1}
#: its source prints it on at least so many pages.
SOURCE = 1
SOURCE_PAGES = 2

#: Site furniture: on at least so many pages of its source, and on at least this share of them …
FURNITURE_PAGES = 3
FURNITURE_PAGE_SHARE = 0.5
#: … among the first three or last five lines nearly always, and no longer than a motto or a consent line.
FURNITURE_EDGE_SHARE = 0.8
FURNITURE_WORDS = 40
#: Share of a document's words that stand in one other document and make it a copy.
COPY_SHARE = 0.8

_BLOCKS = {RELATED: "CX101", LINKS: "CX201", ENDED: "CX301"}
_SAID = {
    OUTSIDE: "outside the article",
    BEYOND: "beyond other debris",
    ABOVE: "below debris",
    BELOW: "above debris",
}

Query = Callable[..., dict[str, np.ndarray]]


@dataclass(slots=True)
class Decision:
    """What one pass removes: rows of segments, and documents that are copies."""

    rows: dict[int, Verdict] = field(default_factory=dict)
    copies: dict[int, tuple[int, float]] = field(default_factory=dict)


class Census(Protocol):
    """What is known of pages that take no part in the run, so that frequencies mean something in a small one."""

    def pages(self, source: str) -> AbstractSet[int]:
        """Return the other pages of a source, by the keys of their longest lines."""

    def line(self, source: str, key: int) -> tuple[AbstractSet[int], int, int]:
        """Return the other pages of a source on which a line stands, how often it does, and how often near an edge."""


class Standing(NamedTuple):
    """What is known beforehand of the documents of a run."""

    #: The source of each, as a number, and the names of the sources.
    sources: Ints
    names: Sequence[str]
    #: The documents that stay as they are: copies of their text are repeats, but nothing of theirs goes.
    frozen: Bools
    #: The codes that the user ignores in each.
    ignored: Sequence[frozenset[str]]
    census: Census | None = None
    #: The keys of the frozen documents' texts that any other may be like; all if None.
    wanted: Ints | None = None
    #: What is gone of each frozen document: it is no twin, though it still tells whether another is a copy.
    gone: Mapping[int, Sequence[Span]] = {}


class _Frequency(NamedTuple):
    """Lines that their source prints on several pages, and those of them that are its furniture."""

    often: Bools
    furniture: Bools


class Policy:
    """Decides one pass after another under one configuration.

    Args:
        config: the run's settings.
        rules: the rules, by their number in the segments' `rule` column.
        query: runs a relational step.
        near: finds near-repeats, with a memory across passes.
        standing: what is known of the documents.
    """

    def __init__(
        self, config: Config, rules: Sequence[Rule], query: Query, near: NearIndex, standing: Standing
    ) -> None:
        self._config = config
        self._codes = config.codes()
        self._rules = rules
        # One more at the end, for -1: a row that no rule names.
        self._selected = np.array([*(rule.code in self._codes for rule in rules), False])
        self._weak = np.array([*(rule.weak for rule in rules), False])
        self._query = query
        self._near = near
        self._standing = standing
        self._sources = standing.sources
        self._repeats = Repeats(self._codes, config.scope, config.min_words)

    def decide(self, s: Segments, alone: AbstractSet[int], whole: bool = True) -> Decision:
        """Return what goes in this pass.

        Args:
            s: all segments of the documents that are still there.
            alone: documents from which nothing may be removed.
            whole: these are all documents, so that frequencies and overlaps mean something.
        """
        decision = Decision()
        if not s.count:
            return decision
        pairs = self._pairs(s)
        debris = self._debris(s, whole)
        named = np.zeros(s.count, dtype=np.bool_)
        named[list(debris)] = True
        named |= named[s.line_row]
        copies = self._copies(s, named, pairs) if whole else {}
        in_copy = np.isin(s.doc, list(copies))
        present = np.ones(s.count, dtype=np.bool_)
        if self._config.duplicate_documents == "drop":
            decision.copies = copies
            present = ~in_copy
        movable = ~np.isin(s.doc, sorted(alone)) & ~s.allowed & ~self._standing.frozen[s.doc]
        decision.rows = {row: verdict for row, verdict in debris.items() if present[row] and movable[row]}
        # A copy that is kept stays whole: it takes no part in the repeats.
        self._repeats.decide(s, decision.rows, ~in_copy & ~self._gone(s), movable, pairs)
        if any(self._standing.ignored):
            decision.rows = {row: v for row, v in decision.rows.items() if not self._ignores(int(s.doc[row]), v.code)}
        return decision

    def _ignores(self, doc: int, code: str) -> bool:
        return code in self._standing.ignored[doc]

    def _debris(self, s: Segments, whole: bool) -> dict[int, Verdict]:
        """Return the rows that rules, context, evidence and frequency name, each once and the line before its sentences."""
        often, furniture = self._frequency(s) if whole else _Frequency(*np.zeros((2, s.count), dtype=np.bool_))
        points = often * SOURCE
        for witness, weight in WEIGHTS.items():
            points = points + ((s.witnesses & witness) > 0) * weight
        points = points[s.line_row]
        ruled = self._selected[s.rule]
        weak = self._weak[s.rule]
        found: dict[int, Verdict] = {}
        for row in np.flatnonzero(ruled & (~weak | (points + PHRASE >= ENOUGH))).tolist():
            said = self._said(s, row, often) if weak[row] else ""
            found[row] = Verdict(self._rules[s.rule[row]].code, evidence=said)
        for row in np.flatnonzero(furniture).tolist():
            found.setdefault(row, Verdict("DU301"))
        for block, code in _BLOCKS.items():
            if code in self._codes:
                for row in np.flatnonzero(s.is_line & (s.block == block)).tolist():
                    found.setdefault(row, Verdict(code))
        if "CX401" in self._codes:
            stub = s.is_line & ((s.witnesses & STUB) > 0) & (s.rule < 0)
            for row in np.flatnonzero(stub & (points >= ENOUGH)).tolist():
                found.setdefault(row, Verdict("CX401", evidence=self._said(s, row, often)))
        if any(self._standing.ignored):
            found = {row: v for row, v in found.items() if not self._ignores(int(s.doc[row]), v.code)}
        return {row: verdict for row, verdict in found.items() if s.is_line[row] or int(s.line_row[row]) not in found}

    def _said(self, s: Segments, row: int, often: Bools) -> str:
        line = int(s.line_row[row])
        said = [text for witness, text in _SAID.items() if s.witnesses[line] & witness]
        return ", ".join([*said, *(["on several pages of its source"] if often[line] else [])])

    def _gone(self, s: Segments) -> Bools:
        """Return the rows of frozen documents that were removed from them before."""
        gone = np.zeros(s.count, dtype=np.bool_)
        for doc, spans in self._standing.gone.items():
            first, last = np.searchsorted(s.doc, [doc, doc + 1]).tolist()
            for span in spans:
                gone[first:last] |= (s.start[first:last] >= span.start) & (s.end[first:last] <= span.end)
        return gone

    def _pairs(self, s: Segments) -> Pairs:
        """Return the verified near pairs among the texts long enough to be compared."""
        if not self._codes & {"DU002", "DU102"}:
            return Pairs.none()
        compared = s.words >= self._config.min_words
        if self._standing.wanted is not None:
            compared &= ~self._standing.frozen[s.doc] | np.isin(s.key, self._standing.wanted)
        chosen = np.unique(s.text[compared])
        found = self._near.pairs([s.texts[i] for i in chosen.tolist()])
        return Pairs(chosen[found.left], chosen[found.right], found.similarity)

    def _frequency(self, s: Segments) -> _Frequency:
        """Return the lines that their source prints on several of its pages."""
        often, furniture = np.zeros((2, s.count), dtype=np.bool_)
        if self._config.scope != "corpus":
            return _Frequency(often, furniture)
        if self._standing.census is not None:
            return self._frequency_by(self._standing.census, s)
        lines = np.flatnonzero(s.is_line & (s.words > 0))
        # A page is known by its longest line, so that copies of one article count once.
        order = np.lexsort((s.text[lines], -s.words[lines], s.doc[lines]))
        docs, firsts = np.unique(s.doc[lines][order], return_index=True)
        page = s.text[lines][order][firsts][np.searchsorted(docs, s.doc[lines])]
        found = self._query(
            "furniture",
            {
                "lines": {
                    "source": self._sources[s.doc[lines]],
                    "text": s.text[lines],
                    "words": s.words[lines],
                    "page": page,
                    "at_edge": ((s.line[lines] < 3) | (s.from_end[lines] < 5)).astype(np.int64),
                }
            },
            min_pages=SOURCE_PAGES,
            max_words=FURNITURE_WORDS,
        )
        width = np.int64(len(s.texts))
        keys = found["source"].astype(np.int64) * width + found["text"].astype(np.int64)
        here = self._sources[s.doc[lines]] * width + s.text[lines]
        often[lines] = np.isin(here, keys)
        if "DU301" in self._codes:
            is_furniture = (
                (found["pages"] >= FURNITURE_PAGES)
                & (found["pages"] >= FURNITURE_PAGE_SHARE * found["source_pages"])
                & (found["edge_share"] >= FURNITURE_EDGE_SHARE)
            )
            furniture[lines] = np.isin(here, keys[is_furniture])
        return _Frequency(often, furniture)

    def _frequency_by(self, census: Census, s: Segments) -> _Frequency:
        """Return the same for the few documents of this run that may change, with what is known of all others."""
        often, furniture = np.zeros((2, s.count), dtype=np.bool_)
        lines = np.flatnonzero(s.is_line & (s.words > 0) & ~self._standing.frozen[s.doc])
        longest: dict[int, tuple[int, int]] = {}  # of each document: words and key of its longest line
        for row in lines.tolist():
            doc = int(s.doc[row])
            longest[doc] = max(longest.get(doc, (0, 0)), (int(s.words[row]), int(s.key[row])))
        pages: dict[int, set[int]] = {}
        places: dict[tuple[int, int], list[int]] = {}
        for row in lines.tolist():
            source = int(self._sources[s.doc[row]])
            pages.setdefault(source, set()).add(longest[int(s.doc[row])][1])
            if s.words[row] <= FURNITURE_WORDS:
                places.setdefault((source, int(s.key[row])), []).append(row)
        for (source, key), rows in places.items():
            name = self._standing.names[source]
            others, times, at_edge = census.line(name, key)
            count = len(others | {longest[int(s.doc[row])][1] for row in rows})
            at_edge += sum(int(s.line[row] < 3 or s.from_end[row] < 5) for row in rows)
            often[rows] = count >= SOURCE_PAGES
            furniture[rows] = (
                "DU301" in self._codes
                and count >= FURNITURE_PAGES
                and at_edge >= FURNITURE_EDGE_SHARE * (times + len(rows))
                and count >= FURNITURE_PAGE_SHARE * len(pages[source] | census.pages(name))
            )
        return _Frequency(often, furniture)

    def _copies(self, s: Segments, debris: Bools, pairs: Pairs) -> dict[int, tuple[int, float]]:
        """Return the documents that are copies of an earlier one that is kept, each with that one and the share.

        Page debris says nothing about whether two articles are one, so it does not count.
        """
        if "DU401" not in self._codes or self._config.scope != "corpus":
            return {}
        atoms = np.flatnonzero(s.is_atom & ~debris & (s.words > 0))
        found = self._query(
            "overlap",
            {
                "atoms": {"doc": s.doc[atoms], "place": atoms, "text": s.text[atoms], "words": s.words[atoms]},
                "pairs": {"lower_text": pairs.left, "higher_text": pairs.right},
            },
            min_words=self._config.min_words,
            share=COPY_SHARE,
        )
        best: dict[int, tuple[int, float]] = {}
        columns = (found[name].tolist() for name in ("doc", "twin", "share"))
        for doc, twin, share in zip(*columns, strict=True):  # in order of documents, then twins
            stays = self._standing.frozen[doc] or self._ignores(doc, "DU401")
            if not stays and twin not in best and (doc not in best or share > best[doc][1]):
                best[int(doc)] = (int(twin), float(share))
        return best
