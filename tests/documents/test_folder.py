"""Which files of a folder are documents, and what is wrong with the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedup.documents.folder import digest_of, read


def fill(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"text of {name}\n", encoding="utf-8")
    return root


def test_an_empty_folder_has_no_documents(tmp_path: Path) -> None:
    intake = read(tmp_path)
    assert (intake.documents, intake.originals, intake.skipped, intake.bad) == ([], {}, {}, {})


def test_documents_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    names = ["b/2.txt", "a.txt", "b/10.txt", "b.txt", "a/z/1.txt", "Ä.txt"]
    found = [document.id for document in read(fill(tmp_path, *names)).documents]
    assert found == sorted(names)


def test_the_first_folder_is_the_source(tmp_path: Path) -> None:
    fill(tmp_path, "top.txt", "site/one.txt", "site/2024/two.txt")
    sources = {document.id: document.source for document in read(tmp_path).documents}
    assert sources == {"top.txt": "", "site/one.txt": "site", "site/2024/two.txt": "site"}


def test_text_files_are_known_by_their_ending_in_any_case(tmp_path: Path) -> None:
    fill(tmp_path, "a.txt", "b.TXT", "c.text", "d.md", "e.html", "f", "g.txt.gz")
    intake = read(tmp_path)
    assert [document.id for document in intake.documents] == ["a.txt", "b.TXT", "c.text", "d.md"]
    assert set(intake.skipped) == {"e.html", "f", "g.txt.gz"}
    assert intake.bad == {}


def test_hidden_files_and_folders_are_left_out_and_named(tmp_path: Path) -> None:
    fill(tmp_path, ".hidden.txt", ".cache/a.txt", "a.txt", ".git/b.txt", ".dedup/c.txt")
    intake = read(tmp_path)
    assert [document.id for document in intake.documents] == ["a.txt"]
    assert intake.skipped == {".hidden.txt": "hidden", ".cache": "hidden"}


def test_one_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    fill(tmp_path, "article.html")
    intake = read(tmp_path / "article.html")
    assert [(d.id, d.text, d.source) for d in intake.documents] == [("article.html", "text of article.html\n", "")]


def test_the_digest_is_of_the_bytes_and_the_text_keeps_its_line_ends(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfone\r\ntwo"
    (tmp_path / "a.txt").write_bytes(data)
    intake = read(tmp_path)
    assert intake.documents[0].text == "\ufeffone\r\ntwo"
    assert intake.originals["a.txt"].digest == digest_of(data)


def test_a_link_to_a_file_is_read_and_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    fill(tmp_path, "a/one.txt")
    (tmp_path / "two.txt").symlink_to(tmp_path / "a" / "one.txt")
    (tmp_path / "b").symlink_to(tmp_path / "a", target_is_directory=True)
    intake = read(tmp_path)
    assert [document.id for document in intake.documents] == ["a/one.txt", "two.txt"]
    assert intake.skipped == {"b": "a link to a folder"}


def test_progress_is_told_of_each_file(tmp_path: Path) -> None:
    steps: list[int] = []
    read(fill(tmp_path, "a.txt", "b.txt", "c.pdf"), steps.append)
    assert steps == [1, 1]


@pytest.mark.parametrize("name", ["a\nb.txt", "a:3.txt", "[x] & y.txt", " .txt", "名前.txt"])
def test_odd_file_names_are_ids_like_others(tmp_path: Path, name: str) -> None:
    assert [document.id for document in read(fill(tmp_path, name)).documents] == [name]
