"""The policy: findings → removals, in one place and in one order.

Documents first (DU401), then rules and site furniture, then teasers, then repeats among what is left: lines, then
sentences of the lines that stay. So a twin is never a segment that something else removes. Documents that are left
alone lose nothing and may serve as twins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from dedup.config import Config
from dedup.repeats.near import NearIndex
from dedup.repeats.selection import Pairs, keep_one
from dedup.segments import Bools, Ints, Segments
from dedup.tables import LOOSE, SENTENCE

#: Site furniture: on at least so many pages of its source, and on at least this share of them …
FURNITURE_PAGES = 3
FURNITURE_PAGE_SHARE = 0.5
#: … among the first three or last five lines nearly always, and no longer than a motto or a consent line.
FURNITURE_EDGE_SHARE = 0.8
FURNITURE_WORDS = 40
#: Headings, questions and list entries repeat rightly, but not within so many lines.
CLOSE_LINES = 3
#: Share of a document's words that stand in one other document and make it a copy.
COPY_SHARE = 0.8

Query = Callable[..., dict[str, np.ndarray]]


class Verdict(NamedTuple):
    """Why a row goes: code, the kept row that it repeats (or -1), and how alike they are."""

    code: str
    twin: int = -1
    similarity: float = 0.0


@dataclass(slots=True)
class Decision:
    """What one pass removes: rows of segments, and documents that are copies."""

    rows: dict[int, Verdict] = field(default_factory=dict)
    copies: dict[int, tuple[int, float]] = field(default_factory=dict)


class Policy:
    """Decides one pass after another under one configuration.

    Args:
        config: the run's settings.
        rule_codes: the code of each rule, by its number in the segments' `rule` column.
        query: runs a relational step.
        near: finds near-repeats, with a memory across passes.
        sources: the source of each document, as a number.
    """

    def __init__(self, config: Config, rule_codes: list[str], query: Query, near: NearIndex, sources: Ints) -> None:
        self._config = config
        self._codes = config.codes()
        self._rule_codes = rule_codes
        self._query = query
        self._near = near
        self._sources = sources

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
        movable = ~np.isin(s.doc, sorted(alone))
        pairs = self._pairs(s)

        ruled = s.rule >= 0
        furniture = self._furniture(s) if whole else np.zeros(s.count, dtype=np.bool_)
        debris = ruled | furniture
        debris |= debris[s.line_row]
        present = np.ones(s.count, dtype=np.bool_)
        copies = self._copies(s, debris, pairs) if whole else {}
        in_copy = np.isin(s.doc, list(copies))
        present = np.ones(s.count, dtype=np.bool_)
        if self._config.duplicate_documents == "drop":
            decision.copies = copies
            present = ~in_copy

        rows = decision.rows
        for row in np.flatnonzero(present & movable & ruled).tolist():
            if not (ruled[s.line_row[row]] and s.line_row[row] != row):
                rows[row] = Verdict(self._rule_codes[s.rule[row]])
        for row in np.flatnonzero(present & movable & furniture).tolist():
            rows.setdefault(row, Verdict("DU301"))

        gone = np.zeros(s.count, dtype=np.bool_)
        gone[list(rows)] = True
        cut = np.zeros(s.count, dtype=np.bool_)  # lines that lose a sentence
        cut[s.line_row[np.flatnonzero(gone & ~s.is_line)]] = True
        gone |= gone[s.line_row]
        open_to_repeats = ~in_copy  # a copy that is kept stays whole: it takes no part in the repeats
        free = open_to_repeats & movable

        self._teasers(s, rows, gone, free)
        self._lines(s, rows, gone, cut, open_to_repeats, free, pairs)
        # A line that loses a sentence to a rule may lose more once it is shorter: the next pass sees.
        self._sentences(s, rows, gone, open_to_repeats & ~cut[s.line_row], free, pairs)
        self._take_back(s, rows)
        return decision

    def _pairs(self, s: Segments) -> Pairs:
        """Return the verified near pairs among the texts long enough to be compared."""
        if not self._codes & {"DU002", "DU102"}:
            return Pairs.none()
        chosen = np.unique(s.text[s.words >= self._config.min_words])
        found = self._near.pairs([s.texts[i] for i in chosen.tolist()])
        return Pairs(chosen[found.left], chosen[found.right], found.similarity)

    def _furniture(self, s: Segments) -> Bools:
        """Return the lines that their source prints on many of its pages."""
        marked = np.zeros(s.count, dtype=np.bool_)
        if "DU301" not in self._codes or self._config.scope != "corpus":
            return marked
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
            min_pages=FURNITURE_PAGES,
            max_words=FURNITURE_WORDS,
            edge_share=FURNITURE_EDGE_SHARE,
            page_share=FURNITURE_PAGE_SHARE,
        )
        if len(found["text"]):
            width = np.int64(len(s.texts))
            keys = found["source"].astype(np.int64) * width + found["text"].astype(np.int64)
            marked[lines] = np.isin(self._sources[s.doc[lines]] * width + s.text[lines], keys)
        return marked

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
            if twin not in best and (doc not in best or share > best[doc][1]):
                best[int(doc)] = (int(twin), float(share))
        return best

    def _teasers(self, s: Segments, rows: dict[int, Verdict], gone: Bools, free: Bools) -> None:
        found = np.flatnonzero(free & ~gone & (s.container >= 0))
        # Longest first, so that the line a teaser repeats is not itself one that goes.
        for row in sorted(found.tolist(), key=lambda r: (-s.words[r], r)):
            twin = int(s.row_of(s.doc[row : row + 1], s.container[row : row + 1])[0])
            if not gone[twin]:
                rows[row] = Verdict("DU201", twin, float(s.similarity[row]))
                gone[row] = True
        gone |= gone[s.line_row]

    def _lines(
        self,
        s: Segments,
        rows: dict[int, Verdict],
        gone: Bools,
        cut: Bools,
        present: Bools,
        free: Bools,
        pairs: Pairs,
    ) -> None:
        part = present & s.is_line & ~gone & ~cut
        long_enough = s.words >= self._config.min_words
        self._select(s, rows, part & long_enough, free, pairs, "DU001", "DU002")
        if "DU001" in self._codes:
            short = np.flatnonzero(part & free & ~long_enough & (s.head >= 0))
            heads = s.row_of(s.doc[short], s.head[short])
            for row, twin in zip(short.tolist(), heads.tolist(), strict=True):
                if part[twin]:
                    rows[row] = Verdict("DU001", twin, 1.0)
        gone[list(rows)] = True
        gone |= gone[s.line_row]

    def _sentences(
        self,
        s: Segments,
        rows: dict[int, Verdict],
        gone: Bools,
        present: Bools,
        free: Bools,
        pairs: Pairs,
    ) -> None:
        part = present & s.is_atom & ~gone & (s.words >= self._config.min_words)
        # A line that is no sentence is a heading or caption, and repeats no sentence of a paragraph.
        free = free & s.whole & (~s.is_line | (s.shape == SENTENCE))
        self._select(s, rows, part, free, pairs, "DU101", "DU102")

    def _select(
        self,
        s: Segments,
        rows: dict[int, Verdict],
        part: Bools,
        free: Bools,
        pairs: Pairs,
        exact: str,
        near: str,
    ) -> None:
        """Remove repeats among the rows that take part, keeping the first of each.

        A node is a text, or a text in one document where the scope is the document.
        """
        taking = np.flatnonzero(part)
        if not len(taking):
            return
        node = s.text[taking]
        if self._config.scope == "document":
            node = s.doc[taking] * np.int64(len(s.texts)) + node
        # Most texts stand once and are like no other: they need no thought.
        near_pairs = self._node_pairs(s, pairs, np.unique(node)) if near in self._codes else Pairs.none()
        _, inverse, counts = np.unique(node, return_inverse=True, return_counts=True)
        worth = (counts[inverse] > 1) | np.isin(node, np.concatenate([near_pairs.left, near_pairs.right]))
        node, taking = node[worth], taking[worth]
        nodes, first_index = np.unique(node, return_index=True)
        first = dict(zip(nodes.tolist(), taking[first_index].tolist(), strict=True))
        forced = {n for n, row in first.items() if not free[row]}
        removed = keep_one(first, forced, near_pairs)
        before: dict[tuple[int, int], int] = {}  # (node, document) -> the copy last seen there, and still there
        for n, row in zip(node.tolist(), taking.tolist(), strict=True):
            here = (n, int(s.doc[row]))
            twin, share = removed.get(n, (n, 1.0))
            place = first[twin]
            if s.shape[row] == LOOSE and n not in removed:
                place = before.get(here, row)
            if (
                free[row]
                and place < row
                and (n in removed or exact in self._codes)
                and (s.shape[row] != LOOSE or _is_close(s, place, row))
            ):
                rows[row] = Verdict(near if n in removed else exact, place, share)
            else:
                before[here] = row

    def _node_pairs(self, s: Segments, pairs: Pairs, nodes: Ints) -> Pairs:
        if self._config.scope == "corpus" or not len(pairs.left):
            return pairs
        width = np.int64(len(s.texts))
        left, right, share = [], [], []
        docs_of: dict[int, set[int]] = {}
        for n in nodes.tolist():
            docs_of.setdefault(int(n % width), set()).add(int(n // width))
        for a, b, similarity in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.similarity.tolist(), strict=True):
            for doc in sorted(docs_of.get(a, set()) & docs_of.get(b, set())):
                left.append(doc * width + a)
                right.append(doc * width + b)
                share.append(similarity)
        return Pairs(np.array(left, np.int64), np.array(right, np.int64), np.array(share, np.float64))

    def _take_back(self, s: Segments, rows: dict[int, Verdict]) -> None:
        """Take back removals whose twin does not stay as it is; the next pass sees the cut line and decides again.

        Where a line was to go as an exact repeat of one that now loses a sentence, it loses the same sentence.
        """
        while True:
            lost: dict[int, list[int]] = {}  # line -> its sentences that go
            for row in rows:
                if not s.is_line[row]:
                    lost.setdefault(int(s.line_row[row]), []).append(row)
            broken = [
                row
                for row, verdict in rows.items()
                if verdict.twin >= 0
                and (
                    verdict.twin in rows
                    or int(s.line_row[verdict.twin]) in rows
                    or (s.is_line[verdict.twin] and verdict.twin in lost)
                )
            ]
            if not broken:
                return
            for row in broken:
                verdict = rows.pop(row)
                beyond = rows.get(verdict.twin, verdict).twin
                if s.text[beyond] == s.text[row] and beyond not in (row, verdict.twin) and beyond < row:
                    # The twin goes as an exact repeat of a third copy: that one is this row's twin as well.
                    rows[row] = verdict._replace(code=rows[verdict.twin].code, twin=beyond, similarity=1.0)
                    continue
                same = {int(s.text[r]): rows[r] for r in lost.get(verdict.twin, ()) if r in rows}
                for sentence in s.sentences_of(row) if s.is_line[row] else ():
                    found = same.get(int(s.text[sentence]))
                    if found is not None and s.whole[sentence] and found.twin < sentence:
                        rows[sentence] = found


def _is_close(s: Segments, twin: int, row: int) -> bool:
    """Tell whether two lines of a document stand close together: a caption, its credit, and both again."""
    return bool(s.doc[twin] == s.doc[row] and s.is_line[row] and s.line[row] - s.line[twin] <= CLOSE_LINES)


def removed_words(s: Segments, rows: Mapping[int, Verdict]) -> dict[int, int]:
    """Return how many words each document loses."""
    lost: dict[int, int] = {}
    for row in rows:
        if s.is_line[row] or int(s.line_row[row]) not in rows:
            lost[int(s.doc[row])] = lost.get(int(s.doc[row]), 0) + int(s.words[row])
    return lost
