"""The band arrays: near-repeats of the corpus are proposed as the whole run would propose them."""

from __future__ import annotations

import os
import random
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from dedup.engines.local import LocalEngine
from dedup.index import bands
from dedup.repeats.near import NearIndex
from tests.index import ALL, CONFIG


def slip(text: str, at: int) -> str:
    return text[:at] + text[at + 1 :]


TEXTS = [text.casefold().rstrip(".") for text in ALL]
KEYS = np.arange(100, 100 + len(TEXTS), dtype=np.int64)


def written(home: Path, name: str, texts: list[str], keys: npt.NDArray[np.int64], threshold: float = 0.8) -> list[str]:
    return [bands.write(home, name, bands.hashes_of(texts, threshold), keys)]


def test_a_text_and_its_near_repeats_are_proposed(tmp_path: Path) -> None:
    batches = written(tmp_path, "x", TEXTS, KEYS)
    assert bands.sound(tmp_path, batches)
    for number, text in enumerate(TEXTS):
        assert 100 + number in bands.near(tmp_path, batches, [text], 0.8)
        assert 100 + number in bands.near(tmp_path, batches, [slip(text, 30)], 0.8)
    assert bands.near(tmp_path, batches, [], 0.8) == set()
    assert bands.near(tmp_path, batches, ["nothing of the kind has ever stood anywhere in these files"], 0.8) == set()


def test_several_batches_are_one(tmp_path: Path) -> None:
    batches = [*written(tmp_path, "x", TEXTS[:6], KEYS[:6]), *written(tmp_path, "y", TEXTS[6:], KEYS[6:])]
    assert bands.near(tmp_path, batches, [slip(TEXTS[2], 9), slip(TEXTS[9], 9)], 0.8) == {102, 109}


def test_joined_batches_answer_as_they_did_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands, "BATCHES", 3)
    apart = [written(tmp_path, str(k), TEXTS[k : k + 3], KEYS[k : k + 3])[0] for k in range(0, 12, 3)]
    joined = bands.join(tmp_path, apart, "all")
    assert len(joined) == 2
    assert joined[0] == apart[0]
    bands.tidy(tmp_path, joined)
    assert len(list(tmp_path.iterdir())) == 4
    assert bands.sound(tmp_path, joined)
    assert not bands.sound(tmp_path, apart)
    for number, text in enumerate(TEXTS):
        assert bands.near(tmp_path, joined, [slip(text, 30)], 0.8) == {100 + number}


def test_a_few_batches_are_not_joined(tmp_path: Path) -> None:
    batches = [*written(tmp_path, "x", TEXTS[:6], KEYS[:6]), *written(tmp_path, "y", TEXTS[6:], KEYS[6:])]
    assert bands.join(tmp_path, batches, "z") == batches


@pytest.mark.parametrize("threshold", [0.5, 0.6, 0.8, 0.95, 1.0])
def test_all_thresholds(tmp_path: Path, threshold: float) -> None:
    assert 103 in bands.near(tmp_path, written(tmp_path, "x", TEXTS, KEYS, threshold), [TEXTS[3]], threshold)


def test_all_keys_of_64_bits_come_back(tmp_path: Path) -> None:
    keys = np.array([-(2**63), 2**63 - 1], dtype=np.int64)
    batches = written(tmp_path, "x", TEXTS[:2], keys)
    assert bands.near(tmp_path, batches, TEXTS[:2], 0.8) == {-(2**63), 2**63 - 1}


def test_files_that_are_missing_or_changed_are_not_sound(tmp_path: Path) -> None:
    batches = written(tmp_path, "x", TEXTS, KEYS)
    for path in list(tmp_path.iterdir()):
        data = path.read_bytes()
        for damaged in (data[:-1], data[:200] + bytes([data[200] ^ 1]) + data[201:], b""):
            path.write_bytes(damaged)
            assert not bands.sound(tmp_path, batches)
        path.unlink()
        assert not bands.sound(tmp_path, batches)
        path.write_bytes(data)
    assert bands.sound(tmp_path, batches)


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "sprung"),)

    batches = written(tmp_path, "x", TEXTS, KEYS)
    for path in list(tmp_path.iterdir()):
        np.save(path, np.array([Trap()], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"Python objects|allow_pickle"):
        bands.near(tmp_path, batches, TEXTS[:1], 0.8)
    assert not (tmp_path / "sprung").exists()


#: A form letter with a number: its copies share most of their bands, and the guard holds them apart.
LETTER = (
    "at least {n} fishing boats and a handful of weathered barges were counted by volunteers along the harbour wall of "
    "port maren on tuesday evening, while a brass band from the upper town played slow marches beneath the lanterns "
    "that the widow of the last keeper had hung along the railings"
)


def test_in_a_crowd_of_form_letters_the_right_one_is_proposed(tmp_path: Path) -> None:
    crowd = [LETTER.format(n=1_000 + k) for k in range(300)]
    batches = written(tmp_path, "x", crowd, np.arange(300, dtype=np.int64))
    chance = random.Random(1)
    slips = [slip(crowd[k], chance.randrange(20, len(crowd[k]))) for k in range(100, 300, 4)]
    with LocalEngine(CONFIG) as engine:
        whole = NearIndex(0.8, engine.candidates).pairs([*crowd, *slips])
    pairs = [(i, j) for i, j in zip(whole.left.tolist(), whole.right.tolist(), strict=True) if i < 300 <= j]
    assert len(pairs) > 10
    missed = [(i, j) for i, j in pairs if i not in bands.near(tmp_path, batches, [slips[j - 300]], 0.8)]
    assert missed == []
