"""The format of code scanning services: SARIF."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dedup.codes import all_codes
from dedup.report.findings import Finding, Place
from dedup.report.formats.data import dumped

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

#: Halves of characters that stand for no byte of a file name.
_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def sarif(findings: Sequence[Finding]) -> str:
    """Return the findings as a log of the Static Analysis Results Interchange Format, version 2.1.0.

    https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; rules have what GitHub's code scanning asks for:
    https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.
    """
    from importlib.metadata import version

    names = dict(sorted((finding.code, finding.name) for finding in findings))
    indices = {code: index for index, code in enumerate(names)}
    driver = {"name": "dedup", "version": version("dedup-articles"), "rules": _rules(names)}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, indices[finding.code]) for finding in findings],
    }
    return dumped({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, 2)


def _rules(names: dict[str, str]) -> list[dict[str, Any]]:
    """Return the rules of codes; of a user's pack, whose codes are not known here, with no more than their names."""
    known = {code.code: (code.summary, code.why) for code in all_codes()}
    rules = []
    for code, name in names.items():
        summary, why = known.get(code, (name, name))
        rules.append(
            {
                "id": code,
                "name": name,
                "shortDescription": {"text": summary},
                "fullDescription": {"text": why},
                "help": {"text": f"`dedup rules {code}` describes this rule with its phrases and examples."},
            }
        )
    return rules


def _result(finding: Finding, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": "warning",
        "message": {"text": finding.message},
        "locations": [_location(finding.place)],
        "partialFingerprints": {"text/v1": finding.fingerprint},
    }
    if finding.twin is not None:
        result["relatedLocations"] = [{"id": 1, **_location(finding.twin), "message": {"text": "the copy that stays"}}]
    return result


def _location(place: Place) -> dict[str, Any]:
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(place.path)}, "region": region}}


def _uri(path: str) -> str:
    """Return a path as a URI reference (RFC 3986) in which every byte of the file name survives."""
    from urllib.parse import quote

    quoted = quote(_NO_BYTE.sub("\ufffd", path), errors="surrogateescape")
    return f"file://{quoted}" if path.startswith("/") else quoted
