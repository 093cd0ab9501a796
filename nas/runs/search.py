"""The search: `search`, `resume`. What it finds follows from its configuration alone.

A search is a function of its seed and of the evaluations: each of these depends on the seed and on its architecture,
not on the worker, the order or the time. To resume is to run again from the start with what is on the disk as memory.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from hwcost.core.text import say
from nas.architectures.json import architecture_hash
from nas.core.checks import whole
from nas.core.errors import SearchError
from nas.runs.algorithms import make_algorithm
from nas.runs.algorithms.base import Algorithm, Answer, Brood, Problem, Stop, fill, latest
from nas.runs.algorithms.exhaustive import refuse_large
from nas.runs.algorithms.repeats import num_rounds
from nas.runs.cluster import ClusterWorkers
from nas.runs.config import AUTO, SearchConfig
from nas.runs.context import SearchContext, make_context
from nas.runs.early_stop import EarlyStop, early_stop
from nas.runs.estimates import fit_evaluations
from nas.runs.free_costs import FreeCosts
from nas.runs.fronts import front, front_volume
from nas.runs.grouping import grouped, work
from nas.runs.pilot import is_wanted, measure, reusable
from nas.runs.record import Evaluation
from nas.runs.run import Generation, Run, read_run
from nas.runs.store import RunStore, create
from nas.runs.tally import Tally
from nas.runs.tasks import Task, Workers
from nas.runs.time_left import WorkClock
from nas.runs.workers import LocalWorkers, prepare_for
from nas.spaces.build import architecture
from nas.spaces.record import Choice, Genome
from nas.training.parts import require_device

if TYPE_CHECKING:
    from nas.architectures.record import Architecture

_MAX_KNOWN = 100_000
"""Genomes whose networks are remembered."""

MAX_DRAWS = 50
"""How often others are drawn in the place of first networks that cost too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchProgress:
    """State of a search at work.

    Attributes:
        generation: Generation at work, from 0.
        num_generations: Last generation there can be.
        done: Evaluations that have come back.
        expected: Evaluations there will be at most.
        duplicates: Genomes whose architecture was known.
        num_failed: Evaluations that failed.
        num_infeasible: Networks that cost more than the limits allow, and were not trained.
        best_error: Least validation error so far.
        hypervolume: `Generation.hypervolume` of the last one that ended, None before the first has.
        elapsed_s: Seconds since the start of this process's work.
        left_s: Seconds left if no generation is left out, None while too little came back.
        pilot: Trainings of the pilot that were done, and in all, while it is at work; None after it.
        num_stopped: Networks whose training was given up early.
    """

    generation: int = 0
    num_generations: int = 0
    done: int = 0
    expected: int = 0
    duplicates: int = 0
    num_failed: int = 0
    best_error: float | None = None
    hypervolume: float | None = None
    elapsed_s: float = 0.0
    left_s: float | None = None
    num_infeasible: int = 0
    pilot: tuple[int, int] | None = None
    num_stopped: int = 0


Show = Callable[[SearchProgress], None]


def search(
    config: SearchConfig,
    folder: str | os.PathLike[str],
    *,
    workers: int = 1,
    cluster: str | None = None,
    progress: Show | None = None,
) -> Run:
    """Search, with every evaluation in a directory; resume where a search of the same configuration stopped.

    Args:
        config: What to search.
        folder: Directory of the run; made if there is none.
        workers: Processes. They do not import the caller's script.
        cluster: Address of a Dask scheduler instead.
        progress: Called after each evaluation.

    Raises:
        RunError: The directory holds something else, or cannot be written to.
        SearchError: No candidate could be evaluated.
        WorkerError: Workers are not available.
        InputError: Space, data or device cannot be used.
    """
    whole("workers", workers, 1, 1024)
    if cluster is None:
        if config.train_device != AUTO:
            require_device(config.train_device, "train_device")
        prepare_for(config)  # imports meanwhile what the workers need
    context = make_context(config)
    if context.config.exhaustive:
        refuse_large(context.space)  # before a pilot, which such a search has, too
    create(folder, context)
    return resume(folder, workers=workers, cluster=cluster, progress=progress)


def resume(
    folder: str | os.PathLike[str],
    *,
    workers: int = 1,
    cluster: str | None = None,
    progress: Show | None = None,
) -> Run:
    """Resume a search that was stopped or killed; it ends with the front of one that was not.

    Args:
        folder: Directory of the run.
        workers: Processes.
        cluster: Address of a Dask scheduler instead.
        progress: Called after each evaluation.

    Raises:
        RunError: The directory is no run, is damaged, or another search works in it.
        SearchError: No candidate could be evaluated.
        WorkerError: Workers are not available.
        InputError: The data set is not here.
    """
    with RunStore(folder, writable=True) as store:
        num_workers = whole("workers", workers, 1, 1024)
        if cluster is None:
            require_device(store.asked_context().config.train_device, "train_device")
        if is_wanted(store.asked_context()) and store.pilot() is None:
            _begin_with_pilot(store, num_workers, cluster, progress)
        context = store.context()
        pool = open_workers(context, num_workers, cluster)
        try:
            _Search(context, store, pool, progress, num_workers).run()
            store.flush()
        finally:
            pool.close()
        return read_run(store)


def open_workers(context: SearchContext, num_workers: int, cluster: str | None) -> Workers:
    """Open processes of this machine, or those of a cluster.

    Raises:
        WorkerError: They are not available.
    """
    if context.config.engine == "compiled" and cluster is None:
        from nas.training.parts import compile_kernels

        compile_kernels(context.config.dtype)  # once, and not in each worker
    return LocalWorkers(context, num_workers) if cluster is None else ClusterWorkers(context, cluster)


def _begin_with_pilot(store: RunStore, num_workers: int, cluster: str | None, progress: Show | None) -> None:
    """Measure the pilot of a new search, and warn where there is too little signal."""
    pool = open_workers(store.asked_context(), num_workers, cluster)
    started_s = time.monotonic()

    def tell(done: int, total: int) -> None:
        if progress is not None:
            elapsed_s = time.monotonic() - started_s
            progress(SearchProgress(pilot=(done, total), elapsed_s=elapsed_s, left_s=elapsed_s / done * (total - done)))

    try:
        pilot = measure(store, pool, tell=tell)
    finally:
        pool.close()
    warning = pilot.warning()
    if warning is not None:
        say(warning, program="nas")


class _Search:
    """One search at work."""

    def __init__(
        self, context: SearchContext, store: RunStore, workers: Workers, progress: Show | None, num_workers: int = 1
    ):
        self.context, self.config, self.store, self.workers = context, context.config, store, workers
        self.objectives = self.config.chosen
        self.progress = progress
        self.read = _reader_of(context)
        self.key = _key_of(self.read)
        costs = FreeCosts(context, self.key, store)
        self.algorithm: Algorithm = make_algorithm(self.config.algorithm, _problem(context, self.key, costs))
        self.known = {evaluation.architecture_hash: evaluation for evaluation in store.first_evaluations()}
        self.trained_again = {(hashed, number): again for hashed, number, again in store.trainings()}
        self.num_again = 0  # trainings of architectures that were evaluated, in the order in which they were asked for
        self.piloted = reusable(store)
        self.early: EarlyStop | None = None  # of the generation at work
        self.asked: dict[str, None] = {}  # architectures in the order in which this search came to them
        self.tally = Tally()  # of what is asked for and known
        self.generations: list[Generation] = []
        self.duplicates = 0
        self.started_s = time.monotonic()
        self.clock = WorkClock(
            num_workers,
            population=self.config.population,
            num_rounds=num_rounds(self.config.generations, self.config.repeats)
            if any(objective.trained for objective in self.objectives)
            else 0,
            before=[(self._size(dict(one.genome)), one) for one in {**self.piloted, **self.known}.values()],
        )

    def run(self) -> None:
        """Evaluate what the algorithm asks for until it stops."""
        answers: list[Answer] = []
        step = self.algorithm.ask(answers)
        while isinstance(step, Brood):
            number = len(answers)
            self.early = self._early_stop(answers)
            if step.again:
                self._train_again(step, number)
            else:
                self._evaluate(step, number)
                if number == 0 and self.config.limits and self.config.algorithm != "exhaustive":
                    step = self._filled_up(step)
            answer = Answer(brood=step, evaluations=tuple(self.known[self.key(genome)] for genome in step.genomes))
            if not any(evaluation.state == "COMPLETE" for evaluation in self._so_far()):
                raise SearchError(none_complete(self._so_far()))
            answers.append(answer)
            step = self.algorithm.ask(answers)
            self._note(number, answer, step.reason if isinstance(step, Stop) else None)

    def _early_stop(self, answers: Sequence[Answer]) -> EarlyStop | None:
        """Return when trainings of the next generation are given up, from those that ended."""
        config = self.config
        if config.early_stop is None or not answers:
            return None
        known = latest(answers)
        return early_stop(known, self.context.space, self.objectives, config.epochs, config.early_stop)

    def _filled_up(self, brood: Brood) -> Brood:
        """Draw others in the place of first networks that cost too much, so that evolution begins with a population."""
        import numpy as np

        wanted, space = len(brood.genomes), self.context.space
        for attempt in range(1, MAX_DRAWS + 1):
            states = [self.known[self.key(genome)].state for genome in brood.genomes]
            missing = wanted - len(states) + states.count("INFEASIBLE")
            if missing <= 0:
                break
            rng = np.random.default_rng([self.config.seed, 0, attempt])
            draw = partial(space.random_genome, rng)
            more = fill(missing, {self.key(genome) for genome in brood.genomes}, draw, self.key, keep_known=False)
            if not more.groups:
                break
            self._evaluate(more, 0)
            brood = Brood(groups=brood.groups + more.groups, duplicates=brood.duplicates + more.duplicates)
        return brood

    def _evaluate(self, brood: Brood, generation: int) -> None:
        """Evaluate and store all of a brood; what is known already is not evaluated again."""
        tasks = self._tasks(brood, generation)
        positions: dict[str, int] = {}
        for genome in brood.genomes:
            hashed = self.key(genome)
            if hashed not in self.asked:
                positions[hashed] = len(self.asked)
                self.asked[hashed] = None
                if hashed in self.known:
                    self.tally.add(self.known[hashed])
        # A group is evaluated as a whole or not at all: who is in it is part of its results.
        self._take_from_pilot(tasks, positions)
        new = [task for task in tasks if not all(self.key(genome) in self.known for genome in task.genomes)]
        # Long ones first, so that the workers do not wait at the end for one that began late.
        new.sort(key=lambda task: -sum(self._size(genome) for genome in task.genomes))
        self.clock.begin([self._size(genome) for task in new for genome in task.genomes], again=False)
        self._show(generation)
        for task, results in self.workers.run(new):
            self.clock.note([self._size(genome) for genome in task.genomes], results, self._elapsed_s())
            fresh = [one for one in results if one.architecture_hash not in self.known]
            self.store.add([(positions[one.architecture_hash], one) for one in fresh])
            for one in fresh:
                self._know(dataclasses.replace(one, weights=()))
            self._show(generation)
        self.store.flush()  # nothing counts before it is on the disk

    def _tasks(self, brood: Brood, generation: int) -> list[Task]:
        """Divide a brood into tasks, the same whoever evaluates them and whatever is on the disk already.

        What is listed on its own is trained together with others of its shape, but for what is trained already.
        """
        new, groups = [], []
        for group in brood.groups:
            hashed = self.key(group[0])
            if len(group) > 1 or hashed in self.asked or hashed in self.piloted:
                groups.append(group)
            else:
                new.append(group[0])
        groups += grouped(new, self.read, self.config.train_device, self.config.engine)
        return [
            Task(number=i, genomes=group, generation=generation, early=self.early) for i, group in enumerate(groups)
        ]

    def _take_from_pilot(self, tasks: Sequence[Task], positions: Mapping[str, int]) -> None:
        """Take what the pilot has trained as it would be trained now: alone, with the search's seeds and settings."""
        for task in tasks:
            hashed = self.key(task.genomes[0])
            # The pilot trains to the end, and what is found must be the same without it.
            if task.early is not None or len(task.genomes) > 1 or hashed in self.known or hashed not in self.piloted:
                continue
            genome = dict(task.genomes[0])
            one = dataclasses.replace(self.piloted[hashed], genome=genome, generation=task.generation)
            self._know(one)
            self.store.add([(positions[hashed], one)])

    def _train_again(self, brood: Brood, generation: int) -> None:
        """Train architectures of a brood once more and store that; what is known already is not trained again."""
        wanted: dict[tuple[str, int], tuple[int, Task]] = {}
        for genome in brood.genomes:
            hashed = self.key(genome)
            already = sum(name == hashed for name, _ in wanted)
            number = len(self.known[hashed].trainings) + already
            task = Task(number=len(wanted), genomes=(genome,), generation=generation, training=number)
            wanted[hashed, number] = (self.num_again, task)
            self.num_again += 1
        new = [task for name, (_, task) in wanted.items() if name not in self.trained_again]
        new.sort(key=lambda task: -self._size(task.genomes[0]))
        self.clock.begin([self._size(task.genomes[0]) for task in new], again=True)
        self._show(generation)
        for task, results in self.workers.run(new):
            again = results[0]
            self.clock.note([self._size(task.genomes[0])], results, self._elapsed_s())
            name = (again.architecture_hash, task.training or 0)
            self.store.add_training(wanted[name][0], name[1], again)
            self.trained_again[name] = dataclasses.replace(again, weights=())
            self._show(generation)
        self.store.flush()
        for hashed, number in sorted(wanted):
            self.known[hashed] = self.known[hashed].with_training(self.trained_again[hashed, number])
        self.tally = Tally(self._so_far())

    def _size(self, genome: Genome) -> float:
        """Estimate what a step of training takes."""
        data = self.context.dataset
        return work(self.read(genome), data.num_features, data.num_classes)

    def _know(self, evaluation: Evaluation) -> None:
        """Keep the first evaluation of an architecture that was asked for."""
        self.known[evaluation.architecture_hash] = evaluation
        self.tally.add(evaluation)

    def _so_far(self) -> list[Evaluation]:
        return [self.known[key] for key in self.asked if key in self.known]

    def _note(self, number: int, answer: Answer, stop: str | None) -> None:
        so_far = self._so_far()
        self.duplicates += answer.brood.duplicates
        new = [evaluation for evaluation in answer.evaluations if evaluation.generation == number]
        fitted = fit_evaluations(so_far, self.context.space, self.objectives)
        record = Generation(
            number=number,
            evaluated=len(new),
            duplicates=0 if answer.brood.again else answer.brood.duplicates + len(answer.evaluations) - len(new),
            num_failed=sum(evaluation.state == "FAILED" for evaluation in new),
            num_infeasible=sum(evaluation.state == "INFEASIBLE" for evaluation in new),
            num_stopped=sum(evaluation.state == "STOPPED" for evaluation in new),
            front_size=len(front(so_far, self.objectives)),
            best_error=self.tally.best_error,
            hypervolume=front_volume(so_far, so_far if fitted is None else fitted.judged(), self.objectives),
            stop=stop,
            num_repeats=len(answer.brood.genomes) if answer.brood.again else 0,
            estimated_front_size=None if fitted is None else len(fitted.front()),
            estimated_best_error=None if fitted is None else max(0.0, float(fitted.error.min())),
        )
        self.generations.append(record)
        self.store.note_generation(number, dataclasses.asdict(record))
        self._show(number)

    def _elapsed_s(self) -> float:
        return time.monotonic() - self.started_s

    def _show(self, generation: int) -> None:
        if self.progress is None:
            return
        last = self.algorithm.last_generation
        so_far = len(self.asked) + self.num_again
        # An exhaustive search begins with everything, and others spend a population on each generation.
        if self.config.exhaustive:
            expected = so_far + (last - generation) * self.config.population
        else:
            expected = max(so_far, (self.config.generations + 1) * self.config.population)
        done = self.tally.total + min(self.num_again, len(self.trained_again))
        self.progress(
            SearchProgress(
                generation=generation,
                num_generations=last,
                done=done,
                expected=expected,
                duplicates=self.duplicates,
                num_failed=self.tally.count("FAILED"),
                num_infeasible=self.tally.count("INFEASIBLE"),
                num_stopped=self.tally.count("STOPPED"),
                best_error=self.tally.best_error,
                hypervolume=self.generations[-1].hypervolume if self.generations else None,
                elapsed_s=self._elapsed_s(),
                left_s=self.clock.left_s(last - generation, self._elapsed_s()),
            )
        )


def none_complete(evaluations: Sequence[Evaluation]) -> str:
    """Say why a search has nothing to continue with: every candidate failed, or costs too much."""
    infeasible = sum(one.state == "INFEASIBLE" for one in evaluations)
    reasons = [one.reason or "" for one in evaluations]
    most = max(sorted(set(reasons)), key=reasons.count)
    if not infeasible:
        return f"all {len(reasons)} candidates failed, {reasons.count(most)} of them because: {most}"
    failed = f", {len(reasons) - infeasible} failed" if infeasible < len(reasons) else ""
    return (
        f"{infeasible} of {len(reasons)} candidates cost more than the limits allow{failed}, none is left; the first: "
        f"{next(one.reason for one in evaluations if one.state == 'INFEASIBLE')}; give larger limits or another space"
    )


def _key_of(read: Callable[[Genome], Architecture]) -> Callable[[Genome], str]:
    """Return a function that gives genomes of equal architectures the same text."""

    @lru_cache(maxsize=_MAX_KNOWN)
    def key(items: tuple[tuple[str, Choice], ...]) -> str:
        return architecture_hash(read(dict(items)))

    return lambda genome: key(tuple(genome.items()))


def _reader_of(context: SearchContext) -> Callable[[Genome], Architecture]:
    """Return a function that builds the architecture of a genome, once."""

    @lru_cache(maxsize=_MAX_KNOWN)
    def read(items: tuple[tuple[str, Choice], ...]) -> Architecture:
        return architecture(context.space, dict(items))

    return lambda genome: read(tuple(genome.items()))


def _problem(context: SearchContext, key: Callable[[Genome], str], costs: FreeCosts) -> Problem:
    config = context.config
    return Problem(
        space=context.space,
        objectives=config.chosen,
        key=key,
        seed=config.seed,
        population=config.population,
        generations=config.generations,
        crossover=config.crossover,
        mutation=config.mutation,
        stagnation=config.stagnation,
        engine=config.engine,
        train_device=config.train_device,
        repeats=config.repeats,
        costs=costs,
        costed=costs.names,
        within_limits=costs.within_limits if costs.limits else None,
    )
