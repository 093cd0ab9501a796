"""The number of processes is the one given, or one per core that this process may use."""

import os

import pytest

from hwcost.core.cores import MAX_WORKERS, checked_num_workers
from hwcost.core.errors import OptionError


def test_one_per_core_that_may_be_used(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 3, 5}, raising=False)
    assert checked_num_workers(None) == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert checked_num_workers(None) == 1


def test_a_number_is_taken_as_it_is():
    assert checked_num_workers(MAX_WORKERS) == MAX_WORKERS
    for wrong in (0, MAX_WORKERS + 1, 1.5, "2"):
        with pytest.raises(OptionError, match="num_workers"):
            checked_num_workers(wrong)
