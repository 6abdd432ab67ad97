"""The ledger: every removal, why it was made, and enough to put every byte back.

`OUT/.dedup/` holds three files. `ledger.jsonl` has a record for each removal: document, line, span, code and name,
text, evidence (twin and similarity, or phrase and context), and the cuts: the original positions and characters that are no
longer in the cleaned copy. `documents.jsonl` has a record for each document: status, encoding, digests of the
original and the cleaned bytes. `run.json` is the summary. Positions count code points of the decoded text. Spark writes the
records to folders of these names, as part files.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from dedup.documents.folder import Intake, Original, digest_of
from dedup.documents.output import HOME, WholeFile, check_output, remove_file, write_file
from dedup.errors import DedupError, OutputError
from dedup.outcome import Cleaned, Outcome, Removal

LEDGER, DOCUMENTS, RUN = "ledger.jsonl", "documents.jsonl", "run.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the ledger: its record, and the records of its removals in reading order."""

    record: dict[str, Any]
    removals: list[dict[str, Any]]


def write_output(
    out: Path, intake: Intake, outcome: Outcome, summary: dict[str, Any], packs: tuple[str, ...] = ()
) -> None:
    """Write the cleaned copies and the ledger of documents in memory.

    Raises:
        OutputError: something cannot be written.
    """
    pages = Pages(names_of_codes(packs))
    for one in outcome:
        pages.add(one, intake.originals[one.document.id])
    with Book(out, summary) as book:
        book.add(b"".join(pages.documents), b"".join(pages.removals))
        book.close(pages.copies.keys())
        for name, data in pages.copies.items():
            write_file(out / name, data)
        book.finish(summary)


def names_of_codes(packs: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the name of each code; the user's packs have some of their own."""
    from dedup.codes import all_codes

    return {code.code: code.name for code in all_codes(packs)}


class Pages:
    """The ledger's records of some documents, and their cleaned copies.

    Args:
        names: the name of each code.

    Attributes:
        documents, removals: the records, as lines of JSON.
        copies: the cleaned copies, by name; a document that is dropped has none.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self.documents: list[bytes] = []
        self.removals: list[bytes] = []
        self.copies: dict[str, bytes] = {}

    def add(self, one: Cleaned, original: Original) -> None:
        """Add a document."""
        name = one.document.id
        cleaned = None
        if one.status != "copy":
            data = self.copies[name] = one.text.encode(original.encoding)
            cleaned = original.digest if one.text == one.document.text else digest_of(data)
        self.documents.append(_json(_document_record(one, original.encoding, original.digest, cleaned)))
        self.removals += [_json(_record(removal, one.document.text, self._names)) for removal in one.removals]


class Book:
    """The ledger of an output folder while it is written. A context manager.

    The ledger comes before the copies, so that an interrupted run leaves a folder that dedup knows as its own, and that a
    second run completes.

    Args:
        out: the output folder.
        summary: what is known of the run beforehand.

    Raises:
        OutputError: something cannot be written.
    """

    def __init__(self, out: Path, summary: dict[str, Any]) -> None:
        self._out = out
        self._earlier = {}
        if (out / HOME / DOCUMENTS).exists():
            self._earlier = {record["document"]: record["cleaned"] for record in _documents(out)}
        self._note(summary, finished=False)
        write_file(out / HOME / ".gitignore", b"*\n")
        self._files = [WholeFile(out / HOME / DOCUMENTS)]
        try:
            self._files.append(WholeFile(out / HOME / LEDGER))
        except OutputError:
            self._files[0].discard()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for file in self._files:
            file.discard()

    def add(self, documents: bytes, removals: bytes) -> None:
        """Add records; they come in the order of documents."""
        for file, records in zip(self._files, (documents, removals), strict=True):
            file.write(records)

    def close(self, names: Container[str]) -> None:
        """Put the ledger in place, and remove copies that an earlier run left, if nobody changed them.

        Args:
            names: of the copies that this run writes.
        """
        # The earlier ledger knows of them: as long as one is there, it has to stay.
        for name, digest in self._earlier.items():
            path = self._out / name
            if name not in names and path.is_file() and digest_of(path.read_bytes()) == digest:
                remove_file(self._out, path)
        for name in (DOCUMENTS, LEDGER):
            shutil.rmtree(self._out / HOME / name, ignore_errors=True)  # part files; a file is not touched
        for file in self._files:
            file.keep()

    def finish(self, summary: dict[str, Any]) -> None:
        """Note that all copies are there."""
        self._note(summary, finished=True)

    def _note(self, summary: dict[str, Any], *, finished: bool) -> None:
        write_file(self._out / HOME / RUN, _json({**summary, "finished": finished}, indent=2))


def records_of(outcome: Outcome, packs: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the ledger's records of all removals, in reading order."""
    names = names_of_codes(packs)
    return [_record(removal, one.document.text, names) for one in outcome for removal in one.removals]


def entries(out: Path) -> Iterator[Entry]:
    """Return the documents of a ledger with their removals.

    Raises:
        DedupError: the folder has no ledger, or a damaged one.
    """
    removals: dict[str, list[dict[str, Any]]] = {}
    documents = _documents(out)
    for record in _read(out / HOME / LEDGER):
        removals.setdefault(record["document"], []).append(record)
    for record in documents:
        yield Entry(record, sorted(removals.get(record["document"], []), key=lambda removal: int(removal["start"])))


def original_text(cleaned: str, removals: Iterable[dict[str, Any]]) -> str:
    """Put the cuts of a document's removals back into its cleaned text."""
    cuts = sorted((start, text) for removal in removals for start, text in removal["cuts"])
    parts, position, taken = [], 0, 0
    for start, text in cuts:
        step = start - position
        parts += [cleaned[taken : taken + step], text]
        taken += step
        position = start + len(text)
    parts.append(cleaned[taken:])
    return "".join(parts)


def restore_entry(out: Path, entry: Entry, cleaned: bytes | None = None) -> bytes:
    """Return the original bytes of a document, checked against the digest of what was read.

    Args:
        out: the cleaned folder.
        entry: the document.
        cleaned: its cleaned text; None: its copy is a file of the folder.

    Raises:
        DedupError: its cleaned copy is gone or was changed, or the result is not the original.
    """
    record = entry.record
    name, encoding = record["document"], record["encoding"]
    text = ""
    if record["status"] != "copy":
        try:
            data = (out / name).read_bytes() if cleaned is None else cleaned
        except OSError as error:
            raise DedupError(f"{name}: {error.strerror or error}") from error
        if digest_of(data) != record["cleaned"]:
            raise DedupError(f"{name}: the cleaned copy was changed; clean again, or restore the copy first")
        text = data.decode(encoding)
    restored = original_text(text, entry.removals).encode(encoding)
    if digest_of(restored) != record["original"]:
        raise DedupError(f"{name}: the ledger does not give back the original bytes; it was changed or damaged")
    return restored


def restore(out: Path, destination: Path, force: bool = False) -> tuple[int, list[str]]:
    """Write the originals of all documents of a cleaned folder, as files or as rows, whichever they were.

    Returns:
        How many were restored, and what is wrong with the others.

    Raises:
        DedupError: there is no ledger, or the destination cannot be used.
    """
    found = list(entries(out))
    check_output(out, destination, force)
    form = form_of(out)
    if form is not None:
        from dedup.documents.rows import restore_rows

        return restore_rows(out, destination, found, form)
    problems = []
    done = 0
    for entry in found:
        try:
            write_file(destination / entry.record["document"], restore_entry(out, entry))
            done += 1
        except DedupError as error:
            problems.append(str(error))
    return done, problems


def form_of(out: Path) -> dict[str, Any] | None:
    """Return what run.json says of the rows of a cleaned folder: format, columns, partitions. None: it has files."""
    try:
        run = json.loads((out / HOME / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return run if isinstance(run, dict) and run.get("format") in ("jsonl", "parquet") else None


def _document_record(one: Cleaned, encoding: str, original: str, cleaned: str | None) -> dict[str, Any]:
    record: dict[str, Any] = {
        "document": one.document.id,
        "source": one.document.source,
        "status": one.status,
        "encoding": encoding,
        "original": original,
        "cleaned": cleaned,
    }
    if one.refused is not None:
        record["refused"] = round(one.refused, 4)  # the share of its words that it would have lost
    return record


def _record(removal: Removal, text: str, names: Mapping[str, str]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "document": removal.document,
        "line": removal.line,
        "start": removal.start,
        "end": removal.end,
        "code": removal.code,
        "name": names[removal.code],
        "text": removal.text,
    }
    if removal.twin is not None:
        record["twin"] = {
            "document": removal.twin.document,
            "line": removal.twin.line,
            "start": removal.twin.start,
            "end": removal.twin.end,
        }
        record["similarity"] = removal.similarity
    if removal.phrase is not None:
        record["phrase"] = removal.phrase
    if removal.evidence is not None:
        record["evidence"] = removal.evidence
    record["cuts"] = [[cut.start, text[cut.start : cut.end]] for cut in removal.cuts]
    return record


def _documents(out: Path) -> list[dict[str, Any]]:
    if not (out / HOME / DOCUMENTS).exists():
        raise DedupError(f"{out} has no ledger ({HOME}/{DOCUMENTS}); was it made by `dedup clean`?")
    return list(_read(out / HOME / DOCUMENTS))


def _read(path: Path) -> Iterator[dict[str, Any]]:
    for file in _parts(path) if path.is_dir() else [path]:
        try:
            with file.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    try:
                        yield json.loads(line)
                    except json.JSONDecodeError as error:
                        raise DedupError(f"{file}:{number}: damaged record ({error.msg})") from error
        except (OSError, UnicodeDecodeError) as error:
            raise DedupError(f"{file}: {error}") from error


def _parts(folder: Path) -> list[Path]:
    """Return the part files that Spark wrote; their order says nothing."""
    if (folder / "_temporary").exists():
        raise DedupError(f"{folder} was not finished; clean again")
    return sorted(folder.glob("part-*"))


_dump = json.JSONEncoder(ensure_ascii=False).encode


def _json(value: Any, indent: int | None = None) -> bytes:
    try:
        return ((json.dumps(value, ensure_ascii=False, indent=indent) if indent else _dump(value)) + "\n").encode()
    except UnicodeEncodeError:  # a file name that is not UTF-8
        return (json.dumps(value, indent=indent) + "\n").encode()
