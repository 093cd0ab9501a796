"""The pictures of a report as figures of matplotlib, for its PNG files; axes are in the units of the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from hwcost import MissingDependencyError
from hwcost.core.units import format_seconds
from hwcost.report.pictures import BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, YELLOW
from nas.results.device_cost import device_cost
from nas.results.importance import MIN_SCORE, GeneImportance
from nas.results.member_facts import SMALL
from nas.results.picks import picks
from nas.results.ticks import Scale, scale_of
from nas.results.volume import volume_curve
from nas.runs.objectives import Objective
from nas.runs.record import Evaluation
from nas.runs.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

PARTS = (BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW, GREY)
"""Colours of the parts of a time, one after the other."""

MAX_MEMBERS = 25
"""Bars of a cost breakdown, and numbers in a front; more cannot be read."""


def pictures(run: Run, importances: Sequence[GeneImportance]) -> Iterator[tuple[str, Figure]]:
    """Draw each picture that the run has something for: file name and figure.

    Raises:
        MissingDependencyError: matplotlib is not installed.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise MissingDependencyError(
            'pictures need matplotlib, which is not installed; run: pip install "hwcost[plot]"'
        ) from None
    yield "front.png", front_figure(run)
    yield "hypervolume.png", hypervolume_figure(run)
    if any(_parts(one) for one in run.front):
        yield "cost.png", cost_figure(run)
    told = [one for one in importances if one.score >= MIN_SCORE]
    if told:
        yield "genes.png", genes_figure(told)


def front_figure(run: Run) -> Figure:
    """Draw one panel for each pair of objectives, errors as they are estimated."""
    pairs = list(combinations(run.objectives, 2))
    columns = min(3, len(pairs))
    rows = -(-len(pairs) // columns)
    figure = _figure(4.2 * columns, 3.6 * rows)
    judged = {one.architecture_hash: one for one in run.judged if one.state == "COMPLETE"}
    members = [judged[member.architecture_hash] for member in run.front]
    best = {pick.name: judged[pick.member.architecture_hash] for pick in picks(run)}
    for number, (up, across) in enumerate(pairs, start=1):
        axes = figure.add_subplot(rows, columns, number)
        _scatter(axes, list(judged.values()), across, up, ".", color=GREY, label="evaluated", markersize=4)
        _scatter(axes, members, across, up, "o", color=BLUE, label="front", markersize=6)
        for name, marker, colour in _MARKED:
            if name in best:
                _scatter(
                    axes, [best[name]], across, up, marker, color=colour, label=name.replace("-", " "), markersize=9
                )
        for position, one in enumerate(members, start=1):
            if len(members) <= MAX_MEMBERS:
                place = (one.objectives[across.name], one.objectives[up.name])
                axes.annotate(str(position), place, textcoords="offset points", xytext=(5, 4), fontsize=7)
        for objective, axis, set_scale, set_limits in (
            (across, axes.xaxis, axes.set_xscale, axes.set_xlim),
            (up, axes.yaxis, axes.set_yscale, axes.set_ylim),
        ):
            values = [one.objectives[objective.name] for one in judged.values()]
            scale = scale_of(objective, values, estimated=objective.trained and run.estimates is not None)
            _axis(axis, set_scale, scale)
            set_limits(scale.low, scale.high)
        if number == 1:
            axes.legend(fontsize=7)
    return figure


_MARKED = (("most-accurate", "D", GREEN), ("cheapest", "s", RED), ("least-norm", "*", ORANGE))


def hypervolume_figure(run: Run) -> Figure:
    """Draw the hypervolume over evaluations, with the ends of generations."""
    figure = _figure(6.4, 3.2)
    axes = figure.add_subplot()
    curve = volume_curve(run)
    axes.step([count for count, _ in curve], [volume for _, volume in curve], color=BLUE, where="post")
    end = 0
    for generation in run.generations:
        end += generation.evaluated
        if end < len(run.evaluations):
            axes.axvline(end + 0.5, color="0.7", linestyle=":", linewidth=0.8)
    axes.set(xlabel="evaluations (dotted: ends of generations)", ylabel="hypervolume, share of the box")
    axes.set_ylim(bottom=0.0)
    return figure


def cost_figure(run: Run) -> Figure:
    """Draw the shares of the unified time of each member of the front, with the time itself."""
    every = [(number, _parts(one)) for number, one in enumerate(run.front, start=1) if _parts(one)]
    members = every[:MAX_MEMBERS]
    names = list(dict.fromkeys(name for _, parts in members for name in parts))
    figure = _figure(7.2, 1.1 + 0.34 * len(members))
    axes = figure.add_subplot()
    left = [0.0] * len(members)
    labels = [f"{number}:  {format_seconds(sum(parts.values()))}" for number, parts in members]
    for position, name in enumerate(names):
        shares = [100.0 * parts.get(name, 0.0) / sum(parts.values()) for _, parts in members]
        small = "" if max(shares) >= 100.0 * SMALL else " (below 1 % everywhere)"
        colour = PARTS[position % len(PARTS)]
        axes.barh(range(len(members)), shares, left=left, label=f"{name}{small}", color=colour)
        left = [start + share for start, share in zip(left, shares, strict=True)]
    axes.set_yticks(range(len(members)), labels)
    axes.set_ylim(len(members) - 0.4, -0.6)
    rest = f" (of the first {MAX_MEMBERS} of {len(every)} members)" if len(every) > len(members) else ""
    axes.set(xlabel=f"share of the unified time (%){rest}", ylabel="member: time", xlim=(0, 100))
    axes.legend(fontsize=7, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    return figure


def genes_figure(importances: Sequence[GeneImportance]) -> Figure:
    """Draw bars of the most important genes for each objective."""
    shown = 10
    figure = _figure(3.6 * len(importances), 0.9 + 0.26 * shown)
    for number, one in enumerate(importances, start=1):
        axes = figure.add_subplot(1, len(importances), number)
        top = one.shares[:shown]
        axes.barh([name for name, _ in top], [max(0.0, share) for _, share in top], color=BLUE)
        axes.invert_yaxis()
        axes.tick_params(labelsize=7)
        axes.set_title(f"{one.objective}  (R² unseen {one.score:.2f})", fontsize=8)
        axes.set_xlabel("importance (variance)", fontsize=8)
    return figure


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", dpi=130)


def _scatter(
    axes: Axes, ones: Sequence[Evaluation], first: Objective, second: Objective, marker: str, **style: Any
) -> None:
    axes.plot(
        [one.objectives[first.name] for one in ones],
        [one.objectives[second.name] for one in ones],
        marker,
        linestyle="none",
        **style,
    )


def _axis(axis: Axis, set_scale: Callable[[str], None], scale: Scale) -> None:
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    if scale.is_log:
        set_scale("log")
    axis.set_major_locator(FixedLocator([value for value, _ in scale.marks]))
    axis.set_major_formatter(FixedFormatter([label for _, label in scale.marks]))
    axis.set_minor_locator(NullLocator())
    axis.set_label_text(scale.title, fontsize=8)
    axis.set_tick_params(which="both", labelsize=7)


def _parts(evaluation: Evaluation) -> Mapping[str, float]:
    """Return the seconds of each part of a candidate's unified time; empty without a device."""
    cost = device_cost(evaluation)
    return {} if cost is None else cost.parts_s
