"""Circuits of a torch module, whoever holds its QNodes: those that PennyLane executes for the same batch."""

from __future__ import annotations

import functools

import pytest

pytest.importorskip("torch")
pytest.importorskip("pennylane")

import pennylane as qml
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import hwcost
from hwcost.core.errors import CircuitError, OptionError
from hwcost.models.gradients import circuits_per_sample
from hwcost.models.torch_layers import read_hybrid_model

DEVICE = qml.device("default.qubit", wires=3)
SHIFT = {"interface": "torch", "diff_method": "parameter-shift"}


def entangled(inputs, weights):
    qml.AngleEmbedding(inputs, wires=range(2))
    qml.BasicEntanglerLayers(weights, wires=range(2))
    return [qml.expval(qml.PauliZ(wire)) for wire in range(2)]


def scaled(inputs, weights):
    for column in range(2):
        for wire in range(2):
            qml.RY(weights[column, wire] * inputs[..., wire] + weights[column, wire], wires=wire)
        qml.CNOT([0, 1])
    return [qml.expval(qml.PauliZ(wire)) for wire in range(2)]


def by_columns(inputs, weights):
    for wire in range(2):
        qml.RX(inputs[:, wire], wires=wire)
    qml.BasicEntanglerLayers(weights, wires=range(2))
    return [qml.expval(qml.PauliZ(wire)) for wire in range(2)]


def swapped(inputs, weights):
    qml.AngleEmbedding(inputs, wires=range(2))
    qml.PSWAP(weights[0, 0], wires=[0, 1])
    qml.RY(weights[0, 1], wires=0)
    return [qml.expval(qml.PauliZ(wire)) for wire in range(2)]


def node(function=entangled):
    return qml.QNode(function, DEVICE, **SHIFT)


def layer(function=entangled):
    return qml.qnn.TorchLayer(node(function), {"weights": (2, 2)})


def frozen(module):
    return module.requires_grad_(False)


class Model(nn.Module):
    """Runs a function of (self, x); the parts are its attributes."""

    def __init__(self, run, **parts):
        super().__init__()
        self.w = nn.Parameter(torch.rand(2, 2))
        for name, part in parts.items():
            setattr(self, name, part)
        self._run = run

    def forward(self, x):
        return self._run(self, x)


def stacked(results):
    return torch.stack(list(results), dim=-1).float()


MODULE_LEVEL = node()


def without_gradient(function, x):
    with torch.no_grad():
        return function(x)


def recurrent(self, x):
    state = torch.zeros(len(x), 2)
    for _ in range(3):
        state = self.q(x + state)
    return state


class _Broken(torch.autograd.Function):
    @staticmethod
    def forward(context, value):
        return value.clone()

    @staticmethod
    def backward(context, gradient):
        raise RuntimeError("no gradient today")


def models():
    closure = node()
    yield "module global", Model(lambda m, x: stacked(MODULE_LEVEL(x[0], m.w)))
    yield "closure", Model(lambda m, x: stacked(closure(x[0], m.w)))
    yield "attribute", Model(lambda m, x: stacked(m.f(x[0], m.w)), f=node())
    yield "list", Model(lambda m, x: sum(stacked(f(x[0], m.w)) for f in m.fs), fs=[node(), node(scaled)])
    yield "dictionary", Model(lambda m, x: stacked(m.fs["a"](x[0], m.w)), fs={"a": node()})
    yield "partial", Model(lambda m, x: stacked(m.f(inputs=x[0])), f=None)
    yield "trainable before", Model(lambda m, x: stacked(MODULE_LEVEL(m.fc(x)[0], m.w)), fc=nn.Linear(2, 2))
    yield "frozen before", Model(lambda m, x: stacked(MODULE_LEVEL(m.fc(x)[0], m.w)), fc=frozen(nn.Linear(2, 2)))
    yield "detached weights", Model(lambda m, x: m.fc(stacked(MODULE_LEVEL(x[0], m.w.detach()))), fc=nn.Linear(2, 2))
    yield "detached result", Model(lambda m, x: m.fc(stacked(MODULE_LEVEL(x[0], m.w)).detach()), fc=nn.Linear(2, 2))
    yield (
        "no_grad",
        Model(lambda m, x: m.fc(without_gradient(lambda v: stacked(MODULE_LEVEL(v[0], m.w)), x)), fc=nn.Linear(2, 2)),
    )
    yield "called twice", Model(lambda m, x: stacked(MODULE_LEVEL(stacked(MODULE_LEVEL(x[0], m.w)), m.w)))
    yield "result not used", Model(lambda m, x: (stacked(MODULE_LEVEL(x[0], m.w)), m.fc(x))[1], fc=nn.Linear(2, 2))
    yield "scaled data", Model(lambda m, x: stacked(node(scaled)(x[0], m.w)))
    yield "scaled trainable data", Model(lambda m, x: stacked(node(scaled)(m.fc(x)[0], m.w)), fc=nn.Linear(2, 2))
    yield "batch as columns", Model(lambda m, x: stacked(node(by_columns)(x, m.w)))
    yield "broadcast", Model(lambda m, x: stacked(MODULE_LEVEL(x, m.w)))
    yield "gate with a recipe", Model(lambda m, x: stacked(node(swapped)(x[0], m.w)))
    yield "layer", layer()
    yield "layer with scaled data", layer(scaled)
    yield "layer by columns", layer(by_columns)
    yield "layer with a recipe", layer(swapped)
    yield "frozen layer", nn.Sequential(frozen(layer()), nn.Linear(2, 1))
    yield "frozen layer behind a trained one", nn.Sequential(nn.Linear(2, 2), frozen(layer()))
    yield "layer without gradient", Model(lambda m, x: m.fc(without_gradient(m.q, x)), q=layer(), fc=nn.Linear(2, 1))
    yield "layer whose result is detached", Model(lambda m, x: m.fc(m.q(x).detach()), q=layer(), fc=nn.Linear(2, 1))
    yield "rows one by one", Model(lambda m, x: torch.stack([m.q(row) for row in x]), q=layer())
    yield "recurrent", Model(recurrent, q=layer())
    yield "siamese", Model(lambda m, x: m.q(x) - m.q(m.fc(x)), q=layer(), fc=nn.Linear(2, 2))
    yield "layer and QNode", Model(lambda m, x: m.q(stacked(MODULE_LEVEL(x[0], m.w))[None]), q=layer())


TORCH_LAYER_FORWARD = qml.qnn.TorchLayer.forward


def row_by_row(self, x):
    """PennyLane has no parameter shift for data in batches; row by row it runs the same circuits."""
    if x.ndim == 1 or self.qnode.func is by_columns:
        return TORCH_LAYER_FORWARD(self, x)
    return torch.stack([TORCH_LAYER_FORWARD(self, row) for row in x])


def executed(model, x):
    """Circuits that PennyLane executes in a forward and a backward pass."""
    with pytest.MonkeyPatch.context() as patch, qml.Tracker(DEVICE) as tracker:
        patch.setattr(qml.qnn.TorchLayer, "forward", row_by_row)
        output = model(x)
        if output.requires_grad:
            output.sum().backward()
    return tracker.totals.get("executions", 0)


@pytest.mark.parametrize(("name", "model"), list(models()), ids=[name for name, _ in models()])
def test_circuits_are_those_that_pennylane_executes(name, model):
    if name == "partial":
        model.f = functools.partial(MODULE_LEVEL, weights=model.w)
    x = torch.rand(1, 2)
    total = executed(model, x)
    counts = [circuits_per_sample(one, "parameter-shift") for one in read_hybrid_model(model, x).layers]
    assert sum(count.total for count in counts) == total


PARTS = st.lists(
    st.sampled_from(["linear", "frozen linear", "layer", "frozen layer", "scaled", "detach", "no_grad layer", "qnode"]),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25)
@given(names=PARTS, shared=st.booleans())
def test_chains_of_parts_agree_with_pennylane(names, shared):
    torch.manual_seed(0)
    one = layer()
    made = {
        "linear": lambda: nn.Linear(2, 2),
        "frozen linear": lambda: frozen(nn.Linear(2, 2)),
        "layer": lambda: one if shared else layer(),
        "frozen layer": lambda: frozen(layer()),
        "scaled": lambda: layer(scaled),
        "detach": lambda: Model(lambda m, x: x.detach()),
        "no_grad layer": lambda: Model(lambda m, x: without_gradient(m.q, x), q=layer()),
        "qnode": lambda: Model(lambda m, x: stacked(MODULE_LEVEL(x[0], m.w))[None]),
    }
    model = nn.Sequential(*(made[name]() for name in names))
    x = torch.rand(1, 2)
    total = executed(model, x)
    counts = [circuits_per_sample(one, "parameter-shift") for one in read_hybrid_model(model, x).layers]
    assert sum(count.total for count in counts) == total, names


def observed(names, depth, listed):
    """A circuit of layers with data uploaded `depth` times that returns the named observables."""
    observables = {
        "Z": lambda: qml.expval(qml.PauliZ(0)),
        "X": lambda: qml.expval(qml.PauliX(1)),
        "ZZ": lambda: qml.expval(qml.PauliZ(0) @ qml.PauliZ(1)),
        "var": lambda: qml.var(qml.PauliZ(1)),
    }

    def circuit(inputs, weights):
        for _ in range(depth):
            qml.RX(inputs[0] * weights[0, 0], wires=0)
            qml.RY(inputs[1], wires=1)
            qml.CRX(weights[1, 0], wires=[0, 1])
            qml.RZ(weights[1, 1], wires=1)
        found = [observables[name]() for name in names]
        return found if listed or len(found) > 1 else found[0]

    return circuit


BLOCKS = st.fixed_dictionaries(
    {
        "names": st.lists(st.sampled_from(["Z", "X", "ZZ", "var"]), min_size=1, max_size=3, unique=True),
        "depth": st.integers(1, 2),
        "listed": st.booleans(),
        "frozen": st.booleans(),
        "way": st.sampled_from(["layer", "qnode", "closure", "no_grad", "detached", "shared", "residual"]),
        "linear": st.sampled_from(["none", "trained", "frozen"]),
    }
)


class Block(nn.Module):
    """One circuit of a random network, called in one of several ways."""

    def __init__(self, names, depth, listed, frozen, way, linear):
        super().__init__()
        self.way = way
        self.linear = nn.Identity() if linear == "none" else nn.Linear(2, 2).requires_grad_(linear == "trained")
        circuit = observed(names, depth, listed)
        self.q = qml.qnn.TorchLayer(node(circuit), {"weights": (2, 2)}).requires_grad_(not frozen)
        self.w = nn.Parameter(torch.rand(2, 2), requires_grad=not frozen)
        self.after = nn.Linear(len(names), 2)
        self.run = node((lambda inputs: circuit(inputs, self.w)) if way == "closure" else circuit)

    def call(self, x):
        if self.way in ("qnode", "closure"):
            given = () if self.way == "closure" else (self.w,)
            found = [self.run(row, *given) for row in x]
            results = [one if isinstance(one, torch.Tensor) else torch.stack(list(one)) for one in found]
            return torch.stack([one.reshape(-1) for one in results]).float()
        return self.q(x).reshape(len(x), -1)

    def forward(self, x):
        x = self.linear(x)
        if self.way == "no_grad":
            return self.after(without_gradient(self.call, x))
        y = self.after(self.call(x.detach() if self.way == "detached" else x))
        return self.after(self.call(y)) if self.way == "shared" else x + y if self.way == "residual" else y


@settings(max_examples=15)
@given(blocks=st.lists(BLOCKS, min_size=1, max_size=3), shared=st.booleans())
def test_random_networks_agree_with_pennylane(blocks, shared):
    torch.manual_seed(0)
    parts = [Block(**block) for block in blocks]
    model = nn.Sequential(*parts, *(parts[:1] if shared else ()))
    x = torch.rand(2, 2)
    total = executed(model, x)
    quantum = hwcost.estimate_model(model, x, device="xeon-1-thread", batch_size=2).quantum
    assert (quantum.num_circuits, 2 * quantum.circuits_per_sample) == (total, total), blocks


def test_nothing_is_simulated_and_qnodes_run_as_before():
    model = Model(lambda m, x: stacked(MODULE_LEVEL(x[0], m.w)))
    with qml.Tracker(DEVICE) as tracker:
        read_hybrid_model(model, torch.rand(1, 2))
    assert tracker.totals.get("executions", 0) == 0
    assert model(torch.zeros(1, 2)).shape == (2,)


def test_calls_of_other_structure_are_other_circuits():
    @qml.qnode(DEVICE, **SHIFT)
    def deep(inputs, weights, depth):
        for _ in range(depth):
            qml.RX(inputs[0] * weights[0, 0], wires=0)
        return qml.expval(qml.PauliZ(0))

    model = Model(lambda m, x: deep(x[0], m.w, 1) + deep(x[0], m.w, 3))
    layers = read_hybrid_model(model, torch.rand(1, 2)).layers
    assert [(one.name, len(one.angles), one.calls) for one in layers] == [("deep", 1, 1), ("deep (2)", 3, 1)]


def test_what_a_qnode_is_wrapped_in_and_how_it_names_its_data_does_not_matter():
    @qml.batch_input(argnum=0)
    @qml.qnode(DEVICE, **SHIFT)
    def batched(angles, weights):
        qml.AngleEmbedding(angles, wires=range(2))
        qml.CRX(weights[0, 0], wires=[0, 1])
        return qml.probs(wires=[0, 1])

    @qml.qnode(DEVICE, **SHIFT)
    def variance(angles, weights):
        qml.RX(angles[0] * weights[0, 0], wires=0)
        return qml.var(qml.PauliZ(0))

    x = torch.rand(1, 2)
    for model in (
        Model(lambda m, x: batched(x, m.w)),
        Model(lambda m, x: torch.stack([variance(row, m.w) for row in x.repeat(3, 1)])),
    ):
        counts = [circuits_per_sample(one, "parameter-shift") for one in read_hybrid_model(model, x).layers]
        assert sum(count.total for count in counts) == executed(model, x)


def test_a_model_whose_backward_pass_fails_is_refused_in_one_line():
    def run(model, x):
        return _Broken.apply(stacked(MODULE_LEVEL(x[0], model.w)))

    with pytest.raises(OptionError, match="the backward pass of the model Model fails: no gradient today"):
        read_hybrid_model(Model(run), torch.rand(1, 2))


def test_circuits_of_other_packages_are_refused_by_name():
    foreign = type("TorchConnector", (torch.nn.Linear,), {"__module__": "qiskit_machine_learning.connectors"})
    with pytest.raises(CircuitError, match="module '1' is a TorchConnector of qiskit-machine-learning"):
        read_hybrid_model(torch.nn.Sequential(torch.nn.Linear(3, 2), foreign(2, 1)), torch.zeros(1, 3))
