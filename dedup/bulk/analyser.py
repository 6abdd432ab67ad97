"""The bulk analysis: a whole batch at a time, with the same result as `analyse.Analyser`, which defines it.

What holds for all characters alike (lines, folding, keys, words, shapes, facts) runs in compiled loops over the batch.
Python looks only at what is left: where a line may have several sentences, at the rows that a rule may name, at
documents that may have teasers, and at lines whose characters fold together with their neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dedup.analyse import CAPTION_WORDS, Analyser, Analysis, Line, may_repeat
from dedup.bulk import kernels
from dedup.bulk.characters import Characters
from dedup.bulk.facts import FactTables, invariants
from dedup.bulk.keys import keys_of
from dedup.bulk.pages import read_pages
from dedup.bulk.pieces import may_have_teasers
from dedup.bulk.rules import RuleFilter
from dedup.context import PARAGRAPH_WORDS
from dedup.normalize import view
from dedup.repeats.teasers import LEAD_WORDS, MAX_LINES, MAX_WORDS, SENTENCE_WORDS, WORDS_PER_CHANGE, find_teasers
from dedup.rules.matcher import Hit, first_of
from dedup.rules.rule import PLACES
from dedup.segment import split
from dedup.segments import Bools, Ints
from dedup.tables import CAPTION, DOCUMENTS, LOOSE, SEGMENTS, SENTENCE, Column, Table, halves_of

#: Lines of several sentences, and texts that rules were asked about, that are remembered (about 600 bytes each): debris
#: stands on many pages, and documents are analysed again when they were cut.
REMEMBERED = 200_000
_UNKNOWN = Hit(-1, "")


class _Batch(NamedTuple):
    """The lines of a batch.

    Attributes:
        text: the documents one after the other; `points` are its code points.
        begins: where each document begins in it, and where the last ends.
        lines: int64[lines, 3]: document (its place in the batch), start and end in `text`.
        folded: the folded lines, one string; `codes` are its code points.
        at: how many of them come from the code points before each.
        first: the first line of each document, and how many lines there are.
        number: of each line in its document, and `from_end`: how many lines come after it.
        complicated: the lines whose characters fold together with their neighbours.
    """

    text: str
    points: Column
    begins: Ints
    lines: Ints
    folded: str
    codes: Column
    at: Column
    first: Ints
    number: Ints
    from_end: Ints
    complicated: Ints


class _Rows(NamedTuple):
    """The segments of a batch: each line, followed by its sentences if it has two or more.

    Attributes:
        line: the line that each row is, or lies in; `first` is the row of each line.
        sentences: how many sentences each line has.
        spans: int64[rows, 2] in the text of the batch.
        folds: int64[rows, 2], the folded segments in its folded text; `trimmed` the normalised ones.
        words, traits, keys: of each row, as the kernels have them.
    """

    line: Ints
    first: Ints
    sentences: Ints
    spans: Ints
    folds: Ints
    trimmed: Ints
    words: Ints
    traits: Column
    keys: Ints


class BulkAnalyser:
    """Analyses large batches of documents.

    Args:
        plain: the analyser of the same configuration that goes line by line.
        remembered: how many lines and texts are remembered.
    """

    def __init__(self, plain: Analyser, remembered: int = REMEMBERED) -> None:
        self._remembered = min(remembered, REMEMBERED)
        self._plain = plain
        self._characters = Characters()
        self._facts = FactTables()
        self._filter = RuleFilter(plain.matcher, self._characters)
        self._allowed = np.array([int(half, 16) for half in plain.allowed], dtype=np.uint64).view(np.int64)
        self._rules = (
            np.array([rule.weak for rule in plain.evidence], dtype=np.bool_),
            np.array([rule.ends for rule in plain.evidence], dtype=np.bool_),
            np.array([PLACES.index(rule.place) for rule in plain.evidence], dtype=np.int8),
        )
        self._sentences: dict[str, Sequence[tuple[int, int]]] = {}
        self._hits_of: dict[tuple[str, bool], Hit | None] = {}

    def analyse(self, docs: Sequence[int], texts: Sequence[str]) -> Analysis:
        """Return the segments of these documents, in the order given."""
        b = self._read(texts)
        known = {line: self._line(b, line) for line in b.complicated.tolist()}
        r = self._segment(b, known)
        if len(self._allowed):
            for line in np.unique(r.line[np.isin(r.keys[:, 1], self._allowed)]).tolist():
                known[line] = self._line(b, line)
        return self._tables(b, r, known, np.asarray(docs, dtype=np.int32))

    def _read(self, texts: Sequence[str]) -> _Batch:
        text = "\n".join([*texts, ""])
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        begins = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum([len(t) + 1 for t in texts], out=begins[1:])
        c = self._characters
        c.learn(points)
        lines = kernels.find_lines(points, begins, c.traits)
        codes, at = kernels.fold_lines(points, lines, c.folded, c.expansions, c.pool)
        first = np.searchsorted(lines[:, 0], np.arange(len(texts) + 1))
        numbers = np.arange(len(lines)) - first[lines[:, 0]]
        from_end = first[lines[:, 0] + 1] - 1 - np.arange(len(lines))
        folded = codes.tobytes().decode("utf-32-le", "surrogatepass")
        complicated = np.flatnonzero(kernels.complex_lines(points, lines, c.traits))
        return _Batch(text, points, begins, lines, folded, codes, at, first, numbers, from_end, complicated)

    def _line(self, b: _Batch, line: int) -> Line:
        _, start, end = b.lines[line].tolist()
        return self._plain.line(b.text[start:end], (int(b.number[line]), int(b.from_end[line])))

    def _segment(self, b: _Batch, known: Mapping[int, Line]) -> _Rows:
        """Split the lines into sentences, and say of all segments what their characters alone tell."""
        count = len(b.lines)
        may = kernels.may_split(b.points, b.lines, self._characters.traits)
        may[list(known)] = True
        sizes = np.zeros(count, dtype=np.int64)
        flat: list[tuple[int, int]] = []
        for number, (_, start, end) in zip(np.flatnonzero(may).tolist(), b.lines[may].tolist(), strict=True):
            if number in known:
                parts: Sequence[tuple[int, int]] = [(row.start, row.end) for row in known[number].rows[1:]]
            else:
                parts = self._split(b.text[start:end])
            if len(parts) > 1:
                sizes[number] = len(parts)
                flat += parts
        first = np.arange(count) + np.cumsum(sizes) - sizes
        line = np.repeat(np.arange(count), sizes + 1)
        spans_of = np.empty((len(line), 2), dtype=np.int64)
        spans_of[first] = b.lines[:, 1:]
        inner = np.ones(len(line), dtype=np.bool_)
        inner[first] = False
        spans_of[inner] = np.array(flat, dtype=np.int64).reshape(-1, 2) + b.lines[line[inner], 1][:, None]
        folds = b.at[spans_of].astype(np.int64)
        traits = self._characters.traits
        trimmed, words = kernels.trim(b.codes, folds, traits)
        facts = kernels.traits_of_segments(b.codes, folds, trimmed, b.points, spans_of, traits)
        keys = keys_of(b.codes, trimmed)
        return _Rows(line, first, np.maximum(sizes, 1), spans_of, folds, trimmed, words, facts, keys)

    def _split(self, text: str) -> Sequence[tuple[int, int]]:
        found = self._sentences.get(text)
        if found is None:
            found = split(text)
            if len(self._sentences) < self._remembered:
                self._sentences[text] = found
        return found

    def _tables(self, b: _Batch, r: _Rows, known: Mapping[int, Line], docs: Column) -> Analysis:
        count = len(r.line)
        is_line = np.zeros(count, dtype=np.bool_)
        is_line[r.first] = True
        stops = ((r.traits & kernels.STOP) > 0) | (is_line & (r.sentences[r.line] > 1))
        loose = ((r.traits & kernels.ASKS) > 0) | (r.words < CAPTION_WORDS)
        shape = np.where(stops, SENTENCE, np.where(loose, LOOSE, CAPTION)).astype(np.int8)
        whole = is_line | ((r.traits & kernels.BALANCED) > 0)
        rule = np.full(count, -1, dtype=np.int32)
        phrase = rule.copy()
        phrases: list[str] = []
        for row, hit in self._hits(b, r, known).items():
            rule[row], phrase[row] = hit.rule, len(phrases)
            phrases.append(hit.phrase)
        allowed = np.zeros(count, dtype=np.bool_)
        repeats = ((r.traits & kernels.SPACED) > 0) & ((r.traits & kernels.DIGITS) == 0)
        facts = invariants(b.codes, r.trimmed, *self._facts.learn(b.codes))
        for line, one in known.items():
            begin = int(r.first[line])
            repeats[begin] = may_repeat(one.view.normalized)
            facts[begin : begin + len(one.rows)] = self._facts.of([row.normalized for row in one.rows])
            for row, said in enumerate(one.rows, begin):
                r.words[row], r.keys[row] = said.words, halves_of([said.key])[0]
                whole[row], shape[row], allowed[row], rule[row] = said.whole, said.shape, said.allowed, said.rule
                if said.phrase is not None:
                    phrase[row] = len(phrases)
                    phrases.append(said.phrase)
        block, witnesses, counts, paragraph = self._contexts(b, r, known, rule)
        container, similarity = self._teasers(b, r)
        none, doc = np.full(count, -1, dtype=np.int32), b.lines[r.line, 0]
        head = none.copy()
        head[r.first] = np.where(repeats[r.first], _heads(b, r.keys[r.first]), -1)
        breaks = np.flatnonzero(b.points == 10)
        at = np.searchsorted(breaks, r.spans[:, 0]) - np.searchsorted(breaks, b.begins[doc]) + 1
        columns = {
            "doc": docs[doc], "line": b.number[r.line], "sentence": np.arange(count) - r.first[r.line] - 1,
            "sentences": r.sentences[r.line], "start": r.spans[:, 0] - b.begins[doc], "end": r.spans[:, 1] - b.begins[doc],
            "at": at, "words": r.words, "key_hi": r.keys[:, 0].copy(), "key_lo": r.keys[:, 1].copy(), "facts": facts,
            "from_end": b.from_end[r.line], "whole": whole, "shape": shape, "rule": rule, "phrase": phrase,
            "block": block[r.line], "witnesses": witnesses[r.line], "counts": counts[r.line], "allowed": allowed,
            "head": head, "container": none, "similarity": np.zeros(count),
        }  # fmt: skip
        columns["container"][r.first], columns["similarity"][r.first] = container, similarity
        segments = Table.of_columns(SEGMENTS, columns)
        return Analysis(segments, self._documents(b, r, docs, counts, paragraph), phrases)

    def _hits(self, b: _Batch, r: _Rows, known: Mapping[int, Line]) -> dict[int, Hit]:
        """Return what rules name, by row."""
        matcher = self._plain.matcher
        hits: dict[int, Hit] = {}
        asked = self._filter.asked(
            b.folded, b.codes, self._characters.traits, r.folds, r.trimmed, r.words, r.keys[:, 1], r.first, r.sentences
        )
        for rows, sentence in ((asked.lines, False), (asked.sentences, True)):
            for row, keywords in rows.items():
                line = int(r.line[row])
                if line in known:
                    continue
                start, end = r.spans[row].tolist()
                text = b.text[start:end]
                found = self._hits_of.get((text, sentence), _UNKNOWN)
                if found is _UNKNOWN:
                    place = (int(b.number[line]), int(b.from_end[line]))
                    found = (matcher.match_sentence if sentence else matcher.match_line)(view(text), place, keywords)
                    if not matcher.minds_place and len(self._hits_of) < self._remembered:
                        self._hits_of[text, sentence] = found
                if found is not None:
                    hits[row] = first_of(found, hits.get(row)) or found
        return hits

    def _contexts(
        self, b: _Batch, r: _Rows, known: Mapping[int, Line], rule: Column
    ) -> tuple[Column, Column, Bools, Bools]:
        """Return block, witnesses, whether its words count, and whether it is a paragraph, for each line."""
        traits, words = r.traits[r.first], r.words[r.first]
        is_open = (traits & kernels.FINAL) == 0
        asks = (traits & kernels.FINAL_ASKS) > 0
        digits = (traits & kernels.DIGITS) > 0
        for line, one in known.items():
            words[line], is_open[line], asks[line], digits[line] = one.seen[:4]
        # A line of which every sentence is named is named itself.
        named = rule[r.first]
        ruled = np.add.reduceat(np.append(rule >= 0, False), r.first) if len(r.first) else named
        several = (r.sentences > 1) & (named < 0) & (ruled == r.sentences)
        named[several] = rule[(r.first + r.sentences)[several]]
        paragraph = ~is_open & (words >= PARAGRAPH_WORDS) & (named < 0)
        block, witnesses, counts = read_pages(b.first, words, is_open, asks, digits, named, *self._rules)
        return block, witnesses, counts, paragraph

    def _teasers(self, b: _Batch, r: _Rows) -> tuple[Ints, Column]:
        """Return the line that each line only repeats, or -1, and how much of it that says."""
        container, similarity = np.full(len(b.lines), -1, dtype=np.int64), np.zeros(len(b.lines))
        if not self._plain.teasers:
            return container, similarity
        least = self._plain.min_words
        doc = b.lines[:, 0]
        maybe = may_have_teasers(
            b.codes, r.trimmed[r.first], (r.traits[r.first] & kernels.STOP) > 0, doc, self._characters.traits,
            (least, MAX_WORDS, LEAD_WORDS, SENTENCE_WORDS), WORDS_PER_CHANGE, MAX_LINES,
        )  # fmt: skip
        complicated = np.unique(doc[b.complicated])
        keys = r.keys[r.first, 1]
        for of in np.union1d(np.unique(doc[maybe]), complicated).tolist():
            low, high = int(b.first[of]), int(b.first[of + 1])
            if high - low > MAX_LINES:
                continue
            some = np.ones(high - low, dtype=np.bool_)
            if of not in complicated:
                some = np.isin(keys[low:high], keys[low:high][maybe[low:high]])
                some[1:] |= some[:-1].copy()  # and the lines directly below
            views = {k: view(b.text[slice(*b.lines[low + k, 1:].tolist())]) for k in np.flatnonzero(some).tolist()}
            for found in find_teasers(views, least):
                container[low + found.line], similarity[low + found.line] = found.twin, found.similarity
        return container, similarity

    def _documents(self, b: _Batch, r: _Rows, docs: Column, counts: Bools, paragraph: Bools) -> Table:
        doc, words, count = b.lines[:, 0], r.words[r.first], len(docs)
        atom = np.ones(len(r.line), dtype=np.bool_)
        atom[r.first[r.sentences > 1]] = False
        atoms = np.bincount(b.lines[r.line[atom], 0], r.words[atom], count)
        page = np.zeros(count, dtype=np.int64)
        says = np.flatnonzero(words > 0)
        order = says[np.lexsort((r.keys[r.first[says], 1], -words[says], doc[says]))]
        of, longest = np.unique(doc[order], return_index=True)
        page[of] = r.keys[r.first[order[longest]], 1]
        columns = {
            "doc": docs, "words": np.bincount(doc, words, count), "counted": np.bincount(doc, words * counts, count),
            "atoms": atoms, "paragraphs": np.bincount(doc, paragraph, count) > 0, "page": page,
        }  # fmt: skip
        return Table.of_columns(DOCUMENTS, columns)


def _heads(b: _Batch, keys: Ints) -> Ints:
    """Return for each line the number of the first of the equal lines that end directly before it, or -1."""
    count = len(keys)
    same = np.zeros(count, dtype=np.bool_)
    same[1:] = (keys[1:] == keys[:-1]).all(axis=1) & (b.lines[1:, 0] == b.lines[:-1, 0])
    begin = np.maximum.accumulate(np.where(same, 0, np.arange(count)))
    return np.where(same, b.number[begin], -1)
