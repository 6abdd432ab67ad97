"""A whole batch at once is analysed as each document is line by line."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup import Config
from dedup.analyse import Analyser
from dedup.bulk.analyser import BulkAnalyser
from dedup.bulk.facts import FactTables
from dedup.config import Allow, fingerprint_of
from dedup.normalize import normalize
from dedup.repeats.teasers import MAX_LINES
from dedup.tables import DOCUMENTS, SEGMENTS
from tests.bulk.batch import teasing_pages
from tests.strategies import FURNITURE, RULED, SENTENCES, SHORT, corpora, wild_texts

ROOT = Path(__file__).parents[2]
PAGES = ROOT.parent / "shared" / "eval" / "boilerplate"
FACTS = FactTables()
#: A rule that looks only at the last lines of a page, and only at those that do not end with a full stop.
RULE = """
[[rule]]
code = "AD90{number}"
name = "tannoy-{match}"
summary = "A loudspeaker line"
why = "Nobody speaks."
match = "{match}"
max_words = 20
where = "tail"
open_end = true
phrases.any = ["Conclusion", "the", "Жители", "of the", "ferry crews:", "on Monday", "木桥", "2"]
regex = [{{ pattern = "[^.]*(?:books| boats|Boote).*", keywords = ["books", " boats", "boote "] }}]
examples.any.bad = ["Conclusion", "the"]
examples.any.good = ["Port", "The gap"]
"""
KEPT = ("Advertisement", SENTENCES[0], "You can unsubscribe at any time", SENTENCES[9], "cafe\u0301", "—", SHORT[0])
CONFIGS = {
    "the default": Config(),
    "preview": Config(preview=True, min_words=1),
    "without teasers": Config(ignore=("DU201",)),
    "advertisements alone": Config(select=("AD",), min_words=9),
    "texts that stay": Config(allow=tuple(Allow(fingerprint_of(text)) for text in KEPT)),
    "a pack of the user": Config(preview=True),
}


@pytest.fixture(scope="module")
def analysers(tmp_path_factory):
    """By the name of a configuration: line by line, in bulk, and in bulk without remembering anything."""
    path = tmp_path_factory.mktemp("packs") / "own.toml"
    rules = [RULE.format(number=n, match=match) for n, match in enumerate(("line", "start", "end", "sentence"))]
    path.write_text("schema = 1\n" + "".join(rules), encoding="utf-8")
    found = {}
    for name, config in CONFIGS.items():
        if name == "a pack of the user":
            config = Config(packs=(str(path),), preview=True)
        plain = Analyser(config)
        found[name] = (plain, BulkAnalyser(plain), BulkAnalyser(plain, remembered=0))
    return found


def told(analysis):
    """Return both tables as columns of plain values, without facts, and with phrases as texts."""
    rows = {name: column.tolist() for name, column in analysis.segments.columns.items() if name != "facts"}
    assert sorted(k for k in rows["phrase"] if k >= 0) == list(range(len(analysis.phrases)))
    rows["phrase"] = [analysis.phrases[k] if k >= 0 else None for k in rows["phrase"]]
    return rows, {name: column.tolist() for name, column in analysis.documents.columns.items()}


def expect_the_same(analysers, texts, names=CONFIGS):
    docs = [3 * number + 1 for number in range(len(texts))]
    for name in names:
        plain, *bulk = analysers[name]
        expected = told(plain.analyse(docs, texts))
        for one in (*bulk, *bulk):  # again: now from what is remembered
            found = one.analyse(docs, texts)
            assert told(found) == expected, name
            assert {column: values.dtype for column, values in found.segments.columns.items()} == SEGMENTS
            assert {column: values.dtype for column, values in found.documents.columns.items()} == DOCUMENTS


def some_names():
    return st.sampled_from(list(CONFIGS)).map(lambda name: [name])


@given(corpora(), some_names())
@settings(max_examples=60, deadline=None)
def test_a_corpus_is_analysed_as_line_by_line(analysers, corpus, names):
    expect_the_same(analysers, [document.text for document in corpus], names)


@given(st.lists(wild_texts(), max_size=4), some_names())
@settings(max_examples=60, deadline=None)
@example([], list(CONFIGS))
@example([""], list(CONFIGS))
@example(["", " \n\t", "\ufeff", "\r\n\r\n", "\u200b"], list(CONFIGS))
@example(["\ufeff", "\ufeffAdvertisement", "\ufeff\n\ufeffAdvertisement", "a\ufeff"], list(CONFIGS))
@example(["one\r\ntwo\r\n", "one\rtwo", "\r", "\r\r\n", "one\n\rtwo"], list(CONFIGS))
@example(["cafe\u0301", "\u0301", "x\n\u0301\nx", "e\u0301. Advertisement. E\u0301!"], list(CONFIGS))
def test_any_text_is_analysed_as_line_by_line(analysers, texts, names):
    expect_the_same(analysers, texts, names)


#: What characters do to each other, to words and to the ends of sentences.
PIECES = """
. ! ? … 。 ！ ？ ؟ । ۔ 」 » “ „ ” « ( ) [ ] " ' - + – — • | : ; ² ½ Ⅷ ٣ 5 -5 +5 3.5 ¨ ´ ˝ ﷺ ﬁ ß İ Å ǆ … ₤ № @ #
cafe\u0301 e\u0301 n\u0303o\u0302 \u0301 \u200b \ufeff \u00ad \u2028 \x1c \x85 \u3000 \u00a0 \r \t \x00 👍 👍🏽 𝒜 𝟝 x̂
한국 ㄱ\u1161 \u1112\u1161\u11ab が ｶ か\u3099 村民们在河边 木桥， กา น้ำ ไทย ລາວ ខ្មែរ ಕೊ हिंदी किताब مُحَمَّد ك
The the Read more: Read also Source: Advertisement advertisement Conclusion ferry crews: boats books boote Mr. Am 25.
""".split(" ")
GLUED = st.lists(
    st.sampled_from(PIECES) | st.sampled_from((" ", " ", " ", "  ", ". ", "\n", "\n\n", "\r\n", "\u00a0")), max_size=25
).map("".join)


@given(st.lists(GLUED, max_size=4), some_names())
@settings(max_examples=150, deadline=None)
def test_odd_pieces_in_a_row_are_analysed_as_line_by_line(analysers, texts, names):
    expect_the_same(analysers, texts, names)


@given(st.lists(teasing_pages().map("\n".join), max_size=3), some_names())
@settings(max_examples=80, deadline=None)
def test_pages_with_teasers_are_analysed_as_line_by_line(analysers, texts, names):
    expect_the_same(analysers, texts, names)


LINES = st.sampled_from((*SENTENCES[::3], *RULED, *FURNITURE, *SHORT[:4], "cafe\u0301 au lait", "", "- 5", "The end"))


@given(st.lists(st.lists(LINES, max_size=14).map("\n".join), max_size=3), some_names())
@settings(max_examples=60, deadline=None)
def test_long_pages_are_analysed_as_line_by_line(analysers, texts, names):
    expect_the_same(analysers, texts, names)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ﾊﾞｽ", id="a halfwidth sound mark"),
        pytest.param("ㅋㅠㅠ", id="a vowel after a consonant"),
        pytest.param("가ㄳ", id="consonants after a syllable"),
        pytest.param("ﾡￂ", id="halfwidth jamo"),
    ],
)
def test_characters_that_become_one_are_analysed_as_line_by_line(analysers, text):
    expect_the_same(analysers, [text], ["the default"])


def test_a_phrase_at_the_end_of_a_sentence_that_touches_the_next_is_found(analysers):
    expect_the_same(analysers, ["Allow TikTok content?Today"], ["the default"])


def test_a_line_too_long_for_rules_is_analysed_as_line_by_line(analysers):
    long = "Read more: " + "word " * 500
    expect_the_same(analysers, [f"{long}\n{long[:1990]}\n{long}. You can unsubscribe at any time. {long}"])


@pytest.mark.parametrize("more", [0, 1])
def test_a_document_of_very_many_lines_is_analysed_as_line_by_line(analysers, more):
    lead = "The ferry crews of Port Maren voted to stay ashore."
    lines = [lead, f"{lead} So they did.", *(f"{number}" for number in range(MAX_LINES - 2 + more))]
    text = "\n".join(lines)
    expect_the_same(analysers, [text], ["the default"])
    assert (analysers["the default"][1].analyse([0], [text]).segments["container"].max() == -1) == bool(more)


def test_the_sample_corpus_is_analysed_as_line_by_line(analysers):
    texts = [path.read_text(encoding="utf-8", errors="ignore") for path in sorted((ROOT / "corpus").rglob("*.txt"))]
    assert len(texts) > 20
    expect_the_same(analysers, texts)


@pytest.mark.skipif(not PAGES.exists(), reason=f"the labelled pages are not at {PAGES}")
@pytest.mark.parametrize("name", CONFIGS)
def test_labelled_pages_are_analysed_as_line_by_line(analysers, name):
    files = sorted(PAGES.glob("*.jsonl"))
    rows = [row for number, path in enumerate(files) for row in path.read_bytes().splitlines()[number::17]]
    texts = ["\n".join(line["text"] for line in json.loads(row)["lines"]) for row in rows]
    assert len(texts) > 50
    plain, bulk, _ = analysers[name]
    docs = range(len(texts))
    assert told(bulk.analyse(docs, texts)) == told(plain.analyse(docs, texts))


def test_the_numbers_of_documents_are_those_given(analysers):
    texts = ["one\ntwo", "", "three"]
    found = analysers["the default"][1].analyse([7, 2, 9], texts)
    assert found.segments["doc"].tolist() == [7, 7, 9]
    assert found.documents["doc"].tolist() == [7, 2, 9]


@given(st.lists(GLUED | wild_texts(), max_size=3))
@settings(max_examples=60, deadline=None)
def test_facts_are_those_of_the_normalised_text(analysers, texts):
    found = analysers["texts that stay"][1].analyse(range(len(texts)), texts).segments
    places = zip(*(found[name].tolist() for name in ("doc", "start", "end")), strict=True)
    normalized = [normalize(texts[doc][start:end]) for doc, start, end in places]
    assert found["facts"].tolist() == FACTS.of(normalized).tolist()
