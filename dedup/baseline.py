"""A baseline: findings that a team has accepted for now, by file and fingerprint. It only shrinks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from dedup.documents.output import write_file
from dedup.errors import DedupError
from dedup.report.findings import Finding

Accepted = dict[str, Counter[str]]


def load(path: Path) -> Accepted:
    """Read a baseline.

    Raises:
        DedupError: it cannot be read, or is none.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {name: Counter({str(f): int(n) for f, n in found.items()}) for name, found in data["findings"].items()}
    except OSError as error:
        raise DedupError(f"{path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DedupError(f"{path} is no baseline; write one with --write-baseline") from error


def split(
    findings: Sequence[Finding], accepted: Accepted, checked: Collection[str] | None = None
) -> tuple[list[Finding], list[Finding], list[str]]:
    """Return the findings that are new, those that are accepted, and what is stale.

    Stale is an entry of a file that was checked (None: all are), or is gone, that nothing matches any more.
    """
    left = {name: Counter(found) for name, found in accepted.items()}
    new, known = [], []
    for finding in findings:
        here = left.get(finding.place.path, Counter())
        if here[_key(finding)] > 0:
            here[_key(finding)] -= 1
            known.append(finding)
        else:
            new.append(finding)
    stale = [
        f"{name}: {key}"
        for name, found in sorted(left.items())
        if checked is None or name in checked or not Path(name).exists()
        for key, n in sorted(found.items())
        if n > 0
    ]
    return new, known, stale


def write(path: Path, findings: Iterable[Finding], checked: Collection[str] | None = None) -> None:
    """Write a baseline of these findings; if the file is there, only of those that it had already.

    Entries of files that were not checked stay, unless the file is gone.

    Raises:
        OutputError: it cannot be written.
        DedupError: what is there is no baseline.
    """
    found = list(findings)
    counts: Accepted = {}
    if path.exists():
        earlier = load(path)
        _, found, _ = split(found, earlier, checked)
        if checked is not None:
            counts = {name: c for name, c in earlier.items() if name not in checked and Path(name).exists()}
    for finding in found:
        counts.setdefault(finding.place.path, Counter())[_key(finding)] += 1
    data = {"version": 1, "findings": {name: dict(sorted(c.items())) for name, c in sorted(counts.items())}}
    write_file(path, (json.dumps(data, indent=2) + "\n").encode())


def _key(finding: Finding) -> str:
    return f"{finding.code}:{finding.fingerprint}"
