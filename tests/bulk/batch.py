"""Texts as the compiled loops take them: one after the other, in code points, with the lines and what they fold to."""

from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from dedup.bulk import kernels
from dedup.bulk.characters import Characters

CHARACTERS = Characters()


class Batch(NamedTuple):
    """Texts, each followed by a line break, and their lines, folded."""

    text: str
    points: Any
    begins: Any
    lines: Any
    folded: str
    codes: Any
    at: Any
    traits: Any


def points_of(text):
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def spans_of(spans):
    return np.array(list(spans), dtype=np.int64).reshape(-1, 2)


def batch_of(texts):
    text = "\n".join([*texts, ""])
    points = points_of(text)
    begins = np.cumsum([0, *(len(t) + 1 for t in texts)], dtype=np.int64)
    c = CHARACTERS
    c.learn(points)
    lines = kernels.find_lines(points, begins, c.traits)
    codes, at = kernels.fold_lines(points, lines, c.folded, c.expansions, c.pool)
    folded = codes.tobytes().decode("utf-32-le", "surrogatepass")
    return Batch(text, points, begins, lines, folded, codes, at, c.traits)


def joined(texts):
    """Return the code points of texts in a row, and the span of each."""
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    points = points_of("".join(texts) + "\n").copy()
    CHARACTERS.learn(points)
    return points, np.stack((ends[:-1], ends[1:]), axis=1)


WORDS = "the ferry of Maren sails at dawn when no wind blows and all 17 crews agree к нам 北京 café not".split()


@st.composite
def teasing_pages(draw):
    """Lines, none of them blank, of which some repeat part of a longer one, word for word or nearly."""
    long = draw(st.lists(st.lists(st.sampled_from(WORDS), min_size=9, max_size=75), min_size=1, max_size=3))
    lines = [" ".join(words) + draw(st.sampled_from((".", "", "!"))) for words in long]
    for words in draw(st.lists(st.sampled_from(long), min_size=1, max_size=3)):
        begin = draw(st.sampled_from((0, 0, 1, 4)))
        part = words[begin : begin + draw(st.integers(1, 62))]
        if draw(st.booleans()):
            part[draw(st.integers(0, len(part) - 1))] = draw(st.sampled_from((*WORDS, "The", "café's")))
        text = " ".join(part) + draw(st.sampled_from(("", ".", ".”", "…", " –")))
        for _ in range(draw(st.sampled_from((1, 1, 2, 9)))):
            lines.insert(draw(st.integers(0, len(lines))), text)
    return lines
