"""Parts of a data set, worked by hand and as laws."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sets import two_classes
from nas.core.errors import SettingError
from nas.datasets.dataset import Dataset, load_dataset
from nas.datasets.samples import make_samples
from nas.datasets.splits import SplitSettings, allot, split


def rows_of(data: Dataset):
    return data.split.training, data.split.validation, data.split.test


SPLIT_OF_TEN = ([1, 2, 3, 5, 6, 8], [4, 7], [0, 9])


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


def test_the_official_test_part_stays_the_test_part():
    samples = make_samples(np.arange(40)[:, None], np.arange(40) % 2, name="made", origin="made", num_official_test=10)
    for settings in (SplitSettings(), SplitSettings(seed=5, test_fraction=0.7, max_samples=8)):
        rows = split(samples, settings)
        assert rows.test.tolist() == list(range(30, 40))
        assert rows.has_official_test
    assert len(rows.training) + len(rows.validation) == 8


@pytest.mark.parametrize(
    "value", [10**400, np.array([0.2, 0.3]), None, "0.2", True, float("nan"), float("inf"), -1e308]
)
@pytest.mark.parametrize("name", ["test_fraction", "validation_fraction"])
def test_fractions_that_are_none(name, value):
    with pytest.raises(SettingError, match=f"{name} is .*; give a number") as caught:
        SplitSettings(**{name: value})
    assert "\n" not in str(caught.value)
