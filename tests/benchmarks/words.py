"""Sentences that nobody wrote, in six languages, as fast as they can be put together.

The words are those of the article paragraphs in `corpus/`, a language at a time. A bigram chain makes them into pieces of
two to five words, once; invented words, names and numbers are mixed in, since the paragraphs have but a thousand words
each. A sentence is an opening piece, one to four middle ones and a closing one. Of each kind there are so many that at
3 GB nearly all sentences are distinct, and that two of them seldom share more than one piece: no near-repeats by chance.
"""

from __future__ import annotations

import itertools
import random
import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path

#: The `random` of a `random.Random`.
Rand = Callable[[], float]

CORPUS = Path(__file__).parents[2] / "corpus"
#: Whose paragraphs are in which language, and how many of a hundred sources are.
FOLDERS = {
    "en": ("calder-evening-news", "harbour-post"),
    "de": ("nordblatt",),
    "fr": ("le-courrier-du-lac",),
    "es": ("diario-del-valle",),
    "ru": ("vestnik-zarechya",),
    "uk": ("visti-berestova",),
}
SHARES = {"en": 38, "de": 16, "fr": 12, "es": 12, "ru": 13, "uk": 9}
#: How a quotation opens, closes and goes on.
QUOTED = {
    "en": ("“{},” said {}.", "“{},” {} said."),
    "de": ("„{}“, sagte {}.", "„{}“, so {}."),
    "fr": ("« {} », a dit {}.", "« {} », selon {}."),
    "es": ("«{}», dijo {}.", "«{}», según {}."),
    "ru": ("«{}», – говорит {}.", "«{}», – пишет {}."),
    "uk": ("«{}», – каже {}.", "«{}», – пише {}."),
}
OPENING, MIDDLE, CLOSING, NAMES = 6_000, 40_000, 12_000, 4_000
#: The end of an article's paragraph; what has none is a heading, a caption or debris.
_ENDS = re.compile(r"[.!?][\"”»“’]*$")
_EDGES = "\"'“”„«»‘’()[]–—-.,:;!?…"


class Language:
    """Makes sentences of one language. The pieces depend on the language alone, what is made of them on the chance.

    Attributes:
        code: the language, "en".
        names: invented people.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        chance = random.Random(code)
        chain, words = _chain(code)
        follow = _letters(words)
        invented = [_invent(follow, chance) for _ in range(6_000)]
        names = [_invent(follow, chance).capitalize() for _ in range(3_000)]
        self.names = [f"{chance.choice(names)} {chance.choice(names)}" for _ in range(NAMES)]

        def piece(least: int, most: int) -> str:
            word = chance.choice(words)
            found = []
            for _ in range(chance.randint(least, most)):
                found.append(word)
                if chance.random() < 0.22:
                    found.append(chance.choice(invented))
                word = chance.choice(chain.get(word) or words)
            if chance.random() < 0.06:
                found.append(chance.choice(names))
            elif chance.random() < 0.05:
                found.insert(0, str(chance.choice((chance.randint(2, 99), chance.randint(100, 2040)))))
            return " ".join(found)

        def opening() -> str:
            text = piece(2, 3)
            return text[0].upper() + text[1:]

        ends = ".............................?!"
        self._open = [opening() for _ in range(OPENING)]
        commas = ("", "", "", "", ",")
        self._middle = [f"{piece(2, 3)}{chance.choice(commas)} {piece(0, 1)}".rstrip() for _ in range(MIDDLE)]
        self._close = [piece(2, 3) + chance.choice(ends) for _ in range(CLOSING)]
        self._label = [text.rstrip(".?!") for text in self._close]

    def sentence(self, rand: Rand) -> str:
        """Return a sentence."""
        first = self._open[int(rand() * OPENING)]
        one = self._middle[int(rand() * MIDDLE)]
        kind = rand()
        if kind < 0.33:
            return f"{first} {one} {self._close[int(rand() * CLOSING)]}"
        if kind < 0.67:
            return f"{first} {one} {self._middle[int(rand() * MIDDLE)]} {self._close[int(rand() * CLOSING)]}"
        if kind < 0.85:
            two, three = self._middle[int(rand() * MIDDLE)], self._middle[int(rand() * MIDDLE)]
            return f"{first} {one} {two} {three} {self._close[int(rand() * CLOSING)]}"
        if kind < 0.92:
            rest = " ".join([self._middle[int(rand() * MIDDLE)] for _ in range(3)])
            return f"{first} {one} {rest} {self._close[int(rand() * CLOSING)]}"
        said = QUOTED[self.code][kind < 0.96]
        words = f"{first} {one} {self._label[int(rand() * CLOSING)]}"
        return said.format(words, self.names[int(rand() * NAMES)])

    def heading(self, rand: Rand) -> str:
        """Return a headline or caption: a sentence without its full stop."""
        first, last = self._open[int(rand() * OPENING)], self._label[int(rand() * CLOSING)]
        return f"{first} {self._middle[int(rand() * MIDDLE)]} {last}"

    def paragraph(self, rand: Rand) -> str:
        """Return one to four sentences."""
        return " ".join([self.sentence(rand) for _ in range(_SENTENCES[int(rand() * 10)])])


_SENTENCES = (1, 1, 2, 2, 2, 3, 3, 3, 3, 4)


@cache
def language(code: str) -> Language:
    """Return the language, made once."""
    return Language(code)


def slip(text: str, rand: Rand) -> str:
    """Return the text with one slip of the keyboard in a plain word: a letter lost, doubled or changed with the next.

    Names, numbers and short words are spared, so that it still says the same.
    """
    words = text.split(" ")
    for _ in range(20):
        place = int(rand() * len(words))
        word = words[place]
        if len(word) > 5 and word.isalpha() and word.islower():
            at = 1 + int(rand() * (len(word) - 3))
            kind = rand()
            if kind < 0.4:
                word = word[:at] + word[at + 1 :]
            elif kind < 0.7:
                word = word[:at] + word[at] + word[at:]
            else:
                word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            words[place] = word
            break
    return " ".join(words)


def _chain(code: str) -> tuple[dict[str, list[str]], list[str]]:
    """Return which words follow a word in the article paragraphs of a language, and all of its words."""
    chain: dict[str, list[str]] = defaultdict(list)
    words: list[str] = []
    for folder in FOLDERS[code]:
        for path in sorted((CORPUS / folder).glob("*.txt")):
            for line in path.read_text(encoding="utf-8-sig").split("\n"):
                if len(line.split()) < 12 or not _ENDS.search(line.strip()) or "cookies" in line:
                    continue
                found = [(word.strip(_EDGES), word[-1] in ".!?") for word in line.split()]
                for (word, ends), (following, _) in itertools.pairwise(found):
                    if word and following and not ends:
                        chain[word].append(following)
                        words.append(following)  # what begins a sentence is no word of the middle
    return chain, words


def _letters(words: list[str]) -> dict[str, list[str]]:
    """Return which letter follows two letters in these words; "" is the end of a word."""
    follow: dict[str, list[str]] = defaultdict(list)
    for word in words:
        if len(word) > 4 and word.isalpha():
            padded = f"  {word.lower()}"
            for k in range(2, len(padded)):
                follow[padded[k - 2 : k]].append(padded[k])
            follow[padded[-2:]].append("")
    return follow


def _invent(follow: dict[str, list[str]], chance: random.Random) -> str:
    """Return a word that could be one."""
    while True:
        word = "  "
        while len(word) < 14:
            letter = chance.choice(follow[word[-2:]])
            if not letter:
                break
            word += letter
        if len(word) > 6:
            return word.strip()
