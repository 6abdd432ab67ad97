"""Between what was decided and the texts: the removals of a pass, and what they leave of a span."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from dedup.decide import Decision
from dedup.normalize import normalize
from dedup.removals import REMOVALS, Gone, cuts_of
from dedup.repeats.resolve import details
from dedup.segments import Bools, Ints, Segments
from dedup.tables import Table
from dedup.verdicts import Codes

#: Returns the text of a document of the shard.
Text = Callable[[int], str]


def removals_of(s: Segments, decision: Decision, rows: Ints, sizes: Ints, turn: int, codes: Codes) -> Table:
    """Return the removals of a pass (REMOVALS); of rows it is not yet known what goes with them.

    Args:
        s: the segments of the pass.
        decision: what goes.
        rows: the rows that go, in reading order.
        sizes: by document, its characters.
        turn: which pass it is.
        codes: codes by number.
    """
    v, copies = decision.verdicts, decision.copies
    twin = v.twin[rows]
    there = twin >= 0
    count, more = len(rows), len(copies.doc)
    of_copies = sizes[copies.doc]
    twin_end, twin_at, twin_key = details(s, v, twin)

    def column(name: str, of_rows: Any, of_copies: Any) -> Ints:
        values: Ints = np.empty(count + more, dtype=REMOVALS[name])
        values[:count], values[count:] = of_rows, of_copies
        return values

    said = (~there) & (s.rule[rows] == v.code[rows])
    return Table(
        {
            "doc": column("doc", s.doc[rows], copies.doc),
            "turn": column("turn", turn, turn),
            "code": column("code", v.code[rows], codes.of("DU401")),
            "start": column("start", s.start[rows], 0),
            "end": column("end", s.end[rows], of_copies),
            "at": column("at", s.at[rows], 1),
            "cut_start": column("cut_start", np.zeros(count, np.int64), 0),
            "cut_end": column("cut_end", np.zeros(count, np.int64), of_copies),
            "twin": column("twin", np.where(there, twin >> 32, -1), copies.twin),
            "twin_start": column("twin_start", np.where(there, (twin & 0xFFFFFFFF) >> 1, 0), 0),
            "twin_end": column("twin_end", twin_end, copies.size),
            "twin_at": column("twin_at", twin_at, 1),
            "twin_key": column("twin_key", twin_key, 0),
            "similarity": column("similarity", v.similarity[rows], copies.share),
            "phrase": column("phrase", np.where(said, s.phrase[rows], -1), -1),
            "evidence": column("evidence", v.evidence[rows], 0),
        }
    )


def lefts(rows: Table, text: Text, cut: Bools, removals: Table) -> Iterator[str]:
    """Yield what is left of spans of documents, normalised.

    Args:
        rows: doc, start, end; rows of one document stand together.
        text: returns the text of a document.
        cut: by document, whether its text is not what it was.
        removals: what was removed from them.
    """
    docs = np.unique(rows["doc"][cut[rows["doc"]]])
    bounds, spans = cuts_of(removals, docs)
    place = {doc: k for k, doc in enumerate(docs.tolist())}
    last, said, gone = -1, "", Gone()
    for doc, start, end in zip(*(rows[name].tolist() for name in ("doc", "start", "end")), strict=True):
        if doc != last:
            last, said = doc, text(doc)
            gone = Gone(spans[slice(*bounds[place[doc] : place[doc] + 2])] if doc in place else None)
        yield normalize("".join(said[low:high] for low, high in gone.left(start, end)))
