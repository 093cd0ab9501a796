"""Evaluations in processes of this machine: `LocalWorkers`."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from importlib.util import find_spec
from typing import TypeAlias

from hwcost.core.text import one_line
from nas.core.errors import WorkerError
from nas.core.forked import forked_context
from nas.runs.config import SearchConfig
from nas.runs.context import SearchContext, remember
from nas.runs.early_stop import EarlyStop
from nas.runs.record import Evaluation
from nas.runs.tasks import Task, evaluate_task, gone, use_one_thread
from nas.spaces.record import Genome
from nas.training.parts import SharedData, require_device, require_torch

IN_FLIGHT = 4
"""Tasks per worker that are handed over at once: one runs, others wait, so that no worker waits for this process."""

_PRELOADED = ["nas.runs.evaluate", "nas.training.train", "nas.training.stack", "nas.costs", "threadpoolctl", "qiskit"]
_FOR_COSTS = ["torch._dynamo", "hwcost.models.estimate", "hwcost.models.cutting.cost", "qiskit_addon_cutting"]
"""What networks on devices need besides: torch brings in its compiler to count FLOPs, a second in each process."""

_KERNELS = ["nas.engine.preloaded"]


class LocalWorkers:
    """Processes of this machine.

    A process that dies (killed by the system for its memory, crashed) takes the tasks of all others with it; each of
    those runs once more, alone. A task whose process dies while it runs alone is recorded as FAILED.

    Args:
        context: The search.
        num_workers: Processes.

    Raises:
        DataError: The data set is not here, or not the one that the search began with.
        SettingError: The device that is to train is not here.
        WorkerError: There is no room for the data.
    """

    def __init__(self, context: SearchContext, num_workers: int):
        require_device(context.config.train_device, "train_device")
        if find_spec("torch") is None:
            require_torch()
        prepare_for(context.config)
        self._context, self._num_workers = context, num_workers
        self._data = _shared(context)
        self._opened: ProcessPoolExecutor | None = None

    @property
    def _pool(self) -> ProcessPoolExecutor:
        """Return the processes. They are started when they are needed: their parent imports a lot until then."""
        if self._opened is None:
            _wait_for_parent()
            return self._open_pool(self._num_workers)
        return self._opened

    def _open_pool(self, num_workers: int) -> ProcessPoolExecutor:
        # A process that the pool does not know yet, and a pool that nobody knows, would outlive what they need.
        with _interrupts_wait():
            pool = self._opened = ProcessPoolExecutor(
                num_workers,
                mp_context=forked_context(),
                initializer=_begin,
                initargs=(self._context, self._data),
            )
            with contextlib.suppress(BrokenProcessPool, OSError):  # the first real task meets it, too
                for _ in range(num_workers):
                    pool.submit(os.getpid)  # left alone, the second process waits for the second task
        return pool

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, list[Evaluation]]]:
        """Yield results as they come, in any order."""
        queue = deque(tasks)
        flying: dict[Future[list[Evaluation]], Task] = {}
        while queue or flying:
            broken = not self._hand_over(queue, flying)
            done, _ = wait(flying, return_when=FIRST_COMPLETED) if flying else (set(), set())
            finished: list[tuple[Task, list[Evaluation]]] = []
            for future in done:
                try:
                    result = future.result()
                except BrokenProcessPool:
                    broken = True
                else:
                    finished.append((flying.pop(future), result))
            if not broken:
                broken = not self._hand_over(queue, flying)  # before the caller takes its time
            yield from finished
            if broken:
                suspects = sorted(flying.values(), key=lambda task: task.number)
                flying.clear()
                self._restart(1)
                for task in suspects:
                    yield task, self._alone(task)
                self._restart(self._num_workers)

    def _hand_over(self, queue: deque[Task], flying: dict[Future[list[Evaluation]], Task]) -> bool:
        """Give the processes work for the next while; False if they are gone."""
        while queue and len(flying) < IN_FLIGHT * self._num_workers:
            task = queue[0]
            try:
                flying[self._pool.submit(_evaluate_here, *_of_task(task))] = task
            except (BrokenProcessPool, OSError):  # the pool's pipes are closed before it knows that it is broken
                return False
            queue.popleft()
        return True

    def _alone(self, task: Task) -> list[Evaluation]:
        """Run a task whose process died, or that of another task, once more, alone.

        A group stays together, for its composition is part of its results; only of one that dies again each is tried.
        """
        try:
            return self._pool.submit(_evaluate_here, *_of_task(task)).result()
        except BrokenProcessPool:
            self._restart(1)
        if len(task.genomes) == 1:
            return gone(self._context, task, "its process was killed or crashed, twice (out of memory?)")
        results: list[Evaluation] = []
        for genome in task.genomes:
            results += self._alone(replace(task, genomes=(genome,)))
        return results

    def _restart(self, num_workers: int) -> None:
        self._end()
        self._open_pool(num_workers)
        self.start()

    def start(self) -> None:
        """Wait until a process is there.

        Raises:
            WorkerError: None can be started.
        """
        try:
            self._pool.submit(_check_beginning).result()
        except BrokenProcessPool as error:
            raise WorkerError("worker processes die while they start (out of memory?)") from error
        except OSError as error:
            raise _no_processes(error) from error

    def close(self) -> None:
        """End all processes at once, also in the midst of their work."""
        self._end()
        self._data.close()

    def _end(self) -> None:
        pool, self._opened = self._opened, None
        if pool is None:
            return
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


def _shared(context: SearchContext) -> SharedData:
    """Put the data where all processes read them, this one too.

    Raises:
        DataError: The data set is not here, or not the one that the search began with.
        WorkerError: There is no room.
    """
    try:
        shared = SharedData(context.data(), context.config.dtype)
    except OSError as error:
        raise WorkerError(f"no room for data that processes share: {one_line(str(error))}") from error
    remember(context, shared.dataset())
    return shared


def prepare_for(config: SearchConfig) -> None:
    """Do `prepare_processes` for searches of one configuration."""
    prepare_processes(costs=config.backend is not None, compiled=config.engine == "compiled")


def prepare_processes(*, costs: bool = False, compiled: bool = False) -> None:
    """Start the process of which all workers are forks: it imports torch and the rest, once, and runs nothing.

    The first call of a session decides what it imports.

    Args:
        costs: Whether searches that cost networks on devices will come.
        compiled: Whether the engine `compiled` will train.
    """
    from multiprocessing import forkserver, resource_tracker

    wanted = _PRELOADED + _FOR_COSTS * costs + _KERNELS * compiled
    multiprocessing.get_context("forkserver").set_forkserver_preload(wanted)
    with _interrupts_wait():
        resource_tracker.ensure_running()  # changes the mask of signals, and so must not come in between
        # Ctrl-C reaches all processes of a terminal; this one and its forks are to leave it to us.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wait_for_parent() -> None:
    """Wait until the workers' parent has imported everything. Until then it does not fork, and a fork takes long.

    Raises:
        WorkerError: It does not run.
    """
    try:
        process = forked_context().Process(target=os.getpid)
        process.start()
        process.join()
    except (OSError, EOFError) as error:
        raise _no_processes(error) from error


def _no_processes(error: Exception) -> WorkerError:
    return WorkerError(f"worker processes cannot be started: {one_line(str(error)) or 'out of memory?'}")


@contextlib.contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Put off Ctrl-C until the end of this."""
    before = signal.getsignal(signal.SIGINT)
    if before is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    came = []
    signal.signal(signal.SIGINT, lambda *event: came.append(event))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came and callable(before):
            before(*came[0])


_CONTEXT: list[SearchContext] = []
_TROUBLE: list[str] = []


def _begin(context: SearchContext, data: SharedData) -> None:
    """Prepare a new worker process."""
    # Ctrl-C reaches all processes of a terminal; the one that asked for the work decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A parent that was killed cannot end its workers, and they would wait for work for ever.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        use_one_thread()
        remember(context, data.dataset())
        _CONTEXT[:] = [context]
    except Exception as error:  # raised here, it would be a traceback of every worker; so it is told with the work
        _TROUBLE.append(f"worker processes cannot work here: {type(error).__name__}: {one_line(str(error))}")


def _check_beginning() -> None:
    if _TROUBLE:
        raise WorkerError(_TROUBLE[0])


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


_Work: TypeAlias = tuple[tuple[Genome, ...], int, int | None, SearchContext | None, EarlyStop | None]


def _of_task(task: Task) -> _Work:
    return task.genomes, task.generation, task.training, task.context, task.early


def _evaluate_here(
    genomes: Sequence[Genome],
    generation: int,
    training: int | None,
    other: SearchContext | None,
    early: EarlyStop | None,
) -> list[Evaluation]:
    _check_beginning()
    return evaluate_task(other or _CONTEXT[0], genomes, generation, training, early)
