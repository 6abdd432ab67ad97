"""Repeats: which copies go, and which stays. Teasers first, then lines, then sentences of the lines that stay."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dedup.repeats.selection import Pairs, keep_one
from dedup.segments import Bools, Ints, Segments
from dedup.tables import LOOSE, SENTENCE

#: Headings, questions and list entries repeat rightly, but not within so many lines.
CLOSE_LINES = 3


class Verdict(NamedTuple):
    """Why a row goes: code, the kept row that it repeats (or -1), how alike they are, and what speaks against it."""

    code: str
    twin: int = -1
    similarity: float = 0.0
    evidence: str = ""


class Repeats:
    """Decides over the repeats of one pass.

    Args:
        codes: the selected codes.
        scope: where a twin may stand: `corpus` or `document`.
        min_words: shorter texts repeat rightly.
    """

    def __init__(self, codes: frozenset[str], scope: str, min_words: int) -> None:
        self._codes = codes
        self._scope = scope
        self._min_words = min_words

    def decide(
        self, s: Segments, rows: dict[int, Verdict], open_to_repeats: Bools, movable: Bools, pairs: Pairs
    ) -> None:
        """Add the repeats that go to what goes already.

        Args:
            s: all segments.
            rows: what goes, by row; repeats are added.
            open_to_repeats: rows that take part: they may go or be a twin.
            movable: rows that may go.
            pairs: the verified near pairs of texts.
        """
        gone = np.zeros(s.count, dtype=np.bool_)
        gone[list(rows)] = True
        cut = np.zeros(s.count, dtype=np.bool_)  # lines that lose a sentence
        cut[s.line_row[np.flatnonzero(gone & ~s.is_line)]] = True
        gone |= gone[s.line_row]
        free = open_to_repeats & movable
        self._teasers(s, rows, gone, free)
        self._lines(s, rows, gone, cut, open_to_repeats, free, pairs)
        # A line that loses a sentence to a rule may lose more once it is shorter: the next pass sees.
        self._sentences(s, rows, gone, open_to_repeats & ~cut[s.line_row], free, pairs)
        self._take_back(s, rows)

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
        long_enough = s.words >= self._min_words
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
        part = present & s.is_atom & ~gone & (s.words >= self._min_words)
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
        if self._scope == "document":
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
        if self._scope == "corpus" or not len(pairs.left):
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
