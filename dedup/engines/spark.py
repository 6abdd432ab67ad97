"""Spark: shards lie in a table, and each step is a pass over it with `mapInArrow`.

A row of that table is a shard: its documents and, at rest, what is known of them (`several.py`). What shards ask becomes rows
of another table, which `spark/answers.py` answers with joins and the SQL of `plan/`; what concerns a shard goes back to
it (`spark/mail.py`). Only flags and counts come to the driver. The driver follows with a shard of no documents, which asks
what all others ask; so the order of steps is written down nowhere but in the algorithm.

Documents and segments as they were read stay in the partitions where they lie; what is known of a shard is put to rest
anew with the first question after a piece of work, in the same pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.config import Config
from dedup.engines.resting import joined
from dedup.engines.several import Lot, Rest, Shards, Step
from dedup.exchange import Answer, Ask
from dedup.removals import Judged
from dedup.spark.keeping import keep_placed
from dedup.spark.mail import Work, first_letters, is_mail, letters_of, told
from dedup.spark.packing import batch_of, from_bytes, kind_of, lot_of, signed

if TYPE_CHECKING:
    from pyarrow import RecordBatch, Table
    from pyspark.sql import DataFrame

#: What `start` makes of lots: where each lies, how many documents it has, and it at rest.
STARTED = "part int, place int, count bigint, lot binary, ground binary, state binary"
_IDS = "doc bigint, id string"
_TEXTS = "shard bigint, key bigint, count bigint, compared boolean, facts bigint"
_NOBODY = Lot([], [], [])


@lru_cache(maxsize=2)
def shards_of(config: Config) -> Shards:
    """Return what does the steps of shards; each worker makes it once."""
    return Shards(config, bulk=True)


class Asked(NamedTuple):
    """What all shards ask.

    Attributes:
        ask: the question, without its tables.
        flag: whether any shard set its flag.
        rows: shard, table, and the columns of all tables.
        counts: how many rows each table has.
    """

    ask: Ask
    flag: bool
    rows: DataFrame
    counts: Mapping[str, int]

    def table(self, name: str) -> DataFrame:
        """Return one of the tables that are asked about, with the shard that each row is of; texts are structs."""
        from pyspark.sql import functions as F  # noqa: N812

        columns = []
        for column in self.ask.tables[name]:
            if column == "text":
                columns.append(F.struct(F.col("text_hi").alias("hi"), F.col("text_lo").alias("lo")).alias("text"))
            else:
                columns.append(F.col(column))
        return self.rows.where(F.col("table") == name).select("shard", *columns)


Answers = Callable[[Asked], Mapping[str, "DataFrame"]]


class SparkShards:
    """All shards of a run.

    Args:
        shards: shard, base, lot, ground, state: one row a shard (`start`).
        config: the settings.
        save: puts a table where it is not lost, and reads it.
    """

    def __init__(self, shards: DataFrame, config: Config, save: Callable[[DataFrame], DataFrame]) -> None:
        from pyspark.sql import functions as F  # noqa: N812

        self._config = config
        self._save = save
        started = keep_placed(shards, "shard")
        self._shards = started.drop("ground", "state")
        self._states = started.select("shard", "state")
        self._grounds = [started.select("shard", F.col("ground").alias("ground_0"))]
        self._mail: list[DataFrame] = []  # answers to the first of …
        self._works: list[Work] = []  # … what was begun since shards were put to rest
        self._open: list[DataFrame] = []  # what is kept as long as that
        self._here = shards_of(config)
        ground, state = self._here.start(_NOBODY)
        self._follower = Rest(0, [ground], state)

    def texts(self) -> DataFrame:
        """Return which texts each shard has: shard, key, count, compared, facts; before any work is done."""
        return self._joined().mapInArrow(partial(_directory, self._config), _TEXTS)

    def ids(self) -> DataFrame:
        """Return the ids of all documents: doc, id."""
        return self._shards.mapInArrow(_ids, _IDS)

    def do(self, work: str, answers: Answers, told: Mapping[str, DataFrame] | None = None) -> bool:
        """Have all shards do a piece of work; return what comes of it, which is the same in all.

        Args:
            work: one of `several.WORK`.
            answers: answers what the shards ask: tables with a column `shard` (`mail.ANSWERS`), without those that are
                empty.
            told: for `begin`: `key` (shard, key) and `facts` (shard, facts).
        """
        step = self._ask(work, answers, told)
        self._follower = self._follower.after(step)
        return bool(step.result)

    def tell(self, answers: Answers, write: Callable[[Judged, Table], RecordBatch], schema: str) -> DataFrame:
        """Return what became of the documents of all shards.

        Args:
            answers: answers what the shards ask.
            write: returns rows of what became of a shard's documents and its lot.
            schema: of these rows.
        """
        self._ask("tell", answers, None)
        return self._joined().mapInArrow(partial(_tell, self._config, self._works, write), schema)

    def _ask(self, name: str, answers: Answers, told: Mapping[str, DataFrame] | None) -> Step:
        """Ask and answer until a piece of work is at its end."""
        given = {"key": np.empty(0, np.int64), "facts": np.empty(0, np.uint64)}
        self._works.append(Work(name))
        if told is not None:
            self._send(first_letters(told))
        none: list[Answer] = []
        while (step := self._here.step(self._follower, lambda: _NOBODY, name, none, given)).ask is not None:
            asked = self._asked(step.ask)
            work = self._works[-1]
            self._send(letters_of(work, answers(asked)))
            self._works[-1] = work.with_answer(step.ask.name, asked.flag)
            none = self._works[-1].answers({})
        return step

    def _asked(self, ask: Ask) -> Asked:
        from pyspark.sql import functions as F  # noqa: N812

        kinds = {name: kind_of(values) for table in ask.tables.values() for name, values in table.items()}
        schema = "shard bigint, table string, flag boolean, state binary, ground binary"
        schema = ", ".join([schema, *(f"{name} {kind}" for name, kind in kinds.items())])
        rows = self._joined().mapInArrow(partial(_question, self._config, self._works, schema), schema)
        rows = self._save(rows)  # read again by several answers; and what is planned on it stays small
        if len(self._works) > 1:  # shards were put to rest anew
            self._close()
            self._states = keep_placed(rows.where("table = ''").select("shard", "state"), "shard")
            self._open.append(self._states)
            self._works = self._works[-1:]
        said = rows.groupBy("table").agg(F.max("flag"), F.count("*"), F.count("ground")).collect()
        if any(row[3] for row in said):
            ground = rows.where("ground IS NOT NULL").select(
                "shard", F.col("ground").alias(f"ground_{len(self._grounds)}")
            )
            self._grounds.append(keep_placed(ground, "shard"))
        counts = {row[0]: int(row[2]) for row in said}
        tables = {
            name: {c.removesuffix("_hi"): () for c in table if not c.endswith("_lo")}
            for name, table in ask.tables.items()
        }
        return Asked(
            ask._replace(tables=tables), any(row[1] for row in said), rows.drop("flag", "state", "ground"), counts
        )

    def _joined(self) -> DataFrame:
        """Return one row a shard: shard, base, lot, state, grounds, and its mail; all lie in the same partitions already.

        They are sorted, and merged row by row. What is large comes last: each join makes its rows anew.
        """
        found = self._states
        for more in (*self._mail, *self._grounds):
            found = found.join(more, "shard", "left")
        return found.join(self._shards, "shard")

    def _send(self, letters: DataFrame | None) -> None:
        if letters is not None:
            letters = letters.persist()
            self._mail.append(letters)
            self._open.append(letters)

    def _close(self) -> None:
        for frame in self._open:
            frame.unpersist()
        self._open, self._mail = [], []


def start(config: Config, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    """Make shards of lots (`packing.pack`): STARTED."""
    shards = shards_of(config)
    for row in _rows(batches):
        ground, state = shards.start(lot_of(row["lot"]))
        yield batch_of({name: [value] for name, value in {**row, "ground": ground, "state": state}.items()}, STARTED)


def _rows(batches: Iterable[RecordBatch]) -> Iterator[dict[str, Any]]:
    """Yield the rows of batches; each holds a shard, so that there are few. Its mail stays in Arrow's arrays of structs."""
    for batch in batches:
        for k in range(batch.num_rows):
            row = {name: batch.column(name)[k] for name in batch.schema.names}
            yield {name: value.values if is_mail(name) else value.as_py() for name, value in row.items()}


def _rest(row: Mapping[str, Any]) -> Rest:
    grounds = [data for name, data in row.items() if name.startswith("ground_") and data is not None]
    return Rest(row["base"], grounds, row["state"])


def _directory(config: Config, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    for row in _rows(batches):
        columns = shards_of(config).directory(_rest(row))
        shard = np.full(len(columns["key"]), row["shard"], dtype=np.int64)
        yield batch_of({"shard": shard, **{name: signed(values) for name, values in columns.items()}}, _TEXTS)


def _ids(batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    for row in _rows(batches):
        ids = lot_of(row["lot"]).ids
        yield batch_of({"doc": [row["base"] + k for k in range(len(ids))], "id": ids}, _IDS)


def _step(config: Config, works: Sequence[Work], row: Mapping[str, Any]) -> tuple[Step, bytes | None, bytes | None]:
    """Do what was begun with the shard in a row; return the last step, and what state and ground the ones before left."""
    first = rest = _rest(row)
    lot = cache(lambda: lot_of(row["lot"]))
    for work in works:
        step = shards_of(config).step(rest, lot, work.name, work.answers(row), told(row))
        if work is not works[-1]:
            rest = rest.after(step)
    grounds = rest.grounds[len(first.grounds) :]
    return step, rest.state if rest is not first else None, joined(grounds) if grounds else None


def _question(
    config: Config, works: Sequence[Work], schema: str, batches: Iterable[RecordBatch]
) -> Iterator[RecordBatch]:
    for row in _rows(batches):
        step, state, ground = _step(config, works, row)
        ask = step.ask
        assert ask is not None
        for name, table in {"": {"flag": [ask.flag], "state": [state], "ground": [ground]}, **ask.tables}.items():
            count = len(next(iter(table.values())))
            columns = {"shard": np.full(count, row["shard"], dtype=np.int64), "table": [name] * count}
            yield batch_of(columns | {column: signed(values) for column, values in table.items()}, schema)


def _tell(
    config: Config,
    works: Sequence[Work],
    write: Callable[[Judged, Table], RecordBatch],
    batches: Iterable[RecordBatch],
) -> Iterator[RecordBatch]:
    for row in _rows(batches):
        yield write(_step(config, works, row)[0].result, from_bytes(row["lot"]))
