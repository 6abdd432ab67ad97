"""The documents of a run, in memory or in files: numbered in order, and read where they are needed."""

from __future__ import annotations

import errno
import os
import pickle
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Document, DocumentError
from dedup.documents.folder import digest_of, read
from dedup.documents.texts import Filed, Given
from tests.folders import BRIDGES, EVERYTHING, fill
from tests.strategies import corpora, files


def numbers(texts: Filed | Given) -> Sequence[int]:
    return range(len(texts.ids))


def test_no_documents_are_none(tmp_path: Path) -> None:
    for texts in (Given([]), Filed(tmp_path)):
        assert (list(texts.ids), list(texts.sources), list(texts.sizes), texts.originals, texts.bad) == ([],) * 3 + (
            {},
        ) * 2
        assert (texts.lot([]).read(), texts.lot([]).digests()) == (([], [], {}), [])


@settings(deadline=None, max_examples=25)
@given(corpora(), st.randoms(use_true_random=False))
def test_documents_in_memory_come_in_the_order_of_their_ids(documents: list[Document], shuffle: object) -> None:
    mixed = list(documents)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    texts = Given(mixed)
    expected = sorted(documents, key=lambda document: document.id)
    assert list(texts.ids) == [document.id for document in expected]
    assert list(texts.sources) == [document.source for document in expected]
    assert list(texts.sizes) == [len(document.text) for document in expected]
    assert texts.lot(numbers(texts)).read() == ([document.text for document in expected], [], {})
    assert [texts.text(doc) for doc in numbers(texts)] == [document.text for document in expected]


def test_documents_in_memory_may_be_given_another_order() -> None:
    documents = [Document(name, name) for name in ("a", "b", "c", "d")]
    assert Given(documents, {"a": 2, "c": -1, "x": 7}).ids == ["c", "b", "d", "a"]


def test_a_lot_has_the_documents_that_were_asked_for_in_that_order(tmp_path: Path) -> None:
    fill(tmp_path, {name: f"text of {name}" for name in ("a.txt", "b.txt", "c.txt")})
    given_texts = Given([Document(name, f"text of {name}") for name in ("a.txt", "b.txt", "c.txt")])
    for texts in (given_texts, Filed(tmp_path)):
        assert texts.lot([2, 0]).read().texts == ["text of c.txt", "text of a.txt"]
        assert texts.lot(range(1, 2)).read().texts == ["text of b.txt"]
    assert given_texts.lot([1, 2]).digests() == [None, None]


@settings(deadline=None, max_examples=25)
@given(files())
def test_files_are_those_of_a_folder_that_is_read_at_once(data: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        intake, texts = read(fill(Path(name), data)), Filed(Path(name))
        found = texts.lot(numbers(texts)).read()
        digests = texts.lot(numbers(texts)).digests()
    good = [doc for doc in numbers(texts) if doc not in found.bad]
    assert [Document(texts.ids[doc], found.texts[doc], texts.sources[doc]) for doc in good] == intake.documents
    assert {texts.ids[doc]: found.originals[doc] for doc in good} == intake.originals
    assert {texts.ids[doc]: reason for doc, reason in found.bad.items()} == intake.bad
    assert [(found.texts[doc], found.originals[doc]) for doc in found.bad] == [("", None)] * len(found.bad)
    assert digests == [digest_of(data[name]) for name in texts.ids]
    assert list(texts.sizes) == [len(data[name]) for name in texts.ids]


def test_what_is_no_text_is_skipped_and_what_cannot_be_looked_into_is_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, {"a.txt": "x", "b.pdf": "x", ".c.txt": "x", "secret/d.txt": "x"})
    real = os.scandir

    def deny(path: str) -> object:
        if str(path).endswith("secret"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", deny)
    texts = Filed(tmp_path)
    assert texts.ids == ["a.txt"]
    assert texts.skipped == {"b.pdf": "not .txt, .text, .md", ".c.txt": "hidden"}
    assert texts.unread == {"secret": "Permission denied"}


def test_one_file_is_a_document_whatever_it_is_called(tmp_path: Path) -> None:
    fill(tmp_path, {"article.html": "one", "other.txt": "two"})
    texts = Filed(tmp_path / "article.html")
    assert (texts.ids, texts.sources, texts.sizes, texts.text(0)) == (["article.html"], [""], [3], "one")


def test_bad_files_are_named_by_their_place_in_the_lot(tmp_path: Path) -> None:
    fill(tmp_path, {"a.txt": "good", "b.txt": b"\0", "c.txt": "good", "d.txt": "gone"})
    os.mkfifo(tmp_path / "e.txt")
    texts = Filed(tmp_path)
    (tmp_path / "d.txt").unlink()
    found = texts.lot([4, 2, 3, 1]).read()
    assert found.texts == ["", "good", "", ""]
    assert found.bad == {
        0: "not a regular file",
        2: "No such file or directory",
        3: "contains NUL bytes; it is not a text file",
    }
    digests = texts.lot([4, 2, 3, 1]).digests()
    assert digests == [None, digest_of(b"good"), None, digest_of(b"\0")]


def test_a_lot_of_files_is_sent_as_names(tmp_path: Path) -> None:
    fill(tmp_path, {"a.txt": "The ferry sails. " * 1000})
    sent = pickle.dumps(Filed(tmp_path).lot([0]))
    assert b"ferry" not in sent
    assert pickle.loads(sent).read().texts == ["The ferry sails. " * 1000]


def test_names_that_are_not_utf8_and_files_of_other_encodings_are_read(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_bytes(f"{BRIDGES}\r\n".encode("cp1251"))
    texts = Filed(tmp_path)
    assert [os.fsencode(name) for name in texts.ids] == [b"caf\xe9.txt"]
    found = texts.lot([0]).read()
    assert found.texts == [f"{BRIDGES}\r\n"]
    assert found.originals[0] is not None
    assert found.originals[0].encoding == "cp1251"


def read_once(root: Path) -> Filed:
    """Return the files of a folder after they were read, as a run does it."""
    texts = Filed(fill(root, EVERYTHING))
    found = texts.lot(numbers(texts)).read()
    texts.originals.update({k: original for k, original in enumerate(found.originals) if original is not None})
    return texts


def test_files_that_stay_what_they_were_may_be_read_again(tmp_path: Path) -> None:
    texts = read_once(tmp_path)
    first = texts.lot(numbers(texts)).read()
    fill(tmp_path, EVERYTHING)
    os.utime(tmp_path / "a.txt", (1, 1))
    assert texts.lot(numbers(texts)).read() == first
    assert texts.text(0) == first.texts[0]


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"ferry", b"fairy"))


def make_bad(path: Path) -> None:
    path.write_bytes(b"\0")


@pytest.mark.parametrize("how", [change, make_bad, Path.unlink, lambda path: path.rename(path.with_suffix(".old"))],
                         ids=["changed", "no text any more", "gone", "renamed"])  # fmt: skip
def test_a_file_that_is_no_longer_what_it_was_is_named(tmp_path: Path, how: object) -> None:
    texts = read_once(tmp_path)
    how(tmp_path / "a.txt")  # type: ignore[operator]
    said = "a.txt: was changed while it was read; run again"
    with pytest.raises(DocumentError) as error:
        texts.lot(numbers(texts)).read()
    assert str(error.value) == said
    with pytest.raises(DocumentError) as error:
        texts.text(texts.ids.index("a.txt"))
    assert str(error.value) == said
    assert texts.text(texts.ids.index("b/copy.txt")) == EVERYTHING["b/copy.txt"].decode()


def test_a_file_that_was_bad_and_is_mended_is_no_matter(tmp_path: Path) -> None:
    texts = read_once(tmp_path)
    doc = texts.ids.index("d/bad.txt")
    (tmp_path / "d" / "bad.txt").write_text("mended")
    assert texts.lot([doc]).read().texts == ["mended"]
