"""Parts of the page of a `Comparison`: the budget, the Pareto fronts, the backends that cannot run a circuit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hwcost.comparison.lower_bounds import LeftOut, bounds, remedies
from hwcost.comparison.reach import PRECISION_METRIC
from hwcost.comparison.record import Comparison, Failure
from hwcost.comparison.statistics import Place
from hwcost.core.errors import OptionError
from hwcost.core.text import listing
from hwcost.core.units import format_seconds
from hwcost.report.page import Block, Column, Heading, Line, Table

MOST_PLACES_SHOWN = 40
_MOST_NAMES_SHOWN = 100
_NUMBER = re.compile(r"[0-9]+")


def budget_line(comparison: Comparison) -> str:
    """Say what the budget is of, and of which qubit the precision is."""
    which = "worst" if comparison.settings.get("inflation") == "worst" else "mean"
    return (
        f"Budget: {format_seconds(comparison.budget_s)} for one job, its overhead included; standard error of the "
        f"{which} qubit"
    )


def bound_lines(comparison: Comparison, metric: str) -> Iterator[str]:
    """Yield what the bounds of a column leave out, each with the devices, and what gives it."""
    devices: dict[LeftOut, list[str]] = {}
    for backend in comparison.backends:
        for part in bounds(metric, backend.left_out):
            devices.setdefault(part, []).append(backend.name)
    for part, names in devices.items():
        yield f"without {part}, which is unknown: {listing(names, _MOST_NAMES_SHOWN)}; {remedies([part])} gives it"


def pareto_blocks(comparison: Comparison) -> Iterator[Block]:
    """Yield the places by Pareto front; with a budget also the precision within it."""
    places, has_budget = comparison.pareto(), comparison.budget_s is not None
    within = {(place.backend, place.compiler): place.median for place in _within_budget(comparison)}
    on_front = sum(1 for place in places if place.front == 1 and not place.lower_bound)
    full = sum(1 for place in places if not place.lower_bound)
    columns = (
        Column("front", "right"),
        Column("backend"),
        Column("compiler"),
        Column("job as requested", "right", wraps=False),
        Column("standard error", "right", wraps=False),
        *((Column("within the budget", "right", wraps=False),) if has_budget else ()),
    )
    rows = tuple(
        (
            "-" if place.front is None else f"{'bound ' if place.lower_bound else ''}{place.front}",
            place.backend,
            place.compiler,
            f"{'> ' if place.lower_bound else ''}{format_seconds(place.job_time_s)}",
            "signal gone" if place.standard_error is None else f"{place.standard_error:.3g}",
            *((_number(within.get((place.backend, place.compiler))),) if has_budget else ()),
        )
        for place in places[:MOST_PLACES_SHOWN]
    )
    yield Heading(f"Time against precision of the job as requested: {on_front} of {full} on the Pareto front")
    yield Table(columns, rows)
    if len(places) > MOST_PLACES_SHOWN:
        yield Line((f"  and {len(places) - MOST_PLACES_SHOWN} more; CSV and JSON have all",), style="dim")
    if full < len(places):
        yield from (Line((line,), indent=2) for line in bound_lines(comparison, "requested_job_time_s"))


def _within_budget(comparison: Comparison) -> tuple[Place, ...]:
    try:
        return () if comparison.budget_s is None else comparison.ranking(PRECISION_METRIC)
    except OptionError:  # no cell has a value: the budget does not hold a shot
        return ()


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3g}"


def infeasible_lines(infeasible: Sequence[Failure]) -> Iterator[str]:
    """Yield the reasons, each with all backends that have it; numbers and names in it are those of the first."""
    alike: dict[str, list[tuple[str, str, str]]] = {}
    for failure in infeasible:
        circuit, _, place = failure.what.rpartition(" on ")
        backend = place.partition(" by ")[0]
        kind = _NUMBER.sub("#", failure.error.replace(backend, ""))
        alike.setdefault(kind, []).append((circuit, backend, failure.error))
    for entries in alike.values():
        names = list(dict.fromkeys(backend for _, backend, _ in entries))
        circuits = len({circuit for circuit, _, _ in entries})
        for_circuits = f" ({circuits} circuits)" if circuits > 1 else ""
        first = f"such as {names[0]}: " if len(names) > 1 else ""
        yield f"{listing(names, _MOST_NAMES_SHOWN)}{for_circuits}: {first}{entries[0][2]}"
