"""Validation parts in turn: disjoint, of equal sizes and proportions, with a test part that none touches."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sets import two_classes
from nas.core.errors import SettingError
from nas.datasets.dataset import dataset_from_arrays, load_dataset
from nas.datasets.folds import fold, num_folds


def test_folds_of_iris_worked_by_hand():
    # 120 samples are not of the test part, 24 of them validate, 8 of each class: five parts without a sample left over.
    pytest.importorskip("sklearn")
    data = load_dataset("iris")
    folds = [fold(data, number, 5) for number in range(5)]
    assert folds[0] is data
    validation = [row for one in folds for row in one.split.validation.tolist()]
    assert sorted(validation) == sorted([*data.split.training.tolist(), *data.split.validation.tolist()])
    for one in folds:
        assert Counter(one.labels[one.split.validation].tolist()) == {0: 8, 1: 8, 2: 8}
        assert len(one.split.training) == 96
        assert not set(one.split.training.tolist()) & set(one.split.validation.tolist())
        assert np.array_equal(one.split.test, data.split.test)
        assert one.training_part()[0].mean(axis=0) == pytest.approx(0.0, abs=1e-12)  # scaled by what trains here
        assert one.split_sha256 == one.split.sha256()
    assert len({one.split_sha256 for one in folds}) == 5


@given(st.integers(7, 200), st.integers(0, 2**32), st.floats(0.05, 0.95), st.integers(1, 12))
def test_parts_are_disjoint_and_leave_the_test_part_and_every_class_to_train(count, seed, fraction, asked):
    data = two_classes(count, split_seed=seed, validation_fraction=fraction)
    most = num_folds("auto", len(data.split.training), len(data.split.validation))
    number = min(asked, 1 + len(data.split.training) // len(data.split.validation))
    folds = [fold(data, i, number) for i in range(number)]
    seen = np.concatenate([one.split.validation for one in folds])
    assert len(seen) == len(set(seen.tolist())) == number * len(data.split.validation)
    assert not set(seen.tolist()) & set(data.split.test.tolist())
    assert 1 <= most <= 5
    for one in folds:
        rest = set(one.split.training.tolist())
        assert rest | set(one.split.validation.tolist()) == {*data.split.training, *data.split.validation}
        assert set(one.labels[one.split.training].tolist()) == {0, 1}
        assert np.array_equal(one.features, data.features)


def test_the_same_samples_give_the_same_folds_and_another_seed_others():
    rng = np.random.default_rng(0)
    features, labels = rng.normal(size=(60, 2)), [0, 1, 2] * 20
    one, same, other = (dataset_from_arrays(features, labels, split_seed=seed) for seed in (4, 4, 5))
    for number in (1, 2, 3):
        assert fold(one, number, 4).split_sha256 == fold(same, number, 4).split_sha256
        assert fold(one, number, 4).split_sha256 == fold(one, number, 5).split_sha256  # more folds change none before
        assert fold(one, number, 4).split_sha256 != fold(other, number, 4).split_sha256


def test_where_there_are_too_few_samples_it_is_said():
    assert num_folds("auto", 2, 4) == num_folds(1, 2, 4) == 1
    assert num_folds("auto", 396, 99) == 5
    assert num_folds("auto", 400, 100) == 1
    with pytest.raises(SettingError, match=r"num_folds is 2, but 6 samples have 1 validation parts of 4"):
        num_folds(2, 2, 4)
