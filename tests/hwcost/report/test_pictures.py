"""What all pictures share: names, files that are the same again, units, bars."""

from __future__ import annotations

import pytest

from hwcost.core.errors import MissingDependencyError, OptionError
from hwcost.report.pictures import (
    TimeBar,
    check_kind,
    check_picture,
    draw_time_bars,
    plain_label,
    require_matplotlib,
    save_figure,
    time_bars_height,
    time_unit,
)

BARS = (
    TimeBar(label="one", parts={"a": 2.0, "b": 1.0}),
    TimeBar(label="two", parts={"b": 5.0, "c": 0.5}, interval_s=(4.0, 9.0)),
)


def figure(width=4.0):
    return pytest.importorskip("matplotlib.figure").Figure(figsize=(width, 3.0))


@pytest.mark.parametrize(
    ("seconds", "unit"),
    [
        (1e9, (365.25 * 86400, "years")),
        (3 * 86400, (86400, "days")),
        (86400 * 1.9, (3600, "h")),
        (3600, (3600, "h")),
        (600, (60, "min")),
        (100, (1, "s")),
        (0.5, (1e-3, "ms")),
        (5e-5, (1e-6, "µs")),
        (5e-8, (1e-9, "ns")),
        (0.0, (1e-9, "ns")),
    ],
)
def test_units_are_those_of_the_reports(seconds, unit):
    assert time_unit(seconds) == unit


def test_labels_are_shown_as_they_are():
    assert plain_label("a $b$\nc") == r"a \$b\$ c"
    assert len(plain_label("x" * 300)) == 40


def test_kinds():
    assert check_kind(None, ("a", "b")) == "a"
    assert check_kind("b", ("a", "b")) == "b"
    with pytest.raises(OptionError, match="no picture 'pie'; choose from a, b"):
        check_kind("pie", ("a", "b"))


def test_names_of_files():
    pytest.importorskip("matplotlib")
    for name in (None, "a.png", "b.SVG", "c.d.pdf"):
        check_picture(name)
    for name in ("a.gif", "png", "a.png.txt", ""):
        with pytest.raises(OptionError, match=r"pictures end in \.png, \.svg, \.pdf"):
            check_picture(name)


def test_without_matplotlib(monkeypatch):
    monkeypatch.setattr("hwcost.report.pictures.util.find_spec", lambda name: None)
    for check in (require_matplotlib, lambda: check_picture("a.png")):
        with pytest.raises(MissingDependencyError, match=r"pip install 'hwcost\[plot\]'"):
            check()


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_figure_gives_the_same_bytes(ending, tmp_path):
    for name in ("a", "b"):
        drawn = figure(12.0)
        axes = drawn.add_subplot()
        draw_time_bars(axes, BARS, "量子")  # a font without these letters says nothing about it
        save_figure(drawn, tmp_path / f"{name}.{ending}")
    assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


def test_bars_are_as_long_as_their_parts():
    axes = figure().add_subplot()
    draw_time_bars(axes, BARS, "times")
    assert axes.get_xlabel() == "time (s)"
    widths = {
        container.get_label(): [patch.get_width() for patch in container.patches] for container in axes.containers
    }
    assert widths == {"a": [2.0, 0.0], "b": [1.0, 5.0], "c": [0.0, 0.5]}
    starts = {container.get_label(): [patch.get_x() for patch in container.patches] for container in axes.containers}
    assert starts == {"a": [0.0, 0.0], "b": [2.0, 0.0], "c": [3.0, 5.0]}
    (whisker,) = axes.lines
    assert list(whisker.get_xdata()) == [4.0, 9.0]
    assert [text.get_text() for text in axes.texts] == ["3 s", "5.5 s\n(4 s to 9 s)"]
    assert axes.get_xlim()[1] > 9.0
    assert len({patch.get_hatch() for container in axes.containers for patch in container.patches}) == 3
    assert time_bars_height(BARS) > time_bars_height(BARS[:1])


def test_no_time_is_no_picture():
    for bars in ((), (TimeBar(label="x", parts={"a": 0.0}),), (TimeBar(label="x", parts={"a": float("inf")}),)):
        with pytest.raises(OptionError, match="no time to draw"):
            draw_time_bars(figure().add_subplot(), bars, "times")
