"""Which copy stays: the lexicographically first maximal independent set over verified pairs.

Texts are taken in the order of their first place in the corpus. A text stays unless an earlier text that stays is
its twin. So every removed text has a kept twin of its own, verified against it and not against a chain of others
(a chain A ~ B ~ C keeps A and C when A and C differ), and the result depends on the order of reading alone, not on
the order of files on disk, of workers, or of pairs (Blelloch, Fineman & Shun 2012 show that the rounds of a
parallel run end in the same set).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

#: Integers of any width.
Ints = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]


class Pairs(NamedTuple):
    """Verified pairs of texts: two arrays of text numbers and the Jaccard similarity of each pair."""

    left: Ints
    right: Ints
    similarity: Floats

    @staticmethod
    def none() -> Pairs:
        """Return no pairs."""
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))


def keep_one(first: Mapping[int, int], forced: frozenset[int] | set[int], pairs: Pairs) -> dict[int, tuple[int, float]]:
    """Return the texts that go, each with its kept twin and their similarity.

    Args:
        first: the first place (any sortable number) of each text that takes part.
        forced: texts whose first copy cannot go; they stay whatever stands before them.
        pairs: verified pairs; those of texts that do not take part are ignored.
    """
    earlier: dict[int, list[tuple[int, float]]] = {}
    for a, b, share in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.similarity.tolist(), strict=True):
        if a in first and b in first:
            early, late = (a, b) if first[a] < first[b] else (b, a)
            earlier.setdefault(late, []).append((early, share))
    gone: dict[int, tuple[int, float]] = {}
    for text in sorted(earlier, key=first.__getitem__):
        if text in forced:
            continue
        kept = [(share, -first[twin], twin) for twin, share in earlier[text] if twin not in gone]
        if kept:
            share, _, twin = max(kept)
            gone[text] = (twin, share)
    return gone


def keep(nodes: Mapping[str, Ints], pairs: Pairs) -> dict[str, Ints]:
    """Return what is kept of each text that repeats or is nearly another.

    Args:
        nodes: one row a text: text, place, end, at and key of its first copy, whether that is free to go, and the count
            of its copies.
        pairs: verified pairs of texts; others than those of the nodes are ignored.

    Returns:
        text, place, end, at and key of the copy that is kept, like (it is that of another text), and similarity; texts
        that stand once, are like no other and that no other is like are left out.
    """
    order = np.argsort(nodes["text"], kind="stable")
    text, place = nodes["text"][order], nodes["place"][order]
    paired = np.isin(text, np.concatenate([pairs.left, pairs.right]))
    removed = keep_one(
        dict(zip(text[paired].tolist(), place[paired].tolist(), strict=True)),
        set(text[paired & ~nodes["free"][order]].tolist()),
        pairs,
    )
    like, keeps = np.zeros((2, len(text)), dtype=np.bool_)
    similarity, keeper = np.ones(len(text)), np.arange(len(text))
    for one, (twin, share) in removed.items():
        at, of = np.searchsorted(text, [one, twin]).tolist()
        like[at], similarity[at], keeper[at], keeps[of] = True, share, of, True
    worth = np.flatnonzero((nodes["count"][order] > 1) | like | keeps)
    kept = order[keeper[worth]]
    return {
        "text": text[worth],
        **{name: nodes[name][kept] for name in ("place", "end", "at", "key")},
        "like": like[worth],
        "similarity": similarity[worth],
    }
