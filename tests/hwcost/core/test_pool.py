"""Workers with a task at a time: results, lost tasks, workers that never start, clean ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import deque
from contextlib import closing

import pytest

import pool_work
from hwcost.core.errors import HwcostError, OptionError
from hwcost.core.pool import Lost, run_tasks, started_early


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


def test_workers_end_with_a_parent_that_was_killed():
    script = (
        "import pool_work\nfrom collections import deque\nfrom hwcost.core.pool import run_tasks\n"
        "for _, found in run_tasks(pool_work.make, 'setup', deque(['busy']), 1):\n    print(found[2], flush=True)\n"
    )
    path = os.pathsep.join(sys.path)
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}) as parent:
        worker = int(parent.stdout.readline())
        parent.kill()
    end = time.monotonic() + 20
    while is_alive(worker):
        assert time.monotonic() < end, "the worker lives on"
        time.sleep(0.05)


def is_alive(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_workers_that_cannot_start_are_one_line():
    with pytest.raises(OptionError, match="ValueError: no such thing"):
        list(run_tasks(pool_work.make, "refuse", deque(["a"]), 1))
    with pytest.raises(HwcostError, match=r"ended while it was starting \(exit code 7\)"):
        list(run_tasks(pool_work.make, "die", deque(["a"]), 1))
    with pytest.raises(OptionError, match="cannot be sent"):
        list(run_tasks(lambda setup: None, None, deque(["a"]), 1))


def test_workers_that_were_started_early_do_the_tasks_and_end():
    with started_early(2, ["csv", "no_such_module"]) as started:
        early = {worker.process.pid for worker in started}
        events = list(run_tasks(pool_work.make, "setup", deque(["a", "b", "c"]), 2, started=started))
        assert not started
    assert {found[2] for _, found in events} <= early
    assert len(events) == 9
    assert not any(map(is_alive, early))


def test_workers_that_nobody_takes_end():
    with started_early(2, []) as started:
        early = {worker.process.pid for worker in started}
    assert len(early) == 2
    assert not any(map(is_alive, early))
    with started_early(0, []) as started:
        assert started == []
