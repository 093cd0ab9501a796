"""What ends a training too early: time and memory; any other error is no failure of the training."""

from __future__ import annotations

import time

import pytest

from nas.core.errors import MemoryLimitError
from nas.training.limits import Clock, TrainingFailedError, memory_failure


def started(seconds_ago, **options):
    return Clock(started_s=time.perf_counter() - seconds_ago, **options)


def test_the_time_limit_is_of_each_network():
    with pytest.raises(TrainingFailedError, match=r"^the time limit of 2\.5 s passed in epoch 7$"):
        started(10.0, limit_s=2.5).check(7)
    # Four networks at once share the ten seconds: 2.5 s each, and a little.
    four = started(10.0, limit_s=3.0, num_networks=4)
    four.check(7)
    assert four.elapsed_s() == pytest.approx(2.5, abs=0.1)


def test_without_a_limit_time_does_not_end():
    started(1e9, limit_s=None).check(1)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryLimitError("24 qubits need 256 MiB"), "24 qubits need 256 MiB"),
        (MemoryError(), "out of memory"),
        (MemoryError("Unable to allocate 8 EiB"), "out of memory: Unable to allocate 8 EiB"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "out of memory: DefaultCPUAllocator:"),
        (RuntimeError("CUDA out of memory.\nTried to allocate 2 GiB"), "out of memory: CUDA out of memory."),
    ],
)
def test_lack_of_memory_is_a_reason_of_one_line(error, reason):
    said = memory_failure(error)
    assert said.startswith(reason)
    assert said.isprintable()


@pytest.mark.parametrize("error", [RuntimeError("shapes do not match"), ValueError("x"), KeyboardInterrupt()])
def test_another_error_is_raised_again(error):
    with pytest.raises(type(error)) as again:
        memory_failure(error)
    assert again.value is error
