"""Rule packs: TOML files of rules, dedup's own and a user's."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from dedup.errors import PackError
from dedup.rules.compiled import digest_of, load
from dedup.rules.rule import Rule, parse_rule

_HOME = Path(str(resources.files("dedup.rules") / "packs"))


def load_pack(path: Path) -> tuple[Rule, ...]:
    """Read one pack.

    A rule with the code of one of dedup's own overrides it key by key: what the pack does not say stays as it is, and
    of `phrases`, `unconfirmed` and `examples` the languages that it does not name.

    Raises:
        PackError: the file is not TOML, or a rule breaks the format; the message names file, rule and reason.
    """
    own = path.parent == _HOME
    rules = []
    for table in _tables(path):
        try:
            rules.append(parse_rule(table if own else _merged(_core_tables().get(str(table.get("code")), {}), table)))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
            raise PackError(f"{path}: rule {table.get('code', '?')}: {reason}") from error
    for rule in rules:
        if sum(other.code == rule.code for other in rules) > 1:
            raise PackError(f"{path}: the code {rule.code} names two rules")
    return tuple(rules)


@lru_cache(maxsize=1)
def core_rules() -> tuple[Rule, ...]:
    """Return the rules of all packs that come with dedup, in order of their codes."""
    return _in_order(rule for path in core_packs() for rule in load_pack(path))


@lru_cache(maxsize=8)
def rules_with(packs: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return dedup's own rules, without their examples, and those of a user's packs, in order of their codes.

    Args:
        packs: paths of packs; a later one wins over an earlier one and over dedup's own.

    Raises:
        PackError: a pack cannot be read, or gives a new rule the name of another.
    """
    digest_with(packs)
    rules = {rule.code: rule for rule in load(core_packs()) or core_rules()}
    if not packs:
        return tuple(rules.values())
    for pack in packs:
        rules.update({rule.code: rule for rule in load_pack(Path(pack))})
    return _in_order(rules.values())


@lru_cache(maxsize=8)
def digest_with(packs: tuple[str, ...]) -> str:
    """Return what names the rules that this process reads, as they were when it first did: an edit is for the next one."""
    return digest_of([*core_packs(), *map(Path, packs)])


def _in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    from dedup.codes import DETECTORS

    found = sorted(rules, key=lambda rule: rule.code)
    seen = {label for detector in DETECTORS for label in (detector.code, detector.name)}
    for rule in found:
        for label in (rule.code, rule.name):
            if label in seen:
                raise PackError(f"{label!r} names two rules or detectors")
            seen.add(label)
    return tuple(found)


def core_packs() -> list[Path]:
    """Return the paths of dedup's own packs."""
    return sorted(path for path in _HOME.iterdir() if path.name.endswith(".toml"))


@lru_cache(maxsize=1)
def _core_tables() -> dict[str, dict[str, Any]]:
    return {table["code"]: table for path in core_packs() for table in _tables(path)}


def _tables(path: Path) -> list[dict[str, Any]]:
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
    return tables


def _merged(core: dict[str, Any], table: dict[str, Any]) -> dict[str, Any]:
    merged = {**core, **table}
    for key in ("phrases", "unconfirmed", "examples"):
        if isinstance(core.get(key), dict) and isinstance(table.get(key), dict):
            merged[key] = {**core[key], **table[key]}
    return merged
