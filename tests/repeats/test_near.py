"""Near-repeats, measured against brute force over all pairs."""

import functools
import json
import time
from pathlib import Path

import numpy as np
import pytest
from sentences import seeded, sentences, set_otherwise, slip, spelt_otherwise

from dedup.config import Config
from dedup.engines.local import LocalEngine
from dedup.normalize import normalize
from dedup.repeats import minhash, near
from dedup.repeats.facts import facts_of, same_facts
from dedup.repeats.minhash import shingles
from dedup.repeats.near import NearIndex, jaccard

PAWS = Path(__file__).resolve().parents[3] / "shared/eval/neardup/paws_wiki_pairs.dev.jsonl"
NEVER = 10**9
facts = functools.cache(facts_of)


@pytest.fixture(scope="module")
def join():
    with LocalEngine(Config(workers=1)) as engine:
        yield engine.candidates


@pytest.fixture(scope="module")
def planted():
    """Distinct normalised texts, and the pairs of them that were planted as equal."""
    random = seeded()
    number: dict[str, int] = {}
    equal = set()
    for language, sentence in sentences():
        copies = [sentence, *spelt_otherwise(language, sentence, random)]
        home, *others = [number.setdefault(normalize(copy), len(number)) for copy in copies]
        equal |= {(min(home, other), max(home, other)) for other in others if other != home}
    return list(number), equal


@pytest.fixture(scope="module")
def brute_force(planted):
    """The exact Jaccard similarity of all pairs of the planted texts, by counting shared shingles."""
    texts, _ = planted
    column: dict[str, int] = {}
    sets = [[column.setdefault(s, len(column)) for s in shingles(text)] for text in texts]
    has = np.zeros((len(texts), len(column)), dtype=np.float32)
    for row, own in zip(has, sets, strict=True):
        row[own] = 1
    common = (has @ has.T).astype(np.float64)
    sizes = has.sum(axis=1, dtype=np.float64)
    return common / (sizes[:, None] + sizes - common)


def as_dict(pairs):
    left, right, share = (column.tolist() for column in pairs)
    return {(min(a, b), max(a, b)): s for a, b, s in zip(left, right, share, strict=True)}


def agree(a, b):
    return same_facts(facts(a), facts(b))


def test_no_texts_and_one_text_have_no_pairs(join):
    index = NearIndex(0.8, join)
    assert as_dict(index.pairs([])) == as_dict(index.pairs(["the ferry sails at noon from oslo"])) == {}


def test_different_texts_have_no_pairs(join):
    assert as_dict(NearIndex(0.8, join).pairs(["the ferry sails at noon", "паром отходит в полдень", "", "a"])) == {}


@pytest.mark.parametrize(
    "kind", range(6), ids=["capitals", "curly quotes", "guillemets", "dashes", "spaces", "thin spaces"]
)
def test_a_sentence_set_otherwise_is_the_same_text(kind):
    assert [s for _, s in sentences() if normalize(set_otherwise(s)[kind]) != normalize(s)] == []


@pytest.mark.parametrize("threshold", [0.75, 0.8, 0.9])
def test_planted_and_brute_force_pairs_are_found(planted, brute_force, join, threshold):
    texts, equal = planted
    found = as_dict(NearIndex(threshold, join).pairs(texts))
    close = zip(*np.nonzero(np.triu(brute_force >= threshold, 1)), strict=True)
    close = [(int(a), int(b)) for a, b in close]
    wanted = {(a, b) for a, b in close if (a, b) in equal or agree(texts[a], texts[b])}
    assert len(wanted) > 500
    assert len(wanted & found.keys()) / len(wanted) >= 0.99


def test_planted_pairs_alone_are_found_too(planted, brute_force, join):
    texts, equal = planted
    found = as_dict(NearIndex(0.8, join).pairs(texts))
    wanted = {pair for pair in equal if brute_force[pair] >= 0.8}
    assert len(wanted) > 1_000
    assert len(wanted & found.keys()) / len(wanted) >= 0.99


def test_one_slip_in_every_ten_words_is_found_in_long_sentences_too(join):
    random = seeded()
    long = [(language, normalize(s)) for language, s in sentences() if len(s.split()) >= 20]
    pairs = [(s, normalize(slip(language, s.split(), random, len(s.split()) // 10))) for language, s in long]
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    places = [tuple(map(texts.index, pair)) for pair in pairs]
    left, right = np.array(places).T
    wanted = {p for p, share in zip(places, jaccard(texts, left, right).tolist(), strict=True) if share >= 0.8}
    found = {frozenset(pair) for pair in as_dict(NearIndex(0.8, join).pairs(texts))}
    assert len(wanted) > 40
    assert len({frozenset(p) for p in wanted} & found) / len(wanted) >= 0.99


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.95])
def test_every_pair_found_reaches_the_threshold_and_says_the_same(planted, brute_force, join, threshold):
    texts, _ = planted
    found = as_dict(NearIndex(threshold, join).pairs(texts))
    assert found
    for (a, b), share in found.items():
        assert share == pytest.approx(brute_force[a, b], abs=1e-12)
        assert share >= threshold
        assert agree(texts[a], texts[b])


def test_at_threshold_1_only_texts_of_the_same_shingles_pair(join):
    assert as_dict(NearIndex(1.0, join).pairs(["the ferry sails at noon", "the ferry sailed at noon"])) == {}


@pytest.mark.parametrize("bulk", [0, NEVER], ids=["compiled", "plain"])
def test_small_and_bulk_path_find_the_same(planted, join, monkeypatch, bulk):
    texts, _ = planted
    usual = as_dict(NearIndex(0.8, join).pairs(texts))
    monkeypatch.setattr(minhash, "BULK", bulk)
    monkeypatch.setattr(near, "BULK", bulk)
    monkeypatch.setattr(near, "BULK_PAIRS", bulk)
    assert as_dict(NearIndex(0.8, join).pairs(texts)) == usual


@pytest.mark.parametrize("small", [0, NEVER], ids=["all by their bands", "all as they are"])
def test_the_size_of_a_group_does_not_change_the_pairs(planted, brute_force, join, monkeypatch, small):
    texts, _ = planted
    usual = as_dict(NearIndex(0.8, join).pairs(texts))
    monkeypatch.setattr(near, "SMALL_GROUP", small)
    found = as_dict(NearIndex(0.8, join).pairs(texts))
    assert len(found.keys() ^ usual.keys()) <= 0.01 * len(usual)


@pytest.mark.parametrize("bulk", [0, NEVER], ids=["compiled", "plain"])
def test_both_ways_of_jaccard_are_exact(monkeypatch, bulk):
    texts = ["", "", "ab", "abcde", "abcdef", "😀😁😂😃😄😅", "😀😁😂😃😄", "aaaaaaaaaa", "aaaaa", "a\ud800b"]
    left, right = (x.ravel() for x in np.meshgrid(np.arange(len(texts)), np.arange(len(texts))))
    monkeypatch.setattr(near, "BULK_PAIRS", bulk)
    for a, b, share in zip(left.tolist(), right.tolist(), jaccard(texts, left, right).tolist(), strict=True):
        one, other = shingles(texts[a]), shingles(texts[b])
        assert share == (len(one & other) / len(one | other) if one | other else 1.0)


def test_an_index_remembers_but_answers_as_a_new_one(planted, join):
    texts, _ = planted
    index = NearIndex(0.8, join)
    for part in (texts[:300], texts[150:600], texts[::-3]):
        assert as_dict(index.pairs(part)) == as_dict(NearIndex(0.8, join).pairs(part))


def test_thousands_of_template_lines_have_no_pairs_and_cost_little(join):
    lines = [
        f"valdehondo weather station reports {k % 60} degrees and {k} millimetres of rain this morning"
        for k in range(3_000)
    ]
    met = []

    def counting(buckets, members):
        left, right = join(buckets, members)
        met.append(len(left))
        return left, right

    NearIndex(0.8, join).pairs(lines[:2_000])  # compile the kernels, or load them
    start = time.perf_counter()
    found = NearIndex(0.8, counting).pairs(lines)
    assert time.perf_counter() - start < 5
    assert len(found.left) == 0
    assert sum(met) < 10 * len(lines)


def test_a_repeat_among_thousands_of_template_lines_is_found(join):
    lines = [f"valdehondo weather station reports {k} millimetres of rain since this morning" for k in range(3_000)]
    lines.append(lines[700].replace("station", "sation"))
    assert list(as_dict(NearIndex(0.8, join).pairs(lines))) == [(700, 3_000)]


@pytest.mark.skipif(not PAWS.exists(), reason="../shared/eval/neardup is not on this machine")
def test_at_most_one_in_200_pairs_that_people_call_different_is_merged():
    rows = [json.loads(line) for line in PAWS.read_text(encoding="utf-8").splitlines()]
    pairs = [(normalize(r["a"]), normalize(r["b"])) for r in rows if r["label"] == 0]
    assert len(pairs) > 4_000
    texts = [text for pair in pairs for text in pair]
    places = np.arange(0, len(texts), 2)
    shares = jaccard(texts, places, places + 1)
    merged = [p for p, share in zip(pairs, shares, strict=True) if p[0] == p[1] or (share >= 0.8 and agree(*p))]
    assert len(merged) <= 0.005 * len(pairs)
