"""What a search has found: `Run`, read from its directory, finished or not."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nas.runs.context import SearchContext
from nas.runs.estimates import Estimates, estimate
from nas.runs.fronts import compromise, compromise_norms, front, front_volume, ranks
from nas.runs.objectives import Objective
from nas.runs.pilot_record import Pilot
from nas.runs.record import Evaluation
from nas.runs.store import RunStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One generation that ended.

    Attributes:
        number: From 0.
        evaluated: Networks that came up in it first.
        duplicates: Genomes that were thrown away or not trained because their architecture was known.
        num_failed: Of these, those that failed.
        front_size: Members of the front of everything found so far.
        best_error: Least validation error so far, None if it is no objective.
        hypervolume: `Run.hypervolume` as it was known then: the box grows with what is evaluated, so that those of two
            generations are not to be compared (`nas.results.volume` compares them in one box).
        stop: Why the search ended with it, None if it continued.
        num_repeats: Trainings in it of networks that were evaluated before.
        estimated_front_size: Members of the front of the estimated errors, None if no objective is trained.
        estimated_best_error: Least estimated error, at least 0; None likewise.
        num_infeasible: Of the evaluated ones, those that cost more than the limits allow.
        num_stopped: Of the evaluated ones, those whose training was given up early.
    """

    number: int
    evaluated: int
    duplicates: int
    num_failed: int
    front_size: int
    best_error: float | None
    hypervolume: float
    stop: str | None = None
    num_repeats: int = 0
    estimated_front_size: int | None = None
    estimated_best_error: float | None = None
    num_infeasible: int = 0
    num_stopped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """A search and what it has found so far.

    Attributes:
        folder: Its directory.
        context: What was searched.
        created: When it began, ISO 8601.
        versions: Versions of the packages that it began with.
        evaluations: All evaluations in the order in which they were asked for.
        generations: Generations that ended.
        pilot: How much of an error is the network's, None where it was not measured.
    """

    folder: Path
    context: SearchContext
    created: str
    versions: Mapping[str, str]
    evaluations: tuple[Evaluation, ...]
    generations: tuple[Generation, ...]
    pilot: Pilot | None = None
    _estimated: list[Estimates | None] = field(default_factory=list, init=False, repr=False)
    _judged: list[tuple[Evaluation, ...]] = field(default_factory=list, init=False, repr=False)

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """Return the objectives."""
        return self.context.config.chosen

    @property
    def stop(self) -> str | None:
        """Return why the search ended; None if it has not."""
        return self.generations[-1].stop if self.generations else None

    @property
    def estimates(self) -> Estimates | None:
        """Return the estimated errors and what follows from them; None if no objective is trained, or all failed."""
        if not self._estimated:
            self._estimated.append(estimate(self.evaluations, self.context.space, self.objectives))
        return self._estimated[0]

    @property
    def judged(self) -> tuple[Evaluation, ...]:
        """Return the evaluations with the estimated errors in place of those that were observed, in the same order."""
        estimates = self.estimates
        if estimates is None:
            return self.evaluations
        if not self._judged:
            self._judged.append(tuple(map(estimates.judged, self.evaluations)))
        return self._judged[0]

    @property
    def front(self) -> tuple[Evaluation, ...]:
        """Return what no other evaluation dominates at the estimated errors, sorted by these objectives."""
        return self._as_observed(front(self.judged, self.objectives))

    @property
    def ranks(self) -> list[int | None]:
        """Return the rank of each evaluation, at the estimated errors; None for what failed."""
        return ranks(self.judged, self.objectives)

    def _as_observed(self, ones: Iterable[Evaluation]) -> tuple[Evaluation, ...]:
        observed = {one.architecture_hash: one for one in self.evaluations}
        return tuple(observed[one.architecture_hash] for one in ones)

    @property
    def failures(self) -> tuple[Evaluation, ...]:
        """Return the evaluations that failed."""
        return tuple(one for one in self.evaluations if one.state == "FAILED")

    @property
    def infeasible(self) -> tuple[Evaluation, ...]:
        """Return what costs more than the limits allow, and was not trained."""
        return tuple(one for one in self.evaluations if one.state == "INFEASIBLE")

    @property
    def stopped(self) -> tuple[Evaluation, ...]:
        """Return what was given up early, because even its optimistic prediction was dominated."""
        return tuple(one for one in self.evaluations if one.state == "STOPPED")

    @property
    def compromise(self) -> Evaluation | None:
        """Return the member of the front with the smallest norm, each objective divided by its maximum (FAQNAS)."""
        chosen = compromise(front(self.judged, self.objectives), self.objectives)
        return None if chosen is None else self._as_observed([chosen])[0]

    @property
    def hypervolume(self) -> float:
        """Return the hypervolume of the front at the estimated errors; see `nas.runs.fronts.front_volume`."""
        return front_volume(self.evaluations, self.judged, self.objectives)

    def top(self, count: int) -> tuple[Evaluation, ...]:
        """Return the N best: the front first, then the next one; within one those nearest to its compromise."""
        by_rank: dict[int, list[Evaluation]] = {}
        for one, rank in zip(self.judged, self.ranks, strict=True):
            if rank is not None:
                by_rank.setdefault(rank, []).append(one)
        best: list[Evaluation] = []
        for rank in sorted(by_rank):
            norms = compromise_norms(by_rank[rank], self.objectives)
            order = sorted(
                zip(norms, by_rank[rank], strict=True), key=lambda pair: (pair[0], pair[1].architecture_hash)
            )
            best += [evaluation for _, evaluation in order]
        return self._as_observed(best[:count])


_OPTIONAL = ("best_error", "stop", "estimated_front_size", "estimated_best_error")


def open_run(folder: str | os.PathLike[str]) -> Run:
    """Open a run as it is on the disk now, finished or not; nothing is changed.

    Args:
        folder: Directory of the run.

    Raises:
        RunError: It is none, or is damaged, or of another version.
    """
    with RunStore(folder) as store:
        return read_run(store)


def read_run(store: RunStore) -> Run:
    """Read the run of an open store."""
    plain: Mapping[str, Any] = store.plain
    return Run(
        folder=store.folder,
        context=store.context(),
        created=str(plain.get("created", "")),
        versions=dict(plain["versions"]),
        evaluations=tuple(store.evaluations()),
        generations=tuple(_generation(store, record) for record in store.generations()),
        pilot=store.pilot(),
    )


def _generation(store: RunStore, record: Mapping[str, Any]) -> Generation:
    try:
        generation = Generation(**record)
        for f in dataclasses.fields(Generation):
            value = getattr(generation, f.name)
            optional = value is None and f.name in _OPTIONAL
            if not optional and not isinstance(value, str if f.name == "stop" else (int, float)):
                raise TypeError(f"{f.name} is {value!r}")
    except TypeError as error:
        raise store.damaged(error) from error
    return generation
