"""One circuit compiled with several seeds, each costed: `compile_candidates`.

In worker processes as soon as that is quicker, which changes nothing in what is found.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hwcost.circuits.check import refuse_to_move
from hwcost.core.errors import HwcostError, NotNativeError
from hwcost.core.text import one_line
from hwcost.estimation.candidates import compilation_as_given, compile_candidate
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.costs import CostedCandidate, cost_candidate
from hwcost.estimation.known_costs import KnownCosts
from hwcost.estimation.logical import LogicalCircuit
from hwcost.estimation.seeds import levels_of, rounds_of

if TYPE_CHECKING:
    from hwcost.core.pool import Work

_LOG = logging.getLogger(__name__)

PAYS_S = 2.0
"""What workers must save, in seconds: more than an interpreter takes that imports Qiskit and reads a device."""

Setup = tuple[LogicalCircuit, Conditions, tuple[int, ...]]


def compile_candidates(
    logical: LogicalCircuit,
    conditions: Conditions,
    progress: Callable[[int, int], None] | None = None,
    *,
    num_workers: int = 1,
) -> list[CostedCandidate]:
    """Compile a circuit with each seed of the request, and cost each; without transpilation there is one candidate.

    With `num_seeds="auto"` each seed is compiled at levels 2 and 3, seed by seed (`hwcost.estimation.seeds`).

    Args:
        logical: The circuit.
        conditions: Device and request.
        progress: Called with (seeds done, seeds in all); with `auto` those of the rounds so far.
        num_workers: Processes at the most, used where they save time; 1 for none beside this one.

    Raises:
        CalibrationError: The device cannot carry the circuit.
        CircuitError: The circuit cannot be compiled or costed.
    """
    device, request = conditions.device, conditions.request
    if not request.transpile:
        try:
            compiled = compilation_as_given(logical.circuit, device)
            return [cost_candidate(compiled, conditions, plan=logical.plan)]
        except NotNativeError as error:
            raise NotNativeError(f"{error}: transpile the circuit first (drop --no-transpile)") from None
    refuse_to_move(logical.circuit)
    device.audited.require_qubits(logical.circuit.num_qubits)
    candidates: list[CostedCandidate] = []
    costs: list[float] = []  # of the best level, by seed
    levels = levels_of(request.num_seeds, request.optimization_level)
    with closing(_SeedWork(logical, conditions, levels, num_workers)) as work:
        for first, last in rounds_of(request.num_seeds, lambda: costs):
            found: dict[int, list[CostedCandidate]] = {}
            for number, of_seed in work.run(range(first, last)):
                found[number] = of_seed
                if progress is not None:
                    progress(first + len(found), last)
            for number in range(first, last):  # workers finish in any order
                candidates += found[number]
                costs.append(min(candidate.rank_key for candidate in found[number]))
    return candidates


class _SeedWork:
    """Compiles and costs a circuit at some levels, seed by seed.

    How long the first seeds take decides where the others are compiled, and never what is found.

    Args:
        logical: The circuit.
        conditions: Device and request.
        levels: Optimization levels at which each seed is compiled.
        num_workers: Processes at the most; 1 for this one alone.
    """

    def __init__(
        self, logical: LogicalCircuit, conditions: Conditions, levels: Sequence[int], num_workers: int
    ) -> None:
        # Kept choices are a file that this process has open, and workers only compile.
        self._setup: Setup = logical, replace(conditions, seed_choices=None), tuple(levels)
        self._name = one_line(logical.circuit.name)
        self._work = make_work(self._setup)
        self._num_workers = num_workers
        self._tasks: deque[int] = deque()
        self._pool: Generator[tuple[Any, Any], None, None] | None = None
        self._taken_s: list[float] = []

    def run(self, numbers: Sequence[int]) -> Iterator[tuple[int, list[CostedCandidate]]]:
        """Yield each number, counted from the first seed, with its candidates, level by level, as they are finished.

        Raises:
            CircuitError: The circuit cannot be compiled or costed.
        """
        left = set(numbers)
        self._tasks.extend(numbers)
        while left:
            if self._pool is None and self._pays(len(left)):
                self._start_workers()
            done = self._here() if self._pool is None else self._from_worker(self._pool, left)
            if done is not None:
                left.remove(done[0])
                yield done

    def close(self) -> None:
        """End the workers."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def _here(self) -> tuple[int, list[CostedCandidate]]:
        began_s = time.perf_counter()
        number = self._tasks.popleft()
        found: list[CostedCandidate] = next(self._work(number))
        self._taken_s.append(time.perf_counter() - began_s)
        return number, found

    def _from_worker(
        self, pool: Generator[tuple[Any, Any], None, None], left: set[int]
    ) -> tuple[int, list[CostedCandidate]] | None:
        """Return what a worker has finished, None where workers do not start."""
        from hwcost.core.pool import Lost

        try:
            number, found = next(pool)
        except HwcostError as error:
            _LOG.warning("%s: %s; compiling goes on in this process", self._name, error)
            self._pool, self._num_workers = None, 1
            self._tasks = deque(sorted(left))
            return None
        if isinstance(found, Lost):  # compiled here, so that an error is the error of a seed compiled here
            _LOG.warning("%s: seed %d again in this process, its worker was lost: %s", self._name, number, found.reason)
            found = next(self._work(number))
        return number, found

    def _pays(self, num_left: int) -> bool:
        if self._num_workers == 1 or not self._taken_s:
            return False
        taken = self._taken_s[1:] or self._taken_s  # the first seed also makes what all share
        each_s = sum(taken) / len(taken)
        return num_left * each_s * (1.0 - 1.0 / min(self._num_workers, num_left)) > PAYS_S

    def _start_workers(self) -> None:
        from hwcost.core.pool import can_be_sent, run_tasks

        if not can_be_sent(self._setup):
            self._num_workers = 1
            return
        _LOG.debug("%s: %d worker processes for %d seeds", self._name, self._num_workers, len(self._tasks))
        self._pool = run_tasks(make_work, self._setup, self._tasks, self._num_workers)


def make_work(setup: Setup) -> Work:
    """Return what compiles the seed of a number at each level, and yields the list of its candidates."""
    logical, conditions, levels = setup
    costs = KnownCosts(conditions, plan=logical.plan)

    def work(number: int) -> Iterator[list[CostedCandidate]]:
        seed = conditions.request.seed + number
        yield [compile_candidate(logical, costs, level, seed) for level in levels]

    return work
