"""The registry of commands, and how errors become exit codes.

Exit codes: 0 done, 1 something was found or would change, 2 could not run or bad usage, 130 interrupted.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dedup.cli.allow import allow
from dedup.cli.check import check
from dedup.cli.clean import clean
from dedup.cli.explain import explain
from dedup.cli.restore import restore
from dedup.cli.rules import rules
from dedup.errors import DedupError

app = typer.Typer(
    name="dedup",
    help="Clean scraped news articles: remove what is repeated and what is not the article, and nothing else.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (clean, check, explain, restore, rules, allow):
    app.command()(command)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"dedup {version('dedup-articles')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        app(args=arguments)
    except DedupError as error:
        print(f"dedup: {error}", file=sys.stderr)
        return 2
    except SystemExit as stop:  # typer ends every call with one: 2 for bad usage, 130 for Ctrl-C
        if stop.code == 130:
            cleaning = (arguments or sys.argv[1:])[:1] == ["clean"]
            more = "; the input is untouched, run again to complete the output" if cleaning else ""
            print(f"dedup: interrupted{more}", file=sys.stderr)
        return stop.code if isinstance(stop.code, int) else 0
    return 0
