"""Settings: what they are, where they come from, and which codes they select."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from dedup.errors import ConfigError
from dedup.normalize import key_of, normalize

#: Python and its libraries alone take about half of this, and DuckDB cannot spill below some 200 MB.
LEAST_MEMORY = 500_000_000

Scope = Literal["document", "corpus"]
Duplicates = Literal["drop", "keep"]


class Allow(NamedTuple):
    """A text that stays whatever the detectors say: its fingerprint (`fingerprint_of`), and why."""

    fingerprint: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """How to clean. Immutable; `dataclasses.replace` makes variants.

    Raises:
        ConfigError: a value is out of its range.
    """

    #: Codes, names or prefixes to look for; empty: all that are not preview.
    select: tuple[str, ...] = ()
    #: Codes, names or prefixes to leave out; wins over `select`.
    ignore: tuple[str, ...] = ()
    #: Also use preview rules and unconfirmed phrases.
    preview: bool = False
    #: Where a repeat's twin may stand: in the same document, or anywhere in the corpus.
    scope: Scope = "corpus"
    #: Least Jaccard similarity of character 5-grams of a near-repeat. At 0.8 one typo in a sentence of ten words
    #: still passes (0.85) and two do not.
    threshold: float = 0.8
    #: Lines and sentences of fewer words are protected: in tables and transcripts they repeat rightly.
    min_words: int = 5
    #: Largest share of the words in a document's paragraphs that may go before it is left alone and named.
    budget: float = 0.5
    #: What becomes of a document that is a copy of another one.
    duplicate_documents: Duplicates = "drop"
    #: Processes; 0: one for each core.
    workers: int = 0
    #: A user's rule packs: paths, in a file relative to it.
    packs: tuple[str, ...] = ()
    #: Lines and sentences that stay.
    allow: tuple[Allow, ...] = ()
    #: Codes, names or prefixes that are left out in the documents of a pattern (of `fnmatch`).
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    #: Patterns of files that `check` leaves out of folders.
    exclude: tuple[str, ...] = ()
    #: The folder of articles that new ones are compared with by `check`; in a file relative to it.
    corpus: str = ""
    #: Where `clean` keeps segments, and `check` its index and what `--fix` took out; in a file relative to it.
    cache_dir: str = ".dedup_cache"
    #: Whether `clean` keeps the segments of large folders for the next run.
    cache: bool = True
    #: Memory that a run should do with, such as 2GB; empty: 60 % of the machine's or container's.
    memory_limit: str = ""
    #: Where temporary files go; empty: next to the output.
    temp_dir: str = ""

    def __post_init__(self) -> None:
        if not 0.5 <= self.threshold <= 1:
            raise ConfigError(f"threshold = {self.threshold} is not between 0.5 and 1")
        if not 0 < self.budget <= 1:
            raise ConfigError(f"budget = {self.budget} is not above 0 and at most 1")
        if self.min_words < 1:
            raise ConfigError(f"min-words = {self.min_words} is not at least 1")
        if self.workers < 0:
            raise ConfigError(f"workers = {self.workers} is negative")
        _ = self.memory
        for value, kind, name in (
            (self.scope, Scope, "scope"),
            (self.duplicate_documents, Duplicates, "duplicate-documents"),
        ):
            if value not in get_args(kind):
                raise ConfigError(f"{name} = {value!r} is not one of {', '.join(get_args(kind))}")

    @property
    def memory(self) -> int:
        """Return the memory limit in bytes; 0 if there is none.

        Raises:
            ConfigError: it is no size.
        """
        if not self.memory_limit:
            return 0
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?", self.memory_limit.strip().lower())
        if not found:
            raise ConfigError(f"memory-limit = {self.memory_limit!r} is no size; write 500MB or 2GB")
        unit = found[2] or ""
        size = int(float(found[1]) * (1024 if unit.endswith("i") else 1000) ** (" kmgt".index(unit[:1] or " ")))
        if size < LEAST_MEMORY:
            raise ConfigError(f"memory-limit = {self.memory_limit!r} is too little; 500MB is the least")
        return size

    def codes(self) -> frozenset[str]:
        """Return the selected codes.

        A preview code is selected by `preview`, or by its full code or name.

        Raises:
            ConfigError: a selector names nothing; the message suggests the nearest name.
        """
        from dedup.codes import all_codes

        table = all_codes(self.packs)
        for _, selectors in self.per_file_ignores:
            _matching(selectors, self.packs)

        def chosen(selectors: Iterable[str], *, exact_preview: bool) -> set[str]:
            found: set[str] = set()
            for selector in selectors:
                wanted = selector.strip()
                exact = {c.code for c in table if wanted.casefold() in (c.code.casefold(), c.name)}
                prefix = {c.code for c in table if c.code.startswith(wanted.upper())} if wanted else set()
                everything = {c.code for c in table} if wanted.upper() == "ALL" else set()
                matched = exact or everything or prefix
                if not matched:
                    raise unknown_selector(selector, self.packs)
                if exact_preview and not exact:
                    matched = {c.code for c in table if c.code in matched and (self.preview or not c.preview)}
                found |= matched
            return found

        selected = (
            chosen(self.select, exact_preview=True)
            if self.select
            else {c.code for c in table if self.preview or not c.preview}
        )
        return frozenset(selected - chosen(self.ignore, exact_preview=False))

    def ignored_in(self, document: str) -> frozenset[str]:
        """Return the codes that are left out in a document, by its id."""
        found: set[str] = set()
        for pattern, selectors in self.per_file_ignores:
            # As a whole, or from one of its folders on: `check` sees longer paths than `clean`.
            if fnmatch(document, pattern) or fnmatch(document, f"*/{pattern}"):
                found |= _matching(selectors, self.packs)
        return frozenset(found)

    def excludes(self, name: str) -> bool:
        """Tell whether a path, as it is shown, is left out: it, one of its folders, or one of their names."""
        parts = name.split("/")
        folders = ["/".join(parts[:k]) for k in range(1, len(parts) + 1)]
        return any(fnmatch(part, pattern.rstrip("/")) for pattern in self.exclude for part in (*folders, *parts))

    def allowed(self) -> frozenset[str]:
        """Return the fingerprints of the texts that stay."""
        return frozenset(entry.fingerprint for entry in self.allow)


def _matching(selectors: Iterable[str], packs: tuple[str, ...]) -> set[str]:
    """Return the codes that any of the selectors names: a code, a name, a prefix of codes, or ALL."""
    from dedup.codes import all_codes

    codes = {code.code for code in all_codes(packs)}
    names = {label.casefold(): code.code for code in all_codes(packs) for label in (code.code, code.name)}
    found: set[str] = set()
    for selector in selectors:
        wanted = selector.strip()
        exact = {names[wanted.casefold()]} if wanted.casefold() in names else set()
        everything = codes if wanted.upper() == "ALL" else set()
        matched = exact or everything or {code for code in codes if wanted and code.startswith(wanted.upper())}
        if not matched:
            raise unknown_selector(selector, packs)
        found |= matched
    return found


def fingerprint_of(text: str) -> str:
    """Return what an allow entry names a text by: the lower half of the key of its normalised text, in hexadecimal."""
    return key_of(normalize(text)).hex()[16:]


def unknown_selector(label: str, packs: tuple[str, ...] = ()) -> ConfigError:
    """Return the error for a code or name that does not exist, with the nearest one that does."""
    from dedup.codes import all_codes

    names = [x for c in all_codes(packs) for x in (c.code, c.name)]
    near = difflib.get_close_matches(label, names, 1, 0.4) or difflib.get_close_matches(label.upper(), names, 1, 0.4)
    return ConfigError(f"unknown code {label!r}" + (f"; did you mean {near[0]}?" if near else "; see `dedup rules`"))


def find_config(start: Path) -> Path | None:
    """Return the nearest `dedup.toml`, or `pyproject.toml` with a `[tool.dedup]` table, from a folder upwards."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "dedup.toml").is_file():
            return folder / "dedup.toml"
        project = folder / "pyproject.toml"
        if project.is_file() and "dedup" in _read(project).get("tool", {}):
            return project
    return None


def load_config(path: Path | None, **flags: Any) -> Config:
    """Return the settings of a file, overridden by the flags that are not None.

    Raises:
        ConfigError: the file is not TOML, or has a key or value that means nothing.
    """
    table: dict[str, Any] = {}
    if path is not None:
        data = _read(path)
        table = data.get("tool", {}).get("dedup", {}) if path.name == "pyproject.toml" else data
    known = {f.name for f in fields(Config)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            near = difflib.get_close_matches(name, known, 1, 0.5)
            hint = f"; did you mean {near[0].replace('_', '-')}?" if near else ""
            raise ConfigError(f"{path}: unknown setting {key!r}{hint}")
        values[name] = _typed(name, value, path)
    values.update({name: value for name, value in flags.items() if value is not None})
    return replace(Config(), **values)


def _typed(name: str, value: Any, path: Path | None) -> Any:
    if name == "per_file_ignores":
        return _per_file(value, path)
    if name == "allow":
        return tuple(_allow(entry, path) for entry in (value if isinstance(value, list) else [value]))
    wanted = get_type_hints(Config)[name]
    if get_origin(wanted) is tuple:
        if isinstance(value, str):
            value = [value]
        if isinstance(value, list) and all(isinstance(x, str) for x in value):
            if name == "packs" and path is not None:
                return tuple(str(path.parent / pack) for pack in value)
            return tuple(value)
    elif name in ("corpus", "cache_dir", "temp_dir") and isinstance(value, str):
        return str(path.parent / value) if path is not None else value
    elif get_origin(wanted) is Literal:
        if isinstance(value, str):
            return value
    elif wanted is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    elif type(value) is wanted:
        return value
    raise ConfigError(f"{path}: {name.replace('_', '-')} = {value!r} has the wrong type")


def _per_file(value: Any, path: Path | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the per-file ignores: a table from patterns to lists of selectors."""
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: per-file-ignores is a table: pattern = [codes]")
    found = []
    for pattern, selectors in value.items():
        if not isinstance(selectors, list) or not all(isinstance(selector, str) for selector in selectors):
            raise ConfigError(f"{path}: per-file-ignores: {pattern!r} is not followed by a list of codes")
        found.append((pattern, tuple(selectors)))
    return tuple(found)


def _allow(entry: Any, path: Path | None) -> Allow:
    """Return an allow entry: a table with `text` or `fingerprint`, and perhaps `reason`."""
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        raise ConfigError(f"{path}: allow entries are tables of texts: text or fingerprint, and reason")
    if extra := set(entry) - {"text", "fingerprint", "reason"}:
        raise ConfigError(f"{path}: unknown key {sorted(extra)[0]!r} in an allow entry")
    if ("text" in entry) == ("fingerprint" in entry):
        raise ConfigError(f"{path}: an allow entry has either text or fingerprint")
    return Allow(
        entry["fingerprint"] if "fingerprint" in entry else fingerprint_of(entry["text"]), entry.get("reason", "")
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
