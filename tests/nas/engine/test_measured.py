"""Outputs and gradients as a device gives them: right in the mean, with the noise of shots, and as many circuits."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from qiskit.quantum_info import Statevector  # noqa: E402

from nas.architectures.circuit import build_circuit  # noqa: E402
from nas.architectures.circuit import data_angles as reference_angles  # noqa: E402
from nas.architectures.record import Architecture, Layer  # noqa: E402
from nas.core.errors import SettingError  # noqa: E402
from nas.costs import candidate_cost  # noqa: E402
from nas.engine import measured  # noqa: E402
from nas.engine.circuit import FastCircuit  # noqa: E402
from nas.engine.measured import SPSA_STEP, MeasuredCircuit, data_angles  # noqa: E402
from nas.spaces.build import architecture  # noqa: E402
from nas.spaces.load import list_spaces, load_space  # noqa: E402
from random_architectures import random_architecture  # noqa: E402
from statevector import outputs as outputs_of  # noqa: E402


def of_space(name, number, most_qubits=5):
    """Random architectures of a space."""
    space, rng, found = load_space(name), np.random.default_rng(5), []
    while len(found) < number:
        one = architecture(space, space.random_genome(rng))
        if one.num_qubits <= most_qubits:
            found.append(one)
    return found


def of_any_kind(number):
    rng, found = random.Random(9), []
    while len(found) < number:
        one = random_architecture(rng)
        if one.num_qubits <= 4:
            scaled = replace(one, angle_factor=2) if one.embedding != "amplitude" and len(found) % 2 else one
            found.append(scaled)
    return found


def numbers(one, batch=2):
    generator = torch.Generator().manual_seed(one.num_weights)
    x = torch.randn(batch, one.num_encoded, generator=generator, dtype=torch.float64)
    weights = 6.0 * torch.rand(one.num_columns, one.num_qubits, generator=generator, dtype=torch.float64)
    return weights.requires_grad_(), x.requires_grad_()


def slopes(circuit, weights, x):
    """Outputs, and derivatives of a sum that weighs each output of each sample differently."""
    out = circuit(weights, x)
    factors = torch.linspace(0.3, 1.7, out.numel(), dtype=out.dtype).view(out.shape)
    found = torch.autograd.grad((out * factors).sum(), [weights, x], allow_unused=True, materialize_grads=True)
    return [out.detach(), *found]


def exact(one):
    fast = FastCircuit(one, dtype=torch.float64)

    def call(weights, x):
        return torch.func.functional_call(fast, {"weights": weights}, (x,))

    return call


@pytest.mark.parametrize("name", [*list_spaces(), "any kind"])
def test_shifts_of_exact_values_are_the_derivatives(name):
    for one in of_any_kind(40) if name == "any kind" else of_space(name, 12):
        given = numbers(one)
        ours = slopes(MeasuredCircuit(one, "parameter-shift"), *given)
        for mine, reference in zip(ours, slopes(exact(one), *given), strict=True):
            assert torch.allclose(mine, reference, rtol=0.0, atol=1e-9), one


def test_bits_are_drawn_from_the_probabilities_of_the_circuit_that_is_costed():
    for one in of_any_kind(10):
        weights, x = numbers(one, batch=1)
        circuit = MeasuredCircuit(one, "spsa")
        angles = circuit.angles(weights, data_angles(one, x))
        bare = build_circuit(one, measure=False)
        values = {"x": reference_angles(one, x[0].detach().numpy()), "w": weights.detach().reshape(-1).numpy()}
        bound = bare.assign_parameters({p: values[p.vector.name][p.index] for p in bare.parameters})
        expected = Statevector(bound.reverse_bits()).probabilities()  # qubit 0 most significant
        assert circuit.probabilities(angles)[0].numpy() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("embedding", ["angle-x", "amplitude"])
def test_zeros_have_outputs_and_no_wild_derivatives(embedding):
    layer = Layer(columns=(("y",) * 3,), gate="cx", pairs=((0, 1), (1, 2)))
    one = Architecture(num_qubits=3, embedding=embedding, num_encoded=3, layers=(layer,))
    given = (torch.zeros(1, 3, dtype=torch.float64, requires_grad=True), torch.zeros(2, 3, dtype=torch.float64))
    given[1].requires_grad_()
    for mine, reference in zip(
        slopes(MeasuredCircuit(one, "parameter-shift"), *given), slopes(exact(one), *given), strict=True
    ):
        assert torch.allclose(mine, reference, rtol=0.0, atol=1e-9)


# The law of the shots

# Outputs of the same shots are correlated: CX makes the second bit follow the first.
BELL = Architecture(
    num_qubits=2,
    embedding="angle-y",
    num_encoded=2,
    layers=(Layer(columns=(("x", "y"),), gate="cx", pairs=((0, 1),)),),
)
SAMPLES, SHOTS = 4000, 50


@pytest.fixture(scope="module")
def bell():
    """One sample as often as it takes to know the distribution of what is read."""
    weights = torch.tensor([[0.3, 0.2]], dtype=torch.float64, requires_grad=True)
    x = torch.tensor([[1.1, 0.4]], dtype=torch.float64).expand(SAMPLES, 2)
    return weights, x


def test_outputs_have_the_mean_and_the_covariance_of_shots(bell):
    weights, x = bell
    read = MeasuredCircuit(BELL, "parameter-shift", shots=SHOTS, seed=3)(weights, x).detach().numpy()
    first, second = MeasuredCircuit(BELL, "parameter-shift")(weights, x[:1]).detach().numpy()[0]
    circuit = MeasuredCircuit(BELL, "parameter-shift")
    p = circuit.probabilities(circuit.angles(weights, data_angles(BELL, x[:1])))[0].numpy()
    both = p[0] - p[1] - p[2] + p[3]
    covariance = np.array([[1 - first**2, both - first * second], [both - first * second, 1 - second**2]]) / SHOTS
    assert abs(covariance[0, 1]) > 0.3 * covariance[0, 0], "bits drawn one by one would pass"
    errors = np.sqrt(covariance.diagonal() / SAMPLES)
    assert read.mean(axis=0) == pytest.approx([first, second], abs=4 * errors.max())
    assert np.cov(read.T) == pytest.approx(covariance, abs=0.08 * covariance.max())
    assert set(np.round((read + 1) / 2 * SHOTS, 9).reshape(-1) % 1) == {0.0}  # whole numbers of shots


def test_shifted_derivatives_are_unbiased_with_the_variance_of_two_circuits(bell):
    weights, x = bell
    circuit = MeasuredCircuit(BELL, "parameter-shift", shots=SHOTS, seed=4)
    angles = circuit.angles(weights, data_angles(BELL, x))
    second = torch.tensor([[0.0, 1.0]], dtype=torch.float64).expand(SAMPLES, 2)
    found = circuit.gradients(angles, second).numpy()
    ideal = MeasuredCircuit(BELL, "parameter-shift")
    for angle in range(4):
        shift = np.pi / 2 * torch.eye(4, dtype=torch.float64)[angle]
        above, below = (float(ideal.run(angles[:1] + sign * shift)[0, 1]) for sign in (1, -1))
        variance = ((1 - above**2) + (1 - below**2)) / (4 * SHOTS)
        assert found[:, angle].mean() == pytest.approx((above - below) / 2, abs=4 * np.sqrt(variance / SAMPLES))
        assert found[:, angle].var() == pytest.approx(variance, rel=0.12)


@pytest.mark.parametrize("shots", [None, SHOTS])
def test_spsa_has_the_mean_over_all_directions(bell, shots):
    weights, x = bell
    circuit = MeasuredCircuit(BELL, "spsa", shots=shots, seed=5)
    angles = circuit.angles(weights, data_angles(BELL, x))
    second = torch.tensor([[0.0, 1.0]], dtype=torch.float64).expand(SAMPLES, 2)
    found = circuit.gradients(angles, second).numpy()
    expected = np.zeros(4)
    for number in range(16):
        signs = np.array([1 - 2 * (number >> bit & 1) for bit in range(4)])
        moved = [second_output(weights, x, step * signs) for step in (SPSA_STEP, -SPSA_STEP)]
        expected += (moved[0] - moved[1]) / (2 * SPSA_STEP) * signs / 16
    errors = found.std(axis=0) / np.sqrt(SAMPLES)
    assert np.abs(found.mean(axis=0) - expected).max() <= 4 * errors.max()
    slope = MeasuredCircuit(BELL, "parameter-shift").gradients(angles[:1], second[:1]).numpy()[0]
    assert expected == pytest.approx(slope, rel=0.03, abs=0.001)


def second_output(weights, x, moved):
    """⟨Z⟩ of the second qubit with each angle moved: those of the data, which come first, and the weights."""
    values, angles = x[:1].numpy() + moved[:2], weights.detach().numpy()[None] + moved[None, 2:]
    return outputs_of(BELL, values, angles)[0, 1]


def test_more_directions_are_averaged(bell):
    weights, x = bell
    second = torch.tensor([[0.0, 1.0]], dtype=torch.float64).expand(SAMPLES, 2)
    spread = []
    for directions in (1, 4):
        circuit = MeasuredCircuit(BELL, "spsa", shots=SHOTS, seed=6, directions=directions)
        spread.append(circuit.gradients(circuit.angles(weights, data_angles(BELL, x)), second).var(dim=0).numpy())
        assert circuit.num_executed == 2 * directions * SAMPLES
    assert spread[1] == pytest.approx(spread[0] / 4, rel=0.15)


# Circuits


@pytest.mark.parametrize(
    ("gradient", "directions"), [("parameter-shift", 1), ("spsa", 1), ("spsa", 3)], ids=["shift", "spsa", "spsa3"]
)
def test_a_step_runs_the_circuits_that_are_costed(gradient, directions):
    batch = 3
    for one in [*of_any_kind(6), *of_space("faqnas", 2, 4), *of_space("qnas", 2, 4)]:
        cost = candidate_cost(
            one,
            4,
            3,
            backend="fake_manila",
            scope="step",
            gradient=gradient,
            spsa_directions=directions,
            batch_size=batch,
            num_seeds=1,
            optimization_level=0,
        ).model_cost
        circuit = MeasuredCircuit(one, gradient, shots=10, directions=directions)
        slopes(circuit, *numbers(one, batch))
        assert circuit.num_executed == cost.quantum.num_circuits, one
        assert circuit.circuits_per_sample == cost.quantum.circuits_per_sample


@pytest.mark.parametrize("gradient", ["parameter-shift", "spsa"])
def test_what_is_drawn_depends_on_the_seed_and_not_on_the_memory(monkeypatch, gradient):
    one = of_space("faqnas", 1)[0]
    given = numbers(one, batch=5)
    first = slopes(MeasuredCircuit(one, gradient, shots=20, seed=1), *given)
    other = slopes(MeasuredCircuit(one, gradient, shots=20, seed=2), *given)
    monkeypatch.setattr(measured, "CHUNK_AMPLITUDES", 2**6)
    again = slopes(MeasuredCircuit(one, gradient, shots=20, seed=1), *given)
    assert all(a.equal(b) for a, b in zip(first, again, strict=True))
    assert not any(a.equal(b) for a, b in zip(first, other, strict=True))


def test_circuits_that_are_too_large_are_refused():
    layer = Layer(columns=(("y",) * 17,), gate=None, pairs=())
    with pytest.raises(SettingError, match="has 17 qubits; gradients from shots are computed for at most 16"):
        MeasuredCircuit(Architecture(num_qubits=17, embedding="angle-x", num_encoded=17, layers=(layer,)), "spsa")
