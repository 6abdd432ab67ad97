"""The run: passes of analyse → decide → cut over the same documents until nothing more goes.

What a removal uncovers (a line that is now the last, two copies that now touch, a sentence boundary that moved) is
judged by the next pass on the text as it then is. The last pass removes nothing, and it is the first pass of a second
run: so cleaning the output again removes nothing.

Text can also come back. A removal whose twin a later pass removes or cuts gets another kept copy of that twin for its
twin; where there is none, its document is put back as it was and judged again. A document that would lose more than
its budget is left alone in that pass; if it has lost text before, it is put back, tried once more against the final
state of the others, and left alone for good if that takes too much again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import NamedTuple, Protocol

import numpy as np

from dedup.analyse import Analysis, join
from dedup.budget import Budget
from dedup.config import Config
from dedup.cut import cut_block, without
from dedup.decide import Census, Decision, Policy, Standing
from dedup.engines.local import LocalEngine
from dedup.outcome import Cleaned, Document, Outcome, Removal, Twin
from dedup.repeats.near import NearIndex
from dedup.repeats.resolve import Verdict
from dedup.segment import Span
from dedup.segments import Bools, Ints, Segments
from dedup.state import State, Survivors

#: Where more than this share of the documents changed, the next pass looks at all of them.
NEIGHBOURHOOD = 0.2


class Progress(Protocol):
    """Is told what the run is doing."""

    def phase(self, name: str, total: int = 0) -> None:
        """Begin a phase of so many steps (0: unknown)."""

    def advance(self, steps: int) -> None:
        """Report steps done."""


class Silent:
    """A progress that nobody watches."""

    def phase(self, name: str, total: int = 0) -> None:
        """Do nothing."""

    def advance(self, steps: int) -> None:
        """Do nothing."""


class Known(NamedTuple):
    """What is known of some documents before the run; by default nothing.

    Attributes:
        order: documents are read in this order, those of one number (0 if not given) in the order of ids.
        frozen: ids of documents that stay as they are, but may be what others repeat.
        census: frequencies among pages that take no part.
        wanted: keys of the texts of frozen documents that others may be like; all if None.
        gone: what is gone of frozen documents: no twin of others.
        shown: how a document is called where the settings name it.
    """

    order: Mapping[str, int] = {}
    frozen: AbstractSet[str] = frozenset()
    census: Census | None = None
    wanted: Ints | None = None
    gone: Mapping[str, Sequence[Span]] = {}
    shown: Callable[[str], str] = str


class Run:
    """One cleaning run over documents with distinct ids.

    Args:
        documents: the documents, in any order.
        config: the settings.
        engine: runs analysis and SQL.
        progress: is told what happens.
        known: what is known of some documents beforehand.

    Attributes:
        documents: the documents in the order of reading, by which `first` and `analysis` number them.
        first, analysis: the segments as they were read, and as they are when all is done.
    """

    first: Analysis
    analysis: Analysis

    def __init__(
        self,
        documents: Sequence[Document],
        config: Config,
        engine: LocalEngine,
        progress: Progress | None = None,
        known: Known | None = None,
    ) -> None:
        known = known or Known()
        self.documents = sorted(documents, key=lambda document: (known.order.get(document.id, 0), document.id))
        self._number = {document.id: k for k, document in enumerate(self.documents)}
        self._config = config
        self._engine = engine
        self._progress = progress or Silent()
        names = sorted({d.source for d in self.documents})
        number = {name: k for k, name in enumerate(names)}
        standing = Standing(
            np.array([number[d.source] for d in self.documents], dtype=np.int64),
            names,
            np.array([d.id in known.frozen for d in self.documents], dtype=np.bool_),
            [config.ignored_in(known.shown(d.id)) for d in self.documents],
            known.census,
            known.wanted,
            {self._number[name]: spans for name, spans in known.gone.items()},
        )
        near = NearIndex(config.threshold, engine.candidates)
        self._policy = Policy(config, engine.analyser.matcher.rules, engine.query, near, standing)
        self._budget: Budget | None = None

    def outcome(self) -> Outcome:
        """Clean the documents and return what became of each."""
        self._progress.phase("segment", len(self.documents))
        everything = range(len(self.documents))
        analysis = self._engine.analyse(everything, [d.text for d in self.documents], self._progress.advance)
        state = State(self.documents, _in_order(analysis))
        self.first = self.analysis = state.analysis
        self._progress.phase("compare")
        passes = 0
        refused: dict[int, float] = {}
        tried: set[int] = set()
        near: Bools | None = None  # the documents that the next pass looks at; None: all
        while True:
            passes += 1
            segments = Segments(_only(state.analysis, near), self._engine)
            self._budget = self._budget or Budget(self._config.budget, segments)
            # What part of the corpus says of a document that the whole would take too much from is not enough.
            alone = state.sealed if near is None else state.sealed | refused.keys()
            decision = self._policy.decide(segments, alone, whole=near is None)
            refused = self._refuse(state, segments, decision) | ({} if near is None else refused)
            # … nor is it enough to put a document back: in the whole it may be a copy.
            binding = refused if near is None else {}
            if not decision.rows and not decision.copies and not binding.keys() & state.removals.keys():
                if near is None and state.sealed <= tried:
                    self.analysis = state.analysis
                    return self._report(state, refused, passes)
                if near is None:
                    # The evidence against a document that was put back may have left with the others: once more.
                    tried |= state.sealed
                    state.sealed.clear()
                near = None
            else:
                near = self._neighbours(state, self._apply(state, segments, decision, binding))

    def _refuse(self, state: State, s: Segments, decision: Decision) -> dict[int, float]:
        """Take the documents that would lose too much out of the decision.

        Returns:
            These documents, with the share of their words that they would have lost.
        """
        assert self._budget is not None
        refused = self._budget.over(self._budget.losses(state, s, decision.rows))
        for row in [row for row in decision.rows if int(s.doc[row]) in refused]:
            del decision.rows[row]
        return refused

    def _apply(self, state: State, s: Segments, decision: Decision, refused: Mapping[int, float]) -> list[int]:
        """Cut what was decided out of the texts; return the documents whose text is now another."""
        by_doc: dict[int, list[int]] = {}
        for row in sorted(decision.rows):
            by_doc.setdefault(int(s.doc[row]), []).append(row)
        cuts = {doc: _cuts(state.texts[doc], s, rows) for doc, rows in by_doc.items()}
        pieces = {doc: sorted(p for found in parts.values() for p in found) for doc, parts in cuts.items()}

        back = {doc for doc in refused if doc in state.removals}
        state.sealed |= back
        back |= self._without_twin(state, s, decision, pieces, back)

        assert self._budget is not None
        state.lost |= self._budget.losses(state, s, decision.rows)
        found: dict[int, list[Removal]] = {}
        for doc in by_doc.keys() - back:
            found[doc] = [
                self._removal(state, s, row, decision.rows[row], cuts[doc].get(row, [])) for row in by_doc[doc]
            ]
        for doc, (twin, share) in decision.copies.items():
            if doc not in back:
                found[doc] = [self._copy_removal(state, doc, twin, share)]
                state.copies[doc] = twin
        for doc, removals in found.items():
            state.removals.setdefault(doc, []).extend(removals)
        for doc in found.keys() & pieces.keys():
            state.kept(doc).cut(pieces[doc])
            state.texts[doc] = without(state.texts[doc], pieces[doc])
        for doc in back:
            state.put_back(doc)
        changed = sorted((found.keys() & pieces.keys()) | back)
        self._analyse_again(state, changed)
        return changed

    def _neighbours(self, state: State, changed: list[int]) -> Bools | None:
        """Return which documents share a text with those that changed: nothing new can go in the others.

        Nearly nothing: site furniture, copies and near-repeats of new texts are left to the last pass, which looks at all.
        """
        if len(changed) > len(self.documents) * NEIGHBOURHOOD:
            return None
        segments = state.analysis.segments
        docs, keys = segments["doc"], segments["key_lo"]
        chosen = np.zeros(len(self.documents), dtype=np.bool_)
        chosen[changed] = True
        chosen[docs[np.isin(keys, keys[chosen[docs]])]] = True
        return chosen

    def _without_twin(
        self, state: State, s: Segments, decision: Decision, pieces: Mapping[int, list[Span]], back: AbstractSet[int]
    ) -> set[int]:
        """Give removals whose twin goes in this pass another one; return the documents for which there is none."""
        cut = {
            doc: [Span(0, len(self.documents[doc].text))]
            if doc in decision.copies
            else [o for p in pieces[doc] for o in state.kept(doc).original(p)]
            for doc in (pieces.keys() | decision.copies.keys()) - back
        }
        if not cut:
            return set()
        lonely = set()
        survivors: Survivors | None = None
        for doc, removals in state.removals.items():
            for k, removal in enumerate(removals):
                home = self._number[removal.twin.document] if removal.twin else -1
                if home not in cut or removal.twin is None:
                    continue
                if removal.code == "DU401":
                    if home in decision.copies:
                        lonely.add(doc)
                    continue
                if any(c.start < removal.twin.end and removal.twin.start < c.end for c in cut[home]):
                    survivors = survivors or Survivors(s, decision)
                    text = self.documents[home].text[removal.twin.start : removal.twin.end]
                    row = survivors.find(text, removal.code)
                    if row is None or int(s.doc[row]) in back:
                        lonely.add(doc)
                        break
                    removals[k] = replace(removal, twin=self._twin(state, s, row))
        return lonely

    def _twin(self, state: State, s: Segments, row: int) -> Twin:
        doc = int(s.doc[row])
        return Twin(self.documents[doc].id, *state.hull(doc, Span(int(s.start[row]), int(s.end[row]))))

    def _removal(self, state: State, s: Segments, row: int, verdict: Verdict, cuts: Sequence[Span]) -> Removal:
        doc, span = int(s.doc[row]), Span(int(s.start[row]), int(s.end[row]))
        twin = self._twin(state, s, verdict.twin) if verdict.twin >= 0 else None
        hull = state.hull(doc, span)
        return Removal(
            document=self.documents[doc].id,
            code=verdict.code,
            start=hull.start,
            end=hull.end,
            text=state.texts[doc][span.start : span.end],
            cuts=tuple(original for cut in cuts for original in state.kept(doc).original(cut)),
            twin=twin,
            similarity=round(verdict.similarity, 6) if twin else None,
            phrase=s.phrase[row] if not twin and s.rule[row] >= 0 else None,
            evidence=verdict.evidence or None,
        )

    def _copy_removal(self, state: State, doc: int, twin: int, share: float) -> Removal:
        document, original = self.documents[doc], self.documents[twin]
        rest = state.kept(doc).original(Span(0, len(state.texts[doc])))
        return Removal(
            document=document.id,
            code="DU401",
            start=0,
            end=len(document.text),
            text=state.texts[doc],
            cuts=tuple(rest),
            twin=Twin(original.id, 0, len(original.text)),
            similarity=round(share, 6),
        )

    def _analyse_again(self, state: State, changed: list[int]) -> None:
        fresh = self._engine.analyse(changed, [state.texts[doc] for doc in changed])
        docs = state.analysis.segments["doc"]
        stays = state.analysis.segments.take(~np.isin(docs, [*changed, *state.copies]))
        state.analysis = _in_order(join([Analysis(stays, state.analysis.texts), fresh]))

    def _report(self, state: State, refused: Mapping[int, float], passes: int) -> Outcome:
        cleaned = []
        for doc, document in enumerate(self.documents):
            removals = tuple(sorted(state.removals.get(doc, ()), key=lambda r: (r.start, r.end)))
            text = state.texts[doc]
            if doc in state.copies:
                cleaned.append(Cleaned(document, "", "copy", removals))
            elif doc in refused or doc in state.sealed:
                share = refused.get(doc, self._config.budget)
                cleaned.append(Cleaned(document, text, "left alone", removals, share))
            else:
                cleaned.append(Cleaned(document, text, "changed" if removals else "unchanged", removals))
        return Outcome(cleaned, passes)


def clean_documents(
    documents: Sequence[Document],
    config: Config | None = None,
    progress: Progress | None = None,
    known: Known | None = None,
    *,
    batch: int = 0,
) -> Outcome:
    """Clean documents that are compared with each other, and return what became of each.

    Args:
        documents: the documents, with distinct ids, in any order.
        config: the settings; the default ones if None.
        progress: is told what happens.
        known: what is known of some documents beforehand.
        batch: characters of text in one batch (0: the engine's own); the result does not depend on it.

    Raises:
        ConfigError: a selector names nothing.
        ValueError: two documents have the same id.
    """
    if len({document.id for document in documents}) != len(documents):
        raise ValueError("two documents have the same id")
    config = config or Config()
    engine = LocalEngine(config, batch) if batch else LocalEngine(config)
    with engine:
        return Run(documents, config, engine, progress, known).outcome()


def _only(analysis: Analysis, chosen: Bools | None) -> Analysis:
    if chosen is None:
        return analysis
    segments = analysis.segments
    return Analysis(segments.take(chosen[segments["doc"]]), analysis.texts)


def _in_order(analysis: Analysis) -> Analysis:
    """Sort the segments by document; those of one document are in order already."""
    order = np.argsort(analysis.segments["doc"], kind="stable")
    return Analysis(analysis.segments.take(order), analysis.texts)


def _cuts(text: str, s: Segments, rows: Sequence[int]) -> dict[int, list[Span]]:
    """Return the pieces of a document's text that go, by the row on whose behalf."""
    first, last = np.searchsorted(s.doc, [s.doc[rows[0]], s.doc[rows[0]] + 1]).tolist()
    lines = [row for row in range(first, last) if s.is_line[row]]
    gone_rows = set(rows)
    sentences: dict[int, list[int]] = {}
    for row in rows:
        if not s.is_line[row] and int(s.line_row[row]) not in gone_rows:
            sentences.setdefault(int(s.line_row[row]), []).append(row)
    emptied = {line for line, gone in sentences.items() if len(gone) == s.sentences[line]}

    def spans(of: Sequence[int]) -> list[Span]:
        return [Span(int(s.start[row]), int(s.end[row])) for row in of]

    found = cut_block(text, spans(lines), [row in gone_rows or row in emptied for row in lines], "\n")
    cuts = {sentences[line][0] if (line := lines[k]) in emptied else line: pieces for k, pieces in found.items()}
    for line in sentences:
        if line not in emptied:
            parts = list(s.sentences_of(line))
            inner = cut_block(text, spans(parts), [row in gone_rows for row in parts], " ")
            cuts |= {parts[k]: pieces for k, pieces in inner.items()}
    return cuts
