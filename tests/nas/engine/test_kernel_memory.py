"""The memory of kernels: large enough for what is cut from it, and lined up."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("numba")

from nas.architectures.record import Hidden  # noqa: E402
from nas.engine.kernel_memory import lined_up, make_memory  # noqa: E402
from nas.engine.network_kernels import FEW  # noqa: E402
from nas.engine.plan import plan  # noqa: E402
from nas.engine.program import make_program  # noqa: E402
from nas.training.stack import StackedNetworks  # noqa: E402
from plain_kernels import plain_kernels  # noqa: E402
from random_architectures import random_architecture  # noqa: E402

HIDDEN = (Hidden(width=5, activation="tanh"), Hidden(width=4, activation="relu"))


def computed(stacked: StackedNetworks, x: torch.Tensor, labels: torch.Tensor) -> list[torch.Tensor]:
    return [stacked.losses_and_gradients(x, labels), stacked.gradients.clone(), stacked.log_probabilities(x)]


def test_no_kernel_leaves_the_memory_that_it_has() -> None:
    # Compiled, they would write over other numbers; as plain Python they cannot.
    rng, double = random.Random(5), torch.float64
    for _ in range(25):
        architecture = random_architecture(rng, num_qubits=rng.randint(1, 3))
        if rng.random() < 0.3:
            architecture = dataclasses.replace(architecture, hidden_before=HIDDEN, hidden_after=HIDDEN[::-1])
        num_features = rng.choice((2, FEW + 1))
        x, labels = torch.randn(2, 5, num_features, dtype=double), torch.randint(0, 3, (2, 5))
        stacked = StackedNetworks([architecture] * 2, num_features, 3, range(2), dtype=double, compiled=True)
        made = stacked.compiled
        assert made is not None
        made._width = 4  # so that a tile of one follows
        found = [computed(stacked, x, labels)]
        with plain_kernels("network_kernels") as plain:
            made._kernels = plain
            found.append(computed(stacked, x, labels))
        for compiled, expected in zip(*found, strict=True):
            assert torch.allclose(compiled, expected, rtol=0.0, atol=1e-9), architecture


def test_no_two_arrays_share_numbers() -> None:
    rng = random.Random(2)
    for _ in range(30):
        num_qubits, width = rng.randint(1, 4), rng.randint(1, 5)
        architecture = random_architecture(rng, num_qubits=num_qubits)
        program = make_program([plan(architecture)], np.float64)
        encoded = architecture.num_encoded
        memory = make_memory(program, encoded, width, np.float64)
        with plain_kernels("kernel_memory") as kernels:
            parts = [
                *kernels.cut_angles(memory, program, 0),
                *kernels.cut_found(memory, program, 0),
                *kernels.cut_tile(memory, program, 0, encoded, width),
            ]
        for number, array in enumerate(parts):
            array[...] = number
        assert all((array == number).all() for number, array in enumerate(parts)), architecture
        assert memory.sums.size == sum(part.size for part in parts if np.shares_memory(part, memory.sums))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1, 16, 1000])
def test_memory_begins_with_a_line_of_the_cache(dtype: type, size: int) -> None:
    for _ in range(5):
        memory = lined_up(size, dtype)
        assert (memory.size, memory.dtype) == (size, dtype)
        assert memory.ctypes.data % 64 == 0
