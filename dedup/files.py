"""Files in, files out: one run over a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from dedup.cache import SegmentCache
from dedup.config import Config
from dedup.documents.output import discard_unfinished
from dedup.documents.texts import Filed
from dedup.engines.local import BULK_FROM, LocalEngine
from dedup.errors import OutputError
from dedup.outcome import Cleaned, Totals
from dedup.publish import publish
from dedup.report.summary import summarise
from dedup.run import Progress, Run, Silent
from dedup.spool import Spool


class Done(NamedTuple):
    """What came of a run over files: its totals, the files that could not be read and why, the summary, and the run."""

    totals: Totals
    bad: dict[str, str]
    summary: dict[str, Any]
    run: Run


def clean_files(
    source: Path,
    out: Path | None,
    config: Config,
    progress: Progress | None = None,
    look: Callable[[Cleaned], None] = lambda one: None,
) -> Done:
    """Clean the files of a folder.

    Args:
        source: a folder of text files, or one file.
        out: folder for the copies and the ledger; None: nothing is written.
        config: the settings.
        progress: is told what happens.
        look: where nothing is written, is given what became of each document.

    Raises:
        OutputError: something cannot be written.
        DocumentError: a file changed while it was read.
    """
    progress = progress or Silent()
    progress.phase("read")
    texts = Filed(source)
    bad: dict[str, str] = {}

    def summary(totals: Totals) -> dict[str, Any]:
        return summarise(totals, config, run.passes, bad, texts.skipped)

    size = sum(texts.sizes)
    home = Path(config.temp_dir) if config.temp_dir else out.resolve().parent if out is not None else None
    if home is not None and _lies_in(home, source):
        raise OutputError(f"{home} lies in {source}, which is not written; give another --temp-dir")
    with Spool(config.memory, size, home) as spool, LocalEngine(config, spool=spool) as engine:
        engine.expect(size)
        workers = engine.pids
        # While the workers start.
        cache = _cache(source, config) if config.cache and out is not None and size >= BULK_FROM else None
        run = Run(texts, config, engine, progress)
        try:
            run.decide(cache)
            bad = {**texts.unread, **{texts.ids[doc]: reason for doc, reason in texts.bad.items()}}
            if out is not None:
                totals = publish(out, run, engine, summary, progress)
            else:
                totals = Totals()
                for doc, one in run.cleaned():
                    totals.add(one, texts.originals[doc].encoding)
                    look(one)
        except BaseException:
            engine.close()
            for folder in (out, cache.home if cache is not None else None):
                if folder is not None:
                    discard_unfinished(folder, workers)
            raise
        if cache is not None:
            cache.tidy()
    return Done(totals, bad, summary(totals), run)


def _cache(source: Path, config: Config) -> SegmentCache | None:
    """Return the cache, or None where none can be kept."""
    if _lies_in(Path(config.cache_dir), source):
        return None
    try:
        return SegmentCache(Path(config.cache_dir), source, config)
    except OSError:
        return None


def _lies_in(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
