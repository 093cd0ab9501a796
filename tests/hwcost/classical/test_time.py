"""Predicted times of torch steps: by hand from the profile, and near the measured ones."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from hwcost.classical.machine import MachineProfile, Overheads
from hwcost.classical.measure import measure_device
from hwcost.classical.time import classical_time, time_of_flops
from hwcost.core.errors import OptionError

BY_HAND = MachineProfile(
    name="by hand", description="round numbers", kind="cpu", basis="data sheet", peak_flops_per_s=None,
    products=((1, ((1.0, 1e-9),)),), convolutions=((1.0, 2e-9),),
    overheads=Overheads(
        call_s=1.0, module_s=10.0, operation_s=100.0, view_s=0.0, backward_operation_s=1e3, step_s=1e4, tensor_s=1e5,
        parameter_s=0.0, byte_s=0.0,
    ),
    low_factor=0.5, high_factor=2.0, source="a test", date="2026-01-01", notes=("assumed: all of it",),
)  # fmt: skip


def test_an_inference_by_hand():
    # One call, one module, one operation (addmm) of 2·4·3·2 = 48 FLOPs at 1 ns.
    one = classical_time(nn.Linear(3, 2), torch.zeros(4, 3), BY_HAND, training=False)
    assert one.time_s == pytest.approx(1 + 10 + 100 + 48e-9)
    assert (one.low_s, one.high_s) == (one.time_s * 0.5, one.time_s * 2.0)
    assert (one.flops, one.device, one.notes) == (48.0, "by hand", ("assumed: all of it",))


def test_a_step_by_hand():
    # Backward: mm for the weights and a sum for the bias (and what else autograd runs); Adam: two tensors.
    step = classical_time(nn.Linear(3, 2), torch.zeros(4, 3), BY_HAND, training=True)
    passes = classical_time(nn.Linear(3, 2), torch.zeros(4, 3), BY_HAND, training=True, optimizer=False)
    assert step.time_s - passes.time_s == pytest.approx(1e4 + 2e5)
    backward = passes.time_s - (1 + 10 + 100)
    assert 2 <= round(backward / 1e3) <= 5
    assert step.flops == 96.0


def test_frozen_models_take_no_step():
    frozen = nn.Linear(3, 2).requires_grad_(False)
    both = [classical_time(frozen, torch.zeros(4, 3), BY_HAND, training=training).time_s for training in (False, True)]
    assert both[0] == both[1]


def test_flops_alone_are_one_product():
    assert time_of_flops(1e9, BY_HAND).time_s == pytest.approx(101.0)
    assert time_of_flops(0.0, BY_HAND).time_s == 0.0


def test_mistakes_are_one_line():
    with pytest.raises(OptionError, match="device is 'tpu'; choose cpu or cuda"):
        measure_device(device="tpu")
    with pytest.raises(OptionError, match="threads is 0"):
        measure_device(threads=0)
    if not torch.cuda.is_available():
        with pytest.raises(OptionError, match="no CUDA device"):
            measure_device(device="cuda")
