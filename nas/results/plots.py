"""The pictures of a report. They read without colour: markers, hatches and line styles differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from hwcost import MissingDependencyError
from hwcost.core.units import format_seconds
from nas.results.device_cost import device_cost
from nas.results.importance import GeneImportance
from nas.runs.fronts import bounds, hypervolume
from nas.runs.objectives import Objective
from nas.runs.record import Evaluation
from nas.runs.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

HATCHES = ("", "///", "...", "xx", "\\\\\\", "++", "oo")
GREYS = ("0.35", "0.85", "0.65", "0.95", "0.5", "0.75", "0.2")
MAX_MEMBERS = 25
"""Bars of a cost breakdown; more cannot be read."""


def pictures(run: Run, importances: Sequence[GeneImportance]) -> Iterator[tuple[str, str, Figure]]:
    """Draw each picture that the run has something for: file name, caption and figure.

    Raises:
        MissingDependencyError: matplotlib is not installed.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise MissingDependencyError(
            'pictures need matplotlib, which is not installed; run: pip install "hwcost[plot]"'
        ) from None
    yield "front.png", "All evaluated networks, and the front, for each pair of objectives.", front_figure(run)
    yield (
        "hypervolume.png",
        "What the best so far dominate, over evaluations; limits are the best and worst values of all evaluations.",
        hypervolume_figure(run),
    )
    if any(_parts(one) for one in run.front):
        yield "cost.png", "Where the time of each front member goes.", cost_figure(run)
    if importances:
        yield (
            "genes.png",
            "Rise of the squared error of a random forest, in units of the variance, when a gene's values are "
            "shuffled. A description of the networks that were evaluated, not of the space.",
            genes_figure(importances),
        )


def front_figure(run: Run) -> Figure:
    """Draw one panel for each pair of objectives."""
    pairs = list(combinations(run.objectives, 2))
    columns = min(3, len(pairs))
    rows = -(-len(pairs) // columns)
    figure = _figure(4.2 * columns, 3.6 * rows)
    complete = [one for one in run.evaluations if one.state == "COMPLETE"]
    members = run.front
    chosen = run.compromise
    for number, (first, second) in enumerate(pairs, start=1):
        axes = figure.add_subplot(rows, columns, number)
        _scatter(axes, complete, first, second, ".", color="0.65", label="evaluated", markersize=4)
        _scatter(axes, members, first, second, "o", color="k", label="front", fillstyle="none", markersize=6)
        if chosen is not None:
            _scatter(axes, [chosen], first, second, "*", color="k", label="compromise", markersize=12)
        for rank, one in enumerate(members, start=1):
            if len(members) <= MAX_MEMBERS:
                place = (one.objectives[first.name], one.objectives[second.name])
                axes.annotate(str(rank), place, textcoords="offset points", xytext=(5, 4), fontsize=7)
        _axis(axes.xaxis, axes.set_xscale, first, complete)
        _axis(axes.yaxis, axes.set_yscale, second, complete)
        if number == 1:
            axes.legend(fontsize=7)
    return figure


def hypervolume_figure(run: Run) -> Figure:
    """Draw the hypervolume over evaluations, with the ends of generations."""
    figure = _figure(6.4, 3.2)
    axes = figure.add_subplot()
    limits = bounds(run.evaluations, run.objectives)
    if limits is not None:
        count = len(run.evaluations)
        ends = sorted({round(1 + (count - 1) * i / 200) for i in range(201)})
        values = [hypervolume(run.evaluations[:end], run.objectives, limits) for end in ends]
        axes.step(ends, values, "k-", where="post", label="front so far")
    end = 0
    for generation in run.generations[:-1]:
        end += generation.evaluated
        axes.axvline(end + 0.5, color="0.7", linestyle=":", linewidth=0.8)
    axes.set(xlabel="evaluations (dotted: ends of generations)", ylabel="hypervolume, share of the box")
    axes.set_ylim(bottom=0.0)
    return figure


def cost_figure(run: Run) -> Figure:
    """Draw the shares of the unified time of each member of the front, with the time itself."""
    members = [one for one in run.front if _parts(one)][:MAX_MEMBERS]
    names = list(dict.fromkeys(name for one in members for name in _parts(one)))
    figure = _figure(7.2, 0.9 + 0.34 * len(members))
    axes = figure.add_subplot()
    ranks = {one.architecture_hash: rank for rank, one in enumerate(run.front, start=1)}
    left = [0.0] * len(members)
    labels = [f"{ranks[one.architecture_hash]}:  {format_seconds(sum(_parts(one).values()))}" for one in members]
    for number, name in enumerate(names):
        shares = [100.0 * _parts(one).get(name, 0.0) / sum(_parts(one).values()) for one in members]
        style: dict[str, Any] = {"hatch": HATCHES[number % len(HATCHES)], "color": GREYS[number % len(GREYS)]}
        axes.barh(range(len(members)), shares, left=left, label=name, edgecolor="k", linewidth=0.5, **style)
        left = [start + share for start, share in zip(left, shares, strict=True)]
    axes.set_yticks(range(len(members)), labels)
    axes.set_ylim(len(members) - 0.4, -0.6)
    axes.set(xlabel="share of the unified time (%)", ylabel="member: time", xlim=(0, 100))
    axes.legend(fontsize=7, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    return figure


def genes_figure(importances: Sequence[GeneImportance]) -> Figure:
    """Draw bars of the most important genes for each objective."""
    shown = 10
    figure = _figure(3.6 * len(importances), 0.9 + 0.26 * shown)
    for number, one in enumerate(importances, start=1):
        axes = figure.add_subplot(1, len(importances), number)
        top = one.shares[:shown]
        axes.barh([name for name, _ in top], [max(0.0, share) for _, share in top], color="0.7", edgecolor="k")
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


def _axis(axis: Axis, set_scale: Callable[[str], None], objective: Objective, complete: Sequence[Evaluation]) -> None:
    from matplotlib.ticker import LogLocator

    if objective.logarithmic and all(one.objectives[objective.name] > 0.0 for one in complete):
        set_scale("log")
        axis.set_minor_locator(LogLocator(subs=(2.0, 5.0)))  # more would run into each other
    name = objective.name.removesuffix("_s").removesuffix("_bytes").removesuffix("_j").replace("_", " ")
    unit = f" ({objective.unit})" if objective.unit and objective.unit not in name else ""
    better = "more is better" if objective.direction == "maximize" else ""
    axis.set_label_text(f"{name}{unit} {better}".rstrip(), fontsize=8)
    axis.set_tick_params(which="both", labelsize=7)


def _parts(evaluation: Evaluation) -> Mapping[str, float]:
    """Return the seconds of each part of a candidate's unified time; empty without a device."""
    cost = device_cost(evaluation)
    return {} if cost is None else cost.parts_s
