"""What is read, decided, written, and put back: rows come back as they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dedup import Config, Document
from dedup.documents.folder import Original
from dedup.ledger import Pages, names_of_codes, restore
from dedup.run import clean_documents
from dedup.spark.reading import Input, read
from dedup.spark.writing import write_json, write_lines, write_table
from tests.test_ledger import FILES

pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")

ROWS = [
    {"id": k, "text": text, "tags": ["x", None], "share": 0.25, "site": "örtlich & co"[: 8 + k % 2]}
    for k, text in enumerate(FILES.values())
]


def write_run(spark: Any, found: Input, out: Path) -> int:
    """Decide here, and write as a run on Spark does; return how many rows stay."""
    rows = found.documents.where("bad is null").collect()
    outcome = clean_documents([Document(row["id"], row["text"], row["source"]) for row in rows], Config(workers=1))
    pages = Pages(names_of_codes())
    originals = {row["id"]: Original(row["encoding"], row["digest"]) for row in rows}
    for one in outcome:
        pages.add(one, originals[one.document.id])
    for name, records in (("documents", pages.documents), ("ledger", pages.removals)):
        lines = spark.createDataFrame([(record.decode().rstrip("\n"),) for record in records], "value string")
        write_lines(lines.repartition(3), str(out / ".dedup" / f"{name}.jsonl"))
    texts = [(name, data.decode()) for name, data in pages.copies.items()]
    assert found.table is not None
    write_table(spark.createDataFrame(texts, "id string, text string"), str(out), found.table)
    write_json(spark, str(out / ".dedup" / "run.json"), found.table.form())
    return len(texts)


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_rows_come_back_as_they_were_but_for_what_the_ledger_cannot_know(spark: Any, tmp_path: Path, kind: str) -> None:
    for row in ROWS:
        folder = tmp_path / "in" / f"site={row['site']}"
        folder.mkdir(parents=True, exist_ok=True)
        rest = {name: value for name, value in row.items() if name != "site"}
        if kind == "parquet":
            pq.write_table(pa.Table.from_pylist([rest]), folder / f"{row['id']}.parquet")
        else:
            (folder / f"{row['id']}.jsonl").write_text(json.dumps(rest, ensure_ascii=False), "utf-8")
    stay = write_run(spark, read(spark, str(tmp_path / "in"), origin="site"), tmp_path / "out")
    assert stay == len(ROWS) - 1
    again = read(spark, str(tmp_path / "out"), origin="site")
    assert again.documents.where("bad is null").count() == stay
    assert restore(tmp_path / "out", tmp_path / "back") == (len(ROWS), [])
    back = read(spark, str(tmp_path / "back"), origin="site")
    before = read(spark, str(tmp_path / "in"), origin="site")
    assert sorted(back.documents.collect()) == sorted(before.documents.collect())
    assert not {path.name for path in (tmp_path / "back").iterdir()} ^ {
        path.name for path in (tmp_path / "in").iterdir()
    }
