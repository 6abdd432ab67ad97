"""Pages read many at a time are read as each is alone."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.bulk.pages import read_pages
from dedup.context import Context, Line, read_page
from dedup.rules.rule import PLACES, Rule


def rule(**more):
    values = {"code": "AD900", "name": "own", "summary": "", "why": "", "match": "line", "max_words": 9, "where": "any"}
    none = {"preview": False, "requires": (), "unless": (), "open_end": False, "phrases": (), "patterns": ()}
    return Rule(**values, **none, **more)


RULES = [rule(place=place, weak=weak, ends=ends) for place in PLACES for weak in (0, 1) for ends in (0, 1)]
NAMED = st.none() | st.sampled_from(RULES)
LINES = {
    "any line": st.builds(Line, st.integers(0, 50), st.booleans(), st.booleans(), st.booleans(), NAMED),
    "a paragraph": st.builds(Line, st.integers(12, 60), st.just(False), st.booleans(), st.booleans(), st.none()),
    "a title": st.builds(Line, st.integers(3, 25), st.just(True), st.just(False), st.just(False), NAMED),
    "a label": st.builds(Line, st.integers(1, 3), st.just(True), st.just(False), st.just(False), st.none()),
}


@st.composite
def pages(draw):
    """Stretches of lines of one kind, as pages have them."""
    page = []
    for kind in draw(st.lists(st.sampled_from(list(LINES)), max_size=6)):
        page += draw(st.lists(LINES[kind], min_size=1, max_size=9))
    return page


def read_all(documents):
    lines = [line for page in documents for line in page]
    first = np.cumsum([0, *map(len, documents)], dtype=np.int64)
    # By identity: rules are not hashable.
    numbers = {id(one): number for number, one in enumerate(RULES)}
    block, witnesses, counts = read_pages(
        first,
        np.array([line.words for line in lines], dtype=np.int64),
        np.array([line.open for line in lines], dtype=np.bool_),
        np.array([line.asks for line in lines], dtype=np.bool_),
        np.array([line.digits for line in lines], dtype=np.bool_),
        np.array([-1 if line.rule is None else numbers[id(line.rule)] for line in lines], dtype=np.int32),
        np.array([one.weak for one in RULES], dtype=np.bool_),
        np.array([one.ends for one in RULES], dtype=np.bool_),
        np.array([PLACES.index(one.place) for one in RULES], dtype=np.int8),
    )
    assert (block.dtype, witnesses.dtype, counts.dtype) == (np.int8, np.int8, np.bool_)
    found = list(map(Context, block.tolist(), witnesses.tolist(), counts.tolist()))
    return [found[a:b] for a, b in zip(first[:-1].tolist(), first[1:].tolist(), strict=True)]


@given(st.lists(pages(), max_size=5))
@settings(deadline=None)
def test_many_pages_are_read_as_each_alone(documents):
    assert read_all(documents) == [read_page(page) for page in documents]


@pytest.mark.parametrize("documents", [[], [[]], [[], [], []]], ids=["none", "an empty one", "three empty ones"])
def test_documents_without_lines(documents):
    assert read_all(documents) == documents


def test_what_is_compiled_once_is_found_again_by_the_next_process():
    code = "from tests.bulk.test_pages import read_all; read_all([[]])"
    environment = {**os.environ, "NUMBA_DEBUG_CACHE": "1"}
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert "data loaded from" in done.stdout
    assert "data saved to" not in done.stdout
