"""Rule packs: what a TOML file of rules says, read and checked.

A rule is data: a code, a name, phrases per language, and examples of what it must and must not hit. The format is
described in the README. A pack that cannot say its rules clearly is refused with the place and the reason.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import regex

from dedup.errors import PackError
from dedup.normalize import fold, normalize

Match = Literal["line", "start", "end", "sentence"]
Where = Literal["any", "edge", "tail"]

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk")
#: A language of a rule is stable only with this many examples on each side (a rule nobody tried is a guess).
EXAMPLES_NEEDED = 2

_CODE = regex.compile(r"[A-Z]{2}\d{3}")
_NAME = regex.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RULE_KEYS = {
    "code", "name", "summary", "why", "match", "max_words", "where", "status", "requires", "unless", "open_end",
    "phrases", "unconfirmed", "regex", "examples",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a rule: its text as written, folded for comparison, and whether it is only a preview."""

    text: str
    folded: str
    language: str
    preview: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """One regular expression of a rule, with the literals of which every match contains at least one."""

    source: str
    keywords: tuple[str, ...]
    language: str
    preview: bool
    case: bool


@dataclass(frozen=True, slots=True)
class Examples:
    """What a rule must hit (`bad`), must not hit (`good`) and should hit some day (`todo`), in one language."""

    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it removes, why, and how it is recognised."""

    code: str
    name: str
    summary: str
    why: str
    match: Match
    max_words: int
    where: Where
    preview: bool
    requires: tuple[str, ...]
    unless: tuple[str, ...]
    open_end: bool
    phrases: tuple[Phrase, ...]
    patterns: tuple[Pattern, ...]
    examples: dict[str, Examples] = field(default_factory=dict)


def load_pack(path: Path) -> tuple[Rule, ...]:
    """Read one pack.

    Raises:
        PackError: the file is not TOML, or a rule breaks the format; the message names file, rule and reason.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackError(f"{path}: {error}") from error
    if data.get("schema") != 1:
        raise PackError(f"{path}: schema = 1 is missing")
    if extra := set(data) - {"schema", "rule"}:
        raise PackError(f"{path}: unknown key {sorted(extra)[0]!r}")
    tables = data.get("rule", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise PackError(f"{path}: rules are written as [[rule]] tables")
    rules = []
    for table in tables:
        try:
            rules.append(_rule(table))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
            raise PackError(f"{path}: rule {table.get('code', '?')}: {reason}") from error
    return tuple(rules)


@lru_cache(maxsize=1)
def core_rules() -> tuple[Rule, ...]:
    """Return the rules of all packs that come with dedup, in order of their codes."""
    folder = resources.files("dedup.rules") / "packs"
    rules = [rule for entry in folder.iterdir() if entry.name.endswith(".toml") for rule in load_pack(Path(str(entry)))]
    rules.sort(key=lambda rule: rule.code)
    seen: dict[str, str] = {}
    for rule in rules:
        for label in (rule.code, rule.name):
            if label in seen:
                raise PackError(f"{label!r} names two rules")
            seen[label] = rule.code
    return tuple(rules)


def _rule(table: dict[str, Any]) -> Rule:
    if extra := set(table) - _RULE_KEYS:
        raise ValueError(f"unknown key {sorted(extra)[0]!r}")
    code, name, match = table["code"], table["name"], table["match"]
    if not _CODE.fullmatch(code):
        raise ValueError("a code is two capitals and three digits")
    if not _NAME.fullmatch(name):
        raise ValueError(f"the name {name!r} is not in kebab-case")
    if match not in ("line", "start", "end", "sentence"):
        raise ValueError(f"match = {match!r} is not line, start, end or sentence")
    where = table.get("where", "any")
    if where not in ("any", "edge", "tail"):
        raise ValueError(f"where = {where!r} is not any, edge or tail")
    status = table.get("status", "stable")
    if status not in ("stable", "preview"):
        raise ValueError(f"status = {status!r} is not stable or preview")
    if match != "line" and "max_words" not in table:
        raise ValueError("max_words is missing")
    examples = {}
    for language, kinds in table.get("examples", {}).items():
        if extra := set(kinds) - {"bad", "good", "todo"}:
            raise ValueError(f"examples are bad, good or todo, not {sorted(extra)[0]!r}")
        examples[language] = Examples(*(_texts(kinds, kind) for kind in ("bad", "good", "todo")))
    if not any(e.bad for e in examples.values()):
        raise ValueError("it has no examples")
    tried = {
        language for language, e in examples.items() if len(e.bad) >= EXAMPLES_NEEDED and len(e.good) >= EXAMPLES_NEEDED
    }
    phrases = [
        Phrase(text, _fold_phrase(text, match), language, preview or language not in tried)
        for key, preview in (("phrases", False), ("unconfirmed", True))
        for language in table.get(key, {})
        for text in _texts(table[key], language)
    ]
    patterns = [_pattern(entry, entry.get("lang", "any") not in tried) for entry in table.get("regex", [])]
    used = {phrase.language for phrase in phrases} | {pattern.language for pattern in patterns}
    for language in used - {*LANGUAGES, "any"}:
        raise ValueError(f"unknown language {language!r}")
    if not phrases and not patterns:
        raise ValueError("it has neither phrases nor a regex")
    return Rule(
        code=code,
        name=name,
        summary=table["summary"],
        why=table["why"],
        match=match,
        max_words=int(table.get("max_words", 1_000)),
        where=where,
        preview=status == "preview",
        requires=tuple(fold(word) for word in _texts(table, "requires")),
        unless=tuple(fold(word) for word in _texts(table, "unless")),
        open_end=bool(table.get("open_end", False)),
        phrases=tuple(phrases),
        patterns=tuple(patterns),
        examples=examples,
    )


def _texts(table: dict[str, Any], key: str) -> tuple[str, ...]:
    texts = table.get(key, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{key} is not a list of texts")
    return tuple(texts)


def _fold_phrase(text: str, match: Match) -> str:
    folded = normalize(text)
    if match == "start" and fold(text).endswith(":"):
        folded = folded.removesuffix(" ") + ":"
    if not folded:
        raise ValueError(f"the phrase {text!r} is only punctuation")
    return folded


def _pattern(entry: dict[str, Any], preview: bool) -> Pattern:
    keywords = tuple(fold(word) for word in _texts({"keywords": entry["keywords"]}, "keywords"))
    if not keywords or not all(keywords):
        raise ValueError("a regex needs keywords: literals of which every match contains one")
    try:
        regex.compile(entry["pattern"])
    except regex.error as error:
        raise ValueError(f"the pattern {entry['pattern']!r} does not compile: {error}") from error
    return Pattern(entry["pattern"], keywords, entry.get("lang", "any"), preview, bool(entry.get("case", False)))
