"""JSON lines and Parquet files as the documents of a run on Spark, and as its output."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from dedup.documents.folder import digest_of
from dedup.errors import DedupError
from dedup.spark.reading import read
from dedup.spark.writing import write_table
from tests.folders import fill

pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")

LINES = [
    '{"z": 1.50, "text": "The ferry.\\n\\u00e9", "id": "a", "source": "site", "deep": {"b": [null, 1e3]}, "none": null}',
    ' {"text":"Second \\"quoted\\", text","id":12}  ',
    '{"text": null, "id": "c"}',
    '{"text": "no name"}',
    '{"text": "broken',
    "",
    "[1]",
    '{"id": "nul", "text": "a\\u0000b"}',
]
GOOD = {"a": "The ferry.\né", "12": 'Second "quoted", text'}


def documents(found: Any) -> dict[str, tuple[Any, ...]]:
    return {row["id"]: tuple(row)[1:] for row in found.documents.collect()}


def good(source: str, text: str) -> tuple[Any, ...]:
    return source, text, "utf-8", digest_of(text.encode()), None


def lines_of(out: Path) -> dict[str, list[str]]:
    """The lines of all part files, by folder."""
    found: dict[str, list[str]] = {}
    for path in sorted(out.rglob("part-*.jsonl")):
        found.setdefault(path.parent.relative_to(out).as_posix(), []).extend(path.read_text("utf-8").splitlines())
    return {folder: sorted(lines) for folder, lines in found.items()}


def texts(spark: Any, **of: str) -> Any:
    return spark.createDataFrame(list(of.items()), "id string, text string")


def test_lines_of_json_are_documents_and_broken_ones_are_named(spark: Any, tmp_path: Path) -> None:
    fill(tmp_path, {"news.jsonl": "\n".join(LINES)})
    found = documents(read(spark, str(tmp_path / "news.jsonl")))
    assert found == {
        "a": good("site", GOOD["a"]),
        "12": good("", GOOD["12"]),
        "c": ("", None, None, None, "no text"),
        'news.jsonl: {"text": "no name"}': ("", None, None, None, "no id"),
        'news.jsonl: {"text": "broken': ("", None, None, None, "not a JSON object"),
        "news.jsonl: [1]": ("", None, None, None, "not a JSON object"),
        "nul": ("", None, None, None, "contains NUL bytes; it is not a text file"),
    }


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_folder_of_files_is_one_table_and_its_folders_are_columns(spark: Any, tmp_path: Path, kind: str) -> None:
    for month, name in [("01", "x"), ("02", "y"), ("a%3Ab", "z")]:
        folder = tmp_path / "in" / f"month={month}"
        folder.mkdir(parents=True)
        if kind == "parquet":
            pq.write_table(pa.table({"text": [name * 3], "id": [name]}), folder / "p.parquet")
        else:
            fill(folder, {"p.ndjson": json.dumps({"text": name * 3, "id": name})})
    found = read(spark, str(tmp_path / "in"), origin="month")
    assert found.kind == kind
    assert found.table.partitions == ["month"]
    assert documents(found) == {"x": good("01", "xxx"), "y": good("02", "yyy"), "z": good("a:b", "zzz")}
    write_table(texts(spark, x="xxx", z="changed"), str(tmp_path / "out"), found.table)
    assert sorted(path.name for path in (tmp_path / "out").glob("month=*")) == ["month=01", "month=a%3Ab"]
    assert documents(read(spark, str(tmp_path / "out"), origin="month")) == {
        "x": good("01", "xxx"),
        "z": good("a:b", "changed"),
    }


def test_folders_that_are_no_columns_are_read_too(spark: Any, tmp_path: Path) -> None:
    fill(
        tmp_path,
        {
            "a/b/x.json": '{"text": "x", "id": 1}',
            "y.JSON": '{"text": "y", "id": 3}',
            "_tmp/z.json": '{"text": "z", "id": 1}',
        },
    )
    (tmp_path / "w.jsonl.gz").write_bytes(gzip.compress(b'{"text": "w", "id": 2}\n'))
    assert documents(read(spark, str(tmp_path))) == {"1": good("", "x"), "2": good("", "w"), "3": good("", "y")}


def test_a_folder_with_texts_and_json_is_a_folder_of_texts(spark: Any, tmp_path: Path) -> None:
    fill(tmp_path, {"a.txt": "text", "a.json": '{"text": "x", "id": 1}'})
    found = read(spark, str(tmp_path))
    assert (found.kind, found.table, list(documents(found))) == ("files", None, ["a.txt"])


def test_a_store_is_looked_at_like_a_folder(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, {"k=1/x.jsonl": '{"text": "x", "id": 1}', "k=2/y.jsonl": '{"text": "y", "id": 2}'})
    monkeypatch.setattr("dedup.spark.reading.here", lambda place: None)
    for source in (f"file:{tmp_path}", f"file:{tmp_path}/k=1/x.jsonl"):
        found = read(spark, source)
        assert (found.kind, "1" in documents(found)) == ("jsonl", True)
    fill(tmp_path, {"k=1/x.md": "x"})
    assert read(spark, f"file:{tmp_path}").kind == "files"


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_column_that_is_not_there_is_said_with_those_that_are(spark: Any, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"x.{kind}"
    pq.write_table(pa.table({"body": ["x"], "url": ["y"]}), path)
    if kind == "jsonl":
        path.write_text('{"url": "y", "body": "x"}\n')
    with pytest.raises(DedupError, match=r"x\.\w+ has no column id; its columns: body, url$"):
        read(spark, str(path), text="body")
    assert documents(read(spark, str(path), text="body", id="url")) == {"y": good("", "x")}


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_an_id_of_two_rows_is_named(spark: Any, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"x.{kind}"
    rows = [{"text": str(k), "id": k % 3} for k in range(5)]
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(DedupError, match=r"2 ids stand in more than one row; one is 0$"):
        read(spark, str(path))


def test_a_text_that_is_not_a_string_is_refused(spark: Any, tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": [1], "id": [1]}), tmp_path / "x.parquet")
    with pytest.raises(DedupError, match="column text is bigint, not string"):
        read(spark, str(tmp_path))


def test_unchanged_lines_are_written_as_they_were_and_of_others_only_the_text_changes(
    spark: Any, tmp_path: Path
) -> None:
    surrogate = '{"id": "s", "text": "x", "half": "\\ud800"}'
    fill(tmp_path, {"in/news.jsonl": "\n".join([*LINES, surrogate]), "out/.dedup/mine": "", "out/part-old.jsonl": ""})
    table = read(spark, str(tmp_path / "in")).table
    write_table(texts(spark, a="Neu.\n", s="y", **{"12": GOOD["12"]}), str(tmp_path / "out"), table)
    (lines,) = lines_of(tmp_path / "out").values()
    changed = LINES[0].replace('"The ferry.\\n\\u00e9"', '"Neu.\\n"').replace("1e3", "1000.0").replace("1.50", "1.5")
    assert lines == sorted([changed, LINES[1], surrogate.replace('"x"', '"y"')])
    assert (tmp_path / "out" / ".dedup" / "mine").exists()
    assert not (tmp_path / "out" / "part-old.jsonl").exists()


def test_other_columns_keep_their_types_values_and_order(spark: Any, tmp_path: Path) -> None:
    rows = pa.table(
        {
            "n": pa.array([1, None, 3], pa.int32()),
            "text": ["one", "two", None],
            "id": pa.array([7, 8, 9], pa.int64()),
            "tags": [["a"], [], None],
            "odd `name`.x": [b"\xff", None, b""],
        }
    )
    pq.write_table(rows, tmp_path / "in.parquet")
    found = read(spark, str(tmp_path / "in.parquet"))
    assert documents(found)["9"] == ("", None, None, None, "no text")
    with_rows = found.table.rows.where("bad is null").drop("text").selectExpr("*", "if(id = 7, 'new', 'two') as text")
    write_table(with_rows, str(tmp_path / "out"), found.table)
    back = pq.read_table(tmp_path / "out").sort_by("id")
    assert back.to_pylist() == [
        {**row, "text": text} for row, text in zip(rows.to_pylist(), ["new", "two"], strict=False)
    ]
    assert back.schema.types == rows.schema.types
