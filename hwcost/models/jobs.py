"""Seconds of a model's circuits on a device: how they are packed into jobs, and what the jobs' time is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hwcost.jobs.predict import predict
from hwcost.jobs.profile import JobTimeProfile
from hwcost.jobs.size import JobSize
from hwcost.jobs.terms import TERMS
from hwcost.models.mitigation.cost import CalibrationRun
from hwcost.models.record import JobTimes
from hwcost.models.workload import Workload

_ROUNDING = 1e-12

DEFAULT_CIRCUITS_PER_JOB = 300
"""Circuits in one job where the user gives no limit: the limit that 26 of the 60 fake backends report, the smallest but
one of theirs (75, 300, 900, 3000)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One circuit of the model as the device runs it, mitigation and cutting included; means over a layer's circuits.

    Attributes:
        num_circuits: Circuits that are sent for it.
        num_shots: Shots of all of them together.
        num_noiseless_shots: Shots that a noiseless device would need.
        qpu_time_s: Σ shots · shot time.
        circuit_part_s: Of that, circuits running, at noiseless shots and without mitigation.
        delay_part_s: Of that, repetition delays, at noiseless shots and without mitigation.
        noise_part_s: Of that, further shots because of noise.
        duration_s: Σ over the sent circuits of their duration.
        num_instructions: Σ over the sent circuits of their instructions.
        depth: Σ over the sent circuits of their depth.
        num_qubits: Width of the widest.
        rep_delay_s: Repetition delay.
    """

    num_circuits: float
    num_shots: float
    num_noiseless_shots: float
    qpu_time_s: float
    circuit_part_s: float
    delay_part_s: float
    noise_part_s: float
    duration_s: float
    num_instructions: float
    depth: float
    num_qubits: int
    rep_delay_s: float

    @property
    def overhead_part_s(self) -> float:
        """Of the QPU time, what mitigation and cutting add."""
        rest_s = self.qpu_time_s - self.circuit_part_s - self.delay_part_s - self.noise_part_s
        # Without mitigation and cutting the parts are the whole, but for rounding.
        return rest_s if rest_s > _ROUNDING * self.qpu_time_s else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRuns:
    """How often one layer runs in one pass of one sample.

    Attributes:
        execution: One of its circuits.
        calls: Evaluations one after the other in a forward pass.
        forward: Circuits of a forward pass.
        gradient: Further circuits of a gradient.
    """

    execution: Execution
    calls: int
    forward: int
    gradient: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsTotal:
    """All jobs of a workload.

    Attributes:
        num_circuits: Circuits sent.
        num_shots: Shots.
        num_noiseless_shots: Shots of a noiseless device.
        num_jobs: Jobs.
        qpu_time_s: Σ shots · shot time.
        job_times: Seconds with the overhead of jobs.
        parts: The same by cause.
        notes: What the job-time profile has to say.
    """

    num_circuits: int
    num_shots: int
    num_noiseless_shots: int
    num_jobs: int
    qpu_time_s: float
    job_times: JobTimes
    parts: Mapping[str, float]
    notes: tuple[str, ...]


def total_jobs(
    layers: Sequence[LayerRuns],
    work: Workload,
    profile: JobTimeProfile,
    *,
    circuits_per_job: int,
    device: str,
    processor: str | None = None,
    year: int | None = None,
    once: Sequence[CalibrationRun] = (),
) -> JobsTotal:
    """Sum what all passes of a workload take on the device.

    The circuits of one call of one layer for all samples of a batch go together, in as many jobs as the limit makes
    necessary; so do the circuits of a layer's gradient. Calls, layers, forward and gradient, and batches follow each
    other, because each needs the results before it. Intervals of jobs are added as if all erred in one direction.

    Args:
        layers: The model's layers.
        work: What is run.
        profile: Job-time profile.
        circuits_per_job: Most circuits of one job.
        device: Name of the device.
        processor: Its processor.
        year: Year of its calibration.
        once: What mitigation measures once, before everything else.
    """
    groups: dict[tuple[int, int], int] = {}
    for batch in work.batches:
        for index, layer in enumerate(layers):
            # A call's circuits cannot wait for those of the next call.
            sizes = [batch.size * layer.forward // layer.calls] * layer.calls if layer.calls else []
            if batch.training and layer.gradient:
                sizes.append(batch.size * layer.gradient)
            for size in sizes:
                groups[index, size] = groups.get((index, size), 0) + batch.count
    total = _Sum(profile, {"device": device, "processor": processor, "year": year})
    for (index, size), times in groups.items():
        execution = layers[index].execution
        # Circuits that belong together (noise factors, subcircuits) may be split over jobs; only their number counts.
        sent = math.ceil(size * execution.num_circuits - 1e-9)
        full, rest = divmod(sent, circuits_per_job)
        if full:
            total.add(execution, circuits_per_job, full * times)
        if rest:
            total.add(execution, rest, times)
    for run in once if groups else ():
        measured = _calibration_execution(run, layers[0].execution)
        full, rest = divmod(run.num_circuits, circuits_per_job)
        if full:
            total.add(measured, circuits_per_job, full)
        if rest:
            total.add(measured, rest, 1)
    return total.result()


def _calibration_execution(run: CalibrationRun, like: Execution) -> Execution:
    """Return the execution of a calibration's circuits; their size and depth are those of a circuit of the model."""
    return Execution(
        num_circuits=run.num_circuits,
        num_shots=run.shots,
        num_noiseless_shots=0.0,
        qpu_time_s=run.time_s,
        circuit_part_s=0.0,
        delay_part_s=0.0,
        noise_part_s=0.0,
        duration_s=max(0.0, run.time_s / run.shots - like.rep_delay_s) * run.num_circuits,
        num_instructions=like.num_instructions / like.num_circuits * run.num_circuits,
        depth=like.depth / like.num_circuits * run.num_circuits,
        num_qubits=like.num_qubits,
        rep_delay_s=like.rep_delay_s,
    )


class _Sum:
    """Jobs added up."""

    def __init__(self, profile: JobTimeProfile, run_on: Mapping[str, Any]):
        self._profile, self._run_on = profile, run_on
        self._counts = dict.fromkeys(("circuits", "jobs"), 0)
        self._shots = self._noiseless = 0.0
        self._times = {"qpu": 0.0, "value": 0.0, "low": 0.0, "high": 0.0}
        self._parts: dict[str, float] = {}
        self._notes: dict[str, None] = {}

    def add(self, execution: Execution, size: int, times: int) -> None:
        """Add `times` jobs of `size` circuits."""
        share = size / execution.num_circuits
        qpu_time_s = execution.qpu_time_s * share
        job_size = JobSize(
            shots=execution.num_shots / execution.num_circuits,
            num_circuits=size,
            rep_delay_s=execution.rep_delay_s,
            total_circuit_duration_s=execution.duration_s * share,
            total_shots_time_s=qpu_time_s,
            total_instructions=execution.num_instructions * share,
            total_depth=execution.depth * share,
            num_qubits=execution.num_qubits,
            **self._run_on,
        )
        job = predict(self._profile, job_size)
        self._counts["circuits"] += size * times
        self._counts["jobs"] += times
        self._shots += execution.num_shots * share * times
        self._noiseless += execution.num_noiseless_shots * share * times
        for name, seconds in (("qpu", qpu_time_s), ("value", job.value_s), ("low", job.low_s), ("high", job.high_s)):
            self._times[name] += seconds * times
        self._notes.update(dict.fromkeys(job.notes))
        in_shots_s = math.fsum(s for name, s in job.parts.items() if name not in TERMS or TERMS[name].scope == "shot")
        # Profiles that fit the time between shots do not split it as the calibration does: same shares, their total.
        scale = in_shots_s / execution.qpu_time_s if execution.qpu_time_s else 0.0
        for name, seconds in (
            ("circuits", execution.circuit_part_s * scale),
            ("repetition delay", execution.delay_part_s * scale),
            ("shots for noise", execution.noise_part_s * scale),
            ("mitigation and cutting", execution.overhead_part_s * scale),
            ("job overhead", job.value_s - in_shots_s),
        ):
            self._parts[name] = self._parts.get(name, 0.0) + seconds * times

    def result(self) -> JobsTotal:
        """Return the sums."""
        return JobsTotal(
            num_circuits=self._counts["circuits"],
            num_shots=round(self._shots),
            num_noiseless_shots=round(self._noiseless),
            num_jobs=self._counts["jobs"],
            qpu_time_s=self._times["qpu"],
            job_times=JobTimes(
                value=self._times["value"],
                low=self._times["low"],
                high=self._times["high"],
                nominal=self._profile.interval.nominal,
                profile=self._profile.name,
            ),
            parts=self._parts,
            notes=tuple(self._notes),
        )
