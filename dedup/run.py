"""The run: passes of analyse → decide → cut over the same documents until nothing more goes.

What a removal uncovers (a line that is now the last, two copies that now touch, a sentence boundary that moved) is
judged by the next pass on the text as it then is. The last pass removes nothing, and it is the first pass of a second
run: so cleaning the output again removes nothing.

Two things can spoil a pass that has already been applied, and both start the run again with what was learnt. A twin
that a later pass removes or cuts was no twin: it is marked unstable. A document that loses more than its budget is
left alone. Where documents were left alone or twins unstable, the result is run once more from the start, because
the evidence against them may have left with the other documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa

from dedup.analyse import Analysis
from dedup.config import Config
from dedup.cut import Kept, cut_block, without
from dedup.decide import Decision, Policy, removed_words
from dedup.engines.local import LocalEngine
from dedup.outcome import Cleaned, Document, Outcome, Removal, Twin
from dedup.repeats.near import NearIndex
from dedup.segment import Span
from dedup.segments import Bools, Segments

TwinSpan = tuple[int, int, int]


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


class State:
    """The documents between two passes: their texts now, and all removals so far."""

    def __init__(self, documents: Sequence[Document], analysis: Analysis) -> None:
        self.texts = [document.text for document in documents]
        self.analysis = analysis
        self.kept: dict[int, Kept] = {}
        self.removals: list[tuple[int, Removal]] = []
        self.twins: dict[int, set[Span]] = {}  # spans that removals rely on, by document
        self.originals: set[int] = set()  # documents that copies rely on
        self.copies: set[int] = set()
        self.lost: dict[int, int] = {}  # words, by document

    def copy(self) -> State:
        """Return a state that can go on by itself."""
        other = State.__new__(State)
        other.texts = list(self.texts)
        other.analysis = self.analysis
        other.kept = {doc: kept.copy() for doc, kept in self.kept.items()}
        other.removals = list(self.removals)
        other.twins = {doc: set(spans) for doc, spans in self.twins.items()}
        other.originals = set(self.originals)
        other.copies = set(self.copies)
        other.lost = dict(self.lost)
        return other


class Run:
    """One cleaning run over documents with distinct ids.

    Args:
        documents: the documents, in any order.
        config: the settings.
        engine: runs analysis and SQL.
        progress: is told what happens.
    """

    def __init__(
        self, documents: Sequence[Document], config: Config, engine: LocalEngine, progress: Progress | None = None
    ) -> None:
        self._documents = sorted(documents, key=lambda document: document.id)
        self._config = config
        self._engine = engine
        self._progress = progress or Silent()
        number = {name: k for k, name in enumerate(sorted({d.source for d in self._documents}))}
        sources = np.array([number[d.source] for d in self._documents], dtype=np.int64)
        self._rule_codes = [rule.code for rule in engine.analyser.matcher.rules]
        near = NearIndex(config.threshold, engine.candidates)
        self._policy = Policy(config, self._rule_codes, engine.query, near, sources)
        self._unstable: set[TwinSpan] = set()
        self._unstable_docs: set[int] = set()
        self._words: dict[int, int] = {}
        self._passes = 0

    def outcome(self) -> Outcome:
        """Clean the documents and return what became of each."""
        self._progress.phase("segment", len(self._documents))
        docs = list(range(len(self._documents)))
        start = State(self._documents, self._engine.analyse(docs, [d.text for d in self._documents], self._progress.advance))
        lines = Segments(start.analysis, self._engine)
        for doc, words in zip(lines.doc[lines.is_line].tolist(), lines.words[lines.is_line].tolist(), strict=True):
            self._words[doc] = self._words.get(doc, 0) + words

        self._progress.phase("compare")
        base = start
        while True:
            settled, alone = self._settle(base)
            if settled is None:
                base = start
                continue
            if len(settled.removals) == len(base.removals) or not (alone or self._unstable or self._unstable_docs):
                return self._report(settled, alone)
            base = settled

    def _settle(self, base: State) -> tuple[State | None, dict[int, int]]:
        """Run passes from a state until nothing more goes.

        Returns:
            The last state (None: a twin did not last, start again), and the documents left alone with the number of
            words that they would have lost.
        """
        alone: dict[int, int] = {}
        while True:
            state = base.copy()
            over: dict[int, int] = {}
            while not over:
                self._passes += 1
                segments = Segments(state.analysis, self._engine)
                unstable = self._unstable_rows(state, segments)
                decision = self._policy.decide(segments, alone.keys(), unstable, self._unstable_docs)
                if not decision.rows and not decision.copies:
                    return state, alone
                lost = removed_words(segments, decision.rows)
                over = {
                    doc: total
                    for doc, words in lost.items()
                    if (total := state.lost.get(doc, 0) + words) > self._config.budget * self._words[doc]
                    and doc not in decision.copies
                }
                if over:
                    break
                if not self._apply(state, segments, decision):
                    return None, {}
                for doc, words in lost.items():
                    state.lost[doc] = state.lost.get(doc, 0) + words
            alone |= over

    def _apply(self, state: State, s: Segments, decision: Decision) -> bool:
        """Cut what was decided out of the texts; return False if that takes a twin that an earlier removal names."""
        by_doc: dict[int, list[int]] = {}
        for row in decision.rows:
            doc = int(s.doc[row])
            if doc not in decision.copies:
                by_doc.setdefault(doc, []).append(row)

        planned: dict[int, tuple[dict[int, list[Span]], list[Span]]] = {}
        lasting = True
        for doc, rows in by_doc.items():
            cuts = _cuts(state.texts[doc], s, rows)
            pieces = sorted(piece for found in cuts.values() for piece in found)
            planned[doc] = cuts, pieces
            lasting &= self._check_twins(state, doc, [o for p in pieces for o in self._kept(state, doc).original(p)])
        for doc in decision.copies:
            length = len(self._documents[doc].text)
            lasting &= self._check_twins(state, doc, [Span(0, length)])
            if doc in state.originals:
                self._unstable_docs.add(doc)
                lasting = False
        if not lasting:
            return False

        found: list[tuple[int, Removal]] = []
        for doc, (cuts, _) in planned.items():
            kept = self._kept(state, doc)
            for row in sorted(by_doc[doc]):
                found.append((doc, self._removal(state, s, row, decision, kept, cuts.get(row, []))))
        for doc, (twin, share) in decision.copies.items():
            found.append((doc, self._copy_removal(state, doc, twin, share)))
            state.originals.add(twin)
            state.copies.add(doc)
        state.removals += found
        for doc, (_, pieces) in planned.items():
            self._kept(state, doc).cut(pieces)
            state.texts[doc] = without(state.texts[doc], pieces)
        self._analyse_again(state, sorted(planned), decision.copies.keys())
        return True

    def _check_twins(self, state: State, doc: int, cuts: Sequence[Span]) -> bool:
        """Mark the twins that these original ranges touch as unstable; return whether there were none."""
        touched = [
            twin for twin in state.twins.get(doc, ()) if any(c.start < twin.end and twin.start < c.end for c in cuts)
        ]
        self._unstable |= {(doc, *twin) for twin in touched}
        return not touched

    def _removal(
        self, state: State, s: Segments, row: int, decision: Decision, kept: Kept, cuts: Sequence[Span]
    ) -> Removal:
        doc, span = int(s.doc[row]), Span(int(s.start[row]), int(s.end[row]))
        verdict = decision.rows[row]
        hull = kept.original(span)
        twin = None
        if verdict.twin >= 0:
            home = int(s.doc[verdict.twin])
            ranges = self._kept(state, home).original(Span(int(s.start[verdict.twin]), int(s.end[verdict.twin])))
            place = Span(ranges[0].start, ranges[-1].end)
            state.twins.setdefault(home, set()).add(place)
            twin = Twin(self._documents[home].id, *place)
        ruled = verdict.code in self._rule_codes
        return Removal(
            document=self._documents[doc].id,
            code=verdict.code,
            start=hull[0].start,
            end=hull[-1].end,
            text=state.texts[doc][span.start : span.end],
            cuts=tuple(original for cut in cuts for original in kept.original(cut)),
            twin=twin,
            similarity=round(verdict.similarity, 6) if twin else None,
            phrase=s.phrase[row].as_py() if ruled else None,
        )

    def _copy_removal(self, state: State, doc: int, twin: int, share: float) -> Removal:
        document, original = self._documents[doc], self._documents[twin]
        rest = self._kept(state, doc).original(Span(0, len(state.texts[doc])))
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

    def _kept(self, state: State, doc: int) -> Kept:
        if doc not in state.kept:
            state.kept[doc] = Kept(len(self._documents[doc].text))
        return state.kept[doc]

    def _analyse_again(self, state: State, changed: list[int], dropped: Sequence[int] | set[int]) -> None:
        fresh = self._engine.analyse(changed, [state.texts[doc] for doc in changed])
        docs = state.analysis.segments["doc"].to_numpy()
        stays = state.analysis.segments.filter(pa.array(~np.isin(docs, [*changed, *dropped])))
        segments = pa.concat_tables([stays, fresh.segments])
        order = np.argsort(segments["doc"].to_numpy(), kind="stable")
        state.analysis = Analysis(segments.take(order), pa.concat_tables([state.analysis.texts, fresh.texts]))

    def _unstable_rows(self, state: State, s: Segments) -> Bools:
        marked = np.zeros(s.count, dtype=np.bool_)
        for doc in {doc for doc, _, _ in self._unstable}:
            kept = self._kept(state, doc)
            for row in range(*np.searchsorted(s.doc, [doc, doc + 1]).tolist()):
                ranges = kept.original(Span(int(s.start[row]), int(s.end[row])))
                marked[row] = bool(ranges) and (doc, ranges[0].start, ranges[-1].end) in self._unstable
        return marked

    def _report(self, state: State, alone: dict[int, int]) -> Outcome:
        by_doc: dict[int, list[Removal]] = {}
        for doc, removal in state.removals:
            by_doc.setdefault(doc, []).append(removal)
        cleaned = []
        for doc, document in enumerate(self._documents):
            removals = tuple(sorted(by_doc.get(doc, ()), key=lambda r: (r.start, r.end)))
            if doc in state.copies:
                cleaned.append(Cleaned(document, "", "copy", removals))
            elif doc in alone:
                share = alone[doc] / self._words[doc]
                cleaned.append(Cleaned(document, state.texts[doc], "left alone", removals, share))
            else:
                cleaned.append(Cleaned(document, state.texts[doc], "changed" if removals else "unchanged", removals))
        return Outcome(cleaned, self._passes)


def clean_documents(
    documents: Sequence[Document], config: Config | None = None, progress: Progress | None = None, *, batch: int = 0
) -> Outcome:
    """Clean documents that are compared with each other, and return what became of each.

    Args:
        documents: the documents, with distinct ids, in any order.
        config: the settings; the default ones if None.
        progress: is told what happens.
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
        return Run(documents, config, engine, progress).outcome()


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
    for line, gone in sentences.items():
        if line not in emptied:
            parts = list(s.sentences_of(line))
            inner = cut_block(text, spans(parts), [row in gone_rows for row in parts], " ")
            cuts |= {parts[k]: pieces for k, pieces in inner.items()}
    return cuts
