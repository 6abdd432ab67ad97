"""Progress bars on the terminal: one for each phase, on stderr, and nothing where nobody watches."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class Bars:
    """A bar for each phase of a run. Off when quiet, without a terminal, or under pre-commit.

    Args:
        quiet: show nothing.
    """

    def __init__(self, quiet: bool = False) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description:<8}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal or bool(os.environ.get("PRE_COMMIT")),
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def phase(self, name: str, total: int = 0) -> None:
        """Begin a phase; the bar of the last one is full."""
        if self._task is not None:
            done = self._progress.tasks[self._task]
            self._progress.update(self._task, total=done.total or 1, completed=done.total or 1)
        self._task = self._progress.add_task(name, total=total or None)

    def advance(self, steps: int) -> None:
        """Report steps done."""
        if self._task is not None:
            self._progress.advance(self._task, steps)
