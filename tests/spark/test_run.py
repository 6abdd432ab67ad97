"""A run on Spark comes out as one on this machine: the same bytes, the same ledger, and what restores it."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dedup import Config, Document
from dedup.cleaner import Cleaner
from dedup.engines.several import Lot
from dedup.ledger import restore
from dedup.run import clean_documents
from tests.strategies import FURNITURE, SENTENCES, configs, corpora
from tests.test_corpus import CORPUS

pytest.importorskip("pyarrow", reason="pyarrow is not installed")


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".dedup" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def records(place: Path) -> list[str]:
    files = sorted(place.glob("part-*")) if place.is_dir() else [place]
    return sorted(line for file in files for line in file.read_text(encoding="utf-8").splitlines())


def test_the_corpus_comes_out_as_on_one_machine_and_can_be_restored(spark: Any, tmp_path: Path) -> None:
    from dedup.spark.cleaning import clean_source

    Cleaner(Config()).clean_folder(CORPUS, tmp_path / "here")
    done = clean_source(spark, str(CORPUS), str(tmp_path / "there"), Config())
    assert tree(tmp_path / "there") == tree(tmp_path / "here")
    for name in ("documents.jsonl", "ledger.jsonl"):
        assert records(tmp_path / "there" / ".dedup" / name) == records(tmp_path / "here" / ".dedup" / name)
    here, there = (json.loads((tmp_path / k / ".dedup" / "run.json").read_text("utf-8")) for k in ("here", "there"))
    assert there == here
    assert done.summary["finished"]
    assert sorted(path.name for path in (tmp_path / "there" / ".dedup").iterdir()) == [
        "documents.jsonl", "ledger.jsonl", "run.json",
    ]  # fmt: skip
    assert restore(tmp_path / "there", tmp_path / "back") == (len(tree(CORPUS)), [])
    assert tree(tmp_path / "back") == tree(CORPUS)


def documents() -> list[Document]:
    """Return documents of two sources that share lines, sentences, near-repeats and furniture; one is a copy."""
    pages = []
    for number in range(9):
        own = [
            f"On day {number} the {word} crew of the northern pier told {number + 3} visitors about the {word} mill and its keeper."
            for word in ("grey", "old", "late", "quiet", "long", "broad")
        ]
        lines = [
            FURNITURE[0],
            f"{own[0]} {own[1]} {own[2]}",
            SENTENCES[number // 3],
            f"{own[3]} {SENTENCES[9 + number // 4]} {own[4]}",
            SENTENCES[5].replace("apples", "aples") if number == 8 else SENTENCES[5] if number == 7 else own[5],
        ]
        pages.append(Document(f"{number}.txt", "\n\n".join(lines) + "\n", f"source {number % 2}"))
    return [*pages, Document("copy.txt", pages[0].text, "source 1")]


def test_a_table_comes_out_as_its_documents_do(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dedup.spark
    from dedup.spark import answers

    monkeypatch.setattr(answers, "FEW", 0)  # what hangs together is found out, as where there is much
    found = documents()
    rows = [(k, document.id, document.source, document.text) for k, document in enumerate(found)]
    table = spark.createDataFrame([*rows, (99, "nothing", "", None)], "n int, name string, source string, body string")
    cleaned, ledger = dedup.spark.clean(table, text="body", id="name", work=str(tmp_path / "work"))
    expected = clean_documents(found)
    assert cleaned.columns == ["n", "name", "source", "body"]
    said = {row["name"]: row["body"] for row in cleaned.collect()}
    assert said == {**{c.document.id: c.text for c in expected if c.status != "copy"}, "nothing": None}
    gone = {(row["document"], row["start"], row["end"], row["code"]) for row in ledger.collect()}
    assert gone == {(r.document, r.start, r.end, r.code) for r in expected.removals}
    assert {code for *_, code in gone} >= {"DU001", "DU002", "DU101", "DU301", "DU401"}


@given(some=st.lists(corpora(), min_size=4, max_size=4), config=configs(), partitions=st.sampled_from([1, 2, 7]))
@settings(deadline=None, max_examples=2, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_generated_documents_come_out_as_on_one_machine(
    spark: Any, tmp_path_factory: pytest.TempPathFactory, some: list[list[Document]], config: Config, partitions: int
) -> None:
    import dedup.spark

    # A run takes as long for many documents as for few.
    documents = [Document(f"{k}/{d.id}", d.text, d.source) for k, found in enumerate(some) for d in found]
    before = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", str(partitions))
    try:
        rows = [(document.id, document.source, document.text) for document in documents]
        table = spark.createDataFrame(rows, "id string, source string, text string")
        cleaned, ledger = dedup.spark.clean(table, config=config, work=str(tmp_path_factory.mktemp("work")))
        said = {row["id"]: row["text"] for row in cleaned.collect()}
        gone = [row.asDict(recursive=True) for row in ledger.collect()]
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", before)
    expected = clean_documents(documents, config)
    assert said == {c.document.id: c.text for c in expected if c.status != "copy"}
    assert sorted(
        (r["document"], r["start"], r["end"], r["code"], (r["twin"] or {}).get("document")) for r in gone
    ) == sorted((r.document, r.start, r.end, r.code, r.twin and r.twin.document) for r in expected.removals)


def test_documents_with_one_id_are_refused(spark: Any) -> None:
    import dedup.spark
    from dedup.errors import DedupError

    with pytest.raises(DedupError, match="2 documents have the id a"):
        dedup.spark.clean(spark.createDataFrame([("a", "x"), ("a", "y")], "id string, text string"))
    with pytest.raises(DedupError, match="no column body"):
        dedup.spark.clean(spark.createDataFrame([("a", "x")], "id string, text string"), text="body")


def test_more_documents_than_can_be_numbered_are_refused(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dedup.spark
    from dedup.errors import DedupError
    from dedup.spark import run

    monkeypatch.setattr(run, "MOST", 1)
    table = spark.createDataFrame([("a", "x"), ("b", "y")], "id string, text string")
    with pytest.raises(DedupError, match=r"^2 documents; a run takes 1: "):
        dedup.spark.clean(table, work=str(tmp_path))


def test_of_those_left_alone_the_first_are_named_and_all_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from dedup.outcome import Totals
    from dedup.spark import run

    monkeypatch.setattr(run, "NAMED", 3)
    counted = [
        Totals(2, left_alone={f"{k}a": 0.6, f"{k}b": 0.7}, encodings={f"{k}a": "cp1251"}, encoded=1) for k in range(4)
    ]
    batch = run.batch_of({"name": list("0123"), "data": [pickle.dumps(one) for one in counted]}, run._COUNTED)
    (merged,) = run._counted([batch.slice(0, 3), batch.slice(3)])
    assert merged.column("name").to_pylist() == ["0"]
    totals = pickle.loads(merged.column("data")[0].as_py())
    assert totals.documents == 8
    assert totals.encoded == 4
    assert list(totals.left_alone) == ["0a", "0b", "1a"]
    assert list(totals.encodings) == ["0a", "1a", "2a"]
    assert list(run._counted([])) == []


def test_of_what_is_bad_some_are_named_and_all_counted(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from dedup.spark import cleaning

    monkeypatch.setattr(cleaning, "NAMED", 2)
    rows = [("b.txt", "empty"), ("c.txt", "torn"), ("a.txt", "a dump"), ("d.txt", "torn")]
    for count, more in ((4, 2), (3, 1), (2, 0), (1, 0)):
        table = spark.createDataFrame(rows[:count], "id string, reason string")
        named = dict(sorted(rows[:count])[:2])
        assert cleaning._named(table) == (named, more)


@pytest.mark.parametrize("size", [1, 12, 10_000])
def test_lots_hold_all_documents_in_order_and_no_more_than_they_should(size: int) -> None:
    import pyarrow as pa

    from dedup.spark.packing import from_bytes, lot_of, pack

    texts = ["", "four", "word " * 5, "日本", *map(str, range(20))]
    table = pa.table({"id": list(map(str, range(24))), "source": ["s"] * 24, "text": texts})
    lots = [row["lot"] for batch in pack(size, iter(table.to_batches(max_chunksize=5))) for row in batch.to_pylist()]
    assert [text for lot in lots for text in lot_of(lot).texts] == texts
    assert isinstance(lot_of(lots[0]), Lot)
    assert all(sum(map(len, from_bytes(lot)["text"].to_pylist()[:-1])) < size for lot in lots)
    assert len(lots) == 1 or size < 10_000


def test_columns_are_what_they_were_when_they_come_back() -> None:
    import pyarrow as pa

    from dedup.spark.packing import batch_of, columns_of, kind_of, signed

    facts = np.array([0, 2**63 + 5], dtype=np.uint64)
    columns = {"facts": facts, "doc": np.array([1, 2], np.int32), "flag": np.array([True, False]), "words": ["a", "b"]}
    kinds = {name: kind_of(values) for name, values in columns.items()}
    schema = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    batch = batch_of({name: signed(values) for name, values in columns.items()}, schema)
    for table in (batch, batch.to_struct_array()):
        back = columns_of(table, kinds)
        assert back["facts"].dtype == np.uint64
        assert {name: list(values) for name, values in back.items()} == {n: list(v) for n, v in columns.items()}
    assert all(len(values) == 0 for values in columns_of(None, kinds).values())
    assert isinstance(batch, pa.RecordBatch)


def test_what_hangs_together_has_one_label(spark: Any, tmp_path: Path) -> None:
    from dedup.spark.components import components
    from dedup.spark.run import Desk

    chain = [(k, k + 1) for k in range(12)]
    edges = spark.createDataFrame([*reversed(chain), (50, 40), (60, 50), (99, 98)], "a bigint, b bigint")
    found = components(edges, Desk(spark, f"file:{tmp_path}").save).collect()
    groups: dict[int, set[int]] = {}
    for row in found:
        groups.setdefault(row["label"], set()).add(row["node"])
    assert sorted(map(sorted, groups.values())) == [list(range(13)), [40, 50, 60], [98, 99]]
