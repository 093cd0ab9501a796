"""Sizes of ISA circuits, counted by hand."""

from __future__ import annotations

from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.counts import GateCounts, gate_counts


def isa_of(*operations: tuple[Kind, tuple[int, ...]], num_qubits: int = 3) -> IsaCircuit:
    size = len(operations)
    return IsaCircuit(
        num_qubits=num_qubits,
        num_clbits=0,
        names=[kind.name for kind, _ in operations],
        kinds=[kind for kind, _ in operations],
        qubits=[qubits for _, qubits in operations],
        clbits=[()] * size,
        params=[()] * size,
        durations_s=[0.0] * size,
        errors=[0.0] * size,
    )


def test_counts_and_depths_of_a_hand_counted_circuit():
    isa = isa_of(
        (Kind.ONE_QUBIT, (0,)),
        (Kind.TWO_QUBIT, (0, 1)),
        (Kind.DELAY, (2,)),
        (Kind.TWO_QUBIT, (1, 2)),
        (Kind.BARRIER, (0, 1, 2)),
        (Kind.MEASURE, (2,)),
        (Kind.RESET, (0,)),
    )
    # Longest way: sx, cx(0, 1), cx(1, 2), measure; barrier and delay are no levels.
    assert gate_counts(isa) == GateCounts(num_1q=1, num_2q=2, num_measure=1, num_instructions=5, depth=4, depth_2q=2)


def test_an_empty_circuit_has_depth_0():
    counts = gate_counts(isa_of(num_qubits=0))
    assert (counts.num_instructions, counts.depth, counts.depth_2q) == (0, 0, 0)
