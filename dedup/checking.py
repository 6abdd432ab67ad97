"""What `dedup check` does: files in, findings and cleaned texts out; with a corpus, judged against its index."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.config import Config
from dedup.documents.decode import decode
from dedup.documents.folder import Intake, Original, digest_of, read_file, walk
from dedup.errors import DedupError
from dedup.outcome import Cleaned, Document, Outcome, Twin
from dedup.run import Progress, clean_documents

if TYPE_CHECKING:
    from dedup.index.corpus import Judged

#: Where `--fix` keeps what it took out, below the cache.
FIXES = "fixes"


@dataclass(slots=True)
class Files:
    """The files that were asked for. A document's id is its path as it is shown.

    Attributes:
        intake: the documents, and what is wrong with the others.
        paths: the file of each document, by id; standard input has none.
    """

    intake: Intake = field(default_factory=Intake)
    paths: dict[str, Path] = field(default_factory=dict)


def gather(
    paths: Sequence[Path], config: Config, *, force_exclude: bool = False, stdin_name: str | None = None
) -> Files:
    """Read the files that were asked for: folders with all text files in them, files whatever they are called.

    Args:
        paths: files and folders; `-` is standard input.
        config: its `exclude` holds for what folders contain.
        force_exclude: … and for files that are named.
        stdin_name: what standard input is called.
    """
    files = Files()
    for path in paths:
        if str(path) == "-":
            _read_stdin(files, stdin_name or "<stdin>")
        elif path.is_dir():
            skipped = Intake()
            for name, entry in walk(path, skipped):
                if not _is_excluded(_shown(entry), config):
                    # As in a cleaned folder, the source is the folder's first level.
                    _read(files, entry, name.partition("/")[0] if "/" in name else "")
            files.intake.skipped |= {_shown(path / name): reason for name, reason in skipped.skipped.items()}
            files.intake.bad |= {_shown(path / name): reason for name, reason in skipped.bad.items()}
        elif not (force_exclude and _is_excluded(_shown(path), config)):
            _read(files, path, _shown(path.parent))
    return files


def judge(files: Files, config: Config, progress: Progress | None = None) -> list[Cleaned]:
    """Return what becomes of each document, in the order of ids, and where the twins of its repeats stand.

    Without a corpus (or where nothing is compared), this is what `clean` does with these files.
    """
    documents = files.intake.documents
    compares = any(code.startswith("DU") for code in config.codes()) and config.scope == "corpus"
    if not (config.corpus and compares):
        return clean_documents(documents, config, progress).cleaned
    root = Path(config.corpus)
    if not root.is_dir():
        raise DedupError(f"the corpus {config.corpus} is not a folder")
    names = {}  # of the documents that lie in the corpus
    for document in documents:
        path = files.paths.get(document.id)
        if path is not None and path.resolve().is_relative_to(root.resolve()):
            names[document.id] = path.resolve().relative_to(root.resolve()).as_posix()
    found = _against(root, documents, names, config, progress)
    cleaned = [_cleaned(document, found(document.id)) for document in documents]
    return sorted(cleaned, key=lambda one: one.document.id)


def fix(files: Files, cleaned: Iterable[Cleaned], config: Config) -> tuple[list[Cleaned], Path | None]:
    """Write the cleaned texts in place, and what was taken out to the cache, from where `restore` puts it back.

    Copies of whole documents are not touched.

    Returns:
        The documents that were changed, and the folder to give to `restore`.

    Raises:
        OutputError: something cannot be written; then no file has been changed without its ledger.
    """
    from dedup.documents.output import write_file
    from dedup.ledger import write_output

    changed = [one for one in cleaned if one.status == "changed" and one.document.id in files.paths]
    if not changed:
        return [], None
    home = Path(config.cache_dir) / FIXES / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    number = {one.document.id: f"{k:06}.txt" for k, one in enumerate(changed)}
    intake = Intake(originals={number[one.document.id]: files.intake.originals[one.document.id] for one in changed})
    renamed = [_renamed(one, number[one.document.id]) for one in changed]
    places = {number[one.document.id]: str(files.paths[one.document.id].resolve()) for one in changed}
    write_output(home, intake, Outcome(renamed), {"places": places})
    ignore = Path(config.cache_dir) / ".gitignore"
    if not ignore.exists():
        write_file(ignore, b"*\n")
    for one in changed:
        write_file(files.paths[one.document.id], one.text.encode(files.intake.originals[one.document.id].encoding))
    return changed, home


def undo(home: Path) -> tuple[int, list[str]]:
    """Put back what one `--fix` took out, into files that nobody has changed since.

    Returns:
        How many files were put back, and what is wrong with the others.
    """
    from dedup.documents.output import HOME, write_file
    from dedup.ledger import RUN, entries, restore_entry

    places = json.loads((home / HOME / RUN).read_text(encoding="utf-8")).get("places", {})
    done, problems = 0, []
    for entry in entries(home):
        path = Path(places[entry.record["document"]])
        try:
            original = restore_entry(home, entry)
            if digest_of(path.read_bytes()) != entry.record["cleaned"]:
                raise DedupError(f"{path}: was changed since; it is left as it is")
            write_file(path, original)
            done += 1
        except OSError as error:
            problems.append(f"{path}: {error.strerror or error}")
        except DedupError as error:
            problems.append(str(error))
    return done, problems


def _against(
    root: Path, documents: Sequence[Document], names: dict[str, str], config: Config, progress: Progress | None
) -> Callable[[str], Judged]:
    """Return what finds what becomes of a document by its id, with ids as they are shown."""
    import sqlite3

    from dedup.index.corpus import CorpusIndex, Judged, without_index

    outside = [document for document in documents if document.id not in names]

    def shown(judged: Judged, document: str) -> Judged:
        removals = (replace(r, document=document, twin=r.twin and _shown_twin(r.twin)) for r in judged.removals)
        return judged._replace(removals=tuple(removals))

    def _shown_twin(twin: Twin) -> Twin:
        return twin if twin.document in by_id else twin._replace(document=_shown(root / twin.document))

    by_id = {document.id for document in outside}
    try:
        for attempt in (1, 2):
            index = CorpusIndex(root, Path(config.cache_dir), config, progress)
            try:
                index.update()
                for name, reason in sorted(index.bad.items()):
                    print(f"dedup: {_shown(root / name)}: {reason} (in the corpus)", file=sys.stderr)
                found = {name: index.outcome(names[name]) for name in names}
                found |= {one.document.id: Judged(one.removals, one.refused) for one in index.judge(outside)}
                return lambda document: shown(found[document], document)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                if attempt == 2:
                    raise
                index.destroy()
            finally:
                index.close()
    except (OSError, sqlite3.Error) as error:
        print(f"dedup: no index can be kept in {config.cache_dir} ({error}); all of {root} is read", file=sys.stderr)
    judged = without_index(root, outside, config, progress)
    return lambda document: shown(judged(names.get(document, document)), document)


def _cleaned(document: Document, judged: Judged) -> Cleaned:
    removals = judged.removals
    if judged.refused is not None:
        return Cleaned(document, document.text, "left alone", (), judged.refused)
    parts, at = [], 0
    for cut in sorted(cut for removal in removals for cut in removal.cuts):
        parts.append(document.text[at : cut.start])
        at = cut.end
    text = "".join([*parts, document.text[at:]])
    if any(removal.code == "DU401" for removal in removals):
        return Cleaned(document, "", "copy", removals)
    return Cleaned(document, text, "changed" if removals else "unchanged", removals)


def _renamed(one: Cleaned, name: str) -> Cleaned:
    """Return the same under another id; twins keep the names that they were shown by."""
    removals = tuple(
        replace(
            r,
            document=name,
            twin=r.twin and (r.twin._replace(document=name) if r.twin.document == one.document.id else None),
        )
        for r in one.removals
    )
    return replace(one, document=one.document._replace(id=name), removals=removals)


def _read(files: Files, path: Path, source: str) -> None:
    name = _shown(path)
    if name in files.paths or name in files.intake.bad:
        return
    read_file(path, name, files.intake)
    if name in files.intake.originals:
        files.paths[name] = path
        files.intake.documents[-1] = files.intake.documents[-1]._replace(source=source)


def _read_stdin(files: Files, name: str) -> None:
    data = sys.stdin.buffer.read()
    try:
        text, encoding = decode(data)
    except DedupError as error:
        files.intake.bad[name] = str(error)
        return
    files.intake.documents.append(Document(name, text))
    files.intake.originals[name] = Original(encoding, digest_of(data))


def _shown(path: Path) -> str:
    """Return a path as it is shown: from here, with slashes."""
    text = os.path.relpath(path) if path.is_absolute() or ".." in path.parts else os.path.normpath(path)
    return Path(text).as_posix()


def _is_excluded(name: str, config: Config) -> bool:
    parts = name.split("/")
    folders = ["/".join(parts[:k]) for k in range(1, len(parts) + 1)]
    return any(fnmatch(part, pattern.rstrip("/")) for pattern in config.exclude for part in (*folders, *parts))
