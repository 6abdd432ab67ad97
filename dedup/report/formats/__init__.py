"""The formats of `dedup check`: each a function from findings, in their order, to the whole text to print."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dedup.report.findings import Finding
from dedup.report.formats.ci import github, gitlab, junit
from dedup.report.formats.data import json_lines, json_list
from dedup.report.formats.sarif import sarif
from dedup.report.formats.text import concise, full, grouped, statistics

__all__ = ["FORMATS", "statistics"]

#: By the name that `--output-format` takes. The text ends in a newline or is empty; UTF-8 can encode it, whatever the findings hold.
FORMATS: dict[str, Callable[[Sequence[Finding]], str]] = {
    "full": full,
    "concise": concise,
    "grouped": grouped,
    "json": json_list,
    "json-lines": json_lines,
    "github": github,
    "gitlab": gitlab,
    "sarif": sarif,
    "junit": junit,
}
