"""The Python API: clean one text, or many documents together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dedup.config import Config
from dedup.errors import DocumentError
from dedup.outcome import Document, Outcome
from dedup.report.findings import Finding, findings_of
from dedup.run import Progress, clean_documents


class Cleaner:
    """Cleans documents under one configuration, exactly as the command line does.

    >>> outcome = Cleaner().clean({"a.txt": "Advertisement\\n\\nThe ferry sails again.\\n"})
    >>> outcome.removals[0].code, outcome.cleaned[0].text
    ('AD001', 'The ferry sails again.\\n')

    Args:
        config: the settings; the default ones if None.
    """

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()
        self.config.codes()

    def clean(self, documents: Iterable[Document] | dict[str, str], progress: Progress | None = None) -> Outcome:
        """Clean documents that are compared with each other.

        Args:
            documents: documents, or texts by id. In an id with "/" the first part is the source, as in a folder.
            progress: is told what happens.

        Raises:
            ValueError: two documents have the same id.
        """
        if isinstance(documents, dict):
            documents = [
                Document(name, text, name.partition("/")[0] if "/" in name else "") for name, text in documents.items()
            ]
        return clean_documents(list(documents), self.config, progress)

    def check(self, documents: Iterable[Document] | dict[str, str]) -> list[Finding]:
        """Return what `clean` would remove, as findings with lines and columns, in the order of places.

        Args:
            documents: as for `clean`.
        """
        outcome = self.clean(documents)
        texts = {one.document.id: one.document.text for one in outcome}
        return findings_of(outcome.removals, texts.__getitem__, self.config.packs)

    def clean_text(self, text: str) -> str:
        """Clean one text on its own."""
        return self.clean({"text": text}).cleaned[0].text

    def clean_folder(self, source: str | Path, out: str | Path, *, force: bool = False) -> Outcome:
        """Do what `dedup clean SOURCE OUT` does: write cleaned copies and the ledger.

        Args:
            source: a folder of text files, or one file.
            out: folder for the copies.
            force: write into a folder that dedup did not make.

        Raises:
            DocumentError: some files could not be read; the others have been written.
            OutputError: OUT cannot be used or written.
        """
        from dedup.documents.output import check_output
        from dedup.files import clean_files

        source, out = Path(source), Path(out)
        check_output(source, out, force)
        done = clean_files(source, out, self.config)
        if done.bad:
            raise DocumentError("; ".join(f"{name}: {reason}" for name, reason in sorted(done.bad.items())))
        return done.run.report()


def clean_text(text: str, config: Config | None = None) -> str:
    """Clean one text on its own: its debris, and what it repeats of itself.

    Args:
        text: an article, a paragraph or caption a line.
        config: the settings; the default ones if None.

    Returns:
        The text without whole lines or sentences; all else is as it was.
    """
    return Cleaner(config).clean_text(text)
