"""The cache of cuts: what is left of a document is found again if the same goes from it, and only then."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Config
from dedup.cache import GRACE, WORTH
from dedup.files import clean_files
from dedup.parts import read_header
from dedup.revise import Cutting, names_of
from tests.caching import TEXTS, Cached, parts
from tests.folders import BOOKS, BRIDGE, EVERYTHING, FERRY, LANTERN, NETS, ORCHARD, fill, whole
from tests.strategies import files

HERE = Path("in")
SENTENCE = f"{BOOKS} {BRIDGE} {ORCHARD}\n\n{LANTERN}\n"


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cached:
    monkeypatch.setattr("dedup.cache.WORTH", 0)
    return Cached(tmp_path, monkeypatch)


def of_cuts() -> list[Path]:
    """Return the parts that are about cuts."""
    return [path for path in parts() if "cuts" in read_header(path)[0]]


def test_a_second_run_cuts_nothing_again(clean: Cached) -> None:
    clean()
    assert f"{FERRY}\n\n{NETS}\n" in clean.left
    assert len(of_cuts()) > 0
    assert (clean(), clean.left) == ([], [])
    assert (clean(), clean.left) == ([], [])


def test_everything_that_may_be_in_a_folder_is_cut_the_same_from_the_cache(clean: Cached) -> None:
    fill(HERE, EVERYTHING)
    clean()
    assert len(clean.left) > 5
    assert (clean(), clean.left) == ([], [])
    assert (clean(memory_limit="500MB", workers=2), clean.left) == ([], [])


def test_only_documents_from_which_something_else_goes_are_cut_anew(clean: Cached) -> None:
    once = "The lamp oil was sold by a woman from the mainland who never came ashore herself."
    rest = "The rest of what was said here is of no use to anybody who was not there."
    fill(HERE, {"x/1.txt": f"{once}\n\nAdvertisement\n\n{rest}\n"})
    clean()
    assert f"{once}\n\n{rest}\n" in clean.left
    fill(HERE, {"0.txt": f"{once}\n\nSomething that nobody has said about her before.\n"})
    assert clean() == ["0.txt"]
    assert clean.left == [f"{rest}\n"]
    (HERE / "0.txt").unlink()
    assert (clean(), clean.left) == ([], [])


@pytest.mark.parametrize("repeated", [BOOKS, BRIDGE, ORCHARD, LANTERN])
@pytest.mark.parametrize("before", [BOOKS, LANTERN])
def test_the_same_file_loses_what_repeats_now_and_not_what_repeated_before(
    clean: Cached, before: str, repeated: str
) -> None:
    for name in TEXTS:
        (HERE / name).unlink()
    fill(
        HERE,
        {"x/1.txt": f"{FERRY}\n\n{before}\n", "x/2.txt": f"{SENTENCE}\nIt is said that nothing else came of it.\n"},
    )
    clean()
    assert before not in Path("out", "x", "2.txt").read_text()
    fill(HERE, {"x/1.txt": f"{FERRY}\n\n{repeated}\n"})
    clean()  # is compared with a run that has no cache
    said = Path("out", "x", "2.txt").read_text()
    assert repeated not in said
    assert (before in said) is (before not in repeated)


def test_a_document_that_is_cut_twice_is_known_in_both_states(clean: Cached) -> None:
    # When the sentence between them is gone, two others touch that another document says in one line.
    fill(
        HERE,
        {
            "x/1.txt": f"{BOOKS}\n\n{LANTERN} {NETS[:-1]} again.\n",
            "x/2.txt": f"{LANTERN} {BOOKS} {NETS[:-1]} again.\n\n{ORCHARD}\n\nMore\n\nAdvertisement\n",
        },
    )
    clean()
    assert (clean(), clean.left) == ([], [])


def test_texts_that_are_twice_in_the_corpus_are_each_cut(clean: Cached) -> None:
    fill(HERE, {f"x/{k}.txt": f"{ORCHARD}\n\nAdvertisement\n\n{FERRY}\n\nAdvertisement\n" for k in range(2)})
    options = {"duplicate_documents": "keep", "budget": 1.0, "ignore": ("DU",)}
    clean(**options)
    assert (clean(**options), clean.left) == ([], [])
    fill(HERE, {"x/3.txt": (HERE / "x" / "1.txt").read_bytes()})
    assert len(clean(**options)) == 1
    assert (clean(**options), clean.left) == ([], [])


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="half"),
        pytest.param(lambda data: data[:-1], id="a byte short"),
        pytest.param(lambda data: data.replace(b'"cuts": [[', b'"cuts": [[1', 1), id="another cut, longer"),
        pytest.param(lambda data: data.replace(b'"novel"', b'"nivel"'), id="another letter"),
        pytest.param(lambda data: data[:-1] + bytes([data[-1] ^ 1]), id="another sum"),
        pytest.param(lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:], id="another segment"),
    ],
)
def test_a_damaged_part_is_thrown_away_and_all_is_cut_anew(clean: Cached, damage: Callable[[bytes], bytes]) -> None:
    clean()
    before = of_cuts()
    cut = clean.left
    for path in before:
        path.write_bytes(damage(path.read_bytes()))
    assert (clean(), clean.left) == ([], cut)
    assert not set(before) & set(parts())
    assert (clean(), clean.left) == ([], [])


def test_a_cut_that_another_digit_makes_another_one_is_not_believed(clean: Cached) -> None:
    clean()
    for path in of_cuts():
        line, rest = path.read_bytes().split(b"\n", 1)
        header = json.loads(line)
        header["cuts"] = [[place ^ 1 for place in cuts] for cuts in header["cuts"]]
        again = json.dumps(header).encode()
        assert len(again) == len(line)
        path.write_bytes(again + b"\n" + rest)
    clean()
    assert clean.left


def test_few_characters_are_rather_cut_again(clean: Cached, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.cache.WORTH", WORTH)
    clean()
    assert of_cuts() == []
    assert clean() == []
    assert clean.left


def test_cuts_that_are_no_longer_made_go_when_nobody_can_be_reading_them(clean: Cached) -> None:
    clean()
    old = of_cuts()
    fill(HERE, {name: f"{text}\n{ORCHARD[:-1]} as this one.\n" for name, text in TEXTS.items()})
    clean()
    assert set(old) < set(of_cuts())
    for path in parts():
        os.utime(path, (time.time() - 2 * GRACE,) * 2)
    assert (clean(), clean.left) == ([], [])
    assert of_cuts()
    assert not set(old) & set(of_cuts())


def test_cuts_that_have_come_to_very_many_parts_are_made_anew_and_then_found(
    clean: Cached, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dedup.cache.FEW", 3)
    for number in range(6):
        fill(HERE, {f"new{number}.txt": f"{number} {ORCHARD}\n\n{FERRY}\n\nAnd the number is {number}, as was said.\n"})
        clean()
    counts = []
    for _ in range(3):
        clean()
        counts.append(len(parts()))
    assert clean.left == []
    assert counts[0] == counts[1] == counts[2]


def test_a_cache_that_may_not_be_written_is_no_failure(clean: Cached, monkeypatch: pytest.MonkeyPatch) -> None:
    from dedup.errors import OutputError

    def refuse(*arguments: object) -> None:
        raise OutputError("no space")

    monkeypatch.setattr("dedup.revise.write_part", refuse)
    clean()
    assert clean.left
    assert parts() == []


SPANS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=3)


@given(*[st.tuples(st.sampled_from(["a" * 64, "b" * 64]), SPANS, SPANS)] * 2)
def test_names_agree_for_the_same_cut_of_the_same_file_only(one, other):
    names = []
    for digest, *spans in (one, other):
        gone, rows = (np.array(found, dtype=np.int64).reshape(-1, 2) for found in spans)
        cutting = Cutting(np.array([7]), np.array([0, len(gone)]), gone, np.array([0, len(rows)]), rows)
        names += names_of(cutting, [digest])
    assert (names[0] == names[1]) is (one == other)


@settings(deadline=None, max_examples=12)
@given(st.lists(files(), min_size=2, max_size=3), st.data())
def test_whatever_became_of_a_folder_earlier_never_shows(folders: list[dict[str, bytes]], data: st.DataObject) -> None:
    """Files come, go and come back, so that the same document is cut in many ways; one cache for all of it."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedup.files.BULK_FROM", 0)
        patch.setattr("dedup.engines.local.BULK_FROM", 0)
        patch.setattr("dedup.cache.WORTH", data.draw(st.sampled_from([0, 200])))
        patch.setattr("dedup.spool.SHARE", data.draw(st.sampled_from([0, 0.2])))
        root = Path(folder)
        everything = [(f"{k}{name}", text) for k, files in enumerate(folders) for name, text in files.items()]
        for turn in range(4):
            some = dict(data.draw(st.lists(st.sampled_from(everything), unique_by=lambda one: one[0], max_size=8)))
            source = fill(root / f"in{turn}", some)
            clean_files(source, root / f"warm{turn}", Config(workers=1, cache_dir=str(root / "cache")))
            clean_files(source, root / f"cold{turn}", Config(workers=1, cache=False))
            assert whole(root / f"warm{turn}") == whole(root / f"cold{turn}")
