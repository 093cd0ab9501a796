"""Backward passes under `gradients_kept` leave gradients as they were."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from hwcost.classical.flops import count_flops
from hwcost.classical.kept_gradients import gradients_kept

OUTSIDE = torch.nn.Linear(3, 2)


class Calling(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.last = torch.nn.Linear(2, 1)

    def forward(self, x):
        return self.last(OUTSIDE(x))


def test_old_gradients_are_put_back_and_new_ones_taken_away():
    old, new = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    old.grad = torch.full((2,), 7.0)
    output = (old * new).sum()
    with gradients_kept([output, torch.zeros(1)]):
        output.backward()
        assert new.grad is not None
    assert new.grad is None
    assert old.grad.tolist() == [7.0, 7.0]


def test_counting_leaves_modules_that_are_no_part_of_the_model_alone():
    assert count_flops(Calling(), torch.rand(1, 3), backward=True).backward > 0
    assert all(parameter.grad is None for parameter in OUTSIDE.parameters())
