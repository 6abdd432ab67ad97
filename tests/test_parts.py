"""Parts: segments in a file are those in memory, and a file is there whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dedup import OutputError
from dedup.parts import SUM, FilePart, Part, read_header, write_part
from dedup.tables import NO_SEGMENTS, SEGMENTS, Column, Table

SOME = settings(deadline=None, max_examples=25)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Any values at all, but documents from 0 to 5 and phrases from -1 on."""
    count = draw(st.integers(0, 6))
    columns = {name: draw(arrays(np.dtype(kind), count)) for name, kind in SEGMENTS.items()}
    columns["doc"] = draw(arrays(np.int32, count, elements=st.integers(0, 5)))
    columns["phrase"] = draw(arrays(np.int32, count, elements=st.integers(-1, 9)))
    return Table(columns)


def some() -> Table:
    """Two documents, two lines each, the second of them named by a rule."""
    columns = {name: np.arange(4).astype(kind) for name, kind in SEGMENTS.items()}
    columns["doc"][:], columns["phrase"][:] = [0, 0, 1, 1], [-1, 0, -1, 1]
    return Table(columns)


def same(a: Column, b: Column) -> bool:
    return a.dtype == b.dtype and a.tobytes() == b.tobytes()


def written(table: Table, docs: list[int] | None = None) -> tuple[FilePart, tempfile.TemporaryDirectory[str]]:
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name, "0.part")
    write_part(path, table)
    return FilePart(path, None if docs is None else np.array(docs)), folder


@SOME
@given(tables())
def test_a_file_gives_back_the_columns_that_were_written(table: Table) -> None:
    part, folder = written(table)
    with folder:
        assert len(part) == len(table)
        assert all(same(part[name], table[name]) for name in SEGMENTS)
        assert all(same(part.take(None)[name], table[name]) for name in SEGMENTS)


@SOME
@given(tables(), st.lists(st.integers(-1, 100_000), min_size=6, max_size=6))
def test_documents_get_other_numbers_and_those_without_one_are_left_out(table: Table, docs: list[int]) -> None:
    part, folder = written(table, docs)
    with folder:
        numbers = np.array(docs)[table["doc"]]
        expected = table.take(numbers >= 0)
        assert len(part) == len(expected)
        assert same(part["doc"], numbers[numbers >= 0].astype(np.int32))
        assert all(same(part[name], expected[name]) for name in SEGMENTS if name != "doc")


@SOME
@given(tables(), st.integers(0, 50), st.data())
def test_rows_are_taken_with_phrases_numbered_among_those_of_all(
    table: Table, before: int, data: st.DataObject
) -> None:
    rows = np.array(data.draw(st.lists(st.integers(0, len(table) - 1), max_size=9)) if len(table) else [], np.int64)
    filed, folder = written(table)
    expected = table.take(rows)
    phrases = [phrase + before if phrase >= 0 else -1 for phrase in expected["phrase"].tolist()]
    with folder:
        for part in (filed, Part(table)):
            part.phrases_from = before
            found = part.take(rows)
            assert found["phrase"].tolist() == phrases
            assert found["phrase"].dtype == np.int32
            assert all(same(found[name], expected[name]) for name in SEGMENTS if name != "phrase")
            assert list(part.take(rows, ["key_lo", "doc"]).columns) == ["key_lo", "doc"]


def test_no_phrase_stays_none_and_the_table_is_not_changed() -> None:
    table = some()
    before = table["phrase"].tolist()
    part = Part(table)
    part.phrases_from = 5
    assert part.take(None)["phrase"].tolist() == [-1, 5, -1, 6]
    assert table["phrase"].tolist() == before


def test_no_segments_are_a_part_too(tmp_path: Path) -> None:
    write_part(tmp_path / "0.part", NO_SEGMENTS)
    part = FilePart(tmp_path / "0.part", np.array([-1]))
    assert len(part) == 0
    assert all(same(part[name], NO_SEGMENTS[name]) for name in SEGMENTS)


def test_every_other_row_of_a_table_is_written_as_it_is(tmp_path: Path) -> None:
    table = some().take(slice(None, None, 2))
    write_part(tmp_path / "0.part", table)
    assert all(same(FilePart(tmp_path / "0.part")[name], table[name]) for name in SEGMENTS)


def test_the_header_says_what_it_was_told_and_how_long_it_is(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "0.part"
    write_part(path, some(), {"root": "/\udcff", "phrases": ["Читайте также\n", "{"]})
    header, length = read_header(path)
    assert (header["rows"], header["root"], header["phrases"]) == (4, "/\udcff", ["Читайте также\n", "{"])
    assert path.read_bytes()[:length].endswith(b"\n")
    assert path.stat().st_size == length + sum(column.nbytes for column in some().columns.values()) + SUM


@SOME
@given(st.integers(0, 10_000))
def test_a_file_that_is_cut_short_anywhere_is_refused(tmp_path_factory: pytest.TempPathFactory, place: int) -> None:
    path = tmp_path_factory.mktemp("cut") / "0.part"
    write_part(path, some())
    data = path.read_bytes()
    path.write_bytes(data[: place % len(data)])
    with pytest.raises(ValueError, match=r".+"):
        FilePart(path)


@pytest.mark.parametrize(
    "data",
    [
        b"\0\1\2",
        b"\xff\xfe{}",
        b"not JSON\n",
        *(
            pytest.param(data)
            for data in (
                b"5\n",
                b"[]\n",
                b"null\n",
                b"{}\n",
                b'{"rows": 0}\n',
                b'{"rows": 0, "columns": []}\n',
                b'{"rows": 0, "columns": {"doc": ["what", 0]}}\n',
                b'{"rows": "4", "columns": {"doc": ["<i4", 0]}}\n',
            )
        ),
    ],
    ids=repr,
)
def test_a_file_that_is_no_part_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "0.part").write_bytes(data)
    with pytest.raises(ValueError, match=r".+"):
        read_header(tmp_path / "0.part")


def test_a_file_with_more_in_it_is_refused(tmp_path: Path) -> None:
    write_part(tmp_path / "0.part", some())
    with (tmp_path / "0.part").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ValueError, match="is not whole"):
        FilePart(tmp_path / "0.part")


@pytest.mark.parametrize("broken", ["write", "replace"])
@pytest.mark.parametrize("at", [0, 1, 7])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=repr)
def test_a_part_that_cannot_be_written_leaves_the_old_one_and_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str, at: int, error: BaseException
) -> None:
    path = tmp_path / "0.part"
    path.write_bytes(b"old")
    real, count = getattr(os, broken), iter(range(100))

    def fail(*arguments: object) -> object:
        if broken == "replace" or next(count) >= at:
            raise error
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(os, broken, fail)
        with pytest.raises((OutputError, KeyboardInterrupt)) as caught:
            write_part(path, some())
    assert isinstance(error, KeyboardInterrupt) or str(path) in str(caught.value)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"0.part": b"old"}
    write_part(path, some())
    assert json.loads(path.read_bytes().split(b"\n")[0])["rows"] == 4
