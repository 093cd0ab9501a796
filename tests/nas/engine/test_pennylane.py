"""The PennyLane face: the QNode and the torch module, against a simulation on its own and on other devices."""

from __future__ import annotations

import random

import numpy as np
import pytest

torch = pytest.importorskip("torch")
qml = pytest.importorskip("pennylane")

from nas.architectures.record import Architecture, Layer  # noqa: E402
from nas.engine.pennylane import PennyLaneCircuit, build_qnode  # noqa: E402
from random_architectures import random_architecture  # noqa: E402
from statevector import outputs  # noqa: E402


def numbers(one, batch, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(batch, one.num_encoded))
    return torch.tensor(x), torch.tensor(rng.uniform(0, 2 * np.pi, (one.num_columns, one.num_qubits)))


def module_with(one, weights, **options):
    module = PennyLaneCircuit(one, dtype=weights.dtype, **options)
    with torch.no_grad():
        module.weights.copy_(weights)
    return module


def results(module, x):
    x = x.clone().requires_grad_()
    out = module(x)
    factors = torch.linspace(0.3, 1.7, out.numel(), dtype=out.dtype).reshape(out.shape)
    slopes = torch.autograd.grad((out * factors).sum(), [module.weights, x], allow_unused=True, materialize_grads=True)
    return [out.detach(), *slopes]


def test_random_architectures_compute_what_they_should():
    generator = random.Random(2)
    for seed in range(100):
        one = random_architecture(generator)
        x, weights = numbers(one, 3, seed)
        expected = outputs(one, x.numpy(), np.tile(weights.numpy()[None], (3, 1, 1)))
        found = module_with(one, weights)(x)
        assert found.shape == (3, one.num_outputs)
        assert np.allclose(found.detach().numpy(), expected, atol=1e-10), one


def test_a_qnode_for_users_takes_one_sample_or_many():
    layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
    one = Architecture(num_qubits=2, embedding="angle-y", num_encoded=2, layers=(layer,))
    circuit = build_qnode(one)
    # RY(a)RY(b)|0⟩: cos(a + b) on each qubit; the CNOT makes the second one the product.
    a, b = np.cos(0.3 + 0.5), np.cos(0.4 + 0.6)
    weights = np.array([[0.5, 0.6]])
    assert [float(value) for value in circuit(np.array([0.3, 0.4]), weights)] == pytest.approx([a, a * b])
    many = circuit(torch.tensor([[0.3, 0.4]] * 3), torch.tensor(weights))
    assert [value.tolist() for value in many] == [pytest.approx([a] * 3), pytest.approx([a * b] * 3)]
    gates = qml.specs(circuit)(np.array([0.3, 0.4]), weights)["resources"].gate_types
    assert gates == {"AngleEmbedding": 1, "RY": 2, "CNOT": 1}


@pytest.mark.parametrize("embedding", ["angle-x", "angle-z", "amplitude"])
def test_lightning_with_adjoint_gives_the_same_numbers(embedding):
    generator = random.Random(3)
    for seed in range(4):
        one = random_architecture(generator, num_qubits=3, embedding=embedding, reupload=False)
        x, weights = numbers(one, 2, seed)
        if one.num_columns == 0:
            continue
        expected = results(module_with(one, weights), x)
        device = qml.device("lightning.qubit", wires=3)
        module = module_with(one, weights, device=device, diff_method="adjoint")
        if embedding == "amplitude":
            # Adjoint differentiates no state preparation: the weights only.
            out = module(x)
            factors = torch.linspace(0.3, 1.7, out.numel(), dtype=out.dtype).reshape(out.shape)
            (gradient,) = torch.autograd.grad((out * factors).sum(), [module.weights])
            found = [out.detach(), gradient]
        else:
            found = results(module, x)
        # Amplitudes of lightning.qubit 0.45 are right to some 1e-8 only.
        for ours, theirs in zip(found, expected, strict=False):
            assert torch.allclose(ours, theirs, atol=1e-6 if embedding == "amplitude" else 1e-9), one


def test_rows_of_zeros_stand_for_the_ground_state():
    layer = Layer(columns=(("y", "y", "y"),), gate="cx", pairs=((0, 1), (1, 2)))
    one = Architecture(num_qubits=3, embedding="amplitude", num_encoded=8, layers=(layer,))
    x, weights = numbers(one, 3)
    x[1] = 0.0
    out, slope_of_weights, slope_of_x = results(module_with(one, weights), x)
    ground = torch.zeros_like(x)
    ground[:, 0] = 5.0
    assert torch.allclose(out[1], module_with(one, weights)(ground)[1])
    assert bool(slope_of_weights.isfinite().all())
    assert slope_of_x[1].tolist() == [0.0] * 8


def test_shapes_and_types_are_kept():
    layer = Layer(columns=(("y", "z"), ("x", "y")), gate="cz", pairs=((0, 1),))
    for measurement, width in (("z-each", 2), ("z-first", 1), ("zz-neighbours", 1)):
        one = Architecture(
            num_qubits=2, embedding="angle-x", num_encoded=2, layers=(layer,), measurement=measurement, reupload=True
        )
        for dtype in (torch.float32, torch.float64):
            module = PennyLaneCircuit(one, dtype=dtype)
            assert module.weights.shape == (2, 2)
            for batch in (0, 1, 5):
                out = module(torch.zeros(batch, 2, dtype=dtype))
                assert (out.shape, out.dtype) == ((batch, width), dtype)
    # Nothing that depends on the data, and nothing to train.
    empty = Layer(columns=(), gate=None, pairs=())
    still = Architecture(num_qubits=2, embedding="angle-z", num_encoded=2, layers=(empty,))
    assert torch.allclose(PennyLaneCircuit(still)(torch.rand(4, 2)), torch.zeros(4, 2), atol=1e-6)
