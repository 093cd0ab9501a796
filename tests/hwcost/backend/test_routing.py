"""What routing costs, by hand."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit

from hwcost.backend.routing import routing_cost, two_qubit_duration_s
from hwcost.calibration.audit import audit
from hwcost.isa.read import read_isa
from make import DURATION_2Q_S, small_calibration

AUDITED = audit(small_calibration(gates={("cx", (2, 1)): {"duration_s": 200e-9}}))


def circuit(*pairs: tuple[int, int]) -> QuantumCircuit:
    made = QuantumCircuit(3)
    for pair in pairs:
        made.cx(*pair)
    return made


def test_one_inserted_swap() -> None:
    routed = read_isa(circuit((0, 1), (1, 2), (1, 2), (1, 2), (0, 1)), AUDITED)
    unrouted = read_isa(circuit((0, 1), (0, 1)), AUDITED)
    cost = routing_cost(routed, unrouted, [(1, 2)], AUDITED)
    assert (cost.num_swaps, cost.num_2q_added) == (1, 3)
    assert cost.time_s == pytest.approx(3 * 200e-9)  # the faster direction
    assert cost.duration_s == pytest.approx(3 * DURATION_2Q_S)
    assert cost.share == pytest.approx(3 * 200e-9 / (5 * DURATION_2Q_S))


def test_an_edge_without_a_gate_has_no_duration() -> None:
    assert two_qubit_duration_s(AUDITED, 0, 1) == DURATION_2Q_S
    assert two_qubit_duration_s(AUDITED, 0, 2) is None
