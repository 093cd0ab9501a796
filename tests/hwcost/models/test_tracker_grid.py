"""A grid of hybrid models: circuits per sample and batch are those that `qml.Tracker` counts for the same batch."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("pennylane")

import pennylane as qml
import torch
from torch import nn

import hwcost
from grid_architectures import flows, holders, networks, not_one_per_sample
from grid_gates import gate_models, template_models
from grid_measurements import call_models, measurement_models
from grid_parts import DEVICE, Model, entangled, executed, layer, node, parameter, rows, z
from hwcost.core.errors import CircuitError
from hwcost.models.torch_layers import read_hybrid_model

BATCH = 2


def cost(model, sample, **options):
    return hwcost.estimate_model(model, sample, device="xeon-1-thread", **options).quantum


def agrees(make):
    torch.manual_seed(0)
    made = make()
    model, sample_of = made if isinstance(made, tuple) else (made, lambda size: torch.rand(size, 2))
    sample = sample_of(BATCH)
    if isinstance(sample, dict):
        total = executed(model, **sample)
    else:
        total = executed(model, *(sample if isinstance(sample, tuple) else (sample,)))
    quantum = cost(model, sample, batch_size=BATCH)
    assert (quantum.num_circuits, quantum.circuits_per_sample * BATCH) == (total, total)


def test_weights_keep_their_gradients():
    everywhere = parameter(2, 2)
    model = Model(lambda m, x: m.q(rows(lambda row: node(entangled)(row, everywhere), x)), q=layer(entangled))
    cost(model, torch.rand(2, 2), batch_size=2)
    assert [weight.grad for weight in (everywhere, *model.parameters())] == [None, None]


def grid(*families):
    cases = [case for family in families for case in family()]
    return pytest.mark.parametrize("make", [make for _, make in cases], ids=[name for name, _ in cases])


@grid(gate_models, template_models)
def test_gates_and_templates(make):
    agrees(make)


@grid(measurement_models)
def test_measurements(make):
    agrees(make)


@grid(call_models, holders)
def test_calls_and_holders(make):
    agrees(make)


@grid(flows)
def test_who_is_trained(make):
    agrees(make)


@grid(networks)
def test_networks(make):
    agrees(make)


@grid(not_one_per_sample)
def test_a_number_of_circuits_that_does_not_grow_with_the_batch_is_refused(make):
    torch.manual_seed(0)
    model = make()
    assert cost(model, torch.rand(2, 2), batch_size=1).num_circuits == executed(model, torch.rand(1, 2))
    with pytest.raises(CircuitError, match="for a batch of two, so their number is not one per sample"):
        cost(model, torch.rand(2, 2), batch_size=2)


@pytest.mark.parametrize(
    "returned",
    [
        lambda: (qml.probs(wires=[0, 1]), qml.expval(qml.PauliZ(2))),
        lambda: qml.expval(qml.PauliZ(0) + 0.5 * qml.PauliX(0) + 0.2 * qml.PauliZ(0) @ qml.PauliZ(1)),
    ],
    ids=["probs and expval", "Hamiltonian"],
)
def test_what_is_measured_together_is_one_circuit(returned):
    """Tracker counts such results one by one; PennyLane's own groups are what a device runs."""

    def circuit(inputs, weights):
        qml.AngleEmbedding(inputs, wires=range(2))
        qml.BasicEntanglerLayers(weights, wires=range(2))
        qml.CNOT([1, 2])
        return returned()

    with qml.queuing.AnnotatedQueue() as queue:
        circuit(torch.rand(2), torch.rand(2, 2))
    groups, _ = qml.transforms.split_non_commuting(qml.tape.QuantumScript.from_queue(queue))
    model = Model(lambda m, x: node(circuit)(x[0], m.w), w=parameter(2, 2))
    assert cost(model, torch.rand(1, 2)).num_circuits == len(groups) * (1 + 2 * 4)


def test_a_gradient_that_a_model_takes_itself_counts_as_often_as_it_is_taken():
    def run(model, x):
        result = model.q(x)
        (slope,) = torch.autograd.grad(result.sum(), model.q.weights, retain_graph=True)
        return result * slope.detach().sum()

    model = Model(run, q=layer(entangled))
    assert cost(model, torch.rand(1, 2)).num_circuits == executed(model, torch.rand(1, 2)) == 1 + 2 * 8


def test_a_second_derivative_is_refused():
    def run(model, x):
        (slope,) = torch.autograd.grad(model.q(x).sum(), model.q.weights, create_graph=True)
        return slope.sum()

    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.weights, self.run = parameter(2, 2), node(entangled)

        def forward(self, x):
            return rows(lambda row: self.run(row, self.weights), x)

    with pytest.raises(CircuitError, match="second derivatives are not counted"):
        cost(Model(run, q=Own()), torch.rand(1, 2))


def measured(inputs, weights):
    qml.RX(inputs[0] * weights[0, 0], wires=0)
    qml.measure(0)
    return z()


def conditional(inputs, weights):
    qml.RX(inputs[0] * weights[0, 0], wires=0)
    qml.cond(qml.measure(0), qml.RX)(weights[0, 0], wires=1)
    return z()


def state(inputs, weights):
    qml.RX(inputs[0] * weights[0, 0], wires=0)
    return qml.state()


def unknown_rule(inputs, weights):
    qml.ctrl(qml.U3, control=1)(weights[0, 0], weights[0, 1], weights[1, 0], wires=0)
    return z()


def failing_rule(inputs, weights):
    qml.ctrl(qml.MultiRZ, control=2)(weights[0, 0], wires=[0, 1])
    return z()


@pytest.mark.parametrize(
    ("circuit", "message"),
    [
        (measured, "QNode 1 has a mid-circuit measurement"),
        (conditional, "QNode 1 has a mid-circuit measurement"),
        (state, "returns State, which no device can measure"),
        (unknown_rule, r"QNode 1: gate C\(U3\) on wires \[1, 0\] has no parameter-shift rule"),
        (failing_rule, r"QNode 1: gate C\(MultiRZ\) on wires .* has no parameter-shift rule"),
    ],
    ids=["mid-circuit measurement", "classical control", "state", "gate without a rule", "gate whose rule fails"],
)
def test_what_cannot_be_counted_is_refused_in_one_line(circuit, message):
    model = nn.Sequential(nn.Linear(2, 2), layer(circuit))
    with pytest.raises(CircuitError, match=message) as caught:
        cost(model, torch.rand(1, 2))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "execute",
    [lambda tape: qml.execute([tape], DEVICE), lambda tape: DEVICE.execute(tape)],  # noqa: PLW0108 looked up when called
    ids=["qml.execute", "device.execute"],
)
def test_circuits_that_run_without_a_qnode_are_refused(execute):
    tape = qml.tape.QuantumScript([qml.RX(0.3, 0)], [qml.expval(qml.PauliZ(0))])
    model = Model(lambda m, x: m.fc(x) * float(torch.as_tensor(execute(tape)).sum()), fc=nn.Linear(2, 1))
    with pytest.raises(CircuitError, match="without a QNode, which cannot be counted"):
        read_hybrid_model(model, torch.rand(1, 2))
    assert model(torch.rand(1, 2)).shape == (1, 1)
