"""Models with networks of qiskit-machine-learning: the circuits counted are those that reach a simulator."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("qiskit_machine_learning")

import torch
from qiskit import QuantumCircuit, generate_preset_pass_manager
from qiskit.circuit import Parameter, ParameterVector
from qiskit.circuit.library import real_amplitudes, zz_feature_map
from qiskit.quantum_info import Pauli, SparsePauliOp
from qiskit_machine_learning.algorithms import VQC, NeuralNetworkClassifier
from qiskit_machine_learning.connectors import TorchConnector
from qiskit_machine_learning.gradients import ParamShiftEstimatorGradient
from qiskit_machine_learning.kernels import FidelityQuantumKernel
from qiskit_machine_learning.neural_networks import EstimatorQNN, NeuralNetwork, SamplerQNN
from torch import nn

import hwcost
from counting_primitives import CountingSimulator
from hwcost.circuits.layers import layer_from_circuit
from hwcost.core.errors import CircuitError, OptionError
from hwcost.models.gradients import circuits_per_sample
from hwcost.models.read import read_model
from hwcost.models.torch_layers import read_hybrid_model

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*V1.*:UserWarning"),
]

SIMULATOR = CountingSimulator()


def ansatz():
    """Data and weights; one expression holds both, one weight stands in two gates, one gate no observable sees."""
    x, w = ParameterVector("x", 2), ParameterVector("w", 3)
    circuit = QuantumCircuit(2)
    circuit.ry(x[0] * w[0] + 0.1, 0)
    circuit.rx((x[0] - 1) * x[1], 1)
    circuit.crz(w[1], 0, 1)
    circuit.p(2 * w[1], 0)
    circuit.rzz(w[2], 0, 1)
    return circuit, list(x), list(w)


def composed():
    features, weights = zz_feature_map(2), real_amplitudes(2, reps=1)
    circuit = QuantumCircuit(2)
    circuit.compose(features, inplace=True)
    circuit.append(weights.to_gate(), [0, 1])
    return circuit, list(features.parameters), list(weights.parameters)


def estimator(build=ansatz, **options):
    circuit, x, w = build()
    return EstimatorQNN(circuit=circuit, input_params=x, weight_params=w, estimator=SIMULATOR.estimator(), **options)


def sampler(build=ansatz, **options):
    circuit, x, w = build()
    return SamplerQNN(circuit=circuit, input_params=x, weight_params=w, sampler=SIMULATOR.sampler(), **options)


class Model(nn.Module):
    """Runs a function of (self, x); the parts are its attributes."""

    def __init__(self, run, **parts):
        super().__init__()
        self._run = run
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        return self._run(self, x)


class Scaled(TorchConnector):
    def forward(self, input_data=None):
        return 2 * super().forward(torch.tanh(input_data))


GLOBAL = TorchConnector(estimator())
NETWORK = estimator()
SEVERAL = SparsePauliOp.from_list([("ZZ", 0.5), ("IZ", -1), ("XX", 2), ("IX", 1), ("II", 3), ("YX", 1)])


def frozen(module):
    return module.requires_grad_(False)


def without_gradient(part, x):
    with torch.no_grad():
        return part(x)


def parity(number):
    return number.bit_count() % 2


def by_numpy(model, x):
    """A network that the model calls by itself, without connector."""
    return model.fc(torch.as_tensor(NETWORK.forward(x.detach().numpy(), [0.1, 0.2, 0.3]), dtype=torch.float32))


def models():
    def plain(model, x):
        return model.q(x)

    def headed(model, x):
        return model.out(model.q(model.fc(x)))

    def head(qnn):
        outputs = qnn.output_shape[-1]
        return Model(headed, fc=nn.Linear(2, 2), q=TorchConnector(qnn), out=nn.Linear(outputs, 1))

    inputs = {"input_gradients": True}
    yield "alone", Model(plain, q=TorchConnector(estimator()))
    yield "head", head(estimator(**inputs))
    yield "head with a composed circuit", head(estimator(composed, **inputs))
    yield "head without input gradients", head(estimator())
    yield "input gradients for data", Model(plain, q=TorchConnector(estimator(**inputs)))
    yield "frozen", Model(plain, q=frozen(TorchConnector(estimator())))
    yield "frozen in a head", Model(headed, fc=nn.Linear(2, 2), q=frozen(TorchConnector(estimator(**inputs))),
                                    out=nn.Linear(1, 1))  # fmt: skip
    yield (
        "frozen head, trained network",
        Model(headed, fc=frozen(nn.Linear(2, 2)), q=TorchConnector(estimator(**inputs)), out=nn.Linear(1, 1)),
    )
    yield "no_grad", Model(lambda m, x: m.out(without_gradient(m.q, x)), q=TorchConnector(estimator()),
                           out=nn.Linear(1, 1))  # fmt: skip
    yield "detached", Model(lambda m, x: m.out(m.q(x).detach()), q=TorchConnector(estimator()), out=nn.Linear(1, 1))
    yield "unused result", Model(lambda m, x: (m.q(x), m.out(x))[1], q=TorchConnector(estimator()), out=nn.Linear(2, 1))
    yield "two", Model(lambda m, x: m.a(x) + m.b(x), a=TorchConnector(estimator()), b=TorchConnector(sampler()))
    yield "shared", Model(lambda m, x: m.q(x) * m.q(m.fc(x)), q=TorchConnector(estimator(**inputs)), fc=nn.Linear(2, 2))
    yield (
        "one call of two needs a gradient",
        Model(lambda m, x: without_gradient(m.q, x) + m.q(x), q=TorchConnector(estimator())),
    )
    first = TorchConnector(sampler(interpret=parity, output_shape=2))
    yield "one after the other", Model(lambda m, x: m.b(m.a(x)), a=first, b=TorchConnector(estimator()))
    second = TorchConnector(estimator(**inputs))
    yield "one after the other, with input gradients", Model(lambda m, x: m.b(m.a(x)), a=first, b=second)
    yield "global", Model(lambda m, x: GLOBAL(x))
    yield "list", Model(lambda m, x: sum(q(x) for q in m.qs), qs=[TorchConnector(estimator()) for _ in range(2)])
    yield "subclass", Model(plain, q=Scaled(estimator()))
    yield "without connector", Model(by_numpy, fc=nn.Linear(1, 1))
    yield "patches", Model(lambda m, x: m.q(torch.stack([x, x + 1, x - 1], 1)), q=TorchConnector(estimator()))
    yield "one row", Model(lambda m, x: m.q(x[0]), q=TorchConnector(estimator()))
    yield "several observables", head(estimator(observables=[Pauli("ZI"), Pauli("IZ"), SparsePauliOp("XX")], **inputs))
    yield "an observable of several bases", head(estimator(observables=SEVERAL))
    yield "sampler", head(sampler(**inputs))
    yield "sampler with interpretation", head(sampler(interpret=parity, output_shape=2))


MODELS = dict(models())


def counted(model, sample):
    counts = [circuits_per_sample(part, "parameter-shift") for part in read_hybrid_model(model, sample).layers]
    return sum(count.forward for count in counts), sum(count.gradient for count in counts)


def executed(model, sample):
    SIMULATOR.circuits = 0
    output = model(sample)
    forward = SIMULATOR.circuits
    if output.requires_grad:
        output.sum().backward()
    return forward, SIMULATOR.circuits - forward


@pytest.mark.parametrize("name", MODELS)
def test_circuits_are_those_that_run(name):
    model, sample = MODELS[name], torch.rand(1, 2)
    assert counted(model, sample) == executed(model, sample)
    assert SIMULATOR.circuits > 0


def test_with_a_qnode_both_are_counted():
    qml = pytest.importorskip("pennylane")

    @qml.qnode(qml.device("default.qubit"), interface="torch", diff_method="parameter-shift")
    def circuit(inputs, weights):
        qml.AngleEmbedding(inputs, wires=range(2))
        qml.BasicEntanglerLayers(weights, wires=range(2))
        return [qml.expval(qml.PauliZ(wire)) for wire in range(2)]

    parts = {
        "p": qml.qnn.TorchLayer(circuit, {"weights": (1, 2)}),
        "q": TorchConnector(estimator(input_gradients=True)),
    }
    model, sample = Model(lambda m, x: m.q(m.p(x)), **parts), torch.rand(1, 2)
    with qml.Tracker(circuit.device) as tracker:
        forward, gradient = executed(model, sample)
    # Of a gradient that comes back as exactly zero, which shots may give, PennyLane shifts nothing.
    assert tracker.totals["executions"] in (1, 1 + 4)
    assert counted(model, sample) == (forward + 1, gradient + 4)
    assert {layer.name for layer in read_hybrid_model(model, sample).layers} == {"p", "q"}


def test_weights_and_gradients_of_the_user_stay_as_they_are():
    GLOBAL.zero_grad()
    model, sample = Model(lambda m, x: GLOBAL(m.fc(x)), fc=nn.Linear(2, 2)), torch.rand(1, 2)
    SIMULATOR.circuits = 0
    cost = hwcost.estimate_model(model, sample, scope="step", batch_size=1)
    assert SIMULATOR.circuits == 0
    assert GLOBAL.weight.grad is None
    assert cost.quantum.num_circuits == sum(executed(model, sample))
    assert GLOBAL.weight.grad is not None  # the classes are as they were


def test_a_hybrid_net_on_a_device():
    model = nn.Sequential(nn.Linear(3, 2), TorchConnector(estimator(composed, input_gradients=True)), nn.Linear(1, 1))
    cost = hwcost.estimate_model(model, torch.rand(1, 3), "fake_manila", scope="step", batch_size=4, num_seeds=1)
    assert cost.quantum.circuits_per_sample == 1 + 2 * (6 + 4)
    assert cost.quantum.num_circuits == 4 * 21
    (layer,), (estimate,) = cost.model.layers, cost.estimates
    assert (layer.name, layer.num_qubits) == ("1", 2)
    assert estimate.gates.num_2q >= 4 + 1
    assert cost.model.num_parameters == 3 * 2 + 2 + 1 + 1
    assert not cost.classical.uncounted


@pytest.mark.parametrize("gradient", ["backprop", "spsa", "finite-diff"])
def test_simulated_and_with_other_gradients(gradient):
    model = nn.Sequential(nn.Linear(3, 2), TorchConnector(estimator(composed)), nn.Linear(1, 1))
    cost = hwcost.estimate_model(model, torch.rand(1, 3), scope="step", batch_size=1, gradient=gradient)
    assert cost.quantum.flops > 0
    assert cost.quantum.num_circuits == {"backprop": 1, "spsa": 1 + 2, "finite-diff": 1 + 4 + 1}[gradient]


@pytest.mark.parametrize("make", [estimator, sampler])
def test_a_network_by_itself(make):
    qnn = make(input_gradients=True)
    for sample in ([0.1, 0.2], torch.rand(1, 2), None):
        (layer,) = read_model(qnn, sample).layers
        count = circuits_per_sample(layer, "parameter-shift")
        SIMULATOR.circuits = 0
        qnn.forward([0.1, 0.2], [0.1, 0.2, 0.3])
        qnn.backward([0.1, 0.2], [0.1, 0.2, 0.3])
        assert count.total == SIMULATOR.circuits
    with pytest.raises(OptionError, match=r"shape \(3,\), but one sample of this \w+ has 2 values \(--sample 2\)"):
        read_model(qnn, [1.0, 2.0, 3.0])
    with pytest.raises(OptionError, match="inputs does not belong to a network of qiskit-machine-learning"):
        read_model(qnn, None, inputs=["x"])


def test_only_data_or_only_weights():
    circuit = QuantumCircuit(1)
    circuit.ry(Parameter("x"), 0)
    for options in ({}, {"input_gradients": True}):
        qnn = EstimatorQNN(circuit=circuit, input_params=list(circuit.parameters), estimator=SIMULATOR.estimator(),
                           **options)  # fmt: skip
        model = Model(lambda m, x: m.q(m.fc(x)), fc=nn.Linear(2, 1), q=TorchConnector(qnn))
        assert counted(model, torch.rand(1, 2)) == executed(model, torch.rand(1, 2))
    qnn = EstimatorQNN(circuit=circuit, weight_params=list(circuit.parameters), estimator=SIMULATOR.estimator())
    model = Model(lambda m, x: m.q() + x, q=TorchConnector(qnn))
    assert counted(model, torch.rand(1, 2)) == executed(model, torch.rand(1, 2)) == (1, 2)


@pytest.mark.filterwarnings("ignore:Sparse invariant checks")
def test_a_sparse_network_counts_as_a_dense_one():
    pytest.importorskip("sparse")
    fc = nn.Linear(2, 2)
    sparse = Model(lambda m, x: m.q(m.fc(x)).to_dense(), fc=fc, q=TorchConnector(sampler(sparse=True)))
    assert counted(sparse, torch.rand(1, 2)) == counted(
        Model(lambda m, x: m.q(m.fc(x)), fc=fc, q=TorchConnector(sampler())), torch.rand(1, 2)
    )
    assert hwcost.estimate_model(sparse, torch.rand(1, 2), scope="step", batch_size=2).quantum.num_circuits == 2 * 11


def test_a_circuit_compiled_before():
    circuit, x, w = ansatz()
    manager = generate_preset_pass_manager(1, basis_gates=["rz", "sx", "cx"], coupling_map=[[0, 1], [1, 2]])
    qnn = EstimatorQNN(circuit=circuit, input_params=x, weight_params=w, estimator=SIMULATOR.estimator(),
                       pass_manager=manager)  # fmt: skip
    cost = hwcost.estimate_model(TorchConnector(qnn), torch.rand(1, 2), "fake_manila", scope="step", batch_size=1,
                                 num_seeds=1)  # fmt: skip
    assert cost.quantum.num_circuits > 1
    assert any("was compiled for a device before" in text for text in cost.assumptions)


def test_what_a_user_may_not_expect_is_said():
    def notes(name):
        return [note for layer in read_hybrid_model(MODELS[name], torch.rand(1, 2)).layers for note in layer.notes]

    assert any("input_gradients=False" in note for note in notes("head without input gradients"))
    assert any("weights are frozen" in note for note in notes("frozen in a head"))
    assert any("PUB of its own" in note for note in notes("several observables"))
    assert not notes("head") + notes("alone") + notes("frozen")


class Own(NeuralNetwork):
    def _forward(self, input_data, weights):
        return input_data

    def _backward(self, input_data, weights):
        return None, None


def test_other_networks_are_refused_by_name():
    with pytest.raises(CircuitError, match=r"a quantum layer is a network \(Own\) whose circuits cannot be read"):
        read_hybrid_model(TorchConnector(Own(2, 0, False, 2)), torch.rand(1, 2))


def test_a_connector_that_is_not_called_is_named():
    model = Model(lambda m, x: m.fc(x), fc=nn.Linear(2, 1), unused=TorchConnector(estimator()))
    read = read_hybrid_model(model, torch.rand(1, 2))
    assert not read.layers
    assert read.notes == ("quantum layer 'unused' is not used in a forward pass; not counted",)


def test_classifiers_and_kernels_are_refused_by_name():
    for model in (NeuralNetworkClassifier(estimator()), VQC(2)):
        with pytest.raises(
            OptionError, match=f"a {type(model).__name__} of qiskit-machine-learning.* cost its network"
        ):
            read_model(model, None)
    with pytest.raises(OptionError, match="a FidelityQuantumKernel of qiskit-machine-learning.* cost its circuit"):
        read_model(FidelityQuantumKernel(feature_map=zz_feature_map(2)), None)


def test_data_of_another_width():
    with pytest.raises(OptionError, match="Invalid input dimension"):
        read_hybrid_model(TorchConnector(estimator()), torch.rand(1, 3))
    with pytest.raises(CircuitError, match=r"a network \(EstimatorQNN\) of 2 inputs gets data of shape \(1, 3\)"):
        read_hybrid_model(Model(by_numpy, fc=nn.Linear(1, 1)), torch.rand(1, 3))


def expressions():
    x, y, v, w = (Parameter(name) for name in "xyvw")
    circuit = QuantumCircuit(2)
    circuit.ry(w * x, 0)
    circuit.rx(x * y + 1, 1)
    circuit.cx(0, 1)
    circuit.rz(v * w - x, 1)
    circuit.rxx(w**2, 0, 1)
    circuit.cry(v / 2, 0, 1)
    circuit.p(v.sin(), 0)
    circuit.h([0, 1])
    return circuit, [x, y], [v, w]


@pytest.mark.parametrize("with_data", [False, True])
def test_expressions_in_a_circuit_are_shifted_as_qiskit_shifts_them(with_data):
    circuit, data, weights = expressions()
    layer = layer_from_circuit(circuit, observables="ZZ", inputs=[] if with_data else data)
    SIMULATOR.circuits = 0
    gradient = ParamShiftEstimatorGradient(SIMULATOR.estimator())
    wanted = [*data, *weights] if with_data else weights
    gradient.run([circuit], [SparsePauliOp("ZZ")], [[0.1, 0.2, 0.3, 0.4]], parameters=[wanted]).result()
    assert circuits_per_sample(layer, "parameter-shift").gradient == SIMULATOR.circuits
