"""Text files as the documents of a run on Spark: the same as those of the local engine, however they are listed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dedup.documents import decode as limits
from dedup.documents.folder import read as read_here
from dedup.errors import DedupError
from dedup.spark.reading import read
from dedup.spark.texts import of_store
from tests.folders import EVERYTHING, fill

ODD = {
    "a b/c d.txt": b"spaces\n",
    "a%20b/50%.txt": b"percent\n",
    "a+b/#1?x=y&z.md": b"a fragment\n",
    "d/e\u0301.TXT": b"two code points\n",
    "d/\xe9.Text": b"one code point\n",
    "日本/東京.txt": "日本\n".encode(),
    "[x]{y}*.md": b"no pattern\n",
    "k=v/w.txt": b"no column\n",
    "emoji \U0001f600/\U0001f600.txt": b"beyond the first plane\n",
    ".hidden.txt": b"hidden\n",
    ".hidden/a.txt": b"hidden\n",
    "d/.git/a.txt": b"hidden\n",
    "d/picture.jpg": b"\xff\xd8",
    "d/txt": b"no suffix\n",
}
FILES = {**EVERYTHING, **ODD}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("texts") / "all of 50% #1 é", FILES)


def rows(frame: Any) -> list[tuple[Any, ...]]:
    return sorted(map(tuple, frame.collect()))


def expected(path: Path) -> list[tuple[Any, ...]]:
    intake = read_here(path)
    good = [
        (d.id, d.source, d.text, intake.originals[d.id].encoding, intake.originals[d.id].digest, None)
        for d in intake.documents
    ]
    return sorted(
        [*good, *((n, n.partition("/")[0] if "/" in n else "", None, None, None, r) for n, r in intake.bad.items())]
    )


def here(spark: Any, path: Path) -> Any:
    return read(spark, str(path))


def listed(spark: Any, path: Path) -> Any:
    return of_store(spark, f"file:{path}", single=path.is_file())


WAYS = pytest.mark.parametrize("way", [here, listed])
Way = Callable[[Any, Path], Any]


@WAYS
def test_documents_are_those_of_the_local_engine(spark: Any, folder: Path, way: Way) -> None:
    found = way(spark, folder).documents
    assert found.columns == ["id", "source", "text", "encoding", "digest", "bad"]
    wanted = expected(folder)
    assert len(wanted) == len(FILES) - 5
    assert rows(found) == (
        wanted if way is here else [row for row in wanted if row[2] != ""]
    )  # Spark lists no empty files


def test_other_files_are_skipped_as_the_local_engine_skips_them(spark: Any, folder: Path) -> None:
    assert dict(rows(here(spark, folder).skipped)) == read_here(folder).skipped
    assert dict(rows(listed(spark, folder).skipped)) == {
        name: reason for name, reason in read_here(folder).skipped.items() if reason != "hidden"
    }


@WAYS
@pytest.mark.parametrize("name", ["c/ru.txt", "a%20b/50%.txt", "d/txt"])
def test_one_file_is_a_document_whatever_it_is_called(spark: Any, folder: Path, way: Way, name: str) -> None:
    found = way(spark, folder / name)
    assert rows(found.documents) == expected(folder / name)
    assert rows(found.skipped) == []


@WAYS
def test_a_huge_file_is_named_and_not_read(spark: Any, tmp_path: Path, way: Way) -> None:
    fill(tmp_path, {"a/small.txt": "small"})
    with (tmp_path / "a" / "huge.txt").open("wb") as file:
        file.truncate(limits.MAX_BYTES + 1)
    assert rows(way(spark, tmp_path).documents) == expected(tmp_path)


@WAYS
def test_an_empty_folder_has_no_documents(spark: Any, tmp_path: Path, way: Way) -> None:
    assert rows(way(spark, tmp_path).documents) == []


def test_links_to_files_are_read_and_links_to_folders_are_not_followed(spark: Any, tmp_path: Path) -> None:
    fill(tmp_path, {"a/x.txt": "x", "_b/_y.txt": "y"})
    (tmp_path / "a" / "link.txt").symlink_to("x.txt")
    (tmp_path / "a" / "gone.txt").symlink_to("nowhere")
    (tmp_path / "a" / "loop").symlink_to("..")
    found = here(spark, tmp_path)
    assert rows(found.documents) == expected(tmp_path)
    assert rows(found.skipped) == [("a/loop", "a link to a folder")]


def test_a_name_that_is_not_unicode_is_named(spark: Any, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"x")
    fill(tmp_path, {"b.txt": "b"})
    bad, good = rows(here(spark, tmp_path).documents)[::-1]
    assert bad == ("caf\ufffd.txt", "", None, None, None, "its name is not UTF-8; rename it")
    assert good[2] == "b"


def test_what_is_not_there_is_said(spark: Any, tmp_path: Path) -> None:
    with pytest.raises(DedupError, match=r"gone does not exist$"):
        read(spark, str(tmp_path / "gone"))


def test_a_store_that_spark_does_not_know_is_said_in_one_line(spark: Any) -> None:
    with pytest.raises(DedupError, match=r"^nosuch://x/y: this Spark cannot read nosuch:$"):
        read(spark, "nosuch://x/y")


def test_texts_come_from_many_tasks(spark: Any, tmp_path: Path) -> None:
    fill(tmp_path, {f"{k}.txt": str(k) for k in range(60)})
    assert here(spark, tmp_path).documents.rdd.getNumPartitions() == spark.sparkContext.defaultParallelism
