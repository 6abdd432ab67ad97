"""The summary for people: what it counts and names."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from dedup.config import Config
from dedup.outcome import Totals
from dedup.report.summary import SHOWN, print_summary, summarise


def said(ledger: str = "", skipped: dict[str, str] | None = None, **more: Any) -> list[str]:
    summary = summarise(Totals(), Config(), 1, {}, skipped or {}) | more
    out = io.StringIO()
    print_summary(Console(file=out, width=1_000), summary, {}, ledger)
    return out.getvalue().splitlines()


def test_a_run_without_documents_says_so() -> None:
    assert said() == [
        "0 documents, 0 changed, 0 unchanged, 0 dropped as copies, 0 left alone, 0 bad",
        "0 characters removed (0.0%)",
    ]


def test_the_ledger_is_named_as_it_was_given() -> None:
    assert (
        said("s3a://bucket/out/.dedup/ledger.jsonl")[-1] == "every removal is in s3a://bucket/out/.dedup/ledger.jsonl"
    )
    assert said("[out]/.dedup/ledger.jsonl")[-1] == "every removal is in [out]/.dedup/ledger.jsonl"


def test_of_many_names_the_first_are_shown_and_all_counted() -> None:
    names = {f"{number:02}.bin": "a reason" for number in range(SHOWN + 2)}
    assert said(skipped=names)[-1].startswith(f"not text inputs, left out ({SHOWN + 2}): 00.bin (a reason), ")
    assert said(skipped=names)[-1].endswith(f"{SHOWN - 1:02}.bin (a reason), and 2 more")


def test_those_that_a_large_run_does_not_name_are_counted_too() -> None:
    assert said(skipped={"a.bin": "a reason"}, skipped_unnamed=1_500)[-1] == (
        "not text inputs, left out (1,501): a.bin (a reason), and 1,500 more"
    )
    line = said(left_alone={"a.txt": 0.75}, left_alone_unnamed=4)[-1]
    assert line == "left alone, would lose too much (5): a.txt (75%), and 4 more"
