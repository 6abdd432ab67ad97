"""Formats for people: findings as ruff prints them, safe for any terminal."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import groupby

from dedup.report.findings import Finding, Place

#: Columns of a source line that are shown, and how many of them at most stand before the span.
WIDTH = 100
BEFORE = 20

#: Characters of which more would hardly fit into the window, wherever it begins: the rest of a line is not looked at.
_REACH = 4 * WIDTH

#: What would break a line, move the cursor, or turn text around: control characters become their pictures, others U+FFFD.
_VISIBLE = {
    **{code: 0x2400 + code for code in range(0x20)},
    0x7F: 0x2421,
    **dict.fromkeys([*range(0x80, 0xA0), 0x2028, 0x2029], 0xFFFD),
    **dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}


def full(findings: Sequence[Finding]) -> str:
    """Return the findings with the lines in which they begin, as ruff and rustc frame them.

    By example: https://docs.astral.sh/ruff/settings/#output-format and https://rustc-dev-guide.rust-lang.org/diagnostics.html.
    """
    return "".join(f"{_framed(finding)}\n\n" for finding in findings) + _trailer(findings)


def concise(findings: Sequence[Finding]) -> str:
    """Return the findings one a line: `path:line:column: CODE [*] message`.

    The places are those of the GNU Coding Standards, which editors can jump to:
    https://www.gnu.org/prep/standards/html_node/Errors.html.
    """
    lines = [f"{_spot(finding.place)}: {_code(finding)} {_visible(finding.message)}\n" for finding in findings]
    return "".join(lines) + _trailer(findings)


def grouped(findings: Sequence[Finding]) -> str:
    """Return the findings under the names of their files, aligned.

    By example: https://docs.astral.sh/ruff/settings/#output-format.
    """
    lines = []
    for path, group in groupby(findings, key=lambda finding: finding.place.path):
        of_file = list(group)
        rows = max(len(str(finding.place.line)) for finding in of_file)
        columns = max(len(str(finding.place.column)) for finding in of_file)
        lines.append(f"{_visible(path)}:\n")
        for finding in of_file:
            place = f"{finding.place.line:>{rows}}:{finding.place.column:<{columns}}"
            lines.append(f"  {place} {_code(finding)} {_visible(finding.message)}\n")
        lines.append("\n")
    return "".join(lines) + _trailer(findings)


def statistics(findings: Sequence[Finding]) -> str:
    """Return how often each code occurs, the most frequent first: count, code, `[*]` if fixable, name, between tabs.

    By example: https://docs.astral.sh/ruff/linter/ (`--statistics`).
    """
    counts = Counter((finding.code, finding.name) for finding in findings)
    fixable = {finding.code for finding in findings if finding.fixable}
    return "".join(
        f"{count}\t{_visible(code)}\t{'[*]' if code in fixable else '[ ]'}\t{_visible(name)}\n"
        for (code, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _trailer(findings: Sequence[Finding]) -> str:
    if not findings:
        return "All checks passed!\n"
    fixable = sum(finding.fixable for finding in findings)
    found = f"Found {len(findings)} problem{'s' if len(findings) > 1 else ''}.\n"
    return found + (f"[*] {fixable} fixable with --fix.\n" if fixable else "")


def _visible(text: str) -> str:
    return text.translate(_VISIBLE)


def _spot(place: Place) -> str:
    return f"{_visible(place.path)}:{place.line}:{place.column}"


def _code(finding: Finding) -> str:
    return _visible(finding.code) + (" [*]" if finding.fixable else "")


def _framed(finding: Finding) -> str:
    place = finding.place
    shown, carets = frame(
        finding.source, place.column, place.end_column if place.end_line == place.line else len(finding.source) + 1
    )
    number = str(place.line)
    margin = " " * len(number)
    lines = [
        f"{_code(finding)} {_visible(finding.name)}: {_visible(finding.message)}",
        f"{margin}--> {_spot(place)}",
        f"{margin} |",
        f"{number} | {shown}".rstrip(),
        f"{margin} | {carets}",
    ]
    if finding.twin is not None:
        lines.append(f"{margin} = twin: {_spot(finding.twin)}")
    return "\n".join(lines)


def frame(source: str, column: int, end_column: int) -> tuple[str, str]:
    """Return a line as it is shown, and carets that stand below its characters from one column up to another.

    A line that is wider than a hundred columns of the terminal is cut to a window around where the span begins.
    """
    begin = min(column - 1, len(source))
    offset = max(0, begin - _REACH)
    cells = [_cell(char) for char in source[offset : begin + _REACH]]
    begin -= offset
    first, last = _window([width for _, width in cells], begin)
    left = "…" if offset + first else ""
    right = "…" if offset + last < len(source) else ""
    shown = left + "".join(text for text, _ in cells[first:last]) + right
    before = len(left) + sum(width for _, width in cells[first:begin])
    below = sum(width for _, width in cells[begin : max(begin, min(last, end_column - 1 - offset))])
    return shown, " " * before + "^" * max(1, below)


def _window(widths: list[int], begin: int) -> tuple[int, int]:
    """Return the range of characters that fit into the window, most of them after where the span begins."""
    first = last = begin
    room = WIDTH
    while first and widths[first - 1] <= room - (WIDTH - BEFORE):
        first -= 1
        room -= widths[first]
    while last < len(widths) and widths[last] <= room:
        room -= widths[last]
        last += 1
    while first and widths[first - 1] <= room:
        first -= 1
        room -= widths[first]
    return first, last


@cache
def _cell(char: str) -> tuple[str, int]:
    """Return what is shown of a character, and how many columns of a terminal that takes.

    Terminals disagree about invisible characters and variation selectors, so those are left out.
    """
    if char == "\t":
        return "    ", 4
    shown = char.translate(_VISIBLE)
    category = unicodedata.category(shown)
    if category == "Cf" or "\ufe00" <= shown <= "\ufe0f":
        return "", 0
    if category in {"Mn", "Me"} or "\u1160" <= shown <= "\u11ff":  # the latter: vowels and finals of Hangul syllables
        return shown, 0
    return shown, 2 if unicodedata.east_asian_width(shown) in "WF" else 1
