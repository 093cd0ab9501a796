"""Weights of a circuit that can influence no output: `dead_weights`.

A rotation about a Pauli axis P changes nothing in two cases, and both are followed gate by gate:

- Everything that is measured commutes with it. Each observable is carried backwards through the circuit (Heisenberg
  picture); for every qubit the letters I, X, Y, Z that can stand there are kept. An RZ after the last RX or RY is dead.
- The state is an eigenstate of P. Products of Z that leave the state as it is are carried forwards. An RZ on a qubit
  that is still |0⟩ is dead; an amplitude embedding of n values fills only the last ⌈log2 n⌉ of n qubits.

Letters are kept for each qubit on its own. That allows too many combinations of them and never too few, so that a
weight that is called dead is dead, exactly, while a dead one can be missed. In FAQNAS's space up to eight qubits, 16 of
the 19,608 weights without a gradient are missed, but no architecture that has any.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from nas.architectures.record import Architecture, Axis, Embedding, Layer, Measurement

Letters: TypeAlias = tuple[int, int, int, int]
"""For I, X, Y and Z the outputs, as bits, whose observable can have that letter on one qubit."""

_DATA_AXIS: dict[Embedding, Axis] = {"angle-x": "x", "angle-y": "y", "angle-z": "z"}


def dead_weights(architecture: Architecture) -> frozenset[tuple[int, int]]:
    """Find the (column, qubit) of every weight that can influence no output of the circuit.

    Example:
        >>> last = Layer(columns=(("y", "y"), ("z", "z")), gate="cz", pairs=((0, 1),))
        >>> sorted(dead_weights(Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(last,))))
        [(1, 0), (1, 1)]
    """
    seen = _seen_by_observables(architecture)
    moved = _moving_the_state(architecture)
    return frozenset(
        (column, qubit)
        for column, (outputs, states) in enumerate(zip(seen, moved, strict=True))
        for qubit in range(architecture.num_qubits)
        if not (outputs & states) >> qubit & 1
    )


def observed_qubits(architecture: Architecture) -> tuple[tuple[int, ...], ...]:
    """Return the qubits of each Z observable, in the order of the outputs.

    Example:
        >>> layer = Layer(columns=(("x",) * 3,), gate=None, pairs=())
        >>> three = Architecture(
        ...     num_qubits=3, embedding="angle-x", num_encoded=3, layers=(layer,), measurement="zz-neighbours"
        ... )
        >>> observed_qubits(three)
        ((0, 1), (1, 2))
    """
    return _observed(architecture.measurement, architecture.num_qubits)


def num_amplitude_qubits(architecture: Architecture) -> int:
    """Count the qubits that an embedding reaches: the last k with 2^k ≥ num_encoded; the others stay |0⟩.

    Example:
        >>> layer = Layer(columns=(("x",) * 4,), gate=None, pairs=())
        >>> num_amplitude_qubits(Architecture(num_qubits=4, embedding="amplitude", num_encoded=4, layers=(layer,)))
        2
    """
    return (architecture.num_encoded - 1).bit_length()


def _observed(measurement: Measurement, num_qubits: int) -> tuple[tuple[int, ...], ...]:
    if measurement == "z-first":
        return ((0,),)
    if measurement == "zz-neighbours":
        return tuple((q, q + 1) for q in range(num_qubits - 1))
    return tuple((q,) for q in range(num_qubits))


def _seen_by_observables(architecture: Architecture) -> list[int]:
    """Find for each column the qubits, as bits, whose rotation changes an observable."""
    letters = _last_letters(architecture.measurement, architecture.num_qubits)
    columns: list[int] = []
    for layer in reversed(architecture.layers):
        letters, seen = _through_layer(layer, letters)
        columns += reversed(seen)
        if architecture.reupload:
            letters = _through_data(architecture.embedding, letters)
    return columns[::-1]


@lru_cache(maxsize=1024)
def _last_letters(measurement: Measurement, num_qubits: int) -> tuple[Letters, ...]:
    """Return the letters of the observables as they are measured."""
    observables = _observed(measurement, num_qubits)
    everywhere = (1 << len(observables)) - 1
    found = []
    for qubit in range(num_qubits):
        z = sum(1 << output for output, qubits in enumerate(observables) if qubit in qubits)
        found.append((everywhere ^ z, 0, 0, z))
    return tuple(found)


# Architectures of one space end in the same layers again and again.
@lru_cache(maxsize=2**14)
def _through_layer(layer: Layer, letters: tuple[Letters, ...]) -> tuple[tuple[Letters, ...], tuple[int, ...]]:
    """Carry letters through a layer; find for each of its columns the qubits whose rotation changes an observable."""
    current = list(letters)
    for first, second in reversed(layer.pairs):
        (i1, x1, y1, z1), (i2, x2, y2, z2) = current[first], current[second]
        # As (x, z) bits, CX takes the control to (x, z ⊕ z') and the target to (x' ⊕ x, z'), and CZ both z to z ⊕ x'.
        changes1, keeps1 = x1 | y1, i1 | z1
        if layer.gate == "cx":
            changes2, keeps2 = z2 | y2, i2 | x2
            two = (
                i2 & keeps1 | x2 & changes1,
                x2 & keeps1 | i2 & changes1,
                y2 & keeps1 | z2 & changes1,
                z2 & keeps1 | y2 & changes1,
            )
        else:
            changes2, keeps2 = x2 | y2, i2 | z2
            two = (
                i2 & keeps1 | z2 & changes1,
                x2 & keeps1 | y2 & changes1,
                y2 & keeps1 | x2 & changes1,
                z2 & keeps1 | i2 & changes1,
            )
        current[first] = (
            i1 & keeps2 | z1 & changes2,
            x1 & keeps2 | y1 & changes2,
            y1 & keeps2 | x1 & changes2,
            z1 & keeps2 | i1 & changes2,
        )
        current[second] = two
    columns = []
    for axes in reversed(layer.columns):
        seen = 0
        for qubit, axis in enumerate(axes):
            current[qubit], turned = _rotated(current[qubit], axis)
            seen |= bool(turned) << qubit
        columns.append(seen)
    return tuple(current), tuple(reversed(columns))


def _rotated(letters: Letters, axis: Axis) -> tuple[Letters, int]:
    """Carry letters through a rotation of unknown angle about an axis, and find the outputs that it changes."""
    i, x, y, z = letters
    if axis == "x":
        turned = y | z
        return (i, x, turned, turned), turned
    if axis == "y":
        turned = x | z
        return (i, turned, y, turned), turned
    turned = x | y
    return (i, turned, turned, z), turned


def _through_data(embedding: Embedding, letters: tuple[Letters, ...]) -> tuple[Letters, ...]:
    """Carry letters through a repeated embedding; data rotate like weights do."""
    found = []
    for one in letters:
        (i, x, y, z), _ = _rotated(one, _DATA_AXIS[embedding])
        # Before RZ comes a Hadamard, which exchanges X and Z.
        found.append((i, z, y, x) if embedding == "angle-z" else (i, x, y, z))
    return tuple(found)


def _moving_the_state(architecture: Architecture) -> list[int]:
    """Find for each column the qubits, as bits, whose rotation changes more than the phase of the state."""
    num_qubits = architecture.num_qubits
    fixed: list[int] = []  # products of Z, as bits of qubits, of which the state is an eigenstate; independent ones
    if architecture.embedding == "amplitude":
        fixed = [1 << qubit for qubit in range(num_qubits - num_amplitude_qubits(architecture))]
    columns = []
    for layer in architecture.layers:
        for axes in layer.columns:
            turned = sum(1 << qubit for qubit, axis in enumerate(axes) if axis != "z")
            columns.append(turned | sum(1 << q for q in range(num_qubits) if not _in_span(1 << q, fixed)))
            for qubit in range(num_qubits):
                if turned >> qubit & 1:
                    fixed = _without(qubit, fixed)
        if layer.gate == "cx":
            for control, target in layer.pairs:
                fixed = [product ^ ((product >> target & 1) << control) for product in fixed]
    return columns


def _without(qubit: int, products: list[int]) -> list[int]:
    """Combine products so that they leave a qubit out and stay independent."""
    pivot = next((product for product in products if product >> qubit & 1), None)
    if pivot is None:
        return products
    return [p ^ pivot if p >> qubit & 1 else p for p in products if p != pivot]


def _in_span(wanted: int, products: list[int]) -> bool:
    """Return whether a product is one of those given, or a product of some of them."""
    reduced: list[int] = []
    for product in [*products, wanted]:
        rest = product
        for one in reduced:
            rest = min(rest, rest ^ one)
        if rest == 0:
            return product == wanted
        reduced.append(rest)
    return False
