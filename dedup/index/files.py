"""Which files make up a corpus, and which of them its repository's last commit has."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from dedup.config import Config
from dedup.documents.folder import Intake, shown, walk


def seniority(root: Path, names: Iterable[str]) -> dict[str, int]:
    """Return 0 for the files of a folder that the last commit of its repository has, 1 for others; 0 without git."""
    committed = _git(root, "ls-tree", "-r", "-z", "--name-only", "HEAD", "--", ".")
    return {name: int(bool(committed) and name not in committed) for name in names}


def files_of(root: Path, config: Config) -> list[tuple[str, Path]]:
    """Return the files of a corpus, by their names in it: text files that neither git nor the settings leave out."""
    cache = Path(config.cache_dir).resolve()
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".")
    return [
        (name, path)
        for name, path in walk(root, Intake())
        if (not listed or name in listed) and not config.excludes(shown(path)) and cache not in path.resolve().parents
    ]


def _git(root: Path, *arguments: str) -> set[str]:
    """Return the file names that a git command prints; nothing without git."""
    # A hook is told of a repository by variables, which would be taken for that of any folder.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        found = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False, env=environment)
    except OSError:
        return set()
    return {name.decode("utf-8", "surrogateescape") for name in found.stdout.split(b"\0") if name}
