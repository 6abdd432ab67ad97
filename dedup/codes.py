"""The registry of codes: the detectors' own, and one for each rule of the packs."""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    """A kind of finding: its code and name (both accepted wherever one is), and what it is."""

    code: str
    name: str
    summary: str
    why: str
    preview: bool = False


#: What the repeat detectors find. Every removal of these kinds but DU301 names a twin that is kept.
DETECTORS = (
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


def all_codes() -> tuple[Code, ...]:
    """Return every code there is, in order."""
    from dedup.rules.pack import core_rules

    rules = (Code(rule.code, rule.name, rule.summary, rule.why, rule.preview) for rule in core_rules())
    return tuple(sorted((*DETECTORS, *rules)))


def find(label: str) -> Code | None:
    """Return the code of this code or name, in any case."""
    return next((c for c in all_codes() if label.casefold() in (c.code.casefold(), c.name)), None)


def listing() -> str:
    """Return all codes as a table of text, preview ones marked."""
    return "\n".join(f"{c.code}  {c.name:<24} {c.summary}{' (preview)' if c.preview else ''}" for c in all_codes())


def describe(label: str) -> str:
    """Return what there is to know of one code: summary, reason, phrases by language, examples.

    Raises:
        ConfigError: there is no such code.
    """
    from dedup.config import unknown_selector
    from dedup.rules.pack import core_rules

    code = find(label)
    if code is None:
        raise unknown_selector(label)
    lines = [f"{code.code} {code.name}{' (preview)' if code.preview else ''}", "", code.summary + ".", code.why]
    rule = next((r for r in core_rules() if r.code == code.code), None)
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
