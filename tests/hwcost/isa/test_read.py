"""Circuits of Qiskit as columns: control flow by hand, and what is refused."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter

from hwcost.core.errors import CircuitError
from hwcost.isa.columns import Kind
from hwcost.isa.schedule import longest_path
from round_table import NS, read


def test_if_else_costs_its_longest_branch():
    circuit = QuantumCircuit(2, 1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.sx(1)
    with otherwise:
        circuit.cx(0, 1)
        circuit.cx(0, 1)
    isa = read(circuit)
    assert longest_path(isa)[0] == pytest.approx(1200 * NS)
    assert isa.names.count("cx") == 2
    assert isa.names.count("sx") == 0
    assert any("longest branch" in note for note in isa.notes)


def test_for_loop_costs_every_iteration():
    circuit = QuantumCircuit(1)
    with circuit.for_loop(range(7)):
        circuit.sx(0)
    assert longest_path(read(circuit))[0] == pytest.approx(70 * NS)


def test_an_operation_without_calibration_is_refused_by_name():
    circuit = QuantumCircuit(3, name="mine")
    circuit.ccx(0, 1, 2)
    with pytest.raises(
        CircuitError, match=r"mine: no duration is known for ccx on qubits 0, 1, 2; it is not native there$"
    ):
        read(circuit)


def test_a_dead_gate_is_refused_with_its_error():
    circuit = QuantumCircuit(4)
    circuit.cx(2, 3)
    with pytest.raises(CircuitError, match="cx on qubits 2, 3 has error 0.01.*--durations-only"):
        read(circuit)


def test_delays_in_every_unit_that_qiskit_has():
    circuit = QuantumCircuit(1)
    for duration, unit in ((1e-6, "s"), (1e-3, "ms"), (1.0, "us"), (1000.0, "ns"), (1e6, "ps"), (1000, "dt")):
        circuit.delay(duration, 0, unit=unit)
    assert read(circuit).durations_s == pytest.approx([1e-6] * 6)


def test_a_delay_without_a_length_is_refused():
    circuit = QuantumCircuit(1, name="waits")
    circuit.delay(Parameter("t"), 0, unit="ns")
    with pytest.raises(CircuitError, match=r"waits: the delay of t ns has no fixed length; bind it first"):
        read(circuit)


def test_a_loop_that_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr("hwcost.isa.read.MAX_INLINED_OPERATIONS", 10)
    circuit = QuantumCircuit(1)
    with circuit.for_loop(range(6)):
        circuit.sx(0)
    with pytest.raises(CircuitError, match="12 operations once it is unrolled, at most 10"):
        read(circuit)


def test_exits_of_loops_and_global_phases_are_no_operations():
    circuit = QuantumCircuit(1, 1)
    with circuit.for_loop(range(2)):
        circuit.sx(0)
        circuit.break_loop()
    assert "break_loop" not in read(circuit).names
    assert read(circuit).count(Kind.ONE_QUBIT) == 2


@pytest.mark.parametrize("name", ["cx", "barrier", "delay", "measure", "reset", "if_else", "break_loop"])
def test_a_users_gate_under_a_native_name_is_not_the_devices(name):
    body = QuantumCircuit(2, name=name)
    body.sx([0, 1])
    circuit = QuantumCircuit(2)
    circuit.append(body.to_gate(), [0, 1])
    with pytest.raises(CircuitError, match=f"'{name}' on qubits 0, 1 is not the device's but a gate with a definition"):
        read(circuit)
