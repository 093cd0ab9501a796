"""How much memory there is, and a refusal before it runs out."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import torch

from nas.core.errors import MemoryLimitError

HEADROOM_BYTES = 2**27
"""What must stay free besides (128 MiB): work space of the matrix products and what the C library holds in reserve."""

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def require_memory(needed_bytes: int, device: torch.device, what: str) -> None:
    """Check that this much memory is free.

    Args:
        needed_bytes: Peak of what is about to be computed.
        device: Where.
        what: What needs it, for the message.

    Raises:
        MemoryLimitError: It is not.
    """
    free_bytes = available_memory_bytes(device)
    if free_bytes is not None and needed_bytes + HEADROOM_BYTES > free_bytes:
        raise MemoryLimitError(
            f"{what} needs {bytes_text(needed_bytes)} of memory, but {bytes_text(free_bytes)} are free; "
            "use fewer qubits, a smaller batch or float32"
        )


def available_memory_bytes(device: torch.device) -> int | None:
    """Return the memory that is still available on a device, None where the system does not say.

    On a GPU what CUDA reports as free, with what torch holds in reserve; else what Linux reports as available without
    swapping, within the limit of the control group, or all physical memory on other systems.
    """
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return int(free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device))
    if device.type != "cpu":
        return None
    found = [value for value in (_available_on_linux(), _left_in_group()) if value is not None]
    if found:
        return min(found)
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _available_on_linux() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration, IndexError):
        return None


def _left_in_group() -> int | None:
    """Return what the memory limit of a version 2 control group, as containers have, leaves."""
    group = Path("/sys/fs/cgroup")
    try:
        limit, used = ((group / name).read_text(encoding="ascii").strip() for name in ("memory.max", "memory.current"))
        return None if limit == "max" else max(0, int(limit) - int(used))
    except (OSError, ValueError):
        return None


@cache
def keep_freed_memory() -> None:
    """Let the C library keep freed memory for the next step, up to 64 MB, where it is glibc.

    By default glibc returns freed memory to the system as soon as there are twice as many bytes as the largest block
    freed so far, and every step pays for having it cleared again: up to half of the time at 12 qubits. One freed block
    of just under 32 MB, never touched, sets that limit to its own upper end (mallopt(3), dynamic mmap threshold).
    """
    torch.empty(31 * 2**20, dtype=torch.uint8)


def bytes_text(number: int) -> str:
    """Format a number of bytes for people.

    >>> bytes_text(12_900_000_000)
    '12.9 GB'
    """
    size = float(min(number, 10**30))
    for unit in _UNITS[:-1]:
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000.0
    return f"{size:.3g} {_UNITS[-1]}"
