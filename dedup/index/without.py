"""What is done where no index can be kept: the whole corpus is read and cleaned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from dedup.config import Config
from dedup.documents.folder import Intake, read_file
from dedup.documents.texts import Given
from dedup.engines.local import LocalEngine
from dedup.index.corpus import Judged
from dedup.index.files import files_of, seniority
from dedup.outcome import Document
from dedup.run import Known, Progress, Run


def without_index(
    root: Path,
    documents: Sequence[Document],
    hidden: AbstractSet[str],
    config: Config,
    progress: Progress | None = None,
) -> Callable[[str], Judged]:
    """Judge documents against a corpus of which no index can be kept: all of it but what is hidden is read and cleaned.

    Returns:
        What finds what becomes of a document by its id.
    """
    intake = Intake()
    for name, path in files_of(root, config):
        if name not in hidden:
            read_file(path, name, intake)
    order = seniority(root, [d.id for d in intake.documents])
    there = {d.id for d in intake.documents}
    more = [d for d in documents if d.id not in there]
    with LocalEngine(config) as engine:
        known = Known({**order, **{d.id: 2 for d in more}})
        result = Run(Given([*intake.documents, *more], known.order), config, engine, progress, known).outcome()
    judged = {one.document.id: Judged(one.removals, one.refused) for one in result}
    return lambda name: judged.get(name, Judged())
