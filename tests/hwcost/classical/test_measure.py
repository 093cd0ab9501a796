"""A measured profile. Measuring takes 20 seconds, so that one by the command serves all that is said of it."""

from __future__ import annotations

import statistics
import time
from itertools import pairwise

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from hwcost.classical.machine import load_device_profile
from hwcost.classical.measure import work_of
from hwcost.classical.time import classical_time
from hwcost.cli import main


def test_a_measured_profile_predicts_steps_of_this_machine(tmp_path, capsys):
    before = torch.get_num_threads()
    path = str(tmp_path / "here.json")
    assert main(["device", "measure", "--threads", "1", "-o", path, "--name", "mine"]) == 0
    assert "GFLOP/s" in capsys.readouterr().out
    assert torch.get_num_threads() == before
    profile = load_device_profile(path)
    assert (profile.name, profile.basis, profile.threads) == ("mine", "measured", 1)
    assert profile.sustained_flops_per_s > 1e8
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
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
