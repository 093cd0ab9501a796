"""Sizes of jobs."""

from __future__ import annotations

from hwcost.jobs.size import term_amounts


def test_amounts_hand_worked() -> None:
    amounts = term_amounts(num_circuits=2, shots=10, num_qubits=3, total_depth=8)
    assert (amounts["c_qubit"], amounts["layer_time"], amounts["qubit_layer_time"]) == (6, 80, 240)
