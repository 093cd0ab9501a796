"""Work on a Dask cluster: `Cluster`. Needs the extra `cluster`."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from typing import Any, Generic, TypeVar

from hwcost.core.errors import HwcostError, MissingDependencyError
from hwcost.core.text import one_line

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

DEFAULT_TIMEOUT_S = 30.0
ALL_DIED = "every worker of the cluster that took it died"
"""Why a task has no result."""


class Cluster(Generic[_Task, _Result]):
    """Workers of a Dask cluster. A task whose worker dies runs on another, up to four times, then once more alone.

    Args:
        address: Address of the scheduler, such as `tcp://host:8786`.
        timeout_s: How long to wait for the scheduler, and for its first worker.
        error: Type of the exceptions.

    Attributes:
        num_threads: Tasks that the workers run at a time.

    Raises:
        HwcostError: No scheduler answers at the address, or it has no workers; or what `error` says.
        MissingDependencyError: The extra `cluster` is not installed.
    """

    def __init__(
        self, address: str, *, timeout_s: float = DEFAULT_TIMEOUT_S, error: type[Exception] = HwcostError
    ) -> None:
        try:
            import distributed
        except ImportError:
            raise MissingDependencyError(
                'a cluster needs dask.distributed, which is not installed; run: pip install "hwcost[cluster]"'
            ) from None
        self._error = error
        try:
            _wait_for_scheduler(address, timeout_s)
            self._client = distributed.Client(address, timeout=timeout_s, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as cause:
            raise error(f"cluster {one_line(repr(address))}: {one_line(str(cause))}") from cause
        try:
            self._client.wait_for_workers(1, timeout=timeout_s)
        except (OSError, TimeoutError) as cause:
            self._client.close(timeout=5)
            raise error(f"cluster {one_line(repr(address))}: no worker came within {timeout_s:g} s") from cause
        self.num_threads = max(1, sum(self._client.nthreads().values()))
        self._executor: Executor = self._client.get_executor(pure=False)
        self._dead = distributed.scheduler.KilledWorker
        self._lost = (distributed.CancelledError, OSError)

    def run(
        self, work: Callable[..., _Result], tasks: Sequence[_Task], arguments: Callable[[_Task], tuple[Any, ...]]
    ) -> Iterator[tuple[_Task, _Result | None]]:
        """Yield the result of each task as it comes, in any order; None where every worker that took it died.

        Args:
            work: A function of a module that the workers can import.
            tasks: What to do.
            arguments: Returns what `work` is called with for a task; it travels to the worker.

        Raises:
            HwcostError: The cluster was lost; or what `error` of the cluster says. What `work` raises, is raised.
        """
        suspects = []
        for task, result in self._run(work, tasks, arguments):
            if result is None:
                suspects.append(task)
            else:
                yield task, result
        # A worker takes tasks with it that only waited in it: each is run once more, alone.
        for suspect in suspects:
            yield from self._run(work, [suspect], arguments)

    def _run(
        self, work: Callable[..., _Result], tasks: Sequence[_Task], arguments: Callable[[_Task], tuple[Any, ...]]
    ) -> Iterator[tuple[_Task, _Result | None]]:
        """Yield results as they come, None for tasks whose workers died too often."""
        flying = {self._executor.submit(work, *arguments(task)): task for task in tasks}
        while flying:
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                task = flying.pop(future)
                try:
                    yield task, future.result()
                except self._dead:
                    yield task, None
                except self._lost as cause:
                    raise self._error(
                        f"the cluster was lost: {one_line(str(cause)) or type(cause).__name__}"
                    ) from cause

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
