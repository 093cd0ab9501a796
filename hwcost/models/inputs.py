"""What a model was called with, in words: `ModelInput`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInput:
    """One array that a model was called with.

    Attributes:
        name: Of the argument, None where it was given by position.
        shape: With the batch dimension, where the model takes batches.
        dtype: Such as `float32` or `int64`.
    """

    name: str | None
    shape: tuple[int, ...]
    dtype: str

    @property
    def text(self) -> str:
        """The same in words."""
        return f"{'' if self.name is None else self.name + ' '}{self.shape} {self.dtype}"


def described(sample: object, name: str | None = None) -> tuple[ModelInput, ...]:
    """Describe the arrays in a sample.

    Example:
        >>> import numpy as np
        >>> [one.text for one in described({"x": np.zeros((1, 3)), "scale": 2.0})]
        ['x (1, 3) float64', 'scale () float']
    """
    return tuple(_described(sample, name))


def _described(sample: object, name: str | None) -> Iterator[ModelInput]:
    if isinstance(sample, Mapping):
        for key, value in sample.items():
            yield from _described(value, str(key) if name is None else f"{name}.{key}")
    elif isinstance(sample, (tuple, list)):
        for value in sample:
            yield from _described(value, name)
    elif sample is not None:
        dtype = str(getattr(sample, "dtype", type(sample).__name__)).removeprefix("torch.")
        yield ModelInput(name=name, shape=tuple(getattr(sample, "shape", ())), dtype=dtype)
