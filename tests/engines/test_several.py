"""Documents in several shards come out as in one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Config, Document
from dedup.documents.folder import read
from dedup.engines import resting
from dedup.engines.local import LocalEngine
from dedup.outcome import Cleaned
from dedup.run import clean_documents
from tests.engines.sharded import Sharded
from tests.strategies import configs, corpora
from tests.test_corpus import CORPUS


def told(cleaned: list[Cleaned]) -> list[Any]:
    return [(one.document.id, one.text, one.status, one.removals, one.refused) for one in cleaned]


def sharded(documents: list[Document], cuts: list[int], config: Config) -> list[Any]:
    with LocalEngine(replace(config, workers=1)) as engine:
        return told(Sharded(documents, cuts, config, engine).clean())


@given(
    documents=corpora(),
    cuts=st.lists(st.integers(0, 100), max_size=5),
    config=configs(),
    few=st.sampled_from([0, resting.FEW, 100]),
    least=st.sampled_from([0, resting.LEAST]),
)
@settings(deadline=None, max_examples=60)
def test_shards_come_out_as_one(
    documents: list[Document], cuts: list[int], config: Config, few: float, least: int
) -> None:
    with patch.object(resting, "FEW", few), patch.object(resting, "LEAST", least):
        assert sharded(documents, cuts, config) == told(list(clean_documents(documents, config)))


@pytest.mark.parametrize("cuts", [[], [1, 2, 3, 4, 5], list(range(100))])
def test_the_corpus_comes_out_the_same_in_any_number_of_shards(cuts: list[int]) -> None:
    documents = read(CORPUS).documents
    assert sharded(documents, cuts, Config()) == told(list(clean_documents(documents, Config())))
