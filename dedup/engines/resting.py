"""Things at rest, as bytes: *grounds*, arrays that stay where they lie, and a *state*, which is little.

The state names arrays by their digests; so of arrays that are as they were, nothing has to be said again, whoever made them
anew. Those that came about since it was put to rest before are a new ground, or part of the state while they are few.
"""

from __future__ import annotations

import io
import pickle
import zlib
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from dedup.tables import Column

#: Arrays of so many bytes are worth a digest.
LEAST = 1_000
#: New arrays are part of the state up to this share of the bytes of the grounds.
FEW = 0.02

#: Arrays by their digests.
Arrays = Mapping[bytes, Column]


def put_to_rest(what: Any, names: Mapping[int, str], held: Arrays) -> tuple[bytes, bytes | None]:
    """Return a state, and a ground of the arrays that are not held yet; None if they are few.

    Args:
        what: anything that can be pickled.
        names: names of objects that need not be kept, by their `id`.
        held: the arrays of all grounds so far.
    """
    body = io.BytesIO()
    pickler = _Pickler(body, names, held)
    pickler.dump(what)
    if _size(pickler.new) <= FEW * _size(held):
        return _packed((body.getvalue(), pickler.new)), None
    return _packed((body.getvalue(), {})), _packed(pickler.new)


def wake(state: bytes, grounds: Sequence[bytes], names: Mapping[str, Any]) -> tuple[Any, Arrays]:
    """Return what was put to rest, and the arrays of its grounds.

    Args:
        state: its state.
        grounds: all grounds so far.
        names: what to take for the objects that were not kept.
    """
    held = _held(grounds)
    body, more = _unpacked(state)
    return _Unpickler(io.BytesIO(body), names, {**held, **more}).load(), held


def joined(grounds: Sequence[bytes]) -> bytes:
    """Return several grounds as one."""
    return _packed(_held(grounds))


def _held(grounds: Sequence[bytes]) -> Arrays:
    return {digest: array for ground in grounds for digest, array in _unpacked(ground).items()}


def _size(arrays: Arrays) -> int:
    return sum(array.nbytes for array in arrays.values())


def _packed(what: Any) -> bytes:
    return zlib.compress(pickle.dumps(what, protocol=5), 1)


def _unpacked(data: bytes) -> Any:
    return pickle.loads(zlib.decompress(data))


class _Pickler(pickle.Pickler):
    """Names what every step has anyhow, and large arrays by their digests; those that are not held are in `new`."""

    def __init__(self, file: io.BytesIO, names: Mapping[int, str], held: Arrays) -> None:
        super().__init__(file, protocol=5)
        self._names = names
        self._held = held
        self.new: dict[bytes, Column] = {}

    def persistent_id(self, obj: Any) -> str | bytes | None:
        if not isinstance(obj, np.ndarray) or obj.nbytes < LEAST or obj.dtype.hasobject:
            return self._names.get(id(obj))
        said = blake2b(f"{obj.dtype.str} {obj.shape} ".encode(), digest_size=16)
        said.update(np.ascontiguousarray(obj).data)
        digest = said.digest()
        if digest not in self._held:
            self.new[digest] = obj
        return digest


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, names: Mapping[str, Any], arrays: Arrays) -> None:
        super().__init__(file)
        self._names = names
        self._arrays = arrays

    def persistent_load(self, pid: str | bytes) -> Any:
        # A copy: two that are equal are not one, and what is held stays as it is.
        return self._names[pid] if isinstance(pid, str) else self._arrays[pid].copy()
