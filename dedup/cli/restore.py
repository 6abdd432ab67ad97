"""`dedup restore OUT DEST`: the originals, byte for byte."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def restore(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder that `dedup clean` wrote.")],
    destination: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DEST]", help="Folder for the originals; what `check --fix` took out goes back in place."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write into a folder that is not empty.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Do not say how many were restored.")] = False,
) -> None:
    """Write the originals of a cleaned folder, from its copies and ledger, each checked against its digest."""
    from dedup import ledger
    from dedup.errors import DedupError

    if destination is None:
        from dedup.checking import FIXES, undo

        if out.resolve().parent.name != FIXES:
            raise DedupError("give a folder for the originals: dedup restore OUT DEST")
        done, problems = undo(out)
        for problem in problems:
            print(f"dedup: {problem}", file=sys.stderr)
        if not quiet:
            typer.echo(f"{done:,} files put back, {len(problems):,} not")
        if problems:
            raise typer.Exit(2)
        return
    done, problems = ledger.restore(out, destination, force)
    for problem in problems:
        print(f"dedup: {problem}", file=sys.stderr)
    if not quiet:
        typer.echo(f"{done:,} documents restored to {destination}, {len(problems):,} not")
    if problems:
        raise typer.Exit(2)
