"""`check` reports what `clean` removes, no more and no less: two commands, one judgement.

Each finding is compared by file, code, name, place, text, and the place of its twin; `--fix` with the bytes of OUT.
"""

from __future__ import annotations

import io
import json
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings

from dedup import Config
from dedup.checking import gather, judge
from dedup.cli.app import main
from dedup.documents.decode import decode
from dedup.documents.folder import read
from dedup.outcome import Cleaned
from dedup.run import clean_documents
from tests.strategies import configs, files
from tests.test_promises_files import tree
from tests.test_seeds import SEEDS

CORPUS = Path(__file__).parents[1] / "corpus"
SEEDED = pytest.mark.skipif(not SEEDS.is_dir(), reason=f"the seed articles are not at {SEEDS}")
FOLDERS = [pytest.param(CORPUS, id="corpus"), pytest.param(SEEDS, marks=SEEDED, id="seeds")]
SOME = settings(deadline=None, max_examples=6)
FEW = settings(deadline=None, max_examples=3)

ARTICLE = "The ferry crews of Port Maren voted to stay ashore until Friday.\n\nThe pilots will join them in spring.\n"
DIRTY = ARTICLE.replace("\n\n", "\n\nAdvertisement\n\n")


class Said(NamedTuple):
    """What either command says of one removal."""

    document: str
    code: str
    name: str
    begin: tuple[int, int]
    end: tuple[int, int]
    text: str
    twin: tuple[str, int, int] | None


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRE_COMMIT", raising=False)
    monkeypatch.delenv("DEDUP_OUTPUT_FORMAT", raising=False)


def run(*arguments: str) -> tuple[int, str]:
    """Run a command; return its exit code and what it prints on standard output."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        code = main(list(arguments))
    return code, out.getvalue()


def checked(*arguments: str, prefix: str = "") -> list[Said]:
    """Return what `check` finds, with names without a prefix that all of them have."""
    code, printed = run("check", *arguments, "--output-format", "json")
    found = json.loads(printed)
    assert code == int(bool(found))

    def name(path: str) -> str:
        assert path.startswith(prefix)
        return path.removeprefix(prefix)

    return [
        Said(
            name(record["filename"]),
            record["code"],
            record["name"],
            (record["location"]["row"], record["location"]["column"]),
            (record["end_location"]["row"], record["end_location"]["column"]),
            record["text"],
            record["twin"]
            and (
                name(record["twin"]["filename"]),
                record["twin"]["location"]["row"],
                record["twin"]["location"]["column"],
            ),
        )
        for record in found
    ]


def ledger(out: Path, source: Path) -> list[Said]:
    """Return what a ledger says, with places counted anew from the originals."""
    texts: dict[str, str] = {}

    def at(document: str, position: int) -> tuple[int, int]:
        if document not in texts:
            texts[document] = decode((source / document).read_bytes())[0]
        before = texts[document][:position]
        return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1

    def end(document: str, position: int) -> tuple[int, int]:
        line, column = at(document, position - 1)
        return line, column + 1

    found = []
    for line in (out / ".dedup" / "ledger.jsonl").read_text(encoding="utf-8").splitlines():
        record: dict[str, Any] = json.loads(line)
        name, twin = record["document"], record.get("twin")
        found.append(
            Said(
                name,
                record["code"],
                record["name"],
                at(name, record["start"]),
                end(name, record["end"]),
                " ".join(record["text"].split()),
                (twin["document"], *at(twin["document"], twin["start"])) if twin else None,
            )
        )
    return sorted(found, key=lambda said: (said.document, said.begin, said.end, said.code))


def cleaned(source: Path, out: Path, *options: str) -> list[Said]:
    """Return what the ledger of `clean` says."""
    assert run("clean", str(source), str(out), "--quiet", *options)[0] == 0
    return ledger(out, source)


def copied(source: Path, home: Path) -> Path:
    for name, data in tree(source).items():
        (home / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "in" / name).write_bytes(data)
    return home


@pytest.fixture(params=FOLDERS)
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a folder of articles, `in`, in the working folder."""
    monkeypatch.chdir(tmp_path)
    return copied(request.param, tmp_path)


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of one source of the corpus, `in/harbour-post`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    copied(CORPUS / "harbour-post", tmp_path)
    (tmp_path / "in").rename(tmp_path / "harbour-post")
    (tmp_path / "in").mkdir()
    (tmp_path / "harbour-post").rename(tmp_path / "in" / "harbour-post")
    return tmp_path


@pytest.mark.parametrize("options", [[], ["--preview", "--scope", "document", "--ignore", "CR"]], ids=" ".join)
def test_check_finds_what_clean_removes(folder: Path, options: list[str]) -> None:
    expected = cleaned(folder / "in", folder / "out", *options)
    assert len(expected) > 3
    assert checked("in", *options, prefix="in/") == expected


def test_fix_writes_what_clean_writes_and_leaves_nothing_to_fix(folder: Path) -> None:
    before = tree(folder / "in")
    found = cleaned(folder / "in", folder / "out")
    copies = {said.document for said in found if said.code == "DU401"}
    assert run("check", "in", "--fix")[0] == int(bool(copies))
    after = tree(folder / "in")
    assert {name: data for name, data in after.items() if name not in copies} == tree(folder / "out")
    assert {name: after[name] for name in copies} == {name: before[name] for name in copies}
    assert after != before
    code, printed = run("check", "in", "--fix", "--exit-zero", "--exit-non-zero-on-fix")
    assert code == 0
    assert "fixable" not in printed
    assert tree(folder / "in") == after


def test_check_finds_the_same_however_the_folder_is_called(post: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = cleaned(post / "in", post / "out")
    assert checked("./in/", "in", "in/../in", prefix="in/") == expected
    assert checked(str(post / "in"), prefix="in/") == expected
    monkeypatch.chdir(post / "in")
    assert checked() == expected
    monkeypatch.chdir(post / "out")
    assert checked("../in", prefix="../in/") == expected


def test_check_finds_the_same_in_files_that_are_named(post: Path) -> None:
    names = sorted(f"in/{name}" for name in tree(post / "in"))
    assert checked(*names[::-1], prefix="in/") == cleaned(post / "in", post / "out")


def test_diff_is_that_of_clean_but_for_copies(post: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(post / "in")
    _, expected = run("clean", ".", "--diff", "--ignore", "DU401")
    assert expected
    assert run("check", ".", "--diff", "--ignore", "DU401") == (1, expected)


def test_settings_hold_for_both(post: Path) -> None:
    (post / "dedup.toml").write_text('ignore = ["DU1"]\nmin-words = 9\nduplicate-documents = "keep"\nbudget = 0.2\n')
    expected = cleaned(post / "in", post / "out")
    assert expected
    assert not [said for said in expected if said.code in ("DU101", "DU401")]
    assert checked("in", prefix="in/") == expected


def test_per_file_ignores_hold_for_both(post: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = len(cleaned(post / "in", post / "all"))
    (post / "dedup.toml").write_text('[per-file-ignores]\n"*ferry*" = ["DU", "AD", "NL"]\n"harbour-post/k*" = ["CK"]\n')
    monkeypatch.chdir(post / "in")
    expected = cleaned(post / "in", post / "out")
    assert 0 < len(expected) < everything
    assert checked(".") == expected


@pytest.mark.parametrize("pattern", ["site/*", "*/a.txt", "site/a.txt"])
def test_a_per_file_ignore_of_a_folder_holds_for_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str
) -> None:
    (tmp_path / "in" / "site").mkdir(parents=True)
    (tmp_path / "in" / "site" / "a.txt").write_text(DIRTY)
    (tmp_path / "dedup.toml").write_text(f'[per-file-ignores]\n"{pattern}" = ["AD"]\n')
    monkeypatch.chdir(tmp_path)
    assert checked("in", prefix="in/") == cleaned(tmp_path / "in", tmp_path / "out")


# Generated documents


def write(folder: Path, data: dict[str, bytes]) -> None:
    for name, content in data.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def under(prefix: str, one: Cleaned) -> Any:
    """Return what became of a document, as it would be told of one whose id begins with a prefix."""
    removals = [
        (r.code, r.start, r.end, r.text, r.cuts, r.similarity, r.phrase, r.evidence)
        + ((prefix + r.twin.document, r.twin.start, r.twin.end) if r.twin else ())
        for r in one.removals
    ]
    return prefix + one.document.id, one.document.source, one.text, one.status, one.refused, removals


@SOME
@given(files(), configs())
def test_check_judges_generated_files_as_clean_does(data: dict[str, bytes], config: Config) -> None:
    with tempfile.TemporaryDirectory() as home, chdir(home):
        write(Path("in"), data)
        intake = read(Path("in"))
        expected = [under("in/", one) for one in clean_documents(intake.documents, config)]
        found = gather([Path("in")], config)
        assert [under("", one) for one in judge(found, config)] == expected
        assert found.intake.bad == {f"in/{name}": reason for name, reason in intake.bad.items()}
        assert found.intake.originals == {f"in/{name}": original for name, original in intake.originals.items()}


@FEW
@given(files())
def test_generated_files_are_fixed_as_clean_cleans_them_once_and_restored(data: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as home, chdir(home):
        write(Path("in"), data)
        run("clean", "in", "out", "--quiet")
        run("check", "in", "--fix")
        after, out = tree(Path("in")), tree(Path("out"))
        rest = data.keys() - out.keys()  # copies, and what is no text
        assert {name: after[name] for name in out} == out
        assert {name: after[name] for name in rest} == {name: data[name] for name in rest}
        assert run("check", "in", "--diff", "--quiet")[1] == ""
        fixes = list(Path(".dedup_cache", "fixes").glob("*"))
        assert len(fixes) == int(after != data)
        for fix in fixes:
            assert run("restore", str(fix))[0] == 0
        assert tree(Path("in")) == data
