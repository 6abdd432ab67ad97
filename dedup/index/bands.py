"""Near-repeats of the corpus: the band hashes of its texts, in sorted arrays on disk.

A batch of texts makes two files: `bands-<n>.npy` (uint32[2, bands, texts]: the upper half of each band hash, sorted
within the band, and whose it is) and `texts-<n>.npy` (int64[texts]: the keys). They are read by binary search through
a memory map, so that looking up a few hundred texts touches a few hundred pages of the file. An upper half that agrees
by chance costs one comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dedup.repeats.minhash import band_hashes, bands_for, signatures

#: Of a hash that thousands of texts share, so many are looked at: template lines.
BUCKET = 64

Keys = npt.NDArray[np.int64]


def write(home: Path, name: str, texts: Sequence[str], keys: Keys, threshold: float) -> list[str]:
    """Write the band hashes of normalised texts; return the names and sizes of the files, for `sound`."""
    hashes = (band_hashes(signatures(texts), *bands_for(threshold)) >> np.uint64(32)).astype(np.uint32)
    order = np.argsort(hashes, axis=1, kind="stable").astype(np.uint32)
    table = np.stack([np.take_along_axis(hashes, order.astype(np.int64), axis=1), order])
    written = []
    for kind, array in (("bands", table), ("texts", np.asarray(keys, dtype=np.int64))):
        path = home / f"{kind}-{name}.npy"
        with path.open("wb") as file:
            np.save(file, array, allow_pickle=False)
        written.append(f"{path.name}:{path.stat().st_size}")
    return written


def sound(home: Path, written: Sequence[str]) -> bool:
    """Tell whether the files are there as they were written."""
    for entry in written:
        name, _, size = entry.rpartition(":")
        path = home / name
        if not path.is_file() or path.stat().st_size != int(size):
            return False
    return True


def near(home: Path, written: Sequence[str], texts: Sequence[str], threshold: float) -> set[int]:
    """Return the keys of the texts that share a band with one of these: candidates, to be verified."""
    if not texts:
        return set()
    hashes = (band_hashes(signatures(texts), *bands_for(threshold)) >> np.uint64(32)).astype(np.uint32)
    found: set[int] = set()
    for entry in written:
        name = entry.rpartition(":")[0]
        if not name.startswith("bands"):
            continue
        table = np.load(home / name, mmap_mode="r", allow_pickle=False)
        keys = np.load(home / name.replace("bands", "texts"), mmap_mode="r", allow_pickle=False)
        for band, wanted in enumerate(hashes):
            left = np.searchsorted(table[0, band], wanted, "left")
            right = np.searchsorted(table[0, band], wanted, "right")
            for start, stop in zip(left.tolist(), right.tolist(), strict=True):
                if start < stop:
                    found.update(keys[table[1, band, start : min(stop, start + BUCKET)]].tolist())
    return found
