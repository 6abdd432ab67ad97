"""Writing without halves: files appear whole or not at all, and only where dedup may write."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from dedup.errors import OutputError

#: The folder in OUT that holds ledger and summary, and marks OUT as made by dedup.
HOME = ".dedup"


def check_output(source: Path, out: Path, force: bool) -> None:
    """Refuse an output folder that would endanger the input or somebody's files.

    Raises:
        OutputError: OUT is IN, lies in it or around it; is a file; or is not empty and not made by dedup (and not
            forced).
    """
    inside, outside = source.resolve(), out.resolve()
    if inside == outside or inside in outside.parents or outside in inside.parents:
        raise OutputError(f"{out} and {source} lie in one another; give a folder of its own for the cleaned copies")
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file; give a folder")
    if out.is_dir() and not force and any(out.iterdir()) and not (out / HOME).is_dir():
        raise OutputError(f"{out} is not empty and was not made by dedup; give another folder, or --force")


def write_file(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all; folders are made as needed.

    Raises:
        OutputError: it cannot be written; the message names it and says why.
    """
    short = os.fsencode(path.name)[:100].decode("ascii", "ignore")  # a name may have 255 bytes, whatever its script
    temporary = path.with_name(f".{short}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(data)
            if path.exists():
                temporary.chmod(stat.S_IMODE(path.stat().st_mode))
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}; mend that and run again") from error


def remove_file(root: Path, path: Path) -> None:
    """Remove a file that an earlier run wrote, and the folders that this empties."""
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == root or any(folder.iterdir()):
            return
        folder.rmdir()
