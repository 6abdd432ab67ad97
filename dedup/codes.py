"""The registry of codes: the detectors' own, and one for each rule of the packs."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

#: With fewer lines measured, a share says nothing.
FEW = 5


class Code(NamedTuple):
    """A kind of finding: its code and name (both accepted wherever one is), and what it is."""

    code: str
    name: str
    summary: str
    why: str
    preview: bool = False


#: What the detectors find that are no phrase rules. Every removal of the DU kinds but DU301 names a twin that is kept.
DETECTORS = (
    Code(
        "CX101",
        "related-block",
        "Titles of other stories under the heading of their box",
        "'Related articles', 'Most read', and up to twelve title-like lines directly below: three to 25 words, no full stop. "
        "The first line that ends like a sentence closes the box, so that the next paragraph stays. It would be wrong for a "
        "list in the article whose heading a rule takes for that of a box; such headings are therefore whole phrases.",
    ),
    Code(
        "CX201",
        "link-list",
        "A menu: a run of eight or more labels around the article",
        "Labels of up to six words without digits or full stop, before the first paragraph, or after the last one below other "
        "debris. Tables and results have digits; a list that belongs to the article stands between its paragraphs.",
    ),
    Code(
        "CX301",
        "after-the-end",
        "What follows the end of the article: comments, teasers, the page's foot",
        "A copyright line, a desk credit or the comment area says that the article is over, if more than a third of the words of "
        "all paragraphs stand above, and a hundred at least. All below goes. It would be wrong on a page with two articles; "
        "where more than half of the page would go, the budget leaves it alone.",
    ),
    Code(
        "CX401",
        "page-frame",
        "A stub of the page around the article, named by three points of evidence",
        "No phrase names it, but it stands before the first or after the last paragraph (1), debris stands between it and the "
        "article (2), the lines beside it are debris (1 each), or its source prints it on several pages (1). Only lines "
        "without a full stop, in the head of the page only up to nine words.",
    ),
    Code(
        "DU001",
        "repeated-line",
        "A line that stands in the corpus already",
        "The line equals an earlier kept line up to case, quotes, dashes and spaces: a caption printed twice, a paragraph in "
        "two regional editions. Lines under five words repeat rightly in tables and transcripts; they go only directly after "
        "their twin.",
    ),
    Code(
        "DU002",
        "near-repeated-line",
        "A line that an earlier one repeats but for a typo, an accent or an article",
        "Jaccard similarity of the character 5-grams at or above the threshold, verified, and the fact guard agrees: the same "
        "content words, numbers, names and negations in the same order.",
    ),
    Code(
        "DU101",
        "repeated-sentence",
        "A sentence that stands in the corpus already",
        "As DU001, for one sentence of a longer line. Sentences under five words are never taken, nor those whose quotes or "
        "brackets run on into the next.",
    ),
    Code(
        "DU102",
        "near-repeated-sentence",
        "A sentence that an earlier one repeats but for a typo, an accent or an article",
        "As DU002, for one sentence of a longer line.",
    ),
    Code(
        "DU201",
        "teaser",
        "A line that only repeats, in order, part of a longer line of the same document",
        "A truncated headline before the full one, a lead repeated under a picture. At most one word in ten may differ, and only "
        "by a light word or a slip; another name or number makes it a line of its own.",
    ),
    Code(
        "DU301",
        "site-furniture",
        "A short line that one source prints on many of its pages",
        "A motto, a contact line, a standing invitation. Frequency over the whole corpus is no evidence; frequency within one "
        "source, at the top or the end of its pages, is. All copies go.",
    ),
    Code(
        "DU401",
        "duplicate-document",
        "A document of which most words stand in one other document",
        "At least 80 % of its words have their twins in one earlier kept document. It is left out as a whole and recorded, "
        "rather than shredded sentence by sentence.",
    ),
)


def all_codes(packs: tuple[str, ...] = ()) -> tuple[Code, ...]:
    """Return every code there is, in order; with those of a user's packs, given by their paths."""
    from dedup.rules.pack import rules_with

    rules = (Code(rule.code, rule.name, rule.summary, rule.why, rule.preview) for rule in rules_with(packs))
    return tuple(sorted((*DETECTORS, *rules)))


def find(label: str, packs: tuple[str, ...] = ()) -> Code | None:
    """Return the code of this code or name, in any case."""
    return next((c for c in all_codes(packs) if label.casefold() in (c.code.casefold(), c.name)), None)


class Measured(NamedTuple):
    """How many lines of labelled pages a code removed rightly and wrongly."""

    right: int
    wrong: int


@cache
def measured() -> dict[str, Measured]:
    """Return what was measured of each code on the labelled pages of the README; codes with few hits are not in it."""
    text = (resources.files("dedup.rules") / "measured.json").read_text(encoding="utf-8")
    found = {code: Measured(*counts) for code, counts in json.loads(text).items()}
    return {code: counts for code, counts in found.items() if sum(counts) >= FEW}


def listing(packs: tuple[str, ...] = ()) -> str:
    """Return all codes as a table of text: code, name, measured precision, summary; preview ones marked."""
    lines = []
    for code in all_codes(packs):
        counts = measured().get(code.code)
        share = f"{counts.right / sum(counts):.0%}" if counts else ""
        lines.append(f"{code.code}  {code.name:<24} {share:>4}  {code.summary}{' (preview)' if code.preview else ''}")
    return "\n".join(lines)


def describe(label: str, packs: tuple[str, ...] = ()) -> str:
    """Return what there is to know of one code: summary, reason, measured precision, phrases by language, examples.

    Raises:
        ConfigError: there is no such code.
    """
    from dedup.config import unknown_selector
    from dedup.rules.pack import core_rules, load_pack

    code = find(label, packs)
    if code is None:
        raise unknown_selector(label, packs)
    lines = [f"{code.code} {code.name}{' (preview)' if code.preview else ''}", "", code.summary + ".", code.why]
    if counts := measured().get(code.code):
        lines += [
            "",
            f"Measured: {counts.right} of the {sum(counts)} lines that it took from labelled news pages were debris.",
        ]
    # The rules that a run loads have no examples.
    known = {rule.code: rule for rule in (*core_rules(), *(rule for pack in packs for rule in load_pack(Path(pack))))}
    rule = known.get(code.code)
    if rule is not None:
        place = {"any": "", "edge": ", near the top or the end", "tail": ", near the end"}[rule.where]
        size = "" if rule.match == "line" else f" of at most {rule.max_words} words"
        kind = {
            "line": "a line that equals one of these phrases",
            "start": "a line that begins with one of these phrases",
            "end": "a line that ends with one of these phrases",
            "sentence": "a sentence that contains one of these phrases",
        }[rule.match]
        lines += ["", f"Removes {kind}{size}{place}."]
        if rule.weak:
            lines.append(
                "Only with a second witness: it stands outside the article, beside other debris, or on several pages."
            )
        if rule.place == "heading":
            lines.append("The title-like lines directly below go with it (CX101).")
        if rule.ends and not rule.weak:
            lines.append("The article is over there, if enough of it stands above: what is below goes (CX301).")
        if rule.requires:
            lines.append(f"Only with one of: {', '.join(rule.requires)}.")
        if rule.unless:
            lines.append(f"Never with one of: {', '.join(rule.unless)}.")
        if rule.open_end:
            lines.append("Never a line that ends with a full stop.")
        for language in dict.fromkeys([*(p.language for p in rule.phrases), *(p.language for p in rule.patterns)]):
            phrases = [p.text + ("*" if p.preview else "") for p in rule.phrases if p.language == language]
            phrases += [f"/{p.source}/" for p in rule.patterns if p.language == language]
            lines.append(f"  {language}: {' · '.join(phrases)}")
        if any(p.preview for p in rule.phrases):
            lines.append("  (* unconfirmed: only with --preview)")
        for title, kind in (("Removed", "bad"), ("Kept", "good")):
            lines += ["", f"{title}:"]
            lines += [f"  {language}: {text}" for language, e in rule.examples.items() for text in getattr(e, kind)]
    return "\n".join(lines)
