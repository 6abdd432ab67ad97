"""`dedup rules`, as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedup.cli.app import main
from dedup.codes import all_codes


def test_all_codes_are_listed_with_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [[code.code, code.name] for code in all_codes()]
    assert [line.endswith("(preview)") for line in lines] == [code.preview for code in all_codes()]


@pytest.mark.parametrize("label", [c.code for c in all_codes()])
def test_every_code_is_described(capsys: pytest.CaptureFixture[str], label: str) -> None:
    code = next(c for c in all_codes() if c.code == label)
    assert main(["rules", label]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{code.code} {code.name}")
    assert code.why in shown
    assert ("Removed:" in shown) == (not label.startswith(("CX", "DU")))


@pytest.mark.parametrize("label", ["du001", "repeated-line", "DU001"])
def test_a_code_or_name_is_found_in_any_case(capsys: pytest.CaptureFixture[str], label: str) -> None:
    assert main(["rules", label]) == 0
    assert capsys.readouterr().out.startswith("DU001 repeated-line\n")


def test_an_unknown_code_suggests_the_near_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "repeated-lines"]) == 2
    assert capsys.readouterr().err == "dedup: unknown code 'repeated-lines'; did you mean repeated-line?\n"


def packs() -> list[Path]:
    import dedup.rules

    return sorted((Path(dedup.rules.__file__).parent / "packs").glob("*.toml"))


@pytest.mark.parametrize("path", packs(), ids=lambda path: path.name)
def test_the_packs_pass_their_own_examples(capsys: pytest.CaptureFixture[str], path: Path) -> None:
    assert main(["rules", "test", str(path)]) == 0
    assert capsys.readouterr().out.endswith(" 0 problems\n")


def test_a_pack_whose_example_is_not_removed_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = next(p for p in packs() if p.name == "ads.toml").read_text(encoding="utf-8")
    broken = text.replace("bad = [", 'bad = ["The pilots of Port Maren sail again in spring", ', 1)
    assert broken != text
    (tmp_path / "pack.toml").write_text(broken, encoding="utf-8")
    assert main(["rules", "test", str(tmp_path / "pack.toml")]) == 1
    shown = capsys.readouterr().out
    assert "The pilots of Port Maren" in shown
    assert shown.endswith(" 1 problems\n")


@pytest.mark.parametrize("content", ["not toml [", "x = 1\n", "\xff"], ids=["not TOML", "no rules", "odd"])
def test_a_broken_pack_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    (tmp_path / "pack.toml").write_text(content, encoding="latin-1")
    assert main(["rules", "test", str(tmp_path / "pack.toml")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "pack.toml" in error


def test_a_missing_pack_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "test", str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err
