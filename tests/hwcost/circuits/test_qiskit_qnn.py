"""Networks of qiskit-machine-learning as layers: measurement bases, angles, shots."""

from __future__ import annotations

import pytest

pytest.importorskip("qiskit_machine_learning")

from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.quantum_info import Operator, Pauli, SparseObservable, SparsePauliOp
from qiskit_machine_learning.gradients import LinCombEstimatorGradient, SPSAEstimatorGradient
from qiskit_machine_learning.neural_networks import EstimatorQNN, NeuralNetwork, SamplerQNN

from counting_primitives import CountingSimulator
from hwcost.circuits.qiskit_qnn import is_qnn, layer_from_qnn
from hwcost.core.errors import CircuitError
from hwcost.models.gradients import circuits_per_sample

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning")]

SIMULATOR = CountingSimulator()


def turned(*gates):
    """One weight in every gate named, between Hadamards."""
    circuit, weight = QuantumCircuit(2), Parameter("w")
    circuit.h([0, 1])
    for gate in gates:
        operands = {"u": (0.1, 0.2, 0), "cu": (0.1, 0.2, 0.3, 0, 1), "rx": (0,), "p": (1,)}
        getattr(circuit, gate)(weight, *operands.get(gate, (0, 1)))
    circuit.h([0, 1])
    return circuit


def network(circuit=None, **options):
    circuit = turned("rx", "crz") if circuit is None else circuit
    return EstimatorQNN(
        circuit=circuit, weight_params=list(circuit.parameters), estimator=SIMULATOR.estimator(), **options
    )


def executed(qnn):
    SIMULATOR.circuits = 0
    qnn.forward([], [0.3])
    qnn.backward([], [0.3])
    return SIMULATOR.circuits


@pytest.mark.parametrize("gate", ["rx", "p", "crx", "cry", "crz", "cp", "u", "cu", "rxx", "rzz", "rzx"])
def test_every_gate_is_shifted_as_the_network_expands_it(gate):
    qnn = network(turned(gate))
    assert circuits_per_sample(layer_from_qnn(qnn), "parameter-shift").total == executed(qnn)


@pytest.mark.parametrize(
    ("observables", "labels"),
    [
        (None, [("ZZ",)]),
        (Pauli("XI"), [("ZI",)]),
        ([Pauli("XI"), Pauli("XI")], [("ZI",), ("ZI",)]),
        (SparsePauliOp(["ZI", "ZZ", "II"]), [("ZI", "ZZ")]),
        (SparsePauliOp(["XX", "ZZ", "XI"]), [("ZZ", "ZI"), ("ZZ",)]),
    ],
    ids=["default", "one", "two alike", "one basis", "two bases"],
)
def test_one_circuit_for_each_observable_and_basis(observables, labels):
    qnn = network(observables=observables)
    layer = layer_from_qnn(qnn)
    assert sorted(sorted(circuit.observables) for circuit in layer.circuits) == sorted(map(sorted, labels))
    assert circuits_per_sample(layer, "parameter-shift").total == executed(qnn)


def test_projectors_are_measured_in_their_basis():
    layer = layer_from_qnn(network(observables=[SparseObservable.from_list([("0+", 1.0), ("1X", 1.0)])]))
    assert [circuit.observables for circuit in layer.circuits] == [("ZZ",)]
    assert layer.circuits[0].circuit.count_ops()["h"] == 4 + 1


def test_a_sampler_measures_what_its_circuit_measures():
    partly = QuantumCircuit(2, 1)
    partly.compose(turned("rx"), inplace=True)
    partly.measure(0, 0)
    for circuit, measured in ((turned("rx"), 2), (partly, 1)):
        qnn = SamplerQNN(circuit=circuit, weight_params=list(circuit.parameters), sampler=SIMULATOR.sampler())
        (one,) = layer_from_qnn(qnn).circuits
        assert one.circuit.count_ops()["measure"] == measured
        assert one.observables == ()
    assert turned("rx").num_clbits == 0


def test_shots_and_gradient_of_the_networks_own():
    layer = layer_from_qnn(network(default_precision=0.1), name="mine")
    assert (layer.name, layer.shots, layer.diff_method) == ("mine", 100, "parameter-shift")
    for gradient, method in ((SPSAEstimatorGradient, "spsa"), (LinCombEstimatorGradient, "LinCombEstimatorGradient")):
        layer = layer_from_qnn(network(gradient=gradient(SIMULATOR.estimator())))
        assert layer.diff_method == method
        assert any(f"its own gradient is {gradient.__name__}" in note for note in layer.notes)


class Own(NeuralNetwork):
    def _forward(self, input_data, weights):
        return input_data

    def _backward(self, input_data, weights):
        return None, None


class Doubled(EstimatorQNN):
    def _forward(self, input_data, weights):
        return super()._forward(input_data, weights) + super()._forward(input_data, weights)


def test_what_cannot_be_read_is_refused_by_name():
    own = Own(2, 0, False, 2)
    assert is_qnn(own)
    assert not is_qnn(turned("rx"))
    circuit = turned("rx")
    doubled = Doubled(circuit=circuit, weight_params=list(circuit.parameters), estimator=SIMULATOR.estimator())
    for qnn in (own, doubled):
        with pytest.raises(CircuitError, match=rf"is a network \({type(qnn).__name__}\) whose circuits cannot be read"):
            layer_from_qnn(qnn)
    with pytest.raises(CircuitError, match=r"its observable \(Operator\) is none that a primitive takes"):
        layer_from_qnn(network(observables=Operator.from_label("ZZ")))
    with pytest.raises(CircuitError, match="is the identity"):
        layer_from_qnn(network(observables=Pauli("II")))
