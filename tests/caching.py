"""Cleaning a folder with a cache, again and again, and counting what had to be analysed."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dedup import Config, DocumentError
from dedup.analyse import Analyser, Analysis
from dedup.bulk.analyser import BulkAnalyser
from dedup.documents.decode import decode
from dedup.files import clean_files
from dedup.revise import Analyse
from tests.folders import BOOKS, BRIDGE, COOKS, FERRY, LANTERN, NETS, ORCHARD, fill, whole

TEXTS = {
    "1.txt": f"{FERRY}\n\nAdvertisement\n\n{NETS}\n",
    "2.txt": f"{BOOKS}\n\n{NETS}\n\n{LANTERN}\n",
    "site/3.txt": f"{BRIDGE} {FERRY}\n\n{BRIDGE.replace('wooden', 'woodden')}\n\nThe pilots said nothing. {COOKS} {COOKS[10:]}\n",
    "site/4.txt": f"{ORCHARD}\n\nMaren ahoy\n",
}
ALL = sorted(TEXTS)


class Cached:
    """Cleans the folder `in` of a new working folder into `out`, with the cache `cache`; a call is a run.

    Every run is compared with one that has no cache: what they write is the same, byte for byte.

    Attributes:
        left: what was left of texts that were cut, and had to be analysed.
    """

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._analysed: list[str] = []
        self.left: list[str] = []
        monkeypatch.setattr("dedup.engines.local._bulk", self._counting)
        monkeypatch.setattr("dedup.files.BULK_FROM", 0)
        monkeypatch.setattr("dedup.engines.local.BULK_FROM", 0)
        monkeypatch.chdir(home)
        fill(Path("in"), TEXTS)

    def _counting(self, config: Config, remembered: int) -> Analyse:
        plain = Analyser(config)
        name = (plain.matcher, plain.min_words, plain.allowed)
        if name not in _analysers:  # making one takes half the time of a small run
            _analysers[name] = BulkAnalyser(plain, remembered)

        def analyse(docs: Sequence[int], texts: Sequence[str]) -> Analysis:
            self._analysed.extend(texts)
            return _analysers[name].analyse(docs, texts)

        return analyse

    def __call__(self, source: str = "in", **values: Any) -> list[str]:
        """Clean a folder, and return the names of the files whose texts were analysed."""
        config: dict[str, Any] = {"workers": 1, "cache_dir": "cache", "cache": True, **values}
        self._analysed.clear()
        clean_files(Path(source), Path("out"), Config(**config))
        counts = Counter(self._analysed)
        assert whole(Path("out")) == _cold(Path(source), Config(**{**config, "cache": False}))
        names: dict[str, list[str]] = {}
        for name, data in whole(Path(source)).items():
            try:
                names.setdefault(decode(data or b"\0")[0], []).append(name)
            except DocumentError:
                continue
        # What is left of a text from which something was cut is analysed too: that is not the text of a file.
        self.left = sorted(text for text in counts if text not in names)
        return sorted(name for text, found in names.items() for name in found[: counts[text]])


_analysers: dict[Any, BulkAnalyser] = {}
_known: dict[str, dict[str, bytes | None]] = {}


def _cold(source: Path, config: Config) -> dict[str, bytes | None]:
    """Return what a run writes that has no cache."""
    name = repr((source.name, whole(source), config, [Path(pack).read_bytes() for pack in config.packs]))
    if name not in _known:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("dedup.engines.local.BULK_FROM", 10**9)  # line by line: a third of the time
            clean_files(source, Path("cold"), config)
        _known[name] = whole(Path("cold"))
        shutil.rmtree("cold")
    return _known[name]


def parts(folder: str = "cache") -> list[Path]:
    """Return the files of the cache that hold segments."""
    return sorted(Path(folder).rglob("*.part"))
