"""The policy: findings → removals, in one place and in one order.

Documents first (DU401), then rules, context and site furniture, then teasers, then repeats among what is left: lines,
then sentences of the lines that stay. So a twin is never a segment that something else removes. Documents that are left
alone lose nothing and may serve as twins.

Strong rules act alone. For a weak rule, and for a line that no rule names, evidence is added up: the weights below
are few and small, and `tests/eval/weigh.py` shows how they were chosen on labelled pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple, Protocol

import numpy as np

from dedup.config import Config
from dedup.context import ABOVE, BELOW, BEYOND, ENDED, LINKS, OUTSIDE, RELATED, STUB
from dedup.exchange import Ask, Columns, Phase
from dedup.repeats.resolve import Repeats
from dedup.repeats.selection import Floats, Pairs
from dedup.rules.rule import Rule
from dedup.segment import Span
from dedup.segments import Bools, Ints, Segments
from dedup.tables import Table, among
from dedup.verdicts import OFTEN, Codes, Verdicts

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


class Copies(NamedTuple):
    """Documents that are copies, each with the one that it repeats and the share of its words that stand there.

    A twin is numbered among the documents of all shards.
    """

    doc: Ints
    twin: Ints
    share: Floats
    #: Characters of the twin.
    size: Ints


class Decision(NamedTuple):
    """What one pass removes: rows of segments, and documents that are copies."""

    verdicts: Verdicts
    copies: Copies
    #: The rows that may be a twin, if they stay.
    twins: Bools


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
    #: The codes that the user ignores in each; empty if there are none in any.
    ignored: Sequence[frozenset[str]]
    #: The characters of each.
    characters: Ints
    census: Census | None = None
    #: What is gone of each frozen document: it is no twin, though it still tells whether another is a copy.
    gone: Mapping[int, Sequence[Span]] = {}


def numbered(sources: Sequence[str]) -> tuple[Ints, Sequence[str]]:
    """Return the source of each document as a number, int64[documents], and the names of the sources by number."""
    names = sorted(set(sources))
    number = {name: k for k, name in enumerate(names)}
    return np.array([number[name] for name in sources], dtype=np.int64), names


class _Frequency(NamedTuple):
    """Lines that their source prints on several pages, and those of them that are its furniture."""

    often: Bools
    furniture: Bools


class Policy:
    """Decides one pass after another under one configuration.

    Args:
        config: the run's settings.
        rules: the rules, by their number in the segments' `rule` column.
        standing: what is known of the documents.

    Attributes:
        codes: codes by number.
    """

    def __init__(self, config: Config, rules: Sequence[Rule], standing: Standing) -> None:
        self._config = config
        self._selected = config.codes()
        self.codes = Codes([rule.code for rule in rules])
        # One more at the end, for -1: a row that no rule names.
        self._ruled = np.array([*(rule.code in self._selected for rule in rules), False])
        self._weak = np.array([*(rule.weak for rule in rules), False])
        self._standing = standing
        self._sources = standing.sources
        self._repeats = Repeats(self._selected, self.codes, config.scope, config.min_words)

    def decide(self, s: Segments, documents: Table, alone: Bools, pairs: Pairs) -> Phase[Decision]:
        """Return what goes in this pass.

        Args:
            s: the segments of the documents that are still there; those that nothing could ever name or repeat may be
                left out.
            documents: the DOCUMENTS table of those that are still there.
            alone: by document: nothing may be removed from it.
            pairs: the verified near pairs, by the keys of the texts.
        """
        v = Verdicts(s.count)
        left, right = s.texts_of(pairs.left), s.texts_of(pairs.right)
        here = (left >= 0) & (right >= 0)
        pairs = Pairs(left[here], right[here], pairs.similarity[here])
        yield from self._debris(s, v, documents)
        named = v.gone
        named |= named[s.line_row]
        copies = yield from self._copies(s, named, documents)
        in_copy = np.isin(s.doc, copies.doc)
        present = np.ones(s.count, dtype=np.bool_)
        if self._config.duplicate_documents == "drop":
            present = ~in_copy
        movable = ~alone[s.doc] & ~s.allowed & ~self._standing.frozen[s.doc]
        v.clear(~(present & movable))
        # A copy that is kept stays whole: it takes no part in the repeats.
        twins = ~in_copy & ~self._gone(s)
        yield from self._repeats.decide(s, v, twins, movable, pairs)
        self._ignore(s, v)
        if self._config.duplicate_documents != "drop":
            copies = Copies(*(column[:0] for column in copies))
        return Decision(v, copies, twins)

    def _ignores(self, doc: int, code: str) -> bool:
        return bool(self._standing.ignored) and code in self._standing.ignored[doc]

    def _ignore(self, s: Segments, v: Verdicts) -> None:
        if any(self._standing.ignored):
            rows = np.flatnonzero(v.gone).tolist()
            v.clear([r for r in rows if self._ignores(int(s.doc[r]), self.codes.names[v.code[r]])])

    def _debris(self, s: Segments, v: Verdicts, documents: Table) -> Phase[None]:
        """Give verdicts on rows that rules, context, evidence and frequency name, the line before its sentences."""
        often, furniture = yield from self._frequency(s, documents)
        points = often * np.int8(SOURCE)
        for witness, weight in WEIGHTS.items():
            points += ((s.witnesses & witness) > 0) * np.int8(weight)
        points = points[s.line_row]
        evidence = s.witnesses & (OUTSIDE | BEYOND | ABOVE | BELOW) | (often * np.int8(OFTEN))
        evidence = evidence[s.line_row]
        # What goes first has the last word.
        if "CX401" in self._selected:
            stub = s.is_line & ((s.witnesses & STUB) > 0) & (s.rule < 0) & (points >= ENOUGH)
            v.put(stub, self.codes.of("CX401"))
            v.evidence[stub] = evidence[stub]
        for block, code in reversed(_BLOCKS.items()):
            if code in self._selected:
                rows = s.is_line & (s.block == block)
                v.put(rows, self.codes.of(code))
                v.evidence[rows] = 0
        v.put(furniture, self.codes.of("DU301"))
        v.evidence[furniture] = 0
        weak = self._weak[s.rule]
        named = self._ruled[s.rule] & (~weak | (points + PHRASE >= ENOUGH))
        v.put(named, s.rule[named])
        v.evidence[named] = np.where(weak, evidence, 0)[named]
        self._ignore(s, v)
        v.clear(~s.is_line & v.gone[s.line_row])

    def _gone(self, s: Segments) -> Bools:
        """Return the rows of frozen documents that were removed from them before."""
        gone = np.zeros(s.count, dtype=np.bool_)
        for doc, spans in self._standing.gone.items():
            first, last = np.searchsorted(s.doc, [doc, doc + 1]).tolist()
            for span in spans:
                gone[first:last] |= (s.start[first:last] >= span.start) & (s.end[first:last] <= span.end)
        return gone

    def _frequency(self, s: Segments, documents: Table) -> Phase[_Frequency]:
        """Return the lines that their source prints on several of its pages."""
        often, furniture = np.zeros((2, s.count), dtype=np.bool_)
        if self._config.scope != "corpus":
            return _Frequency(often, furniture)
        page = np.zeros(len(self._sources), dtype=np.int64)
        page[documents["doc"]] = documents["page"]
        if self._standing.census is not None:
            return self._frequency_by(self._standing.census, s, page)
        lines = np.flatnonzero(s.is_line & s.recurs & (s.words > 0) & (s.words <= FURNITURE_WORDS))
        docs = documents["doc"][documents["words"] > 0]
        tables = {
            "lines": {
                "source": self._sources[s.doc[lines]],
                "text": s.text[lines],
                "page": page[s.doc[lines]],
                "at_edge": ((s.line[lines] < 3) | (s.from_end[lines] < 5)).astype(np.int64),
            },
            "pages": {"source": self._sources[docs], "page": page[docs]},
        }
        answer = yield Ask("furniture", tables, numbers={"min_pages": SOURCE_PAGES}, segments=s)
        found = answer.tables["furniture"]
        width = np.int64(s.texts)
        keys = found["source"].astype(np.int64) * width + found["text"].astype(np.int64)
        here = self._sources[s.doc[lines]] * width + s.text[lines]
        often[lines] = np.isin(here, keys)
        if "DU301" in self._selected:
            is_furniture = (
                (found["pages"] >= FURNITURE_PAGES)
                & (found["pages"] >= FURNITURE_PAGE_SHARE * found["source_pages"])
                & (found["edge_share"] >= FURNITURE_EDGE_SHARE)
            )
            furniture[lines] = np.isin(here, keys[is_furniture])
        return _Frequency(often, furniture)

    def _frequency_by(self, census: Census, s: Segments, page: Ints) -> _Frequency:
        """Return the same for the few documents of this run that may change, with what is known of all others."""
        often, furniture = np.zeros((2, s.count), dtype=np.bool_)
        lines = np.flatnonzero(s.is_line & (s.words > 0) & ~self._standing.frozen[s.doc])
        pages: dict[int, set[int]] = {}
        places: dict[tuple[int, int], list[int]] = {}
        for row in lines.tolist():
            source = int(self._sources[s.doc[row]])
            pages.setdefault(source, set()).add(int(page[s.doc[row]]))
            if s.words[row] <= FURNITURE_WORDS:
                places.setdefault((source, int(s.key[row])), []).append(row)
        for (source, key), rows in places.items():
            name = self._standing.names[source]
            others, times, at_edge = census.line(name, key)
            count = len(others | {int(page[s.doc[row]]) for row in rows})
            at_edge += sum(int(s.line[row] < 3 or s.from_end[row] < 5) for row in rows)
            often[rows] = count >= SOURCE_PAGES
            furniture[rows] = (
                "DU301" in self._selected
                and count >= FURNITURE_PAGES
                and at_edge >= FURNITURE_EDGE_SHARE * (times + len(rows))
                and count >= FURNITURE_PAGE_SHARE * len(pages[source] | census.pages(name))
            )
        return _Frequency(often, furniture)

    def _copies(self, s: Segments, debris: Bools, documents: Table) -> Phase[Copies]:
        """Return the documents that are copies of an earlier one that is kept.

        Page debris says nothing about whether two articles are one, so it does not count.
        """
        none = Copies(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))
        if "DU401" not in self._selected or self._config.scope != "corpus":
            return none
        atom = s.is_atom & (s.words > 0)
        atoms, without = np.flatnonzero(atom & s.recurs & ~debris), np.flatnonzero(atom & debris)
        asked = among(documents["doc"], s.doc[atoms])
        docs = documents["doc"][asked]
        size = documents["atoms"][asked] - np.bincount(s.doc[without], s.words[without], len(self._sources))[docs]
        stays = self._standing.frozen[docs]
        if any(self._standing.ignored):
            stays |= np.array([self._ignores(doc, "DU401") for doc in docs.tolist()], dtype=np.bool_)
        tables = {
            "atoms": {
                "doc": s.doc[atoms] + np.int64(s.base),
                "place": s.place[atoms],
                "text": s.text[atoms],
                "words": s.words[atoms],
            },
            "sizes": {
                "doc": docs + np.int64(s.base),
                "words": size.astype(np.int64),
                "stays": stays,
                "characters": self._standing.characters[docs],
            },
        }
        numbers = {"min_words": self._config.min_words, "share": COPY_SHARE}
        answer = yield Ask("copies", tables, numbers=numbers, segments=s)
        found = answer.tables["copies"]
        doc = found["doc"] - s.base
        own = (doc >= 0) & (doc < len(self._sources))
        return Copies(doc[own], *(found[name][own] for name in ("twin", "share", "size")))


def first_copies(found: Columns) -> Columns:
    """Return the documents that are copies, each with the one that holds most of it; no twin is a copy itself.

    Args:
        found: documents that stand in an earlier one for the most part: doc, twin, share.

    Returns:
        doc, twin, share.
    """
    best: dict[int, tuple[int, float]] = {}
    order = np.lexsort((found["twin"], found["doc"]))
    columns = (found[name][order].tolist() for name in ("doc", "twin", "share"))
    for doc, twin, share in zip(*columns, strict=True):
        if twin not in best and (doc not in best or share > best[doc][1]):
            best[doc] = (twin, share)
    twins, shares = zip(*best.values(), strict=True) if best else ((), ())
    return {
        "doc": np.array(list(best), np.int64),
        "twin": np.array(twins, np.int64),
        "share": np.array(shares, np.float64),
    }
