"""What a reader of an estimate must be told beside the numbers: assumptions, and warnings with a code each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from hwcost.circuits.measurement_bases import MeasurementPlan
from hwcost.core.caveat import JOB_TIME, SIGNAL_GONE, Caveat
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.costs import CostedCandidate
from hwcost.estimation.variances import MAX_STATE_QUBITS
from hwcost.isa.columns import Kind
from hwcost.noise.attenuation import attenuation_omissions
from hwcost.noise.shots import ORDER_OF_MAGNITUDE_INFLATION, ShotCost


def assumptions_of(
    candidate: CostedCandidate, conditions: Conditions, plan: MeasurementPlan | None = None
) -> tuple[str, ...]:
    """Return what had to be assumed to cost this circuit, because the calibration or the circuit does not say it."""
    audited, isa = conditions.device.audited, candidate.compiled.isa
    lines = [] if conditions.rep_delay_assumption is None else [conditions.rep_delay_assumption]
    lines += audited.calibration.assumptions
    if not isa.readout_duration_known:
        lines.append(
            "the readout time is unknown: circuit duration, shot time and QPU time leave it out and are lower bounds"
        )
    resets = {qubits[0] for kind, qubits in zip(isa.kinds, isa.qubits, strict=True) if kind is Kind.RESET}
    if any(audited.reset_is_assumed(qubit) for qubit in resets):
        lines.append("the reset duration is unknown; assumed to be a measurement and an X gate")
    if resets and candidate.success is not None:
        lines.append("the reset error is unknown; resets count as perfect")
    if candidate.success is not None:
        lines += attenuation_omissions(isa, audited)
    if plan is not None:
        lines += _of_observables(plan, candidate.shots)
    return tuple(lines)


def _of_observables(plan: MeasurementPlan, shots: ShotCost) -> Iterator[str]:
    if plan.needs_basis_change:
        yield (
            "the change of basis before a measurement in X or Y, at most one layer of one-qubit gates, is not in the "
            "circuit: its duration and its error are left out"
        )
    for each, terms, cost in zip(plan.observables, plan.sums(), shots.observables, strict=False):
        if len(terms) == 1 or cost.state_known or cost.variance is None:
            continue
        at_most = _correlated_variance(plan, dict(terms), [row.value for row in shots.attenuation])
        if at_most > cost.variance * (1.0 + 1e-9):
            yield (
                f"{each.name}: the state is not known (free parameters, more than {MAX_STATE_QUBITS} qubits, or too "
                "many terms), so strings that are measured together count as uncorrelated; if they rise and fall "
                f"together, the variance is up to {at_most / cost.variance:.3g} times as large"
            )
        else:
            yield f"{each.name}: the state is not known, and each string is taken to have the value 0"


def _correlated_variance(
    plan: MeasurementPlan, coefficients: Mapping[int, float], attenuation: Sequence[float]
) -> float:
    """Return the largest variance times shots per basis that any state has: Σ over bases of (Σ |c|/λ)²."""
    start, total = 0, 0.0
    for group in plan.groups:
        rows = range(start, start + len(group))
        total += (
            math.fsum(abs(coefficients.get(row, 0.0)) / attenuation[row] for row in rows if row in coefficients) ** 2
        )
        start += len(group)
    return total


def device_caveats(conditions: Conditions) -> Iterator[Caveat]:
    """Yield what to treat with caution in the calibration and the repetition delay."""
    audited, rep_delay_s = conditions.device.audited, conditions.rep_delay_s
    for finding in audited.findings:
        if finding.severity != "info":
            yield Caveat(finding.code, finding.message)
    limits = audited.calibration.rep_delay_range_s
    if limits is not None and not limits[0] <= rep_delay_s <= limits[1]:
        yield Caveat(
            "rep_delay_range",
            f"the repetition delay of {rep_delay_s * 1e6:g} µs lies outside what the device accepts "
            f"({limits[0] * 1e6:g} to {limits[1] * 1e6:g} µs)",
        )


def caveats_of(candidate: CostedCandidate, conditions: Conditions) -> Iterator[Caveat]:
    """Yield what to treat with caution in this estimate."""
    yield from device_caveats(conditions)
    for note in candidate.compiled.isa.notes:
        yield Caveat("isa", note)
    for row in candidate.shots.attenuation:
        if row.note:
            yield Caveat("attenuation", row.note if row.qubit is None else f"qubit {row.qubit}: {row.note}")
    yield from _of_shots(candidate.shots)
    if candidate.compiled.transpiled is not None and candidate.compiled.transpiled.rescheduled:
        yield Caveat(
            "rescheduled",
            "the circuit's delays do not fit the device's time grid; scheduled as late as possible instead",
        )
    job_time, requested = candidate.time.job_time_s, candidate.time.requested.job_time_s
    for note in dict.fromkeys((*requested.notes, *(() if job_time is None else job_time.notes))):
        yield Caveat(JOB_TIME, f"job time: {note}")


def _of_shots(shots: ShotCost) -> Iterator[Caveat]:
    used = shots.inflation_worst if shots.rule == "worst" else shots.inflation_mean
    if shots.method is None:
        yield Caveat(
            "durations_only", "durations only: no noise is costed, and the shots are those of a noiseless device"
        )
    elif shots.needed is None and shots.task == "sampling":
        yield Caveat(
            SIGNAL_GONE,
            "the signal is gone: the chance that nothing fails is so small that no number of shots can be run",
        )
    elif shots.needed is None:
        worst = min(row.value for row in shots.attenuation)
        yield Caveat(
            SIGNAL_GONE,
            f"the signal is gone: attenuation {worst:.1e} at worst; no number of shots that can be run recovers it",
        )
    elif used is not None and used > ORDER_OF_MAGNITUDE_INFLATION:
        yield Caveat(
            "large_inflation",
            f"shot inflation of {used:.3g}: above {ORDER_OF_MAGNITUDE_INFLATION:g} only its order of magnitude holds",
        )
