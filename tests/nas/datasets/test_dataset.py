"""Data sets: their parts and scaling, worked by hand and as laws, and what is refused."""

from __future__ import annotations

import math
import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.core.errors import DataError, SettingError
from nas.datasets.dataset import Dataset, dataset_from_arrays, load_dataset
from nas.datasets.samples import make_samples
from nas.datasets.scaling import fit_scaling
from nas.datasets.splits import SplitSettings, allot, split


def two_classes(num_samples, **options):
    """Feature i·1.5, label i mod 2."""
    return dataset_from_arrays(1.5 * np.arange(num_samples)[:, None], np.arange(num_samples) % 2, **options)


def rows_of(data: Dataset):
    return data.split.training, data.split.validation, data.split.test


# Parts


def test_parts_of_iris_worked_by_hand():
    # 50 of each class; test 20 %: 10, 10, 10; of the other 40 of each 20 % validate: 8, 8, 8; 32 train.
    pytest.importorskip("sklearn")
    data = load_dataset("iris")
    for rows, count in zip(rows_of(data), (32, 8, 10), strict=True):
        assert Counter(data.labels[rows].tolist()) == {0: count, 1: count, 2: count}
    assert data.class_names == ("setosa", "versicolor", "virginica")


def test_largest_remainders_worked_by_hand():
    # 33 of 99 from classes of 97 and 2: 32.33 and 0.67; one is left after rounding down, the larger remainder gets it.
    assert allot([97, 2], 33, reserve=1) == [32, 1]
    # 10 of 20 from classes of 18, 1 and 1 would be 9, 0.5, 0.5: each gets its one, the largest class pays.
    assert allot([18, 1, 1], 10, reserve=0) == [8, 1, 1]


@given(
    st.lists(st.integers(3, 40), min_size=2, max_size=6),
    st.floats(0.05, 0.6),
    st.floats(0.05, 0.6),
    st.integers(0, 2**63 - 1),
)
def test_every_sample_is_in_one_part_and_every_class_in_each(counts, test, validation, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    samples = make_samples(np.arange(len(labels))[:, None], labels, name="made", origin="made")
    rows = split(samples, SplitSettings(test_fraction=test, validation_fraction=validation, seed=seed))
    parts = (rows.training, rows.validation, rows.test)
    assert sorted(np.concatenate(parts)) == list(range(len(labels)))
    for part in parts:
        assert set(labels[part]) == set(range(len(counts)))
        assert (np.diff(part) > 0).all()
    # Rounded to a whole number where no class needs more and each can spare its share, two samples being kept back.
    if min(counts) * test >= 1 and all(math.ceil(test * count) <= count - 2 for count in counts):
        assert len(rows.test) == round(test * len(labels))


@given(st.integers(4, 60), st.integers(0, 1000))
def test_a_limit_changes_neither_the_test_part_nor_the_order_of_what_is_kept(max_samples, seed):
    whole = two_classes(100, split_seed=seed)
    fewer = two_classes(100, split_seed=seed, max_samples=max_samples)
    least = two_classes(100, split_seed=seed, max_samples=4)
    assert np.array_equal(fewer.split.test, whole.split.test)
    kept = set(fewer.split.training) | set(fewer.split.validation)
    assert len(kept) == max_samples
    assert kept <= set(whole.split.training) | set(whole.split.validation)
    assert set(least.split.training) | set(least.split.validation) <= kept
    counts = Counter(fewer.labels[sorted(kept)].tolist())
    assert abs(counts[0] - counts[1]) <= 1


def test_the_seed_alone_fixes_the_parts():
    first, again, other = two_classes(50), two_classes(50), two_classes(50, split_seed=1)
    assert first.split_sha256 == again.split_sha256 != other.split_sha256
    assert first.sha256 == again.sha256 == other.sha256
    # Written down, so that another version of NumPy cannot change a published split unseen.
    assert two_classes(10, split_seed=3).split.test.tolist() == SPLIT_OF_TEN[2]
    assert two_classes(10, split_seed=3).split.validation.tolist() == SPLIT_OF_TEN[1]


SPLIT_OF_TEN = ([1, 2, 3, 5, 6, 8], [4, 7], [0, 9])


def test_the_official_test_part_stays_the_test_part():
    samples = make_samples(np.arange(40)[:, None], np.arange(40) % 2, name="made", origin="made", num_official_test=10)
    for settings in (SplitSettings(), SplitSettings(seed=5, test_fraction=0.7, max_samples=8)):
        rows = split(samples, settings)
        assert rows.test.tolist() == list(range(30, 40))
        assert rows.has_official_test
    assert len(rows.training) + len(rows.validation) == 8


def test_the_same_rows_after_another_process_read_the_record():
    data = two_classes(30)
    copy = pickle.loads(pickle.dumps(data))
    assert (copy.sha256, copy.split_sha256) == (data.sha256, data.split_sha256)
    assert np.array_equal(copy.training_part()[0], data.training_part()[0])


# Scaling


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


# Sources


@pytest.mark.parametrize(
    ("name", "num_samples", "num_features", "num_classes"),
    [("iris", 150, 4, 3), ("wine", 178, 13, 3), ("breast-cancer", 569, 30, 2), ("digits", 1797, 64, 10)],
)
def test_the_data_sets_of_scikit_learn(name, num_samples, num_features, num_classes):
    pytest.importorskip("sklearn")
    data = load_dataset(name)
    assert data.features.shape == (num_samples, num_features)
    assert (data.num_features, data.num_classes) == (num_features, num_classes)
    assert data.features.dtype == np.float64
    assert len(data.sha256) == 64
    assert data.origin.startswith("scikit-learn ")


def test_labels_of_any_kind():
    x = np.arange(12)[:, None]
    text = dataset_from_arrays(x, ["b", "a"] * 6)
    assert text.class_names == ("a", "b")
    assert text.labels.tolist() == [1, 0] * 6
    numbers = dataset_from_arrays(x, ["10", "9"] * 6)
    assert numbers.class_names == ("9", "10")
    floats = dataset_from_arrays(x, np.array([3.0, -1.0] * 6))
    assert floats.class_names == ("-1", "3")
    assert np.array_equal(floats.labels, numbers.labels)


@pytest.mark.parametrize(
    ("features", "labels", "message"),
    [
        ([[1.0], [2.0]], [0, 1, 0], "2 samples but 3 labels"),
        ([[1.0]] * 6, [0] * 6, "all 6 samples have the label '0'"),
        ([[1.0]] * 6, [0, 1, 1, 1, 1, 1], "class '0' has 1 sample; each of the 2 classes needs at least 3"),
        ([[1.0]] * 6, [0.5, 1.0] * 3, "labels of type float64"),
        ([[1.0]] * 6, [[0], [1]] * 3, "labels of shape (6, 1)"),
        ([[1.0]] * 6, [None, 1] * 3, "labels of type object"),
        ([["a"]] * 6, [0, 1] * 3, "numbers are needed"),
        ([1.0] * 6, [0, 1] * 3, "shape (6,)"),
        ([[]] * 6, [0, 1] * 3, "shape (6, 0)"),
        ([[1.0], [float("nan")]] * 3, [0, 1] * 3, "nan in row 1, column 0 (from 0), one of 3"),
        ([[1j]] * 6, [0, 1] * 3, "complex128"),
    ],
)
def test_arrays_that_are_no_samples(features, labels, message):
    with pytest.raises(DataError) as error:
        dataset_from_arrays(features, labels)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "options",
    [
        {"scaling": "robust"},
        {"test_fraction": 0.0},
        {"test_fraction": 1.0},
        {"validation_fraction": float("nan")},
        {"validation_fraction": "0.2"},
        {"split_seed": -1},
        {"split_seed": 1.5},
        {"split_seed": True},
        {"max_samples": 0},
    ],
)
def test_settings_that_make_no_sense(options):
    with pytest.raises(SettingError) as error:
        two_classes(30, **options)
    assert next(iter(options)).removeprefix("split_") in str(error.value)


def test_too_few_samples_for_the_limit():
    with pytest.raises(DataError, match="max_samples is 3; 2 classes need at least 4"):
        two_classes(30, max_samples=3)


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("irs", {}, "is iris meant?"),
        ("iris", {"label": "species"}, "has labels of its own"),
        ("iris", {"folder": "."}, "comes with scikit-learn"),
        ("mnist", {"folder": "nowhere"}, "there is no such folder"),
        ("no/such/file.csv:label", {}, "no data set and no file"),
        ("no/such/file.csv", {"folder": "."}, "a folder is for mnist and fashion-mnist"),
        ("", {}, "no data set and no file"),
    ],
)
def test_sources_that_are_not_there(source, options, message):
    with pytest.raises(DataError) as error:
        load_dataset(source, **options)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
