"""The near-duplicate search that a script would do with a MinHash library: one line after the other, in plain Python.

usage: python peers/minhash_loop.py datasketch|datasketch-batch|rensa LINES SHARE

LINES is a text file. Of its lines every SHAREth is taken: character 5-grams of the case-folded line, 128 permutations,
an LSH index for a similarity of 0.8 as datasketch lays it out (9 bands of 13), or with 16 bands of 8 (rensa). Each line asks
the index for its like, then goes in. `datasketch` updates a sketch gram by gram, as its documentation shows first;
`datasketch-batch` hands over all grams of a line in one call. Printed are seconds and lines, as JSON.
"""

import json
import sys
import time

THRESHOLD, PERMUTATIONS, LENGTH = 0.8, 128, 5


def shingles(line):
    """Return the distinct character 5-grams of a line."""
    text = line.casefold()
    return {text[k : k + LENGTH] for k in range(max(1, len(text) - LENGTH + 1))}


def with_datasketch(lines, batch=False):
    """Yield, for each line, the numbers of earlier ones that the index proposes."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    for number, line in enumerate(lines):
        sketch = MinHash(num_perm=PERMUTATIONS)
        if batch:
            sketch.update_batch([gram.encode() for gram in shingles(line)])
        else:
            for gram in shingles(line):
                sketch.update(gram.encode())
        yield index.query(sketch)
        index.insert(number, sketch, check_duplication=False)


def with_rensa(lines):
    """Yield the same with rensa."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=16)
    for number, line in enumerate(lines):
        sketch = RMinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update(list(shingles(line)))
        yield index.query(sketch)
        index.insert(number, sketch)


WAYS = {
    "datasketch": with_datasketch,
    "datasketch-batch": lambda lines: with_datasketch(lines, batch=True),
    "rensa": with_rensa,
}


def main(way, path, share):
    """Time the loop; the libraries are loaded before the clock starts."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")[:: int(share)]
    list(WAYS[way](lines[:100]))
    start = time.perf_counter()
    found = sum(map(bool, WAYS[way](lines)))
    print(json.dumps({"seconds": time.perf_counter() - start, "lines": len(lines), "with a candidate": found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
