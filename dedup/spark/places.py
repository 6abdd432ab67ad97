"""Where things lie: on this machine, or in a store that Spark reaches by a URI."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(?=/)(?://([^/]*))?")


def here(place: str) -> Path | None:
    """Return the path of a place on this machine (a path, or a `file:` URI); None for any other URI."""
    found = _SCHEME.match(place)
    if found is None:
        return Path(place)
    return Path(place[found.end() :]) if found[1] == "file" else None


def for_spark(place: str) -> str:
    """Return a place as Spark is told of it, which looks elsewhere for a bare path if its default is elsewhere."""
    path = here(place)
    return place if path is None else f"file:{os.path.abspath(path)}"


def path_in(place: str) -> str:
    """Return the path of a URI in its store: absolute, without a slash at its end. Nothing in it is an escape."""
    path = _SCHEME.sub("", place, count=1)
    return posixpath.normpath("/" + path.lstrip("/"))


def join(place: str, name: str) -> str:
    """Return the place of a name below a place."""
    return f"{place.rstrip('/')}/{name}"
