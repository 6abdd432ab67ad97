"""The example corpus: what a reader wants removed from it goes, and nothing else."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from dedup import Cleaner, Config, Outcome, Removal
from dedup.ledger import restore
from tests.test_promises_files import tree

HOME = Path(__file__).parents[1]
CORPUS = HOME / "corpus"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads(
    (HOME / "tests" / "cases" / "corpus.toml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    out = tmp_path_factory.mktemp("corpus") / "out"
    return out, Cleaner(Config()).clean_folder(CORPUS, out)


def test_every_article_has_its_expectation() -> None:
    assert set(EXPECTED) == {p.relative_to(CORPUS).as_posix() for p in CORPUS.rglob("*.txt")}
    assert 20 <= len(EXPECTED) <= 40


def lines_in(text: str, removal: Removal) -> range:
    """Return the numbers of the lines that a removal takes or takes a sentence of."""
    first = text.count("\n", 0, removal.start) + 1
    return range(first, text.count("\n", 0, removal.end) + first + 1 - text.count("\n", 0, removal.start))


@pytest.mark.parametrize("name", EXPECTED)
def test_an_article_loses_what_it_should_and_nothing_else(name: str, cleaned: tuple[Path, Outcome]) -> None:
    one = next(c for c in cleaned[1] if c.document.id == name)
    expected = EXPECTED[name]
    if "dropped_as_copy_of" in expected:
        assert one.status == "copy"
        assert [r.code for r in one.removals] == ["DU401"]
        assert one.removals[0].twin is not None
        assert one.removals[0].twin.document == expected["dropped_as_copy_of"]
        return
    lines = one.document.text.removeprefix("\ufeff").split("\n")
    found = {}
    for removal in one.removals:
        (line,) = lines_in(one.document.text, removal)
        whole = removal.text.strip() == lines[line - 1].strip()
        found[line] = (removal.code, "" if whole else removal.text)
    wanted = {r["line"]: (r["code"], r.get("sentence", "")) for r in expected["removed"]}
    assert found.keys() == wanted.keys()
    for line, (code, sentence) in wanted.items():
        assert found[line][0].startswith(code)
        assert found[line][1] == sentence
        begin = next(r["text"] for r in expected["removed"] if r["line"] == line).rstrip("…")
        assert lines[line - 1].lstrip().startswith(begin)


def test_articles_without_removals_are_byte_identical(cleaned: tuple[Path, Outcome]) -> None:
    clean = [name for name, e in EXPECTED.items() if e.get("removed") == []]
    assert len(clean) >= 4
    for name in clean:
        assert (cleaned[0] / name).read_bytes() == (CORPUS / name).read_bytes()


def test_restoring_gives_back_the_corpus(cleaned: tuple[Path, Outcome], tmp_path: Path) -> None:
    assert restore(cleaned[0], tmp_path / "back") == (len(EXPECTED), [])
    assert tree(tmp_path / "back") == tree(CORPUS)


def test_cleaning_the_cleaned_corpus_removes_nothing(cleaned: tuple[Path, Outcome], tmp_path: Path) -> None:
    again = Cleaner(Config()).clean_folder(cleaned[0], tmp_path / "again")
    assert again.removals == []
    assert tree(tmp_path / "again") == tree(cleaned[0])


def test_the_corpus_shows_what_it_should() -> None:
    data = [path.read_bytes() for path in CORPUS.rglob("*.txt")]
    assert any(b"\r\n" in content for content in data)
    assert any(not content.endswith(b"\n") for content in data)
    assert any("“" in content.decode() for content in data)
    codes = {r["code"] for e in EXPECTED.values() for r in e.get("removed", [])}
    assert codes >= {"DU001", "DU002", "DU101", "DU102", "DU201", "DU301"}
