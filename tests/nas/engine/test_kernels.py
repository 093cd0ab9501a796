"""Small kernels on their own; circuits are in `test_compiled.py`."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
numba = pytest.importorskip("numba")

from nas.engine.kernels import dot, sines  # noqa: E402
from nas.engine.program import Array  # noqa: E402


@numba.njit
def called(x, sine, cosine):  # type: ignore[no-untyped-def]
    sines(x, sine, cosine)


def sines_of(x: Array) -> tuple[Array, Array]:
    """Kernels cannot be called from Python, but from other compiled functions."""
    sine, cosine = np.empty_like(x), np.empty_like(x)
    called(x, sine, cosine)
    return sine, cosine


def test_sines_are_exact_to_rounding_everywhere() -> None:
    x = np.concatenate([np.linspace(-50.0, 50.0, 4001), [0.0, 1e4, -9.9e4, 1e5, 1e9, -1e15]])
    sine, cosine = sines_of(x)
    assert np.abs(sine - np.sin(x)).max() < 4e-16
    assert np.abs(cosine - np.cos(x)).max() < 4e-16


def test_sines_of_what_is_no_number_are_none() -> None:
    sine, cosine = sines_of(np.array([np.nan, np.inf]))
    assert np.isnan(sine).all()
    assert np.isnan(cosine).all()


@pytest.mark.parametrize("size", [1, 3, 64])
def test_products_of_rows(size: int) -> None:
    a, b = np.arange(1.0, size + 1.0), np.linspace(-1.0, 2.0, size)
    called = numba.njit(lambda a, b: dot(a, b))  # noqa: PLW0108 (`dot` cannot be called from Python)
    assert called(a, b) == pytest.approx(a @ b, rel=1e-14)
