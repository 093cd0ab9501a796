"""When each operation runs: longest path and as-late-as-possible schedule of an ISA circuit.

The longest path runs over qubits *and* classical bits, as in Qiskit's `QuantumCircuit.estimate_duration`, so the two
agree. The ALAP schedule has the same length; it is what IBM's backends run and what the noise formulas read.

Operations that need the same resource, such as a resonator between qubits, follow each other in the order of the
circuit: a resource orders them as a classical bit would.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hwcost.isa.columns import IsaCircuit, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """ALAP schedule of an `IsaCircuit`, all times in seconds.

    Attributes:
        duration_s: Length of the longest path, measurement included.
        readout_s: Time of the measurements on that longest path.
        starts_s: Start of each operation.
        idle_before_s: For each operation and each of its qubits, how long the qubit has waited since its previous
            operation. Explicit delays count as waiting, barriers take no time. A qubit still in its initial state
            does not decohere, so the wait before a qubit's first operation is 0. Empty for delays and barriers.
    """

    duration_s: float
    readout_s: float
    starts_s: Sequence[float]
    idle_before_s: Sequence[tuple[float, ...]]


def sum_of_durations(isa: IsaCircuit) -> float:
    """Return Σ t_g in seconds over gates, resets and measurements; delays are waiting, not work."""
    return math.fsum(d for kind, d in zip(isa.kinds, isa.durations_s, strict=True) if kind is not Kind.DELAY)


def longest_path(isa: IsaCircuit) -> tuple[float, float]:
    """Return the length of the longest path and the measurement time on it, both in seconds.

    Returns:
        `(duration_s, readout_s)`; of two equally long paths the one with more measurement counts.
    """
    clbits_of, num_clbits = _with_resources(isa)
    qubit_ready = [(0.0, 0.0)] * isa.num_qubits
    clbit_ready = [(0.0, 0.0)] * num_clbits
    for kind, qubits, clbits, duration in zip(isa.kinds, isa.qubits, clbits_of, isa.durations_s, strict=True):
        if len(qubits) == 1 and not clbits:
            end, readout = qubit_ready[qubits[0]]
            qubit_ready[qubits[0]] = (end + duration, readout)
            continue
        end, readout = max([qubit_ready[q] for q in qubits] + [clbit_ready[c] for c in clbits], default=(0.0, 0.0))
        ready = (end + duration, readout + duration) if kind is Kind.MEASURE else (end + duration, readout)
        for q in qubits:
            qubit_ready[q] = ready
        for c in clbits:
            clbit_ready[c] = ready
    return max(qubit_ready + clbit_ready, default=(0.0, 0.0))


def schedule_alap(isa: IsaCircuit) -> Schedule:
    """Schedule every operation as late as possible within the longest path."""
    duration_s, readout_s = longest_path(isa)
    num_operations = len(isa)
    starts = [0.0] * num_operations
    qubit_due = [duration_s] * isa.num_qubits
    clbits_of, num_clbits = _with_resources(isa)
    clbit_due = [duration_s] * num_clbits
    qubits_of, durations = isa.qubits, isa.durations_s
    for i in range(num_operations - 1, -1, -1):
        qubits, clbits = qubits_of[i], clbits_of[i]
        if len(qubits) == 1 and not clbits:
            start = qubit_due[qubits[0]] = qubit_due[qubits[0]] - durations[i]
        else:
            start = (
                min([qubit_due[q] for q in qubits] + [clbit_due[c] for c in clbits], default=duration_s) - durations[i]
            )
            for q in qubits:
                qubit_due[q] = start
            for c in clbits:
                clbit_due[c] = start
        starts[i] = start
    return Schedule(duration_s=duration_s, readout_s=readout_s, starts_s=starts, idle_before_s=_idle_times(isa, starts))


def _with_resources(isa: IsaCircuit) -> tuple[Sequence[tuple[int, ...]], int]:
    """Return the classical bits of each operation and their number, a further one standing for each resource."""
    if not isa.resources:
        return isa.clbits, isa.num_clbits
    first = isa.num_clbits
    bits = [
        clbits if resource is None else (*clbits, first + resource)
        for clbits, resource in zip(isa.clbits, isa.resources, strict=True)
    ]
    return bits, first + 1 + max(resource for resource in isa.resources if resource is not None)


def _idle_times(isa: IsaCircuit, starts: Sequence[float]) -> list[tuple[float, ...]]:
    busy_until: list[float | None] = [None] * isa.num_qubits
    idle: list[tuple[float, ...]] = []
    for kind, qubits, duration, start in zip(isa.kinds, isa.qubits, isa.durations_s, starts, strict=True):
        if kind >= Kind.DELAY:  # delays and barriers: the qubit waits
            idle.append(())
            continue
        waits = []
        for q in qubits:
            since = busy_until[q]
            # Differences of long sums: a gap below rounding is no gap.
            waits.append(0.0 if since is None or start - since < 1e-15 else start - since)
            busy_until[q] = start + duration
        idle.append(tuple(waits))
    return idle
