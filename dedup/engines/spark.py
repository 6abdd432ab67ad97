"""Spark: shards lie in a table, and each step is a pass over it with `mapInArrow`.

A row of that table is a shard: its documents and, at rest, what is known of them (`several.py`). What shards ask becomes rows
of another table, which `spark/answers.py` answers with joins and the SQL of `plan/`; what concerns a shard goes back to
it. Only flags and counts come to the driver. The driver follows with a shard of no documents, which asks what all others
ask; so the order of steps is written down nowhere but in the algorithm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.config import Config
from dedup.engines.several import Lot, Shards, Step
from dedup.exchange import Answer, Ask
from dedup.removals import Judged
from dedup.spark.packing import batch_of, columns_of, from_bytes, kind_of, lot_of, signed

if TYPE_CHECKING:
    from pyarrow import RecordBatch, Table
    from pyspark.sql import DataFrame

_STATES = "shard bigint, state binary"
_IDS = "doc bigint, id string"
_TEXTS = "shard bigint, key bigint, count bigint, compared boolean, facts bigint"
#: The turn of what shards are told at the beginning, before all answers.
_TOLD = -1


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
    """

    ask: Ask
    flag: bool
    rows: DataFrame

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


class _Read(NamedTuple):
    """What a worker needs to read its mail: for each turn the flag, and the columns of each table."""

    flags: Sequence[bool] = ()
    kinds: Sequence[Mapping[str, Mapping[str, str]]] = ()


class SparkShards:
    """All shards of a run.

    Args:
        shards: shard, base, lot: one row a shard.
        config: the settings.
        partitions: how many partitions they lie in.
        save: puts a table where it is not lost, and reads it.
    """

    def __init__(
        self, shards: DataFrame, config: Config, partitions: int, save: Callable[[DataFrame], DataFrame]
    ) -> None:
        self._config = config
        self._partitions = partitions
        self._save = save
        self._shards = self._kept(shards)
        self._states = self._saved(self._shards.mapInArrow(partial(_start, config), _STATES))
        self._open: list[DataFrame] = []  # what is kept while a piece of work is done
        self._here = shards_of(config)
        self._follower = self._here.start(0, Lot([], [], []))

    def texts(self) -> DataFrame:
        """Return which texts each shard has: shard, key, count, compared, facts."""
        return self._states.mapInArrow(partial(_directory, self._config), _TEXTS)

    def ids(self) -> DataFrame:
        """Return the ids of all documents: doc, id."""
        return self._shards.mapInArrow(_ids, _IDS)

    def do(self, work: str, answers: Answers, told: Mapping[str, DataFrame] | None = None) -> bool:
        """Have all shards do a piece of work; return what comes of it, which is the same in all.

        Args:
            work: one of `several.WORK`.
            answers: answers what the shards ask, in tables with a column `shard`.
            told: for `begin`: `key` (shard, key) and `facts` (shard, facts).
        """
        step, mail, read = self._ask(work, answers, told)
        states = self._joined(mail).mapInArrow(partial(_finish, self._config, work, read), _STATES)
        before = self._states
        # A pass begins with what was saved: a lost executor costs the steps since then.
        if work in ("begin", "settle"):
            self._states = self._saved(states)
        else:
            self._states = self._kept(states)
            self._states.count()
        for frame in [*self._open, before]:
            frame.unpersist()
        self._open = []
        assert step.state is not None
        self._follower = step.state
        return bool(step.result)

    def tell(self, answers: Answers, write: Callable[[Judged, Table], RecordBatch], schema: str) -> DataFrame:
        """Return what became of the documents of all shards.

        Args:
            answers: answers what the shards ask.
            write: returns rows of what became of a shard's documents and its lot.
            schema: of these rows.
        """
        _, mail, read = self._ask("tell", answers, None)
        return self._joined(mail).mapInArrow(partial(_tell, self._config, write, read), schema)

    def _ask(
        self, work: str, answers: Answers, told: Mapping[str, DataFrame] | None
    ) -> tuple[Step, dict[str, DataFrame], _Read]:
        """Ask and answer until the work is at its end."""
        nobody = Lot([], [], [])
        given = {"key": np.empty(0, np.int64), "facts": np.empty(0, np.uint64)}
        mail = {} if told is None else self._mail(told, _TOLD)
        read = _Read()
        none: list[Answer] = []
        while (step := self._here.step(self._follower, nobody, work, none, given)).ask is not None:
            asked = self._asked(work, step.ask, mail, read)
            tables = answers(asked)
            kinds = {name: {f.name: f.dataType.simpleString() for f in table.schema if f.name != "shard"}
                     for name, table in tables.items()}  # fmt: skip
            mail |= self._mail(tables, len(read.flags))
            none.append(Answer({name: columns_of(None, columns) for name, columns in kinds.items()}, asked.flag))
            read = _Read([*read.flags, asked.flag], [*read.kinds, kinds])
        return step, mail, read

    def _asked(self, work: str, ask: Ask, mail: Mapping[str, DataFrame], read: _Read) -> Asked:
        from pyspark.sql import functions as F  # noqa: N812

        kinds = {name: kind_of(values) for table in ask.tables.values() for name, values in table.items()}
        schema = ", ".join(["shard bigint", "table string", "flag boolean", *(f"{n} {k}" for n, k in kinds.items())])
        rows = self._joined(mail).mapInArrow(partial(_question, self._config, work, read, schema), schema)
        rows = self._save(rows)  # read again by several answers; and what is planned on it stays small
        flag = rows.where(F.col("table") == "").agg(F.max("flag")).first()
        tables = {
            name: {c.removesuffix("_hi"): () for c in table if not c.endswith("_lo")}
            for name, table in ask.tables.items()
        }
        return Asked(ask._replace(tables=tables), bool(flag and flag[0]), rows.drop("flag"))

    def _joined(self, mail: Mapping[str, DataFrame]) -> DataFrame:
        """Return one row a shard: shard, base, lot, state, and its mail; all lie in the same partitions already."""
        found = self._shards.join(self._states.hint("shuffle_hash"), "shard")
        for letters in mail.values():
            found = found.join(letters.hint("shuffle_hash"), "shard", "left")
        return found

    def _mail(self, tables: Mapping[str, DataFrame], turn: int) -> dict[str, DataFrame]:
        """Return what goes to each shard of each table, by the name of the column that holds it: a list of structs."""
        from pyspark.sql import functions as F  # noqa: N812

        found = {}
        for name, table in tables.items():
            column = _letter(turn, name)
            row = F.struct(*(c for c in table.columns if c != "shard"))
            found[column] = table.groupBy("shard").agg(F.collect_list(row).alias(column)).persist(self._level)
        self._open += found.values()
        return found

    def _kept(self, frame: DataFrame) -> DataFrame:
        return frame.repartition(self._partitions, "shard").persist(self._level)

    def _saved(self, frame: DataFrame) -> DataFrame:
        return self._kept(self._save(frame))

    @property
    def _level(self) -> Any:
        from pyspark import StorageLevel

        return StorageLevel.MEMORY_AND_DISK


def _letter(turn: int, name: str) -> str:
    """Return the name of the column that holds the rows of a table of an answer."""
    return f"mail_{turn}_{name}"


def _rows(batches: Iterable[RecordBatch]) -> Iterator[dict[str, Any]]:
    """Yield the rows of batches; each holds a shard, so that there are few. Its mail stays in Arrow's arrays of structs."""
    for batch in batches:
        for k in range(batch.num_rows):
            row = {name: batch.column(name)[k] for name in batch.schema.names}
            yield {name: value.values if name.startswith("mail_") else value.as_py() for name, value in row.items()}


def _start(config: Config, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    shards = shards_of(config)
    for row in _rows(batches):
        yield batch_of({"shard": [row["shard"]], "state": [shards.start(row["base"], lot_of(row["lot"]))]}, _STATES)


def _directory(config: Config, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    for row in _rows(batches):
        columns = shards_of(config).directory(row["state"])
        shard = np.full(len(columns["key"]), row["shard"], dtype=np.int64)
        yield batch_of({"shard": shard, **{name: signed(values) for name, values in columns.items()}}, _TEXTS)


def _ids(batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    for row in _rows(batches):
        ids = lot_of(row["lot"]).ids
        yield batch_of({"doc": [row["base"] + k for k in range(len(ids))], "id": ids}, _IDS)


def _step(config: Config, work: str, read: _Read, row: Mapping[str, Any]) -> Step:
    """Do a step of the shard in a row."""
    answers = [
        Answer({name: columns_of(row.get(_letter(turn, name)), columns) for name, columns in kinds.items()}, flag)
        for turn, (flag, kinds) in enumerate(zip(read.flags, read.kinds, strict=True))
    ]
    told = {name: columns_of(row.get(_letter(_TOLD, name)), {name: "bigint"})[name] for name in ("key", "facts")}
    told = {name: np.sort(column) for name, column in told.items()}
    return shards_of(config).step(row["state"], lot_of(row["lot"]), work, answers, told)


def _question(
    config: Config, work: str, read: _Read, schema: str, batches: Iterable[RecordBatch]
) -> Iterator[RecordBatch]:
    names = [field.split()[0] for field in schema.split(", ")]
    for row in _rows(batches):
        ask = _step(config, work, read, row).ask
        assert ask is not None
        for name, table in {"": {"flag": [ask.flag]}, **ask.tables}.items():
            count = len(next(iter(table.values())))
            columns: dict[str, Any] = dict.fromkeys(names, [None] * count)
            columns |= {"shard": [row["shard"]] * count, "table": [name] * count}
            yield batch_of(columns | {column: signed(values) for column, values in table.items()}, schema)


def _finish(config: Config, work: str, read: _Read, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    for row in _rows(batches):
        yield batch_of({"shard": [row["shard"]], "state": [_step(config, work, read, row).state]}, _STATES)


def _tell(
    config: Config, write: Callable[[Judged, Table], RecordBatch], read: _Read, batches: Iterable[RecordBatch]
) -> Iterator[RecordBatch]:
    for row in _rows(batches):
        yield write(_step(config, "tell", read, row).result, from_bytes(row["lot"]))
