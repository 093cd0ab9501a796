"""What the process of which workers are forks loads."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("numba")


def load(monkeypatch: pytest.MonkeyPatch, *, there: bool, compile_now: Callable[[object], None]) -> None:
    monkeypatch.setattr("nas.engine.compiled.compile_now", compile_now)
    monkeypatch.setattr("nas.engine.kernel_cache.is_compiled", lambda dtype: there and dtype == "float32")
    monkeypatch.delitem(sys.modules, "nas.engine.preloaded", raising=False)
    importlib.import_module("nas.engine.preloaded")


@pytest.mark.parametrize("there", [False, True])
def test_kernels_are_loaded_only_where_they_are_compiled(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    loaded: list[object] = []
    load(monkeypatch, there=there, compile_now=loaded.append)
    assert loaded == [torch.float32] * there


def test_kernels_that_cannot_be_loaded_are_left_to_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(dtype: object) -> None:
        raise RuntimeError(dtype)

    load(monkeypatch, there=True, compile_now=broken)
