"""In how many bases the observables of a PUB are measured: `count_configurations`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qiskit.primitives.containers.observables_array import ObservablesArray

_AXES = str.maketrans("01+-rl", "ZZXXYY")
"""Projectors are measured along the axis of their Pauli."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configurations:
    """What one PUB of the Estimator measures.

    Attributes:
        total: Pairs of a parameter set and a basis, each of which is a circuit of its own.
        max_bases: Most bases of one parameter set.
    """

    total: int
    max_bases: int


def count_configurations(observables: ObservablesArray, parameter_shape: tuple[int, ...]) -> Configurations:
    """Count pairs of a parameter set and a measurement basis.

    Observables and parameters are broadcast against each other, as NumPy does. All terms that meet one parameter set
    are measured together, in groups that commute qubit by qubit (`PauliList.group_commuting(qubit_wise=True)`).

    Args:
        observables: A Qiskit `ObservablesArray`.
        parameter_shape: Shape of the parameter values, which broadcasts with that of the observables.
    """
    import numpy as np

    shape = np.broadcast_shapes(observables.shape, parameter_shape)
    which_parameters = _positions(parameter_shape, shape)
    which_observables = _positions(tuple(observables.shape), shape)
    met: dict[int, dict[int, None]] = {}
    for parameters, observable in zip(which_parameters, which_observables, strict=True):
        met.setdefault(parameters, {})[observable] = None
    flat = observables.ravel()
    labels: dict[int, tuple[str, ...]] = {}
    bases: dict[tuple[int, ...], int] = {}
    total = largest = 0
    for indices in map(tuple, met.values()):
        if indices not in bases:
            for index in indices:
                if index not in labels:
                    labels[index] = tuple(label.translate(_AXES) for label, _ in flat[index].items())
            bases[indices] = count_bases([label for index in indices for label in labels[index]])
        total += bases[indices]
        largest = max(largest, bases[indices])
    return Configurations(total=total, max_bases=largest)


def count_bases(labels: list[str]) -> int:
    """Count the groups of qubit-wise commuting Paulis that a list of labels falls into.

    >>> count_bases(["ZZ", "ZI", "XX", "II"])
    2
    """
    from qiskit.quantum_info import PauliList

    distinct = list(dict.fromkeys(labels))
    return len(PauliList(distinct).group_commuting(qubit_wise=True))


def has_projectors(observables: ObservablesArray) -> bool:
    """Return whether an observable has 0, 1, +, -, r or l in it beside Paulis."""
    flat = observables.ravel()
    projectors = set("01+-rl")
    return any(projectors & set(label) for index in range(flat.size) for label in flat[index])


def _positions(shape: tuple[int, ...], broadcast: tuple[int, ...]) -> list[int]:
    import numpy as np

    numbers = np.arange(math.prod(shape)).reshape(shape)
    return [int(number) for number in np.broadcast_to(numbers, broadcast).ravel()]
