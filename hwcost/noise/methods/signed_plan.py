"""An ISA circuit as linear maps of signed Pauli strings, last operation first: `SignedPlan`.

The steps and nodes are those of `hwcost.noise.methods.backward`; here matrices keep their signs, and relaxation keeps
its shift towards |0⟩. The rows of a matrix are the Pauli operators after an operation, its columns those before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hwcost.core.errors import CircuitError
from hwcost.isa.columns import Kind
from hwcost.noise.methods.backward import (
    Recorder,
    relaxation_factors,
    residual_depolarizing,
    segment_products,
)
from hwcost.noise.observables import NoisyCircuit, TrackedPauli
from hwcost.noise.relaxation import relaxation_rates_per_s
from hwcost.noise.transfer import Floats, transfer_matrices

_READ = np.diag([1.0, 0.0, 0.0, 1.0])  # a measurement on the way: X and Y are gone
_RESET = np.array([[1.0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [1.0, 0, 0, 0]])  # to |0⟩: Z is the constant 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A linear map of the Pauli operators of one or two qubits.

    Attributes:
        qubits: Indices among the qubits of the plan.
        matrices: `[noises, 4**k, 4**k]` for k qubits, one of each noise of the plan; two qubits are numbered
            4·first + second.
        starts: `(observable, Pauli code)` of what begins behind this node (a measurement), on its qubit.
    """

    qubits: tuple[int, ...]
    matrices: Floats
    starts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPlan:
    """A circuit in backward order, for the observables that it was made for.

    What is left of a qubit behind its last node has met the input state |0⟩: I and Z are 1 there, X and Y 0.

    Attributes:
        num_qubits: Qubits that matter.
        num_observables: Number of observables.
        starts: `(observable, qubit, Pauli code)` of what begins at the end of the circuit.
        nodes: What the strings go through, last operation first.
        num_noises: 2: without and with noise. 3: as third the noise without its pull towards |0⟩.
    """

    num_qubits: int
    num_observables: int
    num_noises: int
    starts: tuple[tuple[int, int, int], ...]
    nodes: tuple[Node, ...]

    def part(self, observables: Sequence[int]) -> SignedPlan:
        """Return the plan of some of the observables alone: their light cone, everything in it numbered anew."""
        row_of = {old: new for new, old in enumerate(observables)}
        starts = [(row_of[row], qubit, code) for row, qubit, code in self.starts if row in row_of]
        index_of: dict[int, int] = {}
        for _, qubit, _ in starts:
            index_of.setdefault(qubit, len(index_of))
        nodes = []
        for node in self.nodes:
            own = tuple((row_of[row], code) for row, code in node.starts if row in row_of)
            if not own and index_of.keys().isdisjoint(node.qubits):
                continue
            qubits = tuple(index_of.setdefault(qubit, len(index_of)) for qubit in node.qubits)
            nodes.append(Node(qubits=qubits, matrices=node.matrices, starts=own))
        return SignedPlan(
            num_qubits=len(index_of),
            num_observables=len(observables),
            num_noises=self.num_noises,
            starts=tuple((row, index_of[qubit], code) for row, qubit, code in starts),
            nodes=tuple(nodes),
        )


def plan_signed(circuit: NoisyCircuit, tracked: Sequence[TrackedPauli], *, alone: bool = False) -> SignedPlan:
    """Prepare a circuit for carrying signed Pauli strings backwards through it.

    Args:
        circuit: The circuit with its noise.
        tracked: The observables.
        alone: Whether the noise without its pull towards |0⟩ is there too, which only takes signal away.

    Raises:
        CircuitError: A gate in a light cone has no known unitary, a free angle, or acts on more than two qubits; or the
            circuit branches on measured values.
    """
    if circuit.isa.has_branches:
        raise CircuitError(
            "the circuit branches on measured values, and only its longest branch is costed, so no signed Pauli string "
            "can be carried through it; use the attenuation method 'mean-field', or estimate each branch as a circuit"
        )
    recorder = Recorder(circuit.isa, circuit.schedule, tracked)
    rates = np.array([relaxation_rates_per_s(circuit.noise, q) for q in recorder.index_of]).reshape(-1, 2)
    shifts = (True, False) if alone else (True,)
    segments = _segments(recorder, rates, shifts)
    return SignedPlan(
        num_qubits=len(rates),
        num_observables=len(tracked),
        num_noises=1 + len(shifts),
        starts=tuple(recorder.starts),
        nodes=tuple(_nodes(recorder, segments, _rules(recorder, rates, shifts))),
    )


def relaxation_matrices(times_s: Floats, rates_per_s: Floats, shift: bool = True) -> Floats:
    """Return relaxation of Pauli operators, `[…, 4, 4]`: Z becomes e^(−t/T1)·Z + (1 − e^(−t/T1))·I.

    Args:
        times_s: Times t in seconds.
        rates_per_s: `[…, 2]`, 1/T1 and 1/T2 in 1/s.
        shift: Whether the part with I is in it.
    """
    factors = relaxation_factors(times_s, rates_per_s)
    matrices: Floats = factors[..., None] * np.eye(4)
    if shift:
        matrices[..., 3, 0] = 1.0 - factors[..., 3]
    return matrices


def _depolarizing(kept: Floats, size: int) -> Floats:
    """Return matrices that leave the identity and multiply all others by `kept`."""
    diagonal = np.repeat(kept[:, None], size, axis=1)
    diagonal[:, 0] = 1.0
    matrices: Floats = diagonal[:, :, None] * np.eye(size)
    return matrices


def _segments(recorder: Recorder, rates: Floats, shifts: Sequence[bool]) -> Floats:
    """Return the maps between two nodes, `[noise, segment, 4, 4]`."""
    steps = np.array(recorder.steps, dtype=float).reshape(-1, 6)
    segment, gate, qubit = (steps[:, column].astype(np.int64) for column in range(3))
    duration, error, idle = steps[:, 3], steps[:, 4], steps[:, 5]
    transfer = transfer_matrices(list(recorder.transfers), 1)[gate]
    fidelity = relaxation_factors(duration, rates[qubit]).mean(axis=1)
    # After the gate come the depolarizing part of its error, then relaxation.
    depolarized = _depolarizing(residual_depolarizing(error, fidelity, 2), 4) @ transfer
    noisy = [
        relaxation_matrices(duration, rates[qubit], shift)
        @ depolarized
        @ relaxation_matrices(idle, rates[qubit], shift)
        for shift in shifts
    ]
    count = recorder.num_segments
    return np.stack([segment_products(each, segment, count) for each in (transfer, *noisy)])


def _rules(recorder: Recorder, rates: Floats, shifts: Sequence[bool]) -> Floats:
    """Return the maps of the distinct two-qubit gates, `[noise, rule, 16, 16]`."""
    keys = list(recorder.rules)
    transfer = transfer_matrices([key for key, *_ in keys], 2)
    qubits = np.array([(a, b) for _, a, b, _, _ in keys], dtype=np.int64).reshape(-1, 2)
    duration = np.array([key[3] for key in keys])
    error = np.array([key[4] for key in keys])
    times = np.repeat(duration[:, None], 2, axis=1)
    fidelity = relaxation_factors(times, rates[qubits]).mean(axis=2).prod(axis=1)
    depolarized = _depolarizing(residual_depolarizing(error, fidelity, 4), 16) @ transfer
    relaxed = [relaxation_matrices(times, rates[qubits], shift) for shift in shifts]
    return np.stack([transfer, *(_pairs(each[:, 0], each[:, 1]) @ depolarized for each in relaxed)])


def _pairs(first: Floats, second: Floats) -> Floats:
    """Return the Kronecker products of two arrays of 4×4 matrices."""
    product: Floats = np.einsum("gij,gkl->gikjl", first, second).reshape(-1, 16, 16)
    return product


def _nodes(recorder: Recorder, segments: Floats, rules: Floats) -> list[Node]:
    """Return the nodes in order, each with the segments behind it; a qubit meets its input as soon as it can."""
    # What is left of a qubit before its first operation: its last segment, and the input |0⟩, which is a reset.
    last = segments[:, recorder.segment] @ _RESET
    gates = np.array(recorder.gates, dtype=np.int64).reshape(-1, 6)
    noises = range(len(segments))
    inputs = np.broadcast_to(np.eye(4), (2, len(noises), len(gates), 4, 4)).copy()  # [place, noise, gate, …]
    first_gate = np.array(recorder.level, dtype=np.int64)
    for place in (0, 1):
        ends = np.flatnonzero(gates[:, 0] == first_gate[gates[:, 1 + place]])
        inputs[place][:, ends] = last[:, gates[ends, 1 + place]]
    matrices = np.stack(
        [
            _pairs(segments[k, gates[:, 3]], segments[k, gates[:, 4]])
            @ rules[k, gates[:, 5]]
            @ _pairs(inputs[0, k], inputs[1, k])
            for k in noises
        ],
        axis=1,
    )
    found = [(-1, _input_node(q, last)) for q, level in enumerate(recorder.level) if level < 0]
    found += [
        (int(row[0]), Node(qubits=(int(row[1]), int(row[2])), matrices=matrix))
        for row, matrix in zip(gates, matrices, strict=True)
    ]
    for level, events in recorder.events.items():
        for event in events:
            effect = _READ if event.kind is Kind.MEASURE else _RESET
            matrix = segments[:, event.segment] @ effect
            found.append((level, Node(qubits=(event.qubit,), matrices=matrix, starts=event.starts)))
            if recorder.level[event.qubit] == level:
                found.append((level, _input_node(event.qubit, last)))
    return [node for _, node in sorted(found, key=lambda each: each[0])]


def _input_node(qubit: int, last: Floats) -> Node:
    return Node(qubits=(qubit,), matrices=last[:, qubit])
