"""Pictures: what they show, files, and what cannot be drawn."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit

import hwcost
from hwcost.comparison.plots import KINDS, pareto_front, time_parts_s
from hwcost.core.errors import MissingDependencyError, OptionError
from make import small_calibration

pytest.importorskip("matplotlib")


def ghz(width):
    circuit = QuantumCircuit(width, name=f"ghz_{width}")
    circuit.h(0)
    for qubit in range(1, width):
        circuit.cx(0, qubit)
    circuit.measure_all()
    return circuit


@pytest.fixture(scope="module")
def comparison():
    backends = [small_calibration(5, name="line"), small_calibration(6, name="slow$", rep_delay_s=5e-4)]
    return hwcost.compare(
        [ghz(3), ghz(5)], backends, optimization_levels=(0, 1), num_seeds=4, num_workers=1, cache=False
    )


def test_parts_of_the_time_by_hand(comparison):
    cost = comparison.cells[0].cost
    gates, readout, delay, noise = time_parts_s(cost)
    assert readout == 4096 * 1e-6  # the readout of small_calibration
    assert delay == 4096 * cost.rep_delay_s
    assert noise == (cost.shots_needed - 4096) * cost.shot_time_s
    assert gates + readout + delay + noise == pytest.approx(cost.qpu_time_s, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_axes_have_units_and_files_are_the_same_again(comparison, kind, tmp_path):
    figure = comparison.plot(kind, tmp_path / "a.png")
    (axes,) = figure.axes
    assert any(unit in axes.get_xlabel() for unit in ("(s)", "(ms)", "(µs)", "(dimensionless)"))
    assert axes.get_title()
    comparison.plot(kind, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    comparison.plot(kind, tmp_path / "c.svg")
    assert "<svg" in (tmp_path / "c.svg").read_text()


def test_bars_show_the_totals_and_differ_in_hatch(comparison):
    (axes,) = comparison.plot("time").axes
    bars = [patch for patch in axes.patches if patch.get_height() > 0]
    assert len({patch.get_hatch() for patch in bars}) == 4
    best = comparison.ranking()[0]
    shown = sum(patch.get_width() for patch in bars if abs(patch.get_y() + patch.get_height() / 2) < 0.1)
    by_circuit = comparison.costs()[best.backend, best.compiler]
    expected = sum(sorted(cell.qpu_time_s for cell in cells)[1] for cells in by_circuit.values())  # lower median of 4
    unit_s = {"s": 1.0, "ms": 1e-3}[axes.get_xlabel().split("(")[1].rstrip(")")]
    assert shown * unit_s == pytest.approx(expected)


def test_points_differ_in_marker(comparison):
    (axes,) = comparison.plot("shots").axes
    assert len({line.get_marker() for line in axes.lines}) == 4


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12))
def test_the_front_is_what_nobody_beats(points):
    front = pareto_front(points)
    for x, y in points:
        beaten = any((a <= x and b >= y) and (a < x or b > y) for a, b in points)
        assert ((x, y) in front) == (not beaten)


def test_what_cannot_be_drawn(comparison, tmp_path, monkeypatch):
    with pytest.raises(OptionError, match="no picture 'pie'"):
        comparison.plot("pie")
    with pytest.raises(OptionError, match=r"pictures end in \.png"):
        comparison.plot("time", tmp_path / "a.gif")
    with pytest.raises(OptionError, match="there is no folder"):
        comparison.plot("time", tmp_path / "nowhere" / "a.png")
    lost = [
        dataclasses.replace(c, cost=dataclasses.replace(c.cost, qpu_time_s=None, shots_needed=None))
        for c in comparison.cells
    ]
    for kind in ("time", "shots"):
        with pytest.raises(OptionError):
            dataclasses.replace(comparison, cells=tuple(lost), sort_by="num_2q").plot(kind)
    failed = [dataclasses.replace(c, cost=None, error="no", kind="input") for c in comparison.cells]
    with pytest.raises(OptionError, match="nothing was costed"):
        dataclasses.replace(comparison, cells=tuple(failed)).plot("time")
    monkeypatch.setattr("hwcost.report.pictures.util.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"hwcost\[plot\]"):
        comparison.plot("time")
