"""How long a search still takes, from what its networks took so far: `seconds_left`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nas.runs.record import Evaluation

KEPT_S = 0.1
"""Seconds for which an answer is told again: to look through thousands of networks after each of them takes longer."""

LEAST = 3
"""Networks from which a line through their times is taken; fewer give a mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """A network, or a group of them, that came back.

    Attributes:
        size: What its simulation takes by its width and depth, in any unit.
        count: Networks.
        work_s: Seconds of a worker.
        at_s: When it came back, in seconds since the work began.
    """

    size: float
    count: int
    work_s: float
    at_s: float


class WorkClock:
    """Follows the work of a search and says how long it still takes.

    Args:
        num_workers: Processes.
        population: Networks, or repeats, of a generation.
        num_rounds: Generations at the end that train again and cost nothing anew.
        before: Size of each network that was evaluated before, as by a pilot, and what came back.
    """

    def __init__(
        self,
        num_workers: int,
        *,
        population: int,
        num_rounds: int,
        before: Iterable[tuple[float, Evaluation]] = (),
    ):
        self._num_workers, self._population, self._num_rounds = num_workers, population, num_rounds
        self._took: list[Took] = []
        self._took_again: list[Took] = []
        known = list(before)
        self._before = [
            Took(size=size, count=1, work_s=one.training_s + one.costing_s, at_s=0.0)
            for size, one in known
            if one.state == "COMPLETE"
        ]
        # Of networks that were evaluated, for what a repeat takes of it.
        self._training_s: float = sum(one.training_s / max(1, len(one.trainings)) for _, one in known)
        self._work_s: float = sum(one.training_s + one.costing_s for _, one in known)
        self._pending: list[float] = []
        self._again = False
        self._told: tuple[int, float, float | None] | None = None  # generations, when, and what

    def begin(self, sizes: Sequence[float], *, again: bool) -> None:
        """Begin a generation.

        Args:
            sizes: Of the networks that are handed to the workers.
            again: Whether they are trained again only.
        """
        self._pending, self._again = list(sizes), again
        self._told = None

    def note(self, sizes: Sequence[float], results: Sequence[Evaluation], at_s: float) -> None:
        """Note that a network, or a group of them, came back.

        Args:
            sizes: Of these networks.
            results: What came back.
            at_s: When, in seconds since the work began.
        """
        for size in sizes:
            if size in self._pending:
                self._pending.remove(size)
        work_s = sum(one.training_s + one.costing_s for one in results)
        took = Took(size=sum(sizes) / len(sizes), count=len(sizes), work_s=work_s, at_s=at_s)
        if self._again:
            self._took_again.append(took)
            return
        self._took.append(took)
        self._training_s += sum(one.training_s for one in results)
        self._work_s += work_s

    def left_s(self, generations: int, at_s: float) -> float | None:
        """Return the seconds that are left if none of the generations after this one is left out; None if unknown.

        Args:
            generations: After this one.
            at_s: Now, in seconds since the work began.
        """
        if self._told is not None and self._told[0] == generations and self._pending:
            _, told_s, left = self._told
            if at_s - told_s < KEPT_S:
                return left if left is None else max(0.0, left - (at_s - told_s))
        self._told = generations, at_s, self._estimate(generations)
        return self._told[2]

    def _estimate(self, generations: int) -> float | None:
        share = self._training_s / self._work_s if self._work_s > 0.0 else 1.0
        if self._again:
            repeats = generations * self._population
            left = seconds_left(self._took_again, self._pending, repeats, self._num_workers)
            if left is not None:
                return left
            left = seconds_left(self._took, self._pending, repeats, self._num_workers, self._before)
            return None if left is None else share * left
        rounds = min(self._num_rounds, generations)
        more = self._population * (generations - rounds + share * rounds)
        return seconds_left(self._took, self._pending, more, self._num_workers, self._before)


def seconds_left(
    took: Sequence[Took],
    pending: Sequence[float],
    num_more: float,
    num_workers: int,
    before: Sequence[Took] = (),
) -> float | None:
    """Estimate the seconds until the end; None while too little came back to tell.

    The largest networks of a generation come first, so that a mean would promise too much: the time of a network is a
    line in its size, at least 0, through those that came back. What each worker did first is left out: it prepares the
    device and the data. How many workers are at work, and what they wait for, is in the
    wall time of the rest.

    Args:
        took: What came back, in order.
        pending: Sizes of the networks of this generation that did not come back yet.
        num_more: Networks of later generations, a repeat as the part of a network that it is; they are as large on
            average as those of this one.
        num_workers: Processes.
        before: What came back in another process, such as that of the pilot; only its work counts.
    """
    # What is first met takes long: once by each worker for certain, and often some more.
    enough = len(took) >= num_workers + LEAST
    first = max(num_workers, min(2 * num_workers, len(took) // 2)) if enough else len(took)
    warm = took[first:] or sorted(before, key=lambda one: one.work_s)[: max(0, len(before) - num_workers)]
    if len(warm) < LEAST:
        return None
    constant, slope = _line(warm)
    sizes = [one.size for one in (took or before) for _ in range(one.count)] + list(pending)
    mean_size = sum(sizes) / len(sizes)
    left = sum(constant + slope * size for size in pending) + num_more * (constant + slope * mean_size)
    since_s = took[first - 1].at_s if first < len(took) else None
    return left * _wall_per_work(warm, since_s, constant, slope, num_workers)


def _line(took: Sequence[Took]) -> tuple[float, float]:
    """Return constant and slope, neither below 0, of the seconds of a network as a line in its size."""
    count = float(sum(one.count for one in took))
    mean_s = sum(one.work_s for one in took) / count
    mean_size = sum(one.size * one.count for one in took) / count
    spread = sum(one.count * (one.size - mean_size) ** 2 for one in took)
    if len(took) < LEAST or spread <= 0.0:
        return mean_s, 0.0
    slope = sum((one.size - mean_size) * (one.work_s - one.count * mean_s) for one in took) / spread
    slope = min(max(0.0, slope), mean_s / mean_size)  # else the constant would be below 0
    return mean_s - slope * mean_size, slope


def _wall_per_work(
    warm: Sequence[Took], since_s: float | None, constant: float, slope: float, num_workers: int
) -> float:
    """Return the seconds that pass for one second of predicted work: a share of 1 where several work at once.

    Of few networks, some of which were half done at both ends, the share says little: one network more for each worker
    counts as done at full speed.
    """
    predicted = sum(one.count * (constant + slope * one.size) for one in warm)
    passed_s = 0.0 if since_s is None else warm[-1].at_s - since_s
    if not (passed_s > 0.0 and predicted > 0.0):
        return 1.0 / num_workers
    supposed = predicted / len(warm) * num_workers
    return (passed_s + supposed / num_workers) / (predicted + supposed)
