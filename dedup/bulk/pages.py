"""What stands around the lines of many documents at once. Importing this file loads numba.

`context.py` says how a page is read; its loops are compiled here as they are.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numba as nb
import numpy as np

from dedup import context
from dedup.segments import Bools, Ints
from dedup.tables import Column


def _compiled(*functions: Any) -> dict[str, Any]:
    """Compile plain functions that call each other, and return them by name.

    Compiled code cannot call plain functions, so copies are made that find each other compiled. All of them stand in
    one file, by the age of which numba tells whether what it has cached still holds.
    """
    scope = dict(vars(context))
    for function in functions:
        copy = FunctionType(function.__code__, scope, function.__name__)
        scope[function.__name__] = nb.njit(cache=True, nogil=True)(copy)
    return scope


_fill_pages = _compiled(
    context._is_frame,
    context._is_debris,
    context._end,
    context._headline,
    context._mark_related,
    context._mark_links,
    context._weigh,
    context.fill_page,
    context.fill_pages,
)["fill_pages"]


def read_pages(
    first: Ints,
    words: Ints,
    is_open: Bools,
    asks: Bools,
    digits: Bools,
    rule: Column,
    weak: Bools,
    ends: Bools,
    place: Column,
) -> tuple[Column, Column, Bools]:
    """Return block (int8), witnesses (int8) and whether its words count (bool) for each line, as `read_page` does.

    Args:
        first: int64[documents + 1], the first line of each document, and how many lines there are.
        words: int64[lines], of each line.
        is_open: bool[lines], it ends in no punctuation that ends a sentence.
        asks: bool[lines], it ends in a question mark.
        digits: bool[lines], it has digits.
        rule: int[lines], the number of the rule that names it, or -1.
        weak: bool[rules], whether the rule is weak.
        ends: bool[rules], whether the article is over where it stands.
        place: int8[rules], its place by its number in PLACES.
    """
    count = len(words)
    block, witnesses, counts = np.zeros(count, np.int8), np.zeros(count, np.int8), np.zeros(count, np.bool_)
    _fill_pages(first, words, is_open, asks, digits, rule, weak, ends, place, block, witnesses, counts)
    return block, witnesses, counts
