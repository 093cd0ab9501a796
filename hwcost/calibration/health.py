"""Which parts of a device can be used: faults, dead gates, excluded qubits, connected sets.

Pure functions of a `Calibration`, with the limits they apply. What people are told about it is in
`hwcost.calibration.findings`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from hwcost.calibration.record import Calibration, GateCalibration, QubitCalibration, Qubits
from hwcost.core.gates import FLIP_GATES, FRACTIONAL_GATES, NON_GATES, num_pulses_of

Edge: TypeAlias = tuple[int, int]
GateKey: TypeAlias = tuple[str, Qubits]
Fault: TypeAlias = Literal["not_operational", "not_recorded", "duration_unknown", "error_unknown", "dead"]

# At an average gate error of 0.5 a one-qubit gate is fully depolarizing (1 - 1/2) and a readout is a coin toss; a
# calibrated gate is two orders of magnitude better. IBM marks gates it could not calibrate with an error of exactly 1.
DEAD_ERROR = 0.5
NOT_CALIBRATED_ERROR = 1.0

# IBM recalibrates its devices about once a day; after a week every value has been replaced several times.
MAX_AGE_DAYS = 7

LONGEST_COHERENCE_S = 1.0
"""T1 and T2 of the best superconducting qubits are a few milliseconds; those of ions can be seconds."""

# No control electronics samples faster than 1 THz; a smaller dt is a unit mistake (fake_poughkeepsie: 3.6e-18 s).
MIN_DT_S = 1e-12

# Superconducting devices: shorter than the window is no microwave pulse, longer is a unit mistake (fake_toronto is 16
# times too long). One-qubit windows are per pulse.
ONE_QUBIT_WINDOW_S = (10e-9, 200e-9)
TWO_QUBIT_WINDOW_S = (30e-9, 3000e-9)
READOUT_WINDOW_S = (0.3e-6, 10e-6)


_PULSE_OF_IBM = "sx"
"""All devices with fractional gates have it."""


# What is dead.


def gate_fault(gate: GateCalibration, durations_only: bool) -> Fault | None:
    """Return why a gate must not be used, None if it may be."""
    if not gate.operational:
        return "not_operational"
    if gate.name in NON_GATES:  # a reset reports no error, and a readout's values are the qubit's
        return None
    if gate.duration_s is None:
        return "duration_unknown"
    if durations_only:
        return None
    if gate.error is None:
        return "error_unknown"
    return "dead" if gate.error >= DEAD_ERROR else None


def gate_faults(calibration: Calibration, durations_only: bool) -> dict[GateKey, Fault]:
    """Return what is wrong with each gate that must not be used, missing one-qubit gates included."""
    found = ((gate, gate_fault(gate, durations_only)) for gate in calibration.gates)
    faults: dict[GateKey, Fault] = {(gate.name, gate.qubits): fault for gate, fault in found if fault is not None}
    one_qubit = {gate.name for gate in calibration.gates if len(gate.qubits) == 1} & needed_gates(calibration)
    for record in calibration.qubits:
        # A qubit that lacks a gate which the others have cannot run an arbitrary circuit.
        missing = (name for name in one_qubit if calibration.gate(name, (record.qubit,)) is None)
        if record.operational:
            faults.update(((name, (record.qubit,)), "not_recorded") for name in sorted(missing))
    return faults


def readout_faults(calibration: Calibration, durations_only: bool, keep_dead_readout: bool) -> dict[int, Fault]:
    """Return what is wrong with each readout that must not be used."""
    if durations_only:
        return {}
    faults: dict[int, Fault] = {}
    for record in calibration.qubits:
        if record.readout_error is None:
            faults[record.qubit] = "error_unknown"
        elif record.readout_error >= DEAD_ERROR and not keep_dead_readout:
            faults[record.qubit] = "dead"
    return faults


def dead_gates(
    calibration: Calibration, faults: Mapping[GateKey, Fault], readouts: Mapping[int, Fault]
) -> Iterator[GateKey]:
    """Yield gates that must never be used, `("measure", (q,))` for an unusable readout; some come twice."""
    out_of_use = {record.qubit for record in calibration.qubits if not record.operational}
    yield from (("measure", (qubit,)) for qubit in (*readouts, *out_of_use))
    for name, qubits in faults:
        yield name, qubits
        # One pulse sequence drives both directions, and routing may turn a gate round at any time.
        if len(qubits) == 2 and calibration.gate(name, qubits[::-1]) is not None:
            yield name, qubits[::-1]
    if out_of_use:
        yield from ((gate.name, gate.qubits) for gate in calibration.gates if not out_of_use.isdisjoint(gate.qubits))


def excluded_qubits(calibration: Calibration, dead: frozenset[GateKey], durations_only: bool) -> set[int]:
    """Return qubits out of use, with a dead one-qubit basis gate or readout, or with a T1 or T2 of 0."""
    basis = {*needed_gates(calibration), "measure"}
    by_gate = {qubits[0] for name, qubits in dead if len(qubits) == 1 and name in basis}
    by_state = {record.qubit for record in calibration.qubits if not record.operational}
    by_coherence = set() if durations_only else set(without_coherence(calibration))
    return by_gate | by_state | by_coherence


def without_coherence(calibration: Calibration) -> tuple[int, ...]:
    """Return qubits with a T1 or T2 of 0, which is no measured value."""
    return tuple(record.qubit for record in calibration.qubits if record.t1_s == 0.0 or record.t2_s == 0.0)


def needed_gates(calibration: Calibration) -> frozenset[str]:
    """Return the basis gates without which a qubit or an edge is of no use.

    Fractional gates make circuits shorter and replace no other gate, so a qubit or an edge without them can be used.
    They count only where the basis has no other gate for as many qubits.
    """
    sizes = {gate.name: len(gate.qubits) for gate in calibration.gates if gate.name in calibration.basis_gates}
    if _PULSE_OF_IBM not in sizes:
        return frozenset(calibration.basis_gates)  # rx and rzz of other makers are gates like any other
    usual = {sizes[name] for name in sizes.keys() - FRACTIONAL_GATES if num_pulses_of(name) > 0}
    return frozenset(
        name for name in calibration.basis_gates if name not in FRACTIONAL_GATES or sizes.get(name) not in usual
    )


def fractional_on_dead_edges(calibration: Calibration, live_edges: Container[Edge]) -> Iterator[GateKey]:
    """Yield the fractional two-qubit gates on edges whose usual gate is dead; the transpiler needs both there."""
    extra = FRACTIONAL_GATES.intersection(calibration.basis_gates) - needed_gates(calibration)
    for gate in calibration.gates:
        if gate.name in extra and len(gate.qubits) == 2 and undirected(gate.qubits) not in live_edges:
            yield gate.name, gate.qubits


# What is connected.


def basis_edges(calibration: Calibration) -> dict[Edge, list[GateKey]]:
    """Return the two-qubit basis gates of each undirected edge, without those that no edge needs."""
    edges: dict[Edge, list[GateKey]] = defaultdict(list)
    needed = needed_gates(calibration)
    for gate in calibration.gates:
        if len(gate.qubits) == 2 and gate.name in needed:
            edges[undirected(gate.qubits)].append((gate.name, gate.qubits))
    return edges


def undirected(qubits: Qubits) -> Edge:
    """Return the pair a < b."""
    return min(qubits), max(qubits)


def connected_components(healthy: Iterable[int], live_edges: Iterable[Edge]) -> list[tuple[int, ...]]:
    """Return the connected sets of healthy qubits, largest first; ties by lowest qubit."""
    neighbours: dict[int, list[int]] = {qubit: [] for qubit in healthy}
    for a, b in live_edges:
        if a in neighbours and b in neighbours:
            neighbours[a].append(b)
            neighbours[b].append(a)
    components: list[tuple[int, ...]] = []
    seen: set[int] = set()
    for start in neighbours:
        if start in seen:
            continue
        seen.add(start)
        members = [start]
        for qubit in members:  # grows while it is walked
            fresh = [other for other in neighbours[qubit] if other not in seen]
            seen.update(fresh)
            members.extend(fresh)
        components.append(tuple(sorted(members)))
    return sorted(components, key=lambda component: (-len(component), component))


# What is assumed or derived.


def assumed_reset_s(calibration: Calibration, qubits: Qubits) -> float | None:
    """Return readout plus flip of one qubit; None where a part is unknown or the device lists no reset."""
    operations = calibration.supported_operations
    if len(qubits) != 1 or not 0 <= qubits[0] < calibration.num_qubits:
        return None
    if operations is not None and "reset" not in operations:
        return None
    readout_s = calibration.qubits[qubits[0]].readout_duration_s
    flips = (calibration.gate(name, qubits) for name in FLIP_GATES)
    flip_s = next((gate.duration_s for gate in flips if gate is not None and gate.duration_s is not None), None)
    return None if readout_s is None or flip_s is None else readout_s + flip_s


def clamped_t2_s(record: QubitCalibration) -> float | None:
    """Return T2 of one qubit, at most 2·T1."""
    if record.t1_s is None or record.t2_s is None:
        return record.t2_s
    return min(record.t2_s, 2.0 * record.t1_s)


def plausible_dt_s(dt_s: float | None) -> float | None:
    """Return `dt_s`, None where no control electronics is that fast."""
    return dt_s if dt_s is not None and dt_s >= MIN_DT_S else None


def duration_window_s(name: str, num_qubits: int) -> tuple[float, float]:
    """Return the shortest and longest usual duration of operation `name`."""
    if name == "measure":
        return READOUT_WINDOW_S
    if num_qubits > 1:
        return TWO_QUBIT_WINDOW_S
    low, high = ONE_QUBIT_WINDOW_S
    return low, high * max(num_pulses_of(name), 1)


def age_days(snapshot_date: datetime | None, today: datetime | None) -> int | None:
    """Count whole days from the snapshot to `today`, None where its date is unknown; a naive `today` is read as UTC."""
    if snapshot_date is None:
        return None
    now = today or datetime.now(UTC)
    if now.tzinfo is None:
        now = now.replace(tzinfo=UTC)
    return (now - snapshot_date).days
