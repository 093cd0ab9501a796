"""Observables as people write them, as sums of Pauli strings with real coefficients: `PauliSum`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

from hwcost.core.errors import OptionError
from hwcost.core.numbers import parse_real
from hwcost.core.text import plural, shortened, shown

if TYPE_CHECKING:
    from qiskit.quantum_info import SparsePauliOp

_PHASES = {"": 1.0, "+": 1.0, "-": -1.0}
LEAST_COEFFICIENT, LARGEST_COEFFICIENT = 1e-100, 1e100
"""Squares of other coefficients are 0 or infinite; of a sum it is the largest one that counts."""

MAX_TERMS = 100_000
"""The largest Hamiltonians of quantum chemistry that were measured on a device have some ten thousand terms."""


@dataclass(frozen=True, slots=True)
class PauliSum:
    """Σ coefficient · Pauli string, plus a constant that needs no measurement.

    Attributes:
        terms: (label in Qiskit's order, coefficient) of each string that is no identity; each string once.
        constant: Coefficient of the identity.
    """

    terms: tuple[tuple[str, float], ...]
    constant: float = 0.0

    @property
    def name(self) -> str:
        """The sum in a few words."""
        if len(self.terms) == 1:
            label, coefficient = self.terms[0]
            return label if coefficient == 1.0 else f"{coefficient:g}·{label}"
        return f"a sum of {plural(len(self.terms), 'Pauli string')}"


def read_pauli_sums(observable: object) -> tuple[PauliSum, ...]:
    """Return the observables that are asked for; each is wanted as one number.

    Args:
        observable: A Pauli label in Qiskit's order (the rightmost letter is qubit 0), a `Pauli`, a `SparsePauliOp` or
            `SparseObservable`, a mapping from labels to coefficients, the path of a file with these
            (`hwcost.circuits.observable_file`), or a list of such; a `PauliList` is a list of strings. A text of the
            letters I, X, Y and Z is a label; one with a dot or a slash in it is a path.

    Raises:
        OptionError: Something else stands there, a coefficient is not a real number, or nothing needs a measurement.

    Example:
        >>> [sum.terms for sum in read_pauli_sums(["ZZ", {"XI": 0.5, "II": 2.0}])]
        [(('ZZ', 1.0),), (('XI', 0.5),)]
    """
    sums = tuple(_sum(terms) for terms in _each(observable))
    widths = {len(label) for each in sums for label, _ in each.terms}
    if len(widths) > 1:
        raise OptionError(
            f"the observables are for {', '.join(map(str, sorted(widths)))} qubits; give all of them for the circuit's"
        )
    if not widths:
        raise OptionError("the observable is the identity; it has the value 1 without any measurement")
    return tuple(each for each in sums if each.terms)


def _each(observable: object) -> Iterator[list[tuple[Any, Any]]]:
    """Yield the terms of each observable."""
    if isinstance(observable, str) and not _is_path(observable):
        yield [(observable, 1.0)]
    elif isinstance(observable, (str, PathLike)):
        from hwcost.circuits.observable_file import read_observable_file

        yield read_observable_file(observable)
    elif isinstance(observable, Mapping):
        yield list(observable.items())
    elif hasattr(observable, "to_sparse_list") and not hasattr(observable, "paulis"):
        yield from _each(_from_sparse(observable))
    elif hasattr(observable, "paulis") and hasattr(observable, "coeffs"):
        yield list(zip(observable.paulis.to_labels(), observable.coeffs, strict=True))
    elif hasattr(observable, "to_label"):
        yield [(observable.to_label(), 1.0)]
    elif hasattr(observable, "to_labels"):
        yield from ([(label, 1.0)] for label in observable.to_labels())
    elif isinstance(observable, Iterable):
        for item in observable:
            yield from _each(item)
    else:
        raise OptionError(
            f"an observable of type {type(observable).__name__} is not known; give Pauli labels, a Pauli, a PauliList, "
            "a SparsePauliOp, or labels with coefficients"
        )


def _is_path(text: str) -> bool:
    return bool(set(text) - set("+-iIXYZ")) and any(mark in text for mark in "./\\")


def _from_sparse(observable: object) -> SparsePauliOp:
    from qiskit.quantum_info import SparsePauliOp

    return SparsePauliOp.from_sparse_observable(observable)


def _sum(terms: list[tuple[Any, Any]]) -> PauliSum:
    """Add up the coefficients of equal strings, and leave out those that vanish."""
    if len(terms) > MAX_TERMS:
        raise OptionError(f"the observable has {len(terms):,} terms; at most {MAX_TERMS:,} can be costed")
    total: dict[str, float] = {}
    for written, coefficient in terms:
        label, sign = _label(written)
        total[label] = total.get(label, 0.0) + sign * _real(label, coefficient)
    kept = {label: value for label, value in total.items() if value != 0.0}
    if total and not kept:
        raise OptionError("the coefficients of the observable add up to zero; there is nothing to measure")
    measured = [abs(value) for label, value in kept.items() if set(label) != {"I"}]
    if measured and max(measured) < LEAST_COEFFICIENT:
        raise OptionError(
            f"the largest coefficient of the observable is {max(measured):g}, below {LEAST_COEFFICIENT:g}; give it in "
            "a smaller unit"
        )
    constant = math.fsum(value for label, value in kept.items() if set(label) == {"I"})
    return PauliSum(tuple((label, value) for label, value in kept.items() if set(label) != {"I"}), constant)


def _label(written: object) -> tuple[str, float]:
    text: Any = written.to_label() if hasattr(written, "to_label") else written
    letters = text.lstrip("+-i") if isinstance(text, str) else ""
    phase = text[: len(text) - len(letters)] if isinstance(text, str) else ""
    if not letters or set(letters) - set("IXYZ"):
        raise OptionError(
            f"the observable {shown(text, 24)} is not a Pauli label; use letters I, X, Y, Z, such as ZZII"
        )
    if phase not in _PHASES:
        raise OptionError(f"the observable {shortened(text, 60)} is not Hermitian; its value is no measured number")
    return letters, _PHASES[phase]


def _real(label: str, coefficient: object) -> float:
    label = shortened(label, 60)
    try:
        number = parse_real(coefficient) if isinstance(coefficient, str) else coefficient
        value = complex(number)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        raise OptionError(f"the coefficient of {label} is {shown(coefficient)}; give a real number") from None
    if abs(value.imag) > 1e-10 * max(1.0, abs(value)):
        raise OptionError(f"the coefficient of {label} is {value:g}; an observable has real coefficients")
    if not abs(value.real) <= LARGEST_COEFFICIENT:
        most = f"at most {LARGEST_COEFFICIENT:g}"
        raise OptionError(f"the coefficient of {label} is {value.real}; give a finite number of {most}")
    real: float = value.real
    return real
