"""Pictures of a report as SVG: where points are, and that texts are escaped."""

from __future__ import annotations

import re

from nas.results.svg import SHAPES, Dot, bar, scatter, shape, steps, text
from nas.results.ticks import Scale

AXIS = Scale(title="<time>", is_log=False, low=0.0, high=10.0, marks=((0.0, "0 s"), (5.0, "<5>")))
LOG = Scale(title="cost", is_log=True, low=1.0, high=100.0, marks=((10.0, "10"),))
EVIL = '"><script>alert(1)</script>'


def test_points_are_in_order_and_up_is_up():
    dots = [Dot(x=1.0, y=y, tip=EVIL, kind="evaluated") for y in (1.0, 10.0, 100.0)]
    drawn = scatter(AXIS, LOG, dots)
    heights = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)" r="3"', drawn)]
    assert heights == sorted(heights, reverse=True)
    assert abs((heights[0] + heights[2]) / 2 - heights[1]) < 0.11  # equal distances on a logarithmic axis
    assert "<script" not in drawn
    assert "&lt;5&gt;" in drawn


def test_members_have_their_number_and_shape():
    dot = Dot(x=1.0, y=10.0, tip="Member 3", kind="member", shape="diamond", label="3", member=3)
    drawn = scatter(AXIS, LOG, [dot])
    assert 'data-member="3"' in drawn
    assert ">3</text>" in drawn
    assert len({shape(name, 0.0, 0.0) for name in SHAPES}) == len(SHAPES)


def test_bars_are_as_long_as_their_shares():
    drawn = bar([(0.25, "part0", "a"), (0.75, "part1", EVIL)], 400)
    assert re.findall(r' x="([\d.]+)" y="0" width="([\d.]+)"', drawn) == [("0.00", "100.00"), ("100.00", "300.00")]
    assert "<script" not in drawn


def test_curves_are_steps():
    drawn = steps(AXIS, AXIS, [(1.0, 2.0), (5.0, 8.0)], [3.0], 600)
    assert re.search(r'<path class="curve" d="M[\d.]+ [\d.]+H[\d.]+V[\d.]+"/>', drawn)
    assert drawn.count('class="end"') == 1


def test_text_is_escaped_and_on_one_line():
    assert text("a\n\x1b[2J<b>") == "a \\x1b[2J&lt;b&gt;"
