"""`library_size`: gates that the transpiler synthesises are counted by a formula."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit, qasm2, transpile
from qiskit.circuit import (
    AnnotatedOperation,
    ControlModifier,
    PowerModifier,
)
from qiskit.circuit.library import (
    HGate,
    LinearFunction,
    MCXGate,
    PauliEvolutionGate,
    PermutationGate,
    QFTGate,
    RXGate,
    SwapGate,
    UGate,
    UnitaryGate,
    XGate,
)
from qiskit.quantum_info import Clifford, SparsePauliOp, random_unitary
from qiskit.synthesis import LieTrotter

from hwcost.circuits.check import check_circuit
from hwcost.circuits.expansion import expanded_size
from nested_circuits import measured, refusal


class TestLibrary:
    """Gates that the transpiler synthesises are accepted, and their definitions are never built here."""

    @pytest.mark.parametrize(
        "build",
        [
            lambda: MCXGate(5),
            lambda: QFTGate(4),
            lambda: PermutationGate([2, 0, 1]),
            lambda: LinearFunction([[1, 1], [0, 1]]),
            lambda: UnitaryGate(random_unitary(4, seed=1)),
            lambda: PauliEvolutionGate(SparsePauliOp(["XX", "ZI"]), 0.3),
            lambda: Clifford.from_label("H"),
            lambda: XGate().control(3, ctrl_state=2),
            lambda: AnnotatedOperation(XGate(), PowerModifier(3)),
        ],
    )
    @pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of Qiskit 2.0, when it builds an MCXGate
    def test_is_accepted(self, build):
        gate = build()
        circuit = measured(8)
        circuit.append(gate, range(gate.num_qubits))
        assert check_circuit(circuit) == ()

    def test_a_huge_number_of_trotter_steps_is_refused_at_once(self):
        circuit = measured()
        evolution = PauliEvolutionGate(SparsePauliOp(["XX", "ZI"]), 0.3, synthesis=LieTrotter(reps=10**9))
        circuit.append(evolution, [0, 1])
        assert "instructions, at most" in refusal(circuit)

    def test_a_huge_power_is_refused_at_once(self):
        circuit = measured()
        circuit.append(AnnotatedOperation(XGate(), PowerModifier(10**9)), [0])
        assert "expands to 1,000,000,003 instructions" in refusal(circuit)

    @pytest.mark.parametrize("controls", [1, 2, 3, 4, 6, 8])
    @pytest.mark.parametrize(
        "gate", [XGate(), HGate(), RXGate(0.3), UGate(0.1, 0.2, 0.3), SwapGate()], ids=lambda gate: gate.name
    )
    @pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of Qiskit 2.0, when it builds an MCXGate
    def test_gates_under_controls_are_counted_as_what_they_become(self, gate, controls):
        circuit = QuantumCircuit(controls + gate.num_qubits)
        circuit.append(AnnotatedOperation(gate, ControlModifier(controls)), range(circuit.num_qubits))
        counted = expanded_size(circuit).num_instructions
        compiled = transpile(circuit, basis_gates=["rz", "sx", "x", "cx"], optimization_level=0).size()
        assert compiled <= 4 * counted
        assert counted <= 10 * compiled

    def test_controls_on_many_gates_are_refused_at_once(self):
        circuit = QuantumCircuit(8, 1)
        for _ in range(500):
            circuit.append(AnnotatedOperation(RXGate(0.3), ControlModifier(6)), range(7))
        circuit.measure(0, 0)
        assert "expands to 504,001 instructions" in refusal(circuit)

    def test_a_large_unitary_is_refused_without_synthesising_it(self):
        circuit = QuantumCircuit(11)
        gate = UnitaryGate(random_unitary(2, seed=1))
        gate.num_qubits = 11
        circuit.append(gate, range(11))
        assert f"expands to {4**11:,} instructions" in refusal(circuit)

    def test_the_waiting_gate_of_old_qasm2_is_counted(self):
        text = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[1]; u0(1000000000) q[0];'
        circuit = qasm2.loads(text, include_path=(), custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
        assert "expands to 1,000,000,000 instructions" in refusal(circuit)
