"""The seconds of a job, part by part, as a profile's constants give them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from hwcost.core.errors import OptionError
from hwcost.jobs.profile import JobTimeProfile
from hwcost.jobs.size import JobSize
from hwcost.jobs.terms import CIRCUIT_TIME_TERMS, TERMS


def job_parts(profile: JobTimeProfile, amounts: Mapping[str, Any], size: JobSize, notes: list[str]) -> dict[str, float]:
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
    if size.total_shots_time_s is not None and profile.repetition == "rep_delay" and profile.circuit_time != "fitted":
        parts = {"shots_time": size.total_shots_time_s}
    else:
        parts = _repetition_part(profile, amounts, size, notes) | _circuit_parts(profile, amounts, size, notes)
    factor = _shots_factor(profile)
    return parts if factor == 1.0 else {name: factor * part for name, part in parts.items()}


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
    if profile.circuit_time != "fitted":
        if duration_s is not None:
            return {"circuit_duration": size.shots * duration_s}
        if profile.circuit_time == "duration_if_known":
            notes.append(
                "circuit durations not known: left out; t0 holds what the circuits took that the profile "
                f"{profile.name} was fitted on"
            )
            return {}
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


def part_sizes(profile: JobTimeProfile, amounts: Mapping[str, Any], parts: Mapping[str, float]) -> list[float]:
    """Return how much each constant counts in a job: the derivative of its seconds, in the order of the parameters."""
    factor = _shots_factor(profile)
    sizes = []
    for parameter in profile.parameters:
        name = parameter.name
        if name == "shots_factor":
            shots_s = math.fsum(part for part_name, part in parts.items() if is_of_shots(part_name))
            sizes.append(shots_s / factor if factor else 0.0)
        elif name in parts:
            sizes.append(float(amounts[name]) * (factor if is_of_shots(name) else 1.0))
        else:
            sizes.append(0.0)
    return sizes


def is_of_shots(part: str) -> bool:
    """Return whether a part of a job's time grows with its shots."""
    return part not in TERMS or TERMS[part].scope == "shot"


def _shots_factor(profile: JobTimeProfile) -> float:
    parameter = profile.parameter("shots_factor")
    return 1.0 if parameter is None else parameter.value


def _amount(profile: JobTimeProfile, name: str, amounts: Mapping[str, Any]) -> float:
    amount = amounts[name]
    if amount is None:
        raise OptionError(f"the profile {profile.name} uses {name}, which needs {' and '.join(TERMS[name].needs)}")
    return float(amount)
