"""Finding rule phrases in lines and sentences, fast: literals first, patterns last.

Whole-line phrases are one dictionary. Line starts are looked up by their first word. Everything else hangs on one
Aho–Corasick automaton over all keywords (Aho & Corasick 1975), so that a text without any keyword costs one pass;
only what a keyword names is then verified, with `regex` under a time limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import regex
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from dedup.normalize import EDGE, View, view
from dedup.rules.pack import rules_with
from dedup.rules.rule import Pattern, Phrase, Rule, Where

#: Seconds that one pattern may take on one text; a pattern that needs more has not matched.
TIMEOUT = 0.1
#: Longer texts are no page debris; the matcher does not look at them (longest `max_words` in the packs: 120).
MAX_CHARS = 2_000
_QUOTES = ('"', "'")
_END = ".)]!?\"' "
#: What may stand before the beginning of a line that a rule names.
LEAD = EDGE.replace("'", "").replace('"', "")

#: How many lines of its document stand before and after a line.
Place = tuple[int, int]
EDGE_OF_PAGE: Place = (0, 0)


class Hit(NamedTuple):
    """A rule that names a text as debris: the rule's place in the matcher's list, and the phrase found."""

    rule: int
    phrase: str


class _Entry(NamedTuple):
    """A phrase or a pattern of a rule. Entries are numbered in the order of their rules."""

    rule: int
    max_words: int
    phrase: Phrase | None
    pattern: Pattern | None


class Matcher:
    """All selected rules, ready to be asked about one text at a time.

    Args:
        rules: the rules to look for, in order of precedence.
        preview: whether unconfirmed phrases of stable rules count too.
    """

    def __init__(self, rules: Sequence[Rule], preview: bool = False) -> None:
        self.rules = tuple(rules)
        #: Whether any rule asks where a line stands.
        self.minds_place = any(rule.where != "any" for rule in self.rules)
        self._entries: list[_Entry] = []
        self._whole: dict[str, list[Hit]] = {}
        starts: dict[str, list[int]] = {}
        by_keyword: dict[str, tuple[list[int], list[int]]] = {}  # entries of rules of lines, and of sentences
        self._compiled: dict[tuple[str, bool], regex.Pattern[str]] = {}
        for number, rule in enumerate(self.rules):
            for phrase in rule.phrases:
                if phrase.preview > (preview or rule.preview):
                    continue
                if rule.match == "line":
                    self._whole.setdefault(phrase.folded, []).append(Hit(number, phrase.text))
                    continue
                entry = self._add(_Entry(number, rule.max_words, phrase, None))
                if rule.match == "start":
                    starts.setdefault(_first_word(phrase.folded), []).append(entry)
                else:
                    by_keyword.setdefault(phrase.folded, ([], []))[rule.match == "sentence"].append(entry)
            for pattern in rule.patterns:
                if pattern.preview <= (preview or rule.preview):
                    entry = self._add(_Entry(number, rule.max_words, None, pattern))
                    for keyword in pattern.keywords:
                        by_keyword.setdefault(keyword, ([], []))[rule.match == "sentence"].append(entry)
        # With each first word the beginnings to look for, so that most lines are done with one comparison.
        self._starts = {word: (tuple(map(self._beginning, entries)), entries) for word, entries in starts.items()}
        self._of_lines = [entries for entries, _ in by_keyword.values()]
        self._of_sentences = [entries for _, entries in by_keyword.values()]
        self._automaton = (
            AhoCorasick(list(by_keyword), matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA)
            if by_keyword
            else None
        )

    def _add(self, entry: _Entry) -> int:
        self._entries.append(entry)
        return len(self._entries) - 1

    def _beginning(self, entry: int) -> str:
        phrase = self._entries[entry].phrase
        assert phrase is not None
        return phrase.folded.removesuffix(":")

    def match_line(self, line: View, place: Place = EDGE_OF_PAGE, keywords: set[int] | None = None) -> Hit | None:
        """Return the first rule that removes this whole line, or None.

        Args:
            line: the line in its compared forms.
            place: how many lines of the document stand before and after it.
            keywords: `self.keywords(line)`, if it is known.
        """
        whole = [
            hit for hit in self._whole.get(line.normalized, ()) if self._allowed(self.rules[hit.rule], line, place)
        ]
        found = self._first(line, place, self.keywords(line) if keywords is None else keywords, sentence=False)
        return min([*whole, *([found] if found else [])], default=None)

    def match_sentence(
        self, sentence: View, place: Place = EDGE_OF_PAGE, keywords: set[int] | None = None
    ) -> Hit | None:
        """Return the first rule that removes this sentence from its line, or None."""
        found = self.keywords(sentence) if keywords is None else keywords
        return self._first(sentence, place, found, sentence=True)

    @property
    def whole_phrases(self) -> list[str]:
        """The normalised lines that rules name as a whole."""
        return list(self._whole)

    @property
    def beginnings(self) -> dict[str, tuple[str, ...]]:
        """What rules name by its beginning, by the first word."""
        return {word: beginnings for word, (beginnings, _) in self._starts.items()}

    @property
    def keyword_limits(self) -> list[tuple[int, int, int]]:
        """What each keyword may name: words of the longest line and of the longest sentence, and 1 if only whole words."""
        limits = []
        for lines, sentences in zip(self._of_lines, self._of_sentences, strict=True):
            most = [max((self._entries[entry].max_words for entry in some), default=-1) for some in (lines, sentences)]
            limits.append((most[0], most[1], int(all(self._entries[e].phrase for e in (*lines, *sentences)))))
        return limits

    def places(self, folded: str) -> list[tuple[int, int, int]]:
        """Return the keywords in a folded text of many lines: number, start and end of each."""
        if self._automaton is None:
            return []
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        return found

    def keywords(self, text: View) -> set[int]:
        """Return the numbers of the keywords in a text. A line without any has no sentence with any."""
        if self._automaton is None:
            return set()
        return {match[0] for match in self._automaton.find_matches_as_indexes(text.folded, overlapping=True)}

    def _first(self, view: View, place: Place, keywords: set[int], *, sentence: bool) -> Hit | None:
        if len(view.tidied) > MAX_CHARS:
            return None
        named = self._of_sentences if sentence else self._of_lines
        numbers = {entry for keyword in keywords for entry in named[keyword]}
        if not sentence and (starts := self._starts.get(_first_word(view.normalized))):
            beginnings, entries = starts
            if view.folded.lstrip(LEAD).startswith(beginnings):
                numbers.update(entries)
        for number in sorted(numbers):
            entry = self._entries[number]
            if view.words <= entry.max_words:
                rule = self.rules[entry.rule]
                shown = self._shown(entry, rule, view)
                if shown is not None and self._allowed(rule, view, place):
                    return Hit(entry.rule, shown)
        return None

    def _shown(self, entry: _Entry, rule: Rule, view: View) -> str | None:
        """Return the phrase that stands in the text where its rule wants it, or None."""
        if entry.pattern is not None:
            found = self._search(entry.pattern, rule, view.tidied)
            return found.group(0) if found else None
        assert entry.phrase is not None
        phrase = entry.phrase.folded
        if rule.match == "start":
            holds = _starts_with(view.folded.lstrip(LEAD), phrase)
        elif rule.match == "end":
            holds = _ends_with(view.normalized, phrase)
        else:
            holds = _contains(view.normalized, phrase)
        return entry.phrase.text if holds else None

    def _search(self, pattern: Pattern, rule: Rule, subject: str) -> regex.Match[str] | None:
        compiled = self._compiled.get((pattern.source, pattern.case))
        if compiled is None:
            flags = regex.VERSION1 | (0 if pattern.case else regex.IGNORECASE)
            compiled = self._compiled[pattern.source, pattern.case] = regex.compile(pattern.source, flags)
        try:
            if rule.match == "line":
                return compiled.fullmatch(subject, timeout=TIMEOUT)
            if rule.match == "start":
                return compiled.match(subject, timeout=TIMEOUT)
            found = compiled.search(subject, timeout=TIMEOUT)
            if rule.match == "end" and found is not None and subject[found.end() :].strip(_END):
                return None
            return found
        except TimeoutError:
            return None

    @staticmethod
    def _allowed(rule: Rule, view: View, place: Place) -> bool:
        if not _stands(rule.where, place):
            return False
        if rule.match != "line" and view.tidied.startswith(_QUOTES):
            return False
        if rule.open_end and view.tidied.endswith((".", "。")) and not view.tidied.endswith("..."):
            return False
        if rule.requires and not any(word in view.folded for word in rule.requires):
            return False
        return not any(word in view.folded for word in rule.unless)


@lru_cache(maxsize=8)
def matcher_of(codes: frozenset[str], preview: bool, packs: tuple[str, ...] = ()) -> Matcher:
    """Return the matcher of a configuration; building one takes a tenth of a second.

    It knows the rules that are not selected too, because what they name is evidence about the lines around it; but
    where several rules name a text, a selected one goes first, and a strong one before a weak one.

    Args:
        codes: the selected codes.
        preview: whether preview rules and unconfirmed phrases count.
        packs: paths of a user's packs.
    """
    rules = [rule for rule in rules_with(packs) if preview or not rule.preview or rule.code in codes]
    return Matcher(sorted(rules, key=lambda rule: (rule.code not in codes, rule.weak)), preview)


def _stands(where: Where, place: Place) -> bool:
    """Tell whether a line stands where a rule wants it.

    The tail is the last fifth of the lines, or the last five, but never more than half; the edge is the tail's last
    five and the first three lines.
    """
    if where == "any":
        return True
    before, after = place
    lines = before + after + 1
    few = min(5, (lines + 1) // 2)
    if where == "edge":
        return before < 3 or after < few
    return after < max(few, lines // 5)


def _first_word(text: str) -> str:
    return text.partition(" ")[0].partition(":")[0]


def _starts_with(folded: str, phrase: str) -> bool:
    if phrase.endswith(":"):
        head = phrase[:-1]
        return folded.startswith(phrase) or folded.startswith(head + " :")
    return folded.startswith(phrase) and _is_boundary(folded, len(phrase))


def _ends_with(normalized: str, phrase: str) -> bool:
    return normalized.endswith(phrase) and _is_boundary(normalized, len(normalized) - len(phrase) - 1)


def _contains(normalized: str, phrase: str) -> bool:
    at = normalized.find(phrase)
    while at >= 0:
        if _is_boundary(normalized, at - 1) and _is_boundary(normalized, at + len(phrase)):
            return True
        at = normalized.find(phrase, at + 1)
    return False


def _is_boundary(text: str, at: int) -> bool:
    return not (0 <= at < len(text)) or not text[at].isalnum()


def first_of(*hits: Hit | None) -> Hit | None:
    """Return the hit whose rule goes first."""
    return min((hit for hit in hits if hit), default=None)


def line_hit(matcher: Matcher, text: str) -> Hit | None:
    """Return what the matcher says of one line on its own: as a whole line, or as its only sentence."""
    line = view(text)
    return first_of(matcher.match_line(line), matcher.match_sentence(line))
