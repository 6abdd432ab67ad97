"""The benchmark corpus: a folder of invented news articles of any size, the same for the same seed.

usage: python -m tests.benchmarks.articles FOLDER MEGABYTES [SEED]

Measured at 64 MB with the default seed (`python -m tests.benchmarks.shares FOLDER`):

    documents                              16,887, of 3.8 kB, in 43 sources of six languages
    lines                                 311,147, not counting the blank one between any two
    sentences                             618,732, of them 483,000 distinct
    lines that stand in two documents      24.9 %: lines of the page and of agencies, and those of the copies
    lines twice in their document           3.1 %: captions, and leads again as teasers
    documents that are copies of one        9.0 %, 5.4 % byte for byte; others have another source's page around them,
                                                  some a changed line

Some repeats, in lines of agencies, captions and copies, have a slip of the keyboard; some agency lines go on in other
words. Most pages have a line or two that is no part of the article. All follows from the seed and the number of the
document, so processes share the work: 200 MB take seven seconds on two shared cores.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import sys
import time
from functools import cache, lru_cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.debris import Source, source, surround
from tests.benchmarks.words import SHARES, Rand, language, slip

#: Bytes of a document, on average.
MEAN = 3_790
#: From so many documents on, a source's folder has folders of a thousand documents in it.
DEEP_FROM = 100_000
#: Every so many documents one is printed by several sources.
LEADERS = 45
#: Agency paragraphs are those of so many documents, as of a day.
WINDOW = 400
#: How long articles are: lines of the body, times the mean.
LENGTHS = (0.35, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.6, 1.9, 2.4)
LINES = 9.9


class Articles:
    """The documents of a corpus by number: each depends on the seed, the number and how many there are, nothing else.

    Args:
        count: how many there are.
        seed: the chance.
    """

    def __init__(self, count: int, seed: int = 5) -> None:
        self.count = count
        self.seed = seed
        self.sources = 40 + count // 5_000
        self._agency = lru_cache(maxsize=20_000)(self._agency_paragraph)
        codes = list(itertools.chain.from_iterable([code] * share for code, share in SHARES.items()))
        order = random.Random(1)
        order.shuffle(codes)
        #: the language of each source; some sources print many more articles than others
        self._codes = [codes[number % len(codes)] for number in range(self.sources)]
        self._chosen = [n for n in range(self.sources) for _ in range(1 + 12 // (1 + n % 20))]
        order.shuffle(self._chosen)
        self._chosen.insert(0, 0)
        self._by_code = {code: [n for n in self._chosen if self._codes[n] == code] for code in SHARES}
        self._leader = cache(self._article) if count < 10_000 else lru_cache(maxsize=200)(self._article)

    def path(self, number: int, publisher: int) -> str:
        """Return the relative path of a document."""
        if self.count < DEEP_FROM:
            return f"source-{publisher:02}/{number:06}.txt"
        return f"source-{publisher:03}/{number // 50_000:04}/{number:08}.txt"

    def document(self, number: int) -> tuple[str, str]:
        """Return the relative path and the text of a document."""
        rand = self._chance(number, 1).random
        if number % LEADERS and rand() < 0.096:
            publisher, lines = self._copy(number, rand)
        else:
            publisher, _, lines = self._article(number)
        return self.path(number, publisher), "\n\n".join(lines) + "\n"

    def _copy(self, number: int, rand: Rand) -> tuple[int, list[str]]:
        """Return what another source, or the same one again, makes of an article that was printed before."""
        last = number // LEADERS
        back = int(rand() * (min(last, 20) if rand() < 0.8 else last))
        publisher, body, lines = self._leader((last - back) * LEADERS)
        if rand() < 0.4:
            return publisher, lines
        own = self._by_code[self._codes[publisher]]
        publisher = own[int(rand() * len(own))]
        if rand() < 0.3:
            return publisher, lines
        body = list(body)
        if rand() < 0.6:
            place = 1 + int(rand() * (len(body) - 1))
            voice = language(self._codes[publisher])
            body[place] = slip(body[place], rand) if rand() < 0.5 else voice.paragraph(rand)
        return publisher, surround(body, self._source(publisher), rand)

    def _article(self, number: int) -> tuple[int, list[str], list[str]]:
        """Return the source of a document that is no copy, its body, and its body with the page around it."""
        rand = self._chance(number, 0).random
        publisher = self._chosen[int(rand() * len(self._chosen))] if number else 0
        code = self._codes[publisher]
        body = self._body(code, number, rand)
        return publisher, body, surround(body, self._source(publisher), rand)

    def _body(self, code: str, number: int, rand: Rand) -> list[str]:
        """Return headline, lead, captions, paragraphs and subheadings, some of them twice."""
        voice = language(code)
        paragraph = voice.paragraph
        lead = paragraph(rand)
        lines = [voice.heading(rand), lead]
        count = max(2, round(LENGTHS[int(rand() * 20)] * LINES))
        lines += [paragraph(rand) for _ in range(count)]
        if rand() < 0.38:
            story = int(rand() * 1_000_000)
            window = number // WINDOW if rand() < 0.85 else int(rand() * (number // WINDOW + 1))
            for step in range(3):
                text = self._agency(code, window, (story + step) % (3 + SHARES[code]))
                place = min(len(lines), 3 + step + int(rand() * 3))
                kind = rand()
                if kind < 0.16:
                    text = slip(text, rand)
                elif kind < 0.3:  # told on in words of one's own: its sentences are repeated, not its line
                    text += " " + voice.sentence(rand)
                lines.insert(place, text)
        for _ in range(int(rand() * 2.4)):
            lines.insert(3 + int(rand() * (len(lines) - 2)), voice.heading(rand))
        if rand() < 0.75:
            caption = voice.heading(rand) if rand() < 0.6 else voice.sentence(rand)
            lines.insert(2, caption)
            if rand() < 0.5:
                lines.insert(3 + int(rand() * 2), caption if rand() < 0.85 else slip(caption, rand))
        kind = rand()
        if kind < 0.2:
            lines.insert(1 if kind < 0.1 else 3 + int(rand() * (len(lines) - 2)), lead)
        elif kind < 0.28:
            words = lead.split(" ")
            lines.insert(3 + int(rand() * (len(lines) - 2)), " ".join(words[: max(20, len(words) * 2 // 3)]))
        return lines

    def _agency_paragraph(self, code: str, window: int, place: int) -> str:
        return language(code).paragraph(self._chance(window * 1_000 + place, 2 + list(SHARES).index(code)).random)

    def _source(self, number: int) -> Source:
        return source(number, self._codes[number])

    def _chance(self, number: int, kind: int) -> random.Random:
        return random.Random((self.seed << 44) + (number << 4) + kind)


_articles: Articles | None = None


def _write(job: tuple[str, range]) -> int:
    """Write these documents and return how many bytes they have."""
    folder, numbers = job
    assert _articles is not None
    total = 0
    made = set()
    for number in numbers:
        name, text = _articles.document(number)
        data = text.encode()
        path = f"{folder}/{name}"
        parent = path[: path.rindex("/")]
        if parent not in made:
            os.makedirs(parent, exist_ok=True)
            made.add(parent)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.write(file, data)
        os.close(file)
        total += len(data)
    return total


def make(folder: Path, size: int, seed: int = 5) -> tuple[int, int]:
    """Write about `size` bytes of articles below a folder; return how many documents and bytes there are."""
    global _articles
    count = max(1, round(size / MEAN))
    _articles = Articles(count, seed)
    for code in SHARES:
        language(code)  # before the processes part
    jobs = [(str(folder), range(start, min(start + 1_000, count))) for start in range(0, count, 1_000)]
    cores = min(len(os.sched_getaffinity(0)), len(jobs) // 4)
    if cores < 2:
        return count, sum(map(_write, jobs))
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        return count, sum(pool.imap_unordered(_write, jobs))


def main(arguments: list[str]) -> int:
    """Write a corpus."""
    if len(arguments) not in (2, 3):
        print(__doc__)
        return 2
    start = time.perf_counter()
    count, size = make(Path(arguments[0]), int(float(arguments[1]) * 1e6), *map(int, arguments[2:]))
    print(f"{count:,} documents, {size / 1e6:.1f} MB in {time.perf_counter() - start:.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
