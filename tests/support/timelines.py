"""A small schedule whose times can be counted by hand."""

from __future__ import annotations

from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.schedule import schedule_alap
from hwcost.isa.timeline import Timeline

OPERATIONS = (
    ("sx", Kind.ONE_QUBIT, (4,), 50e-9),
    ("rz", Kind.ONE_QUBIT, (4,), 0.0),
    ("cx", Kind.TWO_QUBIT, (4, 2), 300e-9),
    ("barrier", Kind.BARRIER, (2, 4), 0.0),
    ("cx", Kind.TWO_QUBIT, (2, 0), 300e-9),
    ("delay", Kind.DELAY, (4,), 100e-9),
    ("measure", Kind.MEASURE, (4,), 1e-6),
    ("measure", Kind.MEASURE, (2,), 1e-6),
)


def timeline(operations=OPERATIONS, num_qubits=5):
    names, kinds, qubits, durations = zip(*operations, strict=True)
    clbits = tuple((q[0],) if kind is Kind.MEASURE else () for kind, q in zip(kinds, qubits, strict=True))
    isa = IsaCircuit(
        num_qubits=num_qubits,
        num_clbits=num_qubits,
        names=names,
        kinds=kinds,
        qubits=qubits,
        clbits=clbits,
        params=((),) * len(names),
        durations_s=durations,
        errors=(0.0,) * len(names),
    )
    return Timeline(isa, schedule_alap(isa))
