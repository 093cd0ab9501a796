"""The map of a device."""

from __future__ import annotations

from hwcost.calibration import map as calibration_map
from hwcost.calibration.load import load_calibration
from hwcost.calibration.map import layout


def test_the_map_unfolds_a_lattice() -> None:
    calibration = load_calibration("sherbrooke")
    edges = sorted({(min(g.qubits), max(g.qubits)) for g in calibration.gates if len(g.qubits) == 2})
    places = layout(127, edges)
    lengths = [float(sum((places[a] - places[b]) ** 2) ** 0.5) for a, b in edges]
    assert min(lengths) > 0.6
    assert max(lengths) < 1.4
    gaps = [
        float(sum((places[a] - places[b]) ** 2) ** 0.5)
        for a in range(127)
        for b in range(a)
        if (b, a) not in set(edges)
    ]
    assert min(gaps) > 0.8  # no two qubits on top of each other
    assert calibration_map.layout(1, []).shape == (1, 2)
