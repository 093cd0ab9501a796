"""What is handed to workers and what they do with it: `Task`, `evaluate_task`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from hwcost import HwcostError, InputError, MissingDependencyError
from hwcost.core.text import one_line
from nas.architectures.json import architecture_hash
from nas.runs.context import SearchContext
from nas.runs.early_stop import EarlyStop
from nas.runs.evaluate import evaluate_group, train_again
from nas.runs.record import Evaluation, failed
from nas.spaces.build import architecture
from nas.spaces.record import Genome


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Genomes to be evaluated together.

    Attributes:
        number: What the task is called in the results.
        genomes: One genome, or a group of one shape.
        generation: Generation that they belong to.
        training: None to evaluate; the number of the training to train one architecture that was evaluated again.
        context: Another search than that of the workers, such as one with other settings; None is theirs.
        early: When trainings are given up; None never.
    """

    number: int
    genomes: tuple[Genome, ...]
    generation: int
    training: int | None = None
    context: SearchContext | None = None
    early: EarlyStop | None = None


class Workers(Protocol):
    """Processes or machines that evaluate tasks."""

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, list[Evaluation]]]:
        """Yield results as they come, in any order."""
        ...

    def close(self) -> None:
        """End the work, also that which has not come back."""
        ...


@cache
def use_one_thread() -> None:
    """Make torch, NumPy's library and Qiskit use one thread: more would take the time of the other workers."""
    os.environ["RAYON_NUM_THREADS"] = "1"  # read when Qiskit first computes
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    threadpool_limits(1)


def evaluate_task(
    context: SearchContext,
    genomes: Sequence[Genome],
    generation: int,
    training: int | None = None,
    early: EarlyStop | None = None,
) -> list[Evaluation]:
    """Evaluate genomes in a worker, or train them again, which is never given up.

    A defect of ours, met by one candidate, must not end the search of all others; it becomes the reason of a failure.
    """
    try:
        if training is not None:
            return [train_again(context, genome, training, generation) for genome in genomes]
        return evaluate_group(context, genomes, generation, early)
    except (InputError, MissingDependencyError):
        raise
    except (HwcostError, ArithmeticError, LookupError, TypeError, ValueError, RuntimeError, MemoryError) as error:
        reason = f"{type(error).__name__}: {one_line(str(error))}"
        return [failed(genome, _hash(context, genome), reason, generation) for genome in genomes]


def gone(context: SearchContext, task: Task, reason: str) -> list[Evaluation]:
    """Record all candidates of a task that never came back as FAILED."""
    return [failed(genome, _hash(context, genome), reason, task.generation) for genome in task.genomes]


def _hash(context: SearchContext, genome: Genome) -> str:
    return architecture_hash(architecture(context.space, genome))
