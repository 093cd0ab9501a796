"""What a reader of a job's cost must be told beside the numbers: assumptions, caveats, why it is a lower bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hwcost.core.caveat import JOB_TIME, Caveat
from hwcost.core.option_fields import flag_and_keyword
from hwcost.core.text import plural
from hwcost.core.units import format_seconds
from hwcost.estimation.caveats import device_caveats
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.vendors import is_ibm
from hwcost.primitives.counts import Run
from hwcost.primitives.layers import sampling_overhead
from hwcost.primitives.options import JobOptions
from hwcost.primitives.record import JobSeconds
from hwcost.primitives.seconds import TimedRun, job_time
from hwcost.primitives.timing import TimedCircuit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What the notes are made from.

    Attributes:
        options: The options, None for a program.
        conditions: Device and request.
        timed: The circuit of each PUB or item.
        runs: The circuits of the job.
        seconds: The time of the job.
    """

    options: JobOptions | None
    conditions: Conditions
    timed: Mapping[int, TimedCircuit]
    runs: Sequence[Run]
    seconds: JobSeconds


def assumptions(reader: Reader, why_formula: str | None, *, estimated: bool) -> Iterator[str]:
    """Yield what had to be assumed.

    Args:
        reader: The job.
        why_formula: Why the client did not count, None if it did or there was nothing to count.
        estimated: Whether the sampling overhead is an estimate.
    """
    conditions, options = reader.conditions, reader.options
    if conditions.rep_delay_assumption is not None:
        yield conditions.rep_delay_assumption
    calibration = conditions.device.audited.calibration
    yield from calibration.assumptions
    if not is_ibm(calibration):
        yield (
            f"{calibration.name} is not one of IBM's devices, and no primitive of IBM's runs there: costed are the "
            "circuits and shots that IBM's primitive would make of the job with these options, on this device; its "
            "maker's own client may send others"
        )
    if why_formula is not None:
        yield f"circuits are counted by formula, not by IBM's client ({why_formula})"
    if options is not None:
        yield from _of_options(reader, options, estimated=estimated)


def _of_options(reader: Reader, options: JobOptions, *, estimated: bool) -> Iterator[str]:
    if options.primitive == "estimator":
        readouts = [each.readout for each in reader.timed.values() if each.readout is not None]
        yield "all qubits are measured together at the end, behind one layer of one-qubit gates (basis and twirl)"
        if any(readout.layer_s is None for readout in readouts):
            yield "no one-qubit gate has a duration: the layer before the measurement counts as 0 s"
    if options.twirl_gates:
        yield "gates that twirl are merged into the circuit's own one-qubit gates and take no time of their own"
    if options.amplifier == "gate_folding" and any((factor - 1.0) % 2.0 for factor in options.noise_factors):
        yield "where only some gates are folded, these are spread evenly; the client draws them at random"
    if options.dynamical_decoupling:
        yield "dynamical decoupling fills waiting times and makes no circuit longer"
    for name in options.forced:
        yield f"{name} is off in the options, but mitigation needs it and switches it on"
    if options.processing == "server":
        yield "counts follow IBM's documentation of the options; the server prepares the circuits and may do otherwise"
        if options.measure_mitigation and options.learning_shots == "auto":
            yield "circuits that learn the readout have as many shots as those of the computation (automatic)"
    if estimated:
        overheads = [sampling_overhead(each.isa)[0] for each in reader.timed.values()]
        yield (
            f"sampling overhead of PEC estimated from calibrated gate errors (γ² {min(overheads):.3g} to "
            f"{max(overheads):.3g}, exp(5 Σ error)); the interval reaches from no overhead to the limit of the options"
        )
    if any(run.purpose == "noise learning" for run in reader.runs):
        yield (
            "layers of two-qubit gates are found gate by gate, as early as possible; each is learned in 9 bases at the "
            "depths of the options"
        )


def caveats(reader: Reader, timed_runs: Sequence[TimedRun]) -> Iterator[Caveat]:
    """Yield what to treat with caution."""
    yield from device_caveats(reader.conditions)
    for index, each in reader.timed.items():
        for note in each.isa.notes:
            yield Caveat("isa", f"{_place(reader)} {index}: {note}")
    yield from _unloaded(reader)
    options = reader.options
    if options is not None and options.max_execution_time_s is not None:
        limit_s = options.max_execution_time_s
        if reader.seconds.high_s > limit_s:
            sure = "is" if reader.seconds.low_s > limit_s else "may be"
            yield Caveat(
                "max_execution_time",
                f"the job {sure} cancelled before it is done: max_execution_time is {limit_s} s, and it takes "
                f"{format_seconds(reader.seconds.low_s)} to {format_seconds(reader.seconds.high_s)}",
            )
    known = all(sampling_overhead(each.isa)[1] for each in reader.timed.values())
    if options is not None and options.pec and not known:
        yield Caveat("pec_errors", "the error of some two-qubit gates is unknown; they count as perfect in γ²")
    for note in job_time(timed_runs, reader.conditions).notes:
        yield Caveat(JOB_TIME, f"job time: {note}")


def _unloaded(reader: Reader) -> Iterator[Caveat]:
    """Say what it would add if circuits that differ in angles were loaded one by one."""
    included = [run for run in reader.runs if run.in_job]
    circuits = sum(run.num_circuits for run in included)
    templates = sum(run.num_templates for run in included)
    each = reader.conditions.request.profile.parameter("c_circuit")
    if circuits > templates and each is not None and each.value > 0.0:
        yield Caveat(
            "loading",
            f"{circuits:,} circuits differ in angles alone from {plural(templates, 'circuit')}, which "
            f"{'is' if templates == 1 else 'are'} loaded; IBM's rule for usage "
            "charges nothing for the rest, but no such job was timed: loading each by itself would add up to "
            f"{format_seconds((circuits - templates) * each.value)}",
        )


def lower_bound(reader: Reader, *, estimated: bool) -> Iterator[str]:
    """Yield why the time of a job is a lower bound."""
    options = reader.options
    if any(not run.in_job for run in reader.runs):
        yield "the noise of the layers is learned by a job of its own, which must come before and is not in the time"
    if options is not None and options.needs_noise_model and options.processing == "server" and options.has_noise_model:
        yield "layers that the noise model lacks would be learned too"
    if estimated:
        yield "crosstalk and idle qubits, which learned layers contain, add to the sampling overhead of PEC"
    if any("latency" in note for each in reader.timed.values() for note in each.isa.notes):
        yield "the latency of classical decisions (control flow) is not in the calibration"
    unknown = any(
        each.readout.measure_s is None if each.readout is not None else not each.isa.readout_duration_known
        for each in reader.timed.values()
    )
    if unknown:
        yield f"the readout time is unknown and left out; {flag_and_keyword('readout_duration_s')} gives it"


def _place(reader: Reader) -> str:
    return "item" if reader.options is None else "PUB"
