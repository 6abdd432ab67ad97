"""Documents cut round by round, with all that `revise` is to find worked out from their characters alone."""

from __future__ import annotations

from itertools import chain, pairwise

import numpy as np

from dedup import Config
from dedup.analyse import Analyser
from dedup.cut import cut_block, without
from dedup.revise import Cutting, Revised, revise
from dedup.segment import Span, line_spans
from dedup.tables import SEGMENTS

ANALYSE = Analyser(Config()).analyse


class Cut:
    """Documents that are cut again and again, with all that is known of them worked out from the characters alone."""

    def __init__(self, texts):
        self.texts = dict(enumerate(texts))
        self.kept = {doc: list(range(len(text))) for doc, text in self.texts.items()}
        self.table = {doc: ANALYSE([doc], [text]).segments for doc, text in self.texts.items()}

    def now(self, doc):
        return "".join(self.texts[doc][k] for k in self.kept[doc])

    def gone(self, doc):
        """Return the spans that are gone, joined where they touch."""
        spans = []
        for place in sorted(set(range(len(self.texts[doc]))) - set(self.kept[doc])):
            if spans and spans[-1][1] == place:
                spans[-1][1] += 1
            else:
                spans.append([place, place + 1])
        return spans

    def cutting(self, going):
        """Return what `revise` is to do, for rows that go by document."""
        docs = sorted(going)
        gone = [self.gone(doc) for doc in docs]
        rows = [[[int(self.table[d][name][k]) for name in ("start", "end")] for k in sorted(going[d])] for d in docs]
        flat = [np.array([*chain(*spans)], dtype=np.int64).reshape(-1, 2) for spans in (gone, rows)]
        return Cutting(
            np.array(docs), np.cumsum([0, *map(len, gone)]), flat[0], np.cumsum([0, *map(len, rows)]), flat[1]
        )

    def expected(self, doc, rows):
        """Return what goes on behalf of each row of a document, in the original text."""
        now, kept = self.now(doc), self.kept[doc]
        table = ANALYSE([doc], [now]).segments
        line, first, last = (table[name].tolist() for name in ("line", "start", "end"))
        lines = line_spans(now)
        parts = {k: [r for r in range(len(table)) if line[r] == k and table["sentence"][r] >= 0] for k in line}
        whole = [any(line[r] == k and table["sentence"][r] < 0 for r in rows) for k in range(len(lines))]
        whole = [said or (parts[k] and set(parts[k]) <= rows) for k, said in enumerate(whole)]
        pieces = {}
        for k, found in cut_block(now, lines, whole, "\n").items():
            pieces[min(r for r in rows if line[r] == k)] = found
        for k in {line[r] for r in rows if not whole[line[r]]}:
            spans = [Span(first[r], last[r]) for r in parts[k]]
            for number, found in cut_block(now, spans, [r in rows for r in parts[k]], " ").items():
                pieces[parts[k][number]] = found
        left = without(now, sorted(piece for found in pieces.values() for piece in found))
        return {r: (kept[found[0].start], kept[found[-1].end - 1] + 1) for r, found in pieces.items()}, left

    def revise(self, going, path=None) -> Revised:
        """Cut, and expect what is found to be what it should be."""
        cutting = self.cutting(going)
        found = revise(cutting, [self.texts[doc] for doc in sorted(going)], path, ANALYSE)
        assert found.docs.tolist() == sorted(going)
        cuts = found.cuts.tolist()
        for doc in sorted(going):
            rows = set(going[doc])
            expected, left = self.expected(doc, rows)
            mine, cuts = cuts[: len(rows)], cuts[len(rows) :]
            assert mine == [list(expected.get(row, (0, 0))) for row in sorted(rows)]
            own = sorted(tuple(cut) for cut in mine if cut[0] < cut[1])
            assert all(a[1] <= b[0] for a, b in pairwise(own))
            taken = {k for a, b in own for k in range(a, b)}
            self.kept[doc] = [k for k in self.kept[doc] if k not in taken]
            assert self.now(doc) == left
        assert cuts == []
        self.expect_segments(found)
        return found

    def expect_segments(self, found):
        docs = found.docs.tolist()
        expected = ANALYSE(docs, [self.now(doc) for doc in docs])
        assert len(found.part) == len(expected.segments)
        table = found.part.take(None)
        for name in set(SEGMENTS) - {"start", "end", "at"}:
            assert table[name].tolist() == expected.segments[name].tolist(), name
        for name, column in expected.documents.columns.items():
            assert found.documents[name].tolist() == column.tolist()
        assert found.phrases == expected.phrases
        columns = (expected.segments[name].tolist() for name in ("doc", "start", "end"))
        places = [(d, self.kept[d][a], self.kept[d][b - 1] + 1) for d, a, b in zip(*columns, strict=True)]
        assert list(zip(*(table[name].tolist() for name in ("doc", "start", "end")), strict=True)) == places
        assert table["at"].tolist() == [self.texts[doc].count("\n", 0, start) + 1 for doc, start, _ in places]
        for doc in docs:
            self.table[doc] = table.take(table["doc"] == doc)

    def uncut(self, doc):
        """Return the lines of a document, as it is now, that are lines of the original."""
        table = self.table[doc].take(self.table[doc]["sentence"] < 0)
        lines = zip(table["line"].tolist(), table["start"].tolist(), table["end"].tolist(), strict=True)
        there = set(self.kept[doc])
        return {k for k, a, b in lines if (a, b) in line_spans(self.texts[doc]) and there.issuperset(range(a, b))}
