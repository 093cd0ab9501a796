"""A `Timeline` as a picture: a row for each qubit, boxes for what it does, hatching where it waits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hwcost.core.units import format_seconds
from hwcost.isa.columns import Kind
from hwcost.isa.timeline import Block, Timeline
from hwcost.report.pictures import (
    BLUE,
    ORANGE,
    RED,
    SKY,
    TimeBar,
    draw_time_bars,
    plain_label,
    save_figure,
    time_bars_height,
    time_unit,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_QUBITS = 20
"""Rows of a picture; more cannot be read."""

_MOST_LABELLED = 250
_MOST_LINKED = 400
_MOST_VECTORS = 4000
_ROOM_FOR_A_LETTER = 0.011
"""Share of the width of the time axis that a letter needs."""

_ROWS: tuple[tuple[Kind | None, str, str, str], ...] = (
    (None, "waiting (T1 and T2 at work)", "0.90", "////"),
    (Kind.ONE_QUBIT, "one-qubit gate", SKY, ""),
    (Kind.TWO_QUBIT, "two-qubit gate", BLUE, ""),
    (Kind.MEASURE, "measurement", ORANGE, ""),
    (Kind.RESET, "reset", RED, ""),
)


_WIDTH = 10.0


def draw_times_and_shot(
    title: str,
    times: Sequence[tuple[str, Sequence[TimeBar]]],
    shot: tuple[str, Timeline] | None,
    path: str | os.PathLike[str] | None,
) -> Figure:
    """Draw panels below each other: where time goes, and one shot; at least one of the two.

    Args:
        title: Above all panels.
        times: Title and bars of each panel of times.
        shot: Title and timeline of the last panel, None without one.
        path: File to write; PNG, SVG or PDF by its ending. None writes none.
    """
    from matplotlib.figure import Figure

    heights = [time_bars_height(bars) for _, bars in times]
    heights += [] if shot is None else [timeline_height(shot[1])]
    figure = Figure(figsize=(_WIDTH, sum(heights) + 0.4), layout="constrained")
    figure.suptitle(title, fontweight="bold")
    panels = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    for panel, (name, bars) in zip(panels, times, strict=False):
        draw_time_bars(panel, bars, name)
    if shot is not None:
        draw_timeline(panels[-1], shot[1], title=shot[0])
    if path is not None:
        save_figure(figure, path)
    return figure


def timeline_height(timeline: Timeline) -> float:
    """Return the height in inches that a panel with this timeline needs."""
    return 1.3 + 0.24 * max(3, min(MOST_QUBITS, len(timeline.busy_s())))


def draw_timeline(axes: Axes, timeline: Timeline, *, title: str = "One shot") -> None:
    """Draw when each qubit does what, as late as possible; the `MOST_QUBITS` busiest qubits where there are more.

    Operations without duration (virtual rz, barriers) are not drawn. In circuits of thousands of boxes these are drawn
    as pixels in SVG and PDF too, so that the files can be opened.

    Args:
        axes: Where.
        timeline: What.
        title: Beginning of the panel's title.
    """
    qubits = timeline.busiest(MOST_QUBITS)
    num_used = len(timeline.busy_s())
    shown = f"{num_used} qubits" if len(qubits) == num_used else f"the {len(qubits)} busiest of {num_used} qubits"
    axes.set_title(f"{title}: {format_seconds(timeline.duration_s)}, {shown}", loc="left")
    blocks = list(timeline.blocks(qubits))
    unit_s, unit = time_unit(timeline.duration_s)
    rows = {qubit: row for row, qubit in enumerate(qubits)}
    _draw_boxes(axes, blocks, rows, unit_s)
    _draw_links(axes, blocks, rows, unit_s)
    _draw_names(axes, blocks, rows, unit_s, timeline.duration_s)
    axes.set_xlim(0.0, timeline.duration_s / unit_s if timeline.duration_s > 0.0 else 1.0)
    axes.set_ylim(max(len(qubits), 1) - 0.4, -0.6)
    axes.set_yticks(range(len(qubits)), [f"qubit {qubit}" for qubit in qubits], fontsize=8)
    axes.set_xlabel(f"time in the shot ({unit})")
    if blocks:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, handleheight=1.4)
    else:
        axes.text(0.5, 0.5, "no operation takes time", transform=axes.transAxes, ha="center", va="center")


def _draw_boxes(axes: Axes, blocks: Sequence[Block], rows: dict[int, int], unit_s: float) -> None:
    """Draw one collection per kind: thousands of separate artists would take minutes."""
    from matplotlib.collections import PolyCollection

    many = len(blocks) > _MOST_VECTORS
    for kind, label, colour, hatch in _ROWS:
        half = 0.22 if kind is None else 0.36
        corners = []
        for block in blocks:
            if block.kind is kind:
                left, right = block.start_s / unit_s, (block.start_s + block.duration_s) / unit_s
                bottom, top = rows[block.qubit] - half, rows[block.qubit] + half
                corners.append(((left, bottom), (right, bottom), (right, top), (left, top)))
        if corners:
            axes.add_collection(
                PolyCollection(
                    corners,
                    facecolors=colour,
                    edgecolors="0.6" if kind is None else "white",
                    linewidths=0.0 if many else 0.4,
                    hatch=None if many else hatch,
                    label=label,
                    rasterized=many,
                    zorder=1 if kind is None else 3,
                )
            )


def _draw_links(axes: Axes, blocks: Sequence[Block], rows: dict[int, int], unit_s: float) -> None:
    """Draw a line between the boxes of each two-qubit gate whose qubits are both shown."""
    from matplotlib.collections import LineCollection

    partners: dict[int, list[Block]] = {}
    for block in blocks:
        if block.kind is Kind.TWO_QUBIT:
            partners.setdefault(block.operation, []).append(block)
    pairs = [pair for pair in partners.values() if len(pair) == 2]
    if not pairs or len(pairs) > _MOST_LINKED:
        return
    lines = []
    for pair in pairs:
        middle = (pair[0].start_s + 0.5 * pair[0].duration_s) / unit_s
        lines.append([(middle, rows[block.qubit]) for block in pair])
    axes.add_collection(LineCollection(lines, colors=BLUE, linewidths=1.5, zorder=2))


def _draw_names(axes: Axes, blocks: Sequence[Block], rows: dict[int, int], unit_s: float, duration_s: float) -> None:
    """Write the names of operations into boxes that are wide enough for them."""
    operations = [block for block in blocks if block.kind is not None]
    if len(operations) > _MOST_LABELLED:
        return
    for block in operations:
        name = plain_label(block.name)
        if block.duration_s >= _ROOM_FOR_A_LETTER * (len(name) + 1) * duration_s:
            middle = (block.start_s + 0.5 * block.duration_s) / unit_s
            colour = "white" if block.kind in (Kind.TWO_QUBIT, Kind.RESET) else "black"
            axes.text(
                middle, rows[block.qubit], name, ha="center", va="center", fontsize=7, color=colour, zorder=4,
                clip_on=True,
            )  # fmt: skip
