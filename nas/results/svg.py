"""Pictures of a report as SVG within its page: nothing is loaded, points say what they are. Texts are escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from hwcost.core.text import printable

if TYPE_CHECKING:
    from nas.results.ticks import Scale

WIDTH, HEIGHT = 390, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 14, 14, 52

SHAPES = ("circle", "diamond", "square", "hexagon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A point of a picture.

    Attributes:
        x: Value across.
        y: Value up.
        tip: What it is, shown where the pointer is.
        kind: Class of its style.
        shape: One of `SHAPES`.
        label: Written in it; empty for a small dot.
        member: Number of the member that it is, None of any other network.
    """

    x: float
    y: float
    tip: str
    kind: str
    shape: str = "circle"
    label: str = ""
    member: int | None = None


def text(value: str) -> str:
    """Return text from outside as HTML."""
    return escape(printable(value))


def scatter(across: Scale, up: Scale, dots: Sequence[Dot]) -> str:
    """Return a picture of points; the last ones are on top."""
    parts = [*_frame(across, up)]
    for dot in dots:
        x, y = _x(across.place(dot.x)), _y(up.place(dot.y))
        member = "" if dot.member is None else f' data-member="{dot.member}" tabindex="0"'
        parts.append(f'<g class="dot {dot.kind}"{member} data-tip="{text(dot.tip)}">{_mark(dot, x, y)}</g>')
    label = f"{up.title} over {across.title}"
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{text(label)}">{"".join(parts)}</svg>'


def steps(across: Scale, up: Scale, points: Sequence[tuple[float, float]], marks: Iterable[float], width: int) -> str:
    """Return a curve that keeps each value until the next; dotted lines at `marks`."""
    parts = [*_frame(across, up, width)]
    for mark in marks:
        x = _x(across.place(mark), width)
        parts.append(f'<line class="end" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}"/>')
    path = ""
    for number, (value, height) in enumerate(points):
        x, y = _x(across.place(value), width), _y(up.place(height))
        path += f"M{x:.1f} {y:.1f}" if number == 0 else f"H{x:.1f}V{y:.1f}"
    parts.append(f'<path class="curve" d="{path}"/>')
    for value, height in points:
        x, y = _x(across.place(value), width), _y(up.place(height))
        tip = f"{value:g} evaluations: {height:.3f}"
        parts.append(f'<circle class="spot" data-tip="{text(tip)}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>')
    return f'<svg viewBox="0 0 {width} {HEIGHT}" role="img" aria-label="{text(up.title)}">{"".join(parts)}</svg>'


def bar(parts: Sequence[tuple[float, str, str]], width: int = 460, height: int = 22) -> str:
    """Return a bar of shares side by side: (share from 0 to 1, class of its style, what it is)."""
    x, drawn = 0.0, []
    for share, kind, tip in parts:
        drawn.append(
            f'<rect class="{kind}" data-tip="{text(tip)}" x="{x:.2f}" y="0" width="{share * width:.2f}" '
            f'height="{height}"/>'
        )
        x += share * width
    return f'<svg class="bar" viewBox="0 0 {width} {height}" width="{width}" height="{height}">{"".join(drawn)}</svg>'


def _frame(across: Scale, up: Scale, width: int = WIDTH) -> Iterable[str]:
    bottom = HEIGHT - _BOTTOM
    for value, label in across.marks:
        x = _x(across.place(value), width)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 17}" text-anchor="middle">{text(label)}</text>'
    for value, label in up.marks:
        y = _y(up.place(value))
        yield f'<line class="grid" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text(label)}</text>'
    yield f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{width - _RIGHT}"/>'
    middle = (_LEFT + width - _RIGHT) / 2
    yield f'<text class="name" x="{middle:.0f}" y="{HEIGHT - 12}" text-anchor="middle">{text(across.title)}</text>'
    y = (_TOP + bottom) / 2
    yield (
        f'<text class="name" x="14" y="{y:.0f}" text-anchor="middle" transform="rotate(-90 14 {y:.0f})">'
        f"{text(up.title)}</text>"
    )


def _mark(dot: Dot, x: float, y: float) -> str:
    title = f"<title>{text(dot.tip)}</title>"
    if not dot.label:
        return f'{title}<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
    return f'{title}{shape(dot.shape, x, y)}<text x="{x:.1f}" y="{y + 3.5:.1f}">{text(dot.label)}</text>'


def shape(name: str, x: float, y: float, size: float = 9.0) -> str:
    """Return one of `SHAPES` around a place."""
    corners = {
        "diamond": ((0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)),
        "square": ((-0.92, -0.92), (0.92, -0.92), (0.92, 0.92), (-0.92, 0.92)),
        "hexagon": ((-1.15, 0.0), (-0.6, -1.0), (0.6, -1.0), (1.15, 0.0), (0.6, 1.0), (-0.6, 1.0)),
    }.get(name)
    if corners is None:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:g}"/>'
    points = " ".join(f"{x + size * a:.1f},{y + size * b:.1f}" for a, b in corners)
    return f'<polygon points="{points}"/>'


def _x(place: float, width: int = WIDTH) -> float:
    return _LEFT + place * (width - _LEFT - _RIGHT)


def _y(place: float) -> float:
    return HEIGHT - _BOTTOM - place * (HEIGHT - _TOP - _BOTTOM)
