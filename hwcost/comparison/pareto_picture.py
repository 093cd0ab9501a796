"""The picture of a comparison's Pareto front: `draw_pareto`. Needs the extra `plot`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hwcost.comparison.pareto import FrontPlace
from hwcost.comparison.ranking_blocks import infeasible_lines
from hwcost.comparison.record import Comparison
from hwcost.core.errors import OptionError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FRONT_COLOUR = "#D55E00"
_OTHER_COLOUR = "#56B4E9"
_BOUND_COLOUR = "#BBBBBB"
_MOST_NAMED = 12
_CHARACTERS = 130
_LINE_INCHES = 0.14
_LINEAR_UP_TO = 5.0  # where the largest value is this many times the smallest, an axis is logarithmic


def draw_pareto(figure: Figure, comparison: Comparison) -> None:
    """Draw every place as a point, join the Pareto front and list below what cannot run the circuits, with reasons.

    Raises:
        OptionError: No place has a time and a precision.
    """
    everywhere = comparison.pareto()
    places = [place for place in everywhere if place.front is not None]
    if not places:
        raise OptionError("no backend has both a time and a precision on all circuits, so there is no Pareto front")
    axes = figure.add_subplot()
    full = [place for place in places if not place.lower_bound]
    bounded = [place for place in places if place.lower_bound]
    front = sorted((place for place in full if place.front == 1), key=lambda place: place.job_time_s)
    others = [place for place in full if place.front != 1]
    if bounded:  # an arrow to the right: the time is at least this
        axes.plot(*_points(bounded), linestyle="none", marker=">", color=_BOUND_COLOUR, markeredgecolor="black",
                  markeredgewidth=0.5, label="lower bound of the time")  # fmt: skip
    axes.plot(*_points(others), linestyle="none", marker="o", color=_OTHER_COLOUR, markeredgecolor="black",
              markeredgewidth=0.5, label="beaten by another")  # fmt: skip
    axes.plot(*_points(front), drawstyle="steps-post", linestyle="--", marker="D", color=_FRONT_COLOUR,
              markeredgecolor="black", markeredgewidth=0.5, label="Pareto front")  # fmt: skip
    several = len(comparison.compilers) > 1
    for place in [*front, *(place for place in bounded if place.front == 1)][:_MOST_NAMED]:
        name = f"{place.backend} by {place.compiler}" if several else place.backend
        axes.annotate(
            name.replace("$", r"\$"),
            (place.job_time_s, place.standard_error or 0.0),
            xytext=(5, 4),
            textcoords="offset points",
            fontsize=7,
        )
    for values, set_scale in zip(_points(places), (axes.set_xscale, axes.set_yscale), strict=True):
        if max(values) > _LINEAR_UP_TO * min(values) > 0:
            set_scale("log")
    mean = "" if len(comparison.circuits) == 1 else ", geometric mean"
    which = "worst" if comparison.settings.get("inflation") == "worst" else "mean"
    axes.set_xlabel(f"time of the job as requested{mean} (s); less is better")
    axes.set_ylabel(f"standard error, {which} qubit{mean}\n(dimensionless; less is better)")
    axes.set_title(f"Time against precision, {len(places)} places, medians over {len(comparison.seeds)} seeds")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    _list_not_drawn(figure, [*_without_value(everywhere), *infeasible_lines(comparison.infeasible)])


def _points(places: Sequence[FrontPlace]) -> tuple[list[float], list[float]]:
    return [place.job_time_s for place in places], [place.standard_error or 0.0 for place in places]


def _without_value(places: Sequence[FrontPlace]) -> Iterator[str]:
    gone = list(dict.fromkeys(place.backend for place in places if place.standard_error is None))
    if gone:
        yield f"{', '.join(gone)}: the signal is gone"
    partly = [place.backend for place in places if place.front is None and place.standard_error is not None]
    if partly:
        yield f"{', '.join(dict.fromkeys(partly))}: some circuit was not costed"


def _list_not_drawn(figure: Figure, reasons: Sequence[str]) -> None:
    if not reasons:
        return
    lines = ["Not drawn:", *(line for reason in reasons for line in textwrap.wrap(reason, _CHARACTERS))]
    width, height = figure.get_size_inches()
    figure.set_size_inches(width, height + _LINE_INCHES * len(lines))
    figure.supxlabel("\n".join(lines).replace("$", r"\$"), x=0.01, ha="left", fontsize=6.5)
