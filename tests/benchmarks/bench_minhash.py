"""Lines per second of three ways to MinHash signatures, on the same generated lines in one run.

python tests/benchmarks/bench_minhash.py [LINES]

Ours gives the same bits as datasketch's own loop (checked here on the lines that both see); rensa permutes
otherwise, so only its speed is compared. datasketch and rensa are fed the shingles that our own functions make;
making them is part of every way's work. The slow ways see a part of the lines.
"""

import random
import sys
import time

import numpy as np
from datasketch import MinHash
from rensa import RMinHash

from dedup.repeats.minhash import NUM_PERM, shingle_hash, shingles, signatures

WORDS = (
    "council ferry harbour bridge winter morning festival teacher railway garden опять паром гавань зима утро "
    "Brücke Fähre Winter Morgen été pont hiver matin lluvia puente invierno mañana zima most rano szkoła"
).split()
LEAST = 20
SHARE = {"datasketch": 20, "rensa": 20}


def generate(count):
    """Return this many normalised lines of 8 to 24 words."""
    chance = random.Random(5)
    return [f"{' '.join(chance.choices(WORDS, k=chance.randint(8, 24)))} {k}".casefold() for k in range(count)]


def with_kernel(lines):
    return signatures(lines, bulk=True)


def with_datasketch(lines):
    found = []
    for line in lines:
        sketch = MinHash(num_perm=NUM_PERM, scheme="affine32", hashfunc=shingle_hash)
        for shingle in shingles(line):
            sketch.update(shingle.encode())
        found.append(sketch.hashvalues)
    return np.array(found)


def with_rensa(lines):
    found = []
    for line in lines:
        sketch = RMinHash(num_perm=NUM_PERM, seed=1)
        sketch.update(list(shingles(line)))
        found.append(sketch.digest())
    return found


def speed(way, lines):
    """Return lines per second and what was found."""
    start = time.perf_counter()
    found = way(lines)
    return len(lines) / (time.perf_counter() - start), found


def main(argv):
    """Print the speeds and ratios; 1 if the kernel is not 20 times as fast as datasketch."""
    count = int(argv[0]) if argv else 200_000
    lines = generate(count)
    few = {name: lines[: max(100, count // part)] for name, part in SHARE.items()}
    with_kernel(lines[:100])  # compile it, or load it
    ours, bits = speed(with_kernel, lines)
    theirs, same = speed(with_datasketch, few["datasketch"])
    rensa, _ = speed(with_rensa, few["rensa"])
    if not np.array_equal(bits[: len(same)], same):
        print("the kernel's signatures differ from datasketch's", file=sys.stderr)
        return 1
    print(f"{count:,} lines, {NUM_PERM} permutations, character 5-grams")
    for name, rate in (("dedup (numba kernel)", ours), ("datasketch, its own loop", theirs), ("rensa", rensa)):
        print(f"{name:<26}{rate:>12,.0f} lines/s   kernel is {ours / rate:6.1f} x")
    return 0 if ours >= LEAST * theirs else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
