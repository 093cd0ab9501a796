"""How kernels are compiled and kept: the decorators `compiled`, `summed`, `inner` and `inlined`. Needs Numba.

Compiling takes 25 to 45 seconds for each precision, once: machine code is kept in the user's cache folder, in a folder
of its own for each version of the kernels' source. (Numba tells its own versions and processors apart, but it looks at
one file of the source only.) Numba optimises a function once more within each one that calls it, and all that takes the
circuit's arrays is large, so that few are compiled on their own and fewer can be called from Python.
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


def _jit(function: F, flags: set[str], **options: Any) -> F:
    if numba.config.DISABLE_JIT:
        return function
    dispatcher = numba.njit(fastmath=flags, error_model="numpy", **options)(function)
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


def inner(function: F) -> F:
    """Compile a function as `compiled` does, for other kernels alone: Python cannot call it."""
    return _jit(function, {"contract"}, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def inlined(function: F) -> F:
    """Make a function a part of each kernel that calls it, which is compiled as `compiled` does."""
    return _jit(function, {"contract"}, inline="always")
