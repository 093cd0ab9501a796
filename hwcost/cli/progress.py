"""Progress on stderr, one line that is written over."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click


def counter(what: str, quiet: bool) -> Callable[[int, int], None]:
    """A callback (done, total) that shows how far `what` is; silent if asked to be, or without a terminal."""
    show = not quiet and sys.stderr.isatty()

    def progress(done: int, total: int) -> None:
        if show:
            end = "\r" if done < total else "\r\033[K"
            click.echo(f"hwcost: {what} {done} of {total}{end}", err=True, nl=False)

    return progress
