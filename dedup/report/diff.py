"""Differences between originals and cleaned copies, as unified diffs."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from dedup.outcome import Cleaned

_COLOURS = {"-": "red", "+": "green", "@": "cyan"}


def unified(one: Cleaned) -> Iterator[str]:
    """Return the lines of the unified diff of one document, without line ends; none if it is unchanged."""
    name = one.document.id
    new = "/dev/null" if one.status == "copy" else name
    lines = difflib.unified_diff(
        one.document.text.splitlines(keepends=True), one.text.splitlines(keepends=True), name, new, n=1
    )
    for line in lines:
        if line.endswith("\n"):
            yield line.rstrip("\r\n")
        else:
            yield line
            if line[:1] in "+- " and not line.startswith(("---", "+++")):
                yield "\\ No newline at end of file"


def style_of(line: str) -> str:
    """Return the colour of a line of a diff."""
    return "bold" if line.startswith(("---", "+++")) else _COLOURS.get(line[:1], "")
