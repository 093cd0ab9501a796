"""Predicted against measured time of real torch inferences and training steps on this machine.

    python tests/benchmarks/classical_time.py [--profile FILE.json]

Measures a profile (one thread), predicts 27 models that the profile was not fitted on, in batches of 1, 16, 64 and 256,
measures them, and prints the relative errors.
"""

from __future__ import annotations

import argparse
import statistics
import time
from itertools import pairwise

import torch
from torch import nn

from hwcost.classical.machine import load_device_profile
from hwcost.classical.measure import measure_device, work_of
from hwcost.classical.time import classical_time

MLPS = [
    (4, 3), (13, 4, 3), (30, 8, 2), (64, 8, 10), (784, 4, 10), (784, 8, 10), (784, 10, 10), (64, 32, 8, 8, 10),
    (784, 64, 8, 8, 10), (784, 128, 64, 10), (784, 512, 10), (1024, 1024, 10), (256, 256, 256, 256, 10),
]  # fmt: skip


def models():
    for widths in MLPS:
        for activation in (nn.ReLU, nn.Sigmoid):
            layers = []
            for wide, narrow in pairwise(widths):
                layers += [nn.Linear(wide, narrow), activation()]
            layers[-1] = nn.LogSoftmax(-1)
            yield "-".join(map(str, widths)) + " " + activation.__name__, nn.Sequential(*layers), (widths[0],)
    cnn = nn.Sequential(
        nn.Conv2d(1, 8, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(1936, 10),
    )
    yield "small CNN", cnn, (1, 28, 28)


def best_of(work, blocks=7, block_s=0.02):
    work()
    start = time.perf_counter()
    work()
    repeats = max(1, int(block_s / (time.perf_counter() - start)))
    found = []
    for _ in range(blocks):
        start = time.perf_counter()
        for _ in range(repeats):
            work()
        found.append((time.perf_counter() - start) / repeats)
    return min(found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile")
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    profile = load_device_profile(given.profile) if given.profile else measure_device(threads=1)
    errors = {"inference": [], "step": []}
    inside = 0
    for name, model, shape in models():
        for batch in (1, 16, 64, 256):
            sample = torch.rand(batch, *shape)
            for phase, found in errors.items():
                predicted = classical_time(model, sample, profile, training=phase == "step")
                measured = best_of(work_of(model, sample, phase))
                found.append(predicted.time_s / measured - 1.0)
                inside += predicted.low_s <= measured <= predicted.high_s
                if given.verbose:
                    print(f"{name:28} {batch:4} {phase:10} {measured * 1e6:9.1f} us  {found[-1]:+.0%}")
    for phase, found in errors.items():
        sizes = sorted(map(abs, found))
        print(
            f"{phase:10} {len(found)} cases: median error {statistics.median(sizes):.1%}, "
            f"90 % of cases within {sizes[int(0.9 * len(sizes))]:.0%}, bias {statistics.median(found):+.1%}"
        )
    print(f"inside the stated interval: {inside / sum(map(len, errors.values())):.0%}")


if __name__ == "__main__":
    main()
