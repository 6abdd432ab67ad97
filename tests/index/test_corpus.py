"""The index of a corpus: what it says of files old, new, changed and gone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup import Config, Document, checking
from dedup.index import bands
from dedup.index import corpus as corpus_module
from dedup.index import files as files_module
from dedup.index.corpus import CorpusIndex
from dedup.normalize import normalize
from dedup.run import Run, clean_documents
from tests.index import (
    ALL,
    APPLES,
    BOOKS,
    BRIDGE,
    CHOIR,
    CONFIG,
    FERRY,
    GOATS,
    LAMP,
    MARKET,
    MILL,
    NETS,
    SCHOOL,
    TRAM,
    Found,
    called,
    cleaned,
    commit,
    env,
    found,
    git,
    indexed,
    lay,
    page,
)
from tests.strategies import corpora

EXAMPLES = Path(__file__).parents[2] / "corpus"
FEW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


def codes(outcome: dict[str, list[Found]]) -> dict[str, list[str]]:
    return {name: [removal.code for removal in removals] for name, removals in outcome.items()}


def said(text: str, removal: Found) -> str:
    return text[removal.start : removal.end]


# A fresh index.


def documents_of(root: Path) -> dict[str, str]:
    return {p.relative_to(root).as_posix(): p.read_bytes().decode("utf-8") for p in sorted(root.rglob("*.txt"))}


def test_a_fresh_index_says_what_clean_says_of_the_examples(tmp_path: Path) -> None:
    assert indexed(EXAMPLES, tmp_path) == cleaned(documents_of(EXAMPLES))


@FEW
@given(corpora(), st.sampled_from((CONFIG, Config(workers=1, budget=1.0, min_words=3, duplicate_documents="keep"))))
def test_a_fresh_index_says_what_clean_says(documents: list[Document], config: Config) -> None:
    with tempfile.TemporaryDirectory() as home:
        root = lay(Path(home, "in"), {document.id: document.text for document in documents})
        whole = clean_documents(documents, config)
        with closing(CorpusIndex(root, Path(home, "index"), config)) as index:
            for _ in range(2):
                index.update()
                for one in whole:
                    judged = index.outcome(one.document.id)
                    assert judged.removals == one.removals
                    assert judged.refused == one.refused
                    assert checking._cleaned(one.document, judged).text == one.text


@FEW
@given(corpora(4), corpora(3))
def test_what_is_new_is_found_and_what_was_there_stays(old: list[Document], new: list[Document]) -> None:
    """What is known of the old ones stands; every repeat of a new one has a twin that is kept, and says the same."""
    new = [document._replace(id=f"{document.source or 'none'}/new-{document.id.replace('/', '-')}") for document in new]
    with tempfile.TemporaryDirectory() as home:
        root = lay(Path(home, "in"), {document.id: document.text for document in old})
        with closing(CorpusIndex(root, Path(home, "index"), CONFIG)) as index:
            index.update()
            before = {document.id: index.outcome(document.id) for document in old}
            lay(root, {document.id: document.text for document in new})
            index.update()
            after = {document.id: index.outcome(document.id) for document in [*old, *new]}
        assert {name: after[name] for name in before} == before
        texts = {document.id: document.text for document in [*old, *new]}
        for judged in after.values():
            for removal in judged.removals:
                if removal.twin is None or removal.code == "DU401":
                    continue
                kept = texts[removal.twin.document][removal.twin.start : removal.twin.end]
                gone = [cut for one in after[removal.twin.document].removals for cut in one.cuts]
                assert not any(c.start <= removal.twin.start and removal.twin.end <= c.end for c in gone)
                if removal.code in ("DU001", "DU101"):
                    left = "".join(
                        kept[k]
                        for k in range(len(kept))
                        if not any(c.start <= removal.twin.start + k < c.end for c in gone)
                    )
                    assert normalize(left) == normalize(removal.text)


# Who is senior.


def test_without_git_paths_decide(tmp_path: Path) -> None:
    root = lay(tmp_path / "in", {"z.txt": page(FERRY, NETS, BOOKS), "a.txt": page(FERRY, APPLES, BRIDGE)})
    assert codes(indexed(root, tmp_path / "i")) == {"z.txt": ["DU001"]}


@pytest.mark.parametrize("below", ["", "articles/of/ours"])
def test_what_the_last_commit_has_is_senior(tmp_path: Path, below: str) -> None:
    root = lay(tmp_path / "in" / below, {"z.txt": page(FERRY, NETS, BOOKS)})
    commit(tmp_path / "in")
    lay(root, {"a.txt": page(FERRY, APPLES, BRIDGE)})
    assert codes(indexed(root, tmp_path / "i")) == {"a.txt": ["DU001"]}


def test_names_of_any_characters_are_found_in_the_commit(tmp_path: Path) -> None:
    root = lay(tmp_path / "in", {'zoé "ü"\n\t.txt': page(FERRY, NETS, BOOKS)})
    commit(root)
    lay(root, {"a.txt": page(FERRY, APPLES, BRIDGE)})
    assert codes(indexed(root, tmp_path / "i")) == {"a.txt": ["DU001"]}


def test_what_is_only_staged_is_new(tmp_path: Path) -> None:
    root = lay(tmp_path / "in", {"z.txt": page(FERRY, NETS, BOOKS)})
    commit(root)
    lay(root, {"a.txt": page(FERRY, APPLES, BRIDGE)})
    git(root, "add", "-A")
    assert codes(indexed(root, tmp_path / "i")) == {"a.txt": ["DU001"]}


def test_a_repository_without_a_commit_is_like_none(tmp_path: Path) -> None:
    root = lay(tmp_path / "in", {"z.txt": page(FERRY, NETS, BOOKS), "a.txt": page(FERRY, APPLES, BRIDGE)})
    git(root, "init", "-q")
    assert codes(indexed(root, tmp_path / "i")) == {"z.txt": ["DU001"]}


def test_what_the_index_had_is_senior(tmp_path: Path) -> None:
    root = lay(tmp_path / "in", {"z.txt": page(FERRY, NETS, BOOKS)})
    indexed(root, tmp_path / "i")
    lay(root, {"a.txt": page(FERRY, APPLES, BRIDGE)})
    assert codes(indexed(root, tmp_path / "i")) == {"a.txt": ["DU001"]}


def test_what_was_committed_since_is_senior(tmp_path: Path) -> None:
    root = lay(tmp_path / "in", {"m.txt": page(NETS, BOOKS)})
    commit(root)
    indexed(root, tmp_path / "i")
    lay(root, {"z.txt": page(FERRY, LAMP, BRIDGE)})
    commit(root)  # as after `git pull`
    lay(root, {"a.txt": page(FERRY, APPLES, MILL)})
    assert codes(indexed(root, tmp_path / "i")) == {"a.txt": ["DU001"]}


def test_a_changed_file_of_the_commit_is_senior_to_a_new_one(tmp_path: Path) -> None:
    root = lay(tmp_path / "in", {"m.txt": page(NETS, BOOKS, FERRY)})
    commit(root)
    indexed(root, tmp_path / "i")
    lay(root, {"m.txt": page(NETS, BOOKS, FERRY, LAMP), "a.txt": page(FERRY, TRAM, MILL)})
    assert codes(indexed(root, tmp_path / "fresh")) == {"a.txt": ["DU001"]}
    assert codes(indexed(root, tmp_path / "i")) == {"a.txt": ["DU001"]}


def test_a_file_whose_twin_went_is_senior_to_a_new_one(tmp_path: Path) -> None:
    root = lay(tmp_path / "in", {"d.txt": page(NETS, BOOKS), "m.txt": page(NETS, FERRY, LAMP)})
    indexed(root, tmp_path / "i")
    (root / "d.txt").unlink()
    lay(root, {"a.txt": page(FERRY, TRAM, MILL)})
    assert codes(indexed(root, tmp_path / "i")) == {"a.txt": ["DU001"]}


def test_the_commit_is_found_from_a_hook_in_a_linked_worktree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path / "repo", {"c/z.txt": page(FERRY, NETS, BOOKS)})
    commit(tmp_path / "repo")
    git(tmp_path / "repo", "worktree", "add", "-q", str(tmp_path / "tree"), "-b", "w")
    root = lay(tmp_path / "tree" / "c", {"a.txt": page(FERRY, APPLES, BRIDGE)})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "repo/.git/worktrees/tree"))
    assert codes(indexed(root, tmp_path / "i")) == {"a.txt": ["DU001"]}


# New files.


OLD = {
    "alpha/a.txt": page(FERRY, "Advertisement", NETS, f"{BOOKS} {BRIDGE}", APPLES),
    "beta/b.txt": page(FERRY, NETS, MARKET, SCHOOL, TRAM, MILL),
}


def added(
    tmp_path: Path, new: dict[str, str], old: dict[str, str] = OLD, config: Config = CONFIG
) -> dict[str, list[Found]]:
    """Index a corpus, add files, and return what is found in these."""
    root = lay(tmp_path / "in", old)
    indexed(root, tmp_path / "i", config)
    lay(root, new)
    after = indexed(root, tmp_path / "i", config)
    return {name: after[name] for name in new if name in after}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((APPLES, LAMP, CHOIR), ["DU001"]),
        ((f"{LAMP} {BRIDGE}", CHOIR), ["DU101"]),
        ((APPLES.replace("orchard", "orcharrd"), LAMP, CHOIR), ["DU002"]),
        ((f"{LAMP} {BRIDGE.replace('drawings', 'drawigns')}", CHOIR), ["DU102"]),
        ((LAMP, "Advertisement", CHOIR), ["AD001"]),
        ((" ".join(GOATS.split()[:12]) + "…", LAMP, GOATS), ["DU201"]),
        ((FERRY, NETS, f"{BOOKS} {BRIDGE}", APPLES), ["DU401"]),
        ((APPLES.replace("many", "no").replace("red", "green"), LAMP, CHOIR), []),
        ((MARKET, TRAM, LAMP, CHOIR, GOATS, BRIDGE), ["DU001", "DU001", "DU101"]),
    ],
    ids=lambda value: "-".join(value) if value and len(value[0]) == 5 else None,
)
@pytest.mark.parametrize("name", ["gamma/c.txt", "aaa/first.txt"])
def test_new_files_are_judged_as_a_run_over_everything(
    tmp_path: Path, lines: tuple[str, ...], expected: list[str], name: str
) -> None:
    new = {name: page(*lines)}
    outcome = added(tmp_path, new)
    assert codes(outcome).get(name, []) == expected
    whole = cleaned({**OLD, "zzz/last.txt": page(*lines)}).get("zzz/last.txt", [])
    assert [removal.code for removal in whole] == expected
    if "DU401" not in expected:
        assert [
            removal._replace(twin=removal.twin and (removal.twin[0].replace("zzz/last.txt", name), *removal.twin[1:]))
            for removal in whole
        ] == outcome.get(name, [])


def test_a_twin_stands_where_it_stands_in_the_original(tmp_path: Path) -> None:
    """Lines above it, and a sentence before it in its line, have gone."""
    old = {
        "a/a.txt": page(FERRY, NETS),
        "b/b.txt": "\ufeff"
        + page("Advertisement", LAMP, FERRY, f"{NETS} {BOOKS} {GOATS}", CHOIR, TRAM).replace("\n", "\r\n"),
    }
    new = {"c/c.txt": page(MILL, BOOKS, TRAM, MARKET, CHOIR.replace("frozen", "forzen"), SCHOOL, APPLES)}
    outcome = added(tmp_path, new, old)["c/c.txt"]
    twins = {old[r.twin[0]][r.twin[1] : r.twin[2]] for r in outcome if r.twin}
    assert twins == {BOOKS, TRAM, CHOIR}
    findings, _ = called(tmp_path / "in", "c/c.txt")
    assert findings == ["c/c.txt:3:1: DU101", "c/c.txt:5:1: DU001", "c/c.txt:9:1: DU002"]


def test_places_of_twins_are_shown_by_line_and_column(tmp_path: Path) -> None:
    old = {"a/a.txt": page(NETS), "b/b.txt": page("Advertisement", LAMP, f"{NETS} {BOOKS} {GOATS}", MILL)}
    root = lay(tmp_path, old)
    called(root, ".")
    lay(root, {"c/c.txt": page(f"{CHOIR} {GOATS}", TRAM)})
    from tests.index import command

    out = command(root, "c/c.txt").stdout
    assert f"repeats b/b.txt:5:{len(NETS) + 1 + len(BOOKS) + 2}" in out


@pytest.mark.parametrize("shared", [1, 2])
def test_a_copy_of_a_document_that_has_lost_lines_is_a_copy(tmp_path: Path, shared: int) -> None:
    """Worse: its lines are repeats of two documents, which is over the budget, and nothing at all is reported."""
    body = (*(FERRY, NETS)[:shared], BOOKS, APPLES, BRIDGE)
    old = {"a/a.txt": page(FERRY, NETS, MARKET, TRAM, MILL, LAMP), "b/b.txt": page(*body)}
    assert codes(cleaned({**old, "c/z.txt": page(*body)}))["c/z.txt"] == ["DU401"]
    assert codes(added(tmp_path, {"c/z.txt": page(*body)}, old)) == {"c/z.txt": ["DU401"]}


def test_the_twin_of_a_copy_is_the_whole_document(tmp_path: Path) -> None:
    old = {"a/a.txt": page("Advertisement", FERRY, NETS, BOOKS)}
    outcome = added(tmp_path, {"b/b.txt": page(FERRY, NETS, BOOKS)}, old)
    assert [removal.twin for removal in outcome["b/b.txt"]] == [("a/a.txt", 0, len(old["a/a.txt"]), 1)]


# Site furniture.

MOTTO = "The Maren Messenger: news from the harbour since the great tide"


def test_a_line_on_many_pages_of_the_source_is_furniture(tmp_path: Path) -> None:
    old = {f"s/{k}.txt": page(MOTTO, ALL[k], ALL[k + 3]) for k in range(2)}
    new = {"s/z.txt": page(MOTTO, ALL[9], ALL[10], ALL[11])}
    assert codes(cleaned(old | new))["s/z.txt"] == ["DU301"]
    assert codes(added(tmp_path, new, old)) == {"s/z.txt": ["DU301"]}


def test_not_in_another_source_nor_in_the_middle(tmp_path: Path) -> None:
    old = {f"s/{k}.txt": page(MOTTO, ALL[k], ALL[k + 3]) for k in range(2)}
    other = {"t/z.txt": page("The Maren Messenger", *ALL[6:9])}
    old |= {f"s/m{k}.txt": page("The Maren Messenger", f"{x} And {x.lower()}") for k, x in enumerate(ALL[9:])}
    middle = {
        "s/x.txt": page(*ALL[2:3], *ALL[5:8], "The Maren Messenger", *ALL[8:9], *(f"So {x.lower()}" for x in ALL[:6]))
    }
    outcome = added(tmp_path, other, old)
    assert codes(outcome) == {}
    whole = codes(cleaned(old | other | middle))
    assert "DU301" in codes(added(tmp_path, middle, old | other)).get("s/x.txt", []) or "DU301" not in whole.get(
        "s/x.txt", []
    )


def test_a_page_with_the_longest_line_of_another_is_no_third_page(tmp_path: Path) -> None:
    long = " ".join(ALL[:3])
    old = {"s/p.txt": page(MOTTO, long, MARKET), "s/q.txt": page(MOTTO, " ".join(ALL[3:6]), MILL)}
    new = {"s/z.txt": page(MOTTO, long, LAMP, CHOIR, GOATS, TRAM, SCHOOL)}
    assert codes(cleaned(old | new))["s/z.txt"] == ["DU001", "DU001"]
    assert codes(added(tmp_path, new, old)) == {"s/z.txt": ["DU001", "DU001"]}


@pytest.mark.parametrize("nothing", ["", "\0"])
def test_a_file_without_words_is_no_page(tmp_path: Path, nothing: str) -> None:
    short = "The Maren Messenger"
    old = {f"s/{k}.txt": page(short, ALL[k], ALL[k + 2]) for k in range(2)} | {"s/empty.txt": nothing}
    old |= {f"s/e{k}.txt": page(ALL[6 + k], ALL[9 + k]) for k in range(3)}
    new = {"s/z.txt": page(short, f"So {ALL[5].lower()}", f"And {ALL[4].lower()}")}
    assert codes(cleaned({**old, **new, "s/empty.txt": ""}))["s/z.txt"] == ["DU301"]
    assert codes(added(tmp_path, new, old)) == {"s/z.txt": ["DU301"]}


def test_copies_of_a_page_do_not_make_a_line_of_the_middle_furniture(tmp_path: Path) -> None:
    short = "The Maren Messenger"
    copies = {f"s/c{k}.txt": page(short, " ".join(ALL[:6])) for k in range(5)}
    words = [x[:-1].split() for x in ALL]

    def middle(turn: int) -> str:
        lines = [" ".join(w[turn:] + w[:turn]).capitalize() + "." for w in words]
        return page(*lines[:6], short, *lines[6:])

    old = copies | {"s/m1.txt": middle(4)}
    new = {"s/z.txt": middle(8)}
    assert "DU301" not in codes(cleaned(old | new)).get("s/z.txt", [])
    assert "DU301" not in codes(added(tmp_path, new, old)).get("s/z.txt", [])


# Changed and gone.


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    root = lay(tmp_path / "in", {"a.txt": page(FERRY, NETS, BOOKS), "b.txt": page(FERRY, APPLES, BRIDGE)})
    assert codes(indexed(root, tmp_path / "i")) == {"b.txt": ["DU001"]}
    return root


def test_what_repeated_a_deleted_file_is_no_finding(pair: Path) -> None:
    (pair / "a.txt").unlink()
    assert indexed(pair, pair.parent / "i") == {}


def test_what_repeated_a_changed_file_is_no_finding(pair: Path) -> None:
    lay(pair, {"a.txt": page(LAMP, NETS, BOOKS)})
    assert indexed(pair, pair.parent / "i") == {}


def test_of_three_copies_another_takes_over(pair: Path) -> None:
    lay(pair, {"c.txt": page(FERRY, TRAM, MILL)})
    assert codes(indexed(pair, pair.parent / "i")) == {"b.txt": ["DU001"], "c.txt": ["DU001"]}
    (pair / "a.txt").unlink()
    assert codes(indexed(pair, pair.parent / "i")) == {"c.txt": ["DU001"]}


def test_a_renamed_file_is_known_by_its_new_name(pair: Path) -> None:
    (pair / "a.txt").rename(pair / "z.txt")
    outcome = indexed(pair, pair.parent / "i")
    assert [(name, removal.twin and removal.twin[0]) for name, (removal, *_) in outcome.items()] in (
        [("b.txt", "z.txt")],
        [("z.txt", "b.txt")],
    )


def test_a_chain_of_deletions_leaves_no_finding(tmp_path: Path) -> None:
    root = lay(
        tmp_path / "in",
        {
            "a.txt": page(FERRY, NETS, BOOKS),
            "b.txt": page(FERRY, APPLES, BRIDGE),
            "c.txt": page(APPLES, MARKET, SCHOOL),
        },
    )
    assert codes(indexed(root, tmp_path / "i")) == {"b.txt": ["DU001"], "c.txt": ["DU001"]}
    (root / "a.txt").unlink()
    assert codes(indexed(root, tmp_path / "i")) == {"c.txt": ["DU001"]}
    (root / "b.txt").unlink()
    assert indexed(root, tmp_path / "i") == {}


def test_a_document_left_alone_is_judged_anew_when_what_it_repeated_is_gone(tmp_path: Path) -> None:
    root = lay(tmp_path / "in", {"a.txt": page(*ALL[:3], *ALL[6:11]), "b.txt": page(*ALL[:4])})
    with closing(CorpusIndex(root, tmp_path / "i", CONFIG)) as index:
        index.update()
        assert index.outcome("b.txt").refused is not None
        (root / "a.txt").unlink()
        index.update()
        assert index.outcome("b.txt").refused is None


def test_a_touched_file_is_not_judged_anew(pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.utime(pair / "a.txt")
    with closing(CorpusIndex(pair, pair.parent / "i", CONFIG)) as index:
        monkeypatch.setattr(index, "_add", lambda *_: pytest.fail("judged anew"))
        monkeypatch.setattr(index, "_rebuild", lambda *_: pytest.fail("built anew"))
        index.update()
        read = Path.read_bytes
        monkeypatch.setattr(Path, "read_bytes", lambda p: pytest.fail("read again") if p.suffix == ".txt" else read(p))
        index.update()


def test_a_change_of_equal_size_and_time_is_noticed(pair: Path) -> None:
    before = (pair / "a.txt").stat()
    lay(pair, {"a.txt": page(FERRY.replace("Maren", "Marie"), NETS, BOOKS)})
    os.utime(pair / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    after = (pair / "a.txt").stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert indexed(pair, pair.parent / "i") == {}


def racing(monkeypatch: pytest.MonkeyPatch, during: Callable[[], object]) -> None:
    """Let something happen to the files while they are judged."""
    outcome = Run.outcome

    def disturbed(run: Run) -> object:
        result = outcome(run)
        during()
        return result

    monkeypatch.setattr(corpus_module.Run, "outcome", disturbed)


def test_a_file_that_changes_while_it_is_judged_is_noticed_by_the_next_call(
    pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        racing(patch, lambda: lay(pair, {"b.txt": page(APPLES, TRAM, MILL)}))
        indexed(pair, pair.parent / "other")
    assert indexed(pair, pair.parent / "other") == {}


def test_a_file_that_vanishes_while_it_is_judged_does_no_harm(pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    racing(monkeypatch, lambda: (pair / "a.txt").unlink(missing_ok=True))
    findings, _ = called(pair, "--cache-dir", ".other", "-q", "b.txt")
    assert findings in ([], ["b.txt:1:1: DU001"])


def test_a_file_that_vanishes_before_it_is_read_does_no_harm(pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = files_module.walk

    def late(*arguments: object) -> object:
        names = walk(*arguments)
        (pair / "a.txt").unlink(missing_ok=True)
        return names

    monkeypatch.setattr(files_module, "walk", late)
    assert called(pair, "--cache-dir", ".other", "-q", "b.txt")[0] == []


def test_a_twin_that_vanishes_before_new_files_are_judged_does_no_harm(
    pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(pair.parent / "new", {"n.txt": page(FERRY, LAMP, CHOIR)})
    judge = CorpusIndex.judge

    def late(index: CorpusIndex, *arguments: Any) -> object:
        (pair / "a.txt").unlink(missing_ok=True)
        return judge(index, *arguments)

    monkeypatch.setattr(CorpusIndex, "judge", late)
    called(pair, "-q", "../new/n.txt")


# What cannot be read, and files of other kinds.


def test_files_that_are_no_text_are_skipped(tmp_path: Path) -> None:
    bad = {"nul.txt": b"a\0b", "half.txt": b"\xff\xfe\x00", "none.txt": bytes(range(128, 256)) * 3}
    root = lay(tmp_path / "in", {"a.txt": page(FERRY, NETS, BOOKS), "b.txt": page(FERRY, APPLES, BRIDGE)} | bad)
    for _ in range(2):
        assert codes(indexed(root, tmp_path / "i")) == {"b.txt": ["DU001"]}
    lay(root, {"c.txt": b"\0", "b.txt": b"\0"})
    assert indexed(root, tmp_path / "i") == {}
    lay(root, {"nul.txt": page(FERRY, LAMP, CHOIR)})
    assert codes(indexed(root, tmp_path / "i")) == {"nul.txt": ["DU001"]}


def test_files_that_are_no_text_do_not_make_every_call_build_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = lay(tmp_path / "in", {"a.txt": page(FERRY, NETS)} | {f"bad/{k}.txt": b"\0" for k in range(201)})
    indexed(root, tmp_path / "i")
    monkeypatch.setattr(CorpusIndex, "_rebuild", lambda *_: pytest.fail("built anew"))
    indexed(root, tmp_path / "i")


def test_a_corpus_of_nothing(tmp_path: Path) -> None:
    root = lay(tmp_path / "in", {"nul.txt": b"\0"})
    assert indexed(root, tmp_path / "i") == {}
    lay(root, {"empty.txt": b"", "blank.txt": "\n \n"})
    assert indexed(root, tmp_path / "i") == {}
    lay(root, {"a.txt": page(FERRY, NETS, BOOKS)})
    assert indexed(root, tmp_path / "i") == {}
    for path in root.iterdir():
        path.unlink()
    assert indexed(root, tmp_path / "i") == {}


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    root = lay(tmp_path / "in", {"a.txt": page(FERRY, NETS, BOOKS)})
    Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.txt")).write_text(page(FERRY, APPLES, BRIDGE))
    assert len(called(root, ".")[0]) == 1


def judged(paths: list[str | Path], root: str | Path, home: Path, **changed: object) -> dict[str, list[str]]:
    config = replace(CONFIG, corpus=str(root), cache_dir=str(home), **changed)
    files = checking.gather([Path(path) for path in paths], config)
    return {one.document.id: [r.code for r in found(one.removals)] for one in checking.judge(files, config)}


def test_a_file_outside_with_the_name_of_one_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, {"corpus/post/a.txt": page(FERRY, NETS, BOOKS), "new/post/a.txt": page(FERRY, APPLES, BRIDGE)})
    monkeypatch.chdir(tmp_path / "new")
    assert judged(["post/a.txt"], "../corpus", tmp_path / "i") == {"post/a.txt": ["DU001"]}


def test_the_same_without_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(
        tmp_path,
        {"corpus/post/a.txt": page(FERRY, NETS, BOOKS), "new/post/a.txt": page(FERRY, APPLES, BRIDGE), "f": ""},
    )
    monkeypatch.chdir(tmp_path / "new")
    assert judged(["post/a.txt"], "../corpus", tmp_path / "f" / "i") == {"post/a.txt": ["DU001"]}


def test_a_file_outside_is_judged_against_the_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, {"corpus/post/a.txt": page(FERRY, NETS, BOOKS), "new/n.txt": page(FERRY, APPLES, BRIDGE)})
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert judged(["new"], "corpus", tmp_path / "i") == {"new/n.txt": ["DU001"]}


def test_a_link_in_the_corpus_does_not_repeat_itself(tmp_path: Path) -> None:
    root = lay(tmp_path / "in", {"b.txt": page(NETS, BOOKS)})
    lay(tmp_path / "far", {"x.txt": page(FERRY, APPLES, BRIDGE)})
    (root / "a.txt").symlink_to(tmp_path / "far" / "x.txt")
    assert list(judged([root / "a.txt"], root, tmp_path / "i").values()) == [[]]


@pytest.mark.parametrize("name", ["page.article", ".draft.txt", ".new/page.txt"])
def test_a_named_file_of_another_kind_in_the_corpus_folder_is_judged(tmp_path: Path, name: str) -> None:
    root = lay(tmp_path / "in", {"b.txt": page(NETS, BOOKS), name: page(FERRY, "Advertisement", NETS, APPLES)})
    assert list(judged([root / name], root, tmp_path / "i").values()) == [["AD001", "DU001"]]


def test_per_file_ignores_mean_the_same_with_a_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, {"c/p/a.txt": page(FERRY, "Advertisement", NETS)})
    monkeypatch.chdir(tmp_path)
    ignores = {"per_file_ignores": (("c/p/*", ("AD",)),)}
    assert judged(["c/p/a.txt"], "", tmp_path / "i", **ignores) == {"c/p/a.txt": []}
    assert judged(["c/p/a.txt"], "c", tmp_path / "i", **ignores) == {"c/p/a.txt": []}


def test_the_files_of_the_index_do_not_grow_with_the_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands, "BATCHES", 3)
    root = lay(tmp_path / "in", {"a.txt": page(FERRY, NETS)})
    for k in range(12):
        lay(root, {"b.txt": page(f"{APPLES[:-1]} since the {k + 3}th day of May.", ALL[k])})
        indexed(root, tmp_path / "i")
    assert len(list((tmp_path / "i").rglob("*.npy"))) <= 2 * 3
    lay(root, {"z/c.txt": page(FERRY.replace("harbour", "harbor"), MARKET)})
    assert [found.code for found in indexed(root, tmp_path / "i")["z/c.txt"]] == ["DU002"]


def test_the_environment_of_these_tests_has_no_hook() -> None:
    assert not {"GIT_DIR", "PRE_COMMIT"} & env().keys()
