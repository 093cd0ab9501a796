"""A `CostEstimate` as text for a terminal, as HTML for a notebook, and as one CSV row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from html import escape
from typing import TYPE_CHECKING, Any

from hwcost.core.text import one_line
from hwcost.core.units import format_age, format_count, format_seconds, format_share

if TYPE_CHECKING:
    from rich.console import ConsoleRenderable, RenderableType

    from hwcost.estimation.record import CostEstimate

REPORT_WIDTH = 100
_BAR_WIDTH = 24
_HTML = '<pre style="font-family:Menlo,Consolas,monospace;font-size:13px;line-height:1.3;white-space:pre">{code}</pre>'


def render(cost: CostEstimate) -> Iterator[RenderableType]:
    """The report, section by section: the answer first, then where it comes from, then what to distrust."""
    from rich.padding import Padding
    from rich.text import Text

    circuit, backend = cost.circuit, cost.backend
    noun = "qubit" if circuit.num_qubits == 1 else "qubits"
    name = f"{one_line(circuit.name)} ({circuit.num_qubits} {noun}"
    name += f", {circuit.num_parameters} free parameters)" if circuit.num_parameters else ")"
    yield Text.assemble((name, "bold"), " on ", (backend.name, "bold"))
    date = "" if backend.snapshot_date is None else f" of {backend.snapshot_date:%Y-%m-%d}"
    parts = [
        backend.processor,
        f"{backend.num_qubits} qubits",
        f"calibration{date}, {format_age(backend.snapshot_age_days)}",
    ]
    yield Text("  " + ", ".join(p for p in parts if p), style="dim")
    yield Text()
    yield _headline(cost)
    job = cost.time.job_time_s
    if job is not None:
        yield Text.assemble(
            "As one job about ",
            (format_seconds(job.value_s), "bold"),
            f" ({format_seconds(job.low_s)} to {format_seconds(job.high_s)} in {format_share(job.nominal)} of jobs, "
            f"profile {job.profile})",
        )
    for title, rows in (
        ("Time of one shot", _shot_rows(cost)),
        ("Circuit", _circuit_rows(cost)),
        ("Routing", _routing_rows(cost)),
        ("Noise and shots", _noise_rows(cost)),
        ("Effective circuit cost (Hyb-HANAS paper; a relative cost, not a time)", _paper_rows(cost)),
    ):
        section = list(rows)
        if section:
            yield Text()
            yield Text(title, style="bold")
            yield Padding(table(section), (0, 0, 0, 2))
    yield from bullets("Assumed", backend.assumptions)
    yield from bullets("To distrust", backend.warnings, style="bold yellow")
    yield from bullets("Also found", _infos(cost))


def bullets(title: str, lines: Sequence[str], *, style: str = "bold") -> Iterator[RenderableType]:
    """A titled list; nothing where there are no lines."""
    from rich.padding import Padding
    from rich.text import Text

    if lines:
        yield Text()
        yield Text(title, style=style)
        for line in lines:
            yield Padding(Text.assemble("• ", line), (0, 0, 0, 2))


def bar(share: float) -> str:
    """A share from 0 to 1 as a bar of text."""
    return "█" * round(_BAR_WIDTH * share)


def table(rows: Iterable[tuple[str, ...]]) -> RenderableType:
    """Rows of label, value and remark, aligned."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(min_width=22, no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column()
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    return grid


def _headline(cost: CostEstimate) -> RenderableType:
    from rich.text import Text

    shots, time = cost.shots, cost.time
    asked = (
        f"for the precision of {format_count(shots.requested)} noiseless shots"
        if shots.requested is not None
        else f"for a standard error of {shots.precision:g}"
    )
    if shots.needed is None:
        return Text.assemble(
            "QPU time: ", ("no honest number", "bold red"), f" {asked}: the signal is gone in the noise"
        )
    seeds = cost.spread.num_seeds
    chosen = f", best of {seeds} seeds" if seeds > 1 else ""
    return Text.assemble(
        "QPU time ",
        (format_seconds(time.qpu_time_s), "bold green"),
        f" {asked}: {format_count(shots.needed)} shots × {format_seconds(time.shot_time_s)}{chosen}",
    )


def _shot_rows(cost: CostEstimate) -> Iterator[tuple[str, ...]]:
    time = cost.time
    gates_s = time.circuit_duration_s - (time.readout_s or 0.0)
    parts = [
        ("gates and waiting", gates_s),
        ("readout", time.readout_s),
        ("repetition delay", time.rep_delay_s),
    ]
    for label, value in parts:
        share = (value or 0.0) / time.shot_time_s if time.shot_time_s else 0.0
        yield label, format_seconds(value), "" if value is None else f"{format_share(share):>7}  {bar(share)}"
    yield "one shot", format_seconds(time.shot_time_s), ""


def _circuit_rows(cost: CostEstimate) -> Iterator[tuple[str, ...]]:
    gates, spread = cost.gates, cost.spread
    yield (
        "longest path",
        format_seconds(cost.time.circuit_duration_s),
        _range(spread.circuit_duration_s, format_seconds),
    )
    yield "sum of durations", format_seconds(cost.time.sum_of_durations_s), ""
    yield "two-qubit gates", format_count(gates.num_2q), _range(spread.num_2q, format_count)
    yield "one-qubit gates", format_count(gates.num_1q), f"{format_count(gates.num_measure)} measurements"
    yield "depth", format_count(gates.depth), f"{format_count(gates.depth_2q)} in two-qubit gates"
    level = cost.transpile.optimization_level
    how = "as given" if level is None else f"level {level}, seed {cost.transpile.seed_chosen}"
    yield "transpiled", how, f"qiskit {cost.transpile.qiskit}, on qubits {_listing(cost.transpile.physical_qubits)}"


def _routing_rows(cost: CostEstimate) -> Iterator[tuple[str, ...]]:
    routing = cost.routing
    if routing.num_swaps is None or routing.share is None:
        return
    swaps = cost.spread.num_swaps
    yield "inserted swaps", format_count(routing.num_swaps), "" if swaps is None else _range(swaps, format_count)
    yield "their gate time", format_seconds(routing.time_s), f"{format_share(routing.share)} of the sum of durations"
    yield "against all-to-all", f"{routing.num_2q_added:+,}", "two-qubit gates"
    yield "", ("+" if (routing.duration_s or 0) >= 0 else "") + format_seconds(routing.duration_s), "longest path"


def _noise_rows(cost: CostEstimate) -> Iterator[tuple[str, ...]]:
    noise, shots = cost.noise, cost.shots
    if noise is None:
        return
    yield "ESP", _probability(noise.esp, noise.log10_esp), "success probability of gates and readout"
    yield "lost to gates", format_share(noise.gate_error), ""
    yield "lost to readout", format_share(noise.readout_error), ""
    yield "lost to waiting", format_share(noise.decoherence), "T1 and T2 while qubits idle"
    if shots.attenuation and shots.task == "expectation":
        worst = min(shots.attenuation, key=lambda a: a.value)
        where = "" if worst.qubit is None else f"qubit {worst.qubit}"
        where += "" if worst.clbit is None else f" (clbit {worst.clbit})"
        yield "worst attenuation", f"{worst.value:.3g}", f"{where}, method {shots.method}"
    yield (
        "shot inflation",
        _times(shots.inflation_worst),
        f"worst; mean {_times(shots.inflation_mean)}" + _spread_text(cost),
    )
    yield "shots needed", format_count(shots.needed), f"by the {shots.rule} inflation"


def _paper_rows(cost: CostEstimate) -> Iterator[tuple[str, ...]]:
    if cost.paper is None:
        return
    paper = cost.paper
    yield (
        "log10 T_eff",
        f"{paper.log10_effective_time:.3f}",
        f"P_fail {paper.p_fail:.4g}, T_gate {format_seconds(paper.t_gate_s)}",
    )


def _infos(cost: CostEstimate) -> list[str]:
    return [
        finding.message for finding in cost.backend.findings if finding.severity == "info" and finding.code != "assumed"
    ]


def _spread_text(cost: CostEstimate) -> str:
    spread = cost.spread.inflation_worst
    if spread is None or spread[0] is None or spread[1] is None or cost.spread.num_seeds < 2:
        return ""
    return f"; over seeds {spread[0]:.3g} to {spread[1]:.3g}"


def _range(limits: tuple[Any, Any], form: Any) -> str:
    low, high = limits
    return "" if low == high else f"over seeds {form(low)} to {form(high)}"


def _times(value: float | None) -> str:
    return "unbounded" if value is None else f"× {value:.3g}"


def _probability(value: float | None, log10: float) -> str:
    return f"{value:.3g}" if value is not None and value >= 1e-4 else f"10^{log10:.1f}"


def _listing(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, numbers[:12]))
    return shown if len(numbers) <= 12 else f"{shown}, … ({len(numbers)} qubits)"


def to_text(cost: ConsoleRenderable, *, width: int = REPORT_WIDTH) -> str:
    """The report of a record as plain text without colour codes."""
    from rich.console import Console

    buffer = io.StringIO()
    # A console that knows that it is in a notebook would show the report there, beside the text that is asked for here.
    options: dict[str, Any] = {"force_terminal": False, "force_jupyter": False, "highlight": False}
    Console(file=buffer, width=width, no_color=True, **options).print(cost)
    return buffer.getvalue()


def to_html(cost: ConsoleRenderable) -> str:
    """The report of a record as an HTML fragment with inline styles."""
    from rich.console import Console

    options: dict[str, Any] = {"force_terminal": True, "force_jupyter": False, "highlight": False}
    console = Console(record=True, file=io.StringIO(), width=REPORT_WIDTH, **options)
    console.print(cost)
    return console.export_html(inline_styles=True, code_format=_HTML)


def to_html_page(cost: ConsoleRenderable, *, title: str) -> str:
    """The report of a record as a whole HTML page."""
    head = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(one_line(title))}</title></head>'
    )
    return f"{head}\n<body>{to_html(cost)}</body></html>\n"


def csv_row(cost: CostEstimate) -> dict[str, Any]:
    """One flat row: `section.key` columns with numbers and text, lists joined by blanks."""
    return dict(flatten("", cost.to_dict(), skipped={"circuit.ops", "backend.findings", "shots.attenuation"}))


def flatten(prefix: str, value: Any, *, skipped: Set[str]) -> Iterator[tuple[str, Any]]:
    """Nested plain data as (`section.key`, value) pairs; what is in `skipped` is left out."""
    if isinstance(value, Mapping) and prefix not in skipped:
        for key, item in value.items():
            yield from flatten(f"{prefix}.{key}" if prefix else key, item, skipped=skipped)
    elif isinstance(value, list) and len(value) == 2 and prefix.startswith("spread."):
        yield f"{prefix}_min", value[0]
        yield f"{prefix}_max", value[1]
    elif isinstance(value, list) and prefix not in skipped:
        separator = "; " if any(isinstance(item, str) for item in value) else " "
        yield prefix, separator.join("-".join(map(str, i)) if isinstance(i, list) else str(i) for i in value)
    elif prefix not in skipped:
        yield prefix, value


def to_csv(costs: Iterable[CostEstimate]) -> str:
    """A CSV table with one row per estimate."""
    return csv_table(csv_row(cost) for cost in costs)


def csv_table(rows: Iterable[Mapping[str, Any]]) -> str:
    """A CSV table; columns in the order in which they first occur."""
    listed = list(rows)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(dict.fromkeys(key for row in listed for key in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return buffer.getvalue()
