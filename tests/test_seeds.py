"""The scraped articles that the project was started for; they are not part of it, so lines are named by number."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedup import Config, Outcome
from dedup.documents.folder import Intake, read
from dedup.run import clean_documents

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason=f"the seed articles are not at {SEEDS}")

#: By file number: line -> code. All other lines stay.
DEFAULT = {
    "000": {
        1: "DU201",  # the truncated headline
        15: "DU201",  # the caption that repeats the lead, …
        17: "DU201",  # … twice
        21: "DU001",
        25: "DU001",
        29: "DU001",  # one curly, one straight
        33: "DU001",
        37: "DU001",
        63: "DU001",
        67: "DU001",
        71: "DU001",
    },
    "001": {5: "NL104", 33: "RL103", 34: "RL103", 35: "RL103", 59: "CR105"},
    "002": {},
    "003": {},
    "004": {},
}


@pytest.fixture(scope="module")
def intake() -> Intake:
    return read(SEEDS)


def removed(outcome: Outcome, number: str) -> dict[int, str]:
    """Return the code by which each line of a document went."""
    one = next(c for c in outcome if c.document.id.startswith(number))
    lines = one.document.text.split("\n")
    found = {}
    for removal in one.removals:
        line = one.document.text.count("\n", 0, removal.start) + 1
        assert removal.text.strip() == lines[line - 1].strip()
        found[line] = removal.code
    return found


@pytest.mark.parametrize("number", DEFAULT)
def test_a_seed_loses_these_lines_and_no_others(intake: Intake, number: str) -> None:
    outcome = clean_documents(intake.documents)
    assert removed(outcome, number) == DEFAULT[number]
    one = next(c for c in outcome if c.document.id.startswith(number))
    lines = one.document.text.split("\n")
    kept = [line for k, line in enumerate(lines, 1) if k not in DEFAULT[number] and line.strip()]
    assert [line for line in one.text.split("\n") if line.strip()] == kept
    assert (one.text == one.document.text) == (not DEFAULT[number])


@pytest.mark.parametrize("number", DEFAULT)
def test_a_seed_on_its_own_loses_the_same(intake: Intake, number: str) -> None:
    alone = [document for document in intake.documents if document.id.startswith(number)]
    assert removed(clean_documents(alone), number) == DEFAULT[number]


def test_the_caption_that_names_another_person_keeps_one_copy(intake: Intake) -> None:
    one = next(c for c in clean_documents(intake.documents) if c.document.id.startswith("000"))
    caption = one.document.text.split("\n")[18]
    assert one.document.text.split("\n")[20] == caption
    assert one.text.split("\n").count(caption) == 1


def test_preview_rules_take_the_agency_captions(intake: Intake) -> None:
    outcome = clean_documents(intake.documents, Config(preview=True))
    assert list(removed(outcome, "003").values()) == ["CR104"] * 5
    for number in ("000", "001", "002", "004"):
        assert removed(outcome, number) == DEFAULT[number]
