"""Lines and sentences: exact spans, and no half sentences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.segment import Span, is_balanced, line_spans, sentence_spans

PIECES = st.sampled_from(
    [
        "Dr. Lisle",
        "Am 25. April",
        "J.\u00a0Thole",
        "The ferry sails.",
        "Кто платит?",
        "船が出る。",
        "он ушёл.",
        "3.5",
        '"Wait!"',
        "e.g. rain",
        "…",
        "...",
        " ",
        "\u00a0",
        "\u3000",
        "\t",
        "A.",
        "(Ends.)",
        "¿Quién?",
        "𝒜lpha.",
        "U.S.",
        "\u200b",
        "\r",
    ]
)
LINES = st.one_of(st.lists(PIECES, max_size=12).map(" ".join), st.text(max_size=60)).map(lambda s: s.replace("\n", " "))
DOCUMENTS = st.lists(
    st.one_of(st.sampled_from(["", " ", "\r", "A line.", "Ещё одна строка.\r", "\ufeff", "\x85", "\u2028x"]), st.text(max_size=9)),
    max_size=12,
).map("\n".join)  # fmt: skip


def lines(text):
    return [text[a:b] for a, b in line_spans(text)]


def sentences(line):
    return [line[a:b] for a, b in sentence_spans(line)]


@pytest.mark.parametrize("text", ["", "\n", "\n\n", " \n\t\n", "\r\n\r\n", "\ufeff", "\ufeff\n"])
def test_a_blank_text_has_no_lines(text):
    assert line_spans(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("one line", ["one line"], id="no line end"),
        pytest.param("one\ntwo\n", ["one", "two"], id="line feeds"),
        pytest.param("one\r\ntwo\r\n", ["one", "two"], id="CRLF"),
        pytest.param("one\n\n \n\ntwo", ["one", "two"], id="blank lines between"),
        pytest.param("\ufeffone\ntwo", ["one", "two"], id="a byte order mark"),
        pytest.param("a\u2028b\x0bc\x85d", ["a\u2028b\x0bc\x85d"], id="other separators end no line"),
        pytest.param("  indented  \n", ["  indented  "], id="spaces belong to the line"),
        pytest.param("a\rb\n", ["a\rb"], id="a carriage return inside"),
    ],
)
def test_lines_end_at_line_feeds_only(text, expected):
    assert lines(text) == expected


@given(DOCUMENTS)
def test_lines_are_in_order_and_only_white_space_lies_between(text):
    at = 1 if text.startswith("\ufeff") else 0
    for start, end in line_spans(text):
        assert at <= start < end
        assert not text[at:start].strip()
        assert "\n" not in text[start:end]
        assert text[start:end].strip()
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("Ferry sails again", id="a headline"),
        pytest.param("The ferry sails again.", id="one sentence"),
        pytest.param("Dr. Petra Lisle spoke for the council.", id="a title"),
        pytest.param("The plan was J. R. Thole's own.", id="initials"),
        pytest.param("The plan was J.\u00a0R.\u00a0Thole's own.", id="initials with no-break spaces"),
        pytest.param("Am 25. April begann die Messe.", id="a German date"),
        pytest.param("Die Messe am 3. Mai fällt aus.", id="a German day of one digit"),
        pytest.param("Prices rose by 3.5 percent in May.", id="a decimal point"),
        pytest.param("It was late... and dark.", id="an ellipsis before a small letter"),
        pytest.param("\u00a0", id="a lone no-break space"),
    ],
)
def test_a_line_of_one_sentence_is_not_split(line):
    assert sentences(line) == [line.strip()]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("It rained. Nobody came.", ["It rained.", "Nobody came."], id="English"),
        pytest.param("Es regnete. Niemand kam.", ["Es regnete.", "Niemand kam."], id="German"),
        pytest.param("Шёл дождь. Никто не пришёл.", ["Шёл дождь.", "Никто не пришёл."], id="Russian"),
        pytest.param("Йшов дощ. Ніхто не прийшов.", ["Йшов дощ.", "Ніхто не прийшов."], id="Ukrainian"),
        pytest.param("Who pays? The town does!  Again.", ["Who pays?", "The town does!", "Again."], id="question"),
        pytest.param("  It rained.\u00a0Nobody came. ", ["It rained.", "Nobody came."], id="odd spaces around"),
        pytest.param(
            "雨が降った。誰も来なかった。", ["雨が降った。", "誰も来なかった。"], id="Japanese without spaces"
        ),
    ],
)
def test_sentences_are_found(line, expected):
    assert sentences(line) == expected


def test_an_initial_after_a_no_break_space_does_no_harm():
    line = "\u00a0A. Lisle spoke first. Then came\u00a0B. Thole."
    assert sentences(line) == ["A. Lisle spoke first.", "Then came\u00a0B. Thole."]


@given(LINES)
@settings(deadline=None)
def test_sentences_cover_a_line_but_for_the_white_space_between(line):
    spans = sentence_spans(line)
    if not line.strip():
        return
    at = 0
    for start, end in spans:
        assert at <= start < end
        assert not line[at:start].strip()
        assert line[start:end] == line[start:end].strip()
        at = end
    assert not line[at:].strip()


@given(LINES)
@settings(deadline=None)
def test_no_sentence_begins_with_a_small_letter_but_the_first(line):
    assert not any(line[start].islower() for start, _ in sentence_spans(line)[1:])


def test_a_splitter_that_changes_the_text_is_not_believed(monkeypatch):
    monkeypatch.setattr("dedup.segment.sentencex.segment", lambda language, text: ["It rained. ", "Nobody came"])
    assert sentence_spans("It rained. Nobody came.") == [Span(0, 23)]


def test_a_splitter_that_panics_leaves_the_line_whole(monkeypatch):
    panic = type("PanicException", (BaseException,), {})

    def break_down(language, text):
        raise panic("byte index 2 is not a char boundary")

    monkeypatch.setattr("dedup.segment.sentencex.segment", break_down)
    assert sentence_spans("It rained. Nobody came.") == [Span(0, 23)]


def test_an_interrupt_while_splitting_is_not_swallowed(monkeypatch):
    def interrupt(language, text):
        raise KeyboardInterrupt

    monkeypatch.setattr("dedup.segment.sentencex.segment", interrupt)
    with pytest.raises(KeyboardInterrupt):
        sentence_spans("It rained. Nobody came.")


@pytest.mark.parametrize(
    "sentence",
    [
        "Nothing is quoted here.",
        '"Wait here," he said.',
        "“Wait here,” he said.",
        "„Warte hier“, sagte er.",
        "„Zaczekaj”, powiedział.",
        "«Attendez», dit-il.",
        "The town (2,000 people) voted [again].",
        "It's the mayor's own.",
    ],
)
def test_what_closes_all_it_opens_is_balanced(sentence):
    assert is_balanced(sentence)


@pytest.mark.parametrize(
    "sentence",
    ['"Wait here.', "“Wait here.", "Then go.”", "„Warte hier.", "«Attendez.", "The town (2,000 people.", "people) voted.", "[voted."],
)  # fmt: skip
def test_what_runs_on_is_not_balanced(sentence):
    assert not is_balanced(sentence)
