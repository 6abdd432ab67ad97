"""Keys of whole columns are those of `normalize.key_of`, whatever the length of the texts."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.bulk.keys import keys_of
from dedup.normalize import key_of
from tests.bulk.batch import joined

#: Of one, two, three and four bytes.
SIGNS = ("a", "é", "北", "𝒜", "\U0010ffff", "\x7f", "\x80", "\u07ff", "\u0800", "\uffff", "\ud800")


def expect_the_keys(texts):
    points, spans = joined(texts)
    assert keys_of(points, spans).tolist() == [list(struct.unpack(">qq", key_of(text))) for text in texts]


def test_the_key_of_nothing():
    expect_the_keys([""])
    expect_the_keys(["", "a", "", ""])
    expect_the_keys([])


@pytest.mark.parametrize("sign", SIGNS, ids=ascii)
def test_texts_of_all_lengths(sign):
    size = len(sign.encode("utf-8", "surrogatepass"))
    expect_the_keys([sign * count for count in range(600 // size + 1)])


@pytest.mark.parametrize("edge", [128, 256, 384, 512])
@pytest.mark.parametrize("sign", SIGNS, ids=ascii)
def test_characters_of_several_bytes_across_the_edge_of_a_block(sign, edge):
    texts = [f"{'x' * before}{sign}{'y' * after}" for before in range(edge - 5, edge + 2) for after in (0, 1, 127, 128)]
    expect_the_keys(texts)


@given(st.lists(st.text(max_size=300) | st.text(st.sampled_from(SIGNS), min_size=25, max_size=260), max_size=4))
@settings(deadline=None)
def test_any_texts(texts):
    expect_the_keys(texts)


@given(st.text(max_size=40), st.data())
@settings(deadline=None)
def test_a_span_of_a_text_is_read_without_its_neighbours(text, data):
    a, b = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    points, _ = joined([text])
    found = keys_of(points, np.array([[a, b]])).tolist()
    assert found == [list(struct.unpack(">qq", key_of(text[a:b])))]
