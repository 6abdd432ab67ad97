"""Only of texts that may stand elsewhere still something is asked, and that changes nothing."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings

from dedup import Config, Document
from dedup import shard as shards
from dedup.answers import Alone
from dedup.exchange import Answer, Ask
from dedup.outcome import Cleaned
from dedup.run import clean_documents
from dedup.segments import Segments
from tests.strategies import SENTENCES, configs, corpora


def told(cleaned: list[Cleaned]) -> list[Any]:
    return [(one.document.id, one.text, one.status, one.removals, one.refused) for one in cleaned]


@given(documents=corpora(), config=configs())
@settings(deadline=None, max_examples=60)
def test_to_ask_of_all_texts_changes_nothing(documents: list[Document], config: Config) -> None:
    found = told(list(clean_documents(documents, config)))
    with patch.object(shards, "Segments", lambda table, base, recurring: Segments(table, base)):
        assert told(list(clean_documents(documents, config))) == found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int]]]:
    """The questions of a run, each with how many rows its tables have."""
    found = []
    answer = Alone.answer

    def note(self: Alone, ask: Ask) -> Answer:
        found.append((ask.name, [len(next(iter(table.values()))) for table in ask.tables.values()]))
        return answer(self, ask)

    monkeypatch.setattr(Alone, "answer", note)
    return found


def test_what_stands_once_after_the_first_pass_is_not_asked_about_in_the_second(
    asked: list[tuple[str, list[int]]],
) -> None:
    own = [f"{SENTENCES[k]}\n\n{SENTENCES[k + 1]}\n" for k in (1, 3, 5)]
    pages = [Document(f"{k}.txt", f"{SENTENCES[0]}\n\n{text}", f"source {k}") for k, text in enumerate(own)]
    cleaned = list(clean_documents(pages, Config(workers=1)))
    assert [one.text for one in cleaned] == [pages[0].text, *own[1:]]
    assert [rows[0] for name, rows in asked if name == "furniture"] == [3, 0]
    assert [rows for name, rows in asked if name == "copies"] == [[3, 3], [0, 0]]
    assert [rows[0] for name, rows in asked if name == "keep"] == [1, 1, 0, 0]  # lines, then sentences


def test_a_text_that_comes_about_is_asked_about_again(asked: list[tuple[str, list[int]]]) -> None:
    sign_up = "You can unsubscribe at any time."
    pages = [
        Document("1.txt", f"{SENTENCES[0]}\n\n{SENTENCES[1]} {SENTENCES[3]}\n", "alpha"),
        Document("2.txt", f"{SENTENCES[0]}\n\n{SENTENCES[1]} {sign_up} {SENTENCES[3]}\n", "beta"),
    ]
    cleaned = list(clean_documents(pages, Config(workers=1, duplicate_documents="keep")))
    assert cleaned[0].status == "unchanged"
    assert "unsubscribe" not in cleaned[1].text
    first, second, *_ = [rows[0] for name, rows in asked if name == "keep"][::2]
    assert first > 0
    assert second > 0
