"""The size of an ISA circuit: `GateCounts`."""

from __future__ import annotations

from dataclasses import dataclass

from hwcost.isa.columns import IsaCircuit, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCounts:
    """Size of the ISA circuit. Depths count gates and measurements, not barriers and delays."""

    num_1q: int
    num_2q: int
    num_measure: int
    num_instructions: int
    depth: int
    depth_2q: int


def gate_counts(isa: IsaCircuit) -> GateCounts:
    """Count gates by kind, and levels of gates and measurements."""
    depth = [0] * isa.num_qubits
    depth_2q = [0] * isa.num_qubits
    counts = dict.fromkeys(Kind, 0)
    for kind, qubits in zip(isa.kinds, isa.qubits, strict=True):
        counts[kind] += 1
        if kind >= Kind.DELAY:
            continue
        level = 1 + max(depth[q] for q in qubits)
        level_2q = (kind is Kind.TWO_QUBIT) + max(depth_2q[q] for q in qubits)
        for q in qubits:
            depth[q], depth_2q[q] = level, level_2q
    return GateCounts(
        num_1q=counts[Kind.ONE_QUBIT],
        num_2q=counts[Kind.TWO_QUBIT],
        num_measure=counts[Kind.MEASURE],
        num_instructions=len(isa) - counts[Kind.BARRIER] - counts[Kind.DELAY],
        depth=max(depth, default=0),
        depth_2q=max(depth_2q, default=0),
    )
