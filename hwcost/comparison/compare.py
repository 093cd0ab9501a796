"""`compare`: circuits on backends by compilers with seeds, in parallel, resumable, ranked."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import math
import os
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.calibration.readout_file import ReadoutSource
from hwcost.circuits.check import refuse_to_move
from hwcost.circuits.digest import content_sha256
from hwcost.circuits.suites import Unread, iter_circuits
from hwcost.comparison.cache import CellCache
from hwcost.comparison.cell import DEFAULT_METRIC, Cell, Outcome
from hwcost.comparison.cluster import cluster_results
from hwcost.comparison.compilers import AnyCompiler, QiskitCompiler, unique_names
from hwcost.comparison.inputs import (
    PreparedBackend,
    chosen_compilers,
    compiler_versions,
    notes_on,
    notes_on_backends,
    package_versions,
    prepared_backends,
)
from hwcost.comparison.options import DEFAULT_NUM_SEEDS
from hwcost.comparison.reach import RankBy, checked_ranking, require_a_shot, within_budget
from hwcost.comparison.record import ComparedCircuit, ComparedCompiler, Comparison, Failure
from hwcost.comparison.work import CellTask, Setup, by_seed, make_work, spool_circuit
from hwcost.core.cores import checked_num_workers
from hwcost.core.errors import CircuitError, HwcostError
from hwcost.core.pool import Lost, can_be_sent, run_tasks, started_early
from hwcost.core.result_cache import CELLS, cache_path, result_key, source_sha256
from hwcost.core.text import one_line, printable
from hwcost.estimation.logical import checked
from hwcost.estimation.options import EstimateRequest
from hwcost.jobs.profile import JobTimeProfile
from hwcost.noise.methods import DEFAULT_ATTENUATION, AttenuationMethod
from hwcost.noise.shots import Inflation, Task

if TYPE_CHECKING:
    from hwcost.circuits.load import LoadedCircuit

_LOG = logging.getLogger(__name__)

Key: TypeAlias = tuple[int, int, int, int]
"""Indices of circuit, backend and compiler, and the seed."""

_MOST_CELLS_ALONE = 32  # less work than to start a worker
_IMPORTS = ("hwcost.comparison.work", "qiskit")
"""What workers import while the devices are read."""
_TASKS_PER_WORKER = 4  # with fewer, tasks are split by seed, so that no worker waits long for the last one


def compare(
    circuits: Any,
    backends: Any,
    *,
    compilers: Any = (),
    optimization_levels: Any = None,
    num_seeds: int = DEFAULT_NUM_SEEDS,
    seed: int = 0,
    shots: int | None = None,
    precision: float | None = None,
    attenuation: AttenuationMethod = DEFAULT_ATTENUATION,
    inflation: Inflation = "worst",
    task: Task = "expectation",
    rep_delay_s: float | None = None,
    job_profile: str | Path | Mapping[str, Any] | JobTimeProfile | None = None,
    durations_only: bool = False,
    keep_dead_readout: bool = False,
    fractional_gates: bool = False,
    readout_from: ReadoutSource | None = None,
    measure_all: bool = False,
    dt_s: float | None = None,
    duration_1q_s: float | None = None,
    duration_2q_s: float | None = None,
    readout_duration_s: float | None = None,
    error_1q: float | None = None,
    error_2q: float | None = None,
    readout_error: float | None = None,
    t1_s: float | None = None,
    t2_s: float | None = None,
    max_age_days: float | None = None,
    sort_by: str = DEFAULT_METRIC,
    rank_by: RankBy | None = None,
    budget: float | str | None = None,
    num_workers: int | None = None,
    cluster: str | None = None,
    cache: bool | str | os.PathLike[str] = True,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Compare every circuit on every backend by every compiler with every seed, with a test against seed noise.

    A cell by a Qiskit level is what `hwcost.estimate` says of the same circuit, backend, level and single seed. The
    output of every compiler is checked first: native gates, coupling, measurements, and equivalence to the circuit
    where at most 12 qubits are in use. A cell that fails is reported in `failures`; the rest is delivered.

    Args:
        circuits: Circuits, files, folders of QPY and OpenQASM, `mqt_bench_circuits(...)`, or an iterable of these.
        backends: What `estimate` takes, one or several. One whose calibration is refused gives failed cells. `"all"`
            stands for every fake backend, names with wildcards (`"fake_*"`, `"ibm_*"` for the live ones of the account,
            `"mine/*.json"`) for all that fit; of these, those that cannot run a circuit are `infeasible`, not failed.
        compilers: What `hwcost.comparison.compilers.resolve_compiler` takes, one or several: `"qiskit:3"`, `"pytket"`,
            `"module:function"`, a `PassManager`, a function (circuit, Target, seed) → ISA circuit.
        optimization_levels: Qiskit's, 0 to 3, one or several, before `compilers`; default 2 if there are no compilers.
        num_seeds: Seeds per cell of the table; at least 6 are needed before a difference can be claimed on one circuit.
        seed: First seed; the others follow it.
        shots: As in `estimate`.
        precision: As in `estimate`.
        attenuation: As in `estimate`.
        inflation: As in `estimate`.
        task: As in `estimate`.
        rep_delay_s: As in `estimate`.
        job_profile: As in `estimate`.
        durations_only: As in `estimate`.
        keep_dead_readout: As in `estimate`.
        fractional_gates: As in `estimate`.
        readout_from: As in `estimate`; of the one backend that is compared.
        measure_all: As in `estimate`.
        max_age_days: Refuse backends whose calibration is older.
        dt_s: As in `estimate`. Of several devices each takes the values that it lacks; one that none lacks is refused.
        duration_1q_s: As in `estimate`.
        duration_2q_s: As in `estimate`.
        readout_duration_s: As in `estimate`.
        error_1q: As in `estimate`.
        error_2q: As in `estimate`.
        readout_error: As in `estimate`.
        t1_s: As in `estimate`.
        t2_s: As in `estimate`.
        sort_by: Column that ranks: `qpu_time_s`, `job_time_s`, `shots_needed`, `num_2q`, … (`METRICS`).
        rank_by: `time` ranks by `sort_by`; `precision` by the standard error that a job within the budget reaches;
            `both` by Pareto fronts of the time and the precision of the job as requested (`Comparison.pareto`).
            Default `precision` with a budget, else `time`.
        budget: Time of one job, its overhead included: seconds, or text such as `"10min"`.
        num_workers: Processes; default one per core available. Qiskit's levels with one worker, or with a few cells,
            work in this process; so do, by default, compilers of a script or notebook, which no other can import.
        cluster: Address of a Dask scheduler whose workers do the cells in place of processes (extra `cluster`); they
            need the same versions of everything.
        cache: True keeps finished cells in `default_cache_path()`, a path in that file, False nowhere. An
            interrupted comparison resumes from there.
        progress: Called with (cells done, cells in all).

    Raises:
        OptionError: An option is invalid, or a compiler cannot be sent to worker processes.
        UnknownBackendError: There is no such backend.
        CalibrationError: Every backend is refused.
        CircuitError: A folder has no circuits, or there is none at all.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> bell = QuantumCircuit(2, name="bell")
        >>> _ = bell.h(0), bell.cx(0, 1), bell.measure_all()
        >>> options = dict(optimization_levels=(0, 1), num_seeds=2, num_workers=1, cache=False)
        >>> found = compare(bell, "fake_manila", sort_by="num_2q", **options)
        >>> [(place.compiler, place.median) for place in found.ranking()]
        [('qiskit-O0', 1.0), ('qiskit-O1', 1.0)]
        >>> found.difference().verdict
        'identical'
    """
    request = EstimateRequest(
        max_age_days=max_age_days,
        shots=shots,
        precision=precision,
        num_seeds=num_seeds,
        seed=seed,
        attenuation=attenuation,
        inflation=inflation,
        task=task,
        rep_delay_s=rep_delay_s,
        job_profile=job_profile,
        measure_all=measure_all,
        durations_only=durations_only,
        keep_dead_readout=keep_dead_readout,
        fractional_gates=fractional_gates,
        dt_s=dt_s,
        duration_1q_s=duration_1q_s,
        duration_2q_s=duration_2q_s,
        readout_duration_s=readout_duration_s,
        error_1q=error_1q,
        error_2q=error_2q,
        readout_error=readout_error,
        t1_s=t1_s,
        t2_s=t2_s,
        readout_from=readout_from,
    )
    num = request.fixed_num_seeds
    ranking = checked_ranking(rank_by, budget, sort_by, request)
    workers = checked_num_workers(num_workers)
    chosen = chosen_compilers(compilers, optimization_levels)
    if num_workers is None and not can_be_sent([compiler for _, compiler in chosen]):
        workers = 1  # a function of a script or a notebook, or a closure
    store = CellCache(cache_path(cache, CELLS))
    try:
        sure = cluster is None and store.is_empty() and _at_least(circuits, backends, chosen, num) > _MOST_CELLS_ALONE
        early = workers if sure and workers > 1 else 0
        with (
            started_early(early, _IMPORTS) as started,  # they import while the devices are read
            tempfile.TemporaryDirectory(prefix="hwcost-compare-") as folder,
        ):
            prepared = prepared_backends(backends, request)
            settings, versions = request.settings(), package_versions()
            basis = {
                "settings": settings,
                "profile": hashlib.sha256(repr(request.profile).encode()).hexdigest(),
                "versions": versions,
                "source": source_sha256(),
            }
            setup = Setup(
                backends=tuple(b.conditions for b in prepared if b.conditions is not None),
                compilers=tuple(compiler for _, compiler in chosen),
            )
            seeds = tuple(range(request.seed, request.seed + num))
            table = _Table(prepared, chosen, seeds, store, basis, Path(folder))
            for item in iter_circuits(circuits):
                table.add(item, measure_all)
            if table.is_empty():
                raise CircuitError("there are no circuits to compare; give files, a folder, circuits or a suite")
            table.run(setup, workers, progress, cluster, started)
    finally:
        store.close()
    cells = tuple(_within(table.cells(), ranking.budget_s, request))
    _LOG.debug("%d cells with seeds %d to %d, %d from the cache", len(cells), seeds[0], seeds[-1], table.num_from_cache)
    if ranking.rank_by == "precision":
        require_a_shot([cell.cost for cell in cells if cell.cost is not None], ranking.budget_s)
    return Comparison(
        circuits=table.named_circuits(),
        backends=tuple(b.record for b in prepared),
        compilers=tuple(
            ComparedCompiler(name=name, uses_seed=c.uses_seed, cached=c.cache_key is not None) for name, c in chosen
        ),
        seeds=seeds,
        cells=cells,
        unread=tuple(table.unread),
        sort_by=ranking.sort_by,
        rank_by=ranking.rank_by,
        budget_s=ranking.budget_s,
        settings=settings,
        versions={**versions, **compiler_versions(chosen)},
        notes=(*notes_on(chosen, seeds), *notes_on_backends(prepared)),
        num_from_cache=table.num_from_cache,
        cache_warnings=tuple(store.warnings),
    )


def _at_least(circuits: Any, backends: Any, compilers: Sequence[Any], num_seeds: int) -> int:
    """Return how many cells there are at least, as far as that can be said before anything is read."""
    lists = [given for given in (circuits, backends) if isinstance(given, (list, tuple))]
    return math.prod((len(compilers), num_seeds, *map(len, lists)))


def _within(cells: Iterator[Cell], budget_s: float | None, request: EstimateRequest) -> Iterator[Cell]:
    """Yield the cells with what the budget holds, which is no part of what is kept in the cache."""
    for cell in cells:
        cost = None if cell.cost is None else within_budget(cell.cost, budget_s, request.inflation)
        yield dataclasses.replace(cell, cost=cost)


class _Table:
    """The cells of a comparison: what is known of each, and what remains to be done."""

    def __init__(
        self,
        backends: Sequence[PreparedBackend],
        compilers: Sequence[tuple[str, AnyCompiler]],
        seeds: tuple[int, ...],
        cache: CellCache,
        basis: dict[str, Any],
        folder: Path,
    ) -> None:
        self._backends, self._compilers, self._seeds = backends, compilers, seeds
        self._cache, self._basis, self._folder = cache, basis, folder
        self._circuits: list[ComparedCircuit] = []
        self._outcomes: dict[Key, Outcome] = {}
        self._tasks: list[CellTask] = []
        self.unread: list[Failure] = []
        self.num_from_cache = 0

    def add(self, item: LoadedCircuit | Unread, measure_all: bool) -> None:
        """Add a circuit: its cells from the cache, and tasks for those that are not there."""
        if isinstance(item, Unread):
            self.unread.append(Failure(what=item.what, error=str(item.error), kind="input"))
            return
        circuit = item.circuit
        what = printable(item.source) if item.source is not None else one_line(circuit.name)
        try:
            circuit, warnings = checked(circuit, measure_all=measure_all)
            refuse_to_move(circuit)
            sha256 = content_sha256(circuit)
            number = len(self._circuits)
            file = self._folder / f"{number}.pickle"
            tasks = list(self._missing(number, sha256, file))
            if tasks:
                spool_circuit(circuit, file)
        except HwcostError as error:
            self.unread.append(Failure(what=what, error=str(error), kind="input"))
            return
        self._tasks += tasks
        self._circuits.append(
            ComparedCircuit(
                name=one_line(circuit.name),
                source=None if item.source is None else printable(item.source),
                sha256=sha256,
                num_qubits=circuit.num_qubits,
                num_parameters=circuit.num_parameters,
                warnings=tuple(warnings),
            )
        )

    def is_empty(self) -> bool:
        """Return whether nothing was given, not even a file that cannot be read."""
        return not self._circuits and not self.unread

    def _missing(self, number: int, sha256: str, file: Path) -> Iterator[CellTask]:
        for b, backend in enumerate(self._backends):
            for c in range(len(self._compilers)):
                if backend.conditions is None:
                    refused = Outcome(error=backend.record.error, kind="input")
                    self._outcomes |= {(number, b, c, seed): refused for seed in self._seeds}
                    continue
                seeds = []
                for seed in self._seeds:
                    key = self._key(sha256, b, c, seed)
                    outcome = None if key is None else self._cache.get(key)
                    if outcome is None:
                        seeds.append(seed)
                    else:
                        self._outcomes[number, b, c, seed] = outcome
                        self.num_from_cache += 1
                if seeds:
                    yield CellTask(
                        circuit=number, circuit_file=str(file), device=backend.index, compiler=c, seeds=tuple(seeds)
                    )

    def _key(self, sha256: str, backend: int, compiler: int, seed: int) -> bytes | None:
        """Return the key of a cell in the cache, None if it cannot be kept."""
        chosen = self._compilers[compiler][1]
        if chosen.cache_key is None:
            return None
        return result_key(
            {
                **self._basis,
                "circuit": sha256,
                "calibration": self._backends[backend].record.calibration_sha256,
                "compiler": chosen.cache_key,
                "seed": seed if chosen.uses_seed else None,
            }
        )

    def run(
        self,
        setup: Setup,
        num_workers: int,
        progress: Callable[[int, int], None] | None,
        cluster: str | None,
        started: list[Any],
    ) -> None:
        """Do what remains; every finished cell goes into the cache at once.

        Args:
            setup: What tasks share.
            num_workers: Processes.
            progress: Called with cells done and in all.
            cluster: Address of a Dask scheduler instead.
            started: Processes that are started already (`hwcost.core.pool.started_early`).
        """
        total = len(self._circuits) * len(self._backends) * len(self._compilers) * len(self._seeds)
        if progress is not None:
            progress(len(self._outcomes), total)
        todo = self._tasks
        if len(todo) < _TASKS_PER_WORKER * num_workers:
            todo = [part for task in todo for part in by_seed(task, setup)]
        # One device after the other, so that a worker needs one Target at a time.
        tasks = deque(sorted(todo, key=lambda task: (task.device, task.circuit, task.compiler)))
        indices = {backend.index: b for b, backend in enumerate(self._backends) if backend.conditions is not None}
        chosen = (
            _results(setup, tasks, num_workers, started) if cluster is None else cluster_results(setup, tasks, cluster)
        )
        with closing(chosen) as results:
            for task, seed, outcome in results:
                b = indices[task.device]
                self._outcomes[task.circuit, b, task.compiler, seed] = outcome
                key = self._key(self._circuits[task.circuit].sha256, b, task.compiler, seed)
                # A custom compiler that failed may succeed next time.
                for_good = outcome.cost is not None or isinstance(setup.compilers[task.compiler], QiskitCompiler)
                if key is not None and for_good:
                    self._cache.put([(key, outcome)])
                if progress is not None:
                    progress(len(self._outcomes), total)

    def named_circuits(self) -> tuple[ComparedCircuit, ...]:
        """Return the circuits, with unique names."""
        names = unique_names([circuit.name for circuit in self._circuits])
        return tuple(dataclasses.replace(c, name=name) for c, name in zip(self._circuits, names, strict=True))

    def cells(self) -> Iterator[Cell]:
        """Yield all cells in order."""
        for number, circuit in enumerate(self.named_circuits()):
            for b, backend in enumerate(self._backends):
                for c, (name, _) in enumerate(self._compilers):
                    for seed in self._seeds:
                        outcome = self._outcomes[number, b, c, seed]
                        yield Cell(
                            circuit=circuit.name,
                            backend=backend.record.name,
                            compiler=name,
                            seed=seed,
                            cost=outcome.cost,
                            error=outcome.error,
                            kind=outcome.kind,
                        )


def _place(task: CellTask) -> tuple[int, int]:
    """Return what a worker prepares for a task: a device, and a circuit on it."""
    return task.device, task.circuit


def _results(
    setup: Setup, tasks: deque[CellTask], num_workers: int, started: list[Any]
) -> Generator[tuple[CellTask, int, Outcome], None, None]:
    # A few cells are not worth a process, unless a custom compiler might crash this one.
    few = sum(len(task.seeds) for task in tasks) <= _MOST_CELLS_ALONE
    ours = all(isinstance(c, QiskitCompiler) for c in setup.compilers)
    if (few and ours) or (num_workers == 1 and (ours or not can_be_sent(setup.compilers))):
        work = make_work(setup)
        for task in tasks:
            for seed, outcome in work(task):
                yield task, seed, outcome
        return
    with closing(run_tasks(make_work, setup, tasks, num_workers, place=_place, started=started)) as events:
        for task, event in events:
            if not isinstance(event, Lost):
                yield task, *event
                continue
            # The cell at work is lost; those after it are given to another worker.
            seed, rest = task.seeds[event.num_results], task.seeds[event.num_results + 1 :]
            if rest:
                tasks.append(dataclasses.replace(task, seeds=rest))
            said = f"the worker process was {event.reason}" if event.ended else event.reason
            yield task, seed, Outcome(error=said.replace("was exit", "ended with exit"), kind="work")
