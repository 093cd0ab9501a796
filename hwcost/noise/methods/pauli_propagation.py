"""Attenuation at the bound angles: each observable carried backwards as a signed sum of Pauli strings.

Other methods average over angles; a circuit without free parameters has one set of them, at which paths of Pauli
strings interfere. Here signs are kept, and so is the pull of relaxation towards |0⟩, and λ is the noisy over the
noiseless value. It exceeds 1 where relaxation pushes towards the ideal value, and it is negative where noise turns the
sign.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hwcost.isa.columns import Kind
from hwcost.noise.methods.mean_field import mean_field_attenuation
from hwcost.noise.methods.noiseless import noiseless_values
from hwcost.noise.methods.pauli_vector import MAX_VECTOR_QUBITS, vector_values, vector_work
from hwcost.noise.methods.signed_plan import SignedPlan, plan_signed, refuse_branches
from hwcost.noise.methods.string_table import StringTable
from hwcost.noise.observables import NoisyCircuit, SignalEstimate, TrackedPauli
from hwcost.noise.transfer import Floats

SMALLEST_IDEAL_VALUE = 0.01
"""Noiseless |⟨P⟩| below which its ratio to the noisy value is on the way to 0/0."""

AVERAGED = "λ is the average over angles, by mean-field"
"""What an assumption says of such a value."""

_FIRST_MOST = 512  # strings of an observable at first, as fewer are no faster; doubled until the value stands
_TOLERANCE = 0.005  # of λ, relative, between so many strings and half of them; of the ideal value twice that
_SMALLEST_TOLERANCE = 5e-4  # of λ, absolute
_ROUNDING = 1e-9  # of a noiseless value, absolute
_MOST_WEIGHT = 0.1  # squared coefficients dropped, of 1 in all, up to where two values that agree are believed
_HOPELESS_WEIGHT = 0.5  # the same, from where on no number of strings is tried
_ALWAYS_VECTOR_QUBITS = 8  # up to here the vector of all strings is as fast as a table of some
_STRINGS_AT_ONCE = 4096  # in one table: it must fit into the processor's cache
_PART_WORK = 3  # strings that are mapped in the time in which a node is picked for an observable
_MOST_THOROUGH = 8  # observables from where on more of them share the same effort


@dataclass(frozen=True, slots=True)
class Effort:
    """How much may be tried, counted in strings, not in seconds: the answer depends on the circuit alone.

    Attributes:
        most: Strings of an observable that are kept at the most.
        work: Strings mapped for all observables of a circuit together, some 0.3 µs each.
        gates: Two-qubit gates in the circuit; none of their maps are made for a longer one.
        smallest: Noiseless |⟨P⟩| below which the noisy value is not asked for.
        alone: Whether to ask for the noisy value without the pull of relaxation towards |0⟩ as well.
    """

    most: int
    work: int
    gates: int
    smallest: float
    alone: bool = False

    @property
    def limits(self) -> str:
        """What is tried, in words."""
        return (
            f"{self.most:,} Pauli strings at a time and {self.work:,} in all, in up to {self.gates:,} two-qubit gates"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Propagated:
    """What the signed sum says of one observable.

    Attributes:
        ideal: Its noiseless value.
        noisy: Its noisy value before readout, None where it was not asked for.
        alone: The same if relaxation did not pull towards |0⟩, so that it is what is left of the signal alone.
        num_strings: Strings that were kept at the most, None if none was dropped.
        truncated_weight: Squared coefficients, without noise, of the strings that were dropped: a part of 1.
    """

    ideal: float
    noisy: float | None
    alone: float | None = None
    num_strings: int | None = None
    truncated_weight: float = 0.0

    def ratio(self, smallest: float) -> float | None:
        """Return noisy over noiseless value, None where the latter is too small for that."""
        return None if self.noisy is None or abs(self.ideal) < smallest else self.noisy / self.ideal

    @property
    def is_hopeless(self) -> bool:
        """Whether so much was dropped that twice the strings will not do either."""
        return self.truncated_weight > _HOPELESS_WEIGHT

    def stands(self, last: Propagated | None, smallest: float) -> bool:
        """Return whether the value holds: nothing was dropped, or little, and half the strings give the same."""
        if self.num_strings is None:
            return True
        return last is not None and self.truncated_weight <= _MOST_WEIGHT and self.agrees(last, smallest)

    def agrees(self, other: Propagated, smallest: float) -> bool:
        """Return whether two numbers of strings give the same value."""
        ratio, other_ratio = self.ratio(smallest), other.ratio(smallest)
        if ratio is None or other_ratio is None:
            return ratio is other_ratio
        return math.isclose(self.ideal, other.ideal, rel_tol=2.0 * _TOLERANCE) and math.isclose(
            ratio, other_ratio, rel_tol=_TOLERANCE, abs_tol=_SMALLEST_TOLERANCE
        )


def thorough(num_observables: int) -> Effort:
    """Return the effort of the method itself: some seconds for an observable, and half a minute for many."""
    work = 10_000_000 * min(num_observables, _MOST_THOROUGH)
    return Effort(most=8192, work=work, gates=20_000, smallest=SMALLEST_IDEAL_VALUE)


def pauli_propagation_attenuation(
    circuit: NoisyCircuit, tracked: Sequence[TrackedPauli], *, seed: int = 0
) -> list[SignalEstimate]:
    """Carry each observable backwards as a signed sum of Pauli strings; noisy over noiseless value, without readout.

    Walking the scheduled circuit backwards with coefficients c_P of Pauli strings P, c = 1 for the observable:

    - After an operation of duration t, on each of its qubits, Z becomes e^(−t/T1)·Z + (1 − e^(−t/T1))·I, and X and Y
      keep e^(−t/T2); its depolarizing part multiplies every non-identity by f (`residual_depolarizing`). A wait has the
      first alone. These are the channels of `hwcost.noise.methods.mean_field`, with the shift of T1 towards |0⟩.
    - The gate maps P to U† P U: Clifford gates move a string, a rotation by θ splits those that anticommute with it
      into cos θ and sin θ. Any gate goes by its Pauli transfer matrix (`hwcost.noise.transfer`).
    - A reset turns Z into I; a reset or measurement has nothing of X and Y.

    λ is ⟨0…0|Σ c_P P|0…0⟩ with noise over the same without it. The largest strings are kept, from 512 on doubled until
    λ and the noiseless value agree with those of half as many, and on up to 14 qubits with the statevector; on up to
    10 qubits all strings are kept where that takes no longer, which is exact. Where no number of strings agrees, or it
    takes more than `thorough` allows, the value is that of `pauli-path`, and `note` says so. Where the noiseless value
    is next to 0 (`SMALLEST_IDEAL_VALUE`), λ = 0/0 is undefined: what is left of a signal there is the average over
    angles, the value of `mean-field`, and `assumption` says so.

    Source: sparse Pauli dynamics in the Heisenberg picture. Against exact noise simulation of structured circuits
    (GHZ, QFT, QAOA, Trotter, trained ansätze) of 3 to 8 qubits it is right to rounding.

    Raises:
        CircuitError: The circuit has free parameters or branches on measured values, or a gate has no known unitary.
    """
    effort = thorough(len(tracked))
    found = propagate(circuit, tracked, effort)
    unknown = [row for row, each in enumerate(found) if each is None]
    sampled: Iterator[SignalEstimate] = iter(())
    if unknown:
        from hwcost.noise.methods.pauli_path import pauli_path_attenuation

        sampled = iter(pauli_path_attenuation(circuit, [tracked[row] for row in unknown], seed=seed))
    close = [
        next_to_zero(effort.smallest) if each is not None and each.ratio(effort.smallest) is None else None
        for each in found
    ]
    averaged = averages(circuit, tracked, close)
    return [
        replace(
            next(sampled),
            method="pauli-path",
            note=f"pauli-propagation does not converge ({effort.limits}); the value is that of pauli-path, an average "
            "over angles",
        )
        if each is None
        else signal_of(each)
        if why is None
        else next(averaged)
        for each, why in zip(found, close, strict=True)
    ]


def averages(
    circuit: NoisyCircuit, tracked: Sequence[TrackedPauli], reasons: Sequence[str | None]
) -> Iterator[SignalEstimate]:
    """Yield the average over angles of each observable for which there is a reason, with it as the assumption.

    An empty reason is no assumption.
    """
    some = [observable for observable, why in zip(tracked, reasons, strict=True) if why is not None]
    whys = [why for why in reasons if why is not None]
    found = mean_field_attenuation(circuit, some) if some else []
    for each, why in zip(found, whys, strict=True):
        yield replace(each, method="mean-field", assumption=why or None)


def next_to_zero(smallest: float) -> str:
    """Say why a ratio to a noiseless value below this is not believed."""
    return f"the noiseless value is next to 0 (below {smallest:g}), where a ratio to it says nothing; {AVERAGED}"


def signal_of(each: Propagated) -> SignalEstimate:
    """Return the ratio to the noiseless value as the attenuation."""
    ratio = each.ratio(0.0)
    if ratio is None:
        raise ValueError("there is no noisy value")
    return SignalEstimate(value=ratio, method="pauli-propagation", truncated_weight=each.truncated_weight)


def propagate(circuit: NoisyCircuit, tracked: Sequence[TrackedPauli], effort: Effort) -> list[Propagated | None]:
    """Return the noiseless and the noisy value of each observable, None where they do not converge.

    Raises:
        CircuitError: The circuit has free parameters or branches on measured values, or a gate has no known unitary.
    """
    if not tracked:
        return []
    found: list[Propagated | None] = [None] * len(tracked)
    if circuit.isa.count(Kind.TWO_QUBIT) > effort.gates:
        return found
    refuse_branches(circuit.isa)
    wanted = list(range(len(tracked)))
    exact = noiseless_values(circuit.isa, tracked)
    if exact is not None:
        for row, value in enumerate(exact):
            found[row] = Propagated(ideal=float(value), noisy=None)
        wanted = [row for row in wanted if abs(exact[row]) >= effort.smallest]
    if not wanted:
        return found
    plan = plan_signed(circuit, [tracked[row] for row in wanted], alone=effort.alone)
    if plan.num_qubits <= _ALWAYS_VECTOR_QUBITS and vector_work(plan) <= effort.work:
        values: Sequence[Propagated | None] = _by_vector(plan)
    else:
        values = _propagate(plan, effort)
    for row, each in zip(wanted, values, strict=True):
        right = (
            each is None
            or exact is None
            or math.isclose(each.ideal, exact[row], rel_tol=2.0 * _TOLERANCE, abs_tol=_ROUNDING)
        )
        found[row] = each if right else None
    return found


def _propagate(plan: SignedPlan, effort: Effort) -> list[Propagated | None]:
    """Return the values, with ever more strings for what has not converged, as long as work is left."""
    cost, count = vector_work(plan), plan.num_observables
    fits = plan.num_qubits <= MAX_VECTOR_QUBITS and cost <= effort.work
    found: list[Propagated | None] = [None] * count
    last: dict[int, Propagated] = {}
    open_rows, left, most = list(range(count)), effort.work, min(_FIRST_MOST, effort.most)
    while open_rows and most <= effort.most:
        # If the table takes longer than the vector of all strings, the latter is used.
        spent, budget = 0, min(left, cost) if fits else left
        for first in range(0, len(open_rows), rows_at_once := max(1, _STRINGS_AT_ONCE // most)):
            rows = open_rows[first : first + rows_at_once]
            share = (budget - spent) * len(rows) // (len(open_rows) - first)
            values, used = _by_table_of(plan, rows, most, share)
            spent += used
            for row, now in zip(rows, values, strict=True):
                found[row] = now if now is not None and now.stands(last.get(row), effort.smallest) else None
                if now is not None:
                    last[row] = now
                else:
                    last.pop(row, None)
        if fits and None in found:
            return _by_vector(plan)
        open_rows = [row for row in open_rows if found[row] is None and row in last and not last[row].is_hopeless]
        left, most = left - spent, 2 * most
    return found


def _by_table_of(
    plan: SignedPlan, rows: Sequence[int], most: int, work: int
) -> tuple[Sequence[Propagated | None], int]:
    """Return the values of some observables with so many strings each, None beyond so much work, and the work."""
    needed = _PART_WORK * len(plan.nodes)
    if needed > work:
        return [None] * len(rows), 0
    values, used = _by_table(plan.part(rows), most, work - needed)
    return values, used + needed


def _by_vector(plan: SignedPlan) -> list[Propagated | None]:
    return [
        Propagated(ideal=ideal, noisy=noisy, alone=alone[0] if alone else None)
        for ideal, noisy, *alone in vector_values(plan).T.tolist()
    ]


def _by_table(plan: SignedPlan, most: int, work: int) -> tuple[list[Propagated | None], int]:
    """Return the values with so many strings each, None for all beyond so much work, and the work."""
    table = StringTable(plan.num_observables, plan.num_qubits, most, num_noises=plan.num_noises)
    for row, qubit, code in plan.starts:
        table.multiply(row, qubit, code)
    for node in plan.nodes:
        table.apply(node.qubits, node.matrices)
        for row, code in node.starts:
            table.multiply(row, node.qubits[0], code)
        if table.work > work or table.dropped.min() > _HOPELESS_WEIGHT:
            return [None] * plan.num_observables, table.work
    return _values(table.totals(), table.dropped, most), table.work


def _values(totals: Floats, dropped: Floats, most: int) -> list[Propagated | None]:
    return [
        Propagated(
            ideal=ideal,
            noisy=noisy,
            alone=alone[0] if alone else None,
            num_strings=most if weight > 0.0 else None,
            truncated_weight=weight,
        )
        for (ideal, noisy, *alone), weight in zip(totals.T.tolist(), np.maximum(dropped, 0.0).tolist(), strict=True)
    ]
