"""What `dedup check` does: files in, findings and cleaned texts out; with a corpus, judged against its index."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.config import Config
from dedup.documents.decode import decode
from dedup.documents.folder import Intake, Original, digest_of, read_file, shown, walk
from dedup.errors import DedupError
from dedup.outcome import Cleaned, Document, Outcome, Removal, Twin
from dedup.run import Progress, clean_documents

if TYPE_CHECKING:
    from dedup.index.corpus import Judged

#: Where `--fix` keeps what it took out, below the cache.
FIXES = "fixes"
#: Begins the ids of documents that are not of the corpus: no path in it does.
_OUTSIDE = "//"


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
    cache = Path(config.cache_dir).resolve()
    for path in dict.fromkeys(paths):
        if str(path) == "-":
            name = stdin_name or "<stdin>"
            if not (force_exclude and config.excludes(name)):
                _read_stdin(files, name)
        elif path.is_dir():
            skipped = Intake()
            for name, entry in walk(path, skipped):
                if not config.excludes(shown(entry)) and cache not in entry.resolve().parents:
                    # As in a cleaned folder, the source is the folder's first level.
                    _read(files, entry, name.partition("/")[0] if "/" in name else "")
            files.intake.skipped |= {shown(path / name): reason for name, reason in skipped.skipped.items()}
            files.intake.bad |= {shown(path / name): reason for name, reason in skipped.bad.items()}
        elif not (force_exclude and config.excludes(shown(path))):
            _read(files, path, shown(path.parent))
    return files


def judge(files: Files, config: Config, progress: Progress | None = None) -> list[Cleaned]:
    """Return what becomes of each document, in the order of ids, and where the twins of its repeats stand.

    Without a corpus (or where nothing is compared), this is what `clean` does with these files.
    """
    documents = files.intake.documents
    compares = any(code.startswith("DU") for code in config.codes()) and config.scope == "corpus"
    if not config.corpus:
        return clean_documents(documents, config, progress).cleaned
    if not compares:  # of what its source prints elsewhere nothing is known: each file for itself
        return clean_documents(documents, replace(config, scope="document"), progress).cleaned
    root = Path(config.corpus)
    if not root.is_dir():
        raise DedupError(f"the corpus {config.corpus} is not a folder")
    inside = {}  # the documents that lie in the corpus, by their names there
    for document in documents:
        path = files.paths.get(document.id, Path(document.id))
        path = path.parent.resolve() / path.name
        if path.is_relative_to(root.resolve()):
            inside[document.id] = path.relative_to(root.resolve()).as_posix()
    found = _against(root, documents, inside, files, config, progress)
    cleaned = [_cleaned(document, found[document.id]) for document in documents]
    return sorted(cleaned, key=lambda one: one.document.id)


def only(one: Cleaned, wanted: Collection[tuple[str, int]]) -> Cleaned:
    """Return a document with only those of its removals, by code and beginning, that are wanted."""
    removals = tuple(r for r in one.removals if (r.code, r.start) in wanted)
    return one if len(removals) == len(one.removals) else _cut(one.document, removals)


def fix(files: Files, cleaned: Iterable[Cleaned], config: Config) -> tuple[list[Cleaned], Path | None]:
    """Write the cleaned texts in place, and what was taken out to the cache, from where `restore` puts it back.

    Copies of whole documents are not touched, nor is a file that somebody changed since it was read (it is named).

    Returns:
        The documents that were changed, and the folder to give to `restore`.

    Raises:
        OutputError: something cannot be written; what was written before can be undone (the folder is named).
    """
    from dedup.documents.output import write_file
    from dedup.ledger import write_output

    changed = []
    for one in cleaned:
        name = one.document.id
        if one.status == "changed" and name in files.paths:
            if digest_of(files.paths[name].read_bytes()) == files.intake.originals[name].digest:
                changed.append(one)
            else:
                print(f"dedup: {name}: was changed since it was read; it is left as it is", file=sys.stderr)
    if not changed:
        return [], None
    cache = Path(config.cache_dir)
    stem = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    home = next(h for n in count() if not (h := cache / FIXES / f"{stem}{f'-{n}' if n else ''}").exists())
    number = {one.document.id: f"{k:06}.txt" for k, one in enumerate(changed)}
    intake = Intake(originals={number[one.document.id]: files.intake.originals[one.document.id] for one in changed})
    renamed = [_renamed(one, number[one.document.id]) for one in changed]
    places = {number[one.document.id]: str(files.paths[one.document.id].resolve()) for one in changed}
    write_output(home, intake, Outcome(renamed), {"places": places}, config.packs)
    if not (cache / ".gitignore").exists():
        write_file(cache / ".gitignore", b"*\n")
    try:
        for one in changed:
            encoding = files.intake.originals[one.document.id].encoding
            write_file(files.paths[one.document.id].resolve(), one.text.encode(encoding))
    except BaseException:
        print(f"dedup: some files may be changed already; undo: dedup restore {home}", file=sys.stderr)
        raise
    return changed, home


def undo(home: Path) -> tuple[int, list[str]]:
    """Put back what one `--fix` took out, into files that nobody has changed since.

    Returns:
        How many files were put back, and what is wrong with the others.
    """
    from dedup.documents.output import HOME, write_file
    from dedup.ledger import RUN, entries, restore_entry

    try:
        places = json.loads((home / HOME / RUN).read_text(encoding="utf-8"))["places"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DedupError(f"{home} does not hold what `check --fix` took out ({error})") from error
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
    root: Path,
    documents: Sequence[Document],
    inside: Mapping[str, str],
    files: Files,
    config: Config,
    progress: Progress | None,
) -> dict[str, Judged]:
    """Return what becomes of each document, by its id, with ids as they are shown."""
    import sqlite3

    from dedup.index.corpus import CorpusIndex, Judged
    from dedup.index.store import cannot_keep
    from dedup.index.without import without_index

    def named(judged: Judged, document: str) -> Judged:
        removals = (replace(r, document=document, twin=r.twin and named_twin(r.twin)) for r in judged.removals)
        return judged._replace(removals=tuple(removals))

    def named_twin(twin: Twin) -> Twin:
        other = twin.document.removeprefix(_OUTSIDE)
        return twin._replace(document=other if other != twin.document else shown(root / other))

    def split(knows: Callable[[str], bool]) -> tuple[dict[str, str], list[Document], set[str]]:
        """Return the documents of the corpus, the others under ids of their own, and what these take the place of."""
        of_corpus = {name: rel for name, rel in inside.items() if name in files.paths and knows(rel)}
        others = [d._replace(id=_OUTSIDE + d.id) for d in documents if d.id not in of_corpus]
        return of_corpus, others, {rel for name, rel in inside.items() if name not in of_corpus}

    try:
        for attempt in (1, 2):
            index = CorpusIndex(root, Path(config.cache_dir), config, progress)
            try:
                index.update()
                for name, reason in sorted(index.bad.items()):
                    if shown(root / name) not in files.intake.bad:
                        print(f"dedup: {shown(root / name)}: {reason} (in the corpus)", file=sys.stderr)
                of_corpus, others, hidden = split(index.knows)
                found = {name: named(index.outcome(rel), name) for name, rel in of_corpus.items()}
                for one in index.judge(others, hidden):
                    name = one.document.id.removeprefix(_OUTSIDE)
                    found[name] = named(Judged(one.removals, one.refused), name)
                return found
            except (sqlite3.Error, ValueError, IndexError, KeyError) as error:
                # Damaged, unless it says that nothing can be kept here.
                if attempt == 2 or (isinstance(error, sqlite3.Error) and cannot_keep(error)):
                    raise
                index.destroy()
            finally:
                index.close()
    except (OSError, sqlite3.Error) as error:
        print(f"dedup: no index can be kept in {config.cache_dir} ({error}); all of {root} is read", file=sys.stderr)
    of_corpus, others, hidden = split(lambda name: not config.excludes(shown(root / name)))
    judged = without_index(root, others, hidden, config, progress)
    found = {name: named(judged(rel), name) for name, rel in of_corpus.items()}
    return found | {d.id.removeprefix(_OUTSIDE): named(judged(d.id), d.id.removeprefix(_OUTSIDE)) for d in others}


def _cleaned(document: Document, judged: Judged) -> Cleaned:
    if judged.refused is not None:
        return Cleaned(document, document.text, "left alone", (), judged.refused)
    if any(removal.code == "DU401" for removal in judged.removals):
        return Cleaned(document, "", "copy", judged.removals)
    return _cut(document, judged.removals)


def _cut(document: Document, removals: tuple[Removal, ...]) -> Cleaned:
    parts, at = [], 0
    for cut in sorted(cut for removal in removals for cut in removal.cuts):
        parts.append(document.text[at : cut.start])
        at = cut.end
    text = "".join([*parts, document.text[at:]])
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
    name = shown(path)
    if name in files.intake.originals or name in files.intake.bad:
        return
    read_file(path, name, files.intake)
    if name in files.intake.originals:
        files.paths[name] = path
        files.intake.documents[-1] = files.intake.documents[-1]._replace(source=source)


def _read_stdin(files: Files, name: str) -> None:
    data = sys.stdin.buffer.read()
    if name in files.intake.originals:  # what is typed stands for the file
        files.intake.documents = [d for d in files.intake.documents if d.id != name]
        files.paths.pop(name, None)
    try:
        text, encoding = decode(data)
    except DedupError as error:
        files.intake.bad[name] = str(error)
        return
    files.intake.documents.append(Document(name, text))
    files.intake.originals[name] = Original(encoding, digest_of(data))
