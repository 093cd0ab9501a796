"""The search: `search`, `resume`. What it finds follows from its configuration alone.

A search is a function of its seed and of the evaluations: each of these depends on the seed and on its architecture,
not on the worker, the order or the time. To resume is to run again from the start with what is on the disk as memory.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from nas.architectures.json import architecture_hash
from nas.core.checks import whole
from nas.core.errors import SearchError
from nas.runs.algorithms.exhaustive import groups_of
from nas.runs.algorithms.nsga2 import Brood, Member, first_generation, next_generation, survivors
from nas.runs.config import SearchConfig
from nas.runs.context import SearchContext, make_context
from nas.runs.evaluation import Evaluation
from nas.runs.fronts import bounds, front, hypervolume, vector
from nas.runs.run import Generation, Run, read_run
from nas.runs.store import RunStore, create
from nas.runs.workers import Task, Workers, make_workers, prepare_processes
from nas.spaces.genes import architecture
from nas.spaces.record import Genome

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchProgress:
    """How far a search is.

    Attributes:
        generation: Generation at work, from 0.
        num_generations: Last generation there can be.
        done: Evaluations that have come back.
        expected: Evaluations there will be at most.
        duplicates: Genomes whose architecture was known.
        num_failed: Evaluations that failed.
        best_error: Least validation error so far.
        hypervolume: Of the last generation that ended, None before the first has.
        elapsed_s: Seconds since the start of this process's work.
        left_s: Seconds left at this speed, None where nothing can be said.
    """

    generation: int
    num_generations: int
    done: int
    expected: int
    duplicates: int
    num_failed: int
    best_error: float | None
    hypervolume: float | None
    elapsed_s: float
    left_s: float | None


Show = Callable[[SearchProgress], None]


def search(
    config: SearchConfig,
    folder: str | os.PathLike[str],
    *,
    workers: int = 1,
    cluster: str | None = None,
    progress: Show | None = None,
) -> Run:
    """Searches, with every evaluation in a directory; goes on where one of the same configuration stopped.

    Args:
        config: What to search.
        folder: Directory of the run; made if there is none.
        workers: Processes. They do not import the caller's script.
        cluster: Address of a Dask scheduler instead.
        progress: Called after each evaluation.

    Raises:
        RunError: The directory holds something else, or cannot be written to.
        SearchError: No candidate could be evaluated.
        WorkerError: Workers cannot be had.
        InputError: Space, data or device cannot be used.
    """
    whole("workers", workers, 1, 1024)
    if cluster is None:
        prepare_processes()  # imports meanwhile what the workers need
    context = make_context(config)
    create(folder, context)
    return resume(folder, workers=workers, cluster=cluster, progress=progress)


def resume(
    folder: str | os.PathLike[str],
    *,
    workers: int = 1,
    cluster: str | None = None,
    progress: Show | None = None,
) -> Run:
    """Goes on with a search that was stopped or killed; ends with the front of one that was not.

    Args:
        folder: Directory of the run.
        workers: Processes.
        cluster: Address of a Dask scheduler instead.
        progress: Called after each evaluation.

    Raises:
        RunError: The directory is no run, is damaged, or another search works in it.
        SearchError: No candidate could be evaluated.
        WorkerError: Workers cannot be had.
        InputError: The data set is not here.
    """
    with RunStore(folder, writable=True) as store:
        context = store.context()
        pool = make_workers(context, whole("workers", workers, 1, 1024), cluster)
        try:
            _Search(context, store, pool, progress).run()
            store.flush()
        finally:
            pool.close()
        return read_run(store)


class _Search:
    """One search at work."""

    def __init__(self, context: SearchContext, store: RunStore, workers: Workers, progress: Show | None):
        self.context, self.config, self.store, self.workers = context, context.config, store, workers
        self.objectives = self.config.chosen
        self.progress = progress
        self.known = {one.architecture_hash: one for one in store.evaluations()}
        self.asked: dict[str, None] = {}  # architectures in the order in which this search came to them
        self.generations: list[Generation] = []
        self.limits: NDArray[np.float64] | None = None
        self.duplicates = self.fresh = 0
        self.started_s = time.monotonic()

        @lru_cache(maxsize=100_000)
        def key(items: tuple[tuple[str, object], ...]) -> str:
            return architecture_hash(architecture(context.space, dict(items)))

        self.key: Callable[[Genome], str] = lambda genome: key(tuple(genome.items()))

    def run(self) -> None:
        if self.config.exhaustive:
            self._exhaust()
        else:
            self._evolve()

    def _evolve(self) -> None:
        config = self.config
        brood = first_generation(self.context.space, config.population, config.seed, self.key)
        population: list[Member] = []
        fronts: list[frozenset[tuple[float, ...]]] = []
        for generation in range(config.generations + 1):
            tasks = [Task(number=i, genomes=(g,), generation=generation) for i, g in enumerate(brood.genomes)]
            self._evaluate(tasks, generation)
            children = [self._member(genome) for genome in brood.genomes]
            population = survivors([*population, *(c for c in children if c is not None)], config.population)
            if not population:
                raise SearchError(self._all_failed())
            fronts.append(frozenset(member.values for member in self._front_members()))
            stop = self._reason_to_stop(fronts, generation)
            self._note(generation, brood, stop)
            if stop is not None:
                return
            brood = next_generation(
                self.context.space,
                population,
                config.population,
                seed=config.seed,
                generation=generation + 1,
                crossover=config.crossover,
                mutation=config.mutation,
                key=self.key,
                known=set(self.asked),
            )

    def _exhaust(self) -> None:
        groups, duplicates = groups_of(self.context.space, self.config, self.key)
        tasks = [Task(number=i, genomes=genomes, generation=0) for i, genomes in enumerate(groups)]
        self._evaluate(tasks, 0)
        genomes = tuple(genome for group in groups for genome in group)
        if not front(self._so_far(), self.objectives):
            raise SearchError(self._all_failed())
        self._note(0, Brood(genomes=genomes, duplicates=duplicates), "every distinct architecture was evaluated")

    def _evaluate(self, tasks: Sequence[Task], generation: int) -> None:
        """All tasks evaluated and stored; what is known already is not evaluated again."""
        positions: dict[str, int] = {}
        for task in tasks:
            for genome in task.genomes:
                hashed = self.key(genome)
                if hashed not in self.asked:
                    positions[hashed] = len(self.asked)
                    self.asked[hashed] = None
        # A group is evaluated as a whole or not at all: who is in it is part of its results.
        new = [task for task in tasks if not all(self.key(genome) in self.known for genome in task.genomes)]
        # Long ones first, so that at the end nobody waits for one that began late.
        new.sort(key=lambda task: -sum(self._size(genome) for genome in task.genomes))
        self._show(generation)
        for _, results in self.workers.run(new):
            fresh = [one for one in results if one.architecture_hash not in self.known]
            self.store.add([(positions[one.architecture_hash], one) for one in fresh])
            self.known.update((one.architecture_hash, one) for one in fresh)
            self.fresh += len(fresh)
            self._show(generation)
        self.store.flush()  # nothing counts before it is on the disk

    def _size(self, genome: Genome) -> int:
        """What simulating a network takes, roughly: amplitudes × columns of gates."""
        one = architecture(self.context.space, genome)
        return int(2**one.num_qubits * (one.num_columns + 1))

    def _member(self, genome: Genome) -> Member | None:
        found = self.known[self.key(genome)]
        if found.state != "COMPLETE":
            return None
        return Member(genome=genome, key=found.architecture_hash, values=vector(found, self.objectives))

    def _so_far(self) -> list[Evaluation]:
        return [self.known[key] for key in self.asked if key in self.known]

    def _front_members(self) -> Iterable[Member]:
        for one in front(self._so_far(), self.objectives):
            yield Member(genome=dict(one.genome), key=one.architecture_hash, values=vector(one, self.objectives))

    def _reason_to_stop(self, fronts: Sequence[frozenset[tuple[float, ...]]], generation: int) -> str | None:
        patience = self.config.stagnation
        if generation == self.config.generations:
            return f"{generation} generations after the first"
        if patience and len(fronts) > patience and len(set(fronts[-patience - 1 :])) == 1:
            return f"the front did not change for {patience} generations"
        return None

    def _note(self, number: int, brood: Brood, stop: str | None) -> None:
        so_far = self._so_far()
        if self.limits is None:
            self.limits = bounds(so_far, self.objectives)
        self.duplicates += brood.duplicates
        here = [self.known[self.key(genome)] for genome in brood.genomes]
        here = [one for one in here if one.generation == number]
        record = Generation(
            number=number,
            evaluated=len(here),
            duplicates=brood.duplicates + len(brood.genomes) - len(here),
            num_failed=sum(one.state == "FAILED" for one in here),
            front_size=len(front(so_far, self.objectives)),
            best_error=self._best_error(),
            hypervolume=0.0 if self.limits is None else hypervolume(so_far, self.objectives, self.limits),
            stop=stop,
        )
        self.generations.append(record)
        self.store.note_generation(number, dataclasses.asdict(record))
        self._show(number)

    def _best_error(self) -> float | None:
        accuracies = [one.accuracy for one in self._so_far() if one.accuracy is not None]
        return 1.0 - max(accuracies) if accuracies else None

    def _all_failed(self) -> str:
        reasons = [one.reason or "" for one in self._so_far() if one.state == "FAILED"]
        most = max(set(reasons), key=reasons.count)
        return f"all {len(reasons)} candidates failed, {reasons.count(most)} of them because: {most}"

    def _show(self, generation: int) -> None:
        if self.progress is None:
            return
        config = self.config
        last = 0 if config.exhaustive else config.generations
        expected = len(self.asked) + (last - generation) * config.population
        done = sum(1 for key in self.asked if key in self.known)
        elapsed = time.monotonic() - self.started_s
        self.progress(
            SearchProgress(
                generation=generation,
                num_generations=last,
                done=done,
                expected=expected,
                duplicates=self.duplicates,
                num_failed=sum(1 for key in self.asked if key in self.known and self.known[key].state == "FAILED"),
                best_error=self._best_error(),
                hypervolume=self.generations[-1].hypervolume if self.generations else None,
                elapsed_s=elapsed,
                left_s=elapsed / self.fresh * (expected - done) if self.fresh else None,
            )
        )
