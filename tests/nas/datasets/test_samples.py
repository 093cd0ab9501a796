"""Arrays and labels as samples, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.core.errors import DataError
from nas.datasets.dataset import dataset_from_arrays
from nas.datasets.samples import checked_features, make_samples, numbered_labels, shown_names


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


def test_images_stay_small_and_become_flat():
    images = np.arange(24, dtype=np.uint8).reshape(3, 2, 4)
    features = checked_features(images, "made")
    assert (features.dtype, features.shape) == (np.uint8, (3, 8))
    assert features[1].tolist() == list(range(8, 16))
    assert checked_features(images.astype(np.int16), "made").dtype == np.float64


def test_whole_numbers_are_ordered_as_numbers_only_where_all_are():
    assert numbered_labels(["10", "9", "-1"], "labels")[1] == ("-1", "9", "10")
    assert numbered_labels(["10", "9", "a"], "labels")[1] == ("10", "9", "a")
    assert numbered_labels([True, False], "labels")[0].tolist() == [1, 0]
    # Beyond 2⁵³ a float stands for several whole numbers.
    with pytest.raises(DataError, match="labels of type float64"):
        numbered_labels([2.0**53, 0.0], "labels")


@given(st.lists(st.text(max_size=3), min_size=1, max_size=20))
def test_each_label_keeps_its_name(labels):
    array = np.array(labels)
    numbers, names = numbered_labels(array, "labels")
    assert [names[number] for number in numbers] == array.tolist()
    assert len(set(names)) == len(names)


def test_the_digest_is_of_content_and_not_of_names_or_layout():
    def digest(features, labels, **options):
        return make_samples(features, labels, **{"name": "a", "origin": "made", **options}).sha256()

    features = np.arange(12.0).reshape(6, 2)
    first = digest(features, [0, 1] * 3)
    assert digest(np.asfortranarray(features), [0, 1] * 3, name="b", origin="other", notes=("x",)) == first
    assert digest(features, ["0", "1"] * 3) == first
    others = [(features + 1.0, [0, 1] * 3, {}), (features, [1, 0] * 3, {}), (features, ["a", "b"] * 3, {})]
    others += [(features, [0, 1] * 3, {"num_official_test": 2}), (features.astype(np.uint8), [0, 1] * 3, {})]
    assert len({first, *(digest(x, y, **options) for x, y, options in others)}) == 6


def test_names_given_must_be_as_many_as_what_they_name():
    features, labels = np.arange(12.0).reshape(6, 2), [0, 1] * 3
    for options, words in (
        ({"class_names": ("a",)}, "1 names for the 2 classes 0, 1"),
        ({"feature_names": ("a",)}, "1 names for 2 features"),
    ):
        with pytest.raises(DataError, match=words):
            make_samples(features, labels, name="made", origin="made", **options)
    assert make_samples(features, labels, name="made", origin="made").feature_names == ("x0", "x1")
    image = make_samples(features, labels, name="made", origin="made", is_image=True)
    assert image.feature_names == ("pixel1", "pixel2")


def test_long_lists_of_names_are_cut():
    assert shown_names([str(i) for i in range(10)]) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"
    assert shown_names(["\x1b[2J"]).isprintable()
