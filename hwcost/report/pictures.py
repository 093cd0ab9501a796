"""Pictures of any answer: checked names, files that are the same again, colours, and bars of a time by parts.

Each room registers the pictures of its records with `hwcost.report.page.registered_plot`; what they share is here.
It knows no subject. Needs the extra `plot`.
"""

from __future__ import annotations

import io
import math
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING

from hwcost.core.errors import MissingDependencyError, OptionError
from hwcost.core.files import write_file
from hwcost.core.own_files import PROGRAM
from hwcost.core.text import one_line
from hwcost.core.units import format_seconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ENDINGS = (".png", ".svg", ".pdf")

# Okabe and Ito's colours, which most colour-blind people can tell apart; grey for what is only waited for.
BLUE, ORANGE, GREEN, PINK = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
SKY, RED, YELLOW, BLACK, GREY = "#56B4E9", "#D55E00", "#F0E442", "#000000", "#BBBBBB"

_STYLES = ((BLUE, ""), (GREY, "..."), (ORANGE, "///"), (RED, "xxx"), (GREEN, "\\\\\\"), (PINK, "++"), (SKY, "oo"))
_UNITS = (
    (2.0 * 365.25 * 86400.0, 365.25 * 86400.0, "years"),
    (2.0 * 86400.0, 86400.0, "days"),
    (3600.0, 3600.0, "h"),
    (120.0, 60.0, "min"),
    (1.0, 1.0, "s"),
    (1e-3, 1e-3, "ms"),
    (1e-6, 1e-6, "µs"),
    (1e-9, 1e-9, "ns"),
)
"""From which time on a unit is used (as in `format_seconds`), its size in seconds, its name."""

_LONGEST_NAME = 40


def require_matplotlib() -> None:
    """Raise `MissingDependencyError` if matplotlib is not installed."""
    if util.find_spec("matplotlib") is None:
        raise MissingDependencyError("matplotlib is not installed; `pip install 'hwcost[plot]'` brings it")


def check_picture(path: str | os.PathLike[str] | None) -> None:
    """Check, before any work, that a picture can be drawn and written there; None is a picture without a file.

    Raises:
        MissingDependencyError: matplotlib is not installed.
        OptionError: The ending is not one of `ENDINGS`.
    """
    if path is not None and Path(path).suffix.lower() not in ENDINGS:
        raise OptionError(f"{one_line(os.fspath(path))}: pictures end in {', '.join(ENDINGS)}")
    require_matplotlib()


def check_kind(kind: str | None, kinds: Sequence[str]) -> str:
    """Return which picture is wanted; the first of `kinds` where nothing is said.

    Raises:
        OptionError: There is no such picture.
    """
    if kind is None:
        return kinds[0]
    if kind not in kinds:
        raise OptionError(f"there is no picture {one_line(str(kind))!r}; choose from {', '.join(kinds)}")
    return kind


def save_figure(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure in the format that the ending names; the same figure gives the same bytes.

    Raises:
        OptionError: The ending is not one of `ENDINGS`, or there is no such folder.
    """
    check_picture(path)
    write_file(path, figure_bytes(figure, Path(path).suffix.lower()))


def figure_bytes(figure: Figure, ending: str) -> bytes:
    """Return a figure as a file of that ending, one of `ENDINGS`; the same figure gives the same bytes."""
    import matplotlib

    # Without a date, and with identifiers that do not depend on chance.
    metadata: dict[str, dict[str, str | None]] = {
        ".png": {"Software": PROGRAM},
        ".svg": {"Date": None, "Creator": PROGRAM},
        ".pdf": {"CreationDate": None, "Creator": PROGRAM},
    }
    buffer = io.BytesIO()
    with warnings.catch_warnings(), matplotlib.rc_context({"svg.hashsalt": "hwcost"}):
        # A circuit's name may hold letters that the font lacks; they become boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure.savefig(buffer, format=ending[1:], dpi=150, metadata=metadata[ending])
    return buffer.getvalue()


def plain_label(text: str) -> str:
    """Return text from outside as matplotlib shows it literally, on one line and short.

    Example:
        >>> plain_label("cost $5$")
        'cost \\\\$5\\\\$'
    """
    flat = one_line(text)
    return (flat if len(flat) <= _LONGEST_NAME else flat[: _LONGEST_NAME - 1] + "…").replace("$", r"\$")


def time_unit(largest_s: float) -> tuple[float, str]:
    """Return size and name of the unit in which a time is best drawn.

    Example:
        >>> time_unit(0.25), time_unit(5000.0)
        ((0.001, 'ms'), (3600.0, 'h'))
    """
    _, size_s, name = next((unit for unit in _UNITS if largest_s >= unit[0]), _UNITS[-1])
    return size_s, name


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBar:
    """One time as a bar of parts.

    Attributes:
        label: What it is the time of.
        parts: Seconds by name of the part; they add up to the time.
        interval_s: Lower and upper end of the time, None where it has no interval.
    """

    label: str
    parts: Mapping[str, float]
    interval_s: tuple[float, float] | None = None

    @property
    def total_s(self) -> float:
        """Sum of the parts in seconds."""
        return math.fsum(self.parts.values())


def time_bars_height(bars: Sequence[TimeBar]) -> float:
    """Return the height in inches that a panel with these bars needs."""
    return 1.4 + 0.55 * len(bars)


def draw_time_bars(axes: Axes, bars: Sequence[TimeBar], title: str) -> None:
    """Draw times as stacked bars, one below the other, each part with the same colour and hatch in all of them.

    Args:
        axes: Where.
        bars: At least one.
        title: Of the panel.

    Raises:
        OptionError: There is no time that could be drawn.
    """
    largest_s = max((max(bar.total_s, *(bar.interval_s or (0.0,))) for bar in bars), default=0.0)
    if not 0.0 < largest_s < math.inf:
        raise OptionError("there is no time to draw")
    unit_s, unit = time_unit(largest_s)
    names = list(dict.fromkeys(name for bar in bars for name in bar.parts))
    left = [0.0] * len(bars)
    rows = range(len(bars))
    for number, name in enumerate(names):
        colour, hatch = _STYLES[number % len(_STYLES)]
        widths = [bar.parts.get(name, 0.0) / unit_s for bar in bars]
        axes.barh(
            rows, widths, left=left, height=0.6, label=name, color=colour, hatch=hatch, edgecolor="black", linewidth=0.5
        )
        left = [a + b for a, b in zip(left, widths, strict=True)]
    for row, bar in enumerate(bars):
        end = left[row]
        if bar.interval_s is not None:
            low, high = (value / unit_s for value in bar.interval_s)
            axes.plot([low, high], [row, row], color="black", marker="|", markersize=9, linewidth=1.5)
            end = max(end, high)
        axes.annotate(_written(bar), (end, row), xytext=(6, 0), textcoords="offset points", va="center")
    axes.set_xlim(0.0, 1.3 * largest_s / unit_s)
    axes.set_ylim(len(bars) - 0.5, -0.5)
    axes.set_yticks(rows, [bar.label for bar in bars])
    whisker = " (line: interval)" if any(bar.interval_s for bar in bars) else ""
    axes.set_xlabel(f"time ({unit})")
    axes.set_title(title + whisker, loc="left")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, handleheight=1.4)


def _written(bar: TimeBar) -> str:
    text = format_seconds(bar.total_s)
    if bar.interval_s is None:
        return text
    low, high = (format_seconds(value) for value in bar.interval_s)
    return f"{text}\n({low} to {high})"
