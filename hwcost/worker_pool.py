"""Tasks spread over worker processes, where the loss of one worker costs one task: `run_tasks`.

A pool of `concurrent.futures` breaks as a whole when a worker is killed, and does not say over which task. Here every
worker has one task at a time and a pipe of its own. Workers are spawned, not forked: a fork of a process that has
compiled with Qiskit hangs in its thread pool.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any

from hwcost.errors import HwcostError, OptionError
from hwcost.messages import error_text, one_line

_END_S = 5.0  # how long a worker may take to end after it was asked to


@dataclass(frozen=True, slots=True)
class Lost:
    """A task that was not finished, because its worker ended or raised.

    Attributes:
        num_results: How many results came before.
        reason: What happened, in words.
        ended: True if the worker process is gone (a signal, out of memory), False if it raised.
    """

    num_results: int
    reason: str
    ended: bool


@dataclass(slots=True)
class _Worker:
    process: Any
    pipe: Connection
    ready: bool = False
    task: Any = None
    num_results: int = 0


def run_tasks(
    make: Callable[[Any], Callable[[Any], Iterator[Any]]], setup: Any, tasks: deque[Any], num_workers: int
) -> Generator[tuple[Any, Any], None, None]:
    """Each result with its task as soon as it is there, and a `Lost` for a task that ended otherwise.

    Args:
        make: Called once in every worker with `setup`; what it returns is called with each task and yields results.
        setup: What every worker needs; must be picklable.
        tasks: What to do, from the left. The caller may append while it iterates.
        num_workers: Processes.

    Raises:
        OptionError: `make`, `setup` or `tasks` cannot be sent to another process.
        HwcostError: Workers do not start.
    """
    try:
        payload = pickle.dumps((make, setup))
    except Exception as error:
        raise OptionError(
            f"this cannot be sent to worker processes ({one_line(error_text(error))}); define functions at the top of "
            "a module, or use one worker"
        ) from None
    workers: list[_Worker] = []
    try:
        while tasks or any(worker.task is not None for worker in workers):
            while len(workers) < min(num_workers, len(tasks) + sum(w.task is not None for w in workers)):
                workers.append(_start(payload))
            for worker in workers:
                if worker.ready and worker.task is None and tasks:
                    worker.task, worker.num_results = tasks.popleft(), 0
                    with contextlib.suppress(OSError):  # it is gone: the pipe says so below
                        worker.pipe.send(worker.task)
            pipes = {worker.pipe: worker for worker in workers}
            for pipe in wait(list(pipes)):
                worker = pipes[pipe]  # type: ignore[index]
                yield from _received(worker)
                if worker.pipe.closed:
                    workers.remove(worker)
    finally:
        _end(workers)


def _start(payload: bytes) -> _Worker:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, payload, list(sys.path)), daemon=True)
    try:
        process.start()
    except (OSError, RuntimeError) as error:
        ours.close()
        raise HwcostError(
            f"a worker process cannot be started ({one_line(error_text(error).strip())}); a script that compares needs "
            'its work under `if __name__ == "__main__":`, or use one worker'
        ) from None
    finally:
        theirs.close()
    return _Worker(process, ours)


def _received(worker: _Worker) -> Iterator[tuple[Any, Any]]:
    """What one message of a worker means; its end closes the pipe."""
    try:
        kind, value = worker.pipe.recv()
    except (EOFError, OSError, pickle.UnpicklingError):
        worker.pipe.close()
        worker.process.join(_END_S)
        if not worker.ready:
            raise HwcostError(
                f"a worker process ended while it was starting ({_ending(worker.process.exitcode)}); a script that "
                'compares needs its work under `if __name__ == "__main__":`, or use one worker'
            ) from None
        if worker.task is not None:
            task, worker.task = worker.task, None
            yield task, Lost(worker.num_results, _ending(worker.process.exitcode), ended=True)
        return
    if kind == "ready":
        worker.ready = True
    elif kind == "refused":
        raise OptionError(
            f"a worker process cannot take its work ({value}); define functions in a module that can be imported, "
            "or use one worker"
        )
    elif kind == "result":
        worker.num_results += 1
        yield worker.task, value
    else:
        task, worker.task = worker.task, None
        if kind == "error":
            yield task, Lost(worker.num_results, value, ended=False)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        try:
            return f"killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"killed by signal {-code}"
    return f"exit code {code}"


def _end(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.pipe.close()
        worker.process.terminate()  # an idle one has nothing to lose
    for worker in workers:
        worker.process.join(_END_S)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join(_END_S)


def _serve(pipe: Connection, payload: bytes, path: list[str]) -> None:
    """What a worker does, until its pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when it is over
    with contextlib.suppress(OSError):
        os.dup2(2, 1)  # what a compiler prints is no part of the result
    sys.path[:] = path
    try:
        make, setup = pickle.loads(payload)
        work = make(setup)
    except BaseException as error:
        pipe.send(("refused", f"{type(error).__name__}: {one_line(str(error))}"))
        return
    with contextlib.suppress(EOFError, OSError):
        pipe.send(("ready", None))
        while True:
            task = pipe.recv()
            try:
                for result in work(task):
                    pipe.send(("result", result))
            except OSError:
                raise
            except Exception as error:
                pipe.send(("error", f"{type(error).__name__}: {one_line(error_text(error))}"))
            else:
                pipe.send(("done", None))
