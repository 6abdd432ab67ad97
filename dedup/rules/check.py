"""The checks that every pack must pass: its examples are hit by the right rule, or by none.

`dedup rules test PACK` runs them on a user's pack, the test suite on ours.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cache
from importlib import resources

import regex

from dedup.normalize import fold, view
from dedup.rules.matcher import TIMEOUT, Matcher, line_hit
from dedup.rules.pack import core_rules
from dedup.rules.rule import Rule
from dedup.segment import sentence_spans

#: Milliseconds that a pattern may take to compile.
COMPILE_BUDGET = 0.25
_NESTED = regex.compile(r"\([^()]*[+*][^()]*\)[+*](?!\+)")


def check_rules(rules: Sequence[Rule]) -> list[str]:
    """Return what is wrong with these rules, a line each; an empty list means that all is well.

    1. Every `bad` example is hit by its own rule.
    2. No `good` example is hit by any rule, of this pack or of the core ones, previews included.
    3. No `todo` example is hit (or it is done, and belongs under `bad`).
    4. No sentence of `good.txt` (article sentences that look like debris) is hit by these rules.
    5. Every `bad` that a pattern matches contains one of its keywords; patterns compile in time, nest no
       unbounded quantifiers, and take no longer than the time limit on any example.
    """
    problems = []
    codes = {rule.code for rule in rules}
    everything = Matcher((*rules, *(r for r in core_rules() if r.code not in codes)), preview=True)
    for rule in rules:
        alone = Matcher([rule], preview=True)
        for language, examples in sorted(rule.examples.items()):
            at = f"{rule.code} {language}"
            problems += [f"{at}: bad example is missed: {x!r}" for x in examples.bad if not _hits(alone, x)]
            for text in examples.good:
                if hit := _hits(everything, text):
                    problems.append(f"{at}: good example is hit by {hit}: {text!r}")
            problems += [f"{at}: todo example is hit, move it to bad: {x!r}" for x in examples.todo if _hits(alone, x)]
        problems += _check_patterns(rule)
    own = Matcher(rules, preview=True)
    problems += [f"good.txt: {text!r} is hit by {hit}" for text in good_sentences() if (hit := _hits(own, text))]
    return problems


@cache
def good_sentences() -> tuple[str, ...]:
    """Return article sentences and lines in ten languages that no rule may hit, however much they look like debris."""
    text = (resources.files("dedup.rules") / "good.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _hits(matcher: Matcher, text: str) -> str | None:
    """Return code and phrase of the rule that hits the line or one of its sentences."""
    hit = line_hit(matcher, text)
    spans = sentence_spans(text)
    for span in () if hit or len(spans) < 2 else spans:
        hit = hit or matcher.match_sentence(view(text[span.start : span.end]))
    return f"{matcher.rules[hit.rule].code} ({hit.phrase!r})" if hit else None


def _check_patterns(rule: Rule) -> list[str]:
    problems = []
    bad = [text for examples in rule.examples.values() for text in examples.bad]
    for pattern in rule.patterns:
        at = f"{rule.code}: pattern {pattern.source!r}"
        start = time.perf_counter()
        compiled = regex.compile(pattern.source, regex.VERSION1 | (0 if pattern.case else regex.IGNORECASE))
        if time.perf_counter() - start > COMPILE_BUDGET:
            problems.append(f"{at} takes long to compile")
        if _NESTED.search(pattern.source):
            problems.append(f"{at} repeats a repetition; make the inner one possessive or atomic")
        for text in bad:
            try:
                found = compiled.search(text, timeout=TIMEOUT)
            except TimeoutError:
                problems.append(f"{at} takes longer than {TIMEOUT} s on {text!r}")
                continue
            if found and not any(word in fold(text) for word in pattern.keywords):
                problems.append(f"{at} matches {text!r}, which has none of its keywords: it would never be tried")
    return problems
