"""Near-repeats of the corpus: the band hashes of its texts, in sorted arrays on disk.

A batch of texts makes two files: `bands-<n>.npy` (uint32[2, bands, texts]: the upper half of each band hash, sorted
within the band, and whose it is) and `texts-<n>.npy` (int64[texts]: the keys). They are read by binary search through
a memory map, so that looking up a few hundred texts touches a few hundred pages of the file. An upper half that agrees
by chance costs one comparison.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.repeats.minhash import band_hashes, bands_for, signatures

#: Of a hash that thousands of texts share, so many are looked at: template lines.
BUCKET = 512
#: More batches than this are joined.
BATCHES = 16

Keys = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]


def hashes_of(texts: Sequence[str], threshold: float) -> Hashes:
    """Return the upper halves of the band hashes of normalised texts, uint32[bands, texts]."""
    return (band_hashes(signatures(texts), *bands_for(threshold)) >> np.uint64(32)).astype(np.uint32)


def write(home: Path, name: str, hashes: Hashes, keys: Keys) -> str:
    """Write a batch; return what `sound`, `near` and `join` know it by."""
    order = np.argsort(hashes, axis=1, kind="stable")
    table = np.stack([np.take_along_axis(hashes, order, axis=1), order.astype(np.uint32)])
    sums = [
        _save(home / f"{kind}-{name}.npy", array)
        for kind, array in (("bands", table), ("texts", np.asarray(keys, dtype=np.int64)))
    ]
    return f"{name}:{sums[0]}:{sums[1]}"


def sound(home: Path, batches: Sequence[str]) -> bool:
    """Tell whether the files are there as they were written."""
    try:
        return all(
            zlib.crc32((home / f"{kind}-{name}.npy").read_bytes()) == int(checksum)
            for name, *checksums in (batch.split(":") for batch in batches)
            for kind, checksum in zip(("bands", "texts"), checksums, strict=True)
        )
    except (OSError, ValueError):
        return False


def near(home: Path, batches: Sequence[str], texts: Sequence[str], threshold: float) -> set[int]:
    """Return the keys of the texts that share a band with one of these: candidates, to be verified."""
    if not texts:
        return set()
    hashes = hashes_of(texts, threshold)
    found: set[int] = set()
    for batch in batches:
        table, keys = _load(home, batch)
        for band, wanted in enumerate(hashes):
            left = np.searchsorted(table[0, band], wanted, "left")
            right = np.searchsorted(table[0, band], wanted, "right")
            for start, stop in zip(left.tolist(), right.tolist(), strict=True):
                if start < stop:
                    found.update(keys[table[1, band, start : min(stop, start + BUCKET)]].tolist())
    return found


def join(home: Path, batches: Sequence[str], name: str) -> list[str]:
    """Join the batches but the first, which is large, if they are many; return those that there are then."""
    if len(batches) <= BATCHES:
        return list(batches)
    parts = [_load(home, batch) for batch in batches[1:]]
    hashes = np.concatenate([_unsorted(table) for table, _ in parts], axis=1)
    return [batches[0], write(home, name, hashes, np.concatenate([keys for _, keys in parts]))]


def tidy(home: Path, batches: Sequence[str]) -> None:
    """Remove the files of batches that are no longer used."""
    used = {f"{kind}-{batch.split(':')[0]}.npy" for batch in batches for kind in ("bands", "texts")}
    for path in home.glob("*.npy*"):
        if path.name not in used:
            path.unlink(missing_ok=True)


def _load(home: Path, batch: str) -> tuple[Any, Any]:
    name = batch.split(":")[0]
    return tuple(np.load(home / f"{kind}-{name}.npy", mmap_mode="r", allow_pickle=False) for kind in ("bands", "texts"))


def _unsorted(table: Any) -> Hashes:
    hashes: Hashes = np.empty_like(table[0])
    np.put_along_axis(hashes, table[1].astype(np.int64), table[0], axis=1)
    return hashes


def _save(path: Path, array: npt.NDArray[Any]) -> int:
    """Write an array whole or not at all; return the checksum of the file."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        np.save(file, array, allow_pickle=False)
    os.replace(temporary, path)
    return zlib.crc32(path.read_bytes())
