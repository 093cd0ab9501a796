"""A `JobCost` as a page: the answer, where the time goes, circuits by purpose, PUBs, what to treat with caution."""

from __future__ import annotations

from collections.abc import Iterator

from hwcost.core.text import one_line, plural
from hwcost.core.units import format_age, format_count, format_seconds, format_share
from hwcost.primitives.options import JobOptions
from hwcost.primitives.record import JobCost, PubInfo, RunCost
from hwcost.primitives.shots import Number
from hwcost.report.page import (
    BLANK,
    Block,
    Bullets,
    Column,
    Heading,
    Line,
    Page,
    Table,
    registered_page,
    section,
    warnings_block,
)
from hwcost.report.rendering import bar

MOST_ROWS = 40
"""Lines of a table of PUBs or runs; JSON and CSV have all."""


@registered_page.register
def _(cost: JobCost) -> Page:
    return Page(title=f"{_name(cost)} on {cost.backend.name}", blocks=tuple(_blocks(cost)), width=110)


def _blocks(cost: JobCost) -> Iterator[Block]:
    yield from _head(cost)
    yield BLANK
    yield from _headline(cost)
    yield from _budget(cost)
    yield from section("Where the time goes", tuple(_part_rows(cost)))
    yield from section("Time by purpose, without overhead", tuple(_purpose_rows(cost)))
    yield Heading("Circuits")
    yield _run_table(cost)
    yield from _left_out(len(cost.runs))
    yield Heading("Items" if cost.primitive == "executor" else "PUBs")
    yield _pub_table(cost)
    yield from _left_out(len(cost.pubs))
    if cost.options is not None:
        yield from section("Options, defaults filled in", tuple(_option_rows(cost.options)))
    yield Bullets("A lower bound, because", cost.lower_bound, style="bold yellow")
    yield Bullets("Assumed", cost.assumptions)
    yield warnings_block(cost.warnings)


def _name(cost: JobCost) -> str:
    if cost.primitive == "executor":
        return f"Quantum program of {plural(len(cost.pubs), 'item')}"
    return f"{cost.primitive.capitalize()} job of {plural(len(cost.pubs), 'PUB')}"


def _head(cost: JobCost) -> Iterator[Line]:
    backend = cost.backend
    yield Line(((_name(cost), "bold"), " on ", (backend.name, "bold")))
    date = "" if backend.snapshot_date is None else f" of {backend.snapshot_date:%Y-%m-%d}"
    parts = [
        backend.processor,
        f"{backend.num_qubits} qubits",
        f"calibration{date}, {format_age(backend.snapshot_age_days)}",
        f"repetition delay {format_seconds(backend.rep_delay_s)}",
    ]
    yield Line(("  " + ", ".join(part for part in parts if part),), style="dim")


def _budget(cost: JobCost) -> Iterator[Line]:
    fit = cost.budget
    if fit is None:
        return
    within = f"Within {format_seconds(fit.budget_s)}: "
    if not fit.shots:
        yield Line((within, ("nothing", "bold red"), f", one shot of each takes {format_seconds(fit.least_s)}"))
        return
    slow = format_count(fit.shots_if_slow) if fit.shots_if_slow else "none"
    precision = "" if fit.precision is None else f", precision {fit.precision:.3g} before noise"
    yield Line(
        (
            within,
            (f"{format_count(fit.shots)} shots", "bold green"),
            f" of each configuration ({slow} if the job is slow){precision}, {format_count(fit.executions)} executions",
        )
    )


def _headline(cost: JobCost) -> Iterator[Line]:
    time = cost.time
    yield Line(
        (
            "As requested the job takes ",
            ("at least " if cost.is_lower_bound else "about "),
            (format_seconds(time.value_s), "bold green"),
            f" ({format_seconds(time.low_s)} to {format_seconds(time.high_s)} in {format_share(time.nominal)} of jobs, "
            f"profile {time.profile})",
        )
    )
    counted = {
        "client": f"as IBM's client prepares them (qiskit-ibm-runtime {cost.client})",
        "formula": "counted by formula",
        "program": "as in the program",
    }[cost.counted_by]
    yield Line(
        (
            (format_count(cost.executions), "bold"),
            f" executions of {plural(cost.num_circuits, 'circuit', digits=',')}, {counted}",
        )
    )
    yield from _precise(cost)


def _precise(cost: JobCost) -> Iterator[Line]:
    precise = cost.precise
    if precise is None or cost.primitive != "estimator":
        return
    if precise.time is None or precise.inflations is None:
        yield Line((f"As precise as noiseless: not known, because {precise.not_known}",))
        return
    time = precise.time
    yield Line(
        (
            "As precise as noiseless it takes ",
            ("at least " if cost.is_lower_bound else "about "),
            (format_seconds(time.value_s), "bold green"),
            f" ({format_seconds(time.low_s)} to {format_seconds(time.high_s)}): {format_count(precise.executions)} "
            f"executions, shots × {max(precise.inflations):.3g} at most",
        )
    )
    if precise.executions_low is not None:
        high = "any number of" if precise.executions_high is None else format_count(precise.executions_high)
        yield Line((f"  by the error seen on hardware {format_count(precise.executions_low)} to {high} executions",))


def _part_rows(cost: JobCost) -> Iterator[tuple[str, ...]]:
    total = cost.time.value_s
    for name, seconds in cost.time.parts.items():
        share = seconds / total if total else 0.0
        yield name, format_seconds(seconds), f"{format_share(share):>7}  {bar(share)}"


def _purpose_rows(cost: JobCost) -> Iterator[tuple[str, ...]]:
    total = cost.time.value_s
    for name, seconds in cost.time.purposes.items() if len(cost.time.purposes) > 1 else ():
        yield name, format_seconds(seconds), f"{format_share(seconds / total):>7}" if total else ""


def _run_table(cost: JobCost) -> Table:
    headings = ("PUB", "purpose", "noise", "circuits", "shots", "executions", "one circuit", "QPU time")
    first = "item" if cost.primitive == "executor" else "PUB"
    columns = tuple(
        Column(first, align="right", wraps=False)
        if name == "PUB"
        else Column(name, align="left" if name == "purpose" else "right", wraps=name == "purpose")
        for name in headings
    )
    return Table(columns=columns, rows=tuple(_run_row(run) for run in cost.runs[:MOST_ROWS]))


def _run_row(run: RunCost) -> tuple[str, ...]:
    return (
        "all" if run.pub is None else str(run.pub),
        run.purpose if run.in_job else f"{run.purpose} (another job)",
        "" if run.noise_factor is None else f"× {run.noise_factor:g}",
        format_count(run.num_circuits),
        format_count(run.shots),
        format_count(run.executions),
        format_seconds(run.circuit_duration_s),
        format_seconds(run.qpu_time_s),
    )


def _pub_table(cost: JobCost) -> Table:
    headings = ("#", "circuit", "qubits", "2q gates", "parameter sets", "observables", "bases", "shots", "one circuit")
    columns = tuple(
        Column(name, align="left" if name == "circuit" else "right", wraps=name == "circuit") for name in headings
    )
    return Table(columns=columns, rows=tuple(_pub_row(pub) for pub in cost.pubs[:MOST_ROWS]))


def _pub_row(pub: PubInfo) -> tuple[str, ...]:
    return (
        str(pub.index),
        one_line(pub.circuit),
        str(pub.num_qubits),
        format_count(pub.num_2q),
        format_count(pub.num_parameter_sets),
        format_count(pub.num_observables) if pub.num_observables else "",
        "" if pub.max_bases is None else format_count(pub.max_bases),
        format_count(pub.shots),
        format_seconds(pub.circuit_duration_s),
    )


def _left_out(number: int) -> Iterator[Line]:
    if number > MOST_ROWS:
        yield Line((f"  … and {number - MOST_ROWS} more; --format json or csv has all",), style="dim")


def _option_rows(options: JobOptions) -> Iterator[tuple[str, str, str]]:
    for label, text in _option_texts(options):
        yield label, "", text  # texts stand left, in the place of remarks


def _option_texts(options: JobOptions) -> Iterator[tuple[str, str]]:
    yield "prepared by", "IBM's client" if options.processing == "client" else "IBM's server"
    if options.resilience_level is not None:
        yield "resilience level", str(options.resilience_level)
    kinds = [name for name, on in (("gates", options.twirl_gates), ("measurements", options.twirl_measure)) if on]
    yield "twirling", " and ".join(kinds) or "off"
    if options.twirls:
        each = _number(options.shots_per_randomization)
        yield "randomizations", f"{_number(options.randomizations)}, shots of each {each}"
    if options.primitive == "estimator":
        yield "mitigation", ", ".join(_mitigation(options)) or "none"
    if options.dynamical_decoupling:
        yield "dynamical decoupling", "on"
    if options.max_execution_time_s is not None:
        yield "max execution time", format_seconds(float(options.max_execution_time_s))


def _number(value: Number) -> str:
    return "automatic" if isinstance(value, str) else format_count(value)


def _mitigation(options: JobOptions) -> Iterator[str]:
    if options.measure_mitigation:
        yield "readout (TREX)"
    if options.noise_factors:
        yield f"ZNE {', '.join(f'{factor:g}' for factor in options.noise_factors)} by {options.amplifier}"
    if options.pec:
        limit = "no limit" if options.pec_max_overhead is None else f"overhead up to {options.pec_max_overhead:g}"
        yield f"PEC, {limit}"
