"""The picture of the Pareto front."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit

import hwcost
from hwcost.comparison.pareto_picture import draw_pareto
from hwcost.core.errors import OptionError

pytest.importorskip("matplotlib")
from matplotlib.figure import Figure


@pytest.fixture(scope="module")
def comparison():
    circuit = QuantumCircuit(6, name="c$")
    circuit.h(range(6))
    circuit.cx(0, 1)
    circuit.measure_all()
    backends = ["fake_lagos", "fake_man[hi]*", "fake_per*"]
    return hwcost.compare(circuit, backends, optimization_levels=1, num_seeds=1, num_workers=1, cache=False)


def test_points_and_what_is_not_drawn(comparison):
    figure = Figure()
    draw_pareto(figure, comparison)
    (axes,) = figure.axes
    front = [line for line in axes.get_lines() if line.get_label() == "Pareto front"]
    expected = sorted((p.job_time_s, p.standard_error) for p in comparison.pareto() if p.front == 1)
    assert [tuple(map(float, point)) for point in front[0].get_xydata()] == expected
    assert "(s)" in axes.get_xlabel()
    below = figure.get_supxlabel()
    assert "Not drawn:" in below
    assert "fake_manila: the circuit needs 6 qubits" in below


def test_a_comparison_without_precision_has_none():
    circuit = QuantumCircuit(1)
    circuit.h(0)
    circuit.measure_all()
    found = hwcost.compare(circuit, "fake_manila", num_seeds=1, num_workers=1, cache=False, task="sampling")
    with pytest.raises(OptionError, match="no Pareto front"):
        found.plot("pareto")
