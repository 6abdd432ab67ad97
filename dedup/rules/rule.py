"""A rule: what it removes, why, and how it is recognised; read from a table of a pack, and checked.

The format is described in the README. A table that cannot say its rule clearly is refused with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import regex

from dedup.normalize import fold, normalize

Match = Literal["line", "start", "end", "sentence"]
Where = Literal["any", "edge", "tail"]
Evidence = Literal["strong", "weak"]
Place = Literal["frame", "inline", "heading"]

#: Places by number.
PLACES = get_args(Place)
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk")
#: A language of a rule is stable only with this many examples on each side (a rule nobody tried is a guess).
EXAMPLES_NEEDED = 2

_CODE = regex.compile(r"[A-Z]{2}\d{3}")
_NAME = regex.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RULE_KEYS = {
    "code", "name", "summary", "why", "match", "max_words", "where", "status", "requires", "unless", "open_end",
    "evidence", "place", "ends", "phrases", "unconfirmed", "regex", "examples",
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
    #: A weak rule removes nothing without a second witness (`decide.py`).
    weak: bool = False
    #: Where its lines stand: around the article, also between its paragraphs, or as the heading of a box of links.
    place: Place = "frame"
    #: Whether the article is over where such a line stands.
    ends: bool = False


def parse_rule(table: dict[str, Any]) -> Rule:
    """Return the rule that a table of a pack describes.

    Raises:
        KeyError: a key is missing.
        ValueError, TypeError: a value is not what its key asks for; the message says why.
    """
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
    evidence = table.get("evidence", "strong")
    if evidence not in get_args(Evidence):
        raise ValueError(f"evidence = {evidence!r} is not strong or weak")
    place = table.get("place", "frame")
    if place not in get_args(Place):
        raise ValueError(f"place = {place!r} is not frame, inline or heading")
    if match != "line" and "max_words" not in table:
        raise ValueError("max_words is missing")
    max_words = table.get("max_words", 1_000)
    if type(max_words) is not int or max_words < 1:
        raise ValueError(f"max_words = {max_words!r} is not a number of words")
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
        max_words=max_words,
        where=where,
        preview=status == "preview",
        requires=tuple(fold(word) for word in _texts(table, "requires")),
        unless=tuple(fold(word) for word in _texts(table, "unless")),
        open_end=_flag(table, "open_end"),
        weak=evidence == "weak",
        place=place,
        ends=_flag(table, "ends"),
        phrases=tuple(phrases),
        patterns=tuple(patterns),
        examples=examples,
    )


def _flag(table: dict[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(f"{key} = {value!r} is not true or false")
    return value


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


def _fold_keyword(word: str) -> str:
    """Fold a keyword; a space at its edge stays, because "by " is rarer than "by"."""
    folded = fold(word)
    return f"{' ' * word.startswith(' ')}{folded}{' ' * word.endswith(' ')}" if folded else ""


def _pattern(entry: dict[str, Any], preview: bool) -> Pattern:
    keywords = tuple(_fold_keyword(word) for word in _texts({"keywords": entry["keywords"]}, "keywords"))
    if not keywords or not all(keywords):
        raise ValueError("a regex needs keywords: literals of which every match contains one")
    try:
        regex.compile(entry["pattern"])
    except regex.error as error:
        raise ValueError(f"the pattern {entry['pattern']!r} does not compile: {error}") from error
    return Pattern(entry["pattern"], keywords, entry.get("lang", "any"), preview, bool(entry.get("case", False)))
