"""Crowds of nearly equal lines: not all of them meet, and yet a second run finds nothing to do."""

from __future__ import annotations

import random

import pytest

from dedup import Config, Document
from dedup.run import clean_documents

WORDS = (
    "harbour winter ferry lantern orchard library bakery bridge meadow captain village market garden "
    "railway teacher council morning festival"
).split()


def slip(word: str, chance: random.Random) -> str:
    """Swap two neighbours inside a word."""
    at = chance.randrange(1, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def crowd(count: int, seed: int) -> list[str]:
    """Return lines of one text, each with a slip in two of its words: two lines are near-repeats if they share one."""
    chance = random.Random(seed)
    lines = []
    for _ in range(count):
        words = list(WORDS)
        for at in chance.sample(range(len(words)), 2):
            words[at] = slip(words[at], chance)
        lines.append(" ".join(words) + ".")
    return list(dict.fromkeys(lines))


@pytest.mark.parametrize("seed", range(3))
def test_a_second_run_over_a_crowd_of_nearly_equal_lines_removes_nothing(seed: int) -> None:
    lines = crowd(400, seed)
    documents = [Document(f"{k:04}.txt", f"{line}\n") for k, line in enumerate(lines)]
    config = Config(workers=1, budget=1.0, ignore=("DU401",))
    outcome = clean_documents(documents, config)
    assert len(outcome.removals) > 100
    left = [one.document._replace(text=one.text) for one in outcome]
    assert clean_documents(left, config).removals == []
