"""`dedup check PATHS…`: what `clean` would remove, as diagnostics; the pre-commit step."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATHS…", help="Files and folders; - for standard input. Default: here."),
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Take out in place what is found; `dedup restore` undoes it.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print what --fix would change as a diff; exit 1 if anything.")
    ] = False,
    output_format: Annotated[
        str,
        typer.Option(
            help="full, concise, grouped, json, json-lines, github, gitlab, sarif or junit.",
            envvar="DEDUP_OUTPUT_FORMAT",
        ),
    ] = "full",
    statistics: Annotated[bool, typer.Option("--statistics", help="Print counts by code instead.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")] = False,
    exit_non_zero_on_fix: Annotated[
        bool, typer.Option("--exit-non-zero-on-fix", help="Exit with 1 if --fix changed anything.")
    ] = False,
    force_exclude: Annotated[
        bool, typer.Option("--force-exclude", help="`exclude` holds for files that are named, too.")
    ] = False,
    stdin_filename: Annotated[str | None, typer.Option(help="What standard input is called.")] = None,
    baseline: Annotated[Path | None, typer.Option(help="A file of accepted findings.")] = None,
    write_baseline: Annotated[
        Path | None, typer.Option(help="Write today's findings as a baseline; one that is there only shrinks.")
    ] = None,
    select: Annotated[list[str] | None, typer.Option(help="Codes, names or prefixes to look for.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="Codes, names or prefixes to leave out.")] = None,
    preview: Annotated[bool | None, typer.Option("--preview", help="Also use preview rules.")] = None,
    scope: Annotated[str | None, typer.Option(help="Where a repeat's twin may stand: document or corpus.")] = None,
    corpus: Annotated[str | None, typer.Option(help="The folder that new files are compared with.")] = None,
    cache_dir: Annotated[str | None, typer.Option(help="Where the index is kept (.dedup_cache).")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file instead of the nearest one.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print findings only.")] = False,
) -> None:
    """Report what `clean` would remove from files, and exit with 1 if there is anything."""
    from dedup.cli.clean import split_codes
    from dedup.config import find_config, load_config

    settings = load_config(
        config or find_config(Path.cwd()),
        select=split_codes(select),
        ignore=split_codes(ignore),
        preview=preview,
        scope=scope,
        corpus=corpus,
        cache_dir=cache_dir,
    )
    settings.codes()
    if not settings.corpus and os.environ.get("PRE_COMMIT"):
        # A hook sees a part of the files at a time: what is a repeat must not depend on which part.
        settings = replace(settings, corpus=".")
    wanted = _format_of(output_format, statistics)
    if diff and fix:
        raise typer.BadParameter("--diff shows what --fix would do; give one of them")
    if fix and any(str(path) == "-" for path in paths or ()):
        raise typer.BadParameter("standard input cannot be mended in place; use `dedup clean - -`")

    from dedup import checking

    files = checking.gather(paths or [Path()], settings, force_exclude=force_exclude, stdin_name=stdin_filename)
    for name, reason in sorted(files.intake.bad.items()):
        print(f"dedup: {_printable(name)}: {reason}", file=sys.stderr)
    cleaned = _judge(files, settings, quiet)
    for one in cleaned:
        if one.refused is not None:
            share = f"{one.refused:.0%} of its words would go, the budget is {settings.budget:.0%}"
            print(f"dedup: {_printable(one.document.id)}: left alone, {share}", file=sys.stderr)
    findings = _findings(files, cleaned, settings)
    findings = _accept(findings, baseline, write_baseline, files, quiet)
    wanted_rows: dict[str, set[tuple[str, int]]] = {finding.place.path: set() for finding in findings}
    for finding in findings:
        wanted_rows[finding.place.path].add((finding.code, finding.start))
    accepted = [checking.only(one, wanted_rows.get(one.document.id, ())) for one in cleaned]
    if diff:
        changed = _print_diffs(accepted)
        raise typer.Exit(2 if files.intake.bad else int(changed and not exit_zero))
    fixed = 0
    if fix:
        findings, fixed = _fix(files, accepted, findings, settings, quiet)
    if findings or not quiet or output_format not in ("full", "concise", "grouped"):
        sys.stdout.write(wanted(findings))
    if files.intake.bad:
        raise typer.Exit(2)
    refused = any(one.refused is not None for one in cleaned)
    if ((findings or refused) and not exit_zero) or (fixed and exit_non_zero_on_fix):
        raise typer.Exit(1)


def _format_of(name: str, statistics: bool) -> Any:
    from dedup.report.formats import FORMATS
    from dedup.report.formats import statistics as counts

    if name not in FORMATS:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(FORMATS)}", param_hint="--output-format")
    found: Any = counts if statistics else FORMATS[name]
    return found


def _judge(files: Any, settings: Any, quiet: bool) -> Any:
    from dedup import checking

    if quiet or not sys.stderr.isatty():
        return checking.judge(files, settings)
    from dedup.report.progress import Bars

    with Bars() as bars:
        return checking.judge(files, settings, bars)


def _findings(files: Any, cleaned: Any, settings: Any) -> Any:
    from dedup.documents.decode import decode
    from dedup.errors import DedupError
    from dedup.report.findings import findings_of

    texts: dict[str, str] = {document.id: document.text for document in files.intake.documents}

    def text_of(name: str) -> str:
        if name not in texts:
            try:
                texts[name] = decode(Path(name).read_bytes())[0]
            except (OSError, DedupError):  # the file of a twin that has just gone
                texts[name] = ""
        return texts[name]

    return findings_of([removal for one in cleaned for removal in one.removals], text_of, settings.packs)


def _accept(findings: Any, baseline: Path | None, write_baseline: Path | None, files: Any, quiet: bool) -> Any:
    from dedup import baseline as baselines

    checked = files.intake.originals.keys()
    if write_baseline is not None:
        baselines.write(write_baseline, findings, checked)
        if not quiet:
            print(f"dedup: wrote {write_baseline}", file=sys.stderr)
        return baselines.split(findings, baselines.load(write_baseline), checked)[0]
    if baseline is None:
        return findings
    new, _, stale = baselines.split(findings, baselines.load(baseline), checked)
    if stale and not quiet:
        print(
            f"dedup: {len(stale)} entries of {baseline} match nothing any more; --write-baseline {baseline} drops them",
            file=sys.stderr,
        )
    return new


def _fix(files: Any, cleaned: Any, findings: Any, settings: Any, quiet: bool) -> tuple[Any, int]:
    from dedup import checking

    changed, home = checking.fix(files, cleaned, settings)
    names = {one.document.id for one in changed}
    done = [finding for finding in findings if finding.place.path in names and finding.fixable]
    if home is not None and not quiet:
        for name in sorted(names):
            here = [f"{finding.code} line {finding.place.line}" for finding in done if finding.place.path == name]
            more = f" and {len(here) - 8} more" if len(here) > 8 else ""
            print(f"Fixed {_printable(name)}: {', '.join(here[:8])}{more}", file=sys.stderr)
        print(f"dedup: took {len(done)} out of {len(changed)} files; undo: dedup restore {home}", file=sys.stderr)
    return [finding for finding in findings if finding not in done], len(done)


def _print_diffs(cleaned: Any) -> bool:
    from dedup.report.diff import unified

    changed = [one for one in cleaned if one.status == "changed"]
    for one in changed:
        for line in unified(one):
            print(_printable(line))
    return bool(changed)


def _printable(text: str) -> str:
    """Return a text without the halves of bytes that a file name may hold."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
