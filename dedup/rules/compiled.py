"""The packs in the form that a run loads: one JSON file, without what only a reader needs.

Reading 14 packs of TOML takes most of a second, reading this file some hundredths. It holds the digest of the packs
it was made from, so that an edited pack is never hidden by an old copy: then the packs themselves are read.

    python -m dedup.rules.compiled      writes it anew; the test suite fails if that was forgotten
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from hashlib import blake2b
from importlib import resources
from pathlib import Path
from typing import Any

from dedup.rules.rule import Pattern, Phrase, Rule

NAME = "compiled.json"


def digest_of(packs: Sequence[Path]) -> str:
    """Return what names the content of these packs."""
    return blake2b(b"".join(pack.read_bytes() for pack in packs), digest_size=16).hexdigest()


def load(packs: Sequence[Path]) -> tuple[Rule, ...] | None:
    """Return the rules of these packs without their examples, or None if the compiled file is not theirs."""
    try:
        data = json.loads((resources.files("dedup.rules") / NAME).read_text(encoding="utf-8"))
        return tuple(_rule(*row) for row in data["rules"]) if data["digest"] == digest_of(packs) else None
    except (OSError, ValueError, KeyError, TypeError):  # missing, damaged, or of another form
        return None


def dump(rules: Sequence[Rule], packs: Sequence[Path]) -> str:
    """Return the text of the compiled file."""
    rows = [
        json.dumps(
            [[getattr(rule, name) for name in _PLAIN], _rows(rule.phrases), _rows(rule.patterns)], ensure_ascii=False
        )
        for rule in rules
    ]
    return f'{{"digest": "{digest_of(packs)}", "rules": [\n' + ",\n".join(rows) + "\n]}\n"


_PLAIN = [field.name for field in fields(Rule) if field.name not in ("phrases", "patterns", "examples")]


def _rows(parts: Sequence[Phrase] | Sequence[Pattern]) -> list[list[Any]]:
    return [[getattr(part, field.name) for field in fields(part)] for part in parts]


def _rule(values: list[Any], phrases: list[list[Any]], patterns: list[list[Any]]) -> Rule:
    named = zip(_PLAIN, values, strict=True)
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in named}
    return Rule(
        **plain,
        phrases=tuple(Phrase(*row) for row in phrases),
        patterns=tuple(Pattern(source, tuple(keywords), *rest) for source, keywords, *rest in patterns),
    )


def main() -> None:
    """Write the compiled file next to the packs."""
    from dedup.rules.pack import core_packs, core_rules

    packs = core_packs()
    (packs[0].parents[1] / NAME).write_text(dump(core_rules(), packs), encoding="utf-8")


if __name__ == "__main__":
    main()
