"""`dedup rules`: list the rules, describe one, or test a pack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def rules(
    code: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CODE|NAME] | test PACK", help="A code or name to describe; `test PACK` checks a pack."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Describe every code.")] = False,
) -> None:
    """List all codes, describe one, or check a rule pack's examples."""
    from dedup.codes import all_codes, describe, listing
    from dedup.config import find_config, load_config

    words = code or []
    if words[:1] == ["test"]:
        if len(words) != 2:
            raise typer.BadParameter("`dedup rules test` takes one pack: a TOML file")
        _test(Path(words[1]))
        return
    if len(words) > 1 or (words and everything):
        raise typer.BadParameter("give one code or name")
    packs = load_config(find_config(Path.cwd())).packs
    if everything:
        typer.echo("\n\n\n".join(describe(known.code, packs) for known in all_codes(packs)))
    else:
        typer.echo(describe(words[0], packs) if words else listing(packs))


def _test(path: Path) -> None:
    from dedup.rules.check import check_rules
    from dedup.rules.pack import load_pack

    pack = load_pack(path)
    problems = check_rules(pack)
    for problem in problems:
        typer.echo(f"{path}: {problem}")
    examples = sum(len(e.bad) + len(e.good) + len(e.todo) for rule in pack for e in rule.examples.values())
    typer.echo(f"{len(pack)} rules, {examples} examples, {len(problems)} problems")
    if problems:
        raise typer.Exit(1)
