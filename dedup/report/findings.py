"""Findings: what `clean` would remove, as diagnostics with places that an editor can jump to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from dedup.codes import all_codes
from dedup.config import fingerprint_of
from dedup.outcome import Removal


class Place(NamedTuple):
    """A span of a file. Lines and columns count from 1, columns in code points; the end is exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One diagnostic.

    Attributes:
        place: what would go.
        code, name: of what was found.
        message: why, in one line, without place and code.
        text: what would go, on one line.
        source: the line of the file in which it begins, as it stands.
        fingerprint: names the text in allow entries and baselines.
        twin: for repeats, the kept copy.
        fixable: `--fix` takes it out; false for copies of whole documents, which nobody but their owner deletes.
        start: where it begins in the document, in code points.
    """

    place: Place
    code: str
    name: str
    message: str
    text: str
    source: str
    fingerprint: str
    twin: Place | None = field(default=None, compare=False)
    fixable: bool = field(default=True, compare=False)
    start: int = field(default=0, compare=False)


def findings_of(
    removals: Iterable[Removal], text_of: Callable[[str], str], packs: tuple[str, ...] = ()
) -> list[Finding]:
    """Return the findings of removals, in the order of places.

    Args:
        removals: of any documents.
        text_of: the original text of a document, by its id.
        packs: the user's packs, for the names of their codes.
    """
    names = {code.code: (code.name, code.summary) for code in all_codes(packs)}
    lines = _Lines(text_of)
    found = []
    for removal in removals:
        name, summary = names[removal.code]
        twin = lines.place(removal.twin.document, removal.twin.start, removal.twin.end) if removal.twin else None
        place = lines.place(removal.document, removal.start, removal.end)
        found.append(
            Finding(
                place=place,
                code=removal.code,
                name=name,
                message=_message(removal, twin, summary),
                text=" ".join(removal.text.split()),
                source=lines.line(removal.document, place.line),
                fingerprint=fingerprint_of(removal.text),
                twin=twin,
                fixable=removal.code != "DU401",
                start=removal.start,
            )
        )
    return sorted(found)


def _message(removal: Removal, twin: Place | None, summary: str) -> str:
    if twin is not None:
        where = f"line {twin.line}" if twin.path == removal.document else f"{twin.path}:{twin.line}:{twin.column}"
        share = removal.similarity or 0.0
        if removal.code == "DU401":
            return f"{share:.0%} of its words stand in {twin.path}"
        if removal.code == "DU201":
            return f"only repeats part of {where}"
        return f"repeats {where}" + ("" if share == 1 else f" (similarity {share:.2f})")
    said = f'"{removal.phrase}"' if removal.phrase else summary[:1].lower() + summary[1:]
    return f"{said} ({removal.evidence})" if removal.evidence else said


class _Lines:
    """Lines and columns of positions, counted once for each document."""

    def __init__(self, text_of: Callable[[str], str]) -> None:
        self._text_of = text_of
        self._starts: dict[str, list[int]] = {}

    def _starts_of(self, document: str) -> list[int]:
        if document not in self._starts:
            lengths = (len(line) + 1 for line in self._text_of(document).split("\n"))
            self._starts[document] = [0, *accumulate(lengths)]
        return self._starts[document]

    def line(self, document: str, number: int) -> str:
        """Return a line of a document, without its end."""
        starts = self._starts_of(document)
        return self._text_of(document)[starts[number - 1] : starts[number] - 1].rstrip("\r")

    def place(self, document: str, start: int, end: int) -> Place:
        """Return a span of a document as lines and columns."""
        starts = self._starts_of(document)
        first = bisect_right(starts, start)
        last = bisect_right(starts, max(end - 1, start))
        return Place(document, first, start - starts[first - 1] + 1, last, end - starts[last - 1] + 1)
