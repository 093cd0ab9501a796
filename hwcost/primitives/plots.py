"""Pictures of a `JobCost`: where the time goes, and one shot of its costliest circuit. Needs the extra `plot`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hwcost.core.errors import OptionError
from hwcost.core.text import plural
from hwcost.core.units import format_count, format_seconds
from hwcost.isa.timeline_plot import draw_times_and_shot
from hwcost.primitives.record import JobCost, JobSeconds
from hwcost.report.page import registered_plot
from hwcost.report.pictures import TimeBar, check_kind, check_picture, plain_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("overview", "time", "schedule")


@registered_plot.register(JobCost)
def draw(cost: JobCost, kind: str | None = None, path: str | os.PathLike[str] | None = None) -> Figure:
    """Draw the cost of a job.

    Args:
        cost: What to draw.
        kind: `time` (where the seconds go, by part and by purpose), `schedule` (one shot of the circuit with the most
            QPU time, up to its readout) or `overview` (both); default the last.
        path: File to write; PNG, SVG or PDF by its ending.

    Returns:
        The matplotlib `Figure`.

    Raises:
        OptionError: There is no such picture.
        MissingDependencyError: matplotlib is not installed.
    """
    check_picture(path)
    kind = check_kind(kind, KINDS)
    panels = time_panels(cost) if kind != "schedule" else ()
    timeline = cost.timeline if kind != "time" else None
    if not panels and timeline is None:
        raise OptionError("the job's circuits have no schedule to draw; try `time`")
    what = plural(len(cost.pubs), "item" if cost.primitive == "executor" else "PUB")
    shot = None
    if timeline is not None and cost.drawn_pub is not None:
        name, delay = plain_label(cost.pubs[cost.drawn_pub].circuit), format_seconds(cost.backend.rep_delay_s)
        shot = f"One shot of {name} up to its readout (then {delay} repetition delay)", timeline
    title = f"{cost.primitive.capitalize()} job of {what} on {plain_label(cost.backend.name)}"
    return draw_times_and_shot(title, panels, shot, path)


def time_panels(cost: JobCost) -> tuple[tuple[str, tuple[TimeBar, ...]], ...]:
    """Return the bars by part, and by purpose where there are several: as requested, and as precise as noiseless."""
    jobs = [(f"as requested:\n{format_count(cost.executions)} executions", cost.time)]
    if cost.precise is not None and cost.precise.time is not None:
        label = f"as precise as noiseless:\n{format_count(cost.precise.executions)} executions"
        jobs.append((label, cost.precise.time))
    panels = [("Where the time goes", tuple(_bar(label, dict(time.parts), time) for label, time in jobs))]
    if len(cost.time.purposes) > 1:
        by_purpose = [
            (label, {**time.purposes, "job overhead": time.parts.get("job overhead", 0.0)}, time)
            for label, time in jobs
        ]
        panels.append(("What it is for", tuple(_bar(*each) for each in by_purpose)))
    return tuple(panels)


def _bar(label: str, parts: dict[str, float], time: JobSeconds) -> TimeBar:
    return TimeBar(label=label, parts=parts, interval_s=(time.low_s, time.high_s))
