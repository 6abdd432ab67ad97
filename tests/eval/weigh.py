"""Show how the weights of evidence in `dedup/decide.py` were chosen.

usage: python tests/eval/weigh.py LABELLED.jsonl…

Every line that a weak rule names, or that no rule and no block of the page names and that may be judged without a
phrase, is weighed with all weights from 0 to 2 and all sums from 2 to 4; no piece of evidence may be enough alone.
Printed are the settings that remove most debris at a precision of 0.97 or more, simplest first among equals, and where
the setting in use stands.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dedup import Config
from dedup import decide as policy
from dedup.analyse import Analyser
from dedup.context import ABOVE, BELOW, BEYOND, NO_BLOCK, OUTSIDE, STUB
from dedup.normalize import normalize
from tests.eval.score import page_text, pages_of

PRECISION = 0.97


class Weights(NamedTuple):
    """One setting."""

    phrase: int
    outside: int
    beyond: int
    beside: int
    source: int
    enough: int


def witnesses(paths: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Return what speaks against each weighed line (columns: phrase, outside, beyond, beside, source), and its label."""
    analyser = Analyser(Config())
    rules = analyser.matcher.rules
    rows: list[tuple[int, ...]] = []
    labels: list[bool] = []
    for path in paths:
        pages = pages_of(path)
        analysis = analyser.analyse(range(len(pages)), [page_text(page) for page in pages])
        table = analysis.segments.columns
        lines = [k for k, sentence in enumerate(table["sentence"]) if sentence < 0]
        known: dict[tuple[str, str], set[str]] = {}
        longest = [max((normalize(line["text"]) for line in page["lines"]), key=len) for page in pages]
        for page, name in zip(pages, longest, strict=True):
            for line in page["lines"]:
                known.setdefault((page.get("domain", ""), normalize(line["text"])), set()).add(name)
        flat = [(page, line) for page in pages for line in page["lines"] if line["text"].strip()]
        for k, (page, line) in zip(lines, flat, strict=True):
            number, seen = table["rule"][k], table["witnesses"][k]
            weak = number >= 0 and rules[number].weak
            if line.get("amb") or "dup" in line or table["block"][k] != NO_BLOCK:
                continue
            if not weak and (number >= 0 or not seen & STUB):
                continue
            often = len(known[page.get("domain", ""), normalize(line["text"])]) >= policy.SOURCE_PAGES
            beside = bool(seen & ABOVE) + bool(seen & BELOW)
            rows.append((weak, bool(seen & OUTSIDE), bool(seen & BEYOND), beside, often))
            labels.append(line["label"] == "drop")
    return np.array(rows, dtype=np.int64).reshape(-1, 5), np.array(labels, dtype=np.bool_)


def main(paths: list[Path]) -> None:
    """Print the best settings and the one in use."""
    table, labels = witnesses(paths)
    found = []
    for weights in itertools.product(range(3), repeat=5):
        points = table @ np.array(weights)
        for enough in range(max(2, max(weights) + 1), 5):
            gone = points >= enough
            right, all_gone = int((gone & labels).sum()), int(gone.sum())
            if all_gone and right / all_gone >= PRECISION:
                found.append((right, -sum(weights), right / all_gone, Weights(*weights, enough)))
    found.sort(reverse=True)
    in_use = Weights(
        policy.PHRASE,
        policy.WEIGHTS[OUTSIDE],
        policy.WEIGHTS[BEYOND],
        policy.WEIGHTS[ABOVE],
        policy.SOURCE,
        policy.ENOUGH,
    )
    assert policy.WEIGHTS[ABOVE] == policy.WEIGHTS[BELOW]
    print(f"{len(labels)} lines weighed, {int(labels.sum())} of them debris; removed, precision, weights")
    for place, (right, _, precision, weights) in enumerate(found, 1):
        if place <= 10 or weights == in_use:
            print(f"{place:>4}. {right:>5} {precision:.3f} {weights}{'  <- in use' if weights == in_use else ''}")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
