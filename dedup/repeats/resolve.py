"""Repeats: which copies go, and which stays. Teasers first, then lines, then sentences of the lines that stay."""

from __future__ import annotations

import numpy as np

from dedup.exchange import Ask, Columns, Phase
from dedup.repeats.selection import Pairs, keep
from dedup.segments import Bools, Ints, Segments
from dedup.tables import LOOSE, SENTENCE, among
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

    def decide(self, s: Segments, v: Verdicts, open_to_repeats: Bools, movable: Bools, pairs: Pairs) -> Phase[None]:
        """Add the repeats that go to what goes already.

        Args:
            s: the segments.
            v: what goes; repeats are added.
            open_to_repeats: rows that take part: they may go or be a twin.
            movable: rows that may go.
            pairs: the verified near pairs of texts that are here.
        """
        gone = v.gone
        cut = np.zeros(s.count, dtype=np.bool_)  # lines that lose a sentence
        cut[s.line_row[gone & ~s.is_line]] = True
        gone |= gone[s.line_row]
        free = open_to_repeats & movable
        gone |= self._teasers(s, v, gone, free)[s.line_row]
        kept = yield from self._lines(s, v, open_to_repeats & ~gone & ~cut, free, pairs)
        gone |= v.gone
        gone |= gone[s.line_row]
        # A line that loses a sentence to a rule may lose more once it is shorter: the next pass sees.
        part = open_to_repeats & ~cut[s.line_row] & ~gone
        more = yield from self._sentences(s, v, part, free, pairs)
        exact = np.array([self._codes.of("DU001"), self._codes.of("DU101")])
        yield from take_back(s, v, np.union1d(kept, more), exact)

    def _teasers(self, s: Segments, v: Verdicts, gone: Bools, free: Bools) -> Bools:
        found = np.flatnonzero(free & ~gone & (s.container >= 0))
        gone = gone.copy()
        # Longest first, so that the line a teaser repeats is not itself one that goes.
        order = found[np.lexsort((found, -s.words[found]))]
        twins = s.row_of(s.doc[order], s.container[order])
        for row, twin in zip(order.tolist(), twins.tolist(), strict=True):
            if not gone[twin]:
                v.put(row, self._codes.of("DU201"), s.place[twin], s.similarity[row])
                gone[row] = True
        return gone

    def _lines(self, s: Segments, v: Verdicts, part: Bools, free: Bools, pairs: Pairs) -> Phase[Ints]:
        part = part & s.is_line
        long_enough = s.words >= self._min_words
        kept = yield from self._select(s, v, part & long_enough, free, pairs, "DU001", "DU002")
        if "DU001" in self._selected:
            short = np.flatnonzero(part & free & ~long_enough & (s.head >= 0))
            heads = s.row_of(s.doc[short], s.head[short])
            there = part[heads]
            v.put(short[there], self._codes.of("DU001"), s.place[heads[there]], 1.0)
        return kept

    def _sentences(self, s: Segments, v: Verdicts, part: Bools, free: Bools, pairs: Pairs) -> Phase[Ints]:
        # A line that is no sentence is a heading or caption, and repeats no sentence of a paragraph.
        free = free & s.whole & (~s.is_line | (s.shape == SENTENCE))
        part = part & s.is_atom & (s.words >= self._min_words)
        return (yield from self._select(s, v, part, free, pairs, "DU101", "DU102"))

    def _select(
        self, s: Segments, v: Verdicts, part: Bools, free: Bools, pairs: Pairs, exact: str, near: str
    ) -> Phase[Ints]:
        """Remove repeats among the rows that take part, keeping the first of each.

        A node is a text, or a text in one document where the scope is the document.

        Returns:
            The rows that others may repeat, also in other shards.
        """
        taking = np.flatnonzero(part & s.recurs)
        node = s.text[taking]
        if self._scope == "document":
            node = s.doc[taking] * np.int64(s.texts) + node
        nodes, first, inverse, counts = np.unique(node, return_index=True, return_inverse=True, return_counts=True)
        rows = taking[first]  # the first row of each node
        table = {"text": nodes, "place": s.place[rows], "end": s.end[rows], "at": s.at[rows], "key": s.key[rows]}
        table |= {"free": free[rows], "count": counts}
        like_too = near in self._selected
        if self._scope == "document":
            found: Columns = keep(table, self._node_pairs(s, pairs, nodes) if like_too else Pairs.none())
        else:
            found = (yield Ask("keep", {"nodes": table}, numbers={"near": like_too}, segments=s)).tables["kept"]
        own = among(found["text"], nodes)
        found = {name: column[own] for name, column in found.items()}
        at = np.searchsorted(nodes, found["text"])
        worth, like = np.zeros((2, len(nodes)), dtype=np.bool_)  # most texts stand once and are like no other
        worth[at], like[at] = True, found["like"]
        share = np.ones(len(nodes))
        share[at] = found["similarity"]
        keeper = s.place[rows]
        keeper[at] = found["place"]
        here = s.has(found["place"])
        v.elsewhere.add(*(found[name][~here] for name in ("place", "end", "at", "key")))
        of_rows = worth[inverse]
        taking, inverse = taking[of_rows], inverse[of_rows]
        may = free[taking] & (like[inverse] | (exact in self._selected))
        loose = s.shape[taking] == LOOSE
        twins = keeper[inverse]
        goes = may & (twins < s.place[taking]) & (~loose | (like[inverse] & _is_close(s, twins, taking)))
        goes, twins = self._loose(s, taking, inverse, ~like[inverse] & loose, may, goes, twins)
        gone = taking[goes]
        code = np.where(like[inverse[goes]], self._codes.of(near), self._codes.of(exact))
        v.put(gone, code, twins[goes], share[inverse[goes]])
        kept: Ints = np.unique(s.row_at(found["place"][here]))
        return kept

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
                twins[k] = s.place[twin]
            if not goes[k]:
                before[int(here[k])] = int(taking[k])
        return goes, twins

    @staticmethod
    def _node_pairs(s: Segments, pairs: Pairs, nodes: Ints) -> Pairs:
        """Return the pairs of texts as pairs of nodes of one document."""
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


_VERDICT = ("twin", "twin_end", "twin_at", "twin_key")


def take_back(s: Segments, v: Verdicts, kept: Ints, exact: Ints) -> Phase[None]:
    """Take back removals whose twin does not stay as it is; the next pass sees the cut line and decides again.

    Where a line was to go as an exact repeat of one that now loses a sentence, it loses the same sentence. What is taken
    back may be the twin of others: so it goes on in rounds, each of which looks at what the one before left.

    Args:
        s: the segments.
        v: what goes.
        kept: rows that others may repeat, besides the twins that are named in `v`.
        exact: the codes of exact repeats.
    """
    changed = True
    while True:
        gone = v.gone
        loses = np.zeros(s.count, dtype=np.bool_)
        loses[s.line_row[gone & ~s.is_line]] = True
        twins = np.unique(v.twin[v.twin >= 0])
        twins = np.union1d(s.row_at(twins[s.has(twins)]), kept).astype(np.int64)
        broken = twins[gone[twins] | gone[s.line_row[twins]] | (s.is_line[twins] & loses[twins])]
        rows = [r for line in broken[s.is_line[broken]].tolist() for r in s.sentences_of(line) if gone[r]]
        sentences = np.array(rows, dtype=np.int64)
        tables = {
            "twins": _told(s, v, broken, s.place[broken], exact),
            "sentences": _told(s, v, sentences, s.place[s.line_row[sentences]], exact),
        }
        answer = yield Ask("broken", tables, changed and bool(len(broken)), segments=s)
        if not answer.flag:
            return
        changed = _mend(s, v, answer.tables["twins"], answer.tables["sentences"])


def _told(s: Segments, v: Verdicts, rows: Ints, place: Ints, exact: Ints) -> Columns:
    """Return what other shards may need of rows that go or are cut; `place` is that of the twin they belong to."""
    twin = v.twin[rows]
    end, at, key = details(s, v, twin)
    return {
        "place": place,
        "text": s.text[rows],
        "code": v.code[rows],
        "exact": (twin >= 0) & np.isin(v.code[rows], exact),
        "is_line": s.is_line[rows],
        "similarity": v.similarity[rows],
        "evidence": v.evidence[rows],
        **dict(zip(_VERDICT, (twin, end, at, key), strict=True)),
    }


def details(s: Segments, v: Verdicts, twins: Ints) -> tuple[Ints, Ints, Ints]:
    """Return where twins end, their lines of the file and the lower halves of their keys; 0 for -1."""
    end, at, key = (np.zeros(len(twins), dtype=np.int64) for _ in range(3))
    here = s.has(twins)
    rows = s.row_at(twins[here])
    end[here], at[here], key[here] = s.end[rows], s.at[rows], s.key[rows]
    other = ~here & (twins >= 0)
    places = v.elsewhere.of(twins[other])
    end[other], at[other], key[other] = v.elsewhere.end[places], v.elsewhere.at[places], v.elsewhere.key[places]
    return end, at, key


def _mend(s: Segments, v: Verdicts, twins: Columns, sentences: Columns) -> bool:
    """Take back removals whose twin is one of these, or find them another; tell whether there were any."""
    for told in (twins, sentences):
        foreign = (told["twin"] >= 0) & ~s.has(told["twin"])
        v.elsewhere.add(*(told[name][foreign] for name in _VERDICT))
    order = np.argsort(twins["place"], kind="stable")
    places = twins["place"][order]
    rows = np.flatnonzero((v.twin >= 0) & v.gone)
    at = np.searchsorted(places, v.twin[rows])
    there = at < len(places)
    there[there] = places[at[there]] == v.twin[rows[there]]
    rows, at = rows[there], order[at[there]]
    said: dict[int, dict[int, int]] = {}  # twin -> text -> its sentence that goes
    for k, (place, text) in enumerate(zip(sentences["place"].tolist(), sentences["text"].tolist(), strict=True)):
        said.setdefault(place, {})[text] = k
    for row, k in zip(rows.tolist(), at.tolist(), strict=True):
        twin, beyond = int(v.twin[row]), int(twins["twin"][k])
        v.clear(row)
        if twins["exact"][k] and twins["text"][k] == s.text[row] and beyond < s.place[row]:
            # The twin goes as an exact repeat of a third copy: that one is this row's twin as well.
            v.put(row, twins["code"][k], beyond, 1.0)
        elif s.is_line[row] and twins["is_line"][k]:
            for sentence in s.sentences_of(row):
                found = said.get(twin, {}).get(int(s.text[sentence]))
                if found is not None and s.whole[sentence] and sentences["twin"][found] < s.place[sentence]:
                    v.put(sentence, *(sentences[name][found] for name in ("code", "twin", "similarity")))
                    v.evidence[sentence] = sentences["evidence"][found]
    return bool(len(rows))


def _is_close(s: Segments, twins: Ints, rows: Ints) -> Bools:
    """Tell which lines stand close below their twin: a caption, its credit, and both again."""
    close = s.is_line[rows] & s.has(twins) & (twins >> 32 == s.place[rows] >> 32)
    close[close] = s.line[rows[close]] - s.line[s.row_at(twins[close])] <= CLOSE_LINES
    found: Bools = close
    return found
