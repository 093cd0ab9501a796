"""A `ModelCost` as a page: the answer, where the time goes, the numbers behind it, what to treat with caution."""

from __future__ import annotations

from collections.abc import Iterator

from hwcost.core.text import one_line
from hwcost.core.units import format_age, format_count, format_seconds, format_share
from hwcost.models.record import ModelCost
from hwcost.report.page import BLANK, Block, Bullets, Line, Page, Piece, registered_page, section, warnings_block
from hwcost.report.rendering import bar


@registered_page.register
def _(cost: ModelCost) -> Page:
    return Page(title=cost.model.name, blocks=tuple(_blocks(cost)))


def _blocks(cost: ModelCost) -> Iterator[Block]:
    yield Line(((one_line(cost.model.name), "bold"), f", {cost.model.kind}, ", *_where(cost)))
    yield Line(("  " + _setting(cost),), style="dim")
    yield BLANK
    yield from _headline(cost)
    yield from _budget(cost)
    for title, rows in (
        ("Where the time goes", _part_rows(cost)),
        ("Quantum half", _quantum_rows(cost)),
        ("Classical half", _classical_rows(cost)),
        ("Mitigation and cutting", ((o.layer, o.method, o.detail) for o in cost.overheads)),
    ):
        yield from section(title, tuple(rows))
    yield Bullets("Assumed", cost.assumptions)
    yield warnings_block(cost.warnings)


def _where(cost: ModelCost) -> tuple[Piece, ...]:
    if cost.quantum.execution == "simulation":
        return ("circuits simulated on ", (cost.classical.device, "bold"))
    if not cost.estimates:
        return ("no circuits; on ", (cost.classical.device, "bold"))
    return ("circuits on ", (cost.estimates[0].backend.name, "bold"), ", the rest on ", (cost.classical.device, "bold"))


def _setting(cost: ModelCost) -> str:
    work = cost.workload
    parts = [f"scope {work.scope}"]
    if work.scope == "training":
        parts.append(f"{work.epochs} epoch{'s' if work.epochs > 1 else ''}")
    if work.scope in ("epoch", "training"):
        parts.append(f"{work.samples:,} samples")
    parts.append(f"batches of {work.batch_size:,}")
    if work.validation_samples:
        parts.append(f"{work.validation_samples:,} validation samples")
    if work.scope != "inference":
        parts.append(f"gradient by {cost.unified.gradient}")
    if cost.estimates:
        backend = cost.estimates[0].backend
        date = "" if backend.snapshot_date is None else f" of {backend.snapshot_date:%Y-%m-%d}"
        parts.append(f"calibration{date}, {format_age(backend.snapshot_age_days)}")
    if cost.model.inputs:
        parts.append(f"called with {' and '.join(one_line(each.text) for each in cost.model.inputs)}")
    return ", ".join(parts)


def _headline(cost: ModelCost) -> Iterator[Line]:
    unified = cost.unified
    if unified.time_s is None:
        yield Line(("Total: ", ("no number", "bold red"), ": the signal is gone in the noise"))
        return
    precise = "Total "
    if cost.quantum.job_time_s is not None and cost.estimates:
        shots = max(estimate.shots.noiseless for estimate in cost.estimates)
        requested = format_seconds(unified.requested_time_s)
        yield Line((f"As requested, {format_count(shots)} shots per circuit: ", (requested, "bold")))
        precise = "As precise as these shots without noise: "
    yield Line(
        (
            precise,
            (format_seconds(unified.time_s), "bold green"),
            f" ({format_seconds(unified.low_s)} to {format_seconds(unified.high_s)}), mostly {unified.dominant}",
        )
    )
    if unified.price is not None:
        yield Line(
            (
                f"Price {unified.price:,.2f} at {unified.price_per_second:g} per second of {cost.quantum.mode} time "
                f"({format_seconds(unified.billed_s)})",
            )
        )


def _budget(cost: ModelCost) -> Iterator[Line]:
    fit = cost.budget
    if fit is None or fit.count is None:
        return
    slow = "none" if not fit.count_if_slow else format_count(fit.count_if_slow)
    within = f"Within {format_seconds(fit.budget_s)}: "
    yield Line((within, (f"{format_count(fit.count)} {fit.unit}", "bold green"), f" ({slow} if it is slow)"))
    if fit.shots_per_circuit is None:
        return
    if not fit.shots_per_circuit:
        yield Line(("  all of the above does not fit with any number of shots",))
        return
    text = f"  all of the above fits with {format_count(fit.shots_per_circuit)} noiseless shots per circuit"
    if fit.standard_error_worst is not None and fit.standard_error_mean is not None:
        text += f": standard error {fit.standard_error_worst:.3g} worst, {fit.standard_error_mean:.3g} mean"
    yield Line((text,))


def _part_rows(cost: ModelCost) -> Iterator[tuple[str, ...]]:
    total = cost.unified.time_s
    for name, seconds in cost.unified.parts.items():
        share = seconds / total if total else 0.0
        yield name, format_seconds(seconds), f"{format_share(share):>7}  {bar(share)}"


def _quantum_rows(cost: ModelCost) -> Iterator[tuple[str, ...]]:
    quantum = cost.quantum
    for layer in cost.model.layers:
        each = layer.forward_per_sample + layer.gradient_per_sample
        yield (
            one_line(layer.name),
            format_count(each),
            f"circuits per sample, {layer.num_qubits} qubits: {'; '.join(layer.explanation)}",
        )
    if not cost.model.layers:
        return
    yield "circuits", format_count(quantum.num_circuits), f"{format_count(quantum.circuits_per_sample)} per sample"
    if quantum.execution == "simulation":
        yield "FLOPs of simulation", _size(quantum.flops), f"peak memory {_size(quantum.peak_memory_bytes)}B"
        return
    yield "shots", format_count(quantum.shots), f"{_mean(quantum.shots_per_circuit)} per circuit"
    inflation = "unbounded" if quantum.shot_inflation is None else f"× {quantum.shot_inflation:.3g}"
    yield "shot inflation", inflation, "because of noise"
    if quantum.shots_low is not None:
        high = "any number" if quantum.shots_high is None else format_count(quantum.shots_high)
        yield "error on hardware", "", f"{format_count(quantum.shots_low)} to {high} shots, if all circuits err one way"
    yield "jobs", format_count(quantum.num_jobs), f"of at most {format_count(quantum.circuits_per_job)} circuits"
    yield "QPU time", format_seconds(quantum.qpu_time_s), "shots × (circuit duration + repetition delay)"
    job = quantum.job_time_s
    if job is not None:
        yield (
            "time of the jobs",
            format_seconds(job.value),
            f"{format_seconds(job.low)} to {format_seconds(job.high)}, profile {job.profile}, without the queue",
        )
    for estimate in cost.estimates:
        gates, shots = estimate.gates, estimate.shots
        worst = "unbounded" if shots.inflation_worst is None else f"{shots.inflation_worst:.3g}"
        if shots.hardware is not None:
            worst += f" (× {shots.hardware.factor:g} either way on hardware)"
        yield (
            f"  {one_line(estimate.circuit.name)}",
            f"{format_seconds(estimate.time.shot_time_s)} a shot",
            f"{gates.num_2q} two-qubit gates, {estimate.routing.num_swaps} swaps, shots × {worst} for noise",
        )


def _classical_rows(cost: ModelCost) -> Iterator[tuple[str, ...]]:
    classical = cost.classical
    yield "FLOPs", _size(classical.flops), f"{_size(classical.flops_per_sample)} per sample"
    yield (
        "time",
        format_seconds(classical.time_s),
        f"{format_seconds(classical.low_s)} to {format_seconds(classical.high_s)} on {classical.device}",
    )
    if cost.model.num_parameters is not None:
        yield "parameters", format_count(cost.model.num_parameters), "trainable, without those of the circuits"
    for module in classical.uncounted:
        yield (
            "not in the FLOPs",
            one_line(module.name),
            f"{one_line(module.type_name)}, {format_share(module.share)} of the parameters",
        )


def _size(value: int | None) -> str:
    """Write a large count with a decimal prefix.

    Example:
        >>> _size(12_544), _size(3_456_000_000), _size(7)
        ('12.5 k', '3.46 G', '7 ')
    """
    if value is None:
        return "unknown "
    for factor, prefix in ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor:
            return f"{value / factor:.3g} {prefix}"
    return f"{value} "


def _mean(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.0f}"
