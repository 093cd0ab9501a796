"""Pictures of a `Comparison`: `draw`. Needs the extra `plot`.

Places (backend with compiler) differ in marker and hatch as well as in colour, so that a picture reads in grey too.
"""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.comparison.cell import LABELS, MORE_IS_BETTER, CellCost
from hwcost.comparison.pareto_picture import draw_pareto
from hwcost.comparison.record import Comparison
from hwcost.comparison.statistics import Pair
from hwcost.core.errors import OptionError
from hwcost.report.page import registered_plot
from hwcost.report.pictures import check_kind, check_picture, save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


KINDS = ("time", "spread", "shots", "frontier", "pareto")
MOST_PLACES_DRAWN = 12

# Okabe and Ito's colours, which most colour-blind people can tell apart.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*", "h", "p")
_PARTS = (
    ("gates and waiting in the circuit", "", "#0072B2"),
    ("readout", "///", "#E69F00"),
    ("repetition delay", "...", "#BBBBBB"),
    ("more shots, because of noise", "xxx", "#D55E00"),
)
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))

Costs: TypeAlias = Mapping[Pair, Mapping[str, Sequence[CellCost]]]
"""Costs of all seeds by (backend, compiler) and circuit."""


@registered_plot.register(Comparison)
def draw(comparison: Comparison, kind: str | None = None, path: str | os.PathLike[str] | None = None) -> Figure:
    """Draw the best `MOST_PLACES_DRAWN` places; `pareto` draws all.

    Args:
        comparison: What to draw.
        kind: `time` (QPU time by parts, stacked), `spread` (the ranked column over seeds), `shots` (circuit duration
            against shots), `frontier` (circuit duration against attenuation, and what no other compilation beats in
            both) or `pareto` (time against precision of the job as requested, all places, with the backends that
            cannot run it and why); default the first.
        path: File to write; PNG, SVG or PDF by its ending.

    Returns:
        The matplotlib `Figure`.

    Raises:
        OptionError: There is no such picture, or nothing that it could show.
        MissingDependencyError: matplotlib is not installed.
    """
    check_picture(path)
    drawings = {"time": _draw_time, "spread": _draw_spread, "shots": _draw_shots, "frontier": _draw_frontier}
    kind = check_kind(kind, KINDS)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 4.8), layout="constrained")
    if kind == "pareto":
        draw_pareto(figure, comparison)
    else:
        drawings[kind](figure.add_subplot(), comparison, _costs_of_the_best(comparison))
    if path is not None:
        save_figure(figure, path)
    return figure


def _costs_of_the_best(comparison: Comparison) -> Costs:
    """Return the costs of the best places on the circuits that all of them have."""
    places = comparison.ranking()[:MOST_PLACES_DRAWN]
    if not places:
        raise OptionError("nothing was costed, so there is nothing to draw")
    pairs = [(place.backend, place.compiler) for place in places]
    # Every place is drawn over the same circuits, or the picture would compare different work.
    all_costs = comparison.costs()
    common = [c.name for c in comparison.circuits if all(c.name in all_costs[pair] for pair in pairs)]
    if not common:
        raise OptionError("no circuit was costed by all places, so they cannot be drawn together")
    return {pair: {name: all_costs[pair][name] for name in common} for pair in pairs}


def _draw_time(axes: Axes, comparison: Comparison, costs: Costs) -> None:
    """Draw the QPU time of all circuits together; of each circuit the seed with the median QPU time."""
    names = [
        name
        for name in next(iter(costs.values()))
        if all(_median_cell(by_circuit[name]) is not None for by_circuit in costs.values())
    ]
    if not names:
        raise OptionError("no circuit keeps its signal on all places, so there is no QPU time to draw; try `shots`")
    rows = []
    for by_circuit in costs.values():
        parts = [0.0] * len(_PARTS)
        for name in names:
            cell = _median_cell(by_circuit[name])
            if cell is not None:
                parts = [a + b for a, b in zip(parts, time_parts_s(cell), strict=True)]
        rows.append(parts)
    unit_s, unit = _unit(max(sum(parts) for parts in rows))
    left = [0.0] * len(rows)
    for number, (label, hatch, colour) in enumerate(_PARTS):
        widths = [parts[number] / unit_s for parts in rows]
        axes.barh(
            range(len(rows)),
            widths,
            left=left,
            label=label,
            hatch=hatch,
            color=colour,
            edgecolor="black",
            linewidth=0.5,
        )
        left = [a + b for a, b in zip(left, widths, strict=True)]
    for row, parts in enumerate(rows):
        percents = [100.0 * part / sum(parts) for part in parts]
        shares = " / ".join("<1" if 0.0 < percent < 1.0 else f"{percent:.0f}" for percent in percents)
        where: dict[str, Any] = {"xytext": (4, 0), "textcoords": "offset points", "va": "center", "fontsize": 8}
        axes.annotate(f"{shares} %", (left[row], row), **where)
    axes.set_xlim(0, 1.3 * max(left))
    axes.set_yticks(range(len(rows)), [_bound_label(pair, comparison, "qpu_time_s") for pair in costs])
    axes.invert_yaxis()
    axes.set_xlabel(f"QPU time ({unit})")
    axes.set_title(f"Where the QPU time goes, {_circuits(names, comparison)}")
    legend = axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, frameon=False, handleheight=1.5)
    legend.set_title("percentages beside the bars in this order, downwards")


def time_parts_s(cost: CellCost) -> tuple[float, float, float, float]:
    """Split the QPU time into gates and waiting, readout, repetition delay, and what shot inflation adds.

    The first three are those of the shots that a noiseless device would need.
    """
    readout_s = cost.readout_s or 0.0
    noiseless = cost.shots_noiseless
    added = (cost.shots_needed or 0) - noiseless
    return (
        noiseless * (cost.circuit_duration_s - readout_s),
        noiseless * readout_s,
        noiseless * cost.rep_delay_s,
        added * cost.shot_time_s,
    )


def _median_cell(cells: Sequence[CellCost]) -> CellCost | None:
    """Return the cell with the (lower) median QPU time; None where the median has lost its signal."""
    ordered = sorted(cells, key=lambda cell: math.inf if cell.qpu_time_s is None else cell.qpu_time_s)
    middle = ordered[(len(ordered) - 1) // 2]
    return None if middle.qpu_time_s is None else middle


def _draw_spread(axes: Axes, comparison: Comparison, costs: Costs) -> None:
    """Draw each seed as a point; several circuits are shown as multiples of the best median on the circuit."""
    metric = comparison.sort_by
    circuits = list(next(iter(costs.values())))
    single = len(circuits) == 1 or metric.startswith("log10")
    scale: dict[str, float] = {}
    for name in circuits:
        medians = [_median([getattr(cell, metric) for cell in by_circuit[name]]) for by_circuit in costs.values()]
        positive = [value for value in medians if value is not None and value > 0]
        best = (max if metric in MORE_IS_BETTER else min)(positive, default=math.nan)
        scale[name] = 1.0 if single else best
    drawn: list[float] = []
    for row, by_circuit in enumerate(costs.values()):
        values = [
            float(value) / scale[name]
            for name, cells in by_circuit.items()
            for cell in cells
            if (value := getattr(cell, metric)) is not None and math.isfinite(scale[name])
        ]
        if not values:
            continue
        drawn += values
        offsets = [row + 0.5 * ((i * 0.618034) % 1.0 - 0.5) for i in range(len(values))]
        axes.plot(values, offsets, linestyle="none", alpha=0.6, markersize=4, **_style(row))
        axes.plot([statistics.median(values)] * 2, [row - 0.4, row + 0.4], color="black", linewidth=2)
    if not drawn:
        raise OptionError(f"no cell has a value for {metric} that could be drawn")
    if min(drawn) > 0 and max(drawn) > 20 * min(drawn):
        axes.set_xscale("log")
    axes.set_yticks(range(len(costs)), [_bound_label(pair, comparison, metric) for pair in costs])
    axes.set_ylim(len(costs) - 0.4, -0.6)
    unit = " (s)" if metric.endswith("_s") else ""
    name = LABELS.get(metric, metric)
    axes.set_xlabel(f"{name}{unit}" if single else f"{name} over the best median on the circuit (dimensionless)")
    axes.set_title(f"Spread over {len(comparison.seeds)} seeds, {_circuits(circuits, comparison)} (bar: median)")
    axes.grid(axis="x", alpha=0.3)


def _draw_shots(axes: Axes, comparison: Comparison, costs: Costs) -> None:
    """Draw medians over seeds, a point for each circuit."""
    drawn = 0
    for row, (pair, by_circuit) in enumerate(costs.items()):
        points = [
            (_median([cell.circuit_duration_s for cell in cells]), _median([cell.shots_needed for cell in cells]))
            for cells in by_circuit.values()
        ]
        finite = [(x * 1e6, y) for x, y in points if x is not None and y is not None]
        drawn += len(finite)
        axes.plot([x for x, _ in finite], [y for _, y in finite], linestyle="none", label=_label(pair), **_style(row))
    if not drawn:
        raise OptionError("the signal is gone everywhere, so there are no shots to draw")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("circuit duration, measurement included (µs)")
    axes.set_ylabel("shots needed")
    axes.set_title(
        f"Duration against shots, medians over seeds, {_circuits(list(next(iter(costs.values()))), comparison)}"
    )
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)


def _draw_frontier(axes: Axes, comparison: Comparison, costs: Costs) -> None:
    """Draw each seed as a point: geometric means over the circuits of duration and smallest attenuation."""
    points: list[tuple[float, float]] = []
    for row, (pair, by_circuit) in enumerate(costs.items()):
        own = []
        for cells in zip(*by_circuit.values(), strict=False):
            duration_s = _geometric_mean([cell.circuit_duration_s for cell in cells])
            attenuation = _geometric_mean([max(0.0, cell.attenuation_worst or 0.0) for cell in cells])
            if duration_s > 0 and attenuation > 0:
                own.append((duration_s * 1e6, attenuation))
        points += own
        axes.plot(
            [x for x, _ in own], [y for _, y in own], linestyle="none", alpha=0.7, label=_label(pair), **_style(row)
        )
    if not points:
        raise OptionError("no compilation keeps a signal, or noise was not costed; there is no frontier to draw")
    front = pareto_front(points)
    axes.plot(
        [x for x, _ in front], [y for _, y in front], drawstyle="steps-post", color="black", linestyle="--",
        label="not beaten in both", zorder=0,
    )  # fmt: skip
    mean = "" if len(next(iter(costs.values()))) == 1 else ", geometric mean"
    axes.set_xlabel(f"circuit duration{mean} (µs); less is better")
    axes.set_ylabel(f"attenuation λ of the worst qubit{mean}\n(dimensionless; more is better)")
    axes.set_title(f"Time against attenuation, {_circuits(list(next(iter(costs.values()))), comparison)}")
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)


def pareto_front(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the Pareto front (small x, large y), from left to right.

    Example:
        >>> pareto_front([(1.0, 0.5), (2.0, 0.4), (3.0, 0.9)])
        [(1.0, 0.5), (3.0, 0.9)]
    """
    front: list[tuple[float, float]] = []
    for x, y in sorted(set(points), key=lambda point: (point[0], -point[1])):
        if not front or y > front[-1][1]:
            front.append((x, y))
    return front


def _median(values: Sequence[float | None]) -> float | None:
    middle = statistics.median([math.inf if value is None else value for value in values])
    return middle if math.isfinite(middle) else None


def _geometric_mean(values: Sequence[float]) -> float:
    return statistics.geometric_mean(values) if min(values) > 0 else 0.0


def _style(row: int) -> dict[str, Any]:
    colour = _COLOURS[row % len(_COLOURS)]
    return {"marker": _MARKERS[row], "color": colour, "markeredgecolor": "black", "markeredgewidth": 0.6}


def _label(pair: Pair) -> str:
    return "\n".join(pair).replace("$", r"\$")


def _bound_label(pair: Pair, comparison: Comparison, metric: str) -> str:
    bound = "\n(bound: a part is unknown)" if comparison.is_lower_bound(pair[0], metric) else ""
    return _label(pair) + bound


def _circuits(names: Sequence[str], comparison: Comparison) -> str:
    if len(comparison.circuits) == 1:
        return names[0].replace("$", r"\$")
    if len(names) == len(comparison.circuits):
        return f"{len(names)} circuits"
    return f"{len(names)} of {len(comparison.circuits)} circuits"


def _unit(largest_s: float) -> tuple[float, str]:
    return next(((size, name) for size, name in _UNITS if largest_s >= size), _UNITS[-1])
