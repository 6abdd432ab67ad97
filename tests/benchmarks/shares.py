"""Count what the generated articles promise: lines, sentences, repeats.

usage: python -m tests.benchmarks.shares FOLDER
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from dedup.segment import sentence_spans


class Shares(NamedTuple):
    """What a folder holds. Lines are those that are not blank; shares are of lines, or of documents.

    Attributes:
        documents: files.
        size: bytes.
        lines: lines.
        sentences: sentences, as `dedup` splits them.
        distinct_sentences: different ones.
        elsewhere: share of lines whose exact text stands in another document, too.
        within: share of lines whose exact text stands above in the same document.
        copies: share of documents of which four fifths, by letters, stand in one earlier document.
        exact: share of documents that equal an earlier one.
        largest: files in the largest folder.
    """

    documents: int
    size: int
    lines: int
    sentences: int
    distinct_sentences: int
    elsewhere: float
    within: float
    copies: float
    exact: float
    largest: int


def count(folder: Path) -> Shares:
    """Read a folder of articles and count; it is held in memory."""
    names = sorted(Path(at, name) for at, _, files in os.walk(folder) for name in files)
    names.sort(key=lambda path: path.name)  # the order in which they were made
    folders: Counter[Path] = Counter(path.parent for path in names)
    documents: list[list[str]] = []
    size = sentences = within = exact = copies = 0
    number: Counter[str] = Counter()
    first: dict[str, list[int]] = {}
    seen: set[int] = set()
    distinct: set[int] = set()
    for place, path in enumerate(names):
        data = path.read_bytes()
        size += len(data)
        exact += hash(data) in seen
        seen.add(hash(data))
        lines = [line for line in data.decode().split("\n") if line]
        documents.append(lines)
        for line in lines:
            for start, end in sentence_spans(line):
                sentences += 1
                distinct.add(hash(line[start:end]))
        mine = set(lines)
        within += len(lines) - len(mine)
        number.update(mine)
        shared: Counter[int] = Counter()
        for line in mine:
            for other in first.get(line, ()):
                shared[other] += len(line)
        copies += bool(shared) and shared.most_common(1)[0][1] >= 0.8 * sum(map(len, mine))
        for line in mine:
            places = first.setdefault(line, [])
            if len(places) < 12:
                places.append(place)
    total = sum(map(len, documents))
    elsewhere = sum(number[line] > 1 for lines in documents for line in lines)
    return Shares(
        len(documents),
        size,
        total,
        sentences,
        len(distinct),
        elsewhere / total,
        within / total,
        copies / len(documents),
        exact / len(documents),
        max(folders.values()),
    )


if __name__ == "__main__":
    for name, value in count(Path(sys.argv[1]))._asdict().items():
        print(f"{name:20} {value:,.3f}" if isinstance(value, float) else f"{name:20} {value:,}")
