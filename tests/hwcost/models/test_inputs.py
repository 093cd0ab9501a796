"""What a model was called with: the convention of `--sample`, and what reports say of it."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from torch import nn

import hwcost
from hwcost.core.errors import InputError, OptionError
from hwcost.models.files import load_samples
from hwcost.models.inputs import described


def saved(folder, **arrays):
    path = folder / "sample.npz"
    np.savez(path, **arrays)
    return str(path)


def array_file(folder, array):
    path = folder / "sample.npy"
    np.save(path, array)
    return str(path)


TOKENS = nn.Sequential(nn.Embedding(9, 2), nn.Flatten(), nn.Linear(10, 1))


@pytest.mark.parametrize("shape", [(5,), (1, 5), (7, 5)])
def test_a_file_holds_a_batch_and_one_sample_of_it_is_used(tmp_path, shape):
    sample = load_samples(TOKENS, [array_file(tmp_path, np.zeros(shape, dtype=np.int32))])
    assert tuple(sample.shape) == shape
    cost = hwcost.estimate_model(TOKENS, sample)
    assert [(one.shape, one.dtype) for one in cost.model.inputs] == [((1, 5), "int64")]
    assert "called with (1, 5) int64" in " ".join(str(cost).split())
    assert cost.to_dict()["model"]["inputs"] == [{"name": None, "shape": [1, 5], "dtype": "int64"}]


def test_a_shape_is_that_of_one_sample():
    assert load_samples(nn.Linear(3, 1).double(), ["4x3"]).shape == (1, 4, 3)
    both = load_samples(nn.Linear(3, 1).double(), ["4", "3"])
    assert [(tuple(one.shape), one.dtype) for one in both] == [((1, 4), torch.float64), ((1, 3), torch.float64)]


def test_an_archive_holds_arguments_by_name(tmp_path):
    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.fc = nn.Embedding(9, 2), nn.Linear(2, 1)

        def forward(self, *, tokens, extra):
            return self.fc(self.words(tokens).mean(1) + extra)

    sample = load_samples(Named(), [saved(tmp_path, tokens=np.zeros((4, 5), dtype=np.int64), extra=np.zeros((4, 2)))])
    cost = hwcost.estimate_model(Named(), sample)
    assert "called with tokens (1, 5) int64 and extra (1, 2) float32" in " ".join(str(cost).split())


def test_samples_that_do_not_fit_are_told_with_both_shapes(tmp_path):
    with pytest.raises(OptionError, match=r"sample of shape \(1, 4\) float32 \(given: \(6, 4\) float32\)") as caught:
        hwcost.estimate_model(nn.Linear(3, 1), load_samples(nn.Linear(3, 1), [array_file(tmp_path, np.zeros((6, 4)))]))
    assert "\n" not in str(caught.value)
    with pytest.raises(OptionError, match="give it alone"):
        load_samples(nn.Linear(3, 1), [saved(tmp_path, x=np.zeros(3)), "3"])
    with pytest.raises(OptionError, match="for a torch module"):
        load_samples(object(), [saved(tmp_path, x=np.zeros(3))])
    (tmp_path / "bad.npz").write_text("no archive")
    with pytest.raises(InputError, match=r"bad\.npz"):
        load_samples(nn.Linear(3, 1), [str(tmp_path / "bad.npz")])
    with pytest.raises(InputError, match="finite numbers are needed"):
        load_samples(nn.Linear(3, 1), [saved(tmp_path, x=np.array([np.nan]))])


def test_arguments_of_a_qnode_are_described_as_they_are():
    assert [one.text for one in described((np.zeros(3, dtype=np.float32), 2))] == ["(3,) float32", "() int"]
