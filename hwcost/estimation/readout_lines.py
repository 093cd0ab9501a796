"""What an estimate assumes about readout: measured or calibrated, together or one qubit at a time."""

from __future__ import annotations

from collections.abc import Iterator

from hwcost.circuits.measurement_bases import MeasurementPlan
from hwcost.core.text import listing
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.costs import CostedCandidate
from hwcost.noise.pauli_labels import physical_observables


def readout_assumptions(
    candidate: CostedCandidate, conditions: Conditions, plan: MeasurementPlan | None
) -> Iterator[str]:
    """Yield where readout errors come from, and where they are taken as independent of each other."""
    audited = conditions.device.audited
    supports = _supports(candidate, conditions, plan)
    readout = audited.readout
    if readout is None:
        if supports:
            yield (
                "readout errors of different qubits count as independent, since calibrations read one qubit at a time; "
                "on four qubits of ibm_perth read together the contrast was 8 to 16 % lower (--readout-from takes "
                "measured readout)"
            )
        return
    read = sorted({qubit for support in supports for qubit in support} | _measured(candidate))
    known = [qubit for qubit in read if qubit in readout.qubits]
    others = [qubit for qubit in read if qubit not in readout.qubits]
    if not known:
        yield (f"none of the qubits that are read ({listing(others)}) is in {readout.origin}: readout as calibrated")
        return
    rest = f"; that of qubits {listing(others)} as calibrated" if others else ""
    yield f"readout of qubits {listing(known)} as measured ({readout.origin}){rest}"
    apart = sum(not readout.is_joint(support) for support in supports)
    if apart:
        yield (
            f"{apart} of {len(supports)} Pauli strings on several qubits: not all of their qubits were read together "
            "in states of both parities, so errors of what was not count as independent"
        )


def _measured(candidate: CostedCandidate) -> set[int]:
    isa = candidate.compiled.isa
    return {isa.qubits[index][0] for index in isa.measurements().values()}


def _supports(
    candidate: CostedCandidate, conditions: Conditions, plan: MeasurementPlan | None
) -> list[tuple[int, ...]]:
    """Return the physical qubits of each Pauli string on at least two."""
    if plan is None:
        return []
    component = None if candidate.compiled.transpiled is None else conditions.device.audited.component
    observables = physical_observables(plan.labels, candidate.compiled.circuit, component)
    return [tuple(sorted(each)) for each in observables if len(each) > 1]
