"""Circuits by compiled kernels against those of the fast engine and of PennyLane."""

from __future__ import annotations

import random
import sys

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("numba")

from hwcost import MissingDependencyError  # noqa: E402
from nas.architectures.record import Architecture, Layer  # noqa: E402
from nas.engine import compiled  # noqa: E402
from nas.engine.circuit import FastCircuit  # noqa: E402
from nas.engine.compiled import MAX_QUBITS, CompiledCircuits, tile_width  # noqa: E402
from random_architectures import pennylane_outputs, random_architecture  # noqa: E402


def derivatives(circuit: FastCircuit, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    x = x.clone().requires_grad_()
    outputs = circuit(x)
    factors = torch.linspace(0.5, 1.5, outputs.numel(), dtype=x.dtype).view_as(outputs)
    by_weight, by_x = torch.autograd.grad((outputs * factors).sum(), (circuit.weights, x), allow_unused=True)
    return outputs.detach(), torch.zeros(()) if by_weight is None else by_weight, by_x


def pair(architecture: Architecture) -> tuple[FastCircuit, FastCircuit]:
    fast = FastCircuit(architecture, dtype=torch.float64)
    other = FastCircuit(architecture, dtype=torch.float64, compiled=True)
    other.load_state_dict(fast.state_dict())
    return fast, other


def test_outputs_and_derivatives_are_those_of_the_fast_engine() -> None:
    for seed in range(60):
        rng = random.Random(seed)
        architecture = random_architecture(rng)
        fast, other = pair(architecture)
        x = torch.randn(rng.choice((1, 3, 64, 70)), architecture.num_encoded, dtype=torch.float64)
        for expected, found in zip(derivatives(fast, x), derivatives(other, x), strict=True):
            assert torch.allclose(expected, found, rtol=0.0, atol=1e-11), architecture
        assert isinstance(other._circuits.simulator, CompiledCircuits)  # type: ignore[union-attr]


def test_outputs_are_those_of_pennylane() -> None:
    pytest.importorskip("pennylane")
    for seed, embedding in enumerate(("angle-x", "angle-y", "angle-z", "amplitude")):
        architecture = random_architecture(random.Random(seed), num_qubits=4, embedding=embedding)
        circuit = FastCircuit(architecture, dtype=torch.float64, compiled=True)
        x = torch.randn(5, architecture.num_encoded, dtype=torch.float64, requires_grad=True)
        expected = pennylane_outputs(architecture, circuit.weights, x)
        assert torch.allclose(circuit(x), expected, rtol=0.0, atol=1e-11)
        by_x = [torch.autograd.grad((outputs**2).sum(), x)[0] for outputs in (expected, circuit(x))]
        assert torch.allclose(*by_x, rtol=0.0, atol=1e-11)


def test_rows_of_zeros_are_the_first_state_without_a_derivative() -> None:
    architecture = random_architecture(random.Random(3), num_qubits=3, embedding="amplitude")
    x = torch.zeros(2, architecture.num_encoded, dtype=torch.float64)
    x[1, 0] = 2.0
    outputs, _, by_x = derivatives(pair(architecture)[1], x)
    assert torch.equal(outputs[0], outputs[1])
    assert not by_x[0].any()


def test_circuits_that_are_too_large_are_left_to_the_fast_engine() -> None:
    n = MAX_QUBITS + 1
    layer = Layer(columns=(("y",) * n,), gate="cx", pairs=((0, 1),))
    large = Architecture(num_qubits=n, embedding="angle-y", num_encoded=n, layers=(layer,))
    fast, other = pair(large)
    x = torch.randn(2, n, dtype=torch.float64)
    assert torch.equal(fast(x), other(x))
    assert not isinstance(other._circuits.simulator, CompiledCircuits)  # type: ignore[union-attr]
    assert tile_width(MAX_QUBITS) == 8


def test_without_numba_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = Layer(columns=(("y",),), gate=None, pairs=())
    small = Architecture(num_qubits=1, embedding="angle-y", num_encoded=1, layers=(layer,))
    monkeypatch.setitem(sys.modules, "numba", None)
    compiled.kernels.cache_clear()
    with pytest.raises(MissingDependencyError, match=r"hwcost\[fast\]"):
        FastCircuit(small, compiled=True)
    compiled.kernels.cache_clear()
