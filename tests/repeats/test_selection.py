"""Which copy stays: every removed text has a kept twin of its own, whatever the order of the pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.repeats import selection
from dedup.repeats.selection import Pairs, keep_one


def pairs_of(*edges):
    """Return pairs (a, b) or (a, b, similarity)."""
    left, right, share = zip(*((*e, 0.9)[:3] for e in edges), strict=True) if edges else ((), (), ())
    return Pairs(np.array(left, np.int64), np.array(right, np.int64), np.array(share, np.float64))


def keep(count, *edges, forced=(), first=None):
    return keep_one(first or {n: n for n in range(count)}, set(forced), pairs_of(*edges))


@st.composite
def graphs(draw):
    """Return first places, forced texts and edges; some edges name texts that do not take part."""
    count = draw(st.integers(1, 10))
    first = dict(zip(range(count), draw(st.permutations(range(0, 10 * count, 10))), strict=True))
    node = st.integers(0, count + 1)
    ends = draw(st.lists(st.tuples(node, node).filter(lambda e: e[0] < e[1]), max_size=25, unique=True))
    edges = [(a, b, draw(st.sampled_from([0.8, 0.85, 0.9, 1.0]))) for a, b in ends]
    return first, draw(st.sets(st.integers(0, count - 1), max_size=2)), edges


def test_without_pairs_all_stay():
    assert keep(3) == {}
    assert keep_one({}, set(), Pairs.none()) == {}


def test_no_pairs_are_three_empty_arrays_of_their_types():
    assert [(len(x), x.dtype.name) for x in Pairs.none()] == [(0, "int64"), (0, "int64"), (0, "float64")]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        pytest.param([(0, 1)], {1: (0, 0.9)}, id="the later of two goes"),
        pytest.param([(0, 1), (1, 2)], {1: (0, 0.9)}, id="a chain keeps its ends"),
        pytest.param([(0, 1), (1, 2), (2, 3)], {1: (0, 0.9), 3: (2, 0.9)}, id="a chain of four keeps two"),
        pytest.param([(0, 1), (0, 2), (1, 2)], {1: (0, 0.9), 2: (0, 0.9)}, id="a triangle keeps one"),
        pytest.param([(0, 2, 0.8), (1, 2, 0.95)], {2: (1, 0.95)}, id="the more similar twin is named"),
        pytest.param([(0, 2, 0.9), (1, 2, 0.9)], {2: (0, 0.9)}, id="of equal ones the earlier twin"),
        pytest.param([(1, 0)], {1: (0, 0.9)}, id="the order inside a pair does not matter"),
        pytest.param([(0, 7), (7, 8)], {}, id="texts that take no part are ignored"),
    ],
)
def test_selection(edges, expected):
    assert keep(4, *edges) == expected


def test_reading_order_decides_and_not_the_number():
    assert keep(2, (0, 1), first={0: 50, 1: 10}) == {0: (1, 0.9)}


def test_a_forced_text_stays_and_may_be_a_twin():
    assert keep(3, (0, 1), (1, 2), forced=[1]) == {2: (1, 0.9)}


def test_a_chain_of_ten_thousand_keeps_every_other():
    gone = keep(10_000, *((k, k + 1) for k in range(9_999)))
    assert sorted(gone) == list(range(1, 10_000, 2))


@given(graphs())
def test_every_removed_text_has_an_earlier_kept_twin_that_it_was_verified_against(graph):
    first, forced, edges = graph
    verified = {(a, b): s for a, b, s in edges} | {(b, a): s for a, b, s in edges}
    gone = keep_one(first, forced, pairs_of(*edges))
    assert not gone.keys() & forced
    for text, (twin, share) in gone.items():
        assert twin not in gone
        assert twin in first
        assert first[twin] < first[text]
        assert verified[text, twin] == share


@given(graphs())
def test_nothing_stays_that_has_an_earlier_kept_twin(graph):
    first, forced, edges = graph
    gone = keep_one(first, forced, pairs_of(*edges))
    kept = first.keys() - gone.keys()
    for a, b, _ in edges:
        if a in kept and b in kept:
            assert max(a, b, key=first.__getitem__) in forced


@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_does_not_matter(graph, random):
    first, forced, edges = graph
    shuffled = [(b, a, s) if random.random() < 0.5 else (a, b, s) for a, b, s in edges]
    random.shuffle(shuffled)
    turned = dict(sorted(first.items(), key=lambda _: random.random()))
    assert keep_one(turned, forced, pairs_of(*shuffled)) == keep_one(first, forced, pairs_of(*edges))


@given(graphs(), st.data())
def test_what_is_kept_of_texts_is_the_first_copy_or_that_of_the_twin(graph, data):
    first, forced, edges = graph
    counts = [data.draw(st.integers(1, 2)) for _ in first]
    texts = np.array(list(first), dtype=np.int64)
    place = np.array([first[n] for n in first], dtype=np.int64)
    free = np.array([n not in forced for n in first], dtype=np.bool_)
    nodes = {"text": texts, "place": place, "end": place + 1, "at": place + 2, "key": place + 3, "free": free}
    found = selection.keep({**nodes, "count": np.array(counts, dtype=np.int64)}, pairs_of(*edges))
    gone = keep_one(first, forced, pairs_of(*edges))
    rows = dict(
        zip(found["text"].tolist(), zip(*(found[c].tolist() for c in found if c != "text"), strict=True), strict=True)
    )
    twins = {twin for twin, _ in gone.values()}
    assert set(rows) == {n for n in first if counts[n] > 1 or n in gone or n in twins}
    for text, (at, end, line, key, like, similarity) in rows.items():
        twin, share = gone.get(text, (text, 1.0))
        assert (at, end, line, key) == (first[twin], first[twin] + 1, first[twin] + 2, first[twin] + 3)
        assert (like, similarity) == (text in gone, share)
