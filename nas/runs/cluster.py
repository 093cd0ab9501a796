"""Evaluations on a Dask cluster: `ClusterWorkers`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hwcost.core.cluster import ALL_DIED, DEFAULT_TIMEOUT_S, Cluster
from nas.core.errors import WorkerError
from nas.runs.context import SearchContext
from nas.runs.early_stop import EarlyStop
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

    def __init__(self, context: SearchContext, address: str, *, timeout_s: float = DEFAULT_TIMEOUT_S):
        self._context = context
        self._cluster: Cluster[Task, list[Evaluation]] = Cluster(address, timeout_s=timeout_s, error=WorkerError)

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, list[Evaluation]]]:
        """Yield results as they come, in any order."""
        for task, results in self._cluster.run(evaluate_on_cluster, tasks, self._arguments):
            yield task, results or gone(self._context, task, ALL_DIED)

    def close(self) -> None:
        """Take back what has not begun and leave the cluster."""
        self._cluster.close()

    def _arguments(self, task: Task) -> tuple[SearchContext, Sequence[Genome], int, int | None, EarlyStop | None]:
        return task.context or self._context, task.genomes, task.generation, task.training, task.early


def evaluate_on_cluster(
    context: SearchContext,
    genomes: Sequence[Genome],
    generation: int,
    training: int | None = None,
    early: EarlyStop | None = None,
) -> list[Evaluation]:
    """Evaluate genomes on a worker of a cluster."""
    use_one_thread()
    return evaluate_task(context, genomes, generation, training, early)
