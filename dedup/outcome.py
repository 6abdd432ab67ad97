"""What a cleaning run gives back: small records that answer questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from dedup.segment import Span

Status = Literal["changed", "unchanged", "copy", "left alone"]


class Document(NamedTuple):
    """An article: an id (its relative path), its text, and its source (who published it)."""

    id: str
    text: str
    source: str = ""


class Twin(NamedTuple):
    """The kept segment that a removed repeat repeats: a span of the original text of a document."""

    document: str
    start: int
    end: int
    #: The line of the file in which it begins; the first is 1.
    line: int = 0


@dataclass(frozen=True, slots=True)
class Removal:
    """One finding that was acted on.

    Attributes:
        document: id of the document.
        code: why it went.
        start, end: its span in the original text, in code points.
        text: what went, as it stood when it went.
        cuts: the original ranges that are no longer in the cleaned text, white space included. The cuts of all
            removals of a document never overlap.
        twin: for repeats, the kept segment; for a duplicate document, all of the document it repeats.
        similarity: for repeats, 1.0 or the verified Jaccard similarity (DU201: share of the words that the twin has;
            DU401: share of the document's words).
        phrase: for rules, what was found.
        evidence: for weak rules and context, what else spoke against it.
        line: the line of the file in which it begins; the first is 1.
    """

    document: str
    code: str
    start: int
    end: int
    text: str
    cuts: tuple[Span, ...]
    twin: Twin | None = None
    similarity: float | None = None
    phrase: str | None = None
    evidence: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One document after the run."""

    document: Document
    text: str
    status: Status
    removals: tuple[Removal, ...] = ()
    #: Share of its words that it would have lost, where it was left alone.
    refused: float | None = None


@dataclass(slots=True)
class Outcome:
    """All documents after the run, in the order of their ids."""

    cleaned: list[Cleaned] = field(default_factory=list)
    passes: int = 0

    def __iter__(self) -> Iterator[Cleaned]:
        return iter(self.cleaned)

    @property
    def removals(self) -> list[Removal]:
        """All removals, in reading order."""
        return [removal for one in self.cleaned for removal in one.removals]

    @property
    def statuses(self) -> Counter[str]:
        """How many documents have each status."""
        return Counter(one.status for one in self.cleaned)

    @property
    def characters_removed(self) -> int:
        """How many characters of changed documents went, white space included."""
        return sum(len(one.document.text) - len(one.text) for one in self.cleaned if one.status == "changed")


@dataclass(slots=True)
class Totals:
    """What is counted over the documents of a run.

    Attributes:
        documents: how many there are, by what became of them in `statuses`.
        characters, characters_removed: of all texts, and those that went from changed ones.
        removals: by code, and the first of each in `examples`.
        left_alone: the share of its words that each document would have lost that was left alone, by id.
        encodings: of the documents that are not UTF-8, by id.
        encoded: how many these are.
    """

    documents: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    characters_removed: int = 0
    removals: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Removal] = field(default_factory=dict)
    left_alone: dict[str, float] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)
    encoded: int = 0

    def add(self, one: Cleaned, encoding: str = "utf-8") -> None:
        """Count a document."""
        self.documents += 1
        self.statuses[one.status] += 1
        self.characters += len(one.document.text)
        if one.status == "changed":
            self.characters_removed += len(one.document.text) - len(one.text)
        if one.status == "left alone":
            self.left_alone[one.document.id] = round(one.refused or 0, 4)
        if encoding != "utf-8":
            self.encodings[one.document.id] = encoding
            self.encoded += 1
        for removal in one.removals:
            self.removals[removal.code] += 1
            self.examples.setdefault(removal.code, removal)

    def merge(self, later: Totals) -> None:
        """Add what was counted over later documents."""
        self.documents += later.documents
        self.statuses += later.statuses
        self.characters += later.characters
        self.characters_removed += later.characters_removed
        self.removals += later.removals
        self.examples = later.examples | self.examples
        self.left_alone |= later.left_alone
        self.encodings |= later.encodings
        self.encoded += later.encoded
