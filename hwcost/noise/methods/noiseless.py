"""Exact noiseless values of Pauli observables of a compiled circuit of a dozen qubits, from its statevector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.noise.observables import TrackedPauli
from hwcost.noise.transfer import Complexes, Floats, GateKey, refuse_free_angles, unitaries

MAX_STATE_QUBITS = 14
"""16,384 amplitudes: about 0.2 ms per two-qubit gate; each qubit more doubles it."""

MAX_STATE_GATES = 10_000

_X_OR_Y, _Y_OR_Z, _Y = (1, 2), (2, 3), 2

_IDENTITY: Complexes = np.eye(2, dtype=complex)


def noiseless_values(isa: IsaCircuit, tracked: Sequence[TrackedPauli]) -> Floats | None:
    """Return the noiseless value of each observable, `[observable]`.

    None where their light cone has more than `MAX_STATE_QUBITS` qubits or `MAX_STATE_GATES` two-qubit gates, a reset,
    or a measurement behind which its qubit goes on.

    Raises:
        CircuitError: A gate in the light cone has no known unitary, a free angle, or acts on more than two qubits.
    """
    gates = _gates_in_cone(isa, tracked)
    if gates is None:
        return None
    used = {qubit for pauli in tracked for qubit, _, _ in pauli.starts}
    used.update(qubit for index in gates for qubit in isa.qubits[index])
    if len(used) > MAX_STATE_QUBITS:
        return None
    place = {qubit: index for index, qubit in enumerate(sorted(used))}
    state = _final_state(isa, gates, place)
    return np.array([_value(state, pauli, place) for pauli in tracked])


def _gates_in_cone(isa: IsaCircuit, tracked: Sequence[TrackedPauli]) -> list[int] | None:
    """Return the gates that any observable depends on, first one first; None where more than gates is among them."""
    starting: dict[int, set[int]] = {}
    for pauli in tracked:
        for qubit, _, at in pauli.starts:
            starting.setdefault(at, set()).add(qubit)
    cone = set(starting.get(len(isa), ()))
    gates: list[int] = []
    num_two_qubit = 0
    for index in range(len(isa) - 1, -1, -1):
        kind, qubits = isa.kinds[index], isa.qubits[index]
        if kind >= Kind.DELAY:
            continue
        if kind > Kind.TWO_QUBIT:
            if not cone.isdisjoint(qubits):  # a reset, or a measurement behind which the state is still needed
                return None
            cone |= starting.get(index, set())
        elif not cone.isdisjoint(qubits):
            cone.update(qubits)
            gates.append(index)
            num_two_qubit += kind is Kind.TWO_QUBIT
            if num_two_qubit > MAX_STATE_GATES:
                return None
    return gates[::-1]


def _final_state(isa: IsaCircuit, gates: Sequence[int], place: Mapping[int, int]) -> Complexes:
    """Return the amplitudes, one axis per qubit."""
    count = len(place)
    state: Complexes = np.zeros((2,) * count, dtype=complex)
    state[(0,) * count] = 1.0
    axes = list(range(count))  # whose axis each is: a gate leaves those of its qubits in front
    waiting: dict[int, Complexes] = {}  # gates on one qubit, until it meets another
    known = _unitaries_of(isa, gates)
    for index in gates:
        places = [place[qubit] for qubit in isa.qubits[index]]
        matrix = known[isa.names[index], isa.params[index]]
        if len(places) == 1:
            (own,) = places
            waiting[own] = matrix @ waiting[own] if own in waiting else matrix
            continue
        before = [waiting.pop(own, _IDENTITY) for own in places]
        if any(each is not _IDENTITY for each in before):
            matrix = matrix @ _pair(*before)
        state, axes = _apply(state, matrix, axes, places)
    for own, matrix in waiting.items():
        state, axes = _apply(state, matrix, axes, [own])
    return state.transpose([axes.index(own) for own in range(count)])


def _unitaries_of(isa: IsaCircuit, gates: Sequence[int]) -> Mapping[GateKey, Complexes]:
    """Return the unitary of each distinct gate."""
    keys: dict[tuple[str, int], dict[GateKey, None]] = {}
    for index in gates:
        name, params = isa.names[index], isa.params[index]
        refuse_free_angles(name, params)
        keys.setdefault((name, len(isa.qubits[index])), {})[name, params] = None
    return {
        key: matrix
        for (name, size), own in keys.items()
        for key, matrix in zip(own, unitaries(name, np.array([p for _, p in own], dtype=float), size), strict=True)
    }


def _pair(first: Complexes, second: Complexes) -> Complexes:
    """Return the Kronecker product of two 2×2 matrices; NumPy's own takes ten times as long."""
    product: Complexes = (first[:, None, :, None] * second[None, :, None, :]).reshape(4, 4)
    return product


def _apply(state: Complexes, matrix: Complexes, axes: list[int], places: Sequence[int]) -> tuple[Complexes, list[int]]:
    """Return the state after a gate on some qubits, and whose its axes are now."""
    front = [axes.index(own) for own in places]
    order = [*front, *(axis for axis in range(len(axes)) if axis not in front)]
    mapped = matrix @ state.transpose(order).reshape(len(matrix), -1)
    return mapped.reshape(state.shape), [axes[axis] for axis in order]


def _value(state: Complexes, pauli: TrackedPauli, place: Mapping[int, int]) -> float:
    """Return ⟨P⟩."""
    image, phase = state, 1.0 + 0.0j
    for qubit, code, _ in pauli.starts:
        axis = place[qubit]
        if code in _Y_OR_Z:
            signs = np.array([1.0, -1.0]).reshape([2 if k == axis else 1 for k in range(state.ndim)])
            image = image * signs
        if code in _X_OR_Y:
            image = np.flip(image, axis)
        if code == _Y:  # Y = iXZ
            phase *= 1j
    return float((phase * np.vdot(state, image)).real)
