"""What the shards of a run ask each other.

A run may be split into shards: runs of documents that are decided on where they lie. A shard knows its own documents and
asks for what it cannot know alone, by yielding an `Ask`: tables that are put together with those of all other shards,
and an answer in tables that come back. All shards ask the same in the same order. So there is one algorithm, and an
engine decides where it runs: in one shard of all documents (`answers.py` answers), or in thousands (`engines/spark.py`).

Columns called `text`, `lower_text` or `higher_text` hold the numbers of texts and `source` those of sources: each shard has
its own numbers, and an engine of several shards translates them. Documents and places are numbered over all shards.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, NamedTuple, TypeVar

from dedup.segments import Segments
from dedup.tables import Column

Columns = dict[str, Column]
Result = TypeVar("Result")


class Ask(NamedTuple):
    """A question to all shards.

    Attributes:
        name: what is asked.
        tables: this shard's part of it: tables of equal columns in all shards, by name.
        flag: something that is true if it is true of any shard.
        numbers: constants, the same in all shards.
        segments: what the numbers of texts stand for.
    """

    name: str
    tables: Mapping[str, Mapping[str, Any]] = {}
    flag: bool = False
    numbers: Mapping[str, float] = {}
    segments: Segments | None = None


class Answer(NamedTuple):
    """What all shards together say.

    Attributes:
        tables: the tables that come back, by name: the rows that concern this shard.
        flag: whether any shard's flag was set.
    """

    tables: Mapping[str, Columns]
    flag: bool = False


#: Work that asks on its way.
Phase = Generator[Ask, Answer, Result]


def any_of(flag: bool) -> Phase[bool]:
    """Tell whether something is true of any shard."""
    return (yield Ask("any", {}, flag)).flag
