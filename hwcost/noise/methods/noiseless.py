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
    waiting: list[Complexes] = [np.eye(2, dtype=complex)] * count  # gates on one qubit, until it meets another
    known: dict[GateKey, Complexes] = {}
    for index in gates:
        name, params, qubits = isa.names[index], isa.params[index], isa.qubits[index]
        key = (name, params)
        if key not in known:
            refuse_free_angles(name, params)
            known[key] = unitaries(name, np.array([params], dtype=float), len(qubits))[0]
        places = [place[qubit] for qubit in qubits]
        if len(places) == 1:
            waiting[places[0]] = known[key] @ waiting[places[0]]
            continue
        state = _apply(state, known[key] @ np.kron(waiting[places[0]], waiting[places[1]]), places)
        for axis in places:
            waiting[axis] = np.eye(2, dtype=complex)
    for axis, matrix in enumerate(waiting):
        state = _apply(state, matrix, [axis])
    return state


def _apply(state: Complexes, matrix: Complexes, places: Sequence[int]) -> Complexes:
    front = list(range(len(places)))
    moved = np.moveaxis(state, places, front)
    mapped = matrix @ moved.reshape(len(matrix), -1)
    return np.moveaxis(mapped.reshape(moved.shape), front, places)


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
