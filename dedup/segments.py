"""The segments of one pass as columns, with the lookups that the decisions need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.analyse import Analysis

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Segments:
    """A SEGMENTS table in columns. A row's number is its place in reading order: lines first, then their sentences.

    Args:
        analysis: segments and texts of the documents, in document order.
        engine: runs the step that numbers the distinct texts.
    """

    def __init__(self, analysis: Analysis, engine: Any) -> None:
        table = analysis.segments
        self.count = len(table)

        def column(name: str, dtype: Any = np.int64) -> Any:
            return table[name].astype(dtype, copy=False)

        self.doc: Ints = column("doc")
        self.line: Ints = column("line")
        self.sentence: Ints = column("sentence")
        self.sentences: Ints = column("sentences")
        self.start: Ints = column("start")
        self.end: Ints = column("end")
        self.words: Ints = column("words")
        self.from_end: Ints = column("from_end")
        self.whole: Bools = column("whole", np.bool_)
        self.shape: Ints = column("shape")
        self.rule: Ints = column("rule")
        self.block: Ints = column("block")
        self.witnesses: Ints = column("witnesses")
        self.counts: Bools = column("counts", np.bool_)
        self.allowed: Bools = column("allowed", np.bool_)
        self.head: Ints = column("head")
        self.container: Ints = column("container")
        self.similarity: npt.NDArray[np.float64] = column("similarity", np.float64)
        self.phrase: Any = table["phrase"]

        self.key: Ints = column("key_lo")
        self.is_line: Bools = self.sentence < 0
        #: Lines of one sentence and the sentences of longer ones: together, every word once.
        self.is_atom: Bools = ~self.is_line | (self.sentences == 1)
        numbers = np.arange(self.count, dtype=np.int64)
        #: The row of the line that a row is, or lies in.
        self.line_row: Ints = np.maximum.accumulate(np.where(self.is_line, numbers, 0)) if self.count else numbers
        self._line_rows: Ints = np.flatnonzero(self.is_line)
        self._docs_of_lines: Ints = self.doc[self._line_rows]
        self.text, self.texts = self._number_texts(analysis, engine)

    def row_of(self, doc: Ints, line: Ints) -> Ints:
        """Return the rows of lines given by document and line number."""
        first = np.searchsorted(self._docs_of_lines, doc)
        rows: Ints = self._line_rows[first + line]
        return rows

    def sentences_of(self, line_row: int) -> range:
        """Return the rows of the sentences of a line of two or more sentences."""
        count = int(self.sentences[line_row])
        return range(line_row + 1, line_row + 1 + count) if count > 1 else range(0)

    def _number_texts(self, analysis: Analysis, engine: Any) -> tuple[Ints, Sequence[str]]:
        if not self.count:
            return np.empty(0, np.int64), []
        found = engine.query(
            "texts",
            {
                "segments": {
                    "place": np.arange(self.count, dtype=np.int64),
                    "key_hi": analysis.segments["key_hi"],
                    "key_lo": analysis.segments["key_lo"],
                },
                "texts_by_key": {
                    "key_hi": analysis.texts["key_hi"],
                    "key_lo": analysis.texts["key_lo"],
                    "source_row": np.arange(len(analysis.texts), dtype=np.int64),
                },
            },
        )
        number: Ints = found["text"].astype(np.int64)
        rows = np.empty(int(number.max()) + 1, dtype=np.int64)
        rows[number] = found["source_row"]
        return number, analysis.texts["text"][rows].tolist()
