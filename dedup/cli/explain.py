"""`dedup explain FILE[:LINE]`: why each line went or stayed."""

from __future__ import annotations

import re
from os.path import normpath
from pathlib import Path
from typing import Annotated, Any

import typer

from dedup.errors import DedupError

#: Name, original text, its removals, removals that have it for their twin, and the share it would have lost if left alone.
Explained = tuple[str, str, list[dict[str, Any]], list[dict[str, Any]], float | None]


def explain(
    place: Annotated[
        str,
        typer.Argument(
            metavar="FILE[:LINE]",
            help="A cleaned copy (its ledger is read), or any text file (it is judged on its own). Lines are the original's.",
        ),
    ],
) -> None:
    """Show the original lines of a document and why each went or stayed."""
    from dedup.report.explain import describe
    from dedup.report.explain import explain as lines_of

    found = re.fullmatch(r"(.+?)(?::(\d+))?", place, re.DOTALL)
    assert found is not None
    path, wanted = Path(found[1]), int(found[2]) if found[2] else None
    if found[2] and Path(place).exists():
        path, wanted = Path(place), None
    root = _root(path)
    name, text, removals, twins, refused = _from_ledger(root, path) if root else _alone(path)
    lines = list(lines_of(text, name, removals, twins))
    if wanted is not None and not any(number == wanted for number, _, _ in lines):
        raise DedupError(f"{path} has no text on line {wanted}; it was {text.count(chr(10)) + 1} lines long")
    for record in removals:
        if record["code"] == "DU401":
            typer.echo(describe(record, name))
    if refused is not None:
        typer.echo(f"left alone: {refused:.0%} of its words would have gone, which is over its budget")
    for number, line, said in lines:
        if wanted in (None, number):
            gone = any(not remark.startswith("kept") for remark in said)
            typer.echo(f"{number:>5} {'-' if gone else ' '} {line if wanted else line[:100]}")
            for remark in said:
                if wanted or gone:
                    typer.echo(f"        {remark}")


def _root(path: Path) -> Path | None:
    """Return the cleaned folder in which a path lies."""
    from dedup.documents.output import HOME
    from dedup.ledger import DOCUMENTS

    return next((folder for folder in path.resolve().parents if (folder / HOME / DOCUMENTS).exists()), None)


def _from_ledger(root: Path, path: Path) -> Explained:
    from dedup.ledger import entries, form_of, restore_entry

    name = path.resolve().relative_to(root).as_posix()
    everything = list(entries(root))
    entry = next((e for e in everything if normpath(e.record["document"]) == name), None)
    if entry is None:
        raise DedupError(f"{name} is not in the ledger of {root}")
    name, form, cleaned = entry.record["document"], form_of(root), None
    if form is not None and entry.record["status"] != "copy":
        from dedup.documents.rows import text_of

        cleaned = text_of(root, form, name)
    text = restore_entry(root, entry, cleaned).decode(entry.record["encoding"])
    twins = [r for e in everything for r in e.removals if r.get("twin", {}).get("document") == name]
    return name, text, entry.removals, twins, entry.record.get("refused")


def _alone(path: Path) -> Explained:
    """Judge one file on its own: what other documents repeat is not known then."""
    from dedup.config import find_config, load_config
    from dedup.documents.folder import read
    from dedup.ledger import records_of
    from dedup.run import clean_documents

    if not path.is_file():
        raise DedupError(f"{path} is not a file")
    intake = read(path)
    if intake.bad:
        raise DedupError(f"{path}: {next(iter(intake.bad.values()))}")
    config = load_config(find_config(Path.cwd()))
    outcome = clean_documents(intake.documents, config)
    typer.echo(f"{path} is in no cleaned folder; judged on its own", err=True)
    records = records_of(outcome, config.packs)
    return path.name, intake.documents[0].text, records, [r for r in records if "twin" in r], outcome.cleaned[0].refused
