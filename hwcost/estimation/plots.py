"""Pictures of a `CostEstimate`: where the time of its job goes, and when each qubit does what. Extra `plot`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hwcost.core.errors import OptionError
from hwcost.core.units import format_count, format_seconds
from hwcost.estimation.record import CostEstimate
from hwcost.isa.timeline_plot import draw_times_and_shot
from hwcost.jobs.terms import TERMS
from hwcost.report.page import registered_plot
from hwcost.report.pictures import TimeBar, check_kind, check_picture, plain_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("overview", "time", "schedule")

CIRCUITS, DELAY, OVERHEAD = "circuits", "repetition delay", "job overhead"


@registered_plot.register(CostEstimate)
def draw(cost: CostEstimate, kind: str | None = None, path: str | os.PathLike[str] | None = None) -> Figure:
    """Draw an estimate.

    Args:
        cost: What to draw.
        kind: `time` (where the seconds of the job go), `schedule` (one shot, qubit by qubit) or `overview` (both);
            default the last.
        path: File to write; PNG, SVG or PDF by its ending.

    Returns:
        The matplotlib `Figure`.

    Raises:
        OptionError: There is no such picture, or nothing that it could show.
        MissingDependencyError: matplotlib is not installed.
    """
    check_picture(path)
    kind = check_kind(kind, KINDS)
    bars = time_bars(cost) if kind != "schedule" else ()
    timeline = cost.timeline if kind != "time" else None
    if kind != "time" and timeline is None:
        raise OptionError("this estimate keeps no schedule to draw; estimate the circuit again")
    lost = "" if cost.time.qpu_time_s is not None else "; for its precision no number of shots is enough"
    shot = f"One shot (then {format_seconds(cost.time.rep_delay_s)} repetition delay)"
    return draw_times_and_shot(
        f"{plain_label(cost.circuit.name)} on {plain_label(cost.backend.name)}",
        [(f"Where the time of the job goes{lost}", bars)] if bars else [],
        None if timeline is None else (shot, timeline),
        path,
    )


def time_bars(cost: CostEstimate) -> tuple[TimeBar, ...]:
    """Return the job with the shots as requested, and the job that has their precision in spite of noise.

    One bar where both are the same. Where the signal is gone there is no second job; the first is then the QPU time of
    its shots, without the overhead of a job.
    """
    time, shots = cost.time, cost.shots
    job, needed, noiseless = time.job_time_s, shots.needed, shots.noiseless
    if shots.requested is not None:
        asked = f"as requested:\n{_shots(noiseless)}"
    else:
        asked = f"without noise:\n{_shots(noiseless)}"
    if job is None or needed is None:
        parts = {CIRCUITS: noiseless * time.circuit_duration_s, DELAY: noiseless * time.rep_delay_s}
        return (TimeBar(label=f"{asked}\n(QPU time only)", parts=parts),)
    goal = "for that precision:" if shots.requested is not None else f"standard error {shots.precision:g}:"
    interval_s = (job.low_s, job.high_s)
    if needed == noiseless:
        return (TimeBar(label=asked, parts=job_parts(job.parts), interval_s=interval_s),)
    return (
        TimeBar(label=asked, parts=job_parts(job.parts, shots_factor=noiseless / needed)),
        TimeBar(label=f"{goal}\n{_shots(needed)}", parts=job_parts(job.parts), interval_s=interval_s),
    )


def job_parts(parts: Mapping[str, float], *, shots_factor: float = 1.0) -> dict[str, float]:
    """Sort the parts of a `JobTime` into overhead, circuits and repetition delay, in seconds.

    Args:
        parts: Seconds by term of the profile.
        shots_factor: The same job with that many times the shots: every term of scope `shot` is in proportion to them,
            the others do not depend on them (`hwcost.jobs.predict`).
    """
    sums = {CIRCUITS: 0.0, DELAY: 0.0, OVERHEAD: 0.0}
    for name, seconds in parts.items():
        if name in TERMS and TERMS[name].scope != "shot":
            sums[OVERHEAD] += seconds
        else:
            sums[DELAY if name in ("rep_delay", "tau") else CIRCUITS] += seconds * shots_factor
    return sums


def _shots(count: int) -> str:
    return f"{format_count(count)} shots"
