"""What a search shows on the terminal while it is at work, and at its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from hwcost.core.text import shows_progress
from hwcost.report.console import write

if TYPE_CHECKING:
    from nas.runs.run import Run
    from nas.runs.search import SearchProgress, Show

LINE_EVERY_S = 30.0
"""Without a terminal, as in a log file, one line so often."""


@contextmanager
def shown(folder: str, quiet: bool) -> Iterator[Show | None]:
    """Show progress on stderr; after Ctrl-C, say how to resume."""
    try:
        if quiet:
            yield None
        elif shows_progress(quiet):
            with _bar() as show:
                yield show
        else:
            yield _lines()
    except KeyboardInterrupt:
        from hwcost.core.text import say

        say(f"stopped; everything that was finished is kept, `nas resume {folder}` continues", program="nas")
        raise click.exceptions.Exit(130) from None


@contextmanager
def _bar() -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("nas:"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("workers start", total=None)

        def show(state: SearchProgress) -> None:
            done, expected = state.pilot or (state.done, state.expected)
            bar.update(task, completed=done, total=expected, description=text(state))

        yield show


def _lines() -> Show:
    last = [time.monotonic()]

    def show(state: SearchProgress) -> None:
        if time.monotonic() - last[0] >= LINE_EVERY_S:
            last[0] = time.monotonic()
            done = f"{state.done} of at most {state.expected} networks"
            click.echo(f"nas: {text(state) if state.pilot else f'{done}, {text(state)}'}", err=True)

    return show


def text(state: SearchProgress) -> str:
    """Describe everything but the numbers of the bar."""
    if state.pilot is not None:
        left = "" if state.left_s is None else f", {_duration(state.left_s)} left"
        return f"pilot, {state.pilot[0]} of {state.pilot[1]} cells{left}"
    parts = [f"generation {state.generation} of {state.num_generations}"] if state.num_generations else []
    if state.best_error is not None:
        parts.append(f"best error {state.best_error:.3g}")
    if state.hypervolume is not None:
        parts.append(f"hypervolume {state.hypervolume:.3f}")
    parts.append(f"{state.duplicates} known")
    if state.num_failed:
        parts.append(f"{state.num_failed} failed")
    if state.num_infeasible:
        parts.append(f"{state.num_infeasible} too costly")
    if state.num_stopped:
        parts.append(f"{state.num_stopped} stopped early")
    if state.left_s is not None:
        parts.append(f"{_duration(state.left_s)} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def finish(run: Run, form: str) -> int:
    """Print what was found and what to do with it."""
    from nas.results.front import Front

    write([Front(run=run)], form)
    return 0


@contextmanager
def counter(what: str, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar for work of known length on stderr, where that is a terminal."""
    if not shows_progress(quiet):
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"nas: {what}", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
