"""Repeats: which copies go, and which stays. Teasers first, then lines, then sentences of the lines that stay."""

from __future__ import annotations

import numpy as np

from dedup.repeats.selection import Pairs, keep_one
from dedup.segments import Bools, Ints, Segments
from dedup.tables import LOOSE, SENTENCE
from dedup.verdicts import Codes, Verdicts

#: Headings, questions and list entries repeat rightly, but not within so many lines.
CLOSE_LINES = 3


class Repeats:
    """Decides over the repeats of one pass.

    Args:
        selected: the selected codes.
        codes: codes by number.
        scope: where a twin may stand: `corpus` or `document`.
        min_words: shorter texts repeat rightly.
    """

    def __init__(self, selected: frozenset[str], codes: Codes, scope: str, min_words: int) -> None:
        self._selected = selected
        self._codes = codes
        self._scope = scope
        self._min_words = min_words

    def decide(self, s: Segments, v: Verdicts, open_to_repeats: Bools, movable: Bools, pairs: Pairs) -> None:
        """Add the repeats that go to what goes already.

        Args:
            s: the segments.
            v: what goes; repeats are added.
            open_to_repeats: rows that take part: they may go or be a twin.
            movable: rows that may go.
            pairs: the verified near pairs of texts.
        """
        gone = v.gone
        cut = np.zeros(s.count, dtype=np.bool_)  # lines that lose a sentence
        cut[s.line_row[gone & ~s.is_line]] = True
        gone |= gone[s.line_row]
        free = open_to_repeats & movable
        gone |= self._teasers(s, v, gone, free)[s.line_row]
        self._lines(s, v, open_to_repeats & ~gone & ~cut, free, pairs)
        gone |= v.gone
        gone |= gone[s.line_row]
        # A line that loses a sentence to a rule may lose more once it is shorter: the next pass sees.
        self._sentences(s, v, open_to_repeats & ~cut[s.line_row] & ~gone, free, pairs)
        self._take_back(s, v)

    def _teasers(self, s: Segments, v: Verdicts, gone: Bools, free: Bools) -> Bools:
        found = np.flatnonzero(free & ~gone & (s.container >= 0))
        gone = gone.copy()
        # Longest first, so that the line a teaser repeats is not itself one that goes.
        order = found[np.lexsort((found, -s.words[found]))]
        twins = s.row_of(s.doc[order], s.container[order])
        for row, twin in zip(order.tolist(), twins.tolist(), strict=True):
            if not gone[twin]:
                v.put(row, self._codes.of("DU201"), twin, s.similarity[row])
                gone[row] = True
        return gone

    def _lines(self, s: Segments, v: Verdicts, part: Bools, free: Bools, pairs: Pairs) -> None:
        part = part & s.is_line
        long_enough = s.words >= self._min_words
        self._select(s, v, part & long_enough, free, pairs, "DU001", "DU002")
        if "DU001" in self._selected:
            short = np.flatnonzero(part & free & ~long_enough & (s.head >= 0))
            heads = s.row_of(s.doc[short], s.head[short])
            there = part[heads]
            v.put(short[there], self._codes.of("DU001"), heads[there], 1.0)

    def _sentences(self, s: Segments, v: Verdicts, part: Bools, free: Bools, pairs: Pairs) -> None:
        # A line that is no sentence is a heading or caption, and repeats no sentence of a paragraph.
        free = free & s.whole & (~s.is_line | (s.shape == SENTENCE))
        self._select(s, v, part & s.is_atom & (s.words >= self._min_words), free, pairs, "DU101", "DU102")

    def _select(self, s: Segments, v: Verdicts, part: Bools, free: Bools, pairs: Pairs, exact: str, near: str) -> None:
        """Remove repeats among the rows that take part, keeping the first of each.

        A node is a text, or a text in one document where the scope is the document.
        """
        taking = np.flatnonzero(part)
        node = s.text[taking]
        if self._scope == "document":
            node = s.doc[taking] * np.int64(s.texts) + node
        nodes, first, inverse, counts = np.unique(node, return_index=True, return_inverse=True, return_counts=True)
        near_pairs = self._node_pairs(s, pairs, nodes) if near in self._selected else Pairs.none()
        paired = np.isin(nodes, np.concatenate([near_pairs.left, near_pairs.right]))
        places = taking[first]  # the first row of each node
        removed = keep_one(
            dict(zip(nodes[paired].tolist(), places[paired].tolist(), strict=True)),
            set(nodes[paired & ~free[places]].tolist()),
            near_pairs,
        )
        share = np.ones(len(nodes))
        like = np.zeros(len(nodes), dtype=np.bool_)  # nodes that go as near-repeats
        keeper = places.copy()
        gone = np.searchsorted(nodes, np.array(sorted(removed), dtype=np.int64))
        for at, (twin, similarity) in zip(gone.tolist(), (removed[n] for n in sorted(removed)), strict=True):
            like[at], share[at] = True, similarity
            keeper[at] = places[np.searchsorted(nodes, twin)]
        # Most texts stand once and are like no other: they need no thought.
        worth = (counts[inverse] > 1) | like[inverse]
        taking, inverse = taking[worth], inverse[worth]
        may = free[taking] & (like[inverse] | (exact in self._selected))
        loose = s.shape[taking] == LOOSE
        twins = keeper[inverse]
        goes = may & (twins < taking) & (~loose | (like[inverse] & _is_close(s, twins, taking)))
        goes, twins = self._loose(s, taking, inverse, ~like[inverse] & loose, may, goes, twins)
        rows = taking[goes]
        code = np.where(like[inverse[goes]], self._codes.of(near), self._codes.of(exact))
        v.put(rows, code, twins[goes], share[inverse[goes]])

    @staticmethod
    def _loose(
        s: Segments, taking: Ints, node: Ints, loose: Bools, may: Bools, goes: Bools, twins: Ints
    ) -> tuple[Bools, Ints]:
        """Decide over headings and the like: one goes if a copy that stays is close above."""
        if not loose.any():
            return goes, twins
        goes, twins = goes.copy(), twins.copy()
        here = node * np.int64(int(s.doc.max()) + 1) + s.doc[taking]
        before: dict[int, int] = {}  # (node, document) -> the copy last seen there, and still there
        for k in np.flatnonzero(np.isin(here, here[loose])).tolist():
            if loose[k]:
                row, twin = int(taking[k]), before.get(int(here[k]), int(taking[k]))
                goes[k] = may[k] and twin < row and s.is_line[row] and s.line[row] - s.line[twin] <= CLOSE_LINES
                twins[k] = twin
            if not goes[k]:
                before[int(here[k])] = int(taking[k])
        return goes, twins

    def _node_pairs(self, s: Segments, pairs: Pairs, nodes: Ints) -> Pairs:
        if self._scope == "corpus" or not len(pairs.left):
            return pairs
        width = np.int64(s.texts)
        paired = nodes[np.isin(nodes % width, np.concatenate([pairs.left, pairs.right]))]
        docs_of: dict[int, set[int]] = {}
        for n in paired.tolist():
            docs_of.setdefault(int(n % width), set()).add(int(n // width))
        left, right, share = [], [], []
        for a, b, similarity in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.similarity.tolist(), strict=True):
            for doc in sorted(docs_of.get(a, set()) & docs_of.get(b, set())):
                left.append(doc * width + a)
                right.append(doc * width + b)
                share.append(similarity)
        return Pairs(np.array(left, np.int64), np.array(right, np.int64), np.array(share, np.float64))

    def _take_back(self, s: Segments, v: Verdicts) -> None:
        """Take back removals whose twin does not stay as it is; the next pass sees the cut line and decides again.

        Where a line was to go as an exact repeat of one that now loses a sentence, it loses the same sentence.
        """
        while True:
            gone = v.gone
            loses = np.zeros(s.count, dtype=np.bool_)
            loses[s.line_row[gone & ~s.is_line]] = True
            twin = np.maximum(v.twin, 0)
            broken = (v.twin >= 0) & gone & (gone[twin] | gone[s.line_row[twin]] | (s.is_line[twin] & loses[twin]))
            if not broken.any():
                return
            for row in np.flatnonzero(broken).tolist():
                twin_row = int(v.twin[row])
                v.clear(row)
                beyond = int(v.twin[twin_row]) if v.code[twin_row] >= 0 else twin_row
                if beyond >= 0 and s.text[beyond] == s.text[row] and beyond not in (row, twin_row) and beyond < row:
                    # The twin goes as an exact repeat of a third copy: that one is this row's twin as well.
                    v.put(row, v.code[twin_row], beyond, 1.0)
                    continue
                if not (s.is_line[row] and s.is_line[twin_row]):
                    continue
                same = {int(s.text[r]): r for r in s.sentences_of(twin_row) if v.code[r] >= 0}
                for sentence in s.sentences_of(row):
                    found = same.get(int(s.text[sentence]))
                    if found is not None and s.whole[sentence] and v.twin[found] < sentence:
                        v.put(sentence, v.code[found], v.twin[found], v.similarity[found])
                        v.evidence[sentence] = v.evidence[found]


def _is_close(s: Segments, twins: Ints, rows: Ints) -> Bools:
    """Tell which lines stand close below their twin: a caption, its credit, and both again."""
    close: Bools = (s.doc[twins] == s.doc[rows]) & s.is_line[rows] & (s.line[rows] - s.line[twins] <= CLOSE_LINES)
    return close
