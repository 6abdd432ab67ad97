"""The numbers of whole columns are equal for the same texts as `facts.invariant`."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup.bulk.facts import FactTables, invariants
from dedup.normalize import normalize
from dedup.repeats.facts import facts_of, invariant, same_facts
from tests.strategies import OTHER, SAME, sentences

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "eval" / "boilerplate"
TABLES = FactTables()

WORDS = """
the a of für fur że ze à í й ŷ and und
ferry Ferry café cafe cafë goverment government mayor's mayors l'été o'' 'til don't rock'n'roll
5 5th b2 2021-22 2021-23 10.5 10,5 1,200 12:30 3/4 -5 +5 −5 +-5 5- 5. .5 5.x 5.x6 a-5 a+5 ٣ ٣٫٥ ½ Ⅷ ④
፩ 5፩ ፩፩ 5.፩ 5.a፩b 5.a፩.6 ௰ x௰ 12–15
% ‰ €50 $50 50€ ₽ ° № # @ ? ¿ ؟ ✓ ✗ ☎ ฿ ៛ ☃️
паром порт замок за́мок ёлка елка п'ять й̆ не ко
北 北京 北京5 5北京 abc北京 北京abc 〇 二〇二〇 が か\u3099 カ ｶﾞ ー 々
ก็ กา น้ำ ๕ ไทย ๏ ລາວ ខ្មែរ မြန်မာ
हिन्दी हिंदी क़ क १२ ।
مُحَمَّد محمد كتاب ١٢ ۵ آ آ
한국 한국 ㄱ 각5
ß ﬁ ﬁn straße Å ǆ ḍ̇ ḍ̇ \u0301 \u0301\u0302 a\u0301' _ __5 a_5 5_ \ud800 a\ud800b \x00 İ ı \u200d क्‍ष
""".split()
GLUE = ["", " ", " ", " ", "-", "+", "'", ".", ",", ":", "/", "_", "5", "\u0301", "%", "\n"]
TOKENS = st.sampled_from(WORDS) | st.text(max_size=3)
LOOSE = st.lists(st.tuples(TOKENS, st.sampled_from(GLUE)), max_size=9).map(lambda parts: "".join(sum(parts, ())))
SAID = st.builds(lambda text, change: change(text), sentences(), st.sampled_from(SAME + OTHER))


def groups(numbers):
    """Return for each place the first place with the same number."""
    first = {}
    return [first.setdefault(number, place) for place, number in enumerate(numbers)]


def expect_the_same_groups(texts):
    expected = [invariant(facts_of(text)) for text in texts]
    assert groups(TABLES.of(texts).tolist()) == groups(expected)


@given(st.lists((LOOSE | SAID).map(normalize), max_size=8))
@settings(max_examples=500, deadline=None)
@example(["", "\u0301", "\u0301 \u0301", "\u0301 a", "a", "a \u0301"])
@example(["the", "", "of the", "für", "fur", "für\u0301"])
def test_texts_are_grouped_as_the_invariant_does(texts):
    expect_the_same_groups(texts)


@given(st.lists(LOOSE, max_size=8))
@settings(max_examples=500, deadline=None)
def test_texts_that_are_not_normalised_are_grouped_so_too(texts):
    expect_the_same_groups(texts)


@given(LOOSE.map(normalize), st.data())
@settings(max_examples=300, deadline=None)
def test_a_text_with_one_change_is_grouped_as_the_invariant_does(text, data):
    place = data.draw(st.integers(0, len(text)))
    mark = data.draw(st.sampled_from([*GLUE, "x", "é", "北", "ก", "ا", "ั"]))
    expect_the_same_groups([text, text[:place] + mark + text[place:], text[:place] + text[place + 1 :]])


@given(LOOSE.map(normalize) | SAID.map(normalize), st.data())
@settings(max_examples=300, deadline=None)
def test_texts_with_the_same_facts_have_the_same_number(text, data):
    words = text.split()
    for _ in range(data.draw(st.integers(0, 2))):
        if words:
            place = data.draw(st.integers(0, len(words) - 1))
            words[place] = data.draw(
                st.sampled_from((words[place][:3] + words[place][4:], words[place].upper(), "the"))
            )
    other = normalize(" ".join(words))
    if same_facts(facts_of(text), facts_of(other)):
        a, b = TABLES.of([text, other]).tolist()
        assert a == b


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        pytest.param("oslo: 5 degrees and rain", "oslo: 6 degrees and rain", False, id="a number"),
        pytest.param("it was -5 degrees", "it was 5 degrees", False, id="a sign"),
        pytest.param("mr a won the day", "mr b won the day", False, id="an initial"),
        pytest.param("the mayor's plan", "the mayors plan", False, id="an apostrophe"),
        pytest.param("is it great ✓", "is it great ✗", False, id="a tick and a cross"),
        pytest.param("rain in oslo", "oslo rain", False, id="another order"),
        pytest.param("geld für neue schulen", "geld fur neue schulen", True, id="a light word without its accent"),
        pytest.param("старый за\u0301мок закрыт", "старый замок закрыт", True, id="a stress mark"),
        pytest.param("the ferry sails", "ferry sails", True, id="an article less"),
        pytest.param("the goverment fell", "the government fell", True, id="a slip"),
    ],
)
def test_what_tells_two_texts_apart(a, b, same):
    one, other = TABLES.of([a, b]).tolist()
    assert (one == other) == same


def test_a_text_is_read_without_its_neighbours():
    codes = np.array([ord(c) for c in "a-5-5x5"], dtype=np.uint32)
    spans = np.array([[1, 3], [3, 5], [5, 6], [6, 7], [2, 3], [3, 3]], dtype=np.int64)
    found = invariants(codes, spans, *TABLES.learn(codes)).tolist()
    assert found == TABLES.of(["-5", "-5", "x", "5", "5", ""]).tolist()
    assert found[0] == found[1] != found[3] == found[4]


def test_numbers_are_not_zero_and_the_same_whatever_was_learnt_before():
    texts = list(map(normalize, WORDS))
    found = TABLES.of(texts)
    assert found.dtype == np.uint64
    assert found.all()
    assert (FactTables().of(texts[::-1])[::-1] == found).all()
    assert len(TABLES.of([])) == 0


def test_the_lines_of_the_sample_corpus():
    texts = [
        p.read_text(encoding="utf-8", errors="ignore") for p in sorted((ROOT / "corpus").rglob("*")) if p.is_file()
    ]
    lines = [normalize(line) for text in texts for line in text.split("\n")]
    assert len(lines) > 100
    expect_the_same_groups(lines)


@pytest.mark.skipif(not SHARED.exists(), reason="the labelled pages are not here")
def test_the_lines_of_labelled_pages():
    pages = [json.loads(row) for path in sorted(SHARED.glob("*.newspaper4k.dev.jsonl")) for row in path.open("rb")]
    expect_the_same_groups([normalize(line["text"]) for page in pages for line in page["lines"]])
