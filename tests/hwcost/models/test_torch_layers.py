"""Torch modules taken apart: circuits counted as PennyLane executes them, and nothing of the module changed."""

from __future__ import annotations

import copy

import pytest

pytest.importorskip("torch")
pytest.importorskip("pennylane")

import pennylane as qml
import torch
from torch import nn

from hwcost.core.errors import CircuitError, OptionError
from hwcost.models.gradients import circuits_per_sample
from hwcost.models.torch_layers import batch_of, read_hybrid_model
from hybrid_models import NUM_WIRES, bases, basic, controlled, executed, layer, probabilities

N = NUM_WIRES


def frozen(module):
    return module.requires_grad_(False)


def models(device, method):
    one = lambda function: layer(function, device, method)  # noqa: E731
    yield "quantum only", one(basic), N
    yield "trainable before", nn.Sequential(nn.Linear(4, N), one(basic), nn.Linear(N, 2)), 4
    yield "frozen before", nn.Sequential(frozen(nn.Linear(4, N)), one(basic), nn.Linear(N, 2)), 4
    yield "after only", nn.Sequential(one(controlled), nn.Linear(N, 2), nn.LogSoftmax(-1)), N
    yield "two layers", nn.Sequential(nn.Linear(5, N), one(basic), nn.Tanh(), nn.Linear(N, N), one(controlled)), 5
    yield "two layers, data first", nn.Sequential(one(basic), one(controlled), nn.Linear(N, 1)), N
    yield "several bases", nn.Sequential(nn.Linear(4, N), one(bases_list), nn.Linear(4, 2)), 4
    yield "probabilities", nn.Sequential(nn.Linear(4, N), one(probabilities), nn.Linear(4, 2)), 4


def bases_list(inputs, weights):
    return list(bases(inputs, weights))


@pytest.fixture(autouse=True)
def _shape(monkeypatch):
    from hybrid_models import QNODES

    monkeypatch.setitem(QNODES, bases_list, QNODES[bases])


@pytest.mark.parametrize("method", ["parameter-shift", "finite-diff", "spsa"])
def test_circuits_are_those_that_pennylane_executes(method):
    device = qml.device("default.qubit", wires=N)
    for name, model, width in models(device, method):
        model.double()
        forward, total = executed(
            device, lambda model=model, width=width: model(torch.rand(width, dtype=torch.float64))
        )
        read = read_hybrid_model(model, torch.rand(7, width, dtype=torch.float64))
        counts = [circuits_per_sample(one, method) for one in read.layers]
        assert (sum(c.forward for c in counts), sum(c.total for c in counts)) == (forward, total), name


def test_the_classical_copy_has_the_models_shapes_and_gradients_but_no_circuit():
    device = qml.device("default.qubit", wires=N)
    for name, model, width in models(device, "backprop"):
        sample = torch.rand(7, width)
        with qml.Tracker(device) as tracker:
            read = read_hybrid_model(model, sample)
            output = read.classical(sample)
        assert tracker.totals == {}, name
        assert output.shape == model(sample).shape, name
        quantum = sum(
            parameter.numel() for part in model.modules() if hasattr(part, "qnode") for parameter in part.parameters()
        )
        everything = sum(parameter.numel() for parameter in model.parameters())
        assert sum(parameter.numel() for parameter in read.classical.parameters()) == everything - quantum
        trained = [parameter for parameter in read.classical.parameters() if parameter.requires_grad]
        if output.requires_grad:
            output.sum().backward()
            assert all(parameter.grad is not None for parameter in trained), name


def test_the_module_stays_as_it_is():
    model = nn.Sequential(
        nn.Linear(4, N), nn.BatchNorm1d(N), nn.Dropout(0.5), layer(basic, qml.device("default.qubit")), nn.Linear(N, 2)
    )
    before = copy.deepcopy({key: value.clone() for key, value in model.state_dict().items()})
    sample, state = torch.rand(3, 4), torch.get_rng_state()
    read = read_hybrid_model(model, sample)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert model.training
    assert read.classical.training
    assert read.classical[1] is not model[1]


def test_a_layer_that_is_called_three_times_counts_three_times():
    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = layer(basic, qml.device("default.qubit", wires=N), "parameter-shift")

        def forward(self, steps):
            state = torch.zeros(steps.shape[0], N)
            for step in range(3):
                state = self.cell(state + steps[:, step])
            return state

    read = read_hybrid_model(Recurrent(), torch.rand(2, 3, N))
    # The data of the first call needs no gradient; that of the others does, through the weights of the call before.
    assert [(one.calls, one.input_needs_gradient) for one in read.layers] == [(1, False), (2, True)]
    totals = [circuits_per_sample(one, "parameter-shift").total for one in read.layers]
    assert totals == [1 + 12, 2 * (1 + 12 + 6)]


def test_rows_of_a_sequence_are_calls():
    model = nn.Sequential(layer(basic, qml.device("default.qubit")))
    assert read_hybrid_model(model, torch.rand(2, 5, N)).layers[0].calls == 5


def test_a_plain_module_has_no_layers():
    assert read_hybrid_model(nn.Linear(3, 2), torch.rand(4, 3)).layers == ()


def test_an_unused_layer_is_told():
    class Idle(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear, self.spare = nn.Linear(N, 1), layer(basic, qml.device("default.qubit"))

        def forward(self, x):
            return self.linear(x)

    read = read_hybrid_model(Idle(), torch.rand(1, N))
    assert read.layers == ()
    assert "'spare' is not used" in read.notes[0]


def test_wide_layers_are_not_simulated():
    def wide(inputs, weights):
        qml.AngleEmbedding(inputs, wires=range(60))
        qml.BasicEntanglerLayers(weights, wires=range(60))
        return [qml.expval(qml.PauliZ(wire)) for wire in range(60)]

    model = qml.qnn.TorchLayer(qml.QNode(wide, qml.device("default.qubit")), {"weights": (1, 60)})
    read = read_hybrid_model(nn.Sequential(nn.Linear(5, 60), model), torch.rand(1, 5))
    assert read.layers[0].circuits[0].circuit.num_qubits == 60


def test_mistakes_are_one_line():
    device = qml.device("default.qubit", wires=N)
    model = nn.Sequential(nn.Linear(4, N), layer(basic, device))
    with pytest.raises(OptionError, match=r"fails on a sample of shape \(1, 7\)"):
        read_hybrid_model(model, torch.rand(2, 7))
    too_narrow = nn.Sequential(nn.Linear(4, N + 2), layer(basic, device))
    with pytest.raises(CircuitError, match="quantum layer fails on its input of shape"):
        read_hybrid_model(too_narrow, torch.rand(2, 4))


def test_a_model_that_looks_at_values_is_counted_on_a_copy():
    from hwcost.classical.flops import count_flops

    class Looks(nn.Module):
        def __init__(self):
            super().__init__()
            self.before, self.circuit, self.after = (
                nn.Linear(4, N),
                layer(basic, qml.device("default.qubit")),
                nn.Linear(N, 2),
            )

        def forward(self, x):
            y = self.circuit(self.before(x))
            return self.after(y) if float(y.detach().sum()) > -99 else y

    read = read_hybrid_model(Looks(), torch.rand(2, 4))
    assert count_flops(read.classical, torch.rand(1, 4), backward=False).total == 2 * 4 * N + 2 * N * 2


def test_batches_repeat_the_first_row():
    batch = batch_of({"a": torch.arange(6.0).reshape(2, 3), "b": 7}, 4)
    assert batch["a"].tolist() == [[0.0, 1.0, 2.0]] * 4
    assert batch["b"] == 7
