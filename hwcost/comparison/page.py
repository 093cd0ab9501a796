"""A `Comparison` as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hwcost.backend.equivalence import MAX_QUBITS
from hwcost.comparison.calibrations import SideBySide
from hwcost.comparison.cell import LABELS
from hwcost.comparison.ranking_blocks import bound_lines, budget_line, infeasible_lines, pareto_blocks
from hwcost.comparison.record import Comparison
from hwcost.comparison.statistics import Difference, Place
from hwcost.core.text import listing, one_line, plural
from hwcost.core.units import format_count, format_seconds
from hwcost.estimation.record import CostEstimate
from hwcost.report.page import Block, Bullets, Column, Heading, Line, Page, Table, Verbatim, page_of, registered_page

MOST_PLACES_SHOWN = 40
MOST_CIRCUITS_SHOWN = 40
MOST_FAILURES_SHOWN = 6
LEAST_SHARING = 4
_VERDICTS = {
    "different": "differs",
    "not shown": "within seed noise",
    "identical": "identical",
    "too few seeds": "too few seeds to tell",
    "no seed noise": "differs (no seeds)",
}


@registered_page.register
def _(comparison: Comparison) -> Page:
    return Page(title="hwcost compare", blocks=tuple(_blocks(comparison)))


def _blocks(comparison: Comparison) -> Iterator[Block]:
    """Yield the answer first, then the ranking, the best on each circuit, failures, what to know."""
    places, difference = comparison.answer()
    yield from _answer(comparison, places, difference)
    if places and comparison.rank_by == "both":
        yield from pareto_blocks(comparison)
    elif places:
        yield from _rankings(comparison, places)
    if places and len(comparison.circuits) > 1:
        yield Heading("Best on each circuit")
        yield _circuit_table(comparison)
        if len(comparison.circuits) > MOST_CIRCUITS_SHOWN:
            yield Line((f"  and {len(comparison.circuits) - MOST_CIRCUITS_SHOWN} more circuits",), style="dim")
    failures = comparison.failures
    lines = [f"{one_line(f.what)}{_seeds(f.seeds)}: {f.error}" for f in failures[:MOST_FAILURES_SHOWN]]
    if len(failures) > MOST_FAILURES_SHOWN:
        lines.append(f"and {len(failures) - MOST_FAILURES_SHOWN} more; CSV and JSON have all")
    yield Bullets("Failed", tuple(lines), style="bold red")
    yield Bullets("Not feasible", tuple(infeasible_lines(comparison.infeasible)), style="bold")
    yield Bullets("Notes", tuple(_remarks(comparison)))


def _answer(comparison: Comparison, places: Sequence[Place], difference: Difference | None) -> Iterator[Block]:
    metric = comparison.sort_by
    counts = (
        (len(comparison.circuits), "circuit"),
        (len(comparison.backends), "backend"),
        (len(comparison.compilers), "compiler"),
        (len(comparison.seeds), "seed"),
    )
    yield Line((" × ".join(plural(number, noun, digits=",") for number, noun in counts),), style="bold")
    if not places:
        yield Line((f"  nothing was costed, or nothing has a value for {metric}",))
    else:
        best = places[0]
        median = "no value" if best.median is None else _value(metric, best.median)
        tied = sum(1 for p in places if p.place == 1)
        first = "One of the best" if tied > 1 else "Best"
        if best.lower_bound:
            first += ", of lower bounds,"
        where = f"{best.backend} by {best.compiler}"
        yield Line((f"{first} by {LABELS.get(metric, metric)}: ", (where, "bold"), f" ({median})"))
    if comparison.budget_s is not None:
        yield Line((budget_line(comparison),))
    if len(comparison.seeds) > 1:
        yield Line(("medians over the seeds; hwcost estimate shows the best of its seeds, which is less",), indent=2)
    if difference is not None:
        yield Line((difference.statement,), indent=2)


def _rankings(comparison: Comparison, places: Sequence[Place]) -> Iterator[Block]:
    """Yield the ranking, and behind it that of the lower bounds, which a full time cannot be compared with."""
    metric = comparison.sort_by
    label = f"{LABELS.get(metric, metric)} ({metric})"
    full = [place for place in places if not place.lower_bound]
    bounded = [place for place in places if place.lower_bound]
    if full:
        yield from _ranking(comparison, full, f"Ranking by {label}")
    if bounded:
        behind = ", not ranked with the others" if full else ""
        yield from _ranking(comparison, bounded, f"Bounds of {label}{behind}")
        yield from (Line((line,), indent=2) for line in bound_lines(comparison, metric))


def _ranking(comparison: Comparison, places: Sequence[Place], heading: str) -> Iterator[Block]:
    metric = comparison.sort_by
    several = len(comparison.circuits) > 1
    headings = ["median", "lowest", "highest", "to best"]
    columns = [Column("", "right"), Column("backend"), Column("compiler")]
    columns += [
        Column(heading, "right", wraps=False)
        for heading in (["mean rank", *headings, "circuits"] if several else headings)
    ]
    rows = []
    for place in places[:MOST_PLACES_SHOWN]:
        cells = [
            *(_optional(metric, value) for value in (place.median, place.low, place.high)),
            "" if place.ratio is None else f"× {place.ratio:.3g}",
        ]
        if several:
            cells = [f"{place.mean_rank:.2f}", *cells, f"{place.num_circuits} of {len(comparison.circuits)}"]
        rows.append((str(place.place), place.backend, place.compiler, *cells))
    yield Heading(heading)
    yield Table(tuple(columns), tuple(rows))
    if len(places) > MOST_PLACES_SHOWN:
        yield Line((f"  and {len(places) - MOST_PLACES_SHOWN} more; CSV and JSON have all",), style="dim")


def _circuit_table(comparison: Comparison) -> Table:
    columns = tuple(
        Column(heading, "right" if heading in ("qubits", "median") else "left")
        for heading in ("circuit", "qubits", "best", "median", "from the next")
    )
    rows = []
    for circuit in comparison.circuits[:MOST_CIRCUITS_SHOWN]:
        places, difference = comparison.answer(circuit=circuit.name)
        if not places:
            rows.append((circuit.name, str(circuit.num_qubits), "none", "", ""))
            continue
        best = places[0]
        verdict = "" if difference is None else _VERDICTS[difference.verdict]
        if difference is not None and difference.p_value is not None:
            verdict += f", p = {difference.p_value:.2g}"
        median = _optional(comparison.sort_by, best.median)
        rows.append((circuit.name, str(circuit.num_qubits), f"{best.backend} by {best.compiler}", median, verdict))
    return Table(columns, tuple(rows))


def _remarks(comparison: Comparison) -> Iterator[str]:
    if len(comparison.circuits) > 1:
        yield "mean rank: circuits count alike, each ranks the medians over seeds; × is the median ratio to the best"
    yield "the test asks whether other seeds would give the same order on these circuits, not on others"
    proofs = [cell.cost.equivalence for cell in comparison.cells if cell.cost is not None]
    if "not checked" in proofs:
        yield (
            f"{proofs.count('not checked'):,} of {len(proofs):,} compiled circuits not checked for equivalence: "
            f"more than {MAX_QUBITS} qubits in use, control flow, or a reset without a measurement"
        )
    if any(cell.cost is not None and cell.cost.shots_needed_low is not None for cell in comparison.cells):
        yield (
            "on hardware the shots of nine in ten such circuits were within × 1.3 (λ above 0.8) to × 10 of the "
            "prediction (columns shots_needed_low and _high); which of two good layouts is better was not predicted"
        )
    if comparison.rank_by == "both":
        yield (
            "Pareto fronts: time and standard error of one job with the shots as requested, medians over seeds; on "
            "front 1 no other place is at least as good in both and better in one"
        )
    unknown = [f"{backend} by {compiler}" for backend, compiler in comparison.not_ranked()]
    if unknown:
        yield f"not ranked, because their {comparison.sort_by} is unknown: {', '.join(unknown)}"
    repeated = comparison.repeated_circuits()
    if repeated:
        name, first = next(iter(repeated.items()))
        more = "" if len(repeated) == 1 else f", and {len(repeated) - 1} more like it"
        yield f"{name} is the same circuit as {first}{more}; the test over all circuits counts each once"
    yield from comparison.notes
    yield from _warnings_of_backends(comparison)
    seen: dict[str, list[str]] = {}
    for circuit in comparison.circuits:
        for warning in circuit.warnings:
            seen.setdefault(warning, []).append(circuit.name)
    for warning, names in seen.items():
        where = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        yield f"{where}: {warning}"


def _warnings_of_backends(comparison: Comparison) -> Iterator[str]:
    """Yield the warnings of each backend; one that many of them share, once."""
    names: dict[str, list[str]] = {}
    for backend in comparison.backends:
        for warning in backend.warnings:
            names.setdefault(warning, []).append(backend.name)
    for backend in comparison.backends:
        for warning in backend.warnings:
            sharing = names[warning]
            if len(sharing) < LEAST_SHARING:
                yield f"{backend.name}: {warning}"
            elif sharing[0] == backend.name:
                yield f"{listing(sharing, len(sharing))}: {warning}"


def _seeds(seeds: Sequence[int]) -> str:
    if not seeds:
        return ""
    if len(seeds) == 1:
        return f", seed {seeds[0]}"
    return f", {len(seeds)} seeds"


def _optional(metric: str, value: float | None) -> str:
    return "none" if value is None else _value(metric, value)


def _value(metric: str, value: float) -> str:
    if metric.endswith("_s"):
        return format_seconds(value)
    if metric.startswith(("num_", "shots_", "budget_shots", "depth")):
        return format_count(int(value)) if value == int(value) else f"{value:,.1f}"
    return f"{value:.3g}"


@registered_page.register
def _(both: SideBySide) -> Page:
    page = page_of(both.diff)
    text = "\n".join(("", *_estimates(both))) + "\n"
    return Page(title=page.title, blocks=(*page.blocks, Verbatim(text)))


def _estimates(both: SideBySide) -> Iterator[str]:
    sides = (both.first, both.second)
    refused = [(label, side) for label, side in zip("AB", sides, strict=True) if isinstance(side, str)]
    costs = [_figures(side) for side in sides if not isinstance(side, str)]
    labels = [label for label, side in zip("AB", sides, strict=True) if not isinstance(side, str)]
    if costs:
        yield f"{'The circuit':<28}" + "".join(f"{label:>16}" for label in labels)
        for name in costs[0]:
            yield f"  {name:<26}" + "".join(f"{figures[name]:>16}" for figures in costs)
    for label, reason in refused:
        yield f"  {label}: {reason}"


def _figures(cost: CostEstimate) -> dict[str, str]:
    unknown = "unknown"
    return {
        "QPU time": format_seconds(cost.time.qpu_time_s),
        "shots needed": format_count(cost.shots.needed),
        "shot inflation, worst": unknown if cost.shots.inflation_worst is None else f"{cost.shots.inflation_worst:.3g}",
        "one shot": format_seconds(cost.time.shot_time_s),
        "longest path": format_seconds(cost.time.circuit_duration_s),
        "two-qubit gates": format_count(cost.gates.num_2q),
        "inserted swaps": format_count(cost.routing.num_swaps),
        "ESP": unknown if cost.noise is None or cost.noise.esp is None else f"{cost.noise.esp:.3g}",
        "on qubits": "-".join(map(str, cost.transpile.physical_qubits[:5]))
        + ("…" if len(cost.transpile.physical_qubits) > 5 else ""),
    }
