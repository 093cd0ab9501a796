"""How long a job takes on a real device, as a `JobTimeProfile` predicts it.

::

    t = t0 + c_circuit·n + c_instruction·Σ instructions + Σ shots·(rep_delay + T_circuit)

`t0` and the `c_…` are fitted per device from timed jobs (`hwcost.jobs.fit`). The slope of the shots term is 1, not
fitted, wherever the calibration knows rep_delay and the circuit durations. Where it does not, a profile carries fitted
times per shot, per layer and per qubit instead (`hwcost.jobs.profile.TERMS`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from hwcost.core.checks import is_between
from hwcost.core.errors import OptionError
from hwcost.core.json_text import json_text
from hwcost.core.text import shown
from hwcost.jobs.profile import CIRCUIT_TIME_TERMS, SHOTS_ONLY, TERMS, JobTimeProfile
from hwcost.jobs.values import MAX_VALUE

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

# Sizes that a profile can have a range of.
_RANGED = frozenset(
    {"num_circuits", "shots", "num_qubits", "total_depth", "total_instructions", "total_circuit_duration_s"}
)


def term_amounts(
    *, num_circuits: Any, shots: Any, num_qubits: Any = None, total_depth: Any = None, total_instructions: Any = None
) -> dict[str, Any]:
    """Return the size that multiplies each constant of `TERMS`; `None` where a size that it needs is not known.

    Works on numbers and, element by element, on arrays.

    >>> amounts = term_amounts(num_circuits=3, shots=100, total_depth=30)
    >>> amounts["tau"], amounts["layer_time"], amounts["c_instruction"]
    (300, 3000, None)
    """
    qubit_layers = None if num_qubits is None or total_depth is None else num_qubits * total_depth
    return {
        "t0": num_circuits * 0.0 + 1.0,
        "c_circuit": num_circuits,
        "c_instruction": total_instructions,
        "c_qubit": None if num_qubits is None else num_circuits * num_qubits,
        "c_qubit_layer": qubit_layers,
        "tau": num_circuits * shots,
        "layer_time": None if total_depth is None else shots * total_depth,
        "shot_qubit_time": None if num_qubits is None else num_circuits * shots * num_qubits,
        "qubit_layer_time": None if qubit_layers is None else shots * qubit_layers,
    }


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
    """

    value_s: float
    low_s: float
    high_s: float
    nominal: float
    profile: str
    parts: Mapping[str, float]
    notes: tuple[str, ...] = ()

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
            "parts": dict(self.parts),
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """Return the prediction as JSON text."""
        return json_text(self.to_dict()) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSize:
    """What of a job decides how long it takes. `None` where a size is not known.

    Every circuit of the job runs with the same number of shots; where shots differ, give their mean and
    `total_shots_time_s`.

    Attributes:
        shots: Shots of each circuit.
        num_circuits: Number n of circuits in the job.
        rep_delay_s: Time between shots, in seconds.
        total_circuit_duration_s: Sum over the job's circuits of their duration, measurement included, in seconds.
        total_shots_time_s: Σ shots·(rep_delay + T_circuit) in seconds, in place of the two before it.
        total_instructions: Sum over the job's circuits of their transpiled instructions.
        total_depth: Sum over the job's circuits of their depth.
        num_qubits: Qubits of a circuit.
        device: Name of the device that will run the job; the interval widens where the profile is of another one.

    Raises:
        OptionError: A size is negative or not finite.
    """

    shots: float
    num_circuits: float = 1
    rep_delay_s: float | None = None
    total_circuit_duration_s: float | None = None
    total_shots_time_s: float | None = None
    total_instructions: float | None = None
    total_depth: float | None = None
    num_qubits: float | None = None
    device: str | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "device" and value is not None and not is_between(value, 0.0, MAX_VALUE):
                raise OptionError(
                    f"{field.name} is {shown(value)}; it must be a finite number that is not negative, at most "
                    f"{MAX_VALUE:g}"
                )


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
    parts = _parts(profile, amounts, size, notes)
    value_s = math.fsum(parts.values())
    outside = _outside(profile, size, notes)
    other = size.device is not None and not profile.speaks_for(size.device)
    if other:
        fitted_on = profile.device or ", ".join(profile.devices) or "an unnamed device"
        notes.append(
            f"the profile {profile.name} was fitted on {fitted_on}, not on {size.device}: half-widths of the interval "
            f"×{OTHER_DEVICE_FACTOR:g}, with {OTHER_DEVICE_S:g} s and {OTHER_DEVICE_SHARE:.0%} added in quadrature"
        )
    low_s, high_s = profile.interval.around(
        value_s,
        factor=(OUTSIDE_RANGE_FACTOR if outside else 1.0) * (OTHER_DEVICE_FACTOR if other else 1.0),
        extra_s=OTHER_DEVICE_S if other else 0.0,
        extra_share=OTHER_DEVICE_SHARE if other else 0.0,
    )
    if outside:
        # Where no job was timed, an error of a constant is no longer part of the residuals that were seen.
        low_s = min(low_s, math.fsum(_parts(_at_end(profile, "low"), amounts, size, []).values()))
        high_s = max(high_s, math.fsum(_parts(_at_end(profile, "high"), amounts, size, []).values()))
    return JobTime(
        value_s=value_s,
        low_s=low_s,
        high_s=high_s,
        nominal=profile.interval.nominal,
        profile=profile.name,
        parts=parts,
        notes=tuple(notes),
    )


def _amount(profile: JobTimeProfile, name: str, amounts: Mapping[str, Any]) -> float:
    amount = amounts[name]
    if amount is None:
        raise OptionError(f"the profile {profile.name} uses {name}, which needs {' and '.join(TERMS[name].needs)}")
    return float(amount)


def _at_end(profile: JobTimeProfile, end: Literal["low", "high"]) -> JobTimeProfile:
    """Return the profile with every constant at one end of its interval."""
    constants = tuple(replace(parameter, value=getattr(parameter, end)) for parameter in profile.parameters)
    return replace(profile, parameters=constants)


def _parts(profile: JobTimeProfile, amounts: Mapping[str, Any], size: JobSize, notes: list[str]) -> dict[str, float]:
    """Return the seconds of every part of the job."""
    return _overhead_parts(profile, amounts, notes) | _shot_parts(profile, amounts, size, notes)


def _overhead_parts(profile: JobTimeProfile, amounts: Mapping[str, Any], notes: list[str]) -> dict[str, float]:
    """Return the seconds that do not depend on shots."""
    parts: dict[str, float] = {}
    for parameter in profile.parameters:
        if TERMS[parameter.name].scope == "shot":
            continue
        if profile.overhead == "max" and amounts[parameter.name] is None:
            notes.append(f"{parameter.name} left out: {' and '.join(TERMS[parameter.name].needs)} not known")
            continue
        parts[parameter.name] = parameter.value * _amount(profile, parameter.name, amounts)
    if profile.overhead == "max":
        per_circuit = [name for name in parts if TERMS[name].scope == "circuit"]
        largest = max(per_circuit, key=parts.__getitem__, default=None)
        parts = {name: part for name, part in parts.items() if name == largest or name not in per_circuit}
    return parts


def _shot_parts(
    profile: JobTimeProfile, amounts: Mapping[str, Any], size: JobSize, notes: list[str]
) -> dict[str, float]:
    """Return the seconds that grow with shots."""
    if size.total_shots_time_s is not None and profile.repetition == "rep_delay" and profile.circuit_time == "duration":
        return {"shots_time": size.total_shots_time_s}
    return _repetition_part(profile, amounts, size, notes) | _circuit_parts(profile, amounts, size, notes)


def _repetition_part(
    profile: JobTimeProfile, amounts: Mapping[str, Any], size: JobSize, notes: list[str]
) -> dict[str, float]:
    """Return the seconds between shots."""
    if profile.repetition == "rep_delay" and size.rep_delay_s is not None:
        return {"rep_delay": amounts["tau"] * size.rep_delay_s}
    tau = profile.parameter("tau")
    if tau is None:
        raise OptionError(f"the profile {profile.name} needs rep_delay_s, the time between shots")
    if profile.repetition == "rep_delay":
        notes.append(f"rep_delay not known: {tau.value * 1e6:g} us per shot assumed ({tau.source or profile.source})")
    return {"tau": tau.value * _amount(profile, "tau", amounts)}


def _circuit_parts(
    profile: JobTimeProfile, amounts: Mapping[str, Any], size: JobSize, notes: list[str]
) -> dict[str, float]:
    """Return the seconds in which circuits run: from their duration, or from the layer and qubit times."""
    duration_s = size.total_circuit_duration_s
    fitted = [parameter for parameter in profile.parameters if parameter.name in CIRCUIT_TIME_TERMS]
    if profile.circuit_time == "duration":
        if duration_s is not None:
            return {"circuit_duration": size.shots * duration_s}
        if not fitted:
            raise OptionError(f"the profile {profile.name} needs total_circuit_duration_s")
        if any(amounts[parameter.name] is None for parameter in fitted):
            raise OptionError(f"the profile {profile.name} needs total_circuit_duration_s, or else total_depth")
        notes.append("circuit durations not known: taken from depth and the profile's layer time")
    elif duration_s is not None and fitted:
        notes.append(
            f"the profile {profile.name} has layer and qubit times in place of circuit durations; depth and qubits "
            "must be counted as in its table, often before transpilation"
        )
    fitted.sort(key=lambda parameter: CIRCUIT_TIME_TERMS.index(parameter.name))
    return {parameter.name: parameter.value * _amount(profile, parameter.name, amounts) for parameter in fitted}


def _outside(profile: JobTimeProfile, size: JobSize, notes: list[str]) -> bool:
    """Return whether the job is more than twice as large, or less than half as large, as every timed job."""
    outside = False
    for name, (low, high) in profile.ranges.items():
        value = getattr(size, name) if name in _RANGED else None
        if value is not None and not low / 2.0 <= value <= high * 2.0:
            outside = True
            notes.append(
                f"{name} is {value:g}, far outside the {low:g} to {high:g} that the profile {profile.name} was fitted "
                f"on: half-widths of the interval ×{OUTSIDE_RANGE_FACTOR:g}"
            )
    return outside
