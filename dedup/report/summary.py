"""The summary of a run: as a dictionary for run.json, and as a short table for people."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from dedup.config import Config
from dedup.outcome import Removal, Totals

_ABOUT_THE_MACHINE = ("workers", "memory_limit", "temp_dir", "cache", "cache_dir")
#: Names of this many files are listed for each kind of trouble; the rest is counted.
SHOWN = 10


def summarise(
    totals: Totals, config: Config, passes: int, bad: Mapping[str, str], skipped: Mapping[str, str]
) -> dict[str, Any]:
    """Return the summary of a run as plain data.

    Args:
        totals: what was counted.
        config: the settings.
        passes: how many there were.
        bad: files that could not be read, and why.
        skipped: files that are not text inputs, and why.
    """
    return {
        "dedup": version("dedup-articles"),
        "sentencex": version("sentencex"),  # sentence boundaries move between its releases
        "config": {
            name: getattr(config, name) for name in Config.__dataclass_fields__ if name not in _ABOUT_THE_MACHINE
        },
        "documents": totals.documents + len(bad),
        "changed": totals.statuses["changed"],
        "unchanged": totals.statuses["unchanged"],
        "copies": totals.statuses["copy"],
        "left_alone": totals.left_alone,
        "bad": dict(sorted(bad.items())),
        "skipped": dict(sorted(skipped.items())),
        "encodings": totals.encodings,
        "characters": totals.characters,
        "characters_removed": totals.characters_removed,
        "removals": dict(sorted(totals.removals.items())),
        "passes": passes,
    }


def print_summary(console: Console, summary: dict[str, Any], first: Mapping[str, Removal], ledger: str) -> None:
    """Print the summary: documents, removals by code with one example each, and what needs a look.

    Args:
        console: where it goes.
        summary: of the run, as in `run.json`.
        first: the first removal of each code.
        ledger: the path or URI of the ledger, "" where there is none.
    """
    names = _names()
    width = max((len(names[code]) for code in first), default=0)
    for code, count in summary["removals"].items():
        example = " ".join(first[code].text.split()) if code != "DU401" else _copy_example(first[code])
        row = Text(f"{count:>8,}  ")
        row.append(code, style="bold")
        row.append(f" {names[code]:<{width}}  ")
        row.append(example, style="dim")
        console.print(row, no_wrap=True, overflow="ellipsis", crop=True)
    if first:
        console.print()
    share = summary["characters_removed"] / summary["characters"] if summary["characters"] else 0
    counts = [
        f"{summary['documents']:,} documents",
        f"{summary['changed']:,} changed",
        f"{summary['unchanged']:,} unchanged",
        f"{summary['copies']:,} dropped as copies",
        f"{len(summary['left_alone']) + summary.get('left_alone_unnamed', 0):,} left alone",
        f"{len(summary['bad']) + summary.get('bad_unnamed', 0):,} bad",
    ]
    console.print(", ".join(counts), highlight=False)
    console.print(f"{summary['characters_removed']:,} characters removed ({share:.1%})", highlight=False)
    left_alone = {name: f"{share:.0%}" for name, share in summary["left_alone"].items()}
    _list(console, "left alone, would lose too much", left_alone, summary.get("left_alone_unnamed", 0))
    _list(console, "encoding kept", summary["encodings"], summary.get("encodings_unnamed", 0))
    _list(console, "not text inputs, left out", summary["skipped"], summary.get("skipped_unnamed", 0))
    if ledger:
        console.print(f"every removal is in {escape(_shown(ledger))}", highlight=False)


def _list(console: Console, title: str, items: dict[str, str], unnamed: int = 0) -> None:
    if not items:
        return
    count = len(items) + unnamed
    shown = [f"{_shown(name)} ({reason})" for name, reason in list(items.items())[:SHOWN]]
    more = f", and {count - len(shown):,} more" if count > len(shown) else ""
    console.print(Text(f"{title} ({count:,}): {', '.join(shown)}{more}"))


def _copy_example(removal: Removal) -> str:
    assert removal.twin is not None
    return f"{_shown(removal.document)} = {_shown(removal.twin.document)}"


def _shown(name: str) -> str:
    """Return a file name that can be printed, whatever its bytes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _names() -> dict[str, str]:
    from dedup.codes import all_codes

    return {code.code: code.name for code in all_codes()}
