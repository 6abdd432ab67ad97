"""The corpus index of `dedup check`: a folder, its index, and what comes out."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from dedup import Config, Document, Removal
from dedup.cli.app import main
from dedup.index.corpus import CorpusIndex
from dedup.run import clean_documents

CONFIG = Config(workers=1)
REPOSITORY = Path(__file__).parents[2]

#: Sentences that stand nowhere else, to make articles of.
FERRY = "The ferry crews of Port Maren voted to stay ashore until the harbour office answers their letter."
NETS = "Gertrud Alm, who mends the nets, said the winter storms had taken most of the northern pier."
BOOKS = "Seventeen volunteers carried the books from the flooded library to the dry rooms above the bakery."
BRIDGE = "The council will publish the drawings of the wooden bridge, and residents may comment until spring."
APPLES = "Nobody in the village remembers a summer in which the orchard gave so many small red apples."
MARKET = "Fishmongers on the quay expect the covered market to open again once its roof has been repaired."
SCHOOL = "Pupils at the island school will learn to sail in the old dinghies that a retired pilot gave away."
TRAM = "Passengers waited an hour for the first tram because snow had drifted across both tracks at the depot."
MILL = "Workers found a forgotten stair beneath the mill when they lowered the water for repairs on Thursday."
LAMP = "A lamp maker from the upper town donated forty lanterns so that the pilgrims could find the chapel."
CHOIR = "Our choir sang beside the frozen pond, although half of its members had lost their voices to a cold."
GOATS = "Three goats escaped from a paddock near the station and were led home by a postman with a carrot."
ALL = (FERRY, NETS, BOOKS, BRIDGE, APPLES, MARKET, SCHOOL, TRAM, MILL, LAMP, CHOIR, GOATS)


class Found(NamedTuple):
    """A removal, without what nobody sees."""

    code: str
    start: int
    end: int
    text: str
    twin: tuple[str, int, int] | None


def lay(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def page(*lines: str) -> str:
    """Return lines as an article, blank lines between."""
    return "\n\n".join(lines) + "\n"


def found(removals: tuple[Removal, ...]) -> list[Found]:
    """Return what tells removals apart."""
    return [Found(r.code, r.start, r.end, r.text, r.twin and tuple(r.twin)) for r in removals]


def indexed(root: Path, home: Path, config: Config = CONFIG) -> dict[str, list[Found]]:
    """Bring the index of a folder up to date and return what becomes of each file in which something is found."""
    with contextlib.closing(CorpusIndex(root, home, config)) as index:
        index.update()
        names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.txt") if path.is_file())
        outcome = {name: found(index.outcome(name).removals) for name in names}
    return {name: removals for name, removals in outcome.items() if removals}


def cleaned(files: Mapping[str, str], config: Config = CONFIG) -> dict[str, list[Found]]:
    """Return the same of `clean`."""
    documents = [Document(name, text, name.partition("/")[0] if "/" in name else "") for name, text in files.items()]
    return {one.document.id: found(one.removals) for one in clean_documents(documents, config) if one.removals}


def called(folder: Path, *arguments: str) -> tuple[list[str], str]:
    """Check in a folder, in this process; return place and code of each finding, and what is said to standard error."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        assert main(line(*arguments)[3:]) in (0, 1), err.getvalue()
    return short(out.getvalue()), err.getvalue()


def short(output: str) -> list[str]:
    """Return place and code of each finding."""
    return [" ".join(found.split()[:2]) for found in output.splitlines() if re.match(r"[^ ]+:\d+:\d+: ", found)]


def command(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `dedup check` in a folder, in a process of its own."""
    return subprocess.run(
        line(*arguments), cwd=folder, capture_output=True, text=True, check=False, env=env(environment)
    )


def line(*arguments: str) -> list[str]:
    """Return the command line of `dedup check`, with the folder's files as its corpus."""
    return [sys.executable, "-m", "dedup", "check", "--output-format", "concise", "--corpus", ".", *arguments]


def env(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which this package is found, without what a hook would see."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") and k != "PRE_COMMIT"}
    return {**kept, "PYTHONPATH": str(REPOSITORY), **(more or {})}


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, env=env())


def commit(folder: Path) -> None:
    """Commit all there is."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")
