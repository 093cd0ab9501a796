"""What the picture of a schedule holds."""

from __future__ import annotations

import pytest

from hwcost.isa.columns import Kind
from hwcost.isa.timeline_plot import MOST_QUBITS, draw_timeline, timeline_height
from timelines import timeline

pytest.importorskip("matplotlib")


def drawn(line):
    from matplotlib.figure import Figure

    axes = Figure(figsize=(10, 4)).add_subplot()
    draw_timeline(axes, line)
    return axes


def boxes(axes, label):
    """Left end, width and row of each box of one kind."""
    found = []
    for collection in axes.collections:
        if collection.get_label() == label:
            for path in collection.get_paths():
                (left, bottom), (right, top) = path.vertices.min(axis=0), path.vertices.max(axis=0)
                found.append((float(left), float(right - left), round((bottom + top) / 2)))
    return found


def test_boxes_are_the_operations():
    axes = drawn(timeline())
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["qubit 0", "qubit 2", "qubit 4"]
    assert axes.get_xlabel() == "time in the shot (µs)"
    assert boxes(axes, "one-qubit gate") == [(pytest.approx(0.0, abs=1e-9), pytest.approx(0.05), 2)]
    assert [row for *_, row in boxes(axes, "two-qubit gate")] == [2, 1, 1, 0]
    assert boxes(axes, "measurement") == [(pytest.approx(0.65), pytest.approx(1.0), row) for row in (2, 1)]
    assert boxes(axes, "waiting (T1 and T2 at work)") == [(pytest.approx(0.35), pytest.approx(0.3), 2)]
    assert "1.65 µs, 3 qubits" in axes.get_title(loc="left")
    assert [text.get_text() for text in axes.texts] == ["cx", "cx", "cx", "cx", "measure", "measure"]


def test_both_ends_of_a_gate_are_linked():
    from matplotlib.collections import LineCollection

    (links,) = [c for c in drawn(timeline()).collections if isinstance(c, LineCollection)]
    assert [[tuple(point) for point in line] for line in links.get_segments()] == [
        [(pytest.approx(0.2), 2.0), (pytest.approx(0.2), 1.0)],
        [(pytest.approx(0.5), 1.0), (pytest.approx(0.5), 0.0)],
    ]


def test_a_wide_circuit_is_cut_to_its_busiest_qubits_and_says_so():
    wide = [("x", Kind.ONE_QUBIT, (q,), (1 + q) * 1e-8) for q in range(30)]
    line = timeline(wide, 30)
    axes = drawn(line)
    assert f"the {MOST_QUBITS} busiest of 30 qubits" in axes.get_title(loc="left")
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [f"qubit {q}" for q in range(10, 30)]
    assert len(boxes(axes, "one-qubit gate")) == MOST_QUBITS
    assert timeline_height(line) > timeline_height(timeline())


def test_a_long_circuit_is_drawn_as_pixels_and_whole():
    line = timeline([("x", Kind.ONE_QUBIT, (0,), 1e-8)] * 5000, 1)
    axes = drawn(line)
    assert len(boxes(axes, "one-qubit gate")) == 5000
    assert all(collection.get_rasterized() for collection in axes.collections)
    assert not axes.texts


def test_nothing_that_takes_time():
    axes = drawn(timeline([("rz", Kind.ONE_QUBIT, (0,), 0.0)], 1))
    assert [text.get_text() for text in axes.texts] == ["no operation takes time"]
