"""How an audit goes on, for who waits at a terminal: how much is done, how fast, and how long it will take."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from cblint.audit.model import Visit
from cblint.audit.run import Watching


@contextlib.contextmanager
def watching(quiet: bool, say: Callable[[str], None]) -> Iterator[Watching]:
    """What shows it on standard error; nothing where that is no terminal, or nobody wants it."""
    silent = Watching(lambda _: None, lambda _: None, say)
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield silent
        return
    try:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
    except ImportError:
        yield silent
        return
    progress = Progress(
        SpinnerColumn(),
        TextColumn("repositories"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with progress:
        task = progress.add_task("repositories", total=None, rate="")
        files = 0

        def done(visit: Visit) -> None:
            nonlocal files
            files += len(visit.files)
            seconds = progress.tasks[task].elapsed or 0.0
            progress.update(task, advance=1, rate=f"{files / seconds:,.0f} files/s" if seconds else "")

        yield Watching(lambda number: progress.update(task, total=number), done, say)
