"""The README names every command, option, code and setting, and nothing that does not exist."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer

import dedup
from dedup import Config
from dedup.cli.app import app
from dedup.codes import DETECTORS, all_codes

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
OPTIONS = sorted(
    {
        (name, option)
        for name, command in COMMANDS.items()
        for parameter in command.params
        if parameter.param_type_name == "option"
        for option in parameter.opts
        if option.startswith("--") and option != "--help"
    }
)
FAMILIES = sorted({code.code[:2] for code in all_codes()})


def is_named(word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", README) is not None


def test_there_is_something_to_check() -> None:
    assert set(COMMANDS) >= {"clean", "explain", "restore", "rules"}
    assert len(OPTIONS) >= 15
    assert not is_named("--no-such-option")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented(command: str) -> None:
    assert f"dedup {command}" in README


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_is_documented(command: str, option: str) -> None:
    assert is_named(option), f"dedup {command} {option}"


@pytest.mark.parametrize("code", [code.code for code in DETECTORS] + [code.name for code in DETECTORS])
def test_every_code_of_a_detector_is_documented(code: str) -> None:
    assert is_named(code)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_codes_is_documented(family: str) -> None:
    assert is_named(family) or re.search(rf"\b{family}\d", README)


@pytest.mark.parametrize("setting", [field.name.replace("_", "-") for field in fields(Config)])
def test_every_setting_is_documented(setting: str) -> None:
    assert is_named(setting) or is_named(f"--{setting}")


def test_every_code_in_the_readme_exists() -> None:
    named = set(re.findall(r"\b(?:DU|AD|NL|RL|PW|SH|CK|CR|BY|CM|NV|MD|FB|HX)\d{3}\b", README))
    assert named
    assert named <= {code.code for code in all_codes()}


def test_every_option_in_the_readme_exists() -> None:
    blocks = re.findall(r"^ *\$? *(?:\S*/)?dedup [a-z].*$", README, re.MULTILINE)
    used = {option for line in blocks for option in re.findall(r"(?<!\S)--[a-z-]+", line)}
    assert used <= {option for _, option in OPTIONS} | {"--help", "--version"}


@pytest.mark.parametrize("name", ["clean_text", "Cleaner", "Config"])
def test_the_python_api_is_documented(name: str) -> None:
    assert name in dedup.__all__
    assert is_named(name)
