"""What a reader of an estimate must be told beside the numbers: assumptions, and warnings with a code each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from hwcost.circuits.measurement_bases import MeasurementPlan
from hwcost.core.caveat import JOB_TIME, SIGNAL_GONE, Caveat
from hwcost.core.option_fields import flag_and_keyword
from hwcost.core.units import format_seconds
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.costs import CostedCandidate
from hwcost.estimation.readout_lines import readout_assumptions
from hwcost.estimation.variances import MAX_STATE_QUBITS
from hwcost.isa.columns import Kind
from hwcost.noise.attenuation import QubitAttenuation, attenuation_omissions
from hwcost.noise.observables import active_qubits
from hwcost.noise.shots import ORDER_OF_MAGNITUDE_INFLATION, ShotCost

MOST_ATTENUATION = 1.005
"""λ above which a reader is told that it is no mistake."""


def assumptions_of(
    candidate: CostedCandidate, conditions: Conditions, plan: MeasurementPlan | None = None
) -> tuple[str, ...]:
    """Return what had to be assumed to cost this circuit, because the calibration or the circuit does not say it."""
    audited, isa = conditions.device.audited, candidate.compiled.isa
    lines = [] if conditions.rep_delay_assumption is None else [conditions.rep_delay_assumption]
    lines += audited.calibration.assumptions
    if not isa.readout_duration_known:
        lines.append(
            "the readout time is unknown: circuit duration, shot time and QPU time leave it out and are lower bounds; "
            f"{flag_and_keyword('readout_duration_s')} gives it"
        )
    resets = {qubits[0] for kind, qubits in zip(isa.kinds, isa.qubits, strict=True) if kind is Kind.RESET}
    if any(audited.reset_is_assumed(qubit) for qubit in resets):
        lines.append("the reset duration is unknown; assumed to be a measurement and an X gate")
    if resets and candidate.success is not None:
        lines.append("the reset error is unknown; resets count as perfect")
    if candidate.success is not None:
        lines += attenuation_omissions(isa, audited)
        lines += readout_assumptions(candidate, conditions, plan)
        lines += _about_rows(candidate.shots.attenuation, [row.assumption for row in candidate.shots.attenuation])
    if plan is not None:
        lines += _of_observables(plan, candidate.shots)
    return tuple(lines)


def _about_rows(rows: Sequence[QubitAttenuation], texts: Sequence[str | None]) -> Iterator[str]:
    """Yield each text once, with the qubits, or the number of observables, that it is about."""
    rows_of: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        if text:
            rows_of.setdefault(text, []).append(index)
    for text, about in rows_of.items():
        qubits = [rows[index].qubit for index in about]
        if None not in qubits:
            yield f"{'qubit' if len(qubits) == 1 else 'qubits'} {', '.join(map(str, qubits))}: {text}"
        elif len(about) == len(rows):
            yield text
        else:
            yield f"{len(about)} of {len(rows)} Pauli strings: {text}"


def _of_observables(plan: MeasurementPlan, shots: ShotCost) -> Iterator[str]:
    if plan.needs_basis_change:
        yield (
            "the change of basis before a measurement in X or Y, at most one layer of one-qubit gates, is not in the "
            "circuit: its duration and its error are left out"
        )
    for each, terms, cost in zip(plan.observables, plan.sums(), shots.observables, strict=False):
        if len(terms) == 1 or cost.state_known or cost.variance is None:
            continue
        at_most = _correlated_variance(plan, dict(terms), [min(1.0, row.value) for row in shots.attenuation])
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


def device_caveats(conditions: Conditions, circuit_duration_s: float = 0.0) -> Iterator[Caveat]:
    """Yield what to treat with caution in the calibration and the repetition delay.

    Args:
        conditions: The device and what is asked for.
        circuit_duration_s: Duration of the circuit, for the factor between two shot times.
    """
    audited, rep_delay_s = conditions.device.audited, conditions.rep_delay_s
    for finding in audited.findings:
        if finding.severity != "info":
            yield Caveat(finding.code, finding.message)
    yield from rep_delay_caveats(conditions, circuit_duration_s)
    limits = _accepted_delays(conditions)
    if limits is not None and not limits[0] <= rep_delay_s <= limits[1]:
        yield Caveat(
            "rep_delay_range",
            f"the repetition delay of {rep_delay_s * 1e6:g} µs lies outside what the device accepts "
            f"({limits[0] * 1e6:g} to {limits[1] * 1e6:g} µs)",
        )


def caveats_of(candidate: CostedCandidate, conditions: Conditions) -> Iterator[Caveat]:
    """Yield what to treat with caution in this estimate."""
    yield from device_caveats(conditions, candidate.time.circuit_duration_s)
    yield from _of_fractional_gates(candidate, conditions)
    for note in candidate.compiled.isa.notes:
        yield Caveat("isa", note)
    rows = candidate.shots.attenuation
    for line in _about_rows(rows, [row.note for row in rows]):
        yield Caveat("attenuation", line)
    above = [f"λ is {row.value:.3g}" if row.value > MOST_ATTENUATION else None for row in rows]
    for line in _about_rows(rows, above):
        yield Caveat("attenuation", f"{line}: relaxation pushes the value beyond the ideal one, which saves no shots")
    yield from _of_shots(candidate.shots)
    yield from _of_hardware(candidate)
    if candidate.compiled.transpiled is not None and candidate.compiled.transpiled.rescheduled:
        yield Caveat(
            "rescheduled",
            "the circuit's delays do not fit the device's time grid; scheduled as late as possible instead",
        )
    job_time, requested = candidate.time.job_time_s, candidate.time.requested.job_time_s
    for note in dict.fromkeys((*requested.notes, *(() if job_time is None else job_time.notes))):
        yield Caveat(JOB_TIME, f"job time: {note}")


def rep_delay_caveats(conditions: Conditions, circuit_duration_s: float = 0.0) -> Iterator[Caveat]:
    """Yield a caveat where the repetition delay is none that the job-time profile was fitted on.

    Args:
        conditions: The device and what is asked for.
        circuit_duration_s: Duration of the circuit, for the factor between two shot times.
    """
    profile, delay_s = conditions.request.profile, conditions.rep_delay_s
    fitted = profile.ranges.get("rep_delay_s")
    if profile.repetition != "rep_delay" or fitted is None or _is_inside(delay_s, fitted):
        return
    low, high = map(format_seconds, fitted)
    on = low if low == high else f"{low} to {high}"
    text = f"the repetition delay of {format_seconds(delay_s)} lies outside the {on} that the profile {profile.name} "
    text += "was fitted on"
    limits = _accepted_delays(conditions)
    if limits is not None and limits[0] < delay_s:
        shortest_s = limits[0]
        factor = (delay_s + circuit_duration_s) / (shortest_s + circuit_duration_s) if shortest_s else None
        text += f"; the device accepts {format_seconds(limits[0])} to {format_seconds(limits[1])}"
        if factor is not None:
            shortest = format_seconds(shortest_s).replace(" ", "")
            text += f", and with --rep-delay {shortest} shots take {factor:.3g} times less time"
    yield Caveat("rep_delay_outside_profile", text)


def _accepted_delays(conditions: Conditions) -> tuple[float, float] | None:
    """Return the repetition delays that the device accepts, in seconds; None where they are not known.

    Where jobs show another default than the snapshot of a fake backend has, its range is as doubtful.
    """
    calibration = conditions.device.audited.calibration
    reported_s = calibration.rep_delay_s
    is_measured = conditions.request.rep_delay_s is None and reported_s not in (None, conditions.rep_delay_s)
    return None if is_measured else calibration.rep_delay_range_s


def _is_inside(value: float, limits: tuple[float, float]) -> bool:
    """Return whether a value lies within limits, up to rounding."""
    return limits[0] * (1.0 - 1e-9) <= value <= limits[1] * (1.0 + 1e-9)


def _of_fractional_gates(candidate: CostedCandidate, conditions: Conditions) -> Iterator[Caveat]:
    device, isa = conditions.device, candidate.compiled.isa
    name = device.audited.calibration.name
    if conditions.request.fractional_gates and "rzz" not in device.fractional_gates:
        yield Caveat(
            "fractional_gates",
            f"of the fractional gates {name} has only {', '.join(device.fractional_gates)} calibrated; "
            "two-qubit gates are the usual ones",
        )
    # Circuits that came as ISA circuits have not been changed.
    if candidate.compiled.transpiled is None or "rzz" not in device.fractional_gates:
        return
    free = sum(gate == "rzz" and params[0] is None for gate, params in zip(isa.names, isa.params, strict=True))
    if free:
        what = "gate has a free angle" if free == 1 else "gates have free angles"
        each = "it" if free == 1 else "each"
        yield Caveat(
            "fractional_free_angles",
            f"{free} rzz {what}: {name} accepts 0 to π/2, so {each} is costed with the two X gates that other angles "
            "need; bind the angles for the exact circuit",
        )


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
        turned = ", where noise turns the sign of the value" if worst < 0.0 else ""
        yield Caveat(
            SIGNAL_GONE,
            f"the signal is gone: attenuation {worst:.1e} at worst{turned}; no number of shots that can be run "
            "recovers it",
        )
    elif used is not None and used > ORDER_OF_MAGNITUDE_INFLATION:
        yield Caveat(
            "large_inflation",
            f"shot inflation of {used:.3g}: above {ORDER_OF_MAGNITUDE_INFLATION:g} only its order of magnitude holds",
        )


def _of_hardware(candidate: CostedCandidate) -> Iterator[Caveat]:
    """Yield a caveat where hardware was much further from such predictions than elsewhere."""
    error = candidate.shots.hardware
    if error is None:
        return
    if error.kind == "fixed":
        how = "at level 0" if candidate.compiled.transpiled is not None else "on the device's first qubits"
        yield Caveat(
            "fixed_layout",
            f"the qubits are fixed in advance ({how}): on hardware such circuits were off by a factor of 2 to 4 in the "
            f"shots in the median and up to {error.factor:g} times, for one bad qubit decides; choose qubits by the "
            "calibration of the day (level 1 to 3)",
        )
    elif error.kind == "wide":
        qubits = len(active_qubits(candidate.compiled.isa))
        yield Caveat(
            "wide_shallow",
            f"wide and shallow ({qubits} qubits, {candidate.gates.num_2q} two-qubit gates): on hardware such circuits "
            "lost up to several times what was predicted, since many qubits are read and wait at once; count with a "
            f"factor of {error.factor:g} in the shots",
        )
