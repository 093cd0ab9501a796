"""Evaluations on a Dask cluster: `ClusterWorkers`."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, wait

from hwcost import MissingDependencyError
from hwcost.core.text import one_line
from nas.core.errors import WorkerError
from nas.runs.context import SearchContext
from nas.runs.record import Evaluation
from nas.runs.tasks import Task, evaluate_task, gone, use_one_thread
from nas.spaces.record import Genome


class ClusterWorkers:
    """Workers of a Dask cluster. A task whose worker dies runs on another, up to four times, then once more alone.

    A task whose worker dies even then is recorded as FAILED.

    Args:
        context: The search; it travels with every task.
        address: Address of the scheduler, such as `tcp://host:8786`.

    Raises:
        WorkerError: No scheduler answers at the address, or it has no workers.
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
        """Yield results as they come, in any order."""
        suspects = []
        for task, results in self._run(tasks):
            if results is None:
                suspects.append(task)
            else:
                yield task, results
        # A worker takes tasks with it that only waited in it: each is run once more, alone.
        for suspect in suspects:
            for task, results in self._run([suspect]):
                yield task, results or gone(self._context, task, "every worker of the cluster that took it died")

    def _run(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, list[Evaluation] | None]]:
        """Yield results as they come, None for tasks whose workers died too often."""
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
        """Take back what has not begun and leave the cluster."""
        self._executor.shutdown(wait=False)
        self._client.close(timeout=5)


def _wait_for_scheduler(address: str, timeout_s: float) -> None:
    """Wait until a scheduler answers at the address. A Dask client without one would complain again at its end.

    Raises:
        OSError: None answers.
        ValueError: It is not an address.
    """
    from distributed.comm.addressing import get_address_host_port, parse_address

    scheme, _ = parse_address(address)
    if not address or scheme not in ("tcp", "tls"):
        raise ValueError("not the address of a scheduler; give one such as tcp://host:8786")
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


def evaluate_on_cluster(context: SearchContext, genomes: Sequence[Genome], generation: int) -> list[Evaluation]:
    """Evaluate genomes on a worker of a cluster."""
    use_one_thread()
    return evaluate_task(context, genomes, generation)
