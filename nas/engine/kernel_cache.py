"""Where the machine code of the compiled kernels is kept, and whether it is there: needs neither Numba nor torch."""

from __future__ import annotations

import contextlib
import hashlib
import platform
from pathlib import Path

from hwcost.core.result_cache import default_cache_path

_SOURCES = (
    "jit.py", "kernel_memory.py", "kernels.py", "level_kernels.py", "network_kernels.py", "program.py",
    "rotation_kernels.py",
)  # fmt: skip


def cache_folder() -> Path:
    """Return the folder of the machine code of these kernels: another one for each version of their source."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        digest.update(Path(__file__).with_name(name).read_bytes())
    return default_cache_path("kernels") / digest.hexdigest()[:16]


def is_compiled(dtype: str) -> bool:
    """Return whether the kernels of a precision were compiled on this machine with this Numba and Python.

    Where that has changed in a way that is not seen here, who needs them compiles them anew.
    """
    return _mark(dtype).is_file()


def note_compiled(dtype: str) -> None:
    """Note that the kernels of a precision were compiled; without a folder that can be written to, they are not."""
    with contextlib.suppress(OSError):
        _mark(dtype).touch()


def _mark(dtype: str) -> Path:
    from importlib.metadata import version

    about = (dtype, version("numba"), version("llvmlite"), platform.python_version(), platform.node())
    return cache_folder() / f"compiled-{hashlib.sha256(repr(about).encode()).hexdigest()[:16]}"
