"""How long a job takes on a real device, as a `JobTimeProfile` predicts it.

::

    t = t0 + c_circuit·n + c_instruction·Σ instructions + Σ shots·(rep_delay + T_circuit)

`t0` and the `c_…` are fitted per device from timed jobs (`hwcost.jobs.fit`). The slope of the shots term is 1, not
fitted, wherever the calibration knows rep_delay and the circuit durations. Where it does not, a profile carries fitted
times per shot, per layer and per qubit instead (`hwcost.jobs.terms.TERMS`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from hwcost.core.json_text import json_text
from hwcost.jobs.clocks import AnyClock
from hwcost.jobs.fitted_range import RANGED, outside_notes
from hwcost.jobs.parts import job_parts, part_sizes
from hwcost.jobs.profile import SHOTS_ONLY, JobTimeProfile
from hwcost.jobs.size import JobSize, term_amounts

OTHER_DEVICE_FACTOR = 2.0
OTHER_DEVICE_S = 2.5
OTHER_DEVICE_SHARE = 0.4
"""Widening of the interval on a device that the profile was not fitted on.

Between two devices of one maker the fixed overhead differed by up to 2.6 s (IQM: 0.10, 0.81 and 2.66 s) and the time
per shot by up to 40 % (322, 431 and 447 us). Both are added in quadrature to twice the fitted half-width; the factor 2
is a convention for terms that the two devices need not share.
"""
OUTSIDE_RANGE_FACTOR = 2.0
"""Widening of the interval of a job beyond twice, or below half, the sizes that the profile was fitted on.

A convention, not a measurement: no residual exists where no job was timed.
"""
SIBLING_S = 0.6
SIBLING_SHARE = 0.05
"""The same for a device of the same processor and year, added to an interval that is not stretched.

The overhead of six Herons differs by less than 0.3 s, and circuits take on ibm_kyoto what they take on ibm_osaka within
10 % (standard deviation; both Eagle r3, 2024).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTime:
    """Predicted seconds of one job.

    Attributes:
        value_s: The prediction.
        low_s: Lower end of the interval.
        high_s: Upper end of the interval.
        nominal: Share of jobs that the interval is meant to contain.
        profile: Name of the profile used.
        parts: Seconds of each part; they add up to `value_s`.
        notes: What was assumed, and why the interval was widened.
        clock: What the seconds are counted from and to (`hwcost.jobs.clocks`); `None` where the profile does not say.
        era: When the jobs ran that the profile was fitted on; `None` where it does not say.
    """

    value_s: float
    low_s: float
    high_s: float
    nominal: float
    profile: str
    parts: Mapping[str, float]
    notes: tuple[str, ...] = ()
    clock: AnyClock | None = None
    era: str | None = None

    def plain(self) -> dict[str, Any]:
        """Return what a record that holds this prediction writes of it."""
        return self.to_dict()

    def to_dict(self) -> dict[str, Any]:
        """Return the prediction as plain data, in seconds."""
        return {
            "value": self.value_s,
            "low": self.low_s,
            "high": self.high_s,
            "nominal": self.nominal,
            "profile": self.profile,
            "clock": self.clock,
            "era": self.era,
            "parts": dict(self.parts),
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """Return the prediction as JSON text."""
        return json_text(self.to_dict()) + "\n"


def predict(profile: JobTimeProfile, size: JobSize) -> JobTime:
    """Predict how long a job takes, with its interval.

    ::

        t = t0 + c_circuit·n + c_instruction·Σ instructions + n·shots·rep_delay + shots·Σ T_circuit

    Where the profile was fitted without rep_delay or durations, `tau` and the layer and qubit times stand in their
    place. Not valid for jobs with error mitigation, dynamic circuits or sessions: none were timed.

    Raises:
        OptionError: A size that the profile needs is not known.

    >>> from hwcost.jobs.profile_file import load_profile
    >>> size = JobSize(shots=4000, num_circuits=20, rep_delay_s=250e-6,
    ...                total_circuit_duration_s=20 * 5e-6, total_instructions=20 * 100)
    >>> round(predict(load_profile("ibm"), size).value_s, 2)  # 1.8 + max(20 · 0.077, 2000 · 12e-6) + 4000 · 20 · 255e-6
    23.74
    """
    notes: list[str] = []
    if profile.name == SHOTS_ONLY:
        notes.append(
            "lower bound, the time of the shots alone: no job-time profile is known for this maker's devices; "
            "--job-profile NAME|FILE (job_profile) gives one"
        )
    amounts = term_amounts(
        num_circuits=size.num_circuits,
        shots=size.shots,
        num_qubits=size.num_qubits,
        total_depth=size.total_depth,
        total_instructions=size.total_instructions,
    )
    parts = job_parts(profile, amounts, size, notes)
    value_s = math.fsum(parts.values())
    unlike = list(
        outside_notes(profile.name, profile.ranges, profile.gaps, {name: getattr(size, name) for name in RANGED})
    )
    notes.extend(f"{text}: half-widths of the interval ×{OUTSIDE_RANGE_FACTOR:g}" for text in unlike)
    widening = _widening(profile, size, notes)
    constants_s = profile.interval.constants_error_s(part_sizes(profile, amounts, parts))
    low_s, high_s = profile.interval.around(
        value_s,
        factor=(OUTSIDE_RANGE_FACTOR if unlike else 1.0) * widening.factor,
        extra_s=math.hypot(widening.extra_s, constants_s),
        extra_share=widening.extra_share,
    )
    if unlike and not profile.interval.covariance:
        # Where no job was timed, an error of a constant is no longer part of the residuals that were seen.
        low_s = min(low_s, math.fsum(job_parts(_at_end(profile, "low"), amounts, size, []).values()))
        high_s = max(high_s, math.fsum(job_parts(_at_end(profile, "high"), amounts, size, []).values()))
    return JobTime(
        value_s=value_s,
        low_s=low_s,
        high_s=high_s,
        nominal=profile.interval.nominal,
        profile=profile.name,
        parts=parts,
        notes=tuple(notes),
        clock=profile.clock,
        era=profile.date,
    )


@dataclass(frozen=True, slots=True)
class _Widening:
    """What another device does to the interval."""

    factor: float = 1.0
    extra_s: float = 0.0
    extra_share: float = 0.0


def _widening(profile: JobTimeProfile, size: JobSize, notes: list[str]) -> _Widening:
    kinship = "own" if size.device is None else profile.kinship(size.device, size.processor, size.year)
    if kinship == "own":
        return _Widening()
    fitted_on = profile.device or ", ".join(profile.devices) or "an unnamed device"
    text = f"the profile {profile.name} was fitted on {fitted_on}, not on {size.device}"
    if kinship == "sibling":
        notes.append(
            f"{text}, which has the same processor ({profile.processor}) and era: {SIBLING_S:g} s and "
            f"{SIBLING_SHARE:.0%} added in quadrature to the half-widths of the interval"
        )
        return _Widening(1.0, SIBLING_S, SIBLING_SHARE)
    notes.append(
        f"{text}: half-widths of the interval ×{OTHER_DEVICE_FACTOR:g}, with {OTHER_DEVICE_S:g} s and "
        f"{OTHER_DEVICE_SHARE:.0%} added in quadrature"
    )
    return _Widening(OTHER_DEVICE_FACTOR, OTHER_DEVICE_S, OTHER_DEVICE_SHARE)


def _at_end(profile: JobTimeProfile, end: Literal["low", "high"]) -> JobTimeProfile:
    """Return the profile with every constant at one end of its interval."""
    constants = tuple(replace(parameter, value=getattr(parameter, end)) for parameter in profile.parameters)
    return replace(profile, parameters=constants)
