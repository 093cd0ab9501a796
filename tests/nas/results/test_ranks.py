"""Rank correlations and their intervals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from nas.results.ranks import Resampled, fitted_left_out, mean_of, partial_spearman, spearman

RNG = np.random.default_rng(0)


def test_it_is_scipys_correlation_in_every_draw_with_ties() -> None:
    x, y = RNG.integers(0, 6, 30).astype(float), RNG.integers(0, 6, 30).astype(float)
    rows = RNG.integers(0, 30, size=(5, 30))
    expected = [spearmanr(x[row], y[row]).statistic for row in rows]
    assert spearman(rows, x, y) == pytest.approx(expected, abs=1e-12)


def test_what_others_explain_is_taken_out() -> None:
    size = np.repeat(np.arange(6.0), 20)
    luck, other = RNG.normal(size=(2, 120))
    rows = np.arange(120)[None, :]
    assert spearman(rows, size + 0.1 * luck, size + 0.1 * other)[0] > 0.9
    assert abs(partial_spearman(rows, size + 0.1 * luck, size + 0.1 * other, size[:, None])[0]) < 0.25
    assert partial_spearman(rows, size + 0.1 * luck, size + 0.1 * luck, size[:, None])[0] == pytest.approx(1.0)
    assert np.isnan(partial_spearman(rows, size, luck, size[:, None])[0])


def test_the_interval_covers_the_correlation_of_all_networks() -> None:
    """Pearson's 0.8 of normal figures is Spearman's 6/π·asin(0.4) = 0.786."""
    inside, trials = 0, 120
    for trial in range(trials):
        rng = np.random.default_rng(trial)
        x = rng.normal(size=60)
        y = 0.8 * x + 0.6 * rng.normal(size=60)
        found = Resampled(60, seed=trial, draws=400).interval(lambda rows, x=x, y=y: spearman(rows, x, y))
        inside += found.low <= 0.786 <= found.high
    assert 0.88 * trials <= inside <= trials


def test_it_is_the_same_again_and_not_defined_where_nothing_varies() -> None:
    x, y = RNG.normal(size=(2, 20))
    one, other = (Resampled(20, seed=3).interval(lambda rows: spearman(rows, x, y)) for _ in range(2))
    assert one == other
    assert Resampled(20).interval(lambda rows: spearman(rows, x, np.ones(20))) is None


def test_means_are_means() -> None:
    x, y, z = RNG.normal(size=(3, 20))
    rows = np.arange(20)[None, :]
    both = mean_of([lambda rows: spearman(rows, x, y), lambda rows: spearman(rows, x, z)])
    assert both(rows)[0] == pytest.approx((spearman(rows, x, y)[0] + spearman(rows, x, z)[0]) / 2.0)


def test_left_out_predictions_are_those_of_fits_without_the_network() -> None:
    features = RNG.normal(size=(15, 3))
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    y = features @ [1.0, -2.0, 0.5] + 3.0 + 0.1 * RNG.normal(size=15)
    found = fitted_left_out(features, y)
    for i in range(15):
        rest = np.arange(15) != i
        wide = np.column_stack([np.ones(14), features[rest]])
        weights = np.linalg.solve(wide.T @ wide + np.diag([1e-9, 1.0, 1.0, 1.0]), wide.T @ y[rest])
        assert found[i] == pytest.approx(weights[0] + features[i] @ weights[1:], abs=1e-9)
