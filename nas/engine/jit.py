"""How kernels are compiled and kept: the decorators `compiled`, `inner`, `summed` and `inlined`. Needs Numba.

Compiling takes 20 to 45 seconds for each precision, once: machine code is kept in the user's cache folder, in a folder
of its own for each version of the kernels' source. (Numba tells its own versions and processors apart, but it looks at
one file of the source only.) Numba optimises a function once more within each one that calls it, and all that takes the
circuit's arrays is large, so that few are compiled on their own and fewer can be called from Python.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numba

from nas.engine.kernel_cache import cache_folder

if TYPE_CHECKING:
    from llvmlite.ir import IRBuilder
    from numba.core.base import BaseContext

F = TypeVar("F", bound=Callable[..., Any])


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
_KERNELS_ONLY = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_UNCOUNTED = {"_nrt": False}


def wide_vectors() -> None:
    """Let the compiler use the widest registers in the function that calls this, where the processor has them.

    By itself it keeps to half of them on Intel's processors, on some of which a few instructions with all of them slow
    down the rest of a program. Kernels do nothing else, and take half of the time. Outside of compiled functions this
    does nothing.
    """


@numba.extending.overload(wide_vectors, inline="always")  # type: ignore[untyped-decorator]
def _compiled_wide_vectors() -> Callable[[], None]:
    return lambda: _mark()  # noqa: PLW0108 (Numba compiles this function)


@numba.extending.intrinsic  # type: ignore[untyped-decorator]
def _mark(_context: object) -> tuple[object, object]:
    def mark(context: BaseContext, builder: IRBuilder, _signature: object, _arguments: object) -> object:
        # A set, whose own `add` takes no attributes with a value.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return numba.types.none(), mark


def compiled(function: F) -> F:
    """Compile a function; sums keep the order in which they are written.

    It makes no arrays but views of those that it is given. These outlive the call, so that nobody counts who uses them:
    counting takes longer than a row of samples.
    """
    return _jit(function, {"contract"}, **_UNCOUNTED)


def inner(function: F) -> F:
    """Compile a function as `compiled` does, for other kernels alone: Python cannot call it."""
    return _jit(function, {"contract"}, **_KERNELS_ONLY, **_UNCOUNTED)


def summed(function: F) -> F:
    """Compile a function as `inner` does whose sums are spread over the lanes of registers, each time the same way."""
    return _jit(function, {"contract", "reassoc"}, **_KERNELS_ONLY, **_UNCOUNTED)


def inlined(function: F) -> F:
    """Make a function a part of each kernel that calls it, which is compiled as `compiled` does."""
    return _jit(function, {"contract"}, inline="always")
