"""Signatures equal datasketch's bit for bit, and bands find what they promise."""

from itertools import pairwise

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.repeats.minhash import (
    BULK,
    NUM_PERM,
    RECALL,
    SHINGLE,
    band_hashes,
    bands_for,
    collision_probability,
    pack,
    permutations,
    shingle_hash,
    shingles,
    signatures,
)

ASTRAL = st.text(st.characters(min_codepoint=0x10000, exclude_categories=["Cs"]), max_size=12)
MIXED = st.text(alphabet="abé北𝒜😀 я", max_size=40)
TEXTS = st.lists(st.one_of(st.text(max_size=40), ASTRAL, MIXED), max_size=6)
EDGE_CASES = [
    pytest.param("", id="empty"),
    pytest.param("a", id="one character"),
    pytest.param("я", id="one character of two bytes"),
    pytest.param("北", id="one character of three bytes"),
    pytest.param("😀", id="one astral character"),
    pytest.param("abcd", id="one shorter than a shingle"),
    pytest.param("abcde", id="exactly a shingle"),
    pytest.param("😀😁😂😃", id="four astral characters"),
    pytest.param("😀😁😂😃😄😅", id="six astral characters"),
    pytest.param("aaaaaaaaaaaaaaaa", id="one shingle over and over"),
    pytest.param("ab\ud800cdef", id="a lone surrogate"),
    pytest.param("nul\0in the middle", id="a NUL"),
    pytest.param("паром отходит в полдень " * 40, id="a long text"),
]


def oracle(text, num_perm):
    """Return what datasketch itself makes of the shingles of a text."""
    sketch = MinHash(num_perm=num_perm, scheme="affine32", hashfunc=shingle_hash)
    for shingle in shingles(text):
        sketch.update(shingle.encode("utf-8", "surrogatepass"))
    return sketch.hashvalues


@pytest.mark.parametrize("bulk", [False, True], ids=["numpy", "numba"])
@pytest.mark.parametrize("text", EDGE_CASES)
def test_a_signature_equals_datasketchs(text, bulk):
    assert signatures([text], bulk=bulk)[0].tolist() == oracle(text, NUM_PERM).tolist()


@pytest.mark.parametrize("bulk", [False, True], ids=["numpy", "numba"])
@given(texts=TEXTS, num_perm=st.sampled_from([1, 16, 100, 128]))
@settings(deadline=None, max_examples=120)
def test_signatures_of_any_texts_equal_datasketchs(bulk, texts, num_perm):
    found = signatures(texts, num_perm, bulk=bulk)
    assert found.shape == (len(texts), num_perm)
    assert found.dtype == np.uint32
    assert found.tolist() == [oracle(text, num_perm).tolist() for text in texts]


def test_the_signature_of_nothing_is_all_ones():
    assert set(signatures([""])[0].tolist()) == {2**32 - 1}


@pytest.mark.parametrize("bulk", [False, True], ids=["numpy", "numba"])
def test_no_texts_have_no_signatures(bulk):
    assert signatures([], bulk=bulk).shape == (0, NUM_PERM)


def test_the_kernel_that_many_texts_choose_gives_the_same():
    texts = [f"line {k} of the timetable, порт {k * 7}" for k in range(BULK)]
    assert np.array_equal(signatures(texts), signatures(texts, bulk=False))


def test_permutations_are_datasketchs_own():
    a, b = permutations(64)
    theirs = MinHash(num_perm=64, scheme="affine32").permutations
    assert np.array_equal(a, theirs[0])
    assert np.array_equal(b, theirs[1])


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"", 0x811C9DC5), (b"a", 0xE40C292C), (b"foobar", 0xBF9CF968)],
    ids=["empty", "one byte", "foobar"],
)
def test_the_shingle_hash_has_the_published_values_of_fnv_1a(data, expected):
    assert shingle_hash(data) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", set(), id="empty"),
        pytest.param("ab", {"ab"}, id="shorter than a shingle"),
        pytest.param("abcde", {"abcde"}, id="one shingle"),
        pytest.param("abcdef", {"abcde", "bcdef"}, id="two shingles"),
        pytest.param("😀b😀de😀", {"😀b😀de", "b😀de😀"}, id="astral characters are one each"),
    ],
)
def test_shingles_are_runs_of_five_characters(text, expected):
    assert SHINGLE == 5
    assert shingles(text) == expected


@pytest.mark.parametrize(
    "threshold",
    [
        *(0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99),
        pytest.param(1.0),
    ],
)
def test_bands_find_999_of_1000_pairs_at_the_threshold(threshold):
    bands, rows = bands_for(threshold)
    assert bands * rows <= NUM_PERM
    assert 1 - (1 - threshold**rows) ** bands >= 0.999


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9, 0.95])
def test_one_row_more_in_a_band_would_miss_too_many(threshold):
    _, rows = bands_for(threshold)
    assert collision_probability(threshold, NUM_PERM // (rows + 1), rows + 1) < RECALL


def test_bands_for_080_are_25_of_5():
    assert bands_for(0.8) == (25, 5)


@pytest.mark.parametrize("num_perm", [64, 128, 256])
def test_more_permutations_keep_the_promise(num_perm):
    bands, rows = bands_for(0.8, num_perm)
    assert bands * rows <= num_perm
    assert collision_probability(0.8, bands, rows) >= RECALL


def test_equal_signatures_share_all_bands_and_only_equal_rows_share_one():
    signature = signatures(["the ferry sails at noon", "the ferry sails at noon", "паром отходит в полдень"])
    bands = band_hashes(signature, 25, 5)
    assert bands.shape == (25, 3)
    assert np.array_equal(bands[:, 0], bands[:, 1])
    assert not (bands[:, 0] == bands[:, 2]).any()


def test_a_band_hash_depends_on_its_own_rows_only():
    one = signatures(["the ferry sails at noon"])
    other = one.copy()
    other[0, 5:10] ^= 1
    equal = (band_hashes(one, 25, 5) == band_hashes(other, 25, 5))[:, 0].tolist()
    assert equal == [True, False] + [True] * 23


def test_equal_rows_in_different_bands_do_not_meet():
    flat = np.full((1, 128), 7, dtype=np.uint32)
    assert len(set(band_hashes(flat, 25, 5)[:, 0].tolist())) == 25


@given(TEXTS)
def test_packed_texts_can_be_taken_apart(texts):
    data, offsets = pack(texts)
    raw = data.tobytes()
    pieces = [raw[a:b].decode("utf-8", "surrogatepass") for a, b in pairwise(offsets)]
    assert pieces == texts
