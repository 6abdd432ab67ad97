"""Formats for continuous integration: GitHub Actions, GitLab, JUnit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from itertools import groupby

from dedup.report.findings import Finding, Place
from dedup.report.formats.data import dumped, encodable

#: What no XML 1.0 document may hold, not even escaped: https://www.w3.org/TR/xml/#charsets.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def github(findings: Sequence[Finding]) -> str:
    """Return the findings as workflow commands of GitHub Actions, which makes them annotations.

    https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#setting-an-error-message; values are escaped
    as in https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts. Annotations of several lines have no columns.
    """
    lines = []
    for finding in findings:
        place = finding.place
        properties = {"title": f"dedup ({finding.code})", "file": place.path, "line": place.line}
        if place.end_line == place.line:
            properties["col"] = place.column
        properties["endLine"] = place.end_line
        if place.end_line == place.line:
            properties["endColumn"] = place.end_column
        values = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
        lines.append(f"::error {values}::{_data(f'{_spot(place)}: {finding.code} {finding.message}')}\n")
    return encodable("".join(lines))


def gitlab(findings: Sequence[Finding]) -> str:
    """Return the findings as a Code Quality report of GitLab.

    https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. A fingerprint is made of path, code, text, and
    how many of the same stand before it in the file, not of its line: it stays when lines come or go above.
    """
    seen: Counter[str] = Counter()
    issues = []
    for finding in findings:
        key = "\0".join((finding.place.path, finding.code, finding.fingerprint))
        seen[key] += 1
        unique = f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")
        issues.append(
            {
                "description": f"{finding.code}: {finding.message}",
                "check_name": finding.code,
                "fingerprint": blake2b(unique, digest_size=16).hexdigest(),
                "severity": "minor",
                "location": {"path": finding.place.path, "lines": {"begin": finding.place.line}},
            }
        )
    return dumped(issues, 2)


def junit(findings: Sequence[Finding]) -> str:
    """Return the findings as the failed tests of a JUnit XML report, a suite for each file; without any, one test that passed.

    No standard says what that is; this keeps to what all readers know: https://github.com/testmoapp/junitxml.
    """
    from xml.etree import ElementTree as ET

    def counts(failed: int) -> dict[str, str]:
        return {"tests": str(failed or 1), "failures": str(failed), "errors": "0", "skipped": "0"}

    root = ET.Element("testsuites", {"name": "dedup", **counts(len(findings))})
    for path, group in groupby(findings, key=lambda finding: finding.place.path):
        of_file = list(group)
        suite = ET.SubElement(root, "testsuite", {"name": path, **counts(len(of_file))})
        for finding in of_file:
            place = finding.place
            name = f"{finding.code} {finding.name} ({place.line}:{place.column})"
            case = ET.SubElement(suite, "testcase", name=name, classname=path, file=path, line=str(place.line))
            failure = ET.SubElement(case, "failure", message=finding.message, type=finding.code)
            failure.text = f"{_spot(place)}: {finding.text}"
    if not findings:
        suite = ET.SubElement(root, "testsuite", {"name": "dedup", **counts(0)})
        ET.SubElement(suite, "testcase", name="No problems found", classname="dedup")
    ET.indent(root)
    xml = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_NOT_XML.sub(chr(0xFFFD), xml)}\n'


def _spot(place: Place) -> str:
    return f"{place.path}:{place.line}:{place.column}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
