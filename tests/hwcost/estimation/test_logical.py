"""The circuit as it was given: objects, files and QNodes, with the measurements that were asked for."""

from __future__ import annotations

import hashlib
import io

import pytest
from qiskit import QuantumCircuit, qpy
from qiskit.circuit import Parameter

from hwcost.circuits.check import NO_MEASUREMENT
from hwcost.circuits.digest import content_sha256
from hwcost.circuits.load import load_circuits, read_circuit_file
from hwcost.core.errors import CircuitError, OptionError
from hwcost.estimation.logical import checked, read_logical
from isa_conditions import flip_and_entangle


def unmeasured():
    circuit = QuantumCircuit(2, name="open")
    circuit.h(0)
    circuit.cx(0, 1)
    return circuit


def file_of(tmp_path, *circuits):
    buffer = io.BytesIO()
    qpy.dump(list(circuits), buffer)
    path = tmp_path / "some.qpy"
    path.write_bytes(buffer.getvalue())
    return path


def test_a_circuit_object_is_taken_as_it_is():
    circuit = flip_and_entangle()
    logical = read_logical(circuit, observable="ZZ")
    assert logical.circuit is circuit
    assert (logical.source, logical.plan.groups, logical.caveats) == (None, (("ZZ",),), ())
    assert logical.sha256 == content_sha256(circuit)


@pytest.mark.parametrize("form", [str, lambda path: path])
def test_a_file_has_its_path_and_the_hash_of_its_bytes(tmp_path, form):
    path = file_of(tmp_path, flip_and_entangle())
    logical = read_logical(form(path))
    assert logical.source == str(path)
    assert logical.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert logical.circuit == flip_and_entangle()


def test_a_loaded_circuit_is_the_same_as_its_file(tmp_path):
    path = file_of(tmp_path, flip_and_entangle())
    (loaded,) = read_circuit_file(path)
    assert read_logical(loaded).info() == read_logical(path).info()


def test_a_file_of_several_circuits_is_not_one_circuit(tmp_path):
    path = file_of(tmp_path, flip_and_entangle(), unmeasured())
    with pytest.raises(CircuitError, match=r"some\.qpy: the file has 2 circuits; load them with load_circuits"):
        read_logical(path)
    first, second = (read_logical(circuit) for circuit in load_circuits(path))
    assert (first.circuit.name, second.circuit.name) == ("flip", "open")


@pytest.mark.parametrize("circuit", [3, None, b"x", [flip_and_entangle()], {}])
def test_what_is_no_circuit_is_refused_by_its_type(circuit):
    with pytest.raises(OptionError, match=f"a circuit of type {type(circuit).__name__} cannot be costed"):
        read_logical(circuit)


def test_a_circuit_without_anything_is_refused():
    with pytest.raises(CircuitError, match="nothing to estimate"):
        read_logical(QuantumCircuit(2))


def test_a_circuit_has_no_arguments():
    with pytest.raises(OptionError, match="arguments belong to a PennyLane QNode"):
        read_logical(flip_and_entangle(), arguments=(1.0,))


def test_what_is_to_be_known_of_a_circuit_has_the_code_circuit():
    circuit = unmeasured()
    circuit.rx(Parameter("a"), 0)
    caveats = read_logical(circuit).caveats
    assert {caveat.code for caveat in caveats} == {"circuit"}
    assert [caveat.text for caveat in caveats][1] == NO_MEASUREMENT
    assert caveats[0].text.startswith("1 unbound parameter (a)")


def test_measurements_are_added_on_request_where_there_are_none():
    circuit = unmeasured()
    logical = read_logical(circuit, measure_all=True)
    assert logical.info().ops == {"h": 1, "cx": 1, "measure": 2, "barrier": 1}
    assert logical.caveats == ()
    assert logical.sha256 == content_sha256(circuit)  # of the circuit as it was given
    assert dict(circuit.count_ops()) == {"h": 1, "cx": 1}  # which is left alone


def test_a_circuit_that_measures_is_not_measured_again():
    circuit = flip_and_entangle()
    assert checked(circuit, measure_all=True) == (circuit, ())
    assert checked(circuit, measure_all=False) == (circuit, ())
    open_circuit, warnings = checked(unmeasured(), measure_all=False)
    assert open_circuit == unmeasured()
    assert warnings == (NO_MEASUREMENT,)


def test_what_a_report_says_of_it():
    circuit = flip_and_entangle()
    circuit.rx(Parameter("a"), 0)
    info = read_logical(circuit).info()
    assert (info.name, info.source, info.num_qubits, info.num_parameters) == ("flip", None, 2, 1)
    assert info.depth == circuit.depth() == 4
    assert info.ops == {"x": 1, "cx": 1, "measure": 2, "rx": 1}


class TestQNodes:
    @pytest.fixture
    def qml(self):
        return pytest.importorskip("pennylane")

    @staticmethod
    def qnode(qml, *observables):
        @qml.qnode(qml.device("default.qubit", wires=2))
        def layer(angle):
            qml.RX(angle, wires=0)
            qml.CNOT(wires=[0, 1])
            return [qml.expval(observable) for observable in observables]

        return layer

    def test_a_qnode_brings_its_observables(self, qml):
        logical = read_logical(self.qnode(qml, qml.PauliZ(0), qml.PauliZ(1)), arguments=(0.3,))
        assert logical.circuit.num_qubits == 2
        assert logical.plan.groups == (("IZ", "ZI"),)
        assert logical.source is None

    def test_a_qnode_takes_no_other_observable(self, qml):
        with pytest.raises(OptionError, match="a QNode has its observables"):
            read_logical(self.qnode(qml, qml.PauliZ(0)), arguments=(0.3,), observable="ZZ")

    def test_observables_that_do_not_commute_are_several_circuits(self, qml):
        with pytest.raises(CircuitError, match="is 2 circuits, because its observables do not commute; estimate_model"):
            read_logical(self.qnode(qml, qml.PauliZ(0), qml.PauliX(0)), arguments=(0.3,))
