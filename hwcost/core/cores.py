"""How many processes work: `checked_num_workers`, `usable_cores`."""

from __future__ import annotations

import os

from hwcost.core.checks import whole

MAX_WORKERS = 256


def checked_num_workers(num_workers: int | None) -> int:
    """Return the number of worker processes; one per core available by default."""
    return usable_cores() if num_workers is None else whole("num_workers", num_workers, 1, MAX_WORKERS)


def usable_cores() -> int:
    """Return the number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        return os.cpu_count() or 1
