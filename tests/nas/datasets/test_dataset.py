"""Data sets as a whole: built-in ones, files of any bytes, settings and sources that are refused."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_sets import two_classes
from nas.core.errors import DataError, SettingError
from nas.datasets.dataset import load_dataset


def test_the_same_rows_after_another_process_read_the_record():
    data = two_classes(30)
    copy = pickle.loads(pickle.dumps(data))
    assert (copy.sha256, copy.split_sha256) == (data.sha256, data.split_sha256)
    assert np.array_equal(copy.training_part()[0], data.training_part()[0])


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
        ("no/such/file.csv", {"folder": "."}, "a folder is for mnist, fashion-mnist, cifar-10"),
        ("", {}, "no data set and no file"),
    ],
)
def test_sources_that_are_not_there(source, options, message):
    with pytest.raises(DataError) as error:
        load_dataset(source, **options)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_do_anything_but_load_or_be_refused(tmp_path, content):
    for name, options in (("any.csv", {"label": "u"}), ("any.npz", {})):
        path = tmp_path / name
        path.write_bytes(b"u,v\n" + content if content[:1] < b"\x80" else content)
        try:
            load_dataset(path, **options)
        except DataError as error:
            assert "\n" not in str(error)
