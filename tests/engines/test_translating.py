"""Shards with numbers of their own understand each other."""

from __future__ import annotations

import numpy as np

from dedup.decide import Standing, numbered
from dedup.engines.translating import received, sent
from dedup.exchange import Answer, Ask
from dedup.segments import Segments
from dedup.tables import NO_SEGMENTS


def standing(*sources: str) -> Standing:
    numbers, names = numbered(sources)
    count = len(sources)
    return Standing(numbers, names, np.zeros(count, dtype=bool), (), np.ones(count, dtype=np.int64))


def test_a_source_is_the_same_for_all_and_one_that_is_not_here_is_left_out() -> None:
    there, here = standing("beta", "alpha"), standing("gamma", "beta")
    ask = Ask("furniture", {"lines": {"source": there.sources, "page": np.array([10, 11])}})
    asked = sent(ask, there).tables["lines"]
    answer = received(Answer({"lines": dict(asked)}), Ask("furniture"), here).tables["lines"]
    assert answer["page"].tolist() == [10]
    assert [here.names[k] for k in answer["source"].tolist()] == ["beta"]
    back = received(Answer({"lines": dict(asked)}), ask, there).tables["lines"]
    assert back["source"].tolist() == there.sources.tolist()


def test_a_shard_without_documents_is_told_of_no_source() -> None:
    asked = sent(Ask("furniture", {"lines": {"source": np.array([0])}}), standing("alpha")).tables["lines"]
    answer = received(Answer({"lines": dict(asked)}), Ask("furniture"), standing())
    assert answer.tables["lines"]["source"].tolist() == []


def test_texts_that_are_not_here_are_left_out_but_where_they_say_what_another_shard_cut() -> None:
    said = {"text_hi": np.array([1]), "text_lo": np.array([2]), "place": np.array([7])}
    s = Segments(NO_SEGMENTS, 0)
    kept = received(Answer({"kept": dict(said)}), Ask("keep", segments=s), standing()).tables["kept"]
    assert kept["place"].tolist() == []
    broken = received(Answer({"twins": dict(said)}), Ask("broken", segments=s), standing()).tables["twins"]
    assert (broken["place"].tolist(), broken["text"].tolist()) == ([7], [-1])
