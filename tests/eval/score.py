"""Score `dedup clean` on pages whose lines are labelled.

usage: python tests/eval/score.py LABELLED.jsonl… [--preview] [--select CODES] [--baseline] [--wrong N] [--missed N]

Each file is one folder of pages and is cleaned on its own; files of the same extractor share a row of the table. A row of
a file is one page:

    {"id": "42", "domain": "example.org", "extractor": "trafilatura", "lines": [
        {"text": "Advertisement", "label": "drop", "kind": "ads"},
        {"text": "The ferry sails again.", "label": "keep"}]}

`label` is `keep` or `drop`; optional are `kind` (a word for the kind of debris), `amb` (true: do not count the line), `dup`
(this is the n-th copy of a line; not counted) and, on the page, `gold_partial` (true: leave the page out).
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dedup import Cleaner, Config, Document

#: Kinds that a rule or repetition can know. Titles of other stories and stray short text are not among them.
CORE = frozenset(
    "cookie app_download signup paywall donate_support affiliate ads copyright caption_credit share comments video_player "
    "timestamp_byline source_attribution author_bio contact_tips navigation ui_misc".split()
)
Page = dict[str, Any]


class Judged(NamedTuple):
    """One labelled line after cleaning."""

    page: str
    text: str
    label: str
    kind: str
    removed: bool
    codes: str = ""


def pages_of(path: Path) -> list[Page]:
    """Return the pages of a labelled file that count."""
    rows = (json.loads(row) for row in path.read_text(encoding="utf-8").splitlines() if row.strip())
    return [page for page in rows if page["lines"] and not page.get("gold_partial")]


def page_id(page: Page) -> str:
    """Return the id under which a page is cleaned: its site, then its own."""
    name = re.sub(r"[^\w.-]", "_", page["id"])[-150:]
    return f"{page.get('domain', 'pages')}/{name}.txt"


def page_text(page: Page) -> str:
    """Return a page as text, a line each."""
    return "\n".join(line["text"].replace("\n", " ") for line in page["lines"]) + "\n"


def clean_pages(pages: Sequence[Page], config: Config) -> dict[str, tuple[str, dict[str, str]]]:
    """Return each page's text after cleaning and the code by which each removed text went; copies are left out."""
    documents = [Document(page_id(page), page_text(page), page.get("domain", "")) for page in pages]
    return {
        one.document.id: (one.text, {shape(r.text): r.code for r in one.removals})
        for one in Cleaner(config).clean(documents)
        if one.status != "copy"
    }


def c4(line: str) -> bool:
    """Tell whether C4's line rules (Raffel et al. 2020, JMLR 21, section 2.2) remove a line."""
    text = line.strip()
    policy = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
    return (
        not text.endswith((".", "?", "!", '"', "'"))
        or text.endswith("...")
        or len(text.split()) < 3
        or "javascript" in text.lower()
        or any(phrase in text.lower() for phrase in policy)
    )


def clean_as_c4(pages: Sequence[Page]) -> dict[str, tuple[str, dict[str, str]]]:
    """Return each page without the lines that C4's rules remove."""
    kept = {page_id(page): [line for line in page_text(page).split("\n") if not c4(line)] for page in pages}
    return {name: ("\n".join(lines), {}) for name, lines in kept.items()}


def shape(text: str) -> str:
    """Return the words of a text: case, spaces and punctuation do not matter when lines are looked for."""
    return " ".join(re.findall(r"\w+", text.lower())) or text.strip()


def trigrams(text: str) -> list[tuple[str, ...]]:
    """Return the runs of three words of a text."""
    words = text.split()
    return list(zip(words, words[1:], words[2:], strict=False))


def judge(page: Page, text: str, codes: dict[str, str]) -> Iterator[Judged]:
    """Yield what became of each line of a page.

    A line is gone when the cleaned text has neither the line (each copy serves once) nor half of its runs of three words.
    """
    have = Counter(shape(line) for line in text.split("\n") if line.strip())
    left = set(trigrams(shape(text)))
    for line in page["lines"]:
        words = shape(line["text"])
        there = have[words] > 0
        if there:
            have[words] -= 1
        elif "dup" not in line and (grams := trigrams(words)):
            there = sum(gram in left for gram in grams) / len(grams) >= 0.5
        if "dup" not in line and not line.get("amb"):
            code = "" if there else codes.get(words, "parts")
            yield Judged(page["id"], line["text"], line["label"], line.get("kind") or "", not there, code)


class Score(NamedTuple):
    """The figures of one row of the table; None where nothing counts."""

    precision: float | None
    core_recall: float | None
    recall: float | None
    characters_lost: float | None


def score(lines: Iterable[Judged]) -> Score:
    """Return the figures of these lines."""
    lines = list(lines)
    drop = [line for line in lines if line.label == "drop"]
    core = [line for line in drop if line.kind in CORE]
    keep = [line for line in lines if line.label == "keep"]
    wrong = [line for line in keep if line.removed]
    right = sum(line.removed for line in drop)

    def share(part: int, whole: int) -> float | None:
        return part / whole if whole else None

    return Score(
        share(right, right + len(wrong)),
        share(sum(line.removed for line in core), len(core)),
        share(right, len(drop)),
        share(sum(len(line.text) for line in wrong), sum(len(line.text) for line in keep)),
    )


def run(paths: Sequence[Path], clean: Callable[[Sequence[Page]], Any]) -> dict[str, list[Judged]]:
    """Clean the pages of each file on their own; return the judged lines by extractor."""
    judged: dict[str, list[Judged]] = defaultdict(list)
    for path in paths:
        pages = pages_of(path)
        cleaned = clean(pages)
        for page in pages:
            if page_id(page) in cleaned:
                judged[page.get("extractor", path.stem)] += judge(page, *cleaned[page_id(page)])
    return judged


def row(name: str, figures: Score) -> str:
    """Return a row of the table."""
    cells = [*figures[:3], None if figures[3] is None else figures[3] * 100]
    shown = ["–" if x is None else f"{x:.2f}" for x in cells]
    return f"| {name} | {' | '.join(shown)} % |"


def main() -> None:
    """Print the table, then the lines that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", nargs="+", type=Path)
    parser.add_argument("--preview", action="store_true", help="preview rules and unconfirmed phrases too")
    parser.add_argument("--select", default="", help="only these codes, names or prefixes, by commas")
    parser.add_argument("--baseline", action="store_true", help="a second row for C4's line rules")
    parser.add_argument(
        "--wrong", type=int, default=0, help="so many removed lines of each extractor that are labelled keep"
    )
    parser.add_argument("--missed", type=int, default=0, help="so many lines that stayed and are labelled drop")
    parser.add_argument(
        "--measured", type=Path, help="write how many lines each code removed rightly and wrongly to this file"
    )
    parser.add_argument("--by", choices=("kind", "code"), help="counts for each kind of debris, or for each code")
    options = parser.parse_args()
    config = Config(preview=options.preview, select=tuple(filter(None, options.select.split(","))))
    judged = run(options.labelled, lambda pages: clean_pages(pages, config))
    print("| extractor | precision | recall, core kinds | recall | article characters lost |\n|---|---|---|---|---|")
    for name, lines in judged.items():
        print(row(name, score(lines)))
    if options.measured:
        counts_by_code: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for line in (line for lines in judged.values() for line in lines):
            if line.removed and line.codes != "parts":
                counts_by_code[line.codes][line.label == "keep"] += 1
        rows = (f'  "{code}": {found}' for code, found in sorted(counts_by_code.items()))
        options.measured.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    if options.baseline:
        for name, lines in run(options.labelled, clean_as_c4).items():
            print(row(f"{name}, C4's line rules", score(lines)))
    for name, lines in judged.items():
        if options.by:
            print(f"\n{name}")
            counts: dict[str, Counter[str]] = defaultdict(Counter)
            for line in lines:
                counts[line.codes if options.by == "code" else line.kind][f"{line.label} {line.removed}"] += 1
            for key, count in sorted(counts.items()):
                print(
                    f"  {key or '(none)':<20} removed {count['drop True']:>5} drop {count['keep True']:>4} keep; "
                    f"stayed {count['drop False']:>5} drop"
                )
        for line in [line for line in lines if line.removed and line.label == "keep"][: options.wrong]:
            print("WRONG", name, line.page, line.codes, line.text, sep="\t")
        for line in [line for line in lines if not line.removed and line.label == "drop"][: options.missed]:
            print("MISSED", name, line.page, line.kind, line.text, sep="\t")


if __name__ == "__main__":
    main()
