"""The generated articles are what the benchmarks say of them."""

from collections import Counter

import pytest

from tests.benchmarks.adversarial import KINDS
from tests.benchmarks.articles import DEEP_FROM, Articles, make
from tests.benchmarks.shares import count


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("articles")


@pytest.fixture(scope="module")
def made(folder):
    return make(folder, 3_000_000)


@pytest.fixture(scope="module")
def shares(folder, made):
    return count(folder)


def test_says_how_much_it_made(made, shares):
    assert made == (shares.documents, shares.size)


def test_is_as_large_as_asked(shares):
    assert shares.size == pytest.approx(3_000_000, rel=0.1)


def test_documents_lines_and_sentences_have_the_size_of_news(shares):
    assert shares.size / shares.documents == pytest.approx(3_800, rel=0.1)
    assert shares.lines / shares.documents == pytest.approx(18.4, rel=0.1)
    assert shares.sentences / shares.lines == pytest.approx(2, rel=0.1)


def test_repeats_are_as_frequent_as_stated(shares):
    assert shares.elsewhere == pytest.approx(0.25, abs=0.04)
    assert shares.within == pytest.approx(0.03, abs=0.01)
    assert shares.copies == pytest.approx(0.09, abs=0.03)


def test_a_document_depends_on_seed_and_number_alone():
    one, other = Articles(500), Articles(500)
    for number in (0, 499, 17):
        other.document(number)
    assert [one.document(k) for k in range(500)] == [other.document(k) for k in range(500)]
    assert one.document(7) != Articles(500, seed=6).document(7)


def test_the_same_seed_writes_the_same_files(tmp_path, folder, made):
    make(tmp_path, 3_000_000)
    for path in folder.rglob("*.txt"):
        assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes()


def test_what_is_fresh_is_distinct():
    texts = Articles(4_000)
    fresh = [texts._article(number)[1][-1] for number in range(1, 2_000)]
    assert len(set(fresh)) > 0.9 * len(fresh)


def test_folders_stay_small_in_a_large_corpus():
    texts = Articles(8 * DEEP_FROM)
    paths = [texts.path(number, texts._chosen[number % len(texts._chosen)]) for number in range(50_000)]
    folders = Counter(path.rpartition("/")[0] for path in paths)
    assert max(folders.values()) < 20_000
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_corpus_can_be_made_small(kind, tmp_path):
    documents, size = KINDS[kind](tmp_path, 50)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert (len(files), sum(path.stat().st_size for path in files)) == (documents, size)
    assert documents == {"template": 50, "long": 1, "copies": 50, "ordinary": 1}[kind]
    assert len({path.read_bytes() for path in files}) == (1 if kind == "copies" else documents)
