"""Clean articles lose nothing: those of `cases/prose.txt`, and two of the articles that the project was started for."""

import re
from pathlib import Path

import pytest

from dedup import Config, Document
from dedup.documents.folder import read
from dedup.documents.texts import Given
from dedup.engines.local import LocalEngine
from dedup.rules.rule import LANGUAGES
from dedup.run import Run, clean_documents

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
TEXT = (Path(__file__).parent / "cases" / "prose.txt").read_text(encoding="utf-8")


def articles():
    """The articles of the file: language and title, and the text with its title as its headline."""
    parts = re.split(r"^=== (.+)\n", TEXT, flags=re.MULTILINE)
    return {
        heading: f"{heading[3:]}\n\n{text.strip()}\n" for heading, text in zip(parts[1::2], parts[2::2], strict=True)
    }


ARTICLES = articles()
DEFAULT, PREVIEW = Config(workers=1), Config(workers=1, preview=True)


def found(outcome):
    """What goes, and the documents that would lose too much."""
    gone = [(removal.document, removal.code, removal.text) for removal in outcome.removals]
    return gone + [(one.document.id, one.status, one.refused) for one in outcome if one.status == "left alone"]


def removed(documents, config):
    return found(clean_documents(documents, config))


def test_there_are_articles_enough_in_every_language():
    assert len(ARTICLES) >= 40
    assert sum(len(re.findall(r"[^\n]+", text)) - 1 for text in ARTICLES.values()) >= 200
    assert {heading[:2] for heading in ARTICLES} == set(LANGUAGES)
    assert all(heading[2] == " " for heading in ARTICLES)


@pytest.mark.parametrize("config", [DEFAULT, PREVIEW], ids=["default", "preview"])
def test_clean_articles_of_one_source_together_lose_nothing(config):
    documents = [Document(f"post/{k}.txt", text, "post") for k, text in enumerate(ARTICLES.values())]
    assert removed(documents, config) == []


@pytest.fixture(scope="module")
def engine():
    with LocalEngine(PREVIEW) as engine:
        yield engine


# With preview rules a run looks for all that it looks for without them, so that one run does for both.
@pytest.mark.parametrize("heading", ARTICLES)
def test_a_clean_article_on_its_own_loses_nothing(engine, heading):
    outcome = Run(Given([Document("article.txt", ARTICLES[heading])]), PREVIEW, engine).outcome()
    assert found(outcome) == []


@pytest.mark.parametrize("config", [DEFAULT, PREVIEW], ids=["default", "preview"])
@pytest.mark.parametrize("number", ["002", "004"])
@pytest.mark.skipif(not SEEDS.is_dir(), reason=f"the seed articles are not at {SEEDS}")
def test_no_rule_hits_the_clean_seeds(number, config):
    documents = [document for document in read(SEEDS).documents if document.id.startswith(number)]
    assert len(documents) == 1
    assert removed(documents, config) == []
