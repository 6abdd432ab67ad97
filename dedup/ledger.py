"""The ledger: every removal, why it was made, and enough to put every byte back.

`OUT/.dedup/` holds three files. `ledger.jsonl` has a record for each removal: document, line, span, code and name,
text, evidence (twin and similarity, or phrase and context), and the cuts: the original positions and characters that are no
longer in the cleaned copy. `documents.jsonl` has a record for each document: status, encoding, digests of the
original and the cleaned bytes. `run.json` is the summary. Positions count code points of the decoded text.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from dedup.documents.folder import Intake, digest_of
from dedup.documents.output import HOME, check_output, remove_file, write_file
from dedup.errors import DedupError
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
    """Write the cleaned copies and the ledger.

    The ledger comes first, so that an interrupted run leaves a folder that dedup knows as its own, and that a second
    run completes. Copies that an earlier run left and this one does not write are removed, if nobody changed them.

    Raises:
        OutputError: something cannot be written.
    """
    earlier = _documents(out) if (out / HOME / DOCUMENTS).is_file() else []
    copies: dict[str, bytes] = {}
    records = []
    for one in outcome:
        original = intake.originals[one.document.id]
        if one.status != "copy":
            copies[one.document.id] = one.text.encode(original.encoding)
        cleaned = digest_of(copies[one.document.id]) if one.status != "copy" else None
        records.append(_document_record(one, original.encoding, original.digest, cleaned))
    write_file(out / HOME / RUN, _json({**summary, "finished": False}, indent=2))
    write_file(out / HOME / ".gitignore", b"*\n")
    write_file(out / HOME / DOCUMENTS, b"".join(map(_json, records)))
    write_file(out / HOME / LEDGER, b"".join(map(_json, records_of(outcome, packs))))
    for record in earlier:
        path = out / record["document"]
        if record["document"] not in copies and path.is_file() and digest_of(path.read_bytes()) == record["cleaned"]:
            remove_file(out, path)
    for name, data in copies.items():
        write_file(out / name, data)
    write_file(out / HOME / RUN, _json({**summary, "finished": True}, indent=2))


def records_of(outcome: Outcome, packs: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the ledger's records of all removals, in reading order; the user's packs name their codes."""
    from dedup.codes import all_codes

    names = {code.code: code.name for code in all_codes(packs)}
    lines = _LineNumbers(outcome)
    return [_record(removal, lines, names) for removal in outcome.removals]


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
        yield Entry(record, removals.get(record["document"], []))


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


def restore_entry(out: Path, entry: Entry) -> bytes:
    """Return the original bytes of a document, checked against the digest of what was read.

    Raises:
        DedupError: its cleaned copy is gone or was changed, or the result is not the original.
    """
    record = entry.record
    name, encoding = record["document"], record["encoding"]
    cleaned = ""
    if record["status"] != "copy":
        try:
            data = (out / name).read_bytes()
        except OSError as error:
            raise DedupError(f"{name}: {error.strerror or error}") from error
        if digest_of(data) != record["cleaned"]:
            raise DedupError(f"{name}: the cleaned copy was changed; clean again, or restore the copy first")
        cleaned = data.decode(encoding)
    restored = original_text(cleaned, entry.removals).encode(encoding)
    if digest_of(restored) != record["original"]:
        raise DedupError(f"{name}: the ledger does not give back the original bytes; it was changed or damaged")
    return restored


def restore(out: Path, destination: Path, force: bool = False) -> tuple[int, list[str]]:
    """Write the originals of all documents of a cleaned folder.

    Returns:
        How many were restored, and what is wrong with the others.

    Raises:
        DedupError: there is no ledger, or the destination cannot be used.
    """
    found = list(entries(out))
    check_output(out, destination, force)
    problems = []
    done = 0
    for entry in found:
        try:
            write_file(destination / entry.record["document"], restore_entry(out, entry))
            done += 1
        except DedupError as error:
            problems.append(str(error))
    return done, problems


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


def _record(removal: Removal, lines: _LineNumbers, names: dict[str, str]) -> dict[str, Any]:
    text = lines.text(removal.document)
    record: dict[str, Any] = {
        "document": removal.document,
        "line": lines.at(removal.document, removal.start),
        "start": removal.start,
        "end": removal.end,
        "code": removal.code,
        "name": names[removal.code],
        "text": removal.text,
    }
    if removal.twin is not None:
        record["twin"] = {
            "document": removal.twin.document,
            "line": lines.at(removal.twin.document, removal.twin.start),
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
    if not (out / HOME / DOCUMENTS).is_file():
        raise DedupError(f"{out} has no ledger ({HOME}/{DOCUMENTS}); was it made by `dedup clean`?")
    return list(_read(out / HOME / DOCUMENTS))


def _read(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise DedupError(f"{path}:{number}: damaged record ({error.msg})") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DedupError(f"{path}: {error}") from error


def _json(value: Any, indent: int | None = None) -> bytes:
    try:
        return (json.dumps(value, ensure_ascii=False, indent=indent) + "\n").encode()
    except UnicodeEncodeError:  # a file name that is not UTF-8
        return (json.dumps(value, indent=indent) + "\n").encode()


class _LineNumbers:
    """Line numbers of positions in documents, counted once for each document."""

    def __init__(self, outcome: Outcome) -> None:
        self._texts = {one.document.id: one.document.text for one in outcome}
        self._breaks: dict[str, list[int]] = {}

    def text(self, document: str) -> str:
        """Return the original text of a document."""
        return self._texts[document]

    def at(self, document: str, position: int) -> int:
        """Return the number of the line of a position; the first is 1."""
        breaks = self._breaks.get(document)
        if breaks is None:
            lengths = (len(line) + 1 for line in self._texts[document].split("\n"))
            breaks = self._breaks[document] = list(accumulate(lengths))
        return bisect_right(breaks, position) + 1
