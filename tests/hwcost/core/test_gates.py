"""Facts about gates, against Qiskit's own gates."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping
from qiskit.quantum_info import Operator

from hwcost.core import gates
from hwcost.core.gates import GATES, num_pulses_of, num_qubits_of
from hwcost.core.native_gates import NATIVE_GATES, native_gate

QISKIT = get_standard_gate_name_mapping()


NATIVE = [name for name in GATES if name not in QISKIT]


@pytest.mark.parametrize("name", [name for name in GATES if name in QISKIT])
def test_size_is_that_of_qiskits_gate(name: str) -> None:
    assert num_qubits_of(name) == QISKIT[name].num_qubits


@pytest.mark.parametrize("name", [name for name in GATES if name in QISKIT and num_qubits_of(name) == 2])
def test_symmetric_gates_act_alike_both_ways(name: str) -> None:
    gate = QISKIT[name]
    matrix = Operator(gate.to_mutable() if not gate.params else type(gate)(*(0.7 for _ in gate.params)))
    alike = np.allclose(matrix.data, matrix.reverse_qargs().data)
    assert (name in gates.SYMMETRIC_GATES) == alike


@pytest.mark.parametrize("name", NATIVE)
def test_what_qiskit_does_not_have_is_a_native_gate_of_some_maker(name: str) -> None:
    gate = native_gate(name, [0.1, 0.2, 0.3][: NATIVE_GATES[name].num_params])
    assert gate.num_qubits == num_qubits_of(name) == NATIVE_GATES[name].num_qubits
    if gate.num_qubits == 2:
        matrix = Operator(gate)
        assert (name in gates.SYMMETRIC_GATES) == np.allclose(matrix.data, matrix.reverse_qargs().data)


def test_virtual_gates_are_diagonal_gates_of_one_qubit() -> None:
    assert frozenset({"rz", "p", "u1"}) == gates.VIRTUAL_GATES
    assert [num_pulses_of(name) for name in ("rz", "sx", "u3", "xslow", "nonsense")] == [0, 1, 2, 1, 1]


def test_what_is_no_gate_acts_on_one_qubit_and_is_not_in_the_table() -> None:
    assert not gates.NON_GATES & GATES.keys()
    assert {num_qubits_of(name) for name in gates.NON_GATES} == {1}
    assert num_qubits_of("nonsense") is None


def test_names_that_qiskit_does_not_have_stand_for_names_that_it_has() -> None:
    assert not gates.ALIASES.keys() & QISKIT.keys()
    assert set(gates.ALIASES.values()) <= QISKIT.keys()


def test_only_bounded_control_flow_has_a_cost() -> None:
    assert gates.CONTROL_FLOW - {*gates.BOUNDED_CONTROL_FLOW} == {"while_loop"}
    assert gates.CONTROL_FLOW < gates.DEVICE_OPERATIONS
