"""What a reader of an estimate must be told beside the numbers: assumptions and warnings, one line each."""

from __future__ import annotations

from hwcost.calibration.audit import AuditedCalibration
from hwcost.estimation.candidates import Candidate
from hwcost.isa.columns import Kind
from hwcost.noise.attenuation import attenuation_omissions
from hwcost.noise.shots import ORDER_OF_MAGNITUDE_INFLATION, ShotCost

ASSUMED_REP_DELAY_S = 250e-6
"""Repetition delay where none is reported: the default of 45 of the 48 fake backends that report one."""


def repetition_delay(audited: AuditedCalibration, given_s: float | None) -> tuple[float, str | None]:
    """Repetition delay in seconds, and the assumption behind it if there is one."""
    reported_s = audited.calibration.rep_delay_s
    if given_s is not None:
        return given_s, f"repetition delay of {given_s * 1e6:g} µs as given by the user"
    if reported_s is not None:
        return reported_s, None
    return ASSUMED_REP_DELAY_S, (
        f"the calibration has no repetition delay; {ASSUMED_REP_DELAY_S * 1e6:g} µs assumed, "
        "the default of most IBM backends (--rep-delay sets it)"
    )


def assumptions_of(candidate: Candidate, audited: AuditedCalibration) -> list[str]:
    """What had to be assumed to cost this circuit because the calibration does not say it."""
    isa = candidate.isa
    lines = list(audited.calibration.assumptions)
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
    return lines


def warnings_of(candidate: Candidate, audited: AuditedCalibration, shots: ShotCost, rep_delay_s: float) -> list[str]:
    """What to distrust about this estimate."""
    lines = [finding.message for finding in audited.findings if finding.severity != "info"]
    limits = audited.calibration.rep_delay_range_s
    if limits is not None and not limits[0] <= rep_delay_s <= limits[1]:
        lines.append(
            f"the repetition delay of {rep_delay_s * 1e6:g} µs lies outside what the device accepts "
            f"({limits[0] * 1e6:g} to {limits[1] * 1e6:g} µs)"
        )
    lines += candidate.isa.notes
    lines += [f"qubit {a.qubit}: {a.note}" if a.qubit is not None else a.note for a in shots.attenuation if a.note]
    lines += _shot_warnings(shots)
    if candidate.transpiled is not None and candidate.transpiled.rescheduled:
        lines.append("the circuit's delays do not fit the device's time grid; scheduled as late as possible instead")
    return lines


def _shot_warnings(shots: ShotCost) -> list[str]:
    if shots.method is None:
        return ["durations only: no noise is costed, and the shots are those of a noiseless device"]
    if shots.needed is None and shots.task == "sampling":
        return ["the signal is gone: the chance that nothing fails is so small that no number of shots can be run"]
    if shots.needed is None:
        worst = min(a.value for a in shots.attenuation)
        return [f"the signal is gone: attenuation {worst:.1e} at worst; no number of shots that can be run recovers it"]
    used = shots.inflation_worst if shots.rule == "worst" else shots.inflation_mean
    if used is not None and used > ORDER_OF_MAGNITUDE_INFLATION:
        return [
            f"shot inflation of {used:.3g}: above {ORDER_OF_MAGNITUDE_INFLATION:g} only its order of magnitude holds"
        ]
    return []
