"""dedup: clean scraped news articles.

>>> import dedup
>>> dedup.clean_text("Rain is expected in the north.\\n\\nAdvertisement\\n\\nThe south stays dry.\\n")
'Rain is expected in the north.\\n\\nThe south stays dry.\\n'

Importing dedup is cheap; the heavy libraries are loaded at first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.cleaner import Cleaner, clean_text
    from dedup.config import Config
    from dedup.errors import ConfigError, DedupError, DocumentError, OutputError, PackError
    from dedup.outcome import Cleaned, Document, Outcome, Removal, Twin
    from dedup.report.findings import Finding

_HOMES = {
    "Cleaned": "outcome",
    "Cleaner": "cleaner",
    "Config": "config",
    "ConfigError": "errors",
    "DedupError": "errors",
    "Document": "outcome",
    "DocumentError": "errors",
    "Finding": "report.findings",
    "Outcome": "outcome",
    "OutputError": "errors",
    "PackError": "errors",
    "Removal": "outcome",
    "Twin": "outcome",
    "clean_text": "cleaner",
}

__all__ = [
    "Cleaned",
    "Cleaner",
    "Config",
    "ConfigError",
    "DedupError",
    "Document",
    "DocumentError",
    "Finding",
    "Outcome",
    "OutputError",
    "PackError",
    "Removal",
    "Twin",
    "clean_text",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dedup' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"dedup.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
