"""What goes in a pass, and why: a verdict for each row, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.context import ABOVE, BELOW, BEYOND, OUTSIDE
from dedup.segments import Bools, Ints

#: Another witness besides those of `context.py`: its source prints the line on several pages.
OFTEN = 32
_SAID = {
    OUTSIDE: "outside the article",
    BEYOND: "beyond other debris",
    ABOVE: "below debris",
    BELOW: "above debris",
    OFTEN: "on several pages of its source",
}
#: The codes that are not of rules.
OTHERS = ("DU001", "DU002", "DU101", "DU102", "DU201", "DU301", "DU401", "CX101", "CX201", "CX301", "CX401")


class Codes:
    """Codes by number: those of the rules, by the number of the rule, then the others.

    Args:
        rules: the code of each rule.
    """

    def __init__(self, rules: Sequence[str]) -> None:
        self.names = [*rules, *OTHERS]
        self._number = {code: number for number, code in enumerate(OTHERS, len(rules))}

    def of(self, code: str) -> int:
        """Return the number of a code that is not of a rule."""
        return self._number[code]


class Elsewhere:
    """Rows of other shards that rows of this one repeat.

    Attributes:
        place: int64[rows], ascending.
        end, at, key: where each ends, its line of the file, the lower half of its key.
    """

    def __init__(self) -> None:
        self.place, self.end, self.at, self.key = (np.empty(0, dtype=np.int64) for _ in range(4))

    def add(self, place: Ints, end: Ints, at: Ints, key: Ints) -> None:
        """Note rows; those that are known already are noted once."""
        self.place, first = np.unique(np.concatenate([self.place, place]), return_index=True)
        self.end = np.concatenate([self.end, end])[first]
        self.at = np.concatenate([self.at, at])[first]
        self.key = np.concatenate([self.key, key])[first]

    def of(self, place: Ints) -> Ints:
        """Return where rows that are known stand among these."""
        found: Ints = np.searchsorted(self.place, place)
        return found


class Verdicts:
    """Verdicts over the rows of one pass.

    Attributes:
        code: int32[rows], why each goes; -1: it stays.
        twin: int64[rows], the place of the kept row that it repeats (`segments.py`), or -1.
        similarity: float64[rows], how alike they are.
        evidence: int8[rows], what else spoke against it: bits of `context.py` and OFTEN.
        elsewhere: what is known of twins in other shards.
    """

    def __init__(self, rows: int) -> None:
        self.code: Ints = np.full(rows, -1, dtype=np.int32)
        self.twin: Ints = np.full(rows, -1, dtype=np.int64)
        self.elsewhere = Elsewhere()
        self.similarity: npt.NDArray[np.float64] = np.zeros(rows)
        self.evidence: npt.NDArray[np.int8] = np.zeros(rows, dtype=np.int8)

    @property
    def gone(self) -> Bools:
        """The rows that go."""
        return self.code >= 0

    def put(self, rows: Any, code: Any, twin: Any = -1, similarity: Any = 0.0) -> None:
        """Say why rows go."""
        self.code[rows] = code
        self.twin[rows] = twin
        self.similarity[rows] = similarity

    def clear(self, rows: Any) -> None:
        """Let rows stay."""
        self.code[rows] = -1
        self.twin[rows] = -1
        self.similarity[rows] = 0.0
        self.evidence[rows] = 0


def said(evidence: int) -> str | None:
    """Return what spoke against a row, in words."""
    return ", ".join(text for witness, text in _SAID.items() if evidence & witness) or None
