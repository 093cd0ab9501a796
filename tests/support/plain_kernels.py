"""Compiled kernels as plain Python, on states small enough for it: they can be called on their own, and at once."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest

PARTS = ("jit", "kernel_memory", "rotation_kernels", "level_kernels", "kernels", "network_kernels")


@contextmanager
def plain_kernels(name: str, *, block: int = 4096) -> Iterator[ModuleType]:
    """Import a module of kernels without compiling, with blocks of so many numbers."""
    import numba

    names = [f"nas.engine.{part}" for part in PARTS]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba.config, "DISABLE_JIT", True)
        for one in names:
            patch.delitem(sys.modules, one, raising=False)
        importlib.import_module("nas.engine.rotation_kernels")._BLOCK = block
        yield importlib.import_module(f"nas.engine.{name}")
        for one in names:
            sys.modules.pop(one, None)
