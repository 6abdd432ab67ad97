"""The band arrays: near-repeats of the corpus are proposed as the whole run would propose them."""

from __future__ import annotations

import os
import random
from pathlib import Path

import numpy as np
import pytest

from dedup.engines.local import LocalEngine
from dedup.index import bands
from dedup.repeats.near import NearIndex
from tests.index import ALL, CONFIG


def slip(text: str, at: int) -> str:
    return text[:at] + text[at + 1 :]


TEXTS = [text.casefold().rstrip(".") for text in ALL]
KEYS = np.arange(100, 100 + len(TEXTS), dtype=np.int64)


def test_a_text_and_its_near_repeats_are_proposed(tmp_path: Path) -> None:
    written = bands.write(tmp_path, "0-x", TEXTS, KEYS, 0.8)
    assert bands.sound(tmp_path, written)
    for number, text in enumerate(TEXTS):
        assert 100 + number in bands.near(tmp_path, written, [text], 0.8)
        assert 100 + number in bands.near(tmp_path, written, [slip(text, 30)], 0.8)
    assert bands.near(tmp_path, written, [], 0.8) == set()
    assert bands.near(tmp_path, written, ["nothing of the kind has ever stood anywhere in these files"], 0.8) == set()


def test_several_batches_are_one(tmp_path: Path) -> None:
    written = bands.write(tmp_path, "0-x", TEXTS[:6], KEYS[:6], 0.8)
    written += bands.write(tmp_path, "2-y", TEXTS[6:], KEYS[6:], 0.8)
    assert bands.near(tmp_path, written, [slip(TEXTS[2], 9), slip(TEXTS[9], 9)], 0.8) == {102, 109}


@pytest.mark.parametrize("threshold", [0.5, 0.6, 0.8, 0.95, 1.0])
def test_all_thresholds(tmp_path: Path, threshold: float) -> None:
    written = bands.write(tmp_path, "0-x", TEXTS, KEYS, threshold)
    assert 103 in bands.near(tmp_path, written, [TEXTS[3]], threshold)


def test_all_keys_of_64_bits_come_back(tmp_path: Path) -> None:
    keys = np.array([-(2**63), 2**63 - 1], dtype=np.int64)
    written = bands.write(tmp_path, "0-x", TEXTS[:2], keys, 0.8)
    assert bands.near(tmp_path, written, TEXTS[:2], 0.8) == {-(2**63), 2**63 - 1}


def test_files_that_are_missing_or_cut_are_not_sound(tmp_path: Path) -> None:
    written = bands.write(tmp_path, "0-x", TEXTS, KEYS, 0.8)
    for entry in written:
        path = tmp_path / entry.rpartition(":")[0]
        data = path.read_bytes()
        path.write_bytes(data[:-1])
        assert not bands.sound(tmp_path, written)
        path.unlink()
        assert not bands.sound(tmp_path, written)
        path.write_bytes(data)
    assert bands.sound(tmp_path, written)


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "sprung"),)

    written = bands.write(tmp_path, "0-x", TEXTS, KEYS, 0.8)
    for entry in written:
        np.save(tmp_path / entry.rpartition(":")[0], np.array([Trap()], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"Python objects|allow_pickle"):
        bands.near(tmp_path, written, TEXTS[:1], 0.8)
    assert not (tmp_path / "sprung").exists()


#: A form letter with a number: its copies share most of their bands, and the guard holds them apart.
LETTER = (
    "at least {n} fishing boats and a handful of weathered barges were counted by volunteers along the harbour wall of "
    "port maren on tuesday evening, while a brass band from the upper town played slow marches beneath the lanterns "
    "that the widow of the last keeper had hung along the railings"
)


@pytest.mark.xfail(strict=True, reason="of a bucket of more than 64 texts (BUCKET) the rest is never looked at")
def test_in_a_crowd_of_form_letters_the_right_one_is_proposed(tmp_path: Path) -> None:
    crowd = [LETTER.format(n=1_000 + k) for k in range(300)]
    written = bands.write(tmp_path, "0-x", crowd, np.arange(300, dtype=np.int64), 0.8)
    chance = random.Random(1)
    slips = [slip(crowd[k], chance.randrange(20, len(crowd[k]))) for k in range(100, 300, 4)]
    with LocalEngine(CONFIG) as engine:
        whole = NearIndex(0.8, engine.candidates).pairs([*crowd, *slips])
    pairs = [(i, j) for i, j in zip(whole.left.tolist(), whole.right.tolist(), strict=True) if i < 300 <= j]
    assert len(pairs) >= len(slips)
    missed = [(i, j) for i, j in pairs if i not in bands.near(tmp_path, written, [slips[j - 300]], 0.8)]
    assert missed == []
