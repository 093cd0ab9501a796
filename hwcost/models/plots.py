"""Pictures of a `ModelCost`: where the time of both halves goes, and a shot of its costliest circuit. Extra `plot`."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from hwcost.core.errors import OptionError
from hwcost.core.units import format_count, format_seconds
from hwcost.estimation.record import CostEstimate
from hwcost.isa.timeline_plot import draw_times_and_shot
from hwcost.models.record import ModelCost
from hwcost.report.page import registered_plot
from hwcost.report.pictures import TimeBar, check_kind, check_picture, plain_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("overview", "time", "schedule")

NOISE_PART, MITIGATION_PART = "shots for noise", "mitigation and cutting"
"""Names of parts of `UnifiedCost.parts`."""


@registered_plot.register(ModelCost)
def draw(cost: ModelCost, kind: str | None = None, path: str | os.PathLike[str] | None = None) -> Figure:
    """Draw the cost of a model.

    Args:
        cost: What to draw.
        kind: `time` (where the seconds go, quantum and classical), `schedule` (one shot of the circuit with the most
            QPU time) or `overview` (what there is of both); default the last.
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
    estimate = costliest(cost) if kind != "time" else None
    timeline = None if estimate is None else estimate.timeline
    if not bars and timeline is None:
        raise OptionError(_nothing(cost, kind))
    shot = None
    if estimate is not None and timeline is not None:
        name, delay = plain_label(estimate.circuit.name), format_seconds(estimate.time.rep_delay_s)
        which = "" if len(cost.estimates) == 1 else f", the costliest of {len(cost.estimates)} circuits"
        shot = f"One shot of circuit {name}{which} (then {delay} repetition delay)", timeline
    return draw_times_and_shot(
        f"{plain_label(cost.model.name)}, {_where(cost)}, {cost.workload.scope}",
        [("Where the time goes", bars)] if bars else [],
        shot,
        path,
    )


def time_bars(cost: ModelCost) -> tuple[TimeBar, ...]:
    """Return the shots as requested and those with their precision in spite of noise; nothing where there is no number.

    One bar where noise adds nothing, and with mitigation or cutting, whose shots are not split by cause.
    """
    unified, quantum = cost.unified, cost.quantum
    if unified.time_s is None or unified.low_s is None or unified.high_s is None:
        return ()
    parts = dict(unified.parts)
    interval_s = (unified.low_s, unified.high_s)
    if not cost.estimates or quantum.shots_per_circuit is None:
        return (TimeBar(label="in all", parts=parts, interval_s=interval_s),)
    whole = f"{quantum.shots_per_circuit:,.0f} shots\na circuit"
    if NOISE_PART not in parts or parts.get(MITIGATION_PART, 0.0) > 0.0:
        return (TimeBar(label=whole, parts=parts, interval_s=interval_s),)
    shots = cost.estimates[0].shots
    asked = "as requested" if shots.requested is not None else "without noise"
    return (
        TimeBar(
            label=f"{asked}:\n{format_count(shots.noiseless)} shots a circuit",
            parts={name: seconds for name, seconds in parts.items() if name != NOISE_PART},
        ),
        TimeBar(label=f"for that precision:\n{whole}", parts=parts, interval_s=interval_s),
    )


def costliest(cost: ModelCost) -> CostEstimate | None:
    """Return the estimate with the most QPU time, of which a lost signal is the most; None if no circuit was costed."""
    drawable = [estimate for estimate in cost.estimates if estimate.timeline is not None]

    def seconds(estimate: CostEstimate) -> float:
        return math.inf if estimate.time.qpu_time_s is None else estimate.time.qpu_time_s

    return max(drawable, key=seconds, default=None)


def _where(cost: ModelCost) -> str:
    if cost.estimates:
        return f"circuits on {plain_label(cost.estimates[0].backend.name)}"
    return f"{'simulated' if cost.model.layers else 'no circuits'}, on {plain_label(cost.classical.device)}"


def _nothing(cost: ModelCost, kind: str) -> str:
    if kind == "schedule":
        return "no circuit of the model was compiled for a device, so there is no schedule to draw; try `time`"
    return "the signal is gone in the noise, so there is no time to draw; try `schedule`"
