"""What `hwcost.compare` returns: `Comparison`, made of one `Cell` per circuit, backend, compiler and seed."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

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
from hwcost.comparison.statistics import Difference, Pair, Place, difference, rank
from hwcost.core.errors import MissingDependencyError, OptionError
from hwcost.core.plain import to_plain
from hwcost.report.page import plot
from hwcost.report.result import Result

if TYPE_CHECKING:
    from pandas import DataFrame


SCHEMA = "hwcost.comparison/1"


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
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    versions: Mapping[str, str] = field(default_factory=dict, hash=False)
    notes: tuple[str, ...] = ()
    num_from_cache: int = field(default=0, compare=False)
    cache_warnings: tuple[str, ...] = field(default=(), compare=False)

    def ranking(self, by: str | None = None, *, circuit: str | None = None) -> tuple[Place, ...]:
        """Rank backends with compilers, the best first (`hwcost.comparison.statistics` says how).

        Args:
            by: A column of the cells, such as `num_2q`; default `sort_by`.
            circuit: Rank on this circuit alone.

        Raises:
            OptionError: There is no such column or circuit, or no cell has a value in the column.
        """
        metric = check_metric(self.sort_by if by is None else by)
        values = self.values(metric, circuit=circuit)
        return tuple(rank(values, more_is_better=metric in MORE_IS_BETTER, logarithmic=metric.startswith("log10")))

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
            The paired test, None if there are not two places with a circuit in common.

        Raises:
            OptionError: There is no such column, or nothing of that name was compared.
        """
        metric = check_metric(self.sort_by if by is None else by)
        values = self.values(metric, circuit=circuit)
        leaders = [(place.backend, place.compiler) for place in self.ranking(metric, circuit=circuit)]
        one = self._pair(first, leaders, values)
        two = self._pair(second, [pair for pair in leaders if pair != one], values)
        if one is None or two is None:
            return None
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
        """What could not be read or costed; cells that differ in the seed only and fail alike are one entry."""
        grouped: dict[tuple[str, str, FailureKind], list[int]] = {}
        for cell in self.cells:
            if cell.error is not None and cell.kind is not None:
                what = f"{cell.circuit} on {cell.backend} by {cell.compiler}"
                grouped.setdefault((what, cell.error, cell.kind), []).append(cell.seed)
        failed = (
            Failure(what=what, error=error, kind=kind, seeds=tuple(seeds))
            for (what, error, kind), seeds in grouped.items()
        )
        return (*self.unread, *failed)

    def answer(self, *, circuit: str | None = None) -> tuple[tuple[Place, ...], Difference | None]:
        """Return ranking and difference by `sort_by`; empty where nothing was costed or the column has no values."""
        try:
            return self.ranking(circuit=circuit), self.difference(circuit=circuit)
        except OptionError:
            return (), None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data with the keys of the JSON schema `hwcost.comparison/1`."""
        ranking, difference = self.answer()
        return {
            "schema": SCHEMA,
            "sort_by": self.sort_by,
            "settings": to_plain(self.settings),
            "versions": dict(self.versions),
            "circuits": to_plain(self.circuits),
            "backends": to_plain(self.backends),
            "compilers": to_plain(self.compilers),
            "seeds": list(self.seeds),
            "ranking": to_plain(ranking),
            "difference": None if difference is None else to_plain(difference),
            "cells": [_flat_cell(cell) for cell in self.cells],
            "failures": to_plain(self.failures),
            "notes": list(self.notes),
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat dictionary per cell, failed ones included: what CSV and the data frame hold."""
        circuits = {circuit.name: circuit for circuit in self.circuits}
        dates = {backend.name: to_plain(backend.snapshot_date) for backend in self.backends}
        empty = dict.fromkeys(COST_FIELDS)
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
                "status": "failed" if cell.cost is None else "ok",
                "error": cell.error,
                **(empty if cell.cost is None else cell.cost.to_dict()),
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
        """Draw a picture: `time` (default), `spread`, `shots` or `frontier`; the same as `hwcost.plot`.

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


def _flat_cell(cell: Cell) -> dict[str, Any]:
    where = {"circuit": cell.circuit, "backend": cell.backend, "compiler": cell.compiler, "seed": cell.seed}
    if cell.cost is None:
        return {**where, "status": "failed", "error": cell.error}
    return {**where, "status": "ok", **to_plain(cell.cost.to_dict())}
