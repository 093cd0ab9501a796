"""Which folder the machine code is in, and when it need not be looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from nas.engine import kernel_cache


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_each_version_of_the_source_has_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = kernel_cache.cache_folder()
    assert first.is_relative_to(tmp_path / "hwcost")
    monkeypatch.setattr(kernel_cache, "_SOURCES", kernel_cache._SOURCES[:-1])
    assert kernel_cache.cache_folder() != first


def test_every_file_of_kernels_counts() -> None:
    folder = Path(kernel_cache.__file__).parent
    assert {path.name for path in folder.glob("*kernels.py")} <= set(kernel_cache._SOURCES)


def test_a_precision_is_compiled_once_it_was_noted() -> None:
    pytest.importorskip("numba")
    kernel_cache.cache_folder().mkdir(parents=True)
    assert not kernel_cache.is_compiled("float32")
    kernel_cache.note_compiled("float32")
    assert kernel_cache.is_compiled("float32")
    assert not kernel_cache.is_compiled("float64")


def test_another_numba_compiles_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    kernel_cache.cache_folder().mkdir(parents=True)
    kernel_cache.note_compiled("float32")
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.0")
    assert not kernel_cache.is_compiled("float32")


def test_without_a_folder_nothing_is_noted() -> None:
    pytest.importorskip("numba")
    kernel_cache.note_compiled("float32")
    assert not kernel_cache.is_compiled("float32")
