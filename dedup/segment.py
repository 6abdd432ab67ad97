"""Document → lines → sentences, as half-open spans of code points.

Lines are split at ``\\n`` only. Sentences are found within one line at a time by `sentencex` (a port of Wikimedia's
rule-based splitter): given whole documents it loses paragraph breaks, and an initial after a no-break space makes
it panic, so odd spaces are mapped one for one to plain ones first.
"""

from __future__ import annotations

from typing import NamedTuple

import regex
import sentencex

from dedup.normalize import ODD_SPACES, PLAIN_SPACES

# A line without any of these before its last character is one sentence: most captions and headings.
_MAY_SPLIT = regex.compile(r"[.!?…。！？؟।]['\"”’»)\]]*.", regex.DOTALL)
# An initial, an abbreviation of two letters or a day of the month is no end of a sentence: the splitter's English rules
# cut German "Am 25. April", and "R-W. Va." Joining two sentences costs a repeat now and then, a half one is damage.
_NO_END = regex.compile(r"(?<![\p{L}\p{N}])(?:\p{L}|\p{Lu}\p{Ll}|\p{N}{1,2})\.$")
_OPENERS = '“„«"(['
_OPENING = regex.compile(r"(?<=\S)\s+([“„«\"(\[]+)$")
_CYRILLIC = regex.compile(r"\p{Cyrillic}")
_UKRAINIAN = frozenset("іїєґІЇЄҐ")


class Span(NamedTuple):
    """A half-open range of code points of a document."""

    start: int
    end: int


def line_spans(text: str) -> list[Span]:
    """Return the spans of the lines that are not blank, without their line ends (``\\n`` or ``\\r\\n``).

    A byte order mark at the beginning belongs to the file, not to its first line.
    """
    spans = []
    start = 1 if text.startswith("\ufeff") else 0
    for piece in text[start:].split("\n"):
        end = start + len(piece)
        if piece and not piece.isspace():
            spans.append(Span(start, end - 1 if piece[-1] == "\r" else end))
        start = end + 1
    return spans


def sentence_spans(line: str) -> list[Span]:
    """Return the spans of the sentences of one line, in order, without the white space between them.

    A line that cannot be split exactly is one sentence: a wrong offset would cut into a word.
    """
    start, end = len(line) - len(line.lstrip()), len(line.rstrip())
    if not _MAY_SPLIT.search(line, start, end):
        return [Span(start, end)]
    return [Span(*span) for span in split(line)] or [Span(start, end)]


def split(line: str) -> list[tuple[int, int]]:
    """Return the sentences of a line as `sentence_spans` does, or nothing if it is one sentence."""
    # A line of printable characters has no space but ' '; asking that is far cheaper.
    plain = line if line.isprintable() or ODD_SPACES.isdisjoint(line) else line.translate(PLAIN_SPACES)
    try:
        pieces = sentencex.segment(_language(line), plain)
    except BaseException as error:  # a Rust panic is not an Exception
        if type(error).__name__ != "PanicException":
            raise
        return []
    if len(pieces) < 2 or "".join(pieces) != plain:
        return []
    spans: list[tuple[int, int]] = []
    start = last = 0
    opens = False
    for piece in pieces:
        body = piece.strip()
        if body:
            first = start if piece[0] == body[0] else start + len(piece) - len(piece.lstrip())
            end = first + len(body)
            if spans and (body[0].islower() or _is_no_end(line, spans[-1][0], last)):
                spans[-1] = (spans[-1][0], end)
            else:
                opens = opens or (last > 0 and line[last - 1] in _OPENERS)
                spans.append((first, end))
            last = end
        start += len(piece)
    if opens:
        for index in range(len(spans) - 1):
            opening = _OPENING.search(line, *spans[index])
            if opening:  # a quote that opens belongs to what it quotes
                spans[index] = (spans[index][0], opening.start())
                spans[index + 1] = (opening.start(1), spans[index + 1][1])
    return spans if len(spans) > 1 else []


def _is_no_end(line: str, start: int, end: int) -> bool:
    if line[end - 1] != "." or (end - start >= 4 and line[end - 4 : end - 1].isalnum()):
        return False
    return _NO_END.search(line[max(start, end - 4) : end]) is not None


def is_balanced(sentence: str) -> bool:
    """Tell whether the quotes and brackets that open in a sentence also close in it.

    A sentence that opens a quotation which runs on cannot be taken out without breaking the next one.
    """
    count = sentence.count
    low = count("„")  # „German“ and „Polish” quotes
    curly = low == count("“") + count("”") if low else count("“") == count("”")
    return (
        curly
        and count('"') % 2 == 0
        and count("«") == count("»")
        and count("(") == count(")")
        and count("[") == count("]")
    )


def _language(line: str) -> str:
    """Guess the splitter's rules from the script alone; Latin-script languages lose little under English rules."""
    if not line.isascii() and _CYRILLIC.search(line):
        return "uk" if not _UKRAINIAN.isdisjoint(line) else "ru"
    return "en"
