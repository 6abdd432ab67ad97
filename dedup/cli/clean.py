"""`dedup clean IN OUT`: cleaned copies and the ledger."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from dedup.errors import DedupError


def clean(
    source: Annotated[
        str, typer.Argument(metavar="IN", help="A folder of articles, one file, or - for standard input.")
    ],
    out: Annotated[
        str | None,
        typer.Argument(metavar="[OUT]", help="Folder for the cleaned copies; - for standard output (one file)."),
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(help="Codes, names or prefixes to look for, comma-separated; ALL for all.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="Codes, names or prefixes to leave out.")] = None,
    preview: Annotated[bool | None, typer.Option("--preview", help="Also use preview rules.")] = None,
    scope: Annotated[
        str | None, typer.Option(help="Where a repeat's twin may stand: document or corpus (default).")
    ] = None,
    threshold: Annotated[float | None, typer.Option(help="Least Jaccard similarity of near-repeats (0.8).")] = None,
    budget: Annotated[float | None, typer.Option(help="Largest share of a document's words that may go (0.5).")] = None,
    duplicate_documents: Annotated[
        str | None, typer.Option(help="What becomes of copies of whole documents: drop (default) or keep.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes (default: one for each core).")] = None,
    memory_limit: Annotated[
        str | None, typer.Option(help="Memory to do with, such as 2GB (60 % of the machine's).")
    ] = None,
    temp_dir: Annotated[str | None, typer.Option(help="Where temporary files go (next to OUT).")] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Neither use nor keep what is known of unchanged files.")
    ] = False,
    config: Annotated[Path | None, typer.Option(help="Settings file instead of the nearest dedup.toml.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the summary, write nothing.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print what would change as a diff, write nothing; exit 1 if anything would.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write into a folder that dedup did not make.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
    engine: Annotated[
        str, typer.Option(help="What runs it: local (default), or spark, which also takes URIs and tables.")
    ] = "local",
    master: Annotated[str | None, typer.Option(help="With spark: where it runs (local[*], or spark-submit's).")] = None,
    text_column: Annotated[str, typer.Option(help="With spark, of tables: the column of the texts.")] = "text",
    id_column: Annotated[str, typer.Option(help="With spark, of tables: the column of the ids.")] = "id",
) -> None:
    """Write cleaned copies of IN to OUT, and a ledger of every removal to OUT/.dedup/."""
    from dedup.config import find_config, load_config

    settings = load_config(
        config or find_config(Path.cwd()),
        select=split_codes(select),
        ignore=split_codes(ignore),
        preview=preview,
        scope=scope,
        threshold=threshold,
        budget=budget,
        duplicate_documents=duplicate_documents,
        workers=workers,
        memory_limit=memory_limit,
        temp_dir=temp_dir,
        cache=False if no_cache else None,
    )
    settings.codes()  # a selector that names nothing is said at once
    writes = not (dry_run or diff)
    if engine not in ("local", "spark"):
        raise DedupError(f"--engine {engine} is neither local nor spark")
    if engine == "spark":
        if not writes or out is None or "-" in (source, out):
            raise DedupError("--engine spark writes: dedup clean IN OUT --engine spark")
        _spark(source, out, settings, master, text_column, id_column, force=force, quiet=quiet)
        return
    if master is not None:
        raise DedupError("--master is for --engine spark")
    path = Path(source)
    if "-" in (source, out):
        _stream(path, Path(out) if out is not None else None, settings, diff)
        return
    if not path.exists():
        raise DedupError(f"{source} does not exist")
    if writes and out is None:
        raise DedupError("give a folder for the cleaned copies: dedup clean IN OUT (or --dry-run, or --diff)")
    _folder(path, Path(out) if writes and out is not None else None, settings, diff=diff, force=force, quiet=quiet)


def _folder(source: Path, out: Path | None, settings: Any, *, diff: bool, force: bool, quiet: bool) -> None:
    from rich.console import Console

    from dedup.documents.output import HOME, check_output
    from dedup.files import clean_files
    from dedup.ledger import LEDGER
    from dedup.report.progress import Bars
    from dedup.report.summary import print_summary

    if out is not None:
        check_output(source, out, force)
    console = Console(soft_wrap=True)
    with Bars(quiet) as bars:
        done = clean_files(source, out, settings, bars, lambda one: _print_diff(console, one) if diff else None)
    for name, reason in sorted(done.bad.items()):
        print(f"dedup: {name.encode('utf-8', 'surrogateescape').decode('utf-8', 'replace')}: {reason}", file=sys.stderr)
    if not diff and not quiet:
        if not done.totals.documents and not done.bad:
            print(f"dedup: no text files (.txt, .text, .md) in {source}", file=sys.stderr)
        print_summary(Console(), done.summary, done.totals.examples, str(out / HOME / LEDGER) if out else "")
    if done.bad:
        raise typer.Exit(2)
    if diff and (done.totals.statuses["changed"] or done.totals.statuses["copy"]):
        raise typer.Exit(1)


def _spark(
    source: str, out: str, settings: Any, master: str | None, text: str, id: str, *, force: bool, quiet: bool
) -> None:
    from rich.console import Console

    from dedup.documents.output import HOME, check_output
    from dedup.ledger import LEDGER
    from dedup.report.progress import Bars
    from dedup.report.summary import print_summary
    from dedup.spark.places import here, join
    from dedup.spark.session import session

    inside, outside = here(source), here(out)
    if inside is not None and not inside.exists():
        raise DedupError(f"{source} does not exist")
    if outside is not None:
        check_output(inside if inside is not None else Path("/nowhere"), outside, force)
    spark = session(master)
    try:
        from dedup.spark.cleaning import clean_source

        with Bars(quiet) as bars:
            done = clean_source(spark, source, out, settings, bars.phase, text=text, id=id)
    finally:
        spark.stop()
    for name, reason in sorted(done.bad.items()):
        print(f"dedup: {name}: {reason}", file=sys.stderr)
    if not quiet:
        print_summary(Console(), done.summary, done.totals.examples, join(out, f"{HOME}/{LEDGER}"))
    if done.bad:
        raise typer.Exit(2)


def _print_diff(console: Any, one: Any) -> None:
    from rich.text import Text

    from dedup.report.diff import style_of, unified

    for line in unified(one):
        if console.is_terminal:
            console.print(Text(line, style=style_of(line)))
        else:
            print(line)


def _stream(source: Path, out: Path | None, settings: Any, diff: bool) -> None:
    """Clean standard input or one file to standard output."""
    from dedup.documents.decode import decode
    from dedup.outcome import Document
    from dedup.run import clean_documents

    if out is not None and str(out) != "-":
        raise DedupError("standard input goes to standard output: dedup clean - -")
    if source.is_dir():
        raise DedupError("a folder does not fit into standard output; give a folder for the cleaned copies")
    try:
        data = sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
    except OSError as error:
        raise DedupError(f"{source}: {error.strerror or error}") from error
    name = "<stdin>" if str(source) == "-" else str(source)
    try:
        text, encoding = decode(data)
    except DedupError as error:
        raise DedupError(f"{name}: {error}") from error
    outcome = clean_documents([Document(name, text)], settings)
    if diff:
        from rich.console import Console

        for one in outcome:
            _print_diff(Console(soft_wrap=True), one)
        if outcome.removals:
            raise typer.Exit(1)
        return
    sys.stdout.buffer.write(outcome.cleaned[0].text.encode(encoding))
    sys.stdout.buffer.flush()


def split_codes(values: list[str] | None) -> tuple[str, ...] | None:
    """Return the codes of options that may be given several times, comma-separated."""
    if values is None:
        return None
    return tuple(part for value in values for part in value.split(",") if part)
