"""What `hwcost.compare` returns: `Comparison`, made of one `Cell` per circuit, backend, compiler and seed."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.comparison.cell import (
    COST_FIELDS,
    DEFAULT_METRIC,
    MORE_IS_BETTER,
    UNKNOWN_IF_NONE,
    Cell,
    CellCost,
    FailureKind,
    check_metric,
)
from hwcost.comparison.lower_bounds import LeftOut, bounds, remedies
from hwcost.comparison.pareto import FrontPlace, fronts
from hwcost.comparison.reach import RankBy
from hwcost.comparison.statistics import Difference, Pair, Place, difference, rank
from hwcost.core.errors import MissingDependencyError, OptionError
from hwcost.core.plain import to_plain
from hwcost.report.page import plot
from hwcost.report.result import Result

if TYPE_CHECKING:
    from pandas import DataFrame


SCHEMA = "hwcost.comparison/1"

_Key: TypeAlias = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCircuit:
    """A circuit that was compared.

    Attributes:
        name: Its own name, made unique.
        source: File that it came from, None for a circuit object.
        sha256: Hash of what it does (`content_sha256`).
        num_qubits: Width.
        num_parameters: Free parameters.
        warnings: What to know about it.
    """

    name: str
    source: str | None
    sha256: str
    num_qubits: int
    num_parameters: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedBackend:
    """A device that was compared. What is unknown, or was refused, is None.

    Attributes:
        name: Its name, made unique.
        source: Kind of origin of the calibration.
        origin: Origin in words.
        processor: Processor family.
        num_qubits: Width of the device.
        num_qubits_usable: Qubits of the largest healthy component.
        snapshot_date: When the values were reported.
        snapshot_age_days: Whole days since then.
        calibration_sha256: Hash of the values and of how they were audited.
        rep_delay_s: Repetition delay used.
        warnings: What was assumed or excluded.
        error: Why it was refused, None if it was not.
        left_out: What is not known of it, with the columns that leave it out: times in them are lower bounds.
        pattern: The name with wildcards, or `all`, that it was compared for; None for one that was given by itself.
    """

    name: str
    source: str | None = None
    origin: str | None = None
    processor: str | None = None
    num_qubits: int | None = None
    num_qubits_usable: int | None = None
    snapshot_date: datetime | None = None
    snapshot_age_days: int | None = None
    calibration_sha256: str | None = None
    rep_delay_s: float | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None
    left_out: Mapping[LeftOut, tuple[str, ...]] = field(default_factory=dict, hash=False)
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCompiler:
    """A compiler that was compared.

    Attributes:
        name: Its name, made unique.
        uses_seed: False if each circuit was compiled once and the result stands for all seeds.
        cached: Whether its cells can be kept in a cache.
    """

    name: str
    uses_seed: bool = True
    cached: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Something that could not be compared.

    Attributes:
        what: The file, or the circuit, backend and compiler, in words.
        error: Why.
        kind: Whether the input is at fault ("input") or the work failed ("work").
        seeds: Seeds of the failed cells; empty for a file that could not be read.
    """

    what: str
    error: str
    kind: FailureKind
    seeds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Result):
    """Circuits on backends by compilers with seeds, side by side.

    Attributes:
        circuits: What was compared.
        backends: On which devices.
        compilers: By which compilers.
        seeds: Compiler seeds.
        cells: One per combination, in the order of circuits, backends, compilers and seeds.
        unread: Files and circuits that could not be read.
        sort_by: The column that ranks.
        rank_by: `time` (a column), `precision` (within the budget) or `both` (the Pareto front comes first).
        budget_s: Time of one job within which a precision is reached, None without a budget.
        settings: How the cells were costed.
        versions: Of the packages that the numbers depend on.
        notes: What to know about the comparison as a whole.
        num_from_cache: How many cells were there from an earlier run. Not part of what is written out, so that a
            resumed comparison writes the same as an undisturbed one.
        cache_warnings: What is wrong with the cache; not written out either.
    """

    circuits: tuple[ComparedCircuit, ...]
    backends: tuple[ComparedBackend, ...]
    compilers: tuple[ComparedCompiler, ...]
    seeds: tuple[int, ...]
    cells: tuple[Cell, ...]
    unread: tuple[Failure, ...] = ()
    sort_by: str = DEFAULT_METRIC
    rank_by: RankBy = "time"
    budget_s: float | None = None
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    versions: Mapping[str, str] = field(default_factory=dict, hash=False)
    notes: tuple[str, ...] = ()
    num_from_cache: int = field(default=0, compare=False)
    cache_warnings: tuple[str, ...] = field(default=(), compare=False)

    def ranking(self, by: str | None = None, *, circuit: str | None = None) -> tuple[Place, ...]:
        """Rank backends with compilers, the best first (`hwcost.comparison.statistics` says how).

        Places whose values are lower bounds, because a device does not say all that they are made of, are ranked among
        themselves, behind all others (`Place.lower_bound`).

        Args:
            by: A column of the cells, such as `num_2q`; default `sort_by`.
            circuit: Rank on this circuit alone.

        Raises:
            OptionError: There is no such column or circuit, or no cell has a value in the column.
        """
        metric = check_metric(self.sort_by if by is None else by)
        values = self.values(metric, circuit=circuit)
        bounded = {pair for pair in values if self.is_lower_bound(pair[0], metric)}
        ranked: list[Place] = []
        for kept in (values.keys() - bounded, bounded):
            behind = len(ranked)
            own = {pair: by_circuit for pair, by_circuit in values.items() if pair in kept}
            ranked += (
                replace(place, place=place.place + behind, lower_bound=kept is bounded)
                for place in rank(own, more_is_better=metric in MORE_IS_BETTER, logarithmic=metric.startswith("log10"))
            )
        return tuple(ranked)

    def is_lower_bound(self, backend: str, metric: str) -> bool:
        """Return whether a column of a backend leaves out what is not known of it (for a precision: an upper bound)."""
        return bool(bounds(metric, self._left_out().get(backend, {})))

    def _left_out(self) -> dict[str, Mapping[LeftOut, tuple[str, ...]]]:
        return {backend.name: backend.left_out for backend in self.backends}

    def difference(
        self,
        first: Pair | None = None,
        second: Pair | None = None,
        *,
        by: str | None = None,
        circuit: str | None = None,
    ) -> Difference | None:
        """Return whether two (backend, compiler) differ by more than seed noise; by default leader and runner-up.

        Args:
            first: Names of backend and compiler; default those of the leader.
            second: The same; default those of the runner-up, or of the leader if `first` is the runner-up.
            by: A column of the cells; default `sort_by`.
            circuit: Compare on this circuit alone; default all that both have, together.

        Returns:
            The paired test, None if there are not two places with a circuit in common. By default lower bounds are not
            tested against full times.

        Raises:
            OptionError: There is no such column, nothing of that name was compared, or one of two that were named has
                lower bounds and the other has not.
        """
        metric = check_metric(self.sort_by if by is None else by)
        values = self.values(metric, circuit=circuit)
        leaders = [(place.backend, place.compiler) for place in self.ranking(metric, circuit=circuit)]
        one = self._pair(first, leaders, values)
        if one is None:
            return None
        bounded = self.is_lower_bound(one[0], metric)
        alike = [pair for pair in leaders if pair != one and self.is_lower_bound(pair[0], metric) == bounded]
        two = self._pair(second, alike, values)
        if two is None:
            return None
        self._refuse_bound_beside_value(one, two, metric)
        seedless = {compiler.name for compiler in self.compilers if not compiler.uses_seed}
        # A circuit that was given twice is one piece of evidence.
        once = set(values[one]) - (set(self.repeated_circuits()) if circuit is None else set())
        return difference(
            {name: by_seed for name, by_seed in values[one].items() if name in once},
            values[two],
            first=one,
            second=two,
            metric=metric,
            circuit=circuit,
            more_is_better=metric in MORE_IS_BETTER,
            logarithmic=metric.startswith("log10"),
            deterministic=one[1] in seedless and two[1] in seedless,
        )

    def _refuse_bound_beside_value(self, one: Pair, two: Pair, metric: str) -> None:
        parts = [bounds(metric, self._left_out().get(pair[0], {})) for pair in (one, two)]
        if bool(parts[0]) != bool(parts[1]):
            backend, missing = (one[0], parts[0]) if parts[0] else (two[0], parts[1])
            raise OptionError(
                f"{metric} of {backend} is a lower bound without its {' and '.join(missing)}, which cannot be tested "
                f"against a full time; {remedies(missing)} gives it, or choose another column"
            )

    def pareto(self, *, circuit: str | None = None) -> tuple[FrontPlace, ...]:
        """Sort backends with compilers by Pareto fronts of the time and the precision of the job as requested.

        `hwcost.comparison.pareto` says how. Places whose time is a lower bound have fronts of their own, behind all
        others (`FrontPlace.lower_bound`).

        Args:
            circuit: On this circuit alone.

        Raises:
            OptionError: There is no such circuit, or the precision is not known (`sampling`, durations only).
        """
        if circuit is not None and circuit not in {c.name for c in self.circuits}:
            raise OptionError(f"{circuit!r} was not compared; give the name of a circuit")
        if self.settings.get("task") == "sampling" or self.settings.get("durations_only"):
            raise OptionError("there is no Pareto front without precisions: sampling and durations only have none")
        costs = {
            pair: {name: cells for name, cells in by_circuit.items() if circuit in (None, name)}
            for pair, by_circuit in self.costs().items()
        }
        found: list[FrontPlace] = []
        for is_bound in (False, True):
            own = {
                pair: c for pair, c in costs.items() if self.is_lower_bound(pair[0], "requested_job_time_s") == is_bound
            }
            found += (replace(place, lower_bound=is_bound) for place in fronts(own))
        return tuple(found)

    def not_ranked(self) -> list[Pair]:
        """List (backend, compiler) that were costed, but whose ranking column is unknown."""
        if self.sort_by not in UNKNOWN_IF_NONE:
            return []
        return [
            pair
            for pair, by_circuit in self.costs().items()
            if by_circuit
            and all(getattr(cost, self.sort_by) is None for costs in by_circuit.values() for cost in costs)
        ]

    def repeated_circuits(self) -> dict[str, str]:
        """Return names of circuits that are the same as one before, with the name of that."""
        first: dict[str, str] = {}
        return {c.name: first[c.sha256] for c in self.circuits if first.setdefault(c.sha256, c.name) != c.name}

    @staticmethod
    def _pair(chosen: Pair | None, leaders: list[Pair], values: Mapping[Pair, Any]) -> Pair | None:
        if chosen is None:
            return leaders[0] if leaders else None
        pair = tuple(chosen)
        if len(pair) != 2 or pair not in values:
            raise OptionError(f"{chosen!r} was not compared; give (backend, compiler) as in the ranking")
        return pair[0], pair[1]

    def values(self, metric: str, *, circuit: str | None = None) -> dict[Pair, dict[str, dict[int, float]]]:
        """Return the value by (backend, compiler), circuit and seed; where the signal is gone, an infinitely bad one.

        Cells that failed, and those whose value is unknown, are missing.

        Raises:
            OptionError: There is no such circuit, or no cell has a value.
        """
        if circuit is not None and circuit not in {c.name for c in self.circuits}:
            raise OptionError(f"{circuit!r} was not compared; give the name of a circuit")
        worst = -math.inf if metric in MORE_IS_BETTER else math.inf
        values: dict[Pair, dict[str, dict[int, float]]] = {
            (backend.name, compiler.name): {} for backend in self.backends for compiler in self.compilers
        }
        costed = has_value = False
        for cell in self.cells:
            if cell.cost is not None and circuit in (None, cell.circuit):
                value = getattr(cell.cost, metric)
                costed, has_value = True, has_value or value is not None
                if value is None and metric in UNKNOWN_IF_NONE:
                    continue
                by_seed = values[cell.backend, cell.compiler].setdefault(cell.circuit, {})
                by_seed[cell.seed] = worst if value is None else float(value)
        if costed and not has_value:
            raise OptionError(
                f"no cell has a value for {metric}, so nothing can be ranked by it; choose another column"
            )
        return values

    def costs(self) -> dict[Pair, dict[str, list[CellCost]]]:
        """Return the costs of all seeds by (backend, compiler) and circuit; failed cells are missing."""
        costs: dict[Pair, dict[str, list[CellCost]]] = {}
        for cell in self.cells:
            by_circuit = costs.setdefault((cell.backend, cell.compiler), {})
            if cell.cost is not None:
                by_circuit.setdefault(cell.circuit, []).append(cell.cost)
        return costs

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be read or costed; cells that differ in the seed only and fail alike are one entry.

        Backends that merely fit a pattern and cannot run a circuit are no failures: `infeasible` has them.
        """
        infeasible = self._infeasible_keys()
        return (*self.unread, *_grouped(cell for cell in self.cells if _key(cell) not in infeasible))

    @property
    def infeasible(self) -> tuple[Failure, ...]:
        """Backends that a pattern stands for and that cannot run a circuit which another backend can, with reasons."""
        infeasible = self._infeasible_keys()
        return _grouped(cell for cell in self.cells if _key(cell) in infeasible)

    def _infeasible_keys(self) -> frozenset[_Key]:
        matched = {backend.name for backend in self.backends if backend.pattern is not None}
        # A circuit that no backend can run by a compiler is at fault itself.
        runs = {(cell.circuit, cell.compiler) for cell in self.cells if cell.cost is not None}
        return frozenset(
            _key(cell)
            for cell in self.cells
            if cell.kind == "input" and cell.backend in matched and (cell.circuit, cell.compiler) in runs
        )

    def answer(self, *, circuit: str | None = None) -> tuple[tuple[Place, ...], Difference | None]:
        """Return ranking and difference by `sort_by`; empty where nothing was costed or the column has no values."""
        try:
            return self.ranking(circuit=circuit), self.difference(circuit=circuit)
        except OptionError:
            return (), None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data with the keys of the JSON schema `hwcost.comparison/1`."""
        ranking, difference = self.answer()
        infeasible = self._infeasible_keys()
        return {
            "schema": SCHEMA,
            "sort_by": self.sort_by,
            "rank_by": self.rank_by,
            "budget_s": self.budget_s,
            "settings": to_plain(self.settings),
            "versions": dict(self.versions),
            "circuits": to_plain(self.circuits),
            "backends": to_plain(self.backends),
            "compilers": to_plain(self.compilers),
            "seeds": list(self.seeds),
            "ranking": to_plain(ranking),
            "difference": None if difference is None else to_plain(difference),
            "pareto": to_plain(self.pareto()) if self.rank_by == "both" else None,
            "cells": [_flat_cell(cell, _key(cell) in infeasible) for cell in self.cells],
            "failures": to_plain(self.failures),
            "infeasible": to_plain(self.infeasible),
            "notes": list(self.notes),
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat dictionary per cell, failed ones included: what CSV and the data frame hold."""
        circuits = {circuit.name: circuit for circuit in self.circuits}
        dates = {backend.name: to_plain(backend.snapshot_date) for backend in self.backends}
        left_out = {name: ", ".join(parts) or None for name, parts in self._left_out().items()}
        empty = dict.fromkeys(COST_FIELDS)
        places = {(place.backend, place.compiler): place.place for place in self.answer()[0]}
        on_front: dict[Pair, int | None] = {}
        if self.rank_by == "both":
            on_front = {(place.backend, place.compiler): place.front for place in self.pareto()}
        infeasible = self._infeasible_keys()
        return [
            {
                "circuit": cell.circuit,
                "source": circuits[cell.circuit].source,
                "circuit_sha256": circuits[cell.circuit].sha256,
                "num_qubits": circuits[cell.circuit].num_qubits,
                "backend": cell.backend,
                "snapshot_date": dates[cell.backend],
                "compiler": cell.compiler,
                "seed": cell.seed,
                "status": _status(cell, _key(cell) in infeasible),
                "error": cell.error,
                "place": places.get((cell.backend, cell.compiler)),
                "pareto_front": on_front.get((cell.backend, cell.compiler)),
                **(empty if cell.cost is None else cell.cost.to_dict()),
                "left_out": left_out[cell.backend],
            }
            for cell in self.cells
        ]

    def to_frame(self) -> DataFrame:
        """Return a pandas `DataFrame` with one row per cell.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise MissingDependencyError(
                "a data frame needs pandas; `pip install 'hwcost[pandas]'` brings it, or use to_csv"
            ) from error
        return pd.DataFrame(self.to_rows())

    def plot(self, kind: str | None = None, path: str | os.PathLike[str] | None = None) -> Any:
        """Draw `time` (default), `spread`, `shots`, `frontier` or `pareto`; the same as `hwcost.plot`.

        Args:
            kind: Which picture.
            path: File to write (PNG, SVG or PDF by its ending); default none.

        Returns:
            The matplotlib `Figure`.
        """
        return plot(self, kind, path)

    def __repr__(self) -> str:
        """Show the sizes only; there are thousands of cells."""
        return (
            f"<Comparison of {len(self.circuits)} circuits, {len(self.backends)} backends, {len(self.compilers)} "
            f"compilers and {len(self.seeds)} seeds, ranked by {self.sort_by}>"
        )


def _key(cell: Cell) -> _Key:
    return cell.circuit, cell.backend, cell.compiler, cell.seed


def _grouped(cells: Iterable[Cell]) -> tuple[Failure, ...]:
    """Return the failed cells, those that differ in the seed only as one."""
    grouped: dict[tuple[str, str, FailureKind], list[int]] = {}
    for cell in cells:
        if cell.error is not None and cell.kind is not None:
            what = f"{cell.circuit} on {cell.backend} by {cell.compiler}"
            grouped.setdefault((what, cell.error, cell.kind), []).append(cell.seed)
    return tuple(
        Failure(what=what, error=error, kind=kind, seeds=tuple(seeds)) for (what, error, kind), seeds in grouped.items()
    )


def _status(cell: Cell, is_infeasible: bool) -> str:
    if cell.cost is not None:
        return "ok"
    return "infeasible" if is_infeasible else "failed"


def _flat_cell(cell: Cell, is_infeasible: bool) -> dict[str, Any]:
    where = {
        "circuit": cell.circuit,
        "backend": cell.backend,
        "compiler": cell.compiler,
        "seed": cell.seed,
        "status": _status(cell, is_infeasible),
    }
    return {**where, "error": cell.error} if cell.cost is None else {**where, **to_plain(cell.cost.to_dict())}
