"""The variance of a sum of Pauli strings in the circuit's own state, where that state can be computed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from hwcost.circuits.measurement_bases import MeasurementPlan
from hwcost.circuits.pauli_sums import PauliSum
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.costs import CostedCandidate, attenuations_of, with_shots
from hwcost.estimation.logical import LogicalCircuit
from hwcost.noise.shots import with_variances

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

MAX_STATE_QUBITS = 12
"""4,096 amplitudes: milliseconds per gate and string; each qubit more doubles it."""

MAX_PRODUCTS = 2000
"""Products of two strings of one basis whose attenuation is computed; their number grows with the square of a basis."""


def with_known_state(candidate: CostedCandidate, logical: LogicalCircuit, conditions: Conditions) -> CostedCandidate:
    """Return the candidate with the variance that its sums of Pauli strings have in the circuit's state.

    With N shots in each basis the rescaled estimate Σ c·m/λ of an observable has the variance

        Σ over bases, Σ over strings k and l of the basis: c_k c_l (λ_kl ⟨P_k P_l⟩ / (λ_k λ_l) − ⟨P_k⟩ ⟨P_l⟩) / N

    with λ_kl the attenuation of the product P_k P_l (1 for k = l), each at most 1. Strings that are measured in the
    same shots are correlated: of a GHZ state, Σ Z has n times the variance of independent terms.

    A candidate is returned as it is where no observable is a sum, the circuit has free parameters, more than
    `MAX_STATE_QUBITS` qubits or anything but gates before its measurements, or the products are too many.
    """
    plan = logical.plan
    if plan is None or not candidate.shots.observables or all(len(each.terms) == 1 for each in plan.observables):
        return candidate
    products = _products(plan)
    labels = plan.labels
    values = None if len(products) > MAX_PRODUCTS else ideal_values(logical.circuit, [*labels, *products])
    if values is None:
        return candidate
    attenuation = {label: min(1.0, row.value) for label, row in zip(labels, candidate.shots.attenuation, strict=True)}
    fresh = [label for label in products if label not in attenuation]
    rows = attenuations_of(candidate.compiled, candidate.schedule, conditions, fresh) if fresh else ()
    attenuation |= {label: min(1.0, row.value) for label, row in zip(fresh, rows, strict=True)}
    variances = [
        None if len(each.terms) == 1 else _variance(each, plan.groups, attenuation, values) for each in plan.observables
    ]
    return with_shots(candidate, with_variances(candidate.shots, variances), conditions)


def product_label(first: str, second: str) -> str:
    """Return the product of two strings that agree wherever both act; it has no phase.

    >>> product_label("ZZI", "IZX")
    'ZIX'
    """
    return "".join(a if b == "I" else b if a == "I" else "I" for a, b in zip(first, second, strict=True))


def ideal_values(circuit: QuantumCircuit, labels: Sequence[str]) -> Mapping[str, float] | None:
    """Return ⟨P⟩ of each label in the state that the circuit prepares without noise.

    None where the circuit has free parameters, more than `MAX_STATE_QUBITS` qubits, labels on other qubits, or anything
    but gates before its final measurements.
    """
    from qiskit.exceptions import QiskitError
    from qiskit.quantum_info import Pauli, Statevector

    if circuit.parameters or circuit.num_qubits > MAX_STATE_QUBITS or len(labels[0]) != circuit.num_qubits:
        return None
    bare = _without_measurements(circuit)
    if bare is None:
        return None
    try:
        state = Statevector(bare)
    except QiskitError:  # a gate whose matrix Qiskit does not know
        return None
    return {label: float(state.expectation_value(Pauli(label)).real) for label in dict.fromkeys(labels)}


def _without_measurements(circuit: QuantumCircuit) -> QuantumCircuit | None:
    """Return the gates before the measurements, None if there is anything else, or a gate after a measurement."""
    from qiskit import QuantumCircuit
    from qiskit.circuit import Barrier, Delay, Gate, Measure

    bare = QuantumCircuit(circuit.num_qubits)
    measured: set[int] = set()
    for instruction in circuit.data:
        qubits = [circuit.find_bit(bit).index for bit in instruction.qubits]
        if isinstance(instruction.operation, Measure):
            measured.update(qubits)
        elif isinstance(instruction.operation, (Barrier, Delay)):
            continue
        elif measured.intersection(qubits) or not isinstance(instruction.operation, Gate):
            return None
        else:
            bare.append(instruction.operation, qubits)
    return bare


def _products(plan: MeasurementPlan) -> list[str]:
    """Return each product of two strings that an observable has in one basis, at most one more than allowed."""
    found: dict[str, None] = {}
    for each in plan.observables:
        for first, second in _pairs(each, plan.groups):
            found[product_label(first[0], second[0])] = None
            if len(found) > MAX_PRODUCTS:
                return list(found)
    return list(found)


def _pairs(
    observable: PauliSum, groups: Sequence[Sequence[str]]
) -> Iterator[tuple[tuple[str, float], tuple[str, float]]]:
    coefficients = dict(observable.terms)
    for group in groups:
        yield from combinations([(label, coefficients[label]) for label in group if label in coefficients], 2)


def _variance(
    observable: PauliSum, groups: Sequence[Sequence[str]], attenuation: Mapping[str, float], values: Mapping[str, float]
) -> float | None:
    """Return variance times shots per basis, None where a string has no signal."""
    if any(attenuation[label] <= 0.0 for label, _ in observable.terms):
        return None
    own = [c**2 * (1.0 / attenuation[label] ** 2 - values[label] ** 2) for label, c in observable.terms]
    crossed = []
    for (first, c_first), (second, c_second) in _pairs(observable, groups):
        both = product_label(first, second)
        scaled = attenuation[both] * values[both] / (attenuation[first] * attenuation[second])
        crossed.append(2.0 * c_first * c_second * (scaled - values[first] * values[second]))
    # Attenuations are approximate, so that a variance next to zero can come out below it.
    return max(0.0, math.fsum(own) + math.fsum(crossed))
