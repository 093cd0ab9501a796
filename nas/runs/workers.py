"""Where evaluations run: processes of this machine, or a Dask cluster."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

from hwcost import HwcostError, InputError, MissingDependencyError
from hwcost.core.text import one_line
from nas.architectures.json import architecture_hash
from nas.core.errors import WorkerError
from nas.core.forked import forked_context
from nas.runs.context import SearchContext, remember
from nas.runs.evaluation import Evaluation, evaluate_group, failed
from nas.spaces.genes import architecture
from nas.spaces.record import Genome

if TYPE_CHECKING:
    from nas.datasets.dataset import Dataset

IN_FLIGHT = 4
"""Tasks per worker that are handed over at once: one runs, others wait, so that no worker waits for this process."""

_PRELOADED = ["nas.runs.evaluation", "nas.training.train", "nas.training.stack", "nas.costs", "threadpoolctl", "qiskit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Genomes to be evaluated together.

    Attributes:
        number: What the task is called in the results.
        genomes: One genome, or a group of one shape.
        generation: Generation that they belong to.
    """

    number: int
    genomes: tuple[Genome, ...]
    generation: int


class Workers(Protocol):
    """What evaluates tasks."""

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, list[Evaluation]]]:
        """Results as they come, in any order."""
        ...

    def close(self) -> None:
        """Ends the work, also that which has not come back."""
        ...


class LocalWorkers:
    """Processes of this machine.

    A process that dies (killed by the system for its memory, crashed) takes the tasks of all others with it; each of
    those runs once more, alone. Who dies alone has failed.

    Args:
        context: The search.
        num_workers: Processes.

    Raises:
        DataError: The data set is not here, or not the one that the search began with.
    """

    def __init__(self, context: SearchContext, num_workers: int):
        prepare_processes()
        self._context, self._num_workers = context, num_workers
        self._data = context.data()
        _wait_for_parent()
        self._open_pool(num_workers)

    def _open_pool(self, num_workers: int) -> None:
        with _interrupts_wait():  # a process that the pool does not know yet would outlive what it needs
            self._pool = ProcessPoolExecutor(
                num_workers,
                mp_context=forked_context(),
                initializer=_begin,
                initargs=(self._context, self._data),
            )
            with contextlib.suppress(BrokenProcessPool, OSError):  # the first real task meets it, too
                for _ in range(num_workers):
                    self._pool.submit(os.getpid)  # left alone, the second process waits for the second task

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, list[Evaluation]]]:
        """Results as they come, in any order."""
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
        """Gives the processes work for the next while; False if they are gone."""
        while queue and len(flying) < IN_FLIGHT * self._num_workers:
            task = queue[0]
            try:
                flying[self._pool.submit(_evaluate_here, task.genomes, task.generation)] = task
            except (BrokenProcessPool, OSError):  # the pool's pipes are closed before it knows that it is broken
                return False
            queue.popleft()
        return True

    def _alone(self, task: Task) -> list[Evaluation]:
        """A task whose process died, or that of another task: once more, with nobody beside it.

        A group stays together, for its composition is part of its results; only of one that dies again each is tried.
        """
        try:
            return self._pool.submit(_evaluate_here, task.genomes, task.generation).result()
        except BrokenProcessPool:
            self._restart(1)
        if len(task.genomes) == 1:
            return _gone(self._context, task, "its process was killed or crashed, twice (out of memory?)")
        results: list[Evaluation] = []
        for genome in task.genomes:
            results += self._alone(Task(number=task.number, genomes=(genome,), generation=task.generation))
        return results

    def _restart(self, num_workers: int) -> None:
        self.close()
        self._open_pool(num_workers)
        self.start()

    def start(self) -> None:
        """Waits until a process is there.

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
        """Ends all processes at once, also in the midst of their work."""
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


class ClusterWorkers:
    """Workers of a Dask cluster. A task whose worker dies runs on another, up to four times, then once more alone.

    Who dies alone has failed.

    Args:
        context: The search; it travels with every task.
        address: Address of the scheduler, such as `tcp://host:8786`.

    Raises:
        WorkerError: Nobody answers there, or the scheduler has no workers.
        MissingDependencyError: The extra `cluster` is not installed.
    """

    def __init__(self, context: SearchContext, address: str, *, timeout_s: float = 30.0):
        try:
            import distributed
        except ImportError:
            raise MissingDependencyError(
                'a cluster needs dask.distributed, which is not installed; run: pip install "hwcost[cluster]"'
            ) from None
        self._context = context
        try:
            _wait_for_scheduler(address, timeout_s)
            self._client = distributed.Client(address, timeout=timeout_s, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise WorkerError(f"cluster {one_line(repr(address))}: {one_line(str(error))}") from error
        try:
            self._client.wait_for_workers(1, timeout=timeout_s)
        except (OSError, TimeoutError) as error:
            self._client.close(timeout=5)
            raise WorkerError(f"cluster {one_line(repr(address))}: no worker came within {timeout_s:g} s") from error
        self._executor: Executor = self._client.get_executor(pure=False)
        self._dead = distributed.scheduler.KilledWorker
        self._lost = (distributed.CancelledError, OSError)

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, list[Evaluation]]]:
        """Results as they come, in any order."""
        suspects = []
        for task, results in self._run(tasks):
            if results is None:
                suspects.append(task)
            else:
                yield task, results
        # A worker takes tasks with it that only waited in it: each once more, with nobody beside it.
        for suspect in suspects:
            for task, results in self._run([suspect]):
                yield task, results or _gone(self._context, task, "every worker of the cluster that took it died")

    def _run(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, list[Evaluation] | None]]:
        """Results as they come, None for tasks whose workers died too often."""
        flying = {
            self._executor.submit(evaluate_on_cluster, self._context, task.genomes, task.generation): task
            for task in tasks
        }
        while flying:
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                task = flying.pop(future)
                try:
                    yield task, future.result()
                except self._dead:
                    yield task, None
                except self._lost as error:
                    raise WorkerError(
                        f"the cluster was lost: {one_line(str(error)) or type(error).__name__}"
                    ) from error

    def close(self) -> None:
        """Takes back what has not begun and leaves the cluster."""
        self._executor.shutdown(wait=False)
        self._client.close(timeout=5)


def _wait_for_scheduler(address: str, timeout_s: float) -> None:
    """Returns when somebody answers at the address. A Dask client that finds nobody complains once more at its end.

    Raises:
        OSError: Nobody does.
        ValueError: It is no address.
    """
    from distributed.comm.addressing import get_address_host_port, parse_address

    scheme, _ = parse_address(address)
    if not address or scheme not in ("tcp", "tls"):
        raise ValueError("no address of a scheduler; give one such as tcp://host:8786")
    host, port = get_address_host_port(address)
    end = time.monotonic() + timeout_s
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=timeout_s).close()
            return
        except OverflowError:
            raise ValueError(f"there is no port {port}") from None
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def prepare_processes() -> None:
    """Has the process begin of which all workers are forks: it imports torch and the rest, once, and runs nothing."""
    from multiprocessing import forkserver, resource_tracker

    multiprocessing.get_context("forkserver").set_forkserver_preload(_PRELOADED)
    with _interrupts_wait():
        resource_tracker.ensure_running()  # changes the mask of signals, and so must not come in between
        # Ctrl-C reaches all processes of a terminal; this one and its forks are to leave it to us.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wait_for_parent() -> None:
    """Returns when the workers' parent has imported everything. Until then it forks nobody, and a fork takes long.

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
    """Ctrl-C takes effect at the end of this."""
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


def make_workers(context: SearchContext, num_workers: int, cluster: str | None) -> LocalWorkers | ClusterWorkers:
    """Workers here, or on the cluster at that address."""
    return LocalWorkers(context, num_workers) if cluster is None else ClusterWorkers(context, cluster)


_CONTEXT: list[SearchContext] = []
_TROUBLE: list[str] = []


def _begin(context: SearchContext, data: Dataset) -> None:
    """First thing in a worker process."""
    # Ctrl-C reaches all processes of a terminal; the one that asked for the work decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A parent that was killed cannot end its workers, and they would wait for work for ever.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _one_thread()
        remember(context, data)
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


@cache
def _one_thread() -> None:
    """One thread in torch, NumPy's library and Qiskit: others would take the time of the other workers."""
    os.environ["RAYON_NUM_THREADS"] = "1"  # read when Qiskit first computes
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    threadpool_limits(1)


def _evaluate_here(genomes: Sequence[Genome], generation: int) -> list[Evaluation]:
    _check_beginning()
    return _guarded(_CONTEXT[0], genomes, generation)


def evaluate_on_cluster(context: SearchContext, genomes: Sequence[Genome], generation: int) -> list[Evaluation]:
    """What runs on a worker of a cluster."""
    _one_thread()
    return _guarded(context, genomes, generation)


def _guarded(context: SearchContext, genomes: Sequence[Genome], generation: int) -> list[Evaluation]:
    """A defect of ours, met by one candidate, must not end the search of all others; it is a reason that is shown."""
    try:
        return evaluate_group(context, genomes, generation)
    except (InputError, MissingDependencyError):
        raise
    except (HwcostError, ArithmeticError, LookupError, TypeError, ValueError, RuntimeError, MemoryError) as error:
        reason = f"{type(error).__name__}: {one_line(str(error))}"
        return [failed(genome, _hash(context, genome), reason, generation) for genome in genomes]


def _gone(context: SearchContext, task: Task, reason: str) -> list[Evaluation]:
    return [failed(genome, _hash(context, genome), reason, task.generation) for genome in task.genomes]


def _hash(context: SearchContext, genome: Genome) -> str:
    return architecture_hash(architecture(context.space, genome))
