"""Workers with a task at a time: results, lost tasks, workers that never start, clean ends."""

from __future__ import annotations

import os
from collections import deque
from contextlib import closing

import pytest

import pool_work
from hwcost.errors import HwcostError, OptionError
from hwcost.worker_pool import Lost, run_tasks


def test_results_lost_tasks_and_tasks_added_meanwhile():
    tasks = deque(["a", "killed", "b", "raises", "interrupts", "c"])
    results, lost, added = {}, {}, False
    with closing(run_tasks(pool_work.make, "setup", tasks, 2)) as events:
        for task, event in events:
            if isinstance(event, Lost):
                lost[task] = event
                if not added:
                    tasks.append("added")
                    added = True
            else:
                results.setdefault(task, []).append(event)
    assert {task: len(found) for task, found in results.items()} == {
        "a": 3, "b": 3, "c": 3, "added": 3, "killed": 1, "raises": 2, "interrupts": 2
    }  # fmt: skip
    assert lost["killed"] == Lost(1, "killed by SIGKILL", ended=True)
    assert lost["raises"] == Lost(2, "ValueError: third step", ended=False)
    assert lost["interrupts"] == Lost(2, "KeyboardInterrupt", ended=False)
    processes = {process for found in results.values() for _, _, process in found}
    assert os.getpid() not in processes
    assert len(processes) <= 3
    for process in processes:  # they have ended, and were waited for
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_closing_early_ends_the_workers():
    events = run_tasks(pool_work.make, "setup", deque(["a", "b", "c"]), 1)
    _, (_, _, process) = next(events)
    events.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_workers_that_cannot_start_are_one_line():
    with pytest.raises(OptionError, match="ValueError: no such thing"):
        list(run_tasks(pool_work.make, "refuse", deque(["a"]), 1))
    with pytest.raises(HwcostError, match=r"ended while it was starting \(exit code 7\)"):
        list(run_tasks(pool_work.make, "die", deque(["a"]), 1))
    with pytest.raises(OptionError, match="cannot be sent"):
        list(run_tasks(lambda setup: None, None, deque(["a"]), 1))
