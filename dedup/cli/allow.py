"""`dedup allow FILE:LINE`: a line that stays, whatever is found."""

from __future__ import annotations

import json
import tomllib
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
    if not name or not (number.isascii() and number.isdigit()):
        raise typer.BadParameter("give a file and a line: dedup allow articles/a.txt:12 --reason …")
    try:
        lines = decode(Path(name).read_bytes())[0].split("\n")
    except OSError as error:
        raise DedupError(f"{name}: {error.strerror or error}") from error
    except DedupError as error:
        raise DedupError(f"{name}: {error}") from error
    count = len(lines) - (lines[-1] == "")
    line = lines[int(number) - 1].strip() if 0 < int(number) <= count else ""
    if not line:
        raise DedupError(f"{name} has no text on line {number}; it has {count} lines")
    home = config or find_config(Path.cwd()) or Path("dedup.toml")
    fingerprint = fingerprint_of(line)
    if home.exists() and fingerprint in load_config(home).allowed():
        typer.echo(f"{home} has it already")
        return
    data = home.read_bytes().decode("utf-8") if home.exists() else ""
    table = "tool.dedup.allow" if home.name == "pyproject.toml" else "allow"
    shown = " ".join(line.split())
    comment = f"{name}:{number} {shown[:60]}{'…' if len(shown) > 60 else ''}"
    entry = (
        f"[[{table}]]  # {''.join(c if c.isprintable() else '�' for c in comment)}\n"
        f'fingerprint = "{fingerprint}"\nreason = {_toml_string(reason)}\n'
    )
    end = "\r\n" if "\r\n" in data else "\n"
    text = (
        data
        + ("" if not data else "\n" if data.endswith("\n") else "\n\n").replace("\n", end)
        + entry.replace("\n", end)
    )
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DedupError(f"{home} cannot take another [[{table}]] ({error}); add this to yours:\n{entry}") from error
    write_file(home, text.encode())
    typer.echo(f"added to {home}")


def _toml_string(text: str) -> str:
    """Return a text as a basic string of TOML, which has JSON's escapes and allows no other control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
