"""Near-repeats among many distinct lines: dedup's search beside a loop with a MinHash library, and how many it finds.

usage: python tests/benchmarks/bench_near.py [--lines 1000000] [--share 100] [--ways datasketch,datasketch-batch,rensa]

The lines are those of the generated articles (`words.py`): headings, sentences, paragraphs in six languages, all distinct,
one in twenty an earlier one with a slip of the keyboard. Among them, evenly spread, stands a planted sample: 2,000 lines, each with
a copy that has as many slips as its words allow (one in eight), so that many pairs are just above the threshold, where LSH
loses most. The truth is brute force over all pairs of the sample: exact Jaccard similarity of the character 5-grams.

The loops (`peers/minhash_loop.py`) see the sample and every SHAREth other line; their seconds are extrapolated, though their
indexes would grow. What they find are candidates, ours are verified pairs whose facts agree.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from dedup.normalize import normalize
from tests.benchmarks.measure import machine
from tests.benchmarks.peers.minhash_loop import WAYS, shingles
from tests.benchmarks.words import SHARES, language, slip

THRESHOLD = 0.8
PLANTED = 2_000


def near_pairs(lines: list[str]) -> set[tuple[int, int]]:
    """Return dedup's pairs of lines, by their places, the lower first. The one place that knows its modules."""
    from dedup.config import Config
    from dedup.engines.local import LocalEngine
    from dedup.repeats.near import NearIndex

    with LocalEngine(Config()) as engine:
        found = NearIndex(THRESHOLD, engine.candidates).pairs([normalize(line) for line in lines])
    return set(zip(found.left.tolist(), found.right.tolist(), strict=True))


def agree(one: str, other: str) -> bool:
    """Tell whether dedup's guard finds the same facts in two lines."""
    from dedup.repeats.facts import facts_of, same_facts

    return same_facts(facts_of(normalize(one)), facts_of(normalize(other)))


def generate(count: int) -> tuple[list[str], list[int]]:
    """Return distinct lines, distinct for dedup too, and the places of the planted sample."""
    chance = random.Random(5)
    rand = chance.random
    voices = [language(code) for code, share in SHARES.items() for _ in range(share)]

    def fresh() -> str:
        voice = voices[int(rand() * len(voices))]
        kind = rand()
        return voice.heading(rand) if kind < 0.2 else voice.sentence(rand) if kind < 0.5 else voice.paragraph(rand)

    planted: dict[str, None] = {}
    sample = min(PLANTED, count // 4)
    while len(planted) < 2 * sample:
        line = copy = fresh()
        for _ in range(max(1, len(line.split()) // 8)):
            copy = slip(copy, rand)
        planted |= dict.fromkeys((line, copy))
    rest = list(planted)
    chance.shuffle(rest)

    seen = set(map(normalize, rest))
    lines: list[str] = []
    places: list[int] = []
    every = count / len(rest)
    while len(lines) < count:
        if len(lines) >= every * len(places) and rest:
            places.append(len(lines))
            lines.append(rest.pop())
            continue
        line = slip(lines[int(rand() * len(lines))], rand) if rand() < 0.05 else fresh()
        key = normalize(line)
        if key not in seen:
            seen.add(key)
            lines.append(line)
    return lines, places


def brute_force(lines: list[str]) -> dict[tuple[int, int], float]:
    """Return all pairs at or above the threshold, with their exact similarity."""
    from scipy.sparse import csr_matrix

    numbers: dict[str, int] = {}
    sets = [[numbers.setdefault(gram, len(numbers)) for gram in sorted(shingles(normalize(line)))] for line in lines]
    sizes = np.array([len(grams) for grams in sets])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    incidence = csr_matrix((np.ones(starts[-1], np.int32), np.concatenate(sets), starts))
    common = (incidence @ incidence.T).tocoo()
    similarity = common.data / (sizes[common.row] + sizes[common.col] - common.data)
    good = (similarity >= THRESHOLD) & (common.row < common.col)
    pairs = zip(common.row[good].tolist(), common.col[good].tolist(), strict=True)
    return dict(zip(pairs, similarity[good].tolist(), strict=True))


def recall(found: set[tuple[int, int]], truth: dict[tuple[int, int], float]) -> str:
    """Return how many of the true pairs were found, in steps of similarity and in all."""
    steps = np.array([0.8, 0.825, 0.85, 0.9, 1.01])
    parts = []
    for low, high in itertools.pairwise(steps):
        there = [pair in found for pair, similarity in truth.items() if low <= similarity < high]
        parts.append(f"{np.mean(there):>12.4f}" if there else f"{'–':>12}")
    return "".join(parts) + f"{np.mean([pair in found for pair in truth]):>12.4f}"


def row(name: str, seconds: float, count: int, unit: float, found: str) -> str:
    """Return a row of the table."""
    return f"{name:<18}{seconds:>10.1f}{count / seconds:>12,.0f}{seconds / unit:>9.2f}{found}"


def main(argv: list[str] | None = None) -> int:
    """Make the lines, search them, print the table; 1 if a pair is wrong or recall is below 0.99."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--share", type=int, default=100, metavar="N", help="the loops get every Nth line")
    parser.add_argument("--ways", default="datasketch,datasketch-batch,rensa")
    asked = parser.parse_args(argv)
    lines, places = generate(asked.lines)
    truth = brute_force([lines[place] for place in places])
    same = {pair: value for pair, value in truth.items() if agree(*(lines[places[k]] for k in pair))}
    print(machine("dedup-articles", "datasketch", "rensa", "numpy", "numba"))
    print(
        f"{len(lines):,} distinct lines, {sum(map(len, lines)) / 1e6:.0f} M characters; in the sample of {len(places):,} "
        f"brute force finds {len(truth):,} pairs, of {len(same):,} the facts agree\n"
    )
    print(f"{'':<18}{'seconds':>10}{'lines/s':>12}{'x dedup':>9}{'recall':>12}")
    print(f"{'':<49}{'0.80–0.825':>12}{'0.825–0.85':>12}{'0.85–0.90':>12}{'0.90–1':>12}{'all':>12}")

    near_pairs(lines[:20_000])  # what is compiled once is compiled now
    start, before = time.perf_counter(), os.times()
    pairs = near_pairs(lines)
    unit = time.perf_counter() - start
    cpu = sum(os.times()[:4]) - sum(before[:4])
    number = {place: k for k, place in enumerate(places)}
    ours = {(number[i], number[j]) for i, j in pairs if i in number and j in number}
    print(row("dedup", unit, len(lines), unit, recall(ours, same)))

    some = sorted({*places, *range(0, len(lines), asked.share)})
    number = {place: k for k, place in enumerate(places)}
    for way in filter(None, asked.ways.split(",")):
        start = time.perf_counter()
        proposed = list(WAYS[way]([lines[place] for place in some]))
        seconds = (time.perf_counter() - start) * len(lines) / len(some)
        theirs = {
            (number[some[other]], number[some[k]])
            for k, others in enumerate(proposed)
            for other in others
            if some[k] in number and some[other] in number
        }
        print(row(f"{way}*", seconds, len(lines), unit, recall(theirs, truth)))
    wrong = len(ours - same.keys())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(
        f"\ndedup: {len(pairs):,} pairs, {cpu:.1f} CPU seconds; in the sample {wrong} pairs that brute force or guard lack"
    )
    print(f"* {len(some):,} lines timed, extrapolated to all; candidates, not verified")
    print(f"peak memory of this process, lines and library loops included: {peak:,.0f} MB")
    share = np.mean([pair in ours for pair in same]) if same else 1
    return 0 if not wrong and share >= 0.99 else 1


if __name__ == "__main__":
    raise SystemExit(main())
