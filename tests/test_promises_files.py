"""The promises about files, order and facts: restore is exact, order and workers do not matter, facts stay."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Cleaner, Config, Document, DocumentError, clean_text
from dedup.documents.folder import read
from dedup.ledger import records_of, restore
from dedup.run import clean_documents
from tests.strategies import SENTENCES, TEMPLATES, corpora, files, wild_texts

SOME = settings(deadline=None, max_examples=12)
FEW = settings(deadline=None, max_examples=4)


def tree(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by name, without what dedup keeps there for itself."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".dedup" not in path.parts
    }


@SOME
@given(files())
def test_restore_gives_back_every_byte(data: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source, out, back = Path(folder, "in"), Path(folder, "out"), Path(folder, "back")
        for name, content in data.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(content)
        bad = set(read(source).bad)
        assert bad <= {name for name in data if b"\0" in data[name] or not _is_utf8(data[name])}
        with pytest.raises(DocumentError) if bad else nullcontext():
            Cleaner(Config(workers=1)).clean_folder(source, out)
        assert restore(out, back) == (len(data) - len(bad), [])
        assert tree(back) == {name: content for name, content in data.items() if name not in bad}
        assert tree(source) == data


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@settings(deadline=None, max_examples=20)
@given(st.lists(wild_texts(), max_size=3))
def test_any_text_is_cleaned_and_stays_in_order(texts: list[str]) -> None:
    documents = [Document(f"{k}.txt", text) for k, text in enumerate(texts)]
    for one in clean_documents(documents, Config(workers=1)):
        characters = iter(one.document.text)
        assert all(character in characters for character in one.text)


@SOME
@given(corpora(), st.randoms(use_true_random=False), st.sampled_from((1, 60, 1000)))
def test_neither_order_nor_batches_matter(documents: list[Document], shuffle: random.Random, batch: int) -> None:
    expected = clean_documents(documents, Config(workers=1))
    shuffled = list(documents)
    shuffle.shuffle(shuffled)
    found = clean_documents(shuffled, Config(workers=1), batch=batch)
    assert found.cleaned == expected.cleaned
    assert records_of(found) == records_of(expected)


@FEW
@given(corpora())
def test_two_workers_do_what_one_does(documents: list[Document]) -> None:
    expected = clean_documents(documents, Config(workers=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedup.engines.local.BULK_FROM", 0)
        found = clean_documents(documents, Config(workers=2), batch=200)
    assert found.cleaned == expected.cleaned
    assert records_of(found) == records_of(expected)


def test_the_hash_seed_of_the_process_does_not_matter(tmp_path: Path) -> None:
    source = tmp_path / "in"
    lines = [
        *SENTENCES,
        *SENTENCES[::3],
        "Advertisement",
        " ".join(SENTENCES[2:5]),
        SENTENCES[1].replace("nets", "net"),
    ]
    for number in range(6):
        (source / f"site{number % 2}").mkdir(parents=True, exist_ok=True)
        chosen = lines[number * 2 :] + lines[: number + 3]
        (source / f"site{number % 2}" / f"{number}.txt").write_text("\n\n".join(chosen) + "\n", encoding="utf-8")
    written = []
    for seed in ("0", "4242"):
        out = tmp_path / seed
        command = [sys.executable, "-m", "dedup", "clean", str(source), str(out), "--quiet", "--workers", "1"]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, cwd=tmp_path)
        ledger = {n: (out / ".dedup" / n).read_bytes() for n in ("ledger.jsonl", "documents.jsonl", "run.json")}
        assert ledger["ledger.jsonl"].count(b"\n") > 5
        written.append((tree(out), ledger))
    assert written[0] == written[1]


PAIRS = (
    ("Seventeen volunteers carried the books from the library.", "Eighteen volunteers carried the books from the library."),
    ("Gertrud Alm opened the new swimming pool in the harbour.", "Gertrud Ahl opened the new swimming pool in the harbour."),
    ("The ferry from Maren to Skerry sails on Monday mornings.", "The ferry from Skerry to Maren sails on Monday mornings."),
    ("The council will open the wooden bridge before spring.", "The council will not open the wooden bridge before spring."),
    ("Прокурор сообщил, что Павел Громов признал вину в суде.", "Прокурор сообщил, что Пётр Громов признал вину в суде."),
    ("Житель посёлка признал свою вину на заседании суда.", "Житель посёлка не признал свою вину на заседании суда."),
    ("Der Gemeinderat hat eine neue Brücke beschlossen, sagt er.", "Der Gemeinderat hat keine neue Brücke beschlossen, sagt er."),
    ("The tunnel opened on 3 March 2021 after years of delay.", "The tunnel opened on 3 March 2022 after years of delay."),
    ("The temperature on the pier fell to -5 degrees at night.", "The temperature on the pier fell to 5 degrees at night."),
)  # fmt: skip


@pytest.mark.parametrize("glue", ["\n\n", "\n", " "], ids=["as paragraphs", "as lines", "as sentences"])
@pytest.mark.parametrize("pair", PAIRS, ids=[b[:40] for _, b in PAIRS])
def test_sentences_that_say_different_things_both_stay(pair: tuple[str, str], glue: str) -> None:
    for a, b in (pair, pair[::-1]):
        text = f"{a}{glue}{b}\n"
        assert clean_text(text) == text


@SOME
@given(st.sampled_from(TEMPLATES), st.lists(st.integers(0, 3000), min_size=2, max_size=5, unique=True), st.booleans())
def test_sentences_with_different_numbers_all_stay(template: str, numbers: list[int], together: bool) -> None:
    lines = [template.format(n=number) for number in numbers]
    texts = ["\n".join(lines)] if together else lines
    outcome = clean_documents([Document(f"{k}.txt", text) for k, text in enumerate(texts)], Config(workers=1))
    assert outcome.removals == []


@pytest.mark.parametrize(("a", "b"), list(product(("", "  ", "\ufeff"), ("\n", "\r\n", "\r", "\n\n\n"))))
def test_a_file_of_white_space_stays_as_it_is(a: str, b: str) -> None:
    assert clean_text(a + b) == a + b


@pytest.mark.parametrize("quote", ["“", '"'], ids=["curly", "straight"])
def test_an_opening_quote_stays_with_its_sentence(quote: str) -> None:
    text = f"{SENTENCES[0]} {quote}{SENTENCES[0]}"
    assert clean_text(text + "\n", Config(budget=1)) in (f"{SENTENCES[0]}\n", text + "\n")
