"""What is left of a span is what no removal took."""

from __future__ import annotations

import numpy as np
import pytest

from dedup.going import lefts
from dedup.removals import REMOVALS
from dedup.tables import Table

TEXTS = ("One boat. Two  boats.\nThree boats.", "No boat at all.")


def removals(*cuts: tuple[int, int, int]) -> Table:
    """Return removals that cut these out: document, start, end."""
    columns = {name: np.zeros(len(cuts), kind) for name, kind in REMOVALS.items()}
    for k, (doc, start, end) in enumerate(cuts):
        columns["doc"][k], columns["start"][k], columns["end"][k] = doc, start, end
        columns["cut_start"][k], columns["cut_end"][k] = start, end
    return Table(columns)


def rows(*spans: tuple[int, int, int]) -> Table:
    return Table(
        {name: np.array(column) for name, column in zip(("doc", "start", "end"), zip(*spans, strict=True), strict=True)}
    )


@pytest.mark.parametrize(
    ("cuts", "spans", "left"),
    [
        ([], [(0, 0, 9), (0, 10, 21), (1, 0, 15)], ["one boat", "two boats", "no boat at all"]),
        ([(0, 0, 10)], [(0, 0, 21), (0, 10, 21), (1, 0, 15)], ["two boats", "two boats", "no boat at all"]),
        ([(0, 3, 8), (0, 13, 20)], [(0, 0, 21), (0, 22, 34)], ["one. two", "three boats"]),
        ([(0, 0, 21)], [(0, 0, 21), (0, 22, 34)], ["", "three boats"]),
    ],
)
def test_what_is_left_of_spans(
    cuts: list[tuple[int, int, int]], spans: list[tuple[int, int, int]], left: list[str]
) -> None:
    cut = np.array([any(doc == k for doc, *_ in cuts) for k in range(len(TEXTS))])
    found = list(lefts(rows(*spans), TEXTS.__getitem__, cut, removals(*cuts)))
    assert [text.strip(" .") for text in found] == left


def test_a_text_is_read_once_for_rows_that_stand_together() -> None:
    read: list[int] = []

    def text(doc: int) -> str:
        read.append(doc)
        return TEXTS[doc]

    list(lefts(rows((0, 0, 9), (0, 10, 21), (1, 0, 15)), text, np.zeros(2, dtype=bool), removals()))
    assert read == [0, 1]
