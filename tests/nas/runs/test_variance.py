"""The share of the variance that is the architecture's: by hand, by its laws, and by simulation."""

from __future__ import annotations

import math
import random

import pytest

from nas.core.errors import SettingError
from nas.runs.variance import intraclass


def simulated(k, n, architecture_sd, seed_sd, rng):
    return [
        [mu + rng.gauss(0.0, seed_sd) for _ in range(n)] for mu in (rng.gauss(0.5, architecture_sd) for _ in range(k))
    ]


def test_a_table_worked_by_hand():
    # Means 2, 4, 6, mean of all 4; B = 3·(4 + 0 + 4)/2 = 12; W = (2 + 2 + 2)/6 = 1; share 11/(12 + 2·1).
    found = intraclass([[1.0, 2.0, 3.0], [3.0, 4.0, 5.0], [5.0, 6.0, 7.0]])
    assert found.share == pytest.approx(11 / 14)
    assert found.mean == pytest.approx(4.0)
    assert found.seed_sd == pytest.approx(1.0)
    assert found.architecture_sd == pytest.approx(math.sqrt(11 / 3))
    # Quantiles of printed tables: F(0.975; 2, 6) = 7.26, F(0.975; 6, 2) = 39.33.
    assert found.low == pytest.approx((12 / 7.26 - 1) / (12 / 7.26 + 2), abs=1e-3)
    assert found.high == pytest.approx((12 * 39.33 - 1) / (12 * 39.33 + 2), abs=1e-3)
    assert found.is_signal


def test_the_table_of_shrout_and_fleiss():
    # Their table 2 (six targets, four judges), ICC(1,1) as they print it.
    table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    found = intraclass(table)
    assert found.share == pytest.approx(0.17, abs=0.005)
    assert (found.low, found.is_signal) == (0.0, False)
    assert found.high == pytest.approx(0.72, abs=0.01)


def test_units_and_order_make_no_difference():
    rng = random.Random(1)
    table = simulated(12, 3, 0.1, 0.1, rng)
    first = intraclass(table)
    moved = intraclass([[7.0 - 3.0 * x for x in reversed(row)] for row in reversed(table)])
    assert moved.share == pytest.approx(first.share)
    assert (moved.low, moved.high) == pytest.approx((first.low, first.high))
    assert moved.seed_sd == pytest.approx(3.0 * first.seed_sd)


def test_nothing_varies_or_only_the_architecture():
    same = intraclass([[0.1 + 0.2, 0.3, 0.3]] * 4)
    assert (same.share, same.low, same.high, same.is_signal) == (None, None, None, False)
    assert same.of_mean(3) is None
    only = intraclass([[0.1, 0.1], [0.2, 0.2]])
    assert (only.share, only.low, only.high, only.seed_sd) == (1.0, 1.0, 1.0, 0.0)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_the_interval_covers_the_share_of_a_simulation(share):
    rng = random.Random(int(share * 100))
    runs = [intraclass(simulated(30, 3, math.sqrt(share), math.sqrt(1.0 - share), rng)) for _ in range(400)]
    covered = sum(run.low <= share <= run.high for run in runs) / len(runs)
    assert 0.92 <= covered <= 0.98  # nominal 0.95; three standard errors are 0.033
    mean = sum(run.share for run in runs) / len(runs)
    assert mean == pytest.approx(share, abs=0.03)


def test_without_architectures_a_signal_is_seen_as_often_as_the_level_says():
    rng = random.Random(0)
    seen = sum(intraclass(simulated(30, 3, 0.0, 0.1, rng)).is_signal for _ in range(600))
    assert 3 <= seen <= 28  # 2.5 % of 600 is 15


def test_the_share_of_a_mean_is_that_of_means_in_a_simulation():
    rng = random.Random(3)
    table = simulated(3000, 4, 1.0, 2.0, rng)  # share 0.2
    pairs = [[sum(row[:2]) / 2, sum(row[2:]) / 2] for row in table]
    assert intraclass(table).of_mean(2) == pytest.approx(intraclass(pairs).share, abs=0.05)
    assert intraclass(table).of_mean(1) == intraclass(table).share


@pytest.mark.parametrize("errors", [[], [[0.1, 0.2]], [[0.1], [0.2]], [[0.1, 0.2], [0.1]]])
def test_too_little_is_refused(errors):
    with pytest.raises(SettingError, match="at least two"):
        intraclass(errors)
