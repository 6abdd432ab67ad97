"""What shards ask and are told, in numbers that all of them understand.

A shard numbers its texts and sources for itself. For others the halves of keys stand in place of texts, hashes in place of
sources; documents and places are numbered over all shards anyhow.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.decide import Standing
from dedup.exchange import Answer, Ask, Columns
from dedup.normalize import key_of
from dedup.segments import Ints
from dedup.tables import halves_of

#: The columns that hold numbers of texts.
_TEXTS = ("text", "lower_text", "higher_text")


def sent(ask: Ask, standing: Standing) -> Ask:
    """Return a question with the halves of keys in place of texts, and hashes in place of sources."""
    tables = {}
    for name, table in ask.tables.items():
        columns: dict[str, Any] = {}
        for column, values in table.items():
            if column in _TEXTS:
                assert ask.segments is not None
                columns[f"{column}_hi"], columns[f"{column}_lo"] = ask.segments.keys_of(values)
            elif column == "source":
                columns[column] = _hashes(standing)[values]
            else:
                columns[column] = values if isinstance(values, np.ndarray) else list(values)
        tables[name] = columns
    return ask._replace(tables=tables, segments=None)


def received(answer: Answer, ask: Ask, standing: Standing) -> Answer:
    """Return an answer with this shard's numbers of texts and sources; what it does not have is left out or -1."""
    tables = {}
    for name, table in answer.tables.items():
        columns: Columns = {column: values for column, values in table.items() if not column.endswith(("_hi", "_lo"))}
        rows = np.ones(len(next(iter(table.values()))), dtype=np.bool_)
        for column in _TEXTS:
            if f"{column}_hi" in table:
                assert ask.segments is not None
                columns[column] = ask.segments.texts_with(table[f"{column}_hi"], table[f"{column}_lo"])
                if ask.name != "broken":
                    rows &= columns[column] >= 0
        if "source" in table:
            hashes = _hashes(standing)
            order = np.argsort(hashes)
            at = np.searchsorted(hashes[order], table["source"])
            rows &= np.append(hashes[order], 0)[at] == table["source"]
            columns["source"] = np.append(order, 0)[at]
        tables[name] = {column: values[rows] for column, values in columns.items()}
    return answer._replace(tables=tables)


def _hashes(standing: Standing) -> Ints:
    """Return numbers for sources that are the same in all shards."""
    if not standing.names:
        return np.empty(0, dtype=np.int64)
    return halves_of([key_of(name) for name in standing.names])[:, 1]
