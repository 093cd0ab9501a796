"""How kernels are compiled and kept: the decorators `compiled` and `summed`. Needs Numba.

Compiling takes half a minute or more for each precision, once: machine code is kept in the user's cache folder, in a
folder of its own for each version of the kernels' source. (Numba tells its own versions and processors apart, but it
looks at one file of the source only.)
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

from hwcost.core.result_cache import default_cache_path

F = TypeVar("F", bound=Callable[..., Any])

_SOURCES = ("jit.py", "kernels.py", "network_kernels.py", "program.py")


def cache_folder() -> Path:
    """Return the folder of the machine code of these kernels."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        digest.update(Path(__file__).with_name(name).read_bytes())
    return default_cache_path("kernels") / digest.hexdigest()[:16]


def _jit(function: F, flags: set[str]) -> F:
    if numba.config.DISABLE_JIT:
        return function
    dispatcher = numba.njit(fastmath=flags, error_model="numpy")(function)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(_FOLDER)
    try:
        # Without a folder that can be written to, every process compiles anew.
        with contextlib.suppress(RuntimeError):
            dispatcher.enable_caching()
    finally:
        numba.config.CACHE_DIR = before
    made: F = dispatcher
    return made


_FOLDER = cache_folder()


def compiled(function: F) -> F:
    """Compile a function; sums keep the order in which they are written."""
    return _jit(function, {"contract"})


def summed(function: F) -> F:
    """Compile a function whose sums are spread over the lanes of registers, each time the same way."""
    return _jit(function, {"contract", "reassoc"})
