"""Data as tensors: the same from pieces, from memory that processes share, and from all at once."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from nas.core.errors import SettingError  # noqa: E402
from nas.datasets import dataset as dataset_module  # noqa: E402
from nas.datasets.dataset import dataset_from_arrays  # noqa: E402
from nas.training.parts import SharedData, chosen_device, load_parts, require_device  # noqa: E402
from nas.training.record import TrainSettings  # noqa: E402

NAMES = ("x_training", "y_training", "x_validation", "y_validation")


def images(dtype):
    rng = np.random.default_rng(0)
    return dataset_from_arrays(rng.integers(0, 256, (90, 12)).astype(dtype), rng.integers(0, 3, 90), scaling="global")


@pytest.mark.parametrize("kind", ["uint8", "float64"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("piece_bytes", [1, 1000, 10**6])
def test_parts_are_the_scaled_features_however_they_are_made(kind, dtype, piece_bytes, monkeypatch):
    monkeypatch.setattr(dataset_module, "PIECE_BYTES", piece_bytes)
    data, settings = images(kind), TrainSettings(dtype=dtype)
    expected = [torch.as_tensor(array) for part in (data.training_part(), data.validation_part()) for array in part]
    expected = [tensor.to(getattr(torch, dtype)) if tensor.is_floating_point() else tensor for tensor in expected]
    shared = SharedData(data, dtype)
    for parts in (load_parts(data, settings), load_parts(shared.dataset(), settings)):
        assert all(torch.equal(getattr(parts, name), tensor) for name, tensor in zip(NAMES, expected, strict=True))
    shared.close()


def test_shared_data_are_the_data_set():
    data = images("uint8")
    shared = SharedData(data, "float32")
    there = shared.dataset()
    assert np.array_equal(there.features, data.features)
    assert np.array_equal(there.labels, data.labels)
    assert (there.sha256, there.split_sha256, repr(there)) == (data.sha256, data.split_sha256, repr(data))
    assert np.array_equal(there.test_part()[0], data.test_part()[0])
    # Another precision than the shared one is made of the features.
    assert load_parts(there, TrainSettings(dtype="float64")).x_training.dtype == torch.float64
    shared.close()


def test_parts_of_shared_data_are_no_copy():
    shared = SharedData(images("uint8"), "float32")
    there = shared.dataset()
    first = load_parts(there, TrainSettings())
    assert load_parts(there, TrainSettings(epochs=9)) is first
    assert not first.x_training.numpy().flags.owndata
    shared.close()


@pytest.mark.parametrize("there", [False, True])
def test_devices(there, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: there)
    monkeypatch.setattr("torch.cuda.device_count", lambda: int(there))
    assert chosen_device("auto") == ("cuda" if there else "cpu")
    assert chosen_device("cuda:1") == "cuda:1"
    require_device("cpu")
    with pytest.raises(SettingError, match="train_device is 'cuda:1', but torch finds no such device; use cpu"):
        require_device("cuda:1", "train_device")
    if there:
        require_device("cuda")
