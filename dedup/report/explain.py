"""Explanations: why each line of a document went or stayed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dedup.segment import line_spans


def explain(
    text: str, name: str, removals: list[dict[str, Any]], twins: list[dict[str, Any]]
) -> Iterator[tuple[int, str, list[str]]]:
    """Return, for each line that is not blank: its number, its text, and what there is to say of it.

    Args:
        text: the original text of the document.
        name: its id.
        removals: the ledger's records of its removals.
        twins: the ledger's records, of any document, whose twin lies in this document.
    """
    number = position = 0
    for span in line_spans(text):
        number += text.count("\n", position, span.start) + (position == 0)
        position = max(span.start, 1)
        said = [
            describe(r, name)
            for r in removals
            if r["code"] != "DU401" and r["start"] < span.end and span.start < r["end"]
        ]
        for record in twins:
            if record["twin"]["start"] < span.end and span.start < record["twin"]["end"] and record["code"] != "DU401":
                place = "" if record["document"] == name else f"{record['document']}:"
                said.append(f"kept: the twin of {place}{record['line']}, which went as {record['code']}")
        yield number, text[span.start : span.end].strip("\r"), said or ["kept: nothing was found"]


def describe(record: dict[str, Any], name: str) -> str:
    """Return what the ledger says of one removal, in one line."""
    text = f"{record['code']} {record['name']}"
    if record["end"] - record["start"] and "twin" in record:
        twin = record["twin"]
        place = f"line {twin['line']}" if twin["document"] == name else f"{twin['document']}:{twin['line']}"
        alike = "the same text" if record["similarity"] == 1 else f"similarity {record['similarity']:.2f}"
        if record["code"] == "DU201":
            alike = f"{record['similarity']:.0%} of its words"
        if record["code"] == "DU401":
            return f"{text}: {record['similarity']:.0%} of its words stand in {twin['document']}"
        text += f": repeats {place} ({alike})"
    elif "phrase" in record:
        text += f": {record['phrase']!r}"
    if "evidence" in record:
        text += f" ({record['evidence']})"
    return text
