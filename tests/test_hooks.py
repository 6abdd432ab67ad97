"""The hooks, run by the real `pre-commit` and the real `prek` in scratch repositories.

Both runners install this work tree as a user's machine would, once each, into folders of the test session.
"""

from __future__ import annotations

import ast
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
README = (HERE / "README.md").read_text(encoding="utf-8")
#: The section of the README, and its examples in order: the configuration, …, the workflow.
SECTION = README.partition("\n## As a pre-commit step\n")[2].partition("\n## ")[0]
EXAMPLES = re.findall(r"^```(?:yaml|toml)\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
#: What building and installing need.
SOURCES = ("dedup", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
FINDING = re.compile(r"^ *(\S+:\d+:\d+: [A-Z]{2}\d{3})\b", re.MULTILINE)
#: What the runners say where no package index can be reached.
UNREACHABLE = re.compile(r"error sending request|NewConnectionError|Temporary failure in name resolution|Max retries")
VERDICT = re.compile(r"^ *(?:Found \d+ problems?\.|All checks passed!)$", re.MULTILINE)

RAIN = """\
Rain is on its way to the whole of the north tonight, forecasters said.

The south stays dry until the weekend, they added on Tuesday evening.
"""
DEBRIS = RAIN.replace("\n\n", "\n\nStory continues below advertisement\n\n", 1)
STRIKE = """\
Ferry crews stay ashore for a third day as talks with the line break down.

The union wants an extra three pounds an hour for sailings after ten at night.

Both sides have been asked to meet again at the harbour office on Thursday.
"""


@dataclass(frozen=True)
class Runner:
    """One of the two programs, with the environment that keeps it inside the test session."""

    name: str
    program: Path
    environment: dict[str, str]
    hooks: Path

    def __call__(self, *arguments: str, where: Path) -> subprocess.CompletedProcess[str]:
        return run([str(self.program), *arguments], where, self.environment)


@dataclass(frozen=True)
class Repository:
    """A scratch repository with a hook installed."""

    path: Path
    runner: Runner

    def git(self, *arguments: str) -> str:
        done = run(["git", *arguments], self.path, self.runner.environment)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def write(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def configure(self, config: str) -> None:
        """Install a configuration; where it says repo and rev, the copy of this work tree stands."""
        config = re.sub(r"repo: \S+", f"repo: {self.runner.hooks}", config)
        self.write(".pre-commit-config.yaml", re.sub(r"rev: \S+", "rev: v1.0.0", config))
        self.settle()
        installed = self.runner("install", where=self.path)
        assert installed.returncode == 0, installed.stdout

    def settle(self) -> None:
        """Commit what is there without asking the hook."""
        self.git("add", "--all")
        self.git("commit", "--no-verify", "--message", "settled")

    def commit(self) -> subprocess.CompletedProcess[str]:
        self.git("add", "--all")
        return run(["git", "commit", "--message", "articles"], self.path, self.runner.environment)

    def dedup(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command of this work tree; the hook runs the one that was installed for it."""
        environment = self.runner.environment | {"PYTHONPATH": str(HERE)}
        return run([sys.executable, "-m", "dedup", *arguments], self.path, environment)


def run(command: list[str], where: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=where, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def hook(name: str = "dedup-check", more: str = "") -> str:
    return f"repos:\n  - repo: here\n    rev: v0\n    hooks:\n      - id: {name}\n" + (
        f"        {more}\n" if more else ""
    )


def sources_of_packages() -> dict[str, str]:
    """Return for uv, which `prek` installs with and which does not read pip's settings, what they say."""
    listed = run([sys.executable, "-m", "pip", "config", "list"], HERE, dict(os.environ))
    said = (
        dict(line.split("=", 1) for line in listed.stdout.splitlines() if "=" in line) if not listed.returncode else {}
    )
    found = {}
    for option, variable in (
        ("index-url", "UV_DEFAULT_INDEX"),
        ("extra-index-url", "UV_INDEX"),
        ("find-links", "UV_FIND_LINKS"),
        ("cert", "SSL_CERT_FILE"),
    ):
        for section in (":env:", "install", "global"):
            if f"{section}.{option}" in said and variable not in os.environ:
                found.setdefault(variable, " ".join(ast.literal_eval(said[f"{section}.{option}"]).split()))
    if "UV_INDEX" in found:
        found.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # pip's: the newest, wherever it lies
    if "UV_FIND_LINKS" in found:
        found["UV_FIND_LINKS"] = found["UV_FIND_LINKS"].replace(" ", ",")
    return found


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with this work tree as it is, not as it was committed."""
    if missing := [name for name in SOURCES if not (HERE / name).exists()]:
        pytest.skip(f"not a checkout: {', '.join(missing)} is missing")
    copy = tmp_path_factory.mktemp("hooks") / "dedup"
    shutil.copytree(HERE / "dedup", copy / "dedup", ignore=shutil.ignore_patterns("__pycache__"))
    for name in SOURCES[1:]:
        shutil.copy(HERE / name, copy / name)
    environment = scratch_environment(copy.parent)
    for arguments in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["commit", "--quiet", "--message", "dedup"],
        ["tag", "v1.0.0"],
    ):
        done = run(["git", *arguments], copy, environment)
        assert done.returncode == 0, done.stdout
    return copy


@pytest.fixture(scope="session", params=["pre-commit", "prek"])
def runner(request: pytest.FixtureRequest, hooks: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Return a runner that has installed the hooks; what it installed is half a gigabyte and goes afterwards."""
    program = Path(sys.executable).parent / request.param
    if not program.exists():
        elsewhere = shutil.which(request.param)
        if elsewhere is None:
            pytest.skip(f"{request.param} is not installed")
        program = Path(elsewhere)
    home = tmp_path_factory.mktemp(request.param)
    found = Runner(request.param, program, scratch_environment(home), hooks)
    first = Repository(home / "first", found)
    first.path.mkdir()
    first.git("init", "--quiet")
    first.configure(hook())
    installed = found("install-hooks", where=first.path)
    if installed.returncode and (reason := UNREACHABLE.search(installed.stdout)):
        pytest.skip(f"{request.param} cannot install the hooks: {reason.group(0)}")
    assert installed.returncode == 0, installed.stdout
    yield found
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def repository(tmp_path: Path, runner: Runner) -> Repository:
    made = Repository(tmp_path / "repository", runner)
    made.path.mkdir()
    made.git("init", "--quiet")
    return made


def scratch_environment(home: Path) -> dict[str, str]:
    """Return this environment without what other runs left in it, and with all caches below a folder."""
    ours = ("GIT_", "PRE_COMMIT", "PREK_", "DEDUP_", "PYTEST_", "VIRTUAL_ENV", "XDG_", "PYTHONPATH")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(ours) or name.startswith("GIT_SSL")
    }
    return (
        sources_of_packages()
        | kept
        | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "PRE_COMMIT_HOME": str(home / "pre-commit"),
            "PREK_HOME": str(home / "prek"),
            "PREK_UV_SOURCE": "pip",
            "PIP_COMPILE": "0",  # numba's tests alone are half of what would be compiled
            "PIP_CACHE_DIR": str(home / "cache" / "pip"),
            "UV_CACHE_DIR": str(home / "cache" / "uv"),
            **{f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CACHE", "DATA", "STATE")},
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }
    )


def findings(output: str) -> list[str]:
    return sorted(FINDING.findall(output))


def test_the_manifest_is_valid(runner: Runner) -> None:
    checked = runner("validate-manifest", ".pre-commit-hooks.yaml", where=runner.hooks)
    assert checked.returncode == 0, checked.stdout
    assert "nexpected" not in checked.stdout, "a field that this runner does not know"


def test_the_configuration_of_the_readme_refuses_debris(repository: Repository) -> None:
    repository.configure(EXAMPLES[0])
    path = repository.write("articles/rain.txt", DEBRIS)
    refused = repository.commit()
    assert refused.returncode != 0
    assert "articles/rain.txt:3:1: AD101" in refused.stdout
    assert path.read_text(encoding="utf-8") == DEBRIS
    path.write_text(RAIN, encoding="utf-8")
    passed = repository.commit()
    assert passed.returncode == 0, passed.stdout
    assert findings(passed.stdout) == []
    assert (repository.path / ".dedup_cache").is_dir()
    assert repository.git("status", "--porcelain") == ""


def test_only_text_is_looked_at(repository: Repository) -> None:
    repository.configure(hook())
    repository.write("rain.py", f'"""{DEBRIS}"""\n')
    repository.write("rain.jsonl", DEBRIS)
    passed = repository.commit()
    assert passed.returncode == 0, passed.stdout
    assert "no files to check" in passed.stdout


def test_a_fix_mends_the_file_and_the_second_commit_passes(repository: Repository) -> None:
    repository.configure(hook("dedup-fix"))
    path = repository.write("articles/rain.txt", DEBRIS)
    refused = repository.commit()
    assert refused.returncode != 0
    assert "files were modified by this hook" in refused.stdout
    assert path.read_text(encoding="utf-8") == RAIN
    passed = repository.commit()
    assert passed.returncode == 0, passed.stdout
    undo = re.search(r"undo: dedup (restore \S+)", refused.stdout)
    assert undo is not None, refused.stdout
    assert repository.dedup(*undo[1].split()).returncode == 0
    assert path.read_text(encoding="utf-8") == DEBRIS


def test_what_repeats_a_settled_article_is_refused_and_the_settled_one_is_not(repository: Repository) -> None:
    repository.write("pyproject.toml", '[tool.dedup]\ncorpus = "articles/"\n')
    repository.write("articles/settled.txt", STRIKE)
    repository.write("articles/weather.txt", RAIN)
    repository.configure(hook())
    new = [repository.write(name, STRIKE) for name in ("articles/a.txt", "incoming/a.txt")]
    expected = ["articles/a.txt:1:1: DU401", "incoming/a.txt:1:1: DU401"]
    refused = repository.commit()
    assert refused.returncode != 0
    assert findings(refused.stdout) == expected
    assert refused.stdout.count("of its words stand in articles/settled.txt") == 2
    everything = repository.runner("run", "--all-files", where=repository.path)
    assert findings(everything.stdout) == expected
    for path in new:
        path.unlink()
    repository.write("articles/b.txt", "A new story opens here, and nobody has printed a word of it before.\n")
    passed = repository.commit()
    assert passed.returncode == 0, passed.stdout


def test_what_repeats_is_taken_out_of_the_new_article(repository: Repository) -> None:
    repository.write("pyproject.toml", '[tool.dedup]\ncorpus = "articles/"\n')
    settled = repository.write("articles/settled.txt", STRIKE)
    repository.configure(hook("dedup-fix"))
    path = repository.write("articles/a.txt", RAIN + "\n" + STRIKE.splitlines()[2] + "\n")
    assert repository.commit().returncode != 0
    assert path.read_text(encoding="utf-8") == RAIN
    assert settled.read_text(encoding="utf-8") == STRIKE
    passed = repository.commit()
    assert passed.returncode == 0, passed.stdout


def test_settled_articles_are_known_in_a_linked_work_tree(repository: Repository) -> None:
    repository.write("pyproject.toml", '[tool.dedup]\ncorpus = "articles/"\n')
    repository.write("articles/settled.txt", STRIKE)
    repository.configure(hook())
    repository.git("worktree", "add", "--quiet", "../linked")
    linked = Repository(repository.path.parent / "linked", repository.runner)
    linked.write("articles/a.txt", STRIKE)
    refused = linked.commit()
    assert refused.returncode != 0
    assert findings(refused.stdout) == ["articles/a.txt:1:1: DU401"]


def test_what_git_ignores_is_no_twin(repository: Repository) -> None:
    repository.write(".gitignore", "out/\n")
    repository.configure(hook())
    repository.write("scraped/strike.txt", STRIKE)
    repository.write("out/strike.txt", STRIKE)  # as `dedup clean scraped out` writes it
    passed = repository.commit()
    assert passed.returncode == 0, passed.stdout


def test_excluded_files_pass_though_they_are_named(repository: Repository) -> None:
    repository.write("pyproject.toml", '[tool.dedup]\nexclude = ["specimens"]\n')
    repository.configure(hook())
    repository.write("specimens/rain.txt", DEBRIS)
    passed = repository.commit()
    assert passed.returncode == 0, passed.stdout


def test_what_is_allowed_passes(repository: Repository) -> None:
    repository.configure(hook())
    repository.write("articles/rain.txt", DEBRIS)
    allowed = repository.dedup("allow", "articles/rain.txt:3", "--reason", "the title of a poem")
    assert allowed.returncode == 0, allowed.stdout
    passed = repository.commit()
    assert passed.returncode == 0, passed.stdout


def test_what_the_baseline_accepts_passes_and_what_is_new_does_not(repository: Repository) -> None:
    repository.write("articles/rain.txt", DEBRIS)
    repository.configure(hook(more="args: [--baseline, dedup-baseline.json]"))
    written = repository.dedup("check", "--write-baseline", "dedup-baseline.json", "articles")
    assert written.returncode == 0, written.stdout
    path = repository.write("articles/rain.txt", DEBRIS + "\nA sentence more, which nobody has said before.\n")
    passed = repository.commit()
    assert passed.returncode == 0, passed.stdout
    path.write_text(DEBRIS + "\nSign up for our newsletter\n", encoding="utf-8")
    refused = repository.commit()
    assert findings(refused.stdout) == ["articles/rain.txt:7:1: NL001"]


def test_the_format_is_the_users(repository: Repository) -> None:
    repository.configure(hook(more="args: [--output-format, github]"))
    repository.write("articles/rain.txt", DEBRIS)
    refused = repository.commit()
    assert re.search(r"^ *::error .*file=articles/rain\.txt,line=3,", refused.stdout, re.MULTILINE)


def test_wrong_settings_are_refused_with_their_reason(repository: Repository) -> None:
    repository.write("pyproject.toml", '[tool.dedup]\ncorpus = "artcles/"\n')
    repository.configure(hook())
    repository.write("articles/rain.txt", RAIN)
    refused = repository.commit()
    assert refused.returncode != 0
    assert "exit code: 2" in refused.stdout
    assert "artcles is not a folder" in refused.stdout


def test_five_thousand_files_are_judged_alike_however_the_list_is_split(repository: Repository) -> None:
    expected = write_many(repository)
    processes = []
    # Several processes at once, which get the files shuffled and all want to build the index; then as the manifest has it.
    for more in ("require_serial: false", ""):
        config = hook(more=more).replace("here", str(repository.runner.hooks)).replace("v0", "v1.0.0")
        repository.write(".pre-commit-config.yaml", config)
        repository.git("add", "--all")
        split = repository.runner("run", "--all-files", where=repository.path)
        assert split.returncode != 0
        assert findings(split.stdout) == expected
        processes.append(len(VERDICT.findall(split.stdout)))
    assert max(processes) > 1 or os.cpu_count() == 1, "the list was not split"


def write_many(repository: Repository) -> list[str]:
    """Write 5,000 articles, some with debris and some that repeat another one, and return what is to be found."""
    chance = random.Random(7)
    syllables = ("ba", "ce", "do", "fi", "gu", "ha", "ke", "lo", "mi", "nu", "pa", "re", "so", "ti", "vu", "we")
    words = ["".join(chance.choices(syllables, k=3)) for _ in range(3000)]
    found = []
    for number in range(5000):
        name = f"articles/source-{number % 50:02}/2024-07-{number % 28 + 1:02}/{words[number % 3000]}-{number:04}.txt"
        paragraphs = [" ".join(chance.choices(words, k=14)).capitalize() + "." for _ in range(3)]
        if number % 500 == 0:
            paragraphs.insert(1, "Story continues below advertisement")
            found.append(f"{name}:3:1: AD101")
        repository.write(name, "\n\n".join(paragraphs) + "\n")
    repository.write("articles/aa/strike.txt", STRIKE)
    repository.write("articles/zz/strike.txt", STRIKE)
    repository.write("articles/source-25/strike.txt", RAIN + "\n" + STRIKE.splitlines()[2] + "\n")
    return sorted([*found, "articles/zz/strike.txt:1:1: DU401", "articles/source-25/strike.txt:5:1: DU001"])


def test_the_workflow_of_the_readme_annotates_what_is_wrong(tmp_path: Path) -> None:
    steps = pytest.importorskip("yaml").safe_load(EXAMPLES[-1])["jobs"]["dedup"]["steps"]
    command = steps[-1]["run"].split()
    assert command[0] == "dedup"
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "rain.txt").write_text(DEBRIS, encoding="utf-8")
    environment = scratch_environment(tmp_path) | {"PYTHONPATH": str(HERE)}
    done = run([sys.executable, "-m", *command], tmp_path, environment)
    assert done.returncode == 1
    assert done.stdout.startswith("::error ")
    assert "file=articles/rain.txt,line=3," in done.stdout
