"""`dedup allow FILE:LINE`: a line that stays, whatever is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def allow(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE", help="The line of a text file that stays.")],
    reason: Annotated[str, typer.Option(help="Why it stays; kept with the entry.")],
    config: Annotated[Path | None, typer.Option(help="Settings file instead of the nearest one.")] = None,
) -> None:
    """Add an allow entry for a line to the settings (dedup.toml is made if there is none)."""
    from dedup.config import find_config, fingerprint_of, load_config
    from dedup.documents.decode import decode
    from dedup.documents.output import write_file
    from dedup.errors import DedupError

    name, _, number = place.rpartition(":")
    if not name or not number.isdigit():
        raise typer.BadParameter("give a file and a line: dedup allow articles/a.txt:12 --reason …")
    try:
        lines = decode(Path(name).read_bytes())[0].split("\n")
    except OSError as error:
        raise DedupError(f"{name}: {error.strerror or error}") from error
    line = lines[int(number) - 1].strip() if 0 < int(number) <= len(lines) else ""
    if not line:
        raise DedupError(f"{name} has no text on line {number}; it has {len(lines)} lines")
    home = config or find_config(Path.cwd()) or Path("dedup.toml")
    fingerprint = fingerprint_of(line)
    text = home.read_text(encoding="utf-8") if home.exists() else ""
    if home.exists() and fingerprint in load_config(home).allowed():
        typer.echo(f"{home} has it already")
        return
    table = "tool.dedup.allow" if home.name == "pyproject.toml" else "allow"
    shown = " ".join(line.split())
    entry = (
        f"[[{table}]]  # {name}:{number} {shown[:60]}{'…' if len(shown) > 60 else ''}\n"
        f'fingerprint = "{fingerprint}"\nreason = {json.dumps(reason, ensure_ascii=False)}\n'
    )
    break_ = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    write_file(home, (text + break_ + entry).encode())
    load_config(home)  # what was written can be read
    typer.echo(f"added to {home}")
