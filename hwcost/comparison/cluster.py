"""Cells on a Dask cluster: `cluster_results`.

A task travels with all that it needs, so that a worker needs no file of this machine. A worker says what it runs; with
other versions its numbers might differ, and the cache would keep them for ours.
"""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

from hwcost.comparison.cell import Outcome
from hwcost.comparison.inputs import package_versions
from hwcost.comparison.work import CellTask, CellWork, Setup, by_seed
from hwcost.core.cluster import ALL_DIED, Cluster
from hwcost.core.errors import HwcostError, OptionError
from hwcost.core.pool import can_be_sent
from hwcost.core.result_cache import source_sha256
from hwcost.core.text import error_text, one_line

Fingerprint: TypeAlias = dict[str, str]
Answer: TypeAlias = tuple[Fingerprint, list[tuple[int, Outcome]]]

_TASKS_PER_THREAD = 4  # with fewer, tasks are split by seed, so that no worker waits long for the last one


def cluster_results(
    setup: Setup, tasks: Iterable[CellTask], address: str
) -> Generator[tuple[CellTask, int, Outcome], None, None]:
    """Yield (task, seed, outcome) of each cell as it comes, in any order.

    A cell whose workers die, four of them and one more with the cell alone, has failed; the others have not.

    Raises:
        HwcostError: The cluster cannot be used, was lost, or runs other versions than this machine.
        OptionError: A compiler cannot be sent there.
        MissingDependencyError: The extra `cluster` is not installed.
    """
    if not can_be_sent(setup.compilers):
        raise OptionError(
            "a compiler cannot be sent to the cluster; define it in a module that the workers can import, or work here"
        )
    waiting = list(tasks)
    if not waiting:
        return
    cluster: Cluster[CellTask, Answer] = Cluster(address)
    try:
        if len(waiting) < _TASKS_PER_THREAD * cluster.num_threads:
            waiting = [part for task in waiting for part in by_seed(task, setup)]
        yield from _results(cluster, setup, waiting)
    except HwcostError:
        raise
    except Exception as error:  # such as: the worker has no module of that name
        raise HwcostError(
            f"a worker of the cluster cannot do a task ({type(error).__name__}: {one_line(error_text(error))}); it "
            "needs hwcost and the modules of the compilers"
        ) from error
    finally:
        cluster.close()


def _results(
    cluster: Cluster[CellTask, Answer], setup: Setup, tasks: Sequence[CellTask]
) -> Iterator[tuple[CellTask, int, Outcome]]:
    ours = fingerprint()
    lost: list[CellTask] = []
    for task, answer in cluster.run(cells_on_cluster, tasks, partial(_arguments, setup)):
        if answer is not None:
            _require_same(ours, answer[0])
            for seed, outcome in answer[1]:
                yield task, seed, outcome
        elif len(task.seeds) > 1:  # only one of its cells may have done it
            lost += [dataclasses.replace(task, seeds=(seed,)) for seed in task.seeds]
        else:
            yield task, task.seeds[0], Outcome(error=ALL_DIED, kind="work")
    if lost:
        yield from _results(cluster, setup, lost)


def cells_on_cluster(payload: bytes) -> Answer:
    """Do the cells of one task on a worker of a cluster."""
    setup, task, circuit = pickle.loads(payload)
    return fingerprint(), list(CellWork(setup, circuits={task.circuit_file: circuit})(task))


def fingerprint() -> Fingerprint:
    """Return what the numbers depend on beside the inputs: versions, and the source of this package."""
    return {**package_versions(), "source": source_sha256()}


def _arguments(setup: Setup, task: CellTask) -> tuple[bytes]:
    """Return the task with its device, compiler and circuit alone."""
    own = Setup(backends=(setup.backends[task.device],), compilers=(setup.compilers[task.compiler],))
    circuit = Path(task.circuit_file).read_bytes()
    return (pickle.dumps((own, dataclasses.replace(task, device=0, compiler=0), circuit)),)


def _require_same(ours: Fingerprint, theirs: Fingerprint) -> None:
    for name, version in ours.items():
        other = theirs.get(name)
        if other != version:
            what = "another source of hwcost" if name == "source" else f"{name} {other}, not {version}"
            raise HwcostError(f"a worker of the cluster runs {what}; install the same there as here")
