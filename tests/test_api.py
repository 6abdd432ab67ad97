"""The Python API: cheap to import, and the same as the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

import dedup
from dedup import Cleaner, Config, ConfigError, Document, DocumentError, clean_text
from dedup.cli.app import main
from tests.cli.test_start import loaded_after
from tests.test_promises_files import tree

FERRY = "The ferry crews of Port Maren voted to stay ashore until Friday."
TEXT = f"{FERRY}\n\nAdvertisement\n\nThe pilots will join them in spring.\n{FERRY}\n"
CLEAN = f"{FERRY}\n\nThe pilots will join them in spring.\n"


def test_importing_loads_no_heavy_library() -> None:
    assert loaded_after("import dedup") == set()
    assert loaded_after("from dedup import Config, Document, OutputError\nConfig()") <= {"sentencex"}


def test_every_public_name_is_there() -> None:
    assert dedup.__all__ == sorted(dedup.__all__)
    for name in dedup.__all__:
        assert getattr(dedup, name).__name__ == name
    assert set(dedup.__all__) <= set(dir(dedup))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'dedup' has no attribute 'Claener'"):
        dedup.Claener  # noqa: B018


@pytest.mark.parametrize("text", ["", "\n", FERRY, CLEAN, CLEAN.replace("\n", "\r\n")])
def test_a_clean_text_stays(text: str) -> None:
    assert clean_text(text) == text


def test_a_text_is_cleaned_of_debris_and_repeats() -> None:
    assert clean_text(TEXT) == CLEAN
    assert Cleaner().clean_text(TEXT) == CLEAN
    assert clean_text(TEXT, Config(ignore=("AD",))) == CLEAN.replace("\n\n", "\n\nAdvertisement\n\n")


def test_a_cleaner_remembers_nothing_between_texts() -> None:
    cleaner = Cleaner()
    assert [cleaner.clean_text(CLEAN) for _ in range(2)] == [CLEAN, CLEAN]


def test_documents_may_be_a_dictionary_and_folders_are_sources() -> None:
    outcome = Cleaner().clean({"site/b.txt": TEXT, "a.txt": "Seventeen cooks left the island.\n"})
    assert [(c.document.id, c.document.source, c.status) for c in outcome] == [
        ("a.txt", "", "unchanged"),
        ("site/b.txt", "site", "changed"),
    ]
    assert outcome.cleaned[1].text == CLEAN
    assert outcome.characters_removed == len(TEXT) - len(CLEAN)
    assert outcome.statuses == {"unchanged": 1, "changed": 1}
    given = Cleaner().clean(Document(name, text, source) for name, text, source in [("site/b.txt", TEXT, "site")])
    assert given.cleaned[0] == outcome.cleaned[1]


def test_unknown_codes_are_refused_at_once() -> None:
    with pytest.raises(ConfigError, match="did you mean"):
        Cleaner(Config(select=("repeated-lines",)))


def test_a_folder_is_cleaned_as_the_command_line_does(tmp_path: Path) -> None:
    source = tmp_path / "in" / "site"
    source.mkdir(parents=True)
    (source / "a.txt").write_text(TEXT)
    (source / "b.txt").write_bytes(("\ufeff" + TEXT.replace("\n", "\r\n") + "Nobody minded. ").encode())
    (source / "c.txt").write_text("Seventeen cooks left the island.\n")
    outcome = Cleaner().clean_folder(tmp_path / "in", tmp_path / "api")
    assert main(["clean", str(tmp_path / "in"), str(tmp_path / "cli"), "--quiet"]) == 0
    assert tree(tmp_path / "api") == tree(tmp_path / "cli")
    assert tree(tmp_path / "api")["site/a.txt"].decode() == CLEAN == clean_text(TEXT)
    for name in ("ledger.jsonl", "documents.jsonl", "run.json"):
        assert (tmp_path / "api" / ".dedup" / name).read_bytes() == (tmp_path / "cli" / ".dedup" / name).read_bytes()
    written = {f"site/{p.name}" for p in (tmp_path / "api" / "site").iterdir()}
    assert written == {c.document.id for c in outcome if c.status != "copy"}


def test_a_folder_with_a_bad_file_is_cleaned_and_then_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT)
    (tmp_path / "in" / "bad.txt").write_bytes(b"\0")
    with pytest.raises(DocumentError, match=r"bad\.txt: contains NUL bytes"):
        Cleaner().clean_folder(tmp_path / "in", tmp_path / "out")
    assert tree(tmp_path / "out") == {"a.txt": CLEAN.encode()}


def test_findings_say_where_and_why() -> None:
    (first, second) = Cleaner().check({"post/a.txt": TEXT})
    assert (first.code, first.place[:3], first.message) == ("AD001", ("post/a.txt", 3, 1), '"advertisement"')
    assert second.code == "DU001"
    assert second.twin is not None
    assert (second.place.line, second.twin.line, second.message) == (6, 1, "repeats line 1")
