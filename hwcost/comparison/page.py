"""A `Comparison` as text for a terminal or a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hwcost.comparison.cell import LABELS
from hwcost.core.text import one_line
from hwcost.core.units import format_count, format_seconds
from hwcost.report.formats import bullets

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from hwcost.comparison.record import Comparison
    from hwcost.comparison.statistics import Place

MOST_PLACES_SHOWN = 40
MOST_CIRCUITS_SHOWN = 40
MOST_FAILURES_SHOWN = 6


def render(comparison: Comparison) -> Iterator[RenderableType]:
    """The report: the answer first, then the ranking, the best on each circuit, failures, what to know."""
    from rich.padding import Padding
    from rich.text import Text

    places, difference = comparison.answer()
    metric = comparison.sort_by
    counts = (
        (len(comparison.circuits), "circuit"),
        (len(comparison.backends), "backend"),
        (len(comparison.compilers), "compiler"),
        (len(comparison.seeds), "seed"),
    )
    yield Text(" × ".join(_plural(number, noun) for number, noun in counts), style="bold")
    if not places:
        yield Text(f"  nothing was costed, or nothing has a value for {metric}")
    else:
        best = places[0]
        median = "no value" if best.median is None else _value(metric, best.median)
        tied = sum(1 for p in places if p.place == 1)
        first = "One of the best" if tied > 1 else "Best"
        yield Text.assemble(
            f"{first} by {LABELS.get(metric, metric)}: ", (f"{best.backend} by {best.compiler}", "bold"), f" ({median})"
        )
    if difference is not None:
        yield Padding(Text(difference.statement), (0, 0, 0, 2))
    if places:
        yield Text()
        yield Text(f"Ranking by {LABELS.get(metric, metric)} ({metric})", style="bold")
        yield Padding(_ranking_table(comparison, places), (0, 0, 0, 2))
        if len(places) > MOST_PLACES_SHOWN:
            yield Text(f"  and {len(places) - MOST_PLACES_SHOWN} more; CSV and JSON have all", style="dim")
        if len(comparison.circuits) > 1:
            yield Text()
            yield Text("Best on each circuit", style="bold")
            yield Padding(_circuit_table(comparison), (0, 0, 0, 2))
            if len(comparison.circuits) > MOST_CIRCUITS_SHOWN:
                yield Text(f"  and {len(comparison.circuits) - MOST_CIRCUITS_SHOWN} more circuits", style="dim")
    failures = comparison.failures
    lines = [f"{one_line(f.what)}{_seeds(f.seeds)}: {f.error}" for f in failures[:MOST_FAILURES_SHOWN]]
    if len(failures) > MOST_FAILURES_SHOWN:
        lines.append(f"and {len(failures) - MOST_FAILURES_SHOWN} more; CSV and JSON have all")
    yield from bullets("Failed", lines, style="bold red")
    yield from bullets("To know", list(_remarks(comparison)))


def _ranking_table(comparison: Comparison, places: Sequence[Place]) -> RenderableType:
    from rich.table import Table

    metric = comparison.sort_by
    several = len(comparison.circuits) > 1
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", justify="right")
    table.add_column("backend")
    table.add_column("compiler")
    headings = ["median", "lowest", "highest", "to best"]
    for heading in ["mean rank", *headings, "circuits"] if several else headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for place in places[:MOST_PLACES_SHOWN]:
        cells = [
            *(_optional(metric, value) for value in (place.median, place.low, place.high)),
            "" if place.ratio is None else f"× {place.ratio:.3g}",
        ]
        if several:
            cells = [f"{place.mean_rank:.2f}", *cells, f"{place.num_circuits} of {len(comparison.circuits)}"]
        _add_row(table, str(place.place), place.backend, place.compiler, *cells)
    return table


def _circuit_table(comparison: Comparison) -> RenderableType:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("circuit", "qubits", "best", "median", "from the next"):
        table.add_column(heading, justify="right" if heading in ("qubits", "median") else "left")
    words = {
        "different": "differs",
        "not shown": "within seed noise",
        "identical": "identical",
        "too few seeds": "too few seeds to tell",
        "no seed noise": "differs (no seeds)",
    }
    for circuit in comparison.circuits[:MOST_CIRCUITS_SHOWN]:
        places, difference = comparison.answer(circuit=circuit.name)
        if not places:
            _add_row(table, circuit.name, str(circuit.num_qubits), "none", "", "")
            continue
        best = places[0]
        verdict = "" if difference is None else words[difference.verdict]
        if difference is not None and difference.p_value is not None:
            verdict += f", p = {difference.p_value:.2g}"
        _add_row(
            table,
            circuit.name,
            str(circuit.num_qubits),
            f"{best.backend} by {best.compiler}",
            _optional(comparison.sort_by, best.median),
            verdict,
        )
    return table


def _add_row(table: Table, *cells: str) -> None:
    """Names are text, whatever rich would read in their brackets."""
    from rich.text import Text

    table.add_row(*(Text(cell) for cell in cells))


def _remarks(comparison: Comparison) -> Iterator[str]:
    from hwcost.comparison.equivalence import MAX_QUBITS

    if len(comparison.circuits) > 1:
        yield "mean rank: circuits count alike, each ranks the medians over seeds; × is the median ratio to the best"
    yield "the test asks whether other seeds would give the same order on these circuits, not on others"
    proofs = [cell.cost.equivalence for cell in comparison.cells if cell.cost is not None]
    if "not checked" in proofs:
        yield (
            f"{proofs.count('not checked'):,} of {len(proofs):,} compiled circuits not proved equal: "
            f"more than {MAX_QUBITS} qubits in use, control flow, or a reset without a measurement"
        )
    unknown = [f"{backend} by {compiler}" for backend, compiler in comparison.not_ranked()]
    if unknown:
        yield f"not ranked, for nobody knows their {comparison.sort_by}: {', '.join(unknown)}"
    repeated = comparison.repeated_circuits()
    if repeated:
        name, first = next(iter(repeated.items()))
        more = "" if len(repeated) == 1 else f", and {len(repeated) - 1} more like it"
        yield f"{name} is the same circuit as {first}{more}; the test over all circuits counts each once"
    yield from comparison.notes
    for backend in comparison.backends:
        for warning in backend.warnings:
            yield f"{backend.name}: {warning}"
    seen: dict[str, list[str]] = {}
    for circuit in comparison.circuits:
        for warning in circuit.warnings:
            seen.setdefault(warning, []).append(circuit.name)
    for warning, names in seen.items():
        where = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        yield f"{where}: {warning}"


def _seeds(seeds: Sequence[int]) -> str:
    if not seeds:
        return ""
    if len(seeds) == 1:
        return f", seed {seeds[0]}"
    return f", {len(seeds)} seeds"


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _optional(metric: str, value: float | None) -> str:
    return "none" if value is None else _value(metric, value)


def _value(metric: str, value: float) -> str:
    if metric.endswith("_s"):
        return format_seconds(value)
    if metric.startswith(("num_", "shots_", "depth")):
        return format_count(int(value)) if value == int(value) else f"{value:,.1f}"
    return f"{value:.3g}"
