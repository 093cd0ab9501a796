"""Weights of a circuit that can influence no output: `dead_weights`.

Each measured observable is carried backwards through the circuit (Heisenberg picture). For every qubit the letters
that can stand there are kept, I, X, Y or Z; a rotation about an axis changes the observable only if a letter that
anticommutes with the axis can stand on its qubit. Keeping letters for each qubit on its own allows too many
combinations and never too few, so that a weight that is called dead is dead, exactly; a dead one can be missed.
"""

from __future__ import annotations

from functools import cache
from itertools import product

from nas.architectures import Architecture, Axis, Layer

Letters = frozenset[str]
# Pauli letters as (x, z) bits; products and Clifford conjugation are linear in them, signs do not matter here.
_BITS = {"I": (0, 0), "X": (1, 0), "Y": (1, 1), "Z": (0, 1)}
_DATA_AXIS: dict[str, Axis] = {"angle-x": "x", "angle-y": "y", "angle-z": "z"}
_LETTER = {bits: letter for letter, bits in _BITS.items()}


def dead_weights(architecture: Architecture) -> frozenset[tuple[int, int]]:
    """(column, qubit) of every weight that can influence no output of the circuit.

    Example:
        >>> last = Layer(columns=(("y", "y"), ("z", "z")), gate="cz", pairs=((0, 1),))
        >>> sorted(dead_weights(Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(last,))))
        [(1, 0), (1, 1)]
    """
    num_qubits = architecture.num_qubits
    alive: set[tuple[int, int]] = set()
    for observable in observed_qubits(architecture):
        letters = [frozenset("Z") if qubit in observable else frozenset("I") for qubit in range(num_qubits)]
        column = architecture.num_columns
        for layer in reversed(architecture.layers):
            _through_entanglers(layer, letters)
            for axes in reversed(layer.columns):
                column -= 1
                alive |= {(column, q) for q, axis in enumerate(axes) if _turns(letters[q], axis)}
                for qubit, axis in enumerate(axes):
                    letters[qubit] = _rotated(letters[qubit], axis)
            if architecture.reupload:
                # The data rotate like weights do.
                for qubit in range(num_qubits):
                    letters[qubit] = _rotated(letters[qubit], _DATA_AXIS[architecture.embedding])
                    if architecture.embedding == "angle-z":  # the Hadamard before it
                        letters[qubit] = frozenset({"X": "Z", "Z": "X"}.get(one, one) for one in letters[qubit])
    every = {(column, qubit) for column in range(architecture.num_columns) for qubit in range(num_qubits)}
    return frozenset(every - alive)


def observed_qubits(architecture: Architecture) -> tuple[tuple[int, ...], ...]:
    """The qubits of each Z observable, in the order of the outputs.

    Example:
        >>> layer = Layer(columns=(("x",) * 3,), gate=None, pairs=())
        >>> three = Architecture(
        ...     num_qubits=3, embedding="angle-x", num_encoded=3, layers=(layer,), measurement="zz-neighbours"
        ... )
        >>> observed_qubits(three)
        ((0, 1), (1, 2))
    """
    if architecture.measurement == "z-first":
        return ((0,),)
    if architecture.measurement == "zz-neighbours":
        return tuple((q, q + 1) for q in range(architecture.num_qubits - 1))
    return tuple((q,) for q in range(architecture.num_qubits))


def _turns(letters: Letters, axis: Axis) -> bool:
    return not letters <= {"I", axis.upper()}


@cache
def _rotated(letters: Letters, axis: Axis) -> Letters:
    """Letters after a rotation of unknown angle about an axis."""
    if not _turns(letters, axis):
        return letters
    return letters | (frozenset("XYZ") - {axis.upper()})


def _through_entanglers(layer: Layer, letters: list[Letters]) -> None:
    for first, second in reversed(layer.pairs):
        letters[first], letters[second] = _conjugated(layer.gate or "cx", letters[first], letters[second])


@cache
def _conjugated(gate: str, first: Letters, second: Letters) -> tuple[Letters, Letters]:
    """Letters on both qubits of a CX (control first) or CZ after conjugation with it."""
    found: tuple[set[str], set[str]] = (set(), set())
    for a, b in product(first, second):
        (xa, za), (xb, zb) = _BITS[a], _BITS[b]
        if gate == "cx":
            one, two = (xa, za ^ zb), (xb ^ xa, zb)
        else:
            one, two = (xa, za ^ xb), (xb, zb ^ xa)
        found[0].add(_LETTER[one])
        found[1].add(_LETTER[two])
    return frozenset(found[0]), frozenset(found[1])
