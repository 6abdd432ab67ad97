"""Findings: where they stand, what they say, and what they are in order of."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedup import Config, Document, Removal
from dedup.config import fingerprint_of
from dedup.errors import DedupError
from dedup.outcome import Twin
from dedup.report.findings import Finding, Place, findings_of
from dedup.run import clean_documents
from dedup.segment import Span

FERRY = "The ferry crews of Port Maren voted to stay ashore until Friday."
NETS = "Gertrud Alm, who mends the nets, said the storms had taken most of the pier."
BOOKS = "Seventeen volunteers carried the books to the dry rooms above the bakery."


def removal(text: str, part: str, code: str = "AD001", document: str = "a.txt", **more: object) -> Removal:
    """Return the removal of a part of a text, where it stands last."""
    start = text.rindex(part)
    end = start + len(part)
    return Removal(document, code, start, end, part, (Span(start, end),), **more)  # type: ignore[arg-type]


def only(removals: list[Removal], **texts: str) -> Finding:
    (found,) = findings_of(removals, {f"{name}.txt": text for name, text in texts.items()}.__getitem__)
    return found


def cleaned(*texts: str, **settings: object) -> list[Finding]:
    """Return the findings in documents a.txt, b.txt, …"""
    documents = [Document(f"{chr(97 + k)}.txt", text) for k, text in enumerate(texts)]
    config = Config(workers=1, **settings)  # type: ignore[arg-type]
    return findings_of(clean_documents(documents, config).removals, {d.id: d.text for d in documents}.__getitem__)


@pytest.mark.parametrize(
    ("text", "part", "place"),
    [
        pytest.param("Ad", "Ad", (1, 1, 1, 3), id="all there is"),
        pytest.param("Ad\n", "Ad", (1, 1, 1, 3), id="the first line"),
        pytest.param("one\n\nAd\n", "Ad", (3, 1, 3, 3), id="below a blank line"),
        pytest.param("one\ntwo Ad. three\n", "Ad.", (2, 5, 2, 8), id="in the middle of a line"),
        pytest.param("one\ntwo Ad", "Ad", (2, 5, 2, 7), id="at the end, without a line end"),
        pytest.param("one\r\n\r\nAd\r\n", "Ad", (3, 1, 3, 3), id="CRLF"),
        pytest.param("one\r\ntwo Ad.\r\n", "Ad.", (2, 5, 2, 8), id="CRLF, inside a line"),
        pytest.param("one\n  \tAd\n", "Ad", (2, 4, 2, 6), id="behind white space: a tab is one column"),
        pytest.param("мост ё Ad", "Ad", (1, 8, 1, 10), id="Cyrillic: code points, not bytes"),
        pytest.param("🚢🚢 Ad", "Ad", (1, 4, 1, 6), id="beyond the BMP: code points, not UTF-16 units"),
        pytest.param("e\u0301 Ad", "Ad", (1, 4, 1, 6), id="a combining accent is a code point"),
        pytest.param("\ufeffAd\n", "Ad", (1, 2, 1, 4), id="behind a byte order mark"),
        pytest.param("one\nAd\nmore\nlast\n", "Ad\nmore", (2, 1, 3, 5), id="two lines"),
        pytest.param("one\r\nx Ad\r\nmore\r\nlast", "Ad\r\nmore", (2, 3, 3, 5), id="two lines, CRLF"),
        pytest.param("one\nAd\n\n\nz", "Ad\n\n\nz", (2, 1, 5, 2), id="over blank lines to the end"),
        pytest.param("a\x0bb\u2028c Ad\n", "Ad", (1, 7, 1, 9), id="only a line feed ends a line"),
    ],
)
def test_a_span_is_a_place_of_lines_and_columns(text: str, part: str, place: tuple[int, ...]) -> None:
    found = only([removal(text, part)], a=text)
    assert found.place == Place("a.txt", *place)


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_place_leads_back_to_the_text(end: str) -> None:
    text = f"{FERRY}{end}{end}  {NETS} {BOOKS}{end}{end}Advertisement{end}"
    for part in (FERRY, NETS, BOOKS, "Advertisement"):
        place = only([removal(text, part)], a=text).place
        assert place.line == place.end_line
        line = text.split("\n")[place.line - 1]
        assert line[place.column - 1 : place.end_column - 1] == part


@pytest.mark.parametrize(
    ("text", "part", "source"),
    [
        ("one\n  Ad here\nlast", "Ad", "  Ad here"),
        ("one\r\n\tAd here \r\nlast", "Ad", "\tAd here "),
        ("one\nAd\nmore\n", "Ad\nmore", "Ad"),
        ("Ad", "Ad", "Ad"),
        ("one\nAd", "Ad", "Ad"),
    ],
    ids=["as it stands", "without its CRLF", "the first of several", "the only one", "the last"],
)
def test_the_source_is_the_line_in_which_it_begins(text: str, part: str, source: str) -> None:
    assert only([removal(text, part)], a=text).source == source


def test_the_text_is_on_one_line_and_the_fingerprint_is_that_of_an_allow_entry() -> None:
    text = "one\n Advertisement \r\n\t continues\n"
    found = only([removal(text, "Advertisement \r\n\t continues")], a=text)
    assert found.text == "Advertisement continues"
    assert found.fingerprint == fingerprint_of("Advertisement continues")


def test_code_and_name_are_those_of_the_rules_list() -> None:
    found = only([removal("Ad", "Ad", phrase="ad")], a="Ad")
    assert (found.code, found.name, found.message) == ("AD001", "ad-label", '"ad"')
    assert found.twin is None
    assert found.fixable


def test_a_twin_in_the_same_document_is_said_by_its_line() -> None:
    text = f"{FERRY}\n\n{NETS}\n\n{FERRY}\n"
    twin = Twin("a.txt", 0, len(FERRY))
    found = only([removal(text, FERRY, "DU001", twin=twin, similarity=1.0)], a=text)
    assert found.twin == Place("a.txt", 1, 1, 1, len(FERRY) + 1)
    assert found.message == "repeats line 1"


def test_a_twin_in_another_document_is_said_by_its_place() -> None:
    other = f"one\r\n{NETS} {FERRY}\r\n"
    start = other.index(FERRY)
    twin = Twin("b.txt", start, start + len(FERRY))
    found = only([removal(FERRY, FERRY, "DU101", twin=twin, similarity=1.0)], a=FERRY, b=other)
    assert found.twin == Place("b.txt", 2, len(NETS) + 2, 2, len(NETS) + 2 + len(FERRY))
    assert found.message == f"repeats b.txt:2:{len(NETS) + 2}"


@pytest.mark.parametrize(
    ("code", "similarity", "message"),
    [
        ("DU001", 1.0, "repeats line 1"),
        ("DU002", 0.876, "repeats line 1 (similarity 0.88)"),
        ("DU101", 1.0, "repeats line 1"),
        ("DU102", 0.8, "repeats line 1 (similarity 0.80)"),
        ("DU201", 0.97, "only repeats part of line 1"),
    ],
)
def test_what_is_said_of_a_repeat(code: str, similarity: float, message: str) -> None:
    text = f"{FERRY}\n{FERRY}\n"
    found = only([removal(text, FERRY, code, twin=Twin("a.txt", 0, len(FERRY)), similarity=similarity)], a=text)
    assert found.message == message
    assert found.fixable


def test_a_copy_of_a_document_names_the_document_and_is_nothing_to_fix() -> None:
    text = f"{FERRY}\n\n{NETS}\n"
    twin = Twin("b.txt", 0, len(text))
    found = only([removal(text, text, "DU401", twin=twin, similarity=0.923)], a=text, b=text)
    assert found.message == "92% of its words stand in b.txt"
    assert not found.fixable
    assert (found.place.line, found.place.column, found.place.end_line) == (1, 1, 3)
    assert found.source == FERRY
    assert found.twin is not None
    assert found.twin[:3] == ("b.txt", 1, 1)


def test_what_is_said_of_a_rule_and_of_what_no_rule_names() -> None:
    assert only([removal("Ad", "Ad", phrase="ad", evidence="below debris")], a="Ad").message == '"ad" (below debris)'
    said = only([removal("Ad", "Ad", "DU301")], a="Ad").message
    assert said[:1].islower()
    assert "\n" not in said
    assert only([removal("Ad", "Ad", "CX401", evidence="below debris")], a="Ad").message.endswith(" (below debris)")


def test_findings_come_in_the_order_of_places() -> None:
    texts = {"a.txt": "x\ny\nz z\n", "b.txt": "x\ny\n"}
    removals = [
        Removal("b.txt", "AD001", 0, 1, "x", ()),
        Removal("a.txt", "AD001", 6, 7, "z", ()),
        Removal("a.txt", "DU301", 2, 3, "y", ()),
        Removal("a.txt", "AD001", 4, 5, "z", ()),
    ]
    found = findings_of(removals, texts.__getitem__)
    assert [(f.place.path, f.place.line, f.place.column) for f in found] == [
        ("a.txt", 2, 1),
        ("a.txt", 3, 1),
        ("a.txt", 3, 3),
        ("b.txt", 1, 1),
    ]
    assert findings_of(removals[::-1], texts.__getitem__) == found


def test_no_removals_are_no_findings_and_read_no_text() -> None:
    assert findings_of([], {}.__getitem__) == []


def test_the_text_of_a_twin_is_read_once() -> None:
    asked: list[str] = []

    def text_of(name: str) -> str:
        asked.append(name)
        return f"{FERRY}\n"

    twin = Twin("b.txt", 0, len(FERRY))
    removals = [Removal("a.txt", "DU001", 0, 4, "The ", (), twin, 1.0)] * 5
    assert len(findings_of(removals, text_of)) == 5
    assert asked.count("b.txt") == 1


def test_a_users_code_has_its_name(tmp_path: Path) -> None:
    pack = tmp_path / "own.toml"
    pack.write_text(PACK, encoding="utf-8")
    text = f"{FERRY}\n\nBrought to you by our harbour friends\n\n{NETS}\n"
    (outcome,) = clean_documents([Document("a.txt", text)], Config(workers=1, packs=(str(pack),)))
    (found,) = findings_of(outcome.removals, {"a.txt": text}.__getitem__, (str(pack),))
    assert (found.code, found.name, found.place) == ("ZZ001", "harbour-friends", Place("a.txt", 3, 1, 3, 38))


PACK = """
schema = 1
[[rule]]
code = "ZZ001"
name = "harbour-friends"
summary = "Thanks to the friends of the harbour"
why = "Never wrong"
match = "line"
[rule.phrases]
en = ["brought to you by our harbour friends"]
[rule.examples]
en.bad = ["Brought to you by our harbour friends", "Brought to you by our harbour friends."]
en.good = ["The friends of the harbour met.", "They brought it to you."]
"""


def test_of_a_real_page() -> None:
    first = f"{FERRY}\r\n\r\n{NETS} {BOOKS}\r\n"
    last = f"Nobody remembers such a summer. {BOOKS} They were sold by noon."
    second = f"\ufeffOrchards gave many small red apples this year.\r\n\r\nAdvertisement\r\n\r\n{last}\r\n"
    found = cleaned(first, second)
    assert [(f.code, f.place) for f in found] == [
        ("AD001", Place("b.txt", 3, 1, 3, 14)),
        ("DU101", Place("b.txt", 5, 33, 5, 33 + len(BOOKS))),
    ]
    assert found[1].twin == Place("a.txt", 3, len(NETS) + 2, 3, len(NETS) + 2 + len(BOOKS))
    assert found[1].message == f"repeats a.txt:3:{len(NETS) + 2}"
    assert [f.source for f in found] == [second.split("\r\n")[2], second.split("\r\n")[4]]


def test_an_error_of_the_reader_is_not_hidden() -> None:
    def text_of(name: str) -> str:
        raise DedupError("gone")

    with pytest.raises(DedupError, match="gone"):
        findings_of([Removal("a.txt", "AD001", 0, 1, "x", ())], text_of)
