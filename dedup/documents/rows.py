"""The rows of a cleaned folder: JSON lines and Parquet files of which each row is a document."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from dedup.documents.output import HOME
from dedup.errors import DedupError, OutputError
from dedup.ledger import Entry, restore_entry

#: The folder of rows that have no value for it, as Spark and Hive call it.
NONE = "__HIVE_DEFAULT_PARTITION__"


class Form(NamedTuple):
    """What the rows of a folder are: their format, the columns that matter, and those that are folders."""

    format: str
    text: str
    id: str
    source: str
    partitions: list[str]


def restore_rows(out: Path, destination: Path, entries: list[Entry], form: dict[str, Any]) -> tuple[int, list[str]]:
    """Write the rows of a cleaned folder with their original texts, in files of the same names.

    Rows of dropped copies come back in files of their own, with id, text and source; what stood in their other columns is
    not known any more.

    Args:
        out: the cleaned folder.
        destination: the folder for the rows.
        entries: the documents of its ledger.
        form: what run.json says of the rows.

    Returns:
        How many were restored, and what is wrong with the others.

    Raises:
        DedupError: something cannot be read or written, or pyarrow is missing.
    """
    rows = _form(form)
    back = _Back(out, {entry.record["document"]: entry for entry in entries})
    restored = _json_back if rows.format == "jsonl" else _parquet_back
    for path in _files(out, rows):
        restored(path, destination / path.relative_to(out), rows, back)
    copies: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        record = entry.record
        text = back.text(record["document"], b"") if record["status"] == "copy" else None
        if text is not None:
            row = {rows.id: record["document"], rows.text: text, rows.source: record["source"] or None}
            copies.setdefault(_folder(rows, record["source"]), []).append(row)
    for folder, some in copies.items():
        _write_copies(destination / folder / f"part-copies.{rows.format}", some, rows, next(_files(out, rows), None))
    problems = [*back.problems, *(f"{name}: has no row in {out}" for name in back.entries)]
    return back.done, problems


def text_of(out: Path, form: dict[str, Any], name: str) -> bytes:
    """Return the cleaned text of a document.

    Raises:
        DedupError: it is not there, or cannot be read.
    """
    rows = _form(form)
    for path in _files(out, rows):
        for found, text in _texts(path, rows):
            if found == name:
                return text
    raise DedupError(f"{name}: has no row in {out}")


class _Back:
    """The texts that come back.

    Attributes:
        entries: the documents that have not come back yet, by id.
        done: how many have.
        problems: what is wrong with others.
    """

    def __init__(self, out: Path, entries: dict[str, Entry]) -> None:
        self._out = out
        self.entries = entries
        self.done = 0
        self.problems: list[str] = []

    def text(self, name: str, cleaned: bytes) -> str | None:
        """Return the original text of a document, or note what is wrong with it."""
        entry = self.entries.pop(name, None)
        try:
            if entry is None:
                raise DedupError(f"{name}: is not in the ledger of {self._out}")
            text = restore_entry(self._out, entry, cleaned).decode()
        except DedupError as error:
            self.problems.append(str(error))
            return None
        self.done += 1
        return text


def with_text(line: str, column: str, text: str) -> str:
    """Return a line of JSON with another text; what else stands in it is the same."""
    return _dump({**_parse(line), column: text})


def _parse(line: str) -> dict[str, Any]:
    found, _ = json.JSONDecoder().raw_decode(line.strip())  # for Spark, what follows the object is no part of it
    return dict(found)


def _dump(record: dict[str, Any]) -> str:
    line = json.dumps(record, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:  # half a character, which only an escape can say
        return json.dumps(record)
    return line


def _form(form: dict[str, Any]) -> Form:
    names = form["columns"]
    return Form(form["format"], names["text"], names["id"], names["source"], form["partitions"])


def _files(out: Path, rows: Form) -> Iterator[Path]:
    for path in sorted(out.rglob(f"part-*.{rows.format}")):
        if HOME not in path.relative_to(out).parts:
            yield path


def _texts(path: Path, rows: Form) -> Iterator[tuple[str, bytes]]:
    """Yield ids and texts of a file."""
    if rows.format == "jsonl":
        for _, record in _lines(path):
            yield _said(record.get(rows.id)), _said(record.get(rows.text)).encode("utf-8", "replace")
        return
    _, parquet = _pyarrow()
    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=[rows.id, rows.text]):
            yield from _pairs(batch, rows)


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            try:
                yield line, _parse(line)
            except ValueError as error:
                raise DedupError(f"{path}:{number}: damaged row ({error})") from error


def _said(value: Any) -> str:
    """Return a value of JSON as Spark makes a string of it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _pairs(batch: Any, rows: Form) -> Iterator[tuple[str, bytes]]:
    pa, _ = _pyarrow()
    names = batch.column(rows.id).cast(pa.string()).to_pylist()
    yield from zip(names, batch.column(rows.text).cast(pa.binary()).to_pylist(), strict=True)


def _json_back(path: Path, destination: Path, rows: Form, back: _Back) -> None:
    with _whole(destination) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for line, record in _lines(path):
            data = _said(record.get(rows.text)).encode("utf-8", "replace")
            text = back.text(_said(record.get(rows.id)), data)
            if text is not None:
                file.write(line if text.encode() == data else _dump({**record, rows.text: text}) + "\n")


def _parquet_back(path: Path, destination: Path, rows: Form, back: _Back) -> None:
    pa, parquet = _pyarrow()
    with parquet.ParquetFile(path) as file, _whole(destination) as temporary:
        schema = file.schema_arrow
        place = schema.get_field_index(rows.text)
        with parquet.ParquetWriter(temporary, schema) as writer:
            for batch in file.iter_batches():
                texts = [back.text(name, data) for name, data in _pairs(batch, rows)]
                good = pa.array([text is not None for text in texts], pa.bool_())
                whole = batch.set_column(place, schema.field(place), pa.array(texts, schema.field(place).type))
                writer.write_batch(whole.filter(good))


def _write_copies(path: Path, some: list[dict[str, Any]], rows: Form, like: Path | None) -> None:
    """Write rows of dropped copies; `like` is a file that has all columns."""
    with _whole(path) as temporary:
        if rows.format == "jsonl":
            numbers = like is not None and all(type(record.get(rows.id)) is int for _, record in _lines(like))
            for row in some:
                row[rows.id] = int(row[rows.id]) if numbers else row[rows.id]
            lines = (_dump({k: v for k, v in row.items() if v is not None}) for row in some)
            temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            return
        pa, parquet = _pyarrow()
        schema = parquet.read_schema(like) if like is not None else pa.schema([(k, pa.string()) for k in some[0]])
        columns = {k: pa.array([row.get(k) for row in some], pa.string()) for k in (rows.text, rows.id, rows.source)}
        arrays = [
            columns[field.name].cast(field.type) if field.name in columns else pa.nulls(len(some), field.type)
            for field in schema
        ]
        parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), temporary)


def _folder(rows: Form, source: str) -> str:
    """Return the folder of a row of which only the source is known."""
    values = {name: source if name == rows.source and source else NONE for name in rows.partitions}
    return "/".join(f"{_escaped(name)}={_escaped(value)}" for name, value in values.items())


def _escaped(name: str) -> str:
    """Return a name as Spark and Hive make it the name of a folder."""
    return re.sub(r"""[\x01-\x1f\x7f"#%'*/:=?\\{\[\]^]""", lambda found: f"%{ord(found[0]):02X}", name)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a name to write to; it becomes the file if nothing goes wrong."""
    temporary = path.with_name(f".{path.name[:100]}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}; mend that and run again") from error
    finally:
        temporary.unlink(missing_ok=True)


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise DedupError("pyarrow is not installed: pip install 'dedup-articles[spark]'") from error
    return pyarrow, parquet
