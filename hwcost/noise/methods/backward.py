"""An ISA circuit prepared for carrying Pauli observables backwards through it: `BackwardPlan`.

Everything that happens to one qubit between two nodes (two-qubit gates, measurements, resets) is linear in the
distribution over its Pauli operators, so it is multiplied into one 4×4 matrix, a segment. Nodes on different qubits
commute and share a level. What lies outside every light cone is left out.

Distributions are row vectors over (I, X, Y, Z); a matrix entry [i, j] is the weight with which Pauli i after an
operation stems from Pauli j before it, times what noise leaves of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hwcost.core.errors import NotNativeError
from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.schedule import Schedule
from hwcost.noise.observables import NoisyCircuit, TrackedPauli
from hwcost.noise.relaxation import final_idle_s, relaxation_rates_per_s
from hwcost.noise.transfer import Floats, GateKey, transfer_weights

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A measurement or reset on the way back.

    Attributes:
        kind: Which of the two.
        qubit: Index of the qubit in `BackwardPlan.qubits`.
        segment: Segment to apply before it.
        starts: `(observable, Pauli code)` of the observables that begin here.
    """

    kind: Kind
    qubit: int
    segment: int
    starts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Nodes on disjoint qubits: a slice of the two-qubit gates of the plan, and events."""

    gates: slice
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackwardPlan:
    """A circuit in backward order, for the observables that it was made for.

    Attributes:
        qubits: Physical qubits that matter; all indices below refer to their order here.
        num_observables: Number of observables.
        starts: `(observable, qubit, Pauli code)` of what begins at the end of the circuit.
        levels: Nodes, last operation first.
        gate_qubits: `[gate, 2]`, qubits of each two-qubit gate.
        gate_segments: `[gate, 2]`, segments to apply to them first.
        gate_rules: `[gate]`, index into `rule_…`.
        rule_transfer: `[rule, 16, 16]`, transfer weights.
        rule_noise: `[rule, 16]`, what noise leaves of each pair of Paulis, before the transfer.
        last_segments: `[qubit]`, segments between the first node of each qubit and its initial state.
        ideal_segments: `[segment, 4, 4]` without noise.
        noisy_segments: `[segment, 4, 4]` with noise.
    """

    qubits: tuple[int, ...]
    num_observables: int
    starts: tuple[tuple[int, int, int], ...]
    levels: tuple[Level, ...]
    gate_qubits: Ints
    gate_segments: Ints
    gate_rules: Ints
    rule_transfer: Floats
    rule_noise: Floats
    last_segments: Ints
    ideal_segments: Floats
    noisy_segments: Floats


class Recorder:
    """Walks the circuit backwards once and notes steps (one qubit, linear) and nodes."""

    def __init__(self, isa: IsaCircuit, schedule: Schedule, tracked: Sequence[TrackedPauli]) -> None:
        self.index_of: dict[int, int] = {}
        self.segment: list[int] = []  # current segment of each qubit
        self.level: list[int] = []  # level of the last node of each qubit
        self.num_segments = 0
        # Per step: segment, transfer, qubit, duration, error, idle time before the operation.
        self.steps: list[tuple[int, int, int, float, float, float]] = []
        self.transfers: dict[GateKey, int] = {("id", ()): 0}
        # Per two-qubit gate: level, qubits, segments, rule.
        self.gates: list[tuple[int, int, int, int, int, int]] = []
        self.rules: dict[tuple[GateKey, int, int, float, float], int] = {}
        self.events: dict[int, list[Event]] = {}
        self.starts: list[tuple[int, int, int]] = []
        self._walk(isa, schedule, tracked)

    def _walk(self, isa: IsaCircuit, schedule: Schedule, tracked: Sequence[TrackedPauli]) -> None:
        starting = self._starts(isa, schedule, tracked)
        # Local names: this loop runs once per operation of circuits with 10^5 of them.
        index_of, segment, steps, transfers = self.index_of, self.segment, self.steps, self.transfers
        names, kinds, qubits_of, params = isa.names, isa.kinds, isa.qubits, isa.params
        durations, errors, idle_of = isa.durations_s, isa.errors, schedule.idle_before_s
        for i in range(len(isa) - 1, -1, -1):
            kind = kinds[i]
            if kind is Kind.ONE_QUBIT:
                qubit = index_of.get(qubits_of[i][0])
                if qubit is not None:
                    key = (names[i], params[i])
                    transfer = transfers.get(key)
                    if transfer is None:
                        transfer = transfers[key] = len(transfers)
                    steps.append((segment[qubit], transfer, qubit, durations[i], errors[i] or 0.0, idle_of[i][0]))
            elif kind is Kind.TWO_QUBIT:
                if any(q in index_of for q in qubits_of[i]):
                    self._gate((names[i], params[i]), qubits_of[i], durations[i], errors[i] or 0.0, idle_of[i])
            elif (kind is Kind.MEASURE or kind is Kind.RESET) and (i in starting or qubits_of[i][0] in index_of):
                self._event(kind, qubits_of[i][0], durations[i], idle_of[i][0], tuple(starting.get(i, ())))

    def _starts(
        self, isa: IsaCircuit, schedule: Schedule, tracked: Sequence[TrackedPauli]
    ) -> dict[int, list[tuple[int, int]]]:
        """Begin what starts at the end of the circuit; return what starts at each measurement."""
        starting: dict[int, list[tuple[int, int]]] = {}
        for row, pauli in enumerate(tracked):
            for physical, code, at in pauli.starts:
                if at < len(isa):
                    starting.setdefault(at, []).append((row, code))
                else:
                    self.starts.append((row, self._qubit(physical), code))
        if self.starts:
            for physical, idle in final_idle_s(isa, schedule).items():
                if physical in self.index_of:
                    self._wait(self.index_of[physical], idle)
        return starting

    def _qubit(self, physical: int) -> int:
        qubit = self.index_of.get(physical)
        if qubit is None:
            qubit = self.index_of[physical] = len(self.segment)
            self.segment.append(self._new_segment())
            self.level.append(-1)
        return qubit

    def _new_segment(self) -> int:
        self.num_segments += 1
        return self.num_segments - 1

    def _wait(self, qubit: int, time_s: float) -> None:
        if time_s > 0.0:
            self.steps.append((self.segment[qubit], 0, qubit, time_s, 0.0, 0.0))

    def _gate(
        self, key: GateKey, physical: tuple[int, ...], duration: float, error: float, idle: tuple[float, ...]
    ) -> None:
        if len(physical) != 2:
            raise NotNativeError(
                f"{key[0]} acts on {len(physical)} qubits; Pauli operators are carried through gates on one or two"
            )
        a, b = self._qubit(physical[0]), self._qubit(physical[1])
        rule = self.rules.setdefault((key, a, b, duration, error), len(self.rules))
        level = max(self.level[a], self.level[b]) + 1
        self.gates.append((level, a, b, self.segment[a], self.segment[b], rule))
        for qubit, time_s in ((a, idle[0]), (b, idle[1])):
            self.level[qubit] = level
            self.segment[qubit] = self._new_segment()
            self._wait(qubit, time_s)

    def _event(
        self, kind: Kind, physical: int, duration: float, idle: float, starts: tuple[tuple[int, int], ...]
    ) -> None:
        qubit = self._qubit(physical)
        if kind is Kind.MEASURE:
            # Observables that pass through relax while the qubit is read; those that begin here do not.
            self._wait(qubit, duration)
        level = self.level[qubit] = self.level[qubit] + 1
        self.events.setdefault(level, []).append(
            Event(kind=kind, qubit=qubit, segment=self.segment[qubit], starts=starts)
        )
        self.segment[qubit] = self._new_segment()
        if kind is Kind.MEASURE:  # before a reset nothing is left to decay
            self._wait(qubit, idle)


def plan_backward(circuit: NoisyCircuit, tracked: Sequence[TrackedPauli]) -> BackwardPlan:
    """Prepare a circuit for carrying `tracked` backwards through it, noise included.

    Raises:
        CircuitError: A gate in a light cone has no known unitary, or acts on more than two qubits.
    """
    recorder = Recorder(circuit.isa, circuit.schedule, tracked)
    qubits = tuple(recorder.index_of)
    rates = np.array([relaxation_rates_per_s(circuit.noise, q) for q in qubits]).reshape(-1, 2)
    ideal, noisy = _segments(recorder, rates)
    rule_transfer, rule_noise = _rules(recorder, rates)
    gates = np.array(recorder.gates, dtype=np.int64).reshape(-1, 6)
    gates = gates[np.argsort(gates[:, 0], kind="stable")]
    num_levels = max(recorder.level, default=-1) + 1
    bounds = np.searchsorted(gates[:, 0], np.arange(num_levels + 1))
    return BackwardPlan(
        qubits=qubits,
        num_observables=len(tracked),
        starts=tuple(recorder.starts),
        levels=tuple(
            Level(gates=slice(int(bounds[i]), int(bounds[i + 1])), events=tuple(recorder.events.get(i, ())))
            for i in range(num_levels)
        ),
        gate_qubits=gates[:, 1:3],
        gate_segments=gates[:, 3:5],
        gate_rules=gates[:, 5],
        rule_transfer=rule_transfer,
        rule_noise=rule_noise,
        last_segments=np.array(recorder.segment, dtype=np.int64),
        ideal_segments=ideal,
        noisy_segments=noisy,
    )


def relaxation_factors(times_s: Floats, rates_per_s: Floats) -> Floats:
    """Return what relaxation leaves of I, X, Y and Z: `[…, 4]` = (1, e^(−t/T2), e^(−t/T2), e^(−t/T1)).

    Args:
        times_s: Times t in seconds.
        rates_per_s: `[…, 2]`, 1/T1 and 1/T2 in 1/s.
    """
    decay = np.exp(-times_s[..., None] * rates_per_s)
    z, x = decay[..., 0], decay[..., 1]
    return np.stack([np.ones_like(z), x, x, z], axis=-1)


def residual_depolarizing(errors: Floats, relaxation_fidelities: Floats, dimension: int) -> Floats:
    """Return f: what a gate's error takes from every non-identity Pauli beyond its relaxation.

    f = min(1 − e·d/(d − 1), μ)/μ, with e the average gate error, d the dimension, and
    μ = (d²·F − 1)/(d² − 1) the mean that relaxation of process fidelity F = Π_k (1 + e^(−t/T1) + 2·e^(−t/T2))/4 leaves
    of the non-identity Paulis. The reported error contains the relaxation during the gate; only the rest is
    depolarizing. Where relaxation alone exceeds the error, f = 1. This is how Qiskit Aer builds a noise model from the
    same calibration. e ≥ (d − 1)/d leaves nothing: f = 0.
    """
    mean_kept = (dimension**2 * relaxation_fidelities - 1.0) / (dimension**2 - 1.0)
    wanted = np.clip(1.0 - errors * dimension / (dimension - 1.0), 0.0, mean_kept)
    return np.where(mean_kept > 0.0, wanted / np.where(mean_kept > 0.0, mean_kept, 1.0), 1.0)


def _segments(recorder: Recorder, rates: Floats) -> tuple[Floats, Floats]:
    """Return the matrices of all segments, without and with noise."""
    steps = np.array(recorder.steps, dtype=float).reshape(-1, 6)
    segment, gate, qubit = (steps[:, column].astype(np.int64) for column in range(3))
    duration, error, idle = steps[:, 3], steps[:, 4], steps[:, 5]
    transfer = transfer_weights(list(recorder.transfers), 1)[gate]
    driven = relaxation_factors(duration, rates[qubit])
    driven[:, 1:] *= residual_depolarizing(error, driven.mean(axis=1), 2)[:, None]
    waited = relaxation_factors(idle, rates[qubit])
    noisy = driven[:, :, None] * transfer * waited[:, None, :]
    return segment_products(transfer, segment, recorder.num_segments), segment_products(
        noisy, segment, recorder.num_segments
    )


def segment_products(matrices: Floats, segment: Ints, num_segments: int) -> Floats:
    """Multiply the matrices of each segment, in order; halves the length of all segments repeatedly."""
    order = np.argsort(segment, kind="stable")
    matrices, segment = matrices[order], segment[order]
    while True:
        continues = np.append(segment[1:] == segment[:-1], False)
        if not continues.any():
            break
        positions = np.arange(len(segment))
        first = np.maximum.accumulate(np.where(np.append(True, ~continues[:-1]), positions, 0))
        left = np.flatnonzero((positions - first) % 2 == 0)
        paired = continues[left]
        product = matrices[left]
        product[paired] = product[paired] @ matrices[left[paired] + 1]
        matrices, segment = product, segment[left]
    result = np.broadcast_to(np.eye(4), (num_segments, 4, 4)).copy()
    result[segment] = matrices
    return result


def _rules(recorder: Recorder, rates: Floats) -> tuple[Floats, Floats]:
    """Return the transfer weights and noise factors of the distinct two-qubit gates."""
    keys = list(recorder.rules)
    transfer = transfer_weights([key for key, *_ in keys], 2)
    qubits = np.array([(a, b) for _, a, b, _, _ in keys], dtype=np.int64).reshape(-1, 2)
    duration = np.array([key[3] for key in keys])
    error = np.array([key[4] for key in keys])
    relaxation = relaxation_factors(np.repeat(duration[:, None], 2, axis=1), rates[qubits])
    noise = (relaxation[:, 0, :, None] * relaxation[:, 1, None, :]).reshape(-1, 16)
    noise[:, 1:] *= residual_depolarizing(error, noise.mean(axis=1), 4)[:, None]
    return transfer, noise
