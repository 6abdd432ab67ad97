"""The FNV-1a hash (Fowler, Noll & Vo) of code points, 64 bits: what the compiled loops compute, for building their tables."""

from __future__ import annotations

BASIS, PRIME = 14695981039346656037, 1099511628211


def hash_of(text: str) -> int:
    """Return the hash of a text's code points."""
    h = BASIS
    for character in text:
        h = ((h ^ ord(character)) * PRIME) & 0xFFFFFFFFFFFFFFFF
    return h
