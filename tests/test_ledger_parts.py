"""Ledgers that Spark wrote, as folders of part files, and the rows of which they tell."""

from __future__ import annotations

import builtins
import json
import random
from pathlib import Path
from typing import Any

import pytest

from dedup import Cleaner, Config, DedupError, Document
from dedup.cli.app import main
from dedup.documents.folder import Original, digest_of
from dedup.ledger import DOCUMENTS, LEDGER, Pages, entries, names_of_codes, restore
from dedup.run import clean_documents
from tests.folders import EVERYTHING, fill, whole
from tests.test_ledger import FILES

GOOD = {name: data for name, data in EVERYTHING.items() if not name.startswith("d/")}
ROWS = {"3": FILES["a.txt"], "1": FILES["b.txt"], "2": FILES["c.txt"], "4": FILES["d.txt"], "5": FILES["e.txt"]}


def take_apart(path: Path, parts: int = 3) -> None:
    """Make of a file of records what Spark makes of them: a folder of part files, in any order."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.unlink()
    random.Random(1).shuffle(lines)
    files = {f"part-{k:05}-abc-c000.txt": "".join(lines[k::parts]) for k in range(parts)}
    fill(path, {**files, "part-00009-abc-c000.txt": "", "_SUCCESS": "", ".part-00000-abc-c000.txt.crc": b"crc\0\xff"})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A cleaned folder whose ledger is in parts."""
    fill(tmp_path / "in", GOOD)
    Cleaner(Config(workers=1)).clean_folder(tmp_path / "in", tmp_path / "out")
    expected = {entry.record["document"]: entry for entry in entries(tmp_path / "out")}
    for name in (DOCUMENTS, LEDGER):
        take_apart(tmp_path / "out" / ".dedup" / name)
    assert {entry.record["document"]: entry for entry in entries(tmp_path / "out")} == expected
    return tmp_path / "out"


def test_originals_come_back_from_a_ledger_in_parts(out: Path, tmp_path: Path) -> None:
    done, problems = restore(out, tmp_path / "back")
    assert problems == []
    back = {name: data for name, data in whole(tmp_path / "back").items() if data is not None}
    assert back == GOOD
    assert done == len(back)


def test_explain_reads_a_ledger_in_parts(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", f"{out}/a.txt:3"]) == 0
    assert "AD001 ad-label" in capsys.readouterr().out


def test_a_damaged_part_is_named_with_its_line(out: Path, tmp_path: Path) -> None:
    path = out / ".dedup" / LEDGER / "part-00001-abc-c000.txt"
    path.write_text("{", "utf-8")
    with pytest.raises(DedupError, match=r"ledger\.jsonl/part-00001-abc-c000\.txt:1: damaged record"):
        restore(out, tmp_path / "back")


def test_a_ledger_that_was_not_finished_is_refused(out: Path, tmp_path: Path) -> None:
    (out / ".dedup" / DOCUMENTS / "_temporary").mkdir()
    with pytest.raises(DedupError, match=r"documents\.jsonl was not finished; clean again"):
        restore(out, tmp_path / "back")


def test_a_local_run_replaces_a_ledger_in_parts_and_knows_of_its_copies(out: Path, tmp_path: Path) -> None:
    (tmp_path / "in" / "b" / "books.txt").unlink()
    Cleaner(Config(workers=1)).clean_folder(tmp_path / "in", out)
    assert (out / ".dedup" / LEDGER).is_file()
    assert not (out / "b" / "books.txt").exists()
    assert restore(out, tmp_path / "back")[1] == []


def cleaned_rows(out: Path, form: str) -> list[dict[str, Any]]:
    """Write the ledger of cleaned rows, in parts, and return the rows."""
    outcome = clean_documents([Document(name, text, "site") for name, text in ROWS.items()], Config(workers=1))
    pages = Pages(names_of_codes())
    for one in outcome:
        pages.add(one, Original("utf-8", digest_of(one.document.text.encode())))
    columns = {"text": "body", "id": "nr", "source": "site"}
    run = {"format": form, "columns": columns, "partitions": ["month"]}
    home = out / ".dedup"
    records = {DOCUMENTS: b"".join(pages.documents), LEDGER: b"".join(pages.removals)}
    fill(home, {**records, "run.json": json.dumps(run)})
    for name in (DOCUMENTS, LEDGER):
        take_apart(home / name)
    assert len(pages.copies) == len(ROWS) - 1
    return [{"n": 1.5, "body": data.decode(), "nr": int(name)} for name, data in pages.copies.items()]


def write_rows(out: Path, form: str, rows: list[dict[str, Any]]) -> None:
    for place, some in (("month=01", rows[:2]), ("month=02/", rows[2:])):
        path = out / place / f"part-00000-abc.{form}"
        path.parent.mkdir(parents=True)
        if form == "jsonl":
            path.write_text("".join(f"{json.dumps(row)}\n" for row in some), "utf-8")
        else:
            pa = pytest.importorskip("pyarrow")
            schema = pa.schema([("n", pa.float64()), ("body", pa.string()), ("nr", pa.int32()), ("site", pa.string())])
            pytest.importorskip("pyarrow.parquet").write_table(pa.Table.from_pylist(some, schema=schema), path)


def read_rows(folder: Path, form: str) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for path in sorted(folder.rglob("*.*")):
        assert path.suffix == f".{form}"
        if form == "jsonl":
            rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        else:
            rows = pytest.importorskip("pyarrow.parquet").ParquetFile(path).read().to_pylist()
        found[path.relative_to(folder).as_posix()] = rows
    return found


@pytest.fixture(params=["jsonl", "parquet"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_rows_come_back_with_their_texts_and_dropped_ones_with_what_is_known(tmp_path: Path, form: str) -> None:
    rows = cleaned_rows(tmp_path / "out", form)
    write_rows(tmp_path / "out", form, rows)
    assert restore(tmp_path / "out", tmp_path / "back") == (5, [])
    back = read_rows(tmp_path / "back", form)
    copies = back.pop(f"month=__HIVE_DEFAULT_PARTITION__/part-copies.{form}")
    assert set(back) == {f"month=01/part-00000-abc.{form}", f"month=02/part-00000-abc.{form}"}
    empty = {"site": None} if form == "parquet" else {}
    found = [row for some in back.values() for row in some]
    assert found == [{**row, "body": ROWS[str(row["nr"])], **empty} for row in rows]
    assert copies == [{"nr": 2, "body": ROWS["2"], "site": "site", **({"n": None} if form == "parquet" else {})}]


def test_rows_that_were_changed_or_are_not_there_are_named(tmp_path: Path, form: str) -> None:
    rows = cleaned_rows(tmp_path / "out", form)
    rows[0]["body"] += "."
    rows[1]["nr"] = 77
    write_rows(tmp_path / "out", form, rows)
    done, problems = restore(tmp_path / "out", tmp_path / "back")
    assert done == 3
    changed, unknown, gone = problems
    assert changed.startswith(f"{rows[0]['nr']}: the cleaned copy was changed")
    assert unknown.startswith("77: is not in the ledger")
    assert gone.endswith(f"has no row in {tmp_path / 'out'}")


def test_explain_shows_a_row(tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    write_rows(tmp_path / "out", form, cleaned_rows(tmp_path / "out", form))
    assert main(["explain", f"{tmp_path / 'out'}/3:3"]) == 0
    assert "AD001 ad-label" in capsys.readouterr().out
    assert main(["explain", f"{tmp_path / 'out'}/2"]) == 0
    assert "of its words stand in 1" in capsys.readouterr().out


def test_parquet_without_pyarrow_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_rows(tmp_path / "out", "parquet", cleaned_rows(tmp_path / "out", "parquet"))
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DedupError, match=r"^pyarrow is not installed: pip install 'dedup-articles\[spark\]'$"):
        restore(tmp_path / "out", tmp_path / "back")
