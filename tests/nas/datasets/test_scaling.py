"""Scaling, worked by hand and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.core.errors import DataError
from nas.datasets.dataset import dataset_from_arrays, load_dataset
from nas.datasets.scaling import fit_scaling


def test_standard_scaling_worked_by_hand():
    # 1, 3, 5: mean 3, population variance (4 + 0 + 4)/3.
    scaling = fit_scaling("standard", [[1.0], [3.0], [5.0]], ["a"])
    assert scaling.apply([[3.0], [5.0]]).ravel() == pytest.approx([0.0, 2.0 / np.sqrt(8.0 / 3.0)])


def test_global_scaling_worked_by_hand():
    # Values 0, 2, 4, 6 in two columns: mean 3, variance (9 + 1 + 1 + 9)/4 = 5 for both columns.
    scaling = fit_scaling("global", [[0.0, 2.0], [4.0, 6.0]], ["a", "b"])
    assert scaling.apply([[3.0, 8.0]])[0] == pytest.approx([0.0, 5.0 / np.sqrt(5.0)])


def test_scaling_agrees_with_scikit_learn():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    data = load_dataset("digits")
    x = data.features[data.split.training]
    expected = preprocessing.StandardScaler().fit(x)
    assert data.validation_part()[0] == pytest.approx(expected.transform(data.features[data.split.validation]))
    minmax = load_dataset("digits", scaling="minmax")
    expected = preprocessing.MinMaxScaler().fit(x)
    assert minmax.test_part()[0] == pytest.approx(expected.transform(data.features[data.split.test]))


def test_scaling_looks_at_the_training_part_alone():
    features = np.random.default_rng(0).normal(size=(60, 3))
    labels = np.arange(60) % 3
    data = dataset_from_arrays(features, labels)
    spoilt = features.copy()
    spoilt[np.concatenate([data.split.validation, data.split.test])] = 1e6
    assert np.array_equal(dataset_from_arrays(spoilt, labels).training_part()[0], data.training_part()[0])


@given(st.floats(-1e6, 1e6), st.sampled_from(["standard", "minmax", "global", "none"]))
def test_a_constant_feature_is_only_shifted(value, kind):
    x = np.full((7, 1), value)
    scaled = fit_scaling(kind, x, ["a"]).apply(x)
    assert scaled == pytest.approx(x if kind == "none" else 0.0 * x, abs=1e-9 * abs(value) if kind != "none" else 0)


def test_numbers_that_overflow_are_refused():
    with pytest.raises(DataError, match="feature 'x0': its values reach"):
        dataset_from_arrays([[1e308], [-1e308]] * 5, [0, 1] * 5)


def test_minmax_and_none_worked_by_hand():
    x = [[1.0, 5.0], [3.0, 9.0]]
    assert fit_scaling("minmax", x, ["a", "b"]).apply([[2.0, 10.0]]).tolist() == [[0.5, 1.25]]
    assert fit_scaling("none", x, ["a", "b"]).apply([[2.0, 10.0]]).tolist() == [[2.0, 10.0]]


def test_bytes_are_scaled_without_wrapping_round():
    scaling = fit_scaling("minmax", np.array([[10], [250]], dtype=np.uint8), ["pixel1"])
    scaled = scaling.apply(np.array([[0], [250]], dtype=np.uint8))
    assert (scaled.dtype, scaled.ravel().tolist()) == (np.float64, [-10 / 240, 1.0])


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=2), min_size=2, max_size=20))
def test_minmax_fills_0_to_1_and_standard_has_unit_variance(rows):
    x = np.array(rows)
    minmax = fit_scaling("minmax", x, ["a", "b"]).apply(x)
    assert ((minmax >= 0.0) & (minmax <= 1.0)).all()
    standard = fit_scaling("standard", x, ["a", "b"]).apply(x)
    spread = np.ptp(x, axis=0) > 1e-3
    assert standard.std(axis=0)[spread] == pytest.approx(np.ones(spread.sum()), rel=1e-3)


def test_the_first_feature_that_is_too_large_is_named_in_one_line():
    with pytest.raises(DataError) as error:
        fit_scaling("standard", [[0.0, 1e308], [1.0, -1e308]], ["small", "\x1b[2Jlarge"])
    assert "large': its values reach 1e+308" in str(error.value)
    assert str(error.value).isprintable()
