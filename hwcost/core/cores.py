"""How many processes work: `checked_num_workers`."""

from __future__ import annotations

import os

from hwcost.core.checks import whole

MAX_WORKERS = 256


def checked_num_workers(num_workers: int | None) -> int:
    """Return the number of worker processes; one per core available by default."""
    if num_workers is None:
        try:
            return len(os.sched_getaffinity(0))
        except AttributeError:  # not on macOS
            return os.cpu_count() or 1
    return whole("num_workers", num_workers, 1, MAX_WORKERS)
