"""Pictures of a job's cost show the record's numbers."""

from __future__ import annotations

import pytest

pytest.importorskip("matplotlib")

import hwcost
from hwcost.core.errors import OptionError
from hwcost.primitives.job import estimate_job
from hwcost.primitives.plots import time_panels
from primitive_jobs import all_bases, isa_ansatz, parameter_sets


@pytest.fixture(scope="module")
def cost():
    pub = (isa_ansatz(), all_bases(), parameter_sets())
    return estimate_job([pub], "fake_manila", precision=0.05, resilience_level=1)


def test_bars_are_the_parts_and_purposes_of_the_record(cost):
    (_, by_part), (_, by_purpose) = time_panels(cost)
    assert by_part[0].parts == dict(cost.time.parts)
    assert [bar.total_s for bar in by_part] == pytest.approx([cost.time.value_s, cost.precise.time.value_s])
    assert [bar.total_s for bar in by_purpose] == pytest.approx([cost.time.value_s, cost.precise.time.value_s])
    assert by_part[0].interval_s == (cost.time.low_s, cost.time.high_s)


def test_the_picture(cost, tmp_path):
    figure = cost.plot(path=tmp_path / "a.svg")
    assert len(figure.axes) == 3
    shot = figure.axes[-1]
    longest_s = cost.timeline.schedule.duration_s
    assert shot.get_xlim()[1] * 1e-6 == pytest.approx(longest_s) or shot.get_xlim()[1] * 1e-9 == pytest.approx(
        longest_s
    )
    hwcost.plot(cost, path=tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert len(cost.plot("time").axes) == 2
    assert len(cost.plot("schedule").axes) == 1


def test_a_picture_that_there_is_not(cost):
    with pytest.raises(OptionError, match="no picture 'front'"):
        cost.plot("front")
