"""A measured profile."""

from __future__ import annotations

import statistics
from itertools import pairwise

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from hwcost.classical.measure import measure_device, work_of
from hwcost.classical.time import classical_time


def test_a_measured_profile_predicts_steps_of_this_machine():
    profile = measure_device(threads=1)
    assert profile.basis == "measured"
    assert profile.sustained_flops_per_s > 1e8
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        ratios = []
        for widths in ((64, 8, 10), (784, 8, 10), (300, 200, 100, 10)):
            model = nn.Sequential(*(nn.Linear(a, b) for a, b in pairwise(widths)))
            sample = torch.rand(64, widths[0])
            measured = min(_seconds(work_of(model, sample, "step")) for _ in range(50))
            ratios.append(classical_time(model, sample, profile, training=True).time_s / measured)
    finally:
        torch.set_num_threads(before)
    # Generous, because other work may run on the machine; the benchmark states the real error.
    assert 0.2 < statistics.median(ratios) < 5.0


def _seconds(work):
    import time

    start = time.perf_counter()
    work()
    return time.perf_counter() - start
