"""Corpora that make a careless search quadratic; ordinary text of the same size is what they are compared with.

usage: python -m tests.benchmarks.adversarial KIND FOLDER [COUNT]

KIND is one of

template    200,000 short documents that share a line with a changing number, as of weather, traffic or share prices: every two
            of these lines are alike, no two say the same
long        one document of a million lines, a tenth of which stand in it before
copies      100,000 copies of one article
ordinary    articles of COUNT bytes
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import articles
from tests.benchmarks.words import language

#: Files of a folder, at most.
FILES = 10_000


def template(folder: Path, count: int = 200_000, seed: int = 5) -> tuple[int, int]:
    """Write short documents: a headline, the template line with its number, a sentence. Return documents and bytes."""
    rand = random.Random(seed).random
    voice = language("en")

    def texts() -> Iterable[str]:
        for number in range(count):
            line = f"Notice {number + 1}: the sailing to Torsay at {number % 24}.{number % 60:02} is cancelled until Friday."
            yield f"{voice.heading(rand)}\n\n{line}\n\n{voice.sentence(rand)}\n"

    return _write(folder, texts())


def long(folder: Path, count: int = 1_000_000, seed: int = 5) -> tuple[int, int]:
    """Write one document of so many lines."""
    rand = random.Random(seed).random
    voice = language("en")
    lines: list[str] = []
    for number in range(count):
        lines.append(lines[int(rand() * number)] if number and rand() < 0.1 else voice.sentence(rand))
    return _write(folder, ["\n".join(lines) + "\n"])


def copies(folder: Path, count: int = 100_000, seed: int = 5) -> tuple[int, int]:
    """Write one article so many times."""
    _, text = articles.Articles(1, seed).document(0)
    return _write(folder, (text for _ in range(count)))


def ordinary(folder: Path, count: int = 64_000_000, seed: int = 5) -> tuple[int, int]:
    """Write articles of so many bytes."""
    return articles.make(folder, count, seed)


#: The corpora by name. Each takes a folder and how many there shall be, and returns documents and bytes.
KINDS: dict[str, Callable[..., tuple[int, int]]] = {
    "template": template,
    "long": long,
    "copies": copies,
    "ordinary": ordinary,
}


def _write(folder: Path, texts: Iterable[str]) -> tuple[int, int]:
    total = number = 0
    for number, text in enumerate(texts, 1):
        if number % FILES == 1:
            parent = folder / f"source-{number // FILES:02}"
            parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        (parent / f"{number:06}.txt").write_bytes(data)
        total += len(data)
    return number, total


def main(arguments: list[str]) -> int:
    """Write a corpus."""
    if len(arguments) not in (2, 3) or arguments[0] not in KINDS:
        print(__doc__)
        return 2
    count, size = KINDS[arguments[0]](Path(arguments[1]), *(int(float(number)) for number in arguments[2:]))
    print(f"{count:,} documents, {size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
