"""A bar with rate and time left, for someone who watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from pipeline.workers import undisturbed

OnProgress = Callable[[int, int | None], None]


@contextmanager
def progress(*, shown: bool, in_bytes: bool = True) -> Iterator[OnProgress]:
    """Yield a function that takes the bytes (or steps) done so far and those to be done; None where nobody knows."""
    if not shown:
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TaskProgressColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    amounts = (DownloadColumn(), TransferSpeedColumn()) if in_bytes else (TaskProgressColumn(),)
    bar = Progress(BarColumn(), *amounts, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
    with ExitStack() as stack:
        with undisturbed():  # its thread must not be the one that hears a signal that the program puts off
            stack.enter_context(bar)
        task = bar.add_task("redact", total=None)

        def move(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield move
