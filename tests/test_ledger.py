"""The ledger: what it records, and that it gives everything back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dedup import Cleaner, Config, DedupError, Document, Removal
from dedup.documents.folder import digest_of
from dedup.ledger import entries, original_text, records_of, restore, restore_entry
from dedup.run import clean_documents

FERRY = "The ferry crews of Port Maren voted to stay ashore until Friday."
NETS = "Gertrud Alm mends the nets of the whole harbour in winter."
FILES = {
    "a.txt": f"\ufeff{FERRY}\r\n\r\nAdvertisement\r\n\r\n{NETS}\r\n{FERRY}\r\n",
    "b.txt": f"Nobody else was there that day.\n{NETS} The pilots will join them later.\n",
    "c.txt": f"\n{NETS} The pilots will join them later.\nNobody else was there that day.",
    "d.txt": "The orchard gave many small red apples.",
    "e.txt": "Seventeen cooks left the island in the night.\n" * 4,
}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for name, text in FILES.items():
        (tmp_path / "in" / name).write_bytes(text.encode())
    Cleaner(Config(workers=1)).clean_folder(tmp_path / "in", tmp_path / "out")
    return tmp_path / "out"


def records(out: Path, name: str) -> list[dict[str, Any]]:
    lines = (out / ".dedup" / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_folder_of_clean_texts_has_an_empty_ledger(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "d.txt").write_text(FILES["d.txt"])
    Cleaner().clean_folder(tmp_path / "in", tmp_path / "out")
    assert records(tmp_path / "out", "ledger.jsonl") == []
    assert [r["status"] for r in records(tmp_path / "out", "documents.jsonl")] == ["unchanged"]


def test_every_document_has_a_record_with_its_status_and_digests(out: Path) -> None:
    found = {record["document"]: record for record in records(out, "documents.jsonl")}
    assert {name: record["status"] for name, record in found.items()} == {
        "a.txt": "changed",
        "b.txt": "changed",
        "c.txt": "copy",
        "d.txt": "unchanged",
        "e.txt": "left alone",
    }
    for name, text in FILES.items():
        assert found[name]["original"] == digest_of(text.encode())
        cleaned = out / name
        assert found[name]["cleaned"] == (digest_of(cleaned.read_bytes()) if cleaned.exists() else None)
    assert found["e.txt"]["refused"] > 0.5
    assert "refused" not in found["a.txt"]


def test_every_removal_has_a_record_with_its_evidence(out: Path) -> None:
    label, line, sentence, copy = records(out, "ledger.jsonl")
    assert (label["document"], label["line"], label["code"], label["name"]) == ("a.txt", 3, "AD001", "ad-label")
    assert label["text"] == "Advertisement"
    assert label["phrase"] == "advertisement"
    assert "twin" not in label
    assert (line["code"], line["line"], line["similarity"]) == ("DU001", 6, 1.0)
    assert line["twin"] == {"document": "a.txt", "line": 1, "start": 1, "end": 1 + len(FERRY)}
    assert (sentence["code"], sentence["document"], sentence["text"]) == ("DU101", "b.txt", NETS)
    assert sentence["twin"]["line"] == 5
    assert (copy["code"], copy["document"], copy["twin"]["document"]) == ("DU401", "c.txt", "b.txt")


def test_spans_point_into_the_original_text(out: Path) -> None:
    for record in records(out, "ledger.jsonl"):
        original = FILES[record["document"]]
        if record["code"] != "DU401":
            assert original[record["start"] : record["end"]] == record["text"]
        for start, text in record["cuts"]:
            assert original[start : start + len(text)] == text


def test_cuts_put_back_give_the_original(out: Path) -> None:
    for entry in entries(out):
        name = entry.record["document"]
        cleaned = (out / name).read_bytes().decode() if (out / name).exists() else ""
        assert original_text(cleaned, entry.removals) == FILES[name]
        assert original_text(cleaned, reversed(entry.removals)) == FILES[name]
        assert restore_entry(out, entry) == FILES[name].encode()


def test_restore_gives_back_copies_and_left_alone_documents_too(out: Path, tmp_path: Path) -> None:
    assert restore(out, tmp_path / "back") == (5, [])
    assert {p.name: p.read_bytes().decode() for p in (tmp_path / "back").iterdir()} == FILES


def test_a_changed_copy_is_not_restored_and_named(out: Path, tmp_path: Path) -> None:
    (out / "a.txt").write_bytes((out / "a.txt").read_bytes() + b" ")
    done, problems = restore(out, tmp_path / "back")
    assert done == 4
    assert [problem.partition(":")[0] for problem in problems] == ["a.txt"]


def test_a_record_that_was_tampered_with_does_not_pass_the_digest(out: Path, tmp_path: Path) -> None:
    path = out / ".dedup" / "ledger.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("[19, ", "[20, "), encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("Advertisement", "Advertisements"), encoding="utf-8")
    _, problems = restore(out, tmp_path / "back")
    assert len(problems) == 1
    assert "does not give back the original" in problems[0]


@pytest.mark.parametrize("name", ["ledger.jsonl", "documents.jsonl"])
@pytest.mark.parametrize("line", ['{"document": "a.t', "\x00\x01"], ids=["cut off", "bytes"])
def test_a_damaged_line_is_named_with_its_number(out: Path, tmp_path: Path, name: str, line: str) -> None:
    path = out / ".dedup" / name
    kept = path.read_text(encoding="utf-8").splitlines()[0]
    path.write_text(f"{kept}\n{line}\n", encoding="utf-8")
    with pytest.raises(DedupError, match=rf"{name}:2: damaged record"):
        restore(out, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_records_come_in_reading_order() -> None:
    documents = [Document(name, text) for name, text in reversed(FILES.items())]
    found = records_of(clean_documents(documents))
    assert len(found) == 4
    assert [(r["document"], r["start"]) for r in found] == sorted((r["document"], r["start"]) for r in found)


def test_a_removal_is_a_record_of_its_own() -> None:
    removal = clean_documents([Document("a", FILES["a.txt"])]).removals[0]
    assert isinstance(removal, Removal)
    assert removal.cuts[0].start < removal.end <= removal.cuts[0].end
