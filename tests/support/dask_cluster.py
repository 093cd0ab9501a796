"""A Dask scheduler and workers as a user starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import hwcost

ROOT = Path(hwcost.__file__).parents[1]


@contextmanager
def dask(folder, command, *options, path=(), **environment):
    """`dask scheduler` or `dask worker`, with all of its processes ended at the end."""
    python_path = os.pathsep.join([*map(str, path), str(ROOT)])
    with (folder / f"{command}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", command, *options],
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": python_path, **environment},
        )
    try:
        yield process
    finally:
        end(process, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            end(process, signal.SIGKILL)
            process.wait()


def end(process, number):
    """A signal to the process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


@contextmanager
def cluster(folder, num_workers, path=(), nanny=True, preload=None, **environment):
    """Address of a scheduler, and its workers; without a nanny, half as many processes, nobody replaces a dead one."""
    from distributed import Client

    file = folder / "scheduler.json"
    with ExitStack() as stack:
        scheduler = ("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        stack.enter_context(dask(folder, *scheduler, **environment))
        deadline = time.monotonic() + 60
        while not file.exists() or not file.read_text(encoding="utf-8").strip():
            assert time.monotonic() < deadline, (folder / "scheduler.log").read_text(encoding="utf-8")
            time.sleep(0.05)
        worker = (
            "worker",
            "--scheduler-file",
            str(file),
            "--nthreads",
            "1",
            "--no-dashboard",
            "--local-directory",
            str(folder),
            "--nanny" if nanny else "--no-nanny",
            *(("--preload", str(preload)) if preload else ()),
        )
        workers = [stack.enter_context(dask(folder, *worker, path=path, **environment)) for _ in range(num_workers)]
        with Client(scheduler_file=str(file), set_as_default=False) as client:
            if num_workers:
                client.wait_for_workers(num_workers, timeout=60)
            address = client.scheduler.address
        yield address, workers
