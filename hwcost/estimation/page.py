"""A `CostEstimate` as a page: the answer first, then where it comes from, then what to treat with caution."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hwcost.backend.qcec import qcec_version
from hwcost.core.text import one_line
from hwcost.core.units import format_age, format_count, format_seconds, format_share
from hwcost.estimation.record import CostEstimate, Spread
from hwcost.jobs.clocks import CLOCK_TEXTS
from hwcost.jobs.predict import JobTime
from hwcost.jobs.profile import SHOTS_ONLY
from hwcost.report.page import BLANK, Block, Bullets, Line, Page, registered_page, section, warnings_block
from hwcost.report.rendering import bar

_MOST_OBSERVABLES = 8


@registered_page.register
def _(cost: CostEstimate) -> Page:
    return Page(title=f"{one_line(cost.circuit.name)} on {cost.backend.name}", blocks=tuple(_blocks(cost)))


def _blocks(cost: CostEstimate) -> Iterator[Block]:
    yield from _head(cost)
    yield BLANK
    yield from _headlines(cost)
    yield from _gate_sets(cost)
    for title, rows in (
        ("Time of one shot", _shot_rows(cost)),
        ("Circuit", _circuit_rows(cost)),
        ("Routing", _routing_rows(cost)),
        ("Noise and shots", _noise_rows(cost)),
        ("Effective circuit cost (Hyb-HANAS paper; a relative cost, not a time)", _paper_rows(cost)),
    ):
        yield from section(title, tuple(rows))
    yield Bullets("Assumed", cost.backend.assumptions)
    yield warnings_block(cost.backend.warnings)
    yield Bullets("Also found", _infos(cost))


def _head(cost: CostEstimate) -> Iterator[Line]:
    circuit, backend = cost.circuit, cost.backend
    noun = "qubit" if circuit.num_qubits == 1 else "qubits"
    name = f"{one_line(circuit.name)} ({circuit.num_qubits} {noun}"
    name += f", {circuit.num_parameters} free parameters)" if circuit.num_parameters else ")"
    yield Line(((name, "bold"), " on ", (backend.name, "bold")))
    date = "" if backend.snapshot_date is None else f" of {backend.snapshot_date:%Y-%m-%d}"
    parts = [
        backend.processor,
        f"{backend.num_qubits} qubits",
        f"calibration{date}, {format_age(backend.snapshot_age_days)}",
    ]
    yield Line(("  " + ", ".join(p for p in parts if p),), style="dim")


def _headlines(cost: CostEstimate) -> Iterator[Line]:
    """Yield the two answers, the job as it is requested and the one that makes up for noise, each in one line."""
    shots, time, requested = cost.shots, cost.time, cost.time.requested
    yield Line(("As requested: ", *_job(cost, requested.shots, requested.qpu_time_s, requested.job_time_s)))
    if shots.method is None:  # the warnings say that no noise is costed
        return
    asked = "As precise as noiseless" if shots.precision is None else f"For a standard error of {shots.precision:g}"
    if shots.needed is None or time.qpu_time_s is None or time.job_time_s is None:
        yield Line((f"{asked}: ", ("no number", "bold red"), ", the signal is gone in the noise"))
    else:
        yield Line((f"{asked}: ", *_job(cost, shots.needed, time.qpu_time_s, time.job_time_s)))
    yield from _budget(cost)
    job = requested.job_time_s
    clock = "" if job.clock is None else f", {CLOCK_TEXTS[job.clock]}"
    says = f"Intervals: {format_share(job.nominal)} of jobs (profile {job.profile}{clock})."
    if job.profile == SHOTS_ONLY:
        says = "Job times are lower bounds: the time of the shots alone."
    if cost.spread.num_seeds > 1:
        says += f" {_best_of(cost.spread)}; compare shows their median, which is larger."
    yield Line((says,), style="dim")


def _best_of(spread: Spread) -> str:
    levels = " and ".join(map(str, spread.levels))
    at = f" at {'levels' if len(spread.levels) > 1 else 'level'} {levels}"
    if spread.further_gain is None:
        return f"Best of {spread.num_seeds} seeds{at}"
    return f"Best of {spread.num_seeds} seeds{at}, twice as many promise to save {format_share(spread.further_gain)}"


def _budget(cost: CostEstimate) -> Iterator[Line]:
    fit = cost.budget
    if fit is None:
        return
    within = f"Within {format_seconds(fit.budget_s)}: "
    if not fit.shots:
        yield Line(
            (within, ("nothing", "bold red"), f", the overhead of the job alone is {format_seconds(fit.overhead_s)}")
        )
        return
    slow = format_count(fit.shots_if_slow) if fit.shots_if_slow else "none"
    yield Line(
        (within, (f"{format_count(fit.shots)} shots", "bold green"), *_bases(cost), f" ({slow} if the job is slow)")
    )
    if fit.standard_error_worst is not None and fit.standard_error_mean is not None:
        yield Line(
            (
                f"  standard error {fit.standard_error_worst:.3g} worst, {fit.standard_error_mean:.3g} mean; like "
                f"{format_count(fit.noiseless_shots_worst)} (worst), {format_count(fit.noiseless_shots_mean)} (mean) "
                "noiseless shots",
            )
        )


def _bases(cost: CostEstimate) -> tuple[str, ...]:
    return () if cost.shots.num_bases == 1 else (f" in each of {format_count(cost.shots.num_bases)} bases",)


def _job(cost: CostEstimate, shots: int, qpu_time_s: float, job: JobTime) -> tuple[Any, ...]:
    num_bases = cost.shots.num_bases
    bases = "" if num_bases == 1 else f"{format_count(num_bases)} bases × "
    return (
        "QPU time ",
        (format_seconds(qpu_time_s), "bold green"),
        f" ({bases}{format_count(shots)} shots), one job ",
        (format_seconds(job.value_s), "bold"),
        f" ({format_seconds(job.low_s)} to {format_seconds(job.high_s)})",
    )


def _gate_sets(cost: CostEstimate) -> Iterator[Line]:
    """Say what fractional gates would save, or, where they are used, what the standard gate set costs."""
    other = cost.other_gate_set
    if other is None:
        return
    duration = format_seconds(other.circuit_duration_s)
    gates, time = format_count(other.num_2q), format_seconds(other.qpu_time_s)
    shots = "no number of shots" if other.shots_needed is None else f"{format_count(other.shots_needed)} shots"
    if not other.fractional_gates:
        yield Line(
            (
                f"With the standard gate set: {gates} two-qubit gates, longest path {duration}, {shots}"
                + ("" if other.shots_needed is None else f", QPU time {time}"),
            )
        )
    elif _saves(cost):
        now = cost.shots.needed
        instead = "no number" if now is None else format_count(now)
        yield Line(
            (
                f"With --fractional-gates: {gates} two-qubit gates instead of {format_count(cost.gates.num_2q)}, "
                f"longest path {duration} instead of {format_seconds(cost.time.circuit_duration_s)}, "
                f"{shots} instead of {instead}",
            )
        )


def _saves(cost: CostEstimate) -> bool:
    """Return whether the other gate set needs less time on the device."""
    other, time_s = cost.other_gate_set, cost.time.qpu_time_s
    if other is None or other.qpu_time_s is None:
        return False
    return time_s is None or other.qpu_time_s < time_s


def _shot_rows(cost: CostEstimate) -> Iterator[tuple[str, ...]]:
    time = cost.time
    gates_s = time.circuit_duration_s - (time.readout_s or 0.0)
    parts = [
        ("gates and waiting", gates_s),
        ("readout", time.readout_s),
        ("repetition delay", time.rep_delay_s if cost.backend.rep_delay_known else None),
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
    equivalence = cost.transpile.equivalence
    if equivalence is not None and equivalence.method == "mqt.qcec":
        yield "same as the circuit", "proved", f"by mqt.qcec {qcec_version()}"
    if equivalence is not None and not equivalence.proved:
        yield "same as the circuit", "not proved", equivalence.reason or ""


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
        where += ", " if where else ""
        dropped = f", weight {format_share(worst.truncated_weight)} truncated" if worst.truncated_weight else ""
        yield "worst attenuation", f"{worst.value:.3g}", f"{where}method {worst.method or shots.method}{dropped}"
    yield (
        "shot inflation",
        _times(shots.inflation_worst),
        f"worst; mean {_times(shots.inflation_mean)}" + _spread_text(cost),
    )
    per_basis = "" if shots.num_bases == 1 else f" in each of {format_count(shots.num_bases)} bases"
    yield "shots needed", format_count(shots.needed), f"by the {shots.rule} inflation{per_basis}"
    if shots.hardware is not None and shots.needed is not None:
        yield "error on hardware", _times(shots.hardware.factor), shots.hardware.remark
        mean = "" if shots.rule == "mean" else f"; × {shots.hardware.factor_mean:g} for the mean over the bits"
        yield "", "", f"{format_count(shots.needed_low)} to {_high(shots.needed_high)} shots{mean}"
    yield from _observable_rows(cost)


def _observable_rows(cost: CostEstimate) -> Iterator[tuple[str, ...]]:
    """Yield the precision of the job as requested, and what each observable needs."""
    error = cost.time.requested.standard_error
    if error is not None:
        shots = format_count(cost.time.requested.shots)
        yield (
            "standard error",
            f"{error:.3g}",
            f"of the worst observable with {shots} shots, divided by its attenuation",
        )
    named = [each for each in cost.shots.observables if each.num_terms > 1]
    for each in named[:_MOST_OBSERVABLES]:
        how = "in the circuit's own state" if each.state_known else "in an unknown state"
        yield each.name, _times(each.inflation), f"its inflation; variance {_number(each.variance)}/shots {how}"
    if len(named) > _MOST_OBSERVABLES:
        yield "", f"and {len(named) - _MOST_OBSERVABLES} more", "in the JSON"


def _high(shots: int | None) -> str:
    return "any number of" if shots is None else format_count(shots)


def _number(value: float | None) -> str:
    return "unbounded" if value is None else f"{value:.3g}"


def _paper_rows(cost: CostEstimate) -> Iterator[tuple[str, ...]]:
    if cost.paper is None:
        return
    paper = cost.paper
    yield (
        "log10 T_eff",
        f"{paper.log10_effective_time:.3f}",
        f"P_fail {paper.p_fail:.4g}, T_gate {format_seconds(paper.t_gate_s)}",
    )


def _infos(cost: CostEstimate) -> tuple[str, ...]:
    return tuple(
        finding.message for finding in cost.backend.findings if finding.severity == "info" and finding.code != "assumed"
    )


def _spread_text(cost: CostEstimate) -> str:
    spread = cost.spread.inflation_worst
    if spread is None or spread[0] is None or spread[1] is None or cost.spread.num_seeds < 2:
        return ""
    ranked_by = cost.spread.inflation_method
    by = "" if ranked_by == cost.shots.method else f", by {ranked_by}"
    return f"; over seeds {spread[0]:.3g} to {spread[1]:.3g}{by}"


def _range(limits: tuple[Any, Any], form: Callable[[Any], str]) -> str:
    low, high = limits
    return "" if low == high else f"over seeds {form(low)} to {form(high)}"


def _times(value: float | None) -> str:
    return "unbounded" if value is None else f"× {value:.3g}"


def _probability(value: float | None, log10: float) -> str:
    return f"{value:.3g}" if value is not None and value >= 1e-4 else f"10^{log10:.1f}"


def _listing(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, numbers[:12]))
    return shown if len(numbers) <= 12 else f"{shown}, … ({len(numbers)} qubits)"
