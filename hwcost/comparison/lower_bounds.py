"""Times that leave something out because the device does not say it: they are lower bounds, and stand by themselves.

A time without its repetition delay may be a thousandth of the true one. Beside full times it would win every ranking,
so that places whose ranking column is a lower bound are ranked among themselves, behind all others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, TypeAlias

from hwcost.core.option_fields import flag_and_keyword
from hwcost.estimation.conditions import Conditions
from hwcost.jobs.profile import SHOTS_ONLY

LeftOut: TypeAlias = Literal["repetition delay", "readout", "job overhead"]

_JOB = frozenset(
    {
        "job_time_s", "job_time_low_s", "job_time_high_s", "job_fixed_s", "job_shot_s", "requested_job_time_s",
        "budget_shots", "budget_standard_error",
    }
)  # fmt: skip
_SHOT = frozenset({"qpu_time_s", "shot_time_s"})
_CIRCUIT = frozenset({"readout_s", "circuit_duration_s", "sum_of_durations_s", "log10_effective_time"})

_REMEDIES: dict[LeftOut, str] = {
    "repetition delay": flag_and_keyword("rep_delay_s"),
    "readout": flag_and_keyword("readout_duration_s"),
    "job overhead": flag_and_keyword("job_profile"),
}


def left_out(conditions: Conditions) -> dict[LeftOut, tuple[str, ...]]:
    """Return what times on a device leave out because it is not known, with the columns that are bounds for it."""
    audited, profile = conditions.device.audited, conditions.request.profile
    records = audited.calibration.qubits
    found: dict[LeftOut, frozenset[str]] = {}
    # A profile that was fitted on whole jobs holds in its terms what nobody reports of a shot.
    if not conditions.rep_delay_known:
        found["repetition delay"] = _SHOT | {"rep_delay_s"} | (_JOB if profile.repetition == "rep_delay" else set())
    if any(records[qubit].readout_duration_s is None for qubit in audited.component):
        found["readout"] = _SHOT | _CIRCUIT | (_JOB if profile.circuit_time == "duration" else set())
    if profile.name == SHOTS_ONLY:
        found["job overhead"] = _JOB
    return {part: tuple(sorted(columns)) for part, columns in found.items()}


def bounds(metric: str, parts: Mapping[LeftOut, Collection[str]]) -> list[LeftOut]:
    """Return what is left out of a column.

    >>> bounds("qpu_time_s", {"readout": ["qpu_time_s", "readout_s"], "job overhead": ["job_time_s"]})
    ['readout']
    """
    return [part for part, columns in parts.items() if metric in columns]


def remedies(parts: Iterable[LeftOut]) -> str:
    """Name the options that give what is left out.

    >>> remedies(["readout"])
    '--readout-duration (readout_duration_s)'
    """
    return ", ".join(_REMEDIES[part] for part in dict.fromkeys(parts))
