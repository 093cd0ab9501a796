"""Where machine code is kept, and what happens where it cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
numba = pytest.importorskip("numba")

from nas.engine import jit  # noqa: E402


def twice(x: Any) -> Any:
    return x + x


def test_machine_code_is_kept_in_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(jit, "_FOLDER", tmp_path)
    before = numba.config.CACHE_DIR
    assert jit.compiled(twice)(2.0) == 4.0
    assert list(tmp_path.rglob("*.nbc"))
    assert before == numba.config.CACHE_DIR


def test_without_a_folder_functions_are_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(jit, "_FOLDER", tmp_path / "file" / "folder")
    assert jit.compiled(twice)(2.0) == 4.0


def test_functions_stay_python_where_numba_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    assert jit.compiled(twice) is twice


def test_parts_of_kernels_are_functions_of_kernels_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(jit, "_FOLDER", tmp_path)
    called, part = jit.inner(twice), jit.inlined(twice)

    def kernel(x: Any) -> Any:
        return called(x) + 3.0 * part(x)

    assert jit.compiled(kernel)(2.0) == 16.0
    assert called.signatures  # type: ignore[attr-defined]
    assert not part.signatures  # type: ignore[attr-defined]
