"""What is cached under some settings and packs is of no use under others that segments depend on."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import dedup
from dedup.config import Allow, fingerprint_of
from dedup.files import clean_files
from dedup.rules.matcher import matcher_of
from dedup.rules.pack import digest_with, rules_with
from tests.caching import ALL, Cached, parts

PACK = """
schema = 1

[[rule]]
code = "AD900"
name = "ahoy"
summary = "A call"
why = "Nobody calls."
match = "line"

[rule.phrases]
en = ["PLACE ahoy"]

[rule.examples]
en.bad = ["PLACE ahoy", "PLACE AHOY"]
en.good = ["Nobody says ahoy.", "Ahoy"]
"""
OTHER: dict[str, dict[str, Any]] = {
    "ignore": {"ignore": ("AD",)},
    "select": {"select": ("AD", "DU001")},
    "preview": {"preview": True},
    "min-words": {"min_words": 9},
    "allow": {"allow": (Allow(fingerprint_of("Advertisement")),)},
    "packs": {"packs": ("own.toml",)},
}
SAME: dict[str, dict[str, Any]] = {
    "threshold": {"threshold": 0.9},
    "budget": {"budget": 0.1},
    "scope": {"scope": "document"},
    "duplicate-documents": {"duplicate_documents": "keep"},
    "per-file-ignores": {"per_file_ignores": (("1.txt", ("AD",)),)},
    "workers": {"workers": 2},
    "memory-limit": {"memory_limit": "1GB"},
}


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cached:
    another_process()
    found = Cached(tmp_path, monkeypatch)
    pack("Maren")
    return found


def pack(place: str) -> None:
    Path("own.toml").write_text(PACK.replace("PLACE", place))


def another_process() -> None:
    """Forget what a process remembers of packs."""
    rules_with.cache_clear()
    digest_with.cache_clear()
    matcher_of.cache_clear()


@pytest.mark.parametrize("values", OTHER.values(), ids=OTHER.keys())
def test_settings_that_segments_depend_on_share_nothing(clean: Cached, values: dict[str, Any]) -> None:
    clean()
    assert clean(**values) == ALL


def test_each_settings_find_what_was_cached_under_them(clean: Cached) -> None:
    clean()
    clean(min_words=9)
    assert clean(min_words=9) == []
    assert clean() == []


@pytest.mark.parametrize("values", SAME.values(), ids=SAME.keys())
def test_settings_that_segments_do_not_depend_on_share_all(clean: Cached, values: dict[str, Any]) -> None:
    clean()
    before = parts()
    assert clean(**values) == []
    assert parts() == before  # what another process analyses is not counted


def test_the_order_of_codes_and_other_names_for_them_do_not_matter(clean: Cached) -> None:
    assert clean(select=("AD001", "DU")) == ALL
    assert clean(select=("DU", "ad-label")) == []


def test_a_pack_that_was_edited_is_another_one(clean: Cached) -> None:
    for place, said in (("Skerry", True), ("Maren", False)):
        pack(place)
        another_process()
        assert clean(packs=("own.toml",)) == ALL
        assert (b"ahoy" in Path("out", "site", "4.txt").read_bytes()) is said
        assert clean(packs=("own.toml",)) == []


def test_a_pack_that_was_edited_during_a_process_is_not_mistaken_by_the_next(clean: Cached) -> None:
    pack("Skerry")
    clean(packs=("own.toml",))
    pack("Maren")
    clean_files(Path("in"), Path("out"), dedup.Config(workers=1, cache_dir="cache", packs=("own.toml",)))
    another_process()
    assert clean(packs=("own.toml",)) == ALL


@pytest.mark.parametrize(
    "library",
    ["sentencex", pytest.param("charset-normalizer"), pytest.param("regex")],
)
def test_other_versions_of_what_reads_texts_share_nothing(
    clean: Cached, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    clean()
    monkeypatch.setattr("dedup.cache.version", lambda name: "0.0.0" if name == library else version(name))
    assert clean() == ALL


def test_another_unicode_shares_nothing(clean: Cached, monkeypatch: pytest.MonkeyPatch) -> None:
    clean()
    monkeypatch.setattr("unicodedata.unidata_version", "99.0.0")
    assert clean() == ALL
