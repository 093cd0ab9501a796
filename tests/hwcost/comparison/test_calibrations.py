"""One circuit on two calibrations, side by side."""

from __future__ import annotations

import json

import pytest
from qiskit import QuantumCircuit

from hwcost.backend.prepared import Device
from hwcost.calibration.audit import audit
from hwcost.calibration.record import Calibration
from hwcost.comparison.calibrations import SideBySide, cost_on_both
from hwcost.core.errors import CircuitError
from make import small_calibration


def on_both(first: Calibration, second: Calibration, circuit: QuantumCircuit | str) -> SideBySide:
    return cost_on_both(circuit, Device(audit(first)), Device(audit(second)), num_seeds=1)


def circuit(num_qubits: int) -> QuantumCircuit:
    found = QuantumCircuit(num_qubits)
    found.h(0)
    for qubit in range(num_qubits - 1):
        found.cx(qubit, qubit + 1)
    found.measure_all()
    return found


def test_a_circuit_is_costed_on_both() -> None:
    slow = small_calibration(4, gates={("sx", (q,)): {"duration_s": 150e-9} for q in range(4)})
    both = on_both(small_calibration(4), slow, circuit(3))
    estimates = both.to_dict()["estimates"]
    first, second = (estimates[side]["time"]["circuit_duration_s"] for side in ("first", "second"))
    assert second > first
    assert "QPU time" in str(both)
    json.dumps(estimates, allow_nan=False)


def test_a_device_that_cannot_carry_the_circuit_does_not_hide_the_other() -> None:
    both = on_both(small_calibration(2), small_calibration(4), circuit(3))
    assert "needs 3 qubits, but small has 2" in both.to_dict()["estimates"]["first"]["refused"]
    text = str(both)
    assert "A: the circuit needs 3 qubits" in text
    assert "QPU time" in text


def test_a_circuit_that_cannot_be_costed_anywhere_is_an_error() -> None:
    with pytest.raises(CircuitError):
        on_both(small_calibration(), small_calibration(), "nothing.qpy")
