"""Progress on stderr, one line that is written over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from hwcost.core.text import shows_progress


def counter(what: str, quiet: bool) -> Callable[[int, int], None]:
    """Return a callback (done, total) that shows how far `what` is; silent if asked to be, or without a terminal."""
    show = shows_progress(quiet)

    def progress(done: int, total: int) -> None:
        if show:
            end = "\r" if done < total else "\r\033[K"
            click.echo(f"hwcost: {what} {done} of {total}{end}", err=True, nl=False)

    return progress


@contextmanager
def bar(what: str, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Yield a callback (done, total) that draws a bar with the time left on stderr; silent as `counter` is."""
    if not shows_progress(quiet):
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        line = shown.add_task(what, total=None)
        yield lambda done, total: shown.update(line, completed=done, total=total)
