"""What a run on Spark writes: copies of texts, lines, and what is said of the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dedup.documents.folder import digest_of
from dedup.spark.stores import Local, Remote, put, put_from_here
from dedup.spark.writing import remove_copies, write_copies, write_json, write_lines
from tests.folders import fill, whole

COPIES = {
    "a.txt": b"",
    "b c/50%25 #1.txt": b"\xff\xfe bytes\0",
    "d/e/\u65e5\u672c.txt": "日本\r\n".encode("shift_jis"),
    "k=v/f.txt": b"x" * 100_000,
}


def copies(spark: Any, files: dict[str, bytes]) -> Any:
    return spark.createDataFrame([(n, bytearray(d)) for n, d in files.items()], "name string, data binary")


def test_copies_are_written_with_the_same_bytes_at_the_same_paths(spark: Any, tmp_path: Path) -> None:
    out = tmp_path / "out of 50% #1"
    assert write_copies(copies(spark, COPIES), str(out)) == 4
    assert {name: data for name, data in whole(out).items() if data is not None} == COPIES


def test_a_copy_that_is_there_is_not_written_again(spark: Any, tmp_path: Path) -> None:
    fill(tmp_path, {**COPIES, "a.txt": b"other"})
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in COPIES}
    assert write_copies(copies(spark, COPIES), f"file:{tmp_path}") == 4
    after = {name: (tmp_path / name).stat().st_mtime_ns for name in COPIES}
    assert [name for name in COPIES if before[name] != after[name]] == ["a.txt"]
    assert whole(tmp_path)["a.txt"] == b""


def test_a_task_that_is_tried_again_leaves_and_counts_each_copy_once(spark: Any, tmp_path: Path) -> None:
    def breaks(batches: Any) -> Any:
        yield from batches
        if not (tmp_path / "broke").exists():
            (tmp_path / "broke").touch()
            raise RuntimeError("the first attempt breaks when all is written")

    some = copies(spark, COPIES).coalesce(1)
    assert write_copies(some.mapInArrow(breaks, some.schema), str(tmp_path / "out")) == 4
    assert (tmp_path / "broke").exists()
    assert {name: data for name, data in whole(tmp_path / "out").items() if data is not None} == COPIES


def test_what_cannot_be_written_is_named(spark: Any, tmp_path: Path) -> None:
    fill(tmp_path, {"d": "a file where a folder should be"})
    with pytest.raises(Exception, match=r"cannot write .*/d/e/"):
        write_copies(copies(spark, COPIES), str(tmp_path))


def test_copies_of_an_earlier_run_go_if_nobody_changed_them(spark: Any, tmp_path: Path) -> None:
    fill(tmp_path, {"a/b/old.txt": "old", "a/edited.txt": "edited", "c.txt": "c"})
    stale = [(n, digest_of(b"old")) for n in ("a/b/old.txt", "a/edited.txt", "gone.txt")]
    assert remove_copies(spark.createDataFrame(stale, "name string, digest string"), str(tmp_path)) == 1
    assert set(whole(tmp_path)) == {"a", "a/edited.txt", "c.txt"}


def test_lines_become_part_files_in_place_of_what_was_there(spark: Any, tmp_path: Path) -> None:
    path = tmp_path / ".dedup" / "ledger.jsonl"
    fill(tmp_path, {".dedup/ledger.jsonl": "a file of another engine"})
    for lines in (["old"], ['{"a": "é\\n"}', "\u2028", "b"]):
        write_lines(spark.createDataFrame([(line,) for line in lines], "value string"), str(path))
    parts = sorted(path.glob("part-*"))
    assert sorted("".join(part.read_text("utf-8") for part in parts).split("\n")) == sorted([*lines, ""])
    assert (path / "_SUCCESS").exists()


def test_a_value_is_written_as_json(spark: Any, tmp_path: Path) -> None:
    write_json(spark, str(tmp_path / "a" / "run.json"), {"é": [1]})
    assert (tmp_path / "a" / "run.json").read_bytes() == '{\n  "é": [\n    1\n  ]\n}\n'.encode()


def test_spark_itself_writes_a_file_to_its_stores(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.spark.stores.here", lambda place: None)
    for value in (b"old", b"new"):
        put_from_here(spark, f"file:{tmp_path}/50% #1/run.json", value)
    assert (tmp_path / "50% #1" / "run.json").read_bytes() == b"new"


def test_a_store_has_a_file_whole_and_once(tmp_path: Path) -> None:
    system = pytest.importorskip("pyarrow.fs").LocalFileSystem()
    for data in (b"old", b"new"):
        put(system, f"{tmp_path}/a b/50%.txt", data)
    assert whole(tmp_path) == {"a b": None, "a b/50%.txt": b"new"}


def test_a_store_is_written_and_cleared_like_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    for store in (Local(tmp_path / "x"), Remote(f"file://{tmp_path}/y y", {})):
        for name, data in COPIES.items():
            store.put(name, data)
        assert store.remove("a.txt", digest_of(b""))
        assert not store.remove("k=v/f.txt", digest_of(b""))
        assert not store.remove("gone.txt", digest_of(b""))
    files = {name: data for name, data in whole(tmp_path).items() if data is not None}
    assert files == {
        f"{root}/{name}": data for root in ("x", "y y") for name, data in COPIES.items() if name != "a.txt"
    }
