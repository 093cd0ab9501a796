"""Tasks spread over worker processes, where the loss of one worker costs one task: `run_tasks`.

A pool of `concurrent.futures` breaks as a whole when a worker is killed, and does not say over which task. Here every
worker has one task at a time and a pipe of its own. Workers are fresh interpreters: a fork of a process that has
compiled with Qiskit hangs in its thread pool. They do not import the caller's script, so that it needs no
`if __name__ == "__main__":`, and they are a process group each, so that Ctrl-C reaches the caller alone.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, TypeAlias

from hwcost.core.cores import usable_cores
from hwcost.core.errors import HwcostError, OptionError
from hwcost.core.text import error_text, one_line

Work: TypeAlias = Callable[[Any], Iterator[Any]]

_POLL_S = 1.0
_END_S = 5.0  # how long a worker may take to end after it was asked to
_MAIN = "import sys; sys.path[:] = {path!r}; from hwcost.core.pool import serve; serve({handle}, {imports!r})"


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
    process: subprocess.Popen[bytes]
    pipe: Connection
    ready: bool = False
    task: Any = None
    num_results: int = 0
    place: tuple[Hashable, ...] = ()


def can_be_sent(value: object) -> bool:
    """Return whether another process can make `value` again: picklable, and independent of the caller's script."""
    try:
        return b"__main__" not in pickle.dumps(value)
    except Exception:
        return False


@contextlib.contextmanager
def started_early(num_workers: int, imports: Sequence[str]) -> Iterator[list[_Worker]]:
    """Start workers before it is known what they will do, so that they import it meanwhile; `run_tasks` takes them.

    Those that nobody has taken are ended at the end of the block.

    Args:
        num_workers: Processes; may be 0.
        imports: Modules that they import while they wait.

    Raises:
        HwcostError: A process cannot be started.
    """
    workers: list[_Worker] = []
    try:
        while len(workers) < num_workers:
            workers.append(_start(num_workers, imports))
        yield workers
    finally:
        _end(workers)


def run_tasks(
    make: Callable[[Any], Work],
    setup: Any,
    tasks: deque[Any],
    num_workers: int,
    *,
    place: Callable[[Any], tuple[Hashable, ...]] = lambda _: (),
    started: list[_Worker] | None = None,
) -> Generator[tuple[Any, Any], None, None]:
    """Yield each result with its task as soon as it is there, and a `Lost` for a task that ended otherwise.

    Args:
        make: Called once in every worker with `setup`; what it returns is called with each task and yields results.
        setup: What every worker needs; must be picklable.
        tasks: What to do, from the left. The caller may append while it iterates.
        num_workers: Processes.
        place: What a worker prepares for a task, the largest part first. Each goes on where it is and leaves to others
            what they have begun, as far as there is a choice.
        started: Workers of `started_early`, which are taken from the list.

    Raises:
        OptionError: `make` or `setup` cannot be sent to another process.
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
    if started:
        workers, started[:] = list(started), []
    try:
        while tasks or any(worker.task is not None for worker in workers):
            while len(workers) < min(num_workers, len(tasks) + sum(w.task is not None for w in workers)):
                workers.append(_start(num_workers))
            for worker in workers:
                if worker.ready and worker.task is None and tasks:
                    worker.task, worker.num_results = _next(tasks, worker, workers, place), 0
                    worker.place = place(worker.task)
                    with contextlib.suppress(OSError):  # it is gone: the pipe says so below
                        worker.pipe.send(worker.task)
            by_pipe = {worker.pipe: worker for worker in workers}
            for pipe in wait(list(by_pipe)):
                worker = by_pipe[pipe]  # type: ignore[index]
                yield from _received(worker, payload)
                if worker.pipe.closed:
                    workers.remove(worker)
    finally:
        _end(workers)


def _next(
    tasks: deque[Any], worker: _Worker, workers: Sequence[_Worker], place: Callable[[Any], tuple[Hashable, ...]]
) -> Any:
    """Take the task that needs least of what the worker has not prepared, and else most of what no other has."""

    first: dict[tuple[Hashable, ...], int] = {}  # the first task of each place
    for number, task in enumerate(tasks):
        where = place(task)
        if where == worker.place:
            first = {where: number}
            break
        first.setdefault(where, number)
    others = [other.place for other in workers if other is not worker]

    def fit(where: tuple[Hashable, ...]) -> tuple[int, int]:
        return _common(where, worker.place), -max((_common(where, other) for other in others), default=0)

    chosen = first[max(first, key=fit)]  # of equal ones the first
    task = tasks[chosen]
    del tasks[chosen]
    return task


def _common(one: tuple[Hashable, ...], other: tuple[Hashable, ...]) -> int:
    """Return how long two sequences are the same."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _start(num_workers: int, imports: Sequence[str] = ()) -> _Worker:
    ours, theirs = Pipe()
    # Qiskit's threads: those of all workers together are as many as there are cores.
    threads = {"RAYON_NUM_THREADS": str(max(1, usable_cores() // num_workers))}
    command = [sys.executable, "-c", _MAIN.format(path=sys.path, handle=theirs.fileno(), imports=tuple(imports))]
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], process_group=0, env=threads | os.environ
        )
    except OSError as error:
        ours.close()
        raise HwcostError(f"a worker process cannot be started ({error.strerror}); use one worker") from None
    finally:
        theirs.close()
    return _Worker(process, ours)


def _received(worker: _Worker, payload: bytes) -> Iterator[tuple[Any, Any]]:
    """Read one message of a worker; its end closes the pipe."""
    try:
        kind, value = worker.pipe.recv()
    except (EOFError, OSError, pickle.UnpicklingError):
        worker.pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):  # it is ending by itself: that is what is to be reported
            worker.process.wait(_END_S)
        _end([worker])
        ending = _ending(worker.process.returncode)
        if not worker.ready:
            raise HwcostError(f"a worker process ended while it was starting ({ending}); use one worker") from None
        if worker.task is not None:
            task, worker.task = worker.task, None
            yield task, Lost(worker.num_results, ending, ended=True)
        return
    if kind == "hello":
        with contextlib.suppress(OSError):
            worker.pipe.send_bytes(payload)
    elif kind == "ready":
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


def _ending(code: int) -> str:
    if code < 0:
        try:
            return f"killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"killed by signal {-code}"
    return f"exit code {code}"


def _end(workers: list[_Worker]) -> None:
    """End workers whatever they do; what they have finished has been received."""
    for worker in workers:
        worker.pipe.close()
        worker.process.terminate()
    for worker in workers:
        try:
            worker.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()


def _end_with(parent: int) -> None:
    """End this process when its parent has ended: a killed parent cannot do it."""
    while os.getppid() == parent:
        time.sleep(_POLL_S)
    os._exit(1)


def serve(handle: int, imports: Sequence[str] = ()) -> None:
    """Run tasks in a worker process until its pipe is closed; `run_tasks` starts it.

    Args:
        handle: Its end of the pipe.
        imports: Modules to import before it is told what to do.
    """
    pipe = Connection(handle)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    with contextlib.suppress(OSError):
        os.dup2(2, 1)  # what a compiler prints is no part of the result
    with contextlib.suppress(EOFError, OSError):
        pipe.send(("hello", None))
        for name in imports:
            with contextlib.suppress(Exception):  # whoever needs it says what is wrong
                importlib.import_module(name)
        try:
            make, setup = pickle.loads(pipe.recv_bytes())
            work: Work = make(setup)
        except (EOFError, OSError):
            raise
        except BaseException as error:
            pipe.send(("refused", f"{type(error).__name__}: {one_line(str(error))}"))
            return
        pipe.send(("ready", None))
        while True:
            task = pipe.recv()
            try:
                for result in work(task):
                    pipe.send(("result", result))
            except OSError:
                raise
            except BaseException as error:  # KeyboardInterrupt, too: Ctrl-C does not reach here, the task raised it
                pipe.send(("error", f"{type(error).__name__}: {one_line(error_text(error))}".removesuffix(": ")))
            else:
                pipe.send(("done", None))
