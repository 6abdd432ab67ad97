"""The scripts that measure say what one counts by hand."""

import json
import sys

import pytest

from dedup import Config
from tests.eval import score, weigh

FERRY = "The ferry crews of Port Maren voted to stay ashore until the harbour office answers their letter."
NETS = "Gertrud Alm, who mends the nets, said the winter storms had taken most of the northern pier."
BOOKS = "Seventeen volunteers carried the books from the flooded library to the dry rooms above the bakery."
BRIDGE = "The council will publish the drawings of the wooden bridge, and residents may comment until spring."
CAPTION = "Deckhands of the ferry look out over the empty harbour of Port Maren in the rain"


def keep(text, **more):
    return {"text": text, "label": "keep", **more}


def drop(text, kind=None, **more):
    return {"text": text, "label": "drop", **({"kind": kind} if kind else {}), **more}


#: Rightly removed: Advertisement, the byline. Wrongly: Anzeige. Missed: the tide table, the title of another story.
PAGES = [
    {
        "id": "ferry",
        "domain": "post.example",
        "lines": [
            keep("Ferry crews stay ashore for a third day"),
            drop("By Ann Doe", "timestamp_byline"),
            keep(FERRY),
            drop("Advertisement", "ads"),
            keep(NETS),
            drop("See the tide table on page nine of our weekend paper.", "ui_misc"),
        ],
    },
    {
        "id": "half labelled",
        "domain": "post.example",
        "gold_partial": True,
        "lines": [keep("Advertisement"), drop(BRIDGE)],
    },
    {
        "id": "books/1",
        "domain": "bote.example",
        "lines": [
            keep(CAPTION),
            drop(CAPTION, dup=2),
            keep(BOOKS),
            keep("Anzeige"),
            keep(BRIDGE),
            drop("Story continues below advertisement", "ads", amb=True),
            drop("Baker sells last loaf after a century.", "teaser"),
        ],
    },
]
KEPT = ["Ferry crews stay ashore for a third day", FERRY, NETS, CAPTION, BOOKS, "Anzeige", BRIDGE]
LOST = len("Anzeige") / sum(map(len, KEPT))
BY_HAND = score.Score(precision=2 / 3, core_recall=2 / 3, recall=2 / 4, characters_lost=LOST)
ONE = Config(workers=1)


@pytest.fixture
def labelled(tmp_path):
    """Write pages to a labelled file."""

    def write(pages=PAGES, name="tiny.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(page) + "\n" for page in pages) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def command(monkeypatch, capsys):
    """Run the script with these arguments and return what it printed, line by line."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["score.py", *map(str, arguments)])
        score.main()
        return capsys.readouterr().out.splitlines()

    return call


def judged(path, config=ONE):
    return score.run([path], lambda pages: score.clean_pages(pages, config))


def test_the_figures_are_what_one_counts_by_hand(labelled):
    lines = judged(labelled())
    assert list(lines) == ["tiny"]
    assert score.score(lines["tiny"]) == pytest.approx(BY_HAND)


def test_every_line_that_counts_is_judged_once(labelled):
    found = [(line.page, line.text, line.label, line.removed, line.codes) for line in judged(labelled())["tiny"]]
    assert found == [
        ("ferry", "Ferry crews stay ashore for a third day", "keep", False, ""),
        ("ferry", "By Ann Doe", "drop", True, "BY102"),
        ("ferry", FERRY, "keep", False, ""),
        ("ferry", "Advertisement", "drop", True, "AD001"),
        ("ferry", NETS, "keep", False, ""),
        ("ferry", "See the tide table on page nine of our weekend paper.", "drop", False, ""),
        ("books/1", CAPTION, "keep", False, ""),
        ("books/1", BOOKS, "keep", False, ""),
        ("books/1", "Anzeige", "keep", True, "AD001"),
        ("books/1", BRIDGE, "keep", False, ""),
        ("books/1", "Baker sells last loaf after a century.", "drop", False, ""),
    ]


def test_a_line_of_which_most_stays_is_there():
    page = {"id": "1", "lines": [keep(f"{FERRY} {NETS}"), keep(f"{BOOKS} {NETS}")]}
    found = score.judge(page, f"{FERRY} {NETS}\n{BOOKS}\n", {})
    assert [line.removed for line in found] == [False, False]
    assert [line.removed for line in score.judge(page, f"{FERRY} {NETS}\n", {})] == [False, True]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([], (None, None, None, None), id="nothing"),
        pytest.param([("keep", "", False)], (None, None, None, 0), id="an article that stays"),
        pytest.param([("keep", "", True)], (0, None, None, 1), id="an article that goes"),
        pytest.param([("drop", "ads", True)], (1, 1, 1, None), id="debris that goes"),
        pytest.param([("drop", "ads", False)], (None, 0, 0, None), id="debris that stays"),
        pytest.param([("drop", "teaser", True), ("drop", "ads", False)], (1, 0, 0.5, None), id="of two kinds"),
    ],
)
def test_where_nothing_counts_there_is_no_figure(lines, expected):
    assert score.score(score.Judged("1", "four", *line) for line in lines) == expected


@pytest.mark.parametrize(
    ("line", "goes"),
    [
        pytest.param("The ferry sails again.", False, id="a sentence"),
        pytest.param("Does the ferry sail?", False, id="a question"),
        pytest.param("Let the ferry sail!", False, id="an exclamation"),
        pytest.param('He said "let the ferry sail"', False, id="a quotation"),
        pytest.param("  The ferry sails again.  ", False, id="spaces around"),
        pytest.param("The ferry sails again", True, id="no full stop"),
        pytest.param("The ferry sails again...", True, id="dots"),
        pytest.param("Ferry sails.", True, id="two words"),
        pytest.param("", True, id="nothing"),
        pytest.param("Please switch on JavaScript to read this.", True, id="javascript"),
        pytest.param("Read our Privacy Policy before you go on.", True, id="policy"),
        pytest.param("We use cookies to count our readers.", True, id="cookies"),
        pytest.param("These cookies are baked in an oven.", False, id="cookies that are eaten"),
    ],
)
def test_the_baseline_has_the_line_rules_of_c4(line, goes):
    assert score.c4(line) is goes


def test_the_baseline_removes_lines_one_by_one(labelled):
    found = score.run([labelled()], score.clean_as_c4)["tiny"]
    assert [line.text for line in found if line.removed] == [
        "Ferry crews stay ashore for a third day", "By Ann Doe", "Advertisement", CAPTION, "Anzeige",
    ]  # fmt: skip


def test_the_command_prints_the_table_and_the_lines_that_were_asked_for(labelled, command):
    assert command(labelled(), "--wrong", 5, "--missed", 5) == [
        "| extractor | precision | recall, core kinds | recall | article characters lost |",
        "|---|---|---|---|---|",
        f"| tiny | 0.67 | 0.67 | 0.50 | {LOST * 100:.2f} % |",
        "WRONG\ttiny\tbooks/1\tAD001\tAnzeige",
        "MISSED\ttiny\tferry\tui_misc\tSee the tide table on page nine of our weekend paper.",
        "MISSED\ttiny\tbooks/1\tteaser\tBaker sells last loaf after a century.",
    ]


def test_the_command_prints_no_more_lines_than_were_asked_for(labelled, command):
    assert [line.partition("\t")[0] for line in command(labelled(), "--missed", 1)[3:]] == ["MISSED"]
    assert len(command(labelled())) == 3


def test_only_selected_codes_count(labelled, command):
    assert command(labelled(), "--select", "BY,CR")[2] == "| tiny | 1.00 | 0.33 | 0.25 | 0.00 % |"


def test_the_baseline_has_a_row_of_its_own(labelled, command):
    rows = command(labelled(), "--baseline")[2:]
    assert [row.split(" | ")[0] for row in rows] == ["| tiny", "| tiny, C4's line rules"]
    assert rows[1].startswith("| tiny, C4's line rules | 0.40 | 0.67 | 0.50 | ")


def test_counts_by_code_and_by_kind_are_printed(labelled, command):
    by_code = [line.split() for line in command(labelled(), "--by", "code")[4:]]
    assert "tiny" in by_code[0]
    assert ["AD001", "removed", "1", "drop", "1", "keep;", "stayed", "0", "drop"] in by_code
    by_kind = [line.split() for line in command(labelled(), "--by", "kind")[4:]]
    assert ["teaser", "removed", "0", "drop", "0", "keep;", "stayed", "1", "drop"] in by_kind


def test_what_each_code_removed_is_written(labelled, command, tmp_path):
    path = tmp_path / "measured.json"
    command(labelled(), "--measured", path)
    assert json.loads(path.read_text(encoding="utf-8")) == {"AD001": [1, 1], "BY102": [1, 0]}


def test_files_of_one_extractor_share_a_row_and_are_cleaned_apart(labelled, command):
    first, second = ([{**page, "extractor": "ours"} for page in pages] for pages in (PAGES[:1], PAGES[:1]))
    rows = command(labelled(first, "a.jsonl"), labelled(second, "b.jsonl"))[2:]
    assert rows == ["| ours | 1.00 | 0.67 | 0.67 | 0.00 % |"]


def test_a_copy_of_another_page_is_left_out(labelled):
    page = {"id": "2", "domain": "post.example", "lines": [keep(FERRY), keep(NETS), keep(BOOKS), keep(BRIDGE)]}
    found = judged(labelled([page, {**page, "id": "3"}]))["tiny"]
    assert {line.page for line in found} == {"2"}


@pytest.mark.parametrize("lines", [[], [keep(FERRY)]], ids=["no line", "half labelled"])
def test_pages_that_do_not_count_are_left_out(labelled, lines):
    assert score.pages_of(labelled([{"id": "1", "gold_partial": bool(lines), "lines": lines}])) == []


def test_the_weights_are_tried_and_the_setting_in_use_is_named(labelled, capsys):
    weigh.main([labelled()])
    first, *rows = capsys.readouterr().out.splitlines()
    assert first.startswith("1 lines weighed, 1 of them debris")
    assert [row for row in rows if row.endswith("<- in use")] == [
        next(row for row in rows if "enough=3) " in row and "phrase=2, outside=1, beyond=2, beside=1, source=1" in row)
    ]


def test_what_weighs_on_each_line_is_found(labelled):
    table, labels = weigh.witnesses([labelled()])
    assert table.tolist() == [[1, 1, 0, 0, 0]]  # the byline: named by a weak rule, outside the article
    assert labels.tolist() == [True]


def test_pages_on_which_nothing_is_weighed_have_no_settings(labelled, capsys):
    weigh.main([labelled([{"id": "1", "lines": [keep(FERRY), drop("Advertisement", "ads"), keep(NETS)]}])])
    assert capsys.readouterr().out.startswith("0 lines weighed")
