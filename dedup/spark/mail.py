"""The answers to shards: one row for each shard and turn, which a worker takes apart again.

A column of such a row is a table of the answer, as a list of structs. A table that is empty for all shards is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.exchange import Answer, Columns
from dedup.spark.packing import columns_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: The columns of a table, and their types in Spark.
Kinds = Mapping[str, str]


def _kinds(schema: str) -> Kinds:
    return dict(field.split(" ") for field in schema.split(", "))


_PLACE = "place bigint, end bigint, at bigint"
_BROKEN = _kinds(
    "place bigint, text_hi bigint, text_lo bigint, code bigint, exact boolean, is_line boolean, similarity double, "
    "evidence bigint, twin bigint, twin_end bigint, twin_at bigint, twin_key bigint"
)
#: The tables of the answer to each question (`exchange.py`).
ANSWERS: Mapping[str, Mapping[str, Kinds]] = {
    "any": {},
    "furniture": {
        "furniture": _kinds(
            "source bigint, text_hi bigint, text_lo bigint, pages bigint, source_pages bigint, edge_share double"
        )
    },
    "copies": {"copies": _kinds("doc bigint, twin bigint, share double, size bigint")},
    "keep": {
        "kept": _kinds(f"text_hi bigint, text_lo bigint, {_PLACE}, key bigint, like boolean, similarity double"),
    },
    "broken": {"twins": _BROKEN, "sentences": _BROKEN},
    "cuts": {"cuts": _kinds("doc bigint, cut_start bigint, cut_end bigint"), "dropped": _kinds("doc bigint")},
    "wanted": {"wanted": _kinds("key bigint, line boolean")},
    "survivors": {"survivors": _kinds(f"key bigint, line boolean, {_PLACE}")},
    "novel": {"keys": _kinds("key bigint"), "facts": _kinds("facts bigint"), "left": _kinds("key bigint")},
    "near": {"pairs": _kinds("left bigint, right bigint, similarity double")},
    "crowded": {"facts": _kinds("facts bigint")},
    "names": {"names": _kinds("doc bigint, id string")},
}
#: What shards are told before they ask anything: keys that recur, and facts that several texts share.
TOLD: Mapping[str, Kinds] = {"key": _kinds("key bigint"), "facts": _kinds("facts bigint")}
_FIRST = -1  # its turn


class Work(NamedTuple):
    """A piece of work, and what was answered so far.

    Attributes:
        name: one of `several.WORK`.
        asked: the questions, in turn.
        flags: the flag of each.
    """

    name: str
    asked: Sequence[str] = ()
    flags: Sequence[bool] = ()

    def with_answer(self, name: str, flag: bool) -> Work:
        """Return the work with one answer more."""
        return self._replace(asked=[*self.asked, name], flags=[*self.flags, flag])

    def answers(self, row: Mapping[str, Any]) -> list[Answer]:
        """Return the answers in a row; those of other shards' concern are not in it."""
        found = []
        for turn, (name, flag) in enumerate(zip(self.asked, self.flags, strict=True)):
            tables = {table: columns_of(row.get(_column(turn, table)), kinds) for table, kinds in ANSWERS[name].items()}
            found.append(Answer(tables, flag))
        return found


def told(row: Mapping[str, Any]) -> Columns:
    """Return what a shard was told in a row: `key` and `facts`, ascending."""
    return {name: np.sort(columns_of(row.get(_column(_FIRST, name)), kinds)[name]) for name, kinds in TOLD.items()}


def is_mail(column: str) -> bool:
    """Tell whether a column of a row holds a table of an answer."""
    return column.startswith("mail_")


def letters_of(work: Work, tables: Mapping[str, DataFrame]) -> DataFrame | None:
    """Return what the next turn of a piece of work tells each shard, a row a shard; None if that is nothing.

    Args:
        work: the work, without this answer.
        tables: the tables of the answer that are not empty, with a column `shard`.
    """
    return _letters(len(work.asked), tables)


def first_letters(tables: Mapping[str, DataFrame]) -> DataFrame | None:
    """Return what each shard is told at the beginning (TOLD)."""
    return _letters(_FIRST, tables)


def _letters(turn: int, tables: Mapping[str, DataFrame]) -> DataFrame | None:
    from pyspark.sql import functions as F  # noqa: N812

    if not tables:
        return None
    rows = None
    for name, table in tables.items():
        row = F.struct(*(column for column in table.columns if column != "shard")).alias(_column(turn, name))
        some = table.select("shard", row)
        rows = some if rows is None else rows.unionByName(some, allowMissingColumns=True)
    assert rows is not None
    columns = [_column(turn, name) for name in tables]
    return rows.groupBy("shard").agg(*(F.collect_list(column).alias(column) for column in columns))


def _column(turn: int, table: str) -> str:
    return f"mail_{turn}_{table}"
