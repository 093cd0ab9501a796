"""The model of errors against plain conditioning of Gaussians, and on data that it was made for."""

from __future__ import annotations

import numpy as np
import pytest

from nas.runs import error_model
from nas.runs.error_model import PRIOR_SD, PRIOR_WEIGHT, fit_errors


def made(seed: int, *, own_sd: float, noise_sd: float, repeated: int, networks: int = 150, slope: float = 0.02):
    """Features, true errors, and trainings: three of the first networks, one of each other."""
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((networks, 10))
    true = 0.5 + features @ (slope * rng.standard_normal(10)) + own_sd * rng.standard_normal(networks)
    counts = [3 if i < repeated else 1 for i in range(networks)]
    return features, true, [list(true[i] + noise_sd * rng.standard_normal(n)) for i, n in enumerate(counts)]


def test_at_one_point_of_the_grid_it_is_the_conditional_of_a_gaussian(monkeypatch):
    share, strength = 0.3, 0.8
    monkeypatch.setattr(error_model, "STRENGTHS", (strength,))
    monkeypatch.setattr(error_model, "_shares", lambda: (share,))
    rng = np.random.default_rng(3)
    features = rng.standard_normal((7, 3))
    errors = [list(0.4 + 0.1 * rng.standard_normal(n)) for n in (1, 2, 3, 1, 1, 2, 1)]
    model = fit_errors(features, errors)
    # Every training is an observation of its own; the constant has a prior that is as good as flat.
    of = np.repeat(np.arange(7), [len(one) for one in errors])
    flat = np.concatenate(errors)
    rows = (features - features.mean(axis=0)) / features.std(axis=0) / np.sqrt(3)
    function = strength * rows @ rows.T + 1e4
    kernel = function + share * np.eye(7)
    observed = kernel[np.ix_(of, of)] + (1.0 - share) * np.eye(len(of))
    inverse = np.linalg.inv(observed)
    mean = kernel[:, of] @ inverse @ flat
    scale = (flat @ inverse @ flat + PRIOR_WEIGHT * PRIOR_SD**2) / (len(flat) - 1.0 + PRIOR_WEIGHT)
    variance = scale * np.diag(kernel - kernel[:, of] @ inverse @ kernel[of])
    found, sd = model.estimates()
    assert found == pytest.approx(mean, abs=1e-4)
    assert sd == pytest.approx(np.sqrt(variance), rel=1e-3)
    expected = function[:, of] @ inverse @ flat
    spread = scale * np.diag(function - function[:, of] @ inverse @ function[of])
    found, sd = model.function(features)
    assert found == pytest.approx(expected, abs=1e-4)
    assert sd == pytest.approx(np.sqrt(spread), rel=1e-3)
    assert model.noise_sd == pytest.approx(np.sqrt(scale * (1.0 - share)), rel=1e-3)


def test_the_likelihood_is_that_of_the_gaussian(monkeypatch):
    """Differences between points of the grid, with the scale integrated out as for a Student distribution."""
    rng = np.random.default_rng(4)
    features = rng.standard_normal((6, 2))
    counts = (1, 3, 2, 1, 2, 1)
    errors = [list(0.4 + 0.1 * rng.standard_normal(n)) for n in counts]
    of, flat = np.repeat(np.arange(6), counts), np.concatenate(errors)
    rows = (features - features.mean(axis=0)) / features.std(axis=0) / np.sqrt(2)

    def plain(share: float, strength: float) -> float:
        kernel = strength * rows @ rows.T + 1e4 + share * np.eye(6)
        observed = kernel[np.ix_(of, of)] + (1.0 - share) * np.eye(len(of))
        degrees = len(flat) - 1.0 + PRIOR_WEIGHT
        squares = flat @ np.linalg.inv(observed) @ flat + PRIOR_WEIGHT * PRIOR_SD**2
        return float(-0.5 * np.linalg.slogdet(observed)[1] - 0.5 * degrees * np.log(squares))

    weights = {}
    monkeypatch.setattr(error_model, "LEAST_WEIGHT", 0.0)
    monkeypatch.setattr(error_model, "STRENGTHS", (0.1, 3.0))
    monkeypatch.setattr(error_model, "_shares", lambda: (0.2, 0.7))
    for point in fit_errors(features, errors)._points:
        strength = 0.1 if point.spreads.max() < 0.1 + 1e-12 else 3.0
        weights[point.share, strength] = np.log(point.weight)
    first = (0.2, 0.1)
    for point, weight in weights.items():
        assert weight - weights[first] == pytest.approx(plain(*point) - plain(*first), abs=0.01)


def test_without_repeats_the_weight_of_an_own_training_is_one_half():
    features, _, errors = made(0, own_sd=0.03, noise_sd=0.05, repeated=0)
    model = fit_errors(features, errors)
    estimate, _ = model.estimates()
    function, _ = model.function(features)
    observed = np.array([one[0] for one in errors])
    assert estimate == pytest.approx(0.5 * (function + observed), abs=1e-6)
    assert model.noise_sd == pytest.approx(model.own_sd, rel=1e-6)
    assert model.noise_sd_high > 1.3 * model.noise_sd  # it may be luck altogether


def test_repeats_tell_luck_from_what_networks_have_of_their_own():
    lucky = fit_errors(*made(1, own_sd=0.0, noise_sd=0.06, repeated=60)[::2])
    assert lucky.noise_sd == pytest.approx(0.06, rel=0.15)
    assert lucky.own_sd < 0.03
    own = fit_errors(*made(1, own_sd=0.06, noise_sd=0.01, repeated=60)[::2])
    assert own.noise_sd == pytest.approx(0.01, abs=0.006)
    assert own.own_sd == pytest.approx(0.06, rel=0.2)


def test_intervals_hold_and_estimates_are_better_than_what_was_observed():
    inside, estimated, observed = [], [], []
    for seed in range(12):
        features, true, errors = made(seed, own_sd=0.03, noise_sd=0.05, repeated=40)
        model = fit_errors(features, errors)
        mean, sd = model.estimates()
        inside += list(np.abs(true - mean) < 1.645 * sd)
        estimated.append(np.mean((mean - true) ** 2))
        observed.append(np.mean((model.mean_errors - true) ** 2))
    assert 0.86 < np.mean(inside) < 0.94
    assert np.mean(estimated) < 0.6 * np.mean(observed)


def test_shuffled_errors_leave_nothing_to_explain():
    features, _, errors = made(2, own_sd=0.0, noise_sd=0.05, repeated=0, slope=0.05)
    real = fit_errors(features, errors)
    shuffled = fit_errors(features, [errors[i] for i in np.random.default_rng(0).permutation(len(errors))])
    assert real.function_sd > 0.1
    assert shuffled.function_sd < 0.3 * real.function_sd


def test_draws_have_the_moments_of_the_estimates_and_are_always_the_same():
    features, _, errors = made(5, own_sd=0.03, noise_sd=0.05, repeated=30, networks=40)
    model = fit_errors(features, errors)
    mean, sd = model.estimates()
    drawn = model.draws(4000, 0)
    assert drawn.mean(axis=0) == pytest.approx(mean, abs=0.006)
    assert drawn.std(axis=0) == pytest.approx(sd, rel=0.15)
    assert (model.draws(50, 1) == fit_errors(features, errors).draws(50, 1)).all()
    assert (model.draws(50, 1) != model.draws(50, 2)).any()


def test_more_trainings_narrow_an_estimate():
    model = fit_errors(*made(6, own_sd=0.03, noise_sd=0.05, repeated=30)[::2])
    widths = [model.after(float(more))[1].mean() for more in range(4)]
    assert widths == sorted(widths, reverse=True)
    assert model.after(0.0)[1] == pytest.approx(model.estimates()[1])


@pytest.mark.parametrize(
    "errors", [[[0.3]], [[0.0], [0.0]], [[0.0, 0.0], [0.0], [0.0]], [[1.0, 0.0]], [[0.5], [0.5, 0.5]]]
)
def test_little_and_equal_errors_are_never_certain(errors):
    features = np.arange(float(len(errors)))[:, None]
    mean, sd = fit_errors(features, errors).estimates()
    assert np.isfinite(mean).all()
    assert (sd > 0.0).all()
    assert (mean >= -0.2).all()
    assert (mean <= 1.2).all()


def test_without_any_feature_networks_shrink_to_their_mean():
    errors = [[0.2], [0.4], [0.6]]
    mean, sd = fit_errors(np.zeros((3, 0)), errors).estimates()
    assert mean == pytest.approx([0.3, 0.4, 0.5], abs=1e-6)
    assert (sd > 0.03).all()


def test_columns_that_do_not_vary_count_nothing():
    features, _, errors = made(7, own_sd=0.0, noise_sd=0.05, repeated=10, networks=30)
    constant = np.column_stack([features, np.full(30, 1e9), np.zeros(30)])
    assert fit_errors(constant, errors).estimates()[0] == pytest.approx(fit_errors(features, errors).estimates()[0])
    asked = constant.copy()
    asked[:, -1] = 5.0
    model = fit_errors(constant, errors)
    assert model.function(asked)[0] == pytest.approx(model.function(constant)[0])
