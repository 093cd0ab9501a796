"""Predictions of what a training ends with."""

from __future__ import annotations

import numpy as np
import pytest

from nas.training.curves import best_so_far, fit_curves, left_out_lines, left_out_predictions


def curves(number: int, seed: int = 0, noise: float = 0.02, epochs: int = 8) -> list[tuple[float, ...]]:
    """Trainings that approach a level of their own, each at its own rate."""
    rng = np.random.default_rng(seed)
    levels, rates = rng.uniform(0.4, 0.9, number), rng.uniform(0.3, 0.9, number)
    steps = np.arange(1, epochs + 1)
    exact = levels[:, None] * (1.0 - rates[:, None] ** steps)
    return [tuple(row) for row in np.clip(exact + noise * rng.normal(size=exact.shape), 0.0, 1.0)]


def test_best_so_far():
    assert best_so_far([0.2, 0.1, 0.5, 0.4]) == [0.2, 0.2, 0.5, 0.5]


def test_too_few_trainings_fit_nothing():
    assert fit_curves(curves(3), 2) is None
    few = fit_curves(curves(10), 2)
    assert few is not None
    assert few.optimistic(curves(1)[0], 0.95) is None
    assert few.optimistic(curves(1)[0], 0.8) is not None


def test_a_gain_that_is_a_line_of_value_and_step_is_found():
    rng = np.random.default_rng(1)
    made = []
    for _ in range(40):
        first, step = rng.uniform(0.2, 0.5), rng.uniform(0.0, 0.1)
        second = first + step
        made.append((first, second, second + 0.05 + 0.8 * step - 0.1 * second))
    model = fit_curves(made, 2)
    assert model.predict((0.3, 0.36)) == pytest.approx(0.36 + 0.05 + 0.8 * 0.06 - 0.1 * 0.36, abs=2e-3)
    assert max(map(abs, model.residuals)) < 2e-3


def test_noise_is_shrunk_away():
    """Where the step says nothing of what is to come, the mean gain is as good as anything."""
    rng = np.random.default_rng(2)
    figures = np.column_stack([rng.uniform(0.0, 0.3, (60, 2)), 0.03 * rng.normal(size=60)])
    made = [(first, first + step, first + step + 0.1 + luck) for first, step, luck in figures]
    model = fit_curves(made, 2)
    assert abs(model.by_step) < 0.05
    assert model.gain == pytest.approx(0.1, abs=0.02)


def test_residuals_are_those_of_left_out_networks():
    made = curves(12)
    model = fit_curves(made, 3)
    found = left_out_predictions(made, 3)
    # The penalty is chosen anew for each, so that they agree on average and not one by one.
    assert np.std(np.array([max(c) for c in made]) - found) == pytest.approx(np.std(model.residuals), rel=0.3)


@pytest.mark.parametrize("epoch", [1, 3, 6])
def test_ends_are_not_above_the_optimistic_prediction_more_often_than_said(epoch):
    above = total = 0
    for seed in range(30):
        made = curves(60, seed=seed)
        model = fit_curves(made[:40], epoch)
        bounds = [model.optimistic(curve, 0.9) for curve in made[40:]]
        above += sum(max(curve) > bound for curve, bound in zip(made[40:], bounds, strict=True))
        total += 20
    assert 0.06 <= above / total <= 0.14


def test_the_last_step_tells_more_than_a_line():
    made = curves(60, noise=0.005)
    ends = np.array([max(curve) for curve in made])
    error = {
        name: float(np.sqrt(np.mean((np.array(predicted) - ends) ** 2)))
        for name, predicted in (("line", left_out_lines(made, 3)), ("step", left_out_predictions(made, 3)))
    }
    assert error["step"] < 0.9 * error["line"]


def test_lines_are_those_of_least_squares_without_the_network():
    made = curves(9)
    x, y = np.array([c[1] for c in made]), np.array([max(c) for c in made])
    for i, found in enumerate(left_out_lines(made, 2)):
        rest = np.arange(9) != i
        slope, intercept = np.polyfit(x[rest], y[rest], 1)
        assert found == pytest.approx(slope * x[i] + intercept)


def test_equal_trainings_are_predicted_as_they_are():
    model = fit_curves([(0.5, 0.5, 0.6)] * 6, 2)
    assert model.predict((0.5, 0.5)) == pytest.approx(0.6)
    assert model.optimistic((0.5, 0.5), 0.8) == pytest.approx(0.6)
    assert left_out_lines([(0.5, 0.5, 0.6)] * 6, 2) == pytest.approx([0.6] * 6)


def test_trainings_that_ended_before_stay_where_they_were():
    model = fit_curves([(0.2, 0.6), *curves(10)], 5)
    assert model is not None
    assert max(model.optimistic((0.9, 0.99, 0.99, 0.99, 0.99), 0.9), 0.0) <= 1.0
