"""Formats for programs: findings as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from dedup.report.findings import Finding

#: Halves of characters, by which Python names the bytes of a file name that is not UTF-8. No encoding has them.
_HALVES = re.compile("[\ud800-\udfff]")

#: Ends of lines to some readers, though not to JSON.
_LINE_ENDS = ("\u0085", "\u2028", "\u2029")


def json_list(findings: Sequence[Finding]) -> str:
    """Return the findings as a JSON array of objects (RFC 8259), with the keys of ruff's where ruff has them.

    https://www.rfc-editor.org/rfc/rfc8259
    """
    return dumped([_record(finding) for finding in findings], 2)


def json_lines(findings: Sequence[Finding]) -> str:
    """Return the findings as JSON objects, one a line (JSON Lines).

    https://jsonlines.org
    """
    return "".join(dumped(_record(finding)) for finding in findings)


def dumped(value: Any, indent: int | None = None) -> str:
    """Return a value as JSON that ends in a newline, has no other line ends than those, and can be encoded as UTF-8."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    for end in _LINE_ENDS:
        text = text.replace(end, f"\\u{ord(end):04x}")
    return encodable(text) + "\n"


def encodable(text: str) -> str:
    """Return a text with U+FFFD for what UTF-8 cannot encode."""
    return _HALVES.sub("\ufffd", text)


def _record(finding: Finding) -> dict[str, Any]:
    place, twin = finding.place, finding.twin
    return {
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "filename": place.path,
        "location": {"row": place.line, "column": place.column},
        "end_location": {"row": place.end_line, "column": place.end_column},
        "text": finding.text,
        "fingerprint": finding.fingerprint,
        "fix": {"applicability": "safe"} if finding.fixable else None,
        "twin": {"filename": twin.path, "location": {"row": twin.line, "column": twin.column}} if twin else None,
    }
