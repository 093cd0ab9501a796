"""Batches of an epoch: the rows of the permutations in order, however many are gathered at once."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from nas.training import feed  # noqa: E402
from nas.training.feed import batches  # noqa: E402
from nas.training.parts import Parts  # noqa: E402


def parts(num_samples, num_features):
    x = torch.arange(num_samples * num_features, dtype=torch.float32).view(num_samples, num_features)
    return Parts(x, torch.arange(num_samples) % 3, x[:1], torch.zeros(1, dtype=torch.int64))


@pytest.mark.parametrize("num_networks", [1, 3])
@pytest.mark.parametrize(("num_samples", "size"), [(64, 16), (70, 16), (10, 16), (16, 16), (1, 1), (5, 1)])
@pytest.mark.parametrize("at_once", [0, 1, 2, 3, 100])
def test_batches_are_the_rows_in_order(num_networks, num_samples, size, at_once, monkeypatch):
    data = parts(num_samples, 5)
    monkeypatch.setattr(feed, "FEED_BYTES", at_once * num_networks * size * 5 * 4)
    torch.manual_seed(0)
    permutations = torch.stack([torch.randperm(num_samples) for _ in range(num_networks)])
    found = list(batches(data, permutations, size))
    starts = range(0, num_samples, size)
    assert len(found) == len(starts)
    for start, (x, y) in zip(starts, found, strict=True):
        rows = permutations[:, start : start + size]
        assert torch.equal(x, data.x_training[rows])
        assert torch.equal(y, data.y_training[rows])
        assert x.is_contiguous()
