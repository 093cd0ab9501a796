"""Processes forked from a clean one, that know nothing of the caller's script: `forked_context`."""

from __future__ import annotations

import sys
from functools import cache
from multiprocessing import context, popen_forkserver, spawn
from types import FunctionType, SimpleNamespace
from typing import Any


@cache
def forked_context() -> context.ForkServerContext:
    """Return Python's `forkserver` context, without the caller's main module.

    Python has every such process import the caller's script first, which needs it for functions that it defines. Ours
    need none: a script would begin a second time without `if __name__ == "__main__":`, and one that comes from a pipe
    cannot be imported at all.
    """
    found = context.ForkServerContext()
    found.Process = _Process  # type: ignore[misc]
    return found


def _preparation(name: str) -> dict[str, Any]:
    """Return what a new process is told: all that Python tells it but the main module."""
    told: dict[str, Any] = spawn.get_preparation_data(name)
    return {key: value for key, value in told.items() if not key.startswith("init_main")}


class _Popen(popen_forkserver.Popen):
    # Python's own function, with another `get_preparation_data` in the place where it looks for it.
    _launch = FunctionType(
        popen_forkserver.Popen._launch.__code__,  # type: ignore[attr-defined]
        {**vars(sys.modules[popen_forkserver.__name__]), "spawn": SimpleNamespace(get_preparation_data=_preparation)},
    )


class _Process(context.ForkServerProcess):
    @staticmethod
    def _Popen(process: Any) -> _Popen:  # noqa: N802, the name is Python's
        return _Popen(process)
