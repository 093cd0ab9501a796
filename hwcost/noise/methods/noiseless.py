"""Exact noiseless values of Pauli observables of a compiled circuit of a dozen qubits, from its statevector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.noise.observables import TrackedPauli, active_qubits
from hwcost.noise.transfer import Complexes, Floats, GateKey, unitaries

MAX_STATE_QUBITS = 14
"""16,384 amplitudes: about 0.2 ms per two-qubit gate; each qubit more doubles it."""

_X_OR_Y, _Y_OR_Z, _Y = (1, 2), (2, 3), 2


def noiseless_values(isa: IsaCircuit, tracked: Sequence[TrackedPauli]) -> Floats | None:
    """Return the noiseless value of each observable, `[observable]`.

    None where the circuit acts on more than `MAX_STATE_QUBITS` qubits, has a reset, or goes on after a measurement.

    Raises:
        CircuitError: A gate has no known unitary, a free angle, or acts on more than two qubits.
    """
    used = active_qubits(isa)
    if len(used) > MAX_STATE_QUBITS or not _ends_in_measurements(isa):
        return None
    place = {qubit: index for index, qubit in enumerate(used)}
    state = _final_state(isa, place)
    return np.array([_value(state, pauli, place) for pauli in tracked])


def _ends_in_measurements(isa: IsaCircuit) -> bool:
    """Return whether nothing but gates comes before the measurements, and nothing behind them."""
    read: set[int] = set()
    for kind, qubits in zip(isa.kinds, isa.qubits, strict=True):
        if kind >= Kind.DELAY:
            continue
        if kind is Kind.RESET or read.intersection(qubits):
            return False
        if kind is Kind.MEASURE:
            read.update(qubits)
    return True


def _final_state(isa: IsaCircuit, place: Mapping[int, int]) -> Complexes:
    """Return the amplitudes, one axis per qubit."""
    count = len(place)
    state: Complexes = np.zeros((2,) * count, dtype=complex)
    state[(0,) * count] = 1.0
    waiting: list[Complexes] = [np.eye(2, dtype=complex)] * count  # gates on one qubit, until it meets another
    known: dict[GateKey, Complexes] = {}
    for name, params, kind, qubits in zip(isa.names, isa.params, isa.kinds, isa.qubits, strict=True):
        if kind > Kind.TWO_QUBIT:
            continue
        key = (name, params)
        if key not in known:
            known[key] = unitaries(name, np.array([params], dtype=float), len(qubits))[0]
        places = [place[qubit] for qubit in qubits]
        if kind is Kind.ONE_QUBIT:
            waiting[places[0]] = known[key] @ waiting[places[0]]
            continue
        state = _apply(state, known[key] @ np.kron(waiting[places[0]], waiting[places[1]]), places)
        for index in places:
            waiting[index] = np.eye(2, dtype=complex)
    for index, matrix in enumerate(waiting):
        state = _apply(state, matrix, [index])
    return state


def _apply(state: Complexes, matrix: Complexes, places: Sequence[int]) -> Complexes:
    front = list(range(len(places)))
    moved = np.moveaxis(state, places, front)
    mapped = matrix @ moved.reshape(len(matrix), -1)
    return np.moveaxis(mapped.reshape(moved.shape), front, places)


def _value(state: Complexes, pauli: TrackedPauli, place: Mapping[int, int]) -> float:
    """Return ⟨P⟩; a qubit on which nothing happens is |0⟩."""
    image, phase = state, 1.0 + 0.0j
    for qubit, code, _ in pauli.starts:
        if qubit not in place:
            if code in _X_OR_Y:
                return 0.0
            continue
        axis = place[qubit]
        if code in _Y_OR_Z:
            signs = np.array([1.0, -1.0]).reshape([2 if k == axis else 1 for k in range(state.ndim)])
            image = image * signs
        if code in _X_OR_Y:
            image = np.flip(image, axis)
        if code == _Y:  # Y = iXZ
            phase *= 1j
    return float((phase * np.vdot(state, image)).real)
