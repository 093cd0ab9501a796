"""Options that commands of `nas` share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from hwcost.core.click_options import WHOLE

_Function = TypeVar("_Function", bound=Callable[..., Any])


def old_machine_option(function: _Function) -> _Function:
    """Give a command the old name of `--machine`, which its help does not show."""
    return click.option("--device", hidden=True, help="Old name of --machine.")(function)


def worker_options(function: _Function) -> _Function:
    """Give a command the options that say who trains and costs: `workers` and `cluster`."""
    cluster = click.option(
        "--cluster", metavar="ADDRESS", help="Dask scheduler instead of processes, such as tcp://host:8786."
    )
    workers = click.option("--workers", type=WHOLE, default=1, show_default=True, help="Processes that train and cost.")
    return workers(cluster(function))
