"""Columns of an ISA circuit: counts, and which operation a classical bit is read from."""

from __future__ import annotations

from hwcost.isa.columns import IsaCircuit, Kind

CIRCUIT = IsaCircuit(
    num_qubits=2,
    num_clbits=2,
    names=["sx", "measure", "cx", "measure", "measure"],
    kinds=[Kind.ONE_QUBIT, Kind.MEASURE, Kind.TWO_QUBIT, Kind.MEASURE, Kind.MEASURE],
    qubits=[(0,), (0,), (0, 1), (0,), (1,)],
    clbits=[(), (0,), (), (0,), (1,)],
    params=[()] * 5,
    durations_s=[0.0] * 5,
    errors=[0.0] * 5,
)


def test_counts_by_kind() -> None:
    assert len(CIRCUIT) == 5
    assert CIRCUIT.count(Kind.MEASURE) == 3
    assert CIRCUIT.count(Kind.ONE_QUBIT, Kind.TWO_QUBIT) == 2


def test_the_last_measurement_into_a_bit_counts() -> None:
    assert CIRCUIT.measurements() == {0: 3, 1: 4}
