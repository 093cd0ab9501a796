"""Arrays and labels as samples, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from nas.core.errors import DataError
from nas.datasets.dataset import dataset_from_arrays


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
