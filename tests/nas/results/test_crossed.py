"""Intervals of accuracies over trainings and samples: they cover, and nothing certain comes from few samples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from nas.results.crossed import accuracy_interval, difference_interval

SD_SAMPLES = 2.0


def drawn(generator, trainings, samples, accuracy, sd_trainings, difficulty):
    """Answers of trainings that differ, to samples of which some are hard for all."""
    mean = norm.ppf(accuracy) * np.sqrt(1.0 + sd_trainings**2 + SD_SAMPLES**2)
    skill = generator.normal(0.0, sd_trainings, (trainings, 1))
    return mean + skill + difficulty + generator.normal(size=(trainings, samples)) > 0.0


@pytest.mark.parametrize(
    ("samples", "trainings", "accuracy", "sd"), [(30, 5, 0.95, 0.2), (360, 5, 0.9, 0.2), (360, 3, 0.9, 0.5)]
)
def test_intervals_cover_what_other_samples_and_trainings_would_give(samples, trainings, accuracy, sd):
    generator = np.random.default_rng(0)
    covered = np.zeros(2)
    repetitions = 400
    for _ in range(repetitions):
        difficulty = generator.normal(0.0, SD_SAMPLES, samples)
        ours = drawn(generator, trainings, samples, accuracy, sd, difficulty)
        theirs = drawn(generator, trainings, samples, accuracy - 0.02, sd, difficulty)
        alone, difference = accuracy_interval(ours), difference_interval(ours, theirs)
        covered += (alone.low <= accuracy <= alone.high, difference.low <= 0.02 <= difference.high)
    assert (covered / repetitions > 0.91).all(), covered / repetitions


def test_more_answers_to_the_same_samples_are_not_more_samples():
    """Of a hundred trainings that agree, a sample is still one sample."""
    correct = np.random.default_rng(0).random(40) < 0.8
    one, many = accuracy_interval(correct[None]), accuracy_interval(np.repeat(correct[None], 100, axis=0))
    assert (many.low, many.high) == pytest.approx((one.low, one.high))


def test_thirty_of_thirty_prove_nothing_certain():
    right = np.ones((5, 30), dtype=bool)
    assert accuracy_interval(right).value == 1.0
    assert 0.8 < accuracy_interval(right).low < 0.92
    same = difference_interval(right, right)
    assert same.value == 0.0
    assert same.low == pytest.approx(-same.high)
    assert 0.02 < same.high < 0.15


def test_what_differs_between_trainings_widens_the_interval():
    generator = np.random.default_rng(1)
    alike = generator.random((5, 400)) < 0.9
    apart = generator.random((5, 400)) < np.array([0.7, 0.8, 0.9, 0.95, 1.0])[:, None]
    widths = [interval.high - interval.low for interval in map(accuracy_interval, (alike, apart))]
    assert widths[1] > 3 * widths[0]


def test_a_difference_has_its_sign_and_its_level():
    generator = np.random.default_rng(2)
    better, worse = generator.random((4, 300)) < 0.95, generator.random((4, 300)) < 0.7
    found = difference_interval(better, worse)
    assert found.low > 0.15
    turned = difference_interval(worse, better)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
    wider = difference_interval(better, worse, level=0.99)
    assert wider.low < found.low < found.value < found.high < wider.high
    assert wider.level == 0.99
