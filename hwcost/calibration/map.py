"""A picture of the coupling map with its errors, readable without colour: every qubit and edge carries its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwcost.calibration.audit import AuditedCalibration
from hwcost.calibration.health import Edge, basis_edges, undirected
from hwcost.core.errors import CalibrationError, MissingDependencyError, OptionError
from hwcost.report.pictures import ENDINGS, save_figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STRESS_STEPS = 150
_INCHES_PER_EDGE = 0.75
_MARGIN = 0.6  # in edges, around the map
_COLOUR_BAR_INCHES = 2.4
_NARROWEST_INCHES, _LOWEST_INCHES = 4.0, 2.6


def draw_map(audited: AuditedCalibration, path: str | Path) -> Path:
    """Draw the coupling map to a file.

    A circle is a qubit with its number and its readout error in percent, a line is an edge with the error of its best
    two-qubit gate in percent. What is excluded is dashed: no gate or readout there is used.

    Args:
        audited: The calibration.
        path: File to write; its ending says the format: .png, .svg or .pdf.

    Raises:
        OptionError: The ending is none of these, or there is no such folder.
        MissingDependencyError: matplotlib is not installed.
    """
    target = Path(path)
    if target.suffix.lower() not in ENDINGS:
        raise OptionError(f"{target}: the ending says the format of the map; give one of {', '.join(ENDINGS)}")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingDependencyError(
            "matplotlib is not installed, and the map needs it; `pip install 'hwcost[plot]'`"
        ) from None
    calibration = audited.calibration
    edges = sorted(basis_edges(calibration))
    if calibration.num_qubits == 0:
        raise CalibrationError(f"{calibration.name} has no qubits to draw")
    places = layout(calibration.num_qubits, edges)
    width, height = places.max(axis=0) + 2.0 * _MARGIN
    inches = (
        max(_INCHES_PER_EDGE * width, _NARROWEST_INCHES) + _COLOUR_BAR_INCHES,
        max(_INCHES_PER_EDGE * height, _LOWEST_INCHES) + 0.6,
    )
    figure = Figure(figsize=inches, layout="constrained")
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set(xlim=(-_MARGIN, width - _MARGIN), ylim=(-_MARGIN, height - _MARGIN), aspect="equal")
    date = f", {calibration.snapshot_date:%Y-%m-%d}" if calibration.snapshot_date else ""
    figure.suptitle(f"{calibration.name}{date}: errors in percent, dashed = not used", fontsize=10)
    _draw_edges(figure, axes, audited, edges, places)
    _draw_qubits(figure, axes, audited, places)
    save_figure(figure, target)
    return target


def layout(num_qubits: int, edges: Iterable[Edge]) -> NDArray[np.float64]:
    """Place the qubits in the plane, about one unit apart along each edge, the long side horizontal.

    Minimises the stress Σ (|x_a − x_b| − d_ab)² / d_ab² over all pairs, d being the distance along edges, which
    unfolds lattices such as heavy-hex. Starts from classical scaling, so that the result does not depend on chance.
    """
    import numpy as np

    distances = _distances(num_qubits, edges)
    if num_qubits == 1:
        return np.zeros((1, 2))
    places = _classical_scaling(distances)
    weights = 1.0 / np.where(distances > 0, distances, 1.0) ** 2
    np.fill_diagonal(weights, 0.0)
    laplacian = np.diag(weights.sum(axis=1)) - weights
    inverse = np.linalg.pinv(laplacian)
    for _ in range(_STRESS_STEPS):
        x, y = places.T
        apart = np.hypot(x[:, None] - x, y[:, None] - y)
        ratio = -weights * distances / np.maximum(apart, 1e-9)
        np.fill_diagonal(ratio, 0.0)
        np.fill_diagonal(ratio, -ratio.sum(axis=1))
        places = inverse @ ratio @ places
    centred = places - places.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ axes.T
    turned *= np.where(turned[0] > 0, -1.0, 1.0)  # qubit 0 to the lower left
    return np.asarray(turned - turned.min(axis=0), dtype=np.float64)


def _distances(num_qubits: int, edges: Iterable[Edge]) -> NDArray[np.float64]:
    """Count the edges between each two qubits on the shortest way; unconnected parts stand a little apart."""
    import numpy as np

    neighbours: list[list[int]] = [[] for _ in range(num_qubits)]
    for a, b in edges:
        neighbours[a].append(b)
        neighbours[b].append(a)
    distances = np.full((num_qubits, num_qubits), np.inf)
    for start in range(num_qubits):
        distances[start, start] = 0.0
        front = [start]
        while front:
            following = []
            for qubit in front:
                for other in neighbours[qubit]:
                    if math.isinf(distances[start, other]):
                        distances[start, other] = distances[start, qubit] + 1.0
                        following.append(other)
            front = following
    connected = np.isfinite(distances)
    distances[~connected] = 0.5 * distances[connected].max() + 1.5
    return distances


def _classical_scaling(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    n = len(distances)
    centring = np.eye(n) - 1.0 / n
    values, vectors = np.linalg.eigh(-0.5 * centring @ distances**2 @ centring)
    top = vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 1e-9))
    # A line has no second dimension; a trace of one keeps the iteration from being stuck on it.
    bend = 1e-3 * np.cos(np.arange(n))
    return np.asarray(top * np.where(top[np.abs(top).argmax(axis=0), range(2)] < 0, -1.0, 1.0) + bend[:, None])


def _draw_edges(figure: Any, axes: Any, audited: AuditedCalibration, edges: list[Edge], places: Any) -> None:
    from matplotlib.collections import LineCollection

    dead = set(audited.excluded_edges)
    unusable = set(audited.excluded_qubits)
    errors = _edge_errors(audited)
    used = [edge for edge in edges if edge not in dead and unusable.isdisjoint(edge) and edge in errors]
    rest = [edge for edge in edges if edge not in set(used)]
    axes.add_collection(
        LineCollection([places[list(e)] for e in rest], colors="0.45", linestyles="dashed", linewidths=1.2, zorder=1)
    )
    if not used:
        return
    percent = [100.0 * errors[edge] for edge in used]
    lines = LineCollection(
        [places[list(e)] for e in used], cmap="viridis_r", norm=_scale(percent), linewidths=4.0, zorder=1
    )
    lines.set_array(percent)
    axes.add_collection(lines)
    _colour_bar(figure, axes, lines, "error of the two-qubit gate in %")
    for edge, value in zip(used, percent, strict=True):
        x, y = places[list(edge)].mean(axis=0)
        axes.text(
            x,
            y,
            _digits(value),
            fontsize=6,
            ha="center",
            va="center",
            zorder=2,
            bbox={"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
        )


def _draw_qubits(figure: Any, axes: Any, audited: AuditedCalibration, places: Any) -> None:
    unusable = set(audited.excluded_qubits)
    records = audited.calibration.qubits
    used = [record for record in records if record.qubit not in unusable and record.readout_error is not None]
    rest = [record for record in records if record not in used]
    if used:
        percent = [100.0 * (record.readout_error or 0.0) for record in used]
        where = places[[record.qubit for record in used]]
        circles = axes.scatter(
            *where.T, s=300, c=percent, cmap="cividis_r", norm=_scale(percent), edgecolors="black", zorder=3
        )
        _colour_bar(figure, axes, circles, "readout error in %")
        for record, value, (x, y) in zip(used, percent, where, strict=True):
            light = circles.norm(value) < 0.5
            text = f"{record.qubit}\n{_digits(value)}"
            axes.text(x, y, text, fontsize=6, ha="center", va="center", zorder=4, color="black" if light else "white")
    if rest:
        where = places[[record.qubit for record in rest]]
        axes.scatter(*where.T, s=300, facecolors="white", edgecolors="0.3", linestyles="dashed", zorder=3)
        for record, (x, y) in zip(rest, where, strict=True):
            axes.text(x, y, f"{record.qubit}\n×", fontsize=6, ha="center", va="center", zorder=4)


def _edge_errors(audited: AuditedCalibration) -> dict[Edge, float]:
    """Return the error of the best usable two-qubit basis gate of each edge."""
    found: dict[Edge, float] = {}
    for gate in audited.calibration.gates:
        usable = len(gate.qubits) == 2 and gate.name in audited.calibration.basis_gates
        if usable and gate.error is not None and not audited.is_dead(gate.name, gate.qubits):
            edge = undirected(gate.qubits)
            found[edge] = min(gate.error, found.get(edge, gate.error))
    return found


def _scale(values: list[float]) -> Any:
    """Return a logarithmic scale, since errors spread over two decades; a plain one where some are 0."""
    from matplotlib.colors import LogNorm, Normalize

    low, high = min(values), max(values)
    if low == high:
        low, high = 0.9 * low, 1.1 * high + 1e-9
    return LogNorm(low, high) if low > 0.0 else Normalize(low, high)


def _colour_bar(figure: Any, axes: Any, drawn: Any, label: str) -> None:
    import numpy as np

    bar = figure.colorbar(drawn, ax=axes, shrink=0.8, aspect=25, pad=0.02)
    bar.set_label(label)
    logarithmic = drawn.norm.vmin > 0.0
    ticks = (np.geomspace if logarithmic else np.linspace)(drawn.norm.vmin, drawn.norm.vmax, 5)
    bar.set_ticks(ticks, labels=[_digits(tick) for tick in ticks])
    bar.minorticks_off()


def _digits(percent: float) -> str:
    return f"{percent:.2g}" if percent < 10.0 else f"{percent:.0f}"
