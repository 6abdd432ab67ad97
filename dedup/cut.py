"""From removed segments to the characters that go: whole lines and sentences with the white space they leave behind.

Between the neighbours that stay, exactly one of the gaps around the removed block stays too: the widest, so that a
paragraph break survives and is never doubled, and no two words are glued.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from dedup.segment import Span


def cut_block(text: str, spans: Sequence[Span], gone: Sequence[bool], mark: str) -> dict[int, list[Span]]:
    """Return, for each removed span, the pieces of text to delete on its behalf.

    Args:
        text: the text that the spans point into.
        spans: lines of a document, or sentences of a line; in order, not overlapping.
        gone: whether each span is removed.
        mark: the character that makes a gap wide: a line break between lines, a space between sentences.

    Returns:
        Pieces by the index of the removed span. Pieces of different spans never overlap.
    """
    pieces: dict[int, list[Span]] = {}
    index = 0
    while index < len(spans):
        if not gone[index]:
            index += 1
            continue
        first = index
        while index < len(spans) and gone[index]:
            index += 1
        _cut_run(text, spans, first, index - 1, mark, pieces)
    return pieces


def _cut_run(text: str, spans: Sequence[Span], first: int, last: int, mark: str, pieces: dict[int, list[Span]]) -> None:
    """Delete the spans `first` to `last` and all gaps around and between them but the one that stays."""
    has_before, has_after = first > 0, last + 1 < len(spans)
    gaps = {}  # gap k lies before span k
    for k in range(first, last + 2):
        if (k > first or has_before) and (k <= last or has_after):
            gaps[k] = Span(spans[k - 1].end, spans[k].start)
    keep = -1
    if has_before and has_after:
        keep = max(gaps, key=lambda k: (text.count(mark, gaps[k].start, gaps[k].end), gaps[k].end - gaps[k].start, -k))
    for k in range(first, last + 1):
        start, end = spans[k]
        if k == first and k in gaps and k != keep:
            start = gaps[k].start
        if k + 1 in gaps and k + 1 != keep:
            end = gaps[k + 1].end
        pieces[k] = [Span(start, end)]


class Kept:
    """What is left of a document's original text: the ranges that stay, and the way back from the text as it is now.

    Args:
        length: code points of the original text.
    """

    def __init__(self, length: int) -> None:
        self._ranges = [Span(0, length)] if length else []
        self._starts = [0] if length else []

    def ranges(self) -> Iterator[tuple[int, Span]]:
        """Yield where each range begins in the text as it is now, and the original range."""
        return zip(self._starts, self._ranges, strict=True)

    def original(self, span: Span) -> list[Span]:
        """Return the original ranges of a span of the current text (more than one where something went before)."""
        found = []
        index = max(bisect_right(self._starts, span.start) - 1, 0)
        while index < len(self._ranges) and self._starts[index] < span.end:
            begin, kept = self._starts[index], self._ranges[index]
            low = max(span.start, begin) - begin + kept.start
            high = min(span.end - begin + kept.start, kept.end)
            if low < high:
                found.append(Span(low, high))
            index += 1
        return found

    def cut(self, pieces: Sequence[Span]) -> None:
        """Take pieces out of the current text: sorted, not overlapping."""
        keep, at = [], 0
        total = self._starts[-1] + self._ranges[-1].end - self._ranges[-1].start if self._ranges else 0
        for piece in pieces:
            keep += self.original(Span(at, piece.start)) if at < piece.start else []
            at = piece.end
        keep += self.original(Span(at, total)) if at < total else []
        self._ranges = keep
        self._starts = []
        position = 0
        for kept in keep:
            self._starts.append(position)
            position += kept.end - kept.start


def without(text: str, pieces: Sequence[Span]) -> str:
    """Return the text without the pieces: sorted, not overlapping."""
    parts, at = [], 0
    for piece in pieces:
        parts.append(text[at : piece.start])
        at = piece.end
    parts.append(text[at:])
    return "".join(parts)
