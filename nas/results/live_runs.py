"""A network's compiled circuits as jobs of a live device: what they will cost, consent to it, and the jobs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

import hwcost
from hwcost.core.durations import parse_duration_s
from hwcost.core.text import plural
from nas.core.errors import SettingError
from nas.results.device_runs import Outputs, Progress, outputs_of_bits, stacked_outputs
from nas.results.evaluation_record import LiveJob, LiveRun
from nas.results.live_store import SentJobRecord, check_kept, keep_job

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from hwcost import CostEstimate, Device, JobCost, LiveBackend, SentJob
    from nas.architectures.record import Architecture
    from nas.runs.noisy import OutputNoise

    Floats = NDArray[np.float64]

Told: TypeAlias = Callable[[Literal["plan", "sent", "status", "lost"], str], None]
"""Called with what a line is about, and the line."""

SHOTS_PER_JOB = 10_000_000
"""Shots of all circuits together that IBM takes in one job of the Sampler."""

JOB_TIME_S = 10_800
"""No job of IBM's runs for longer, whatever its own limit."""

TAG = "nas-evaluate"


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePlan:
    """Jobs for a live device, and the QPU time that they are predicted to take.

    Attributes:
        device: Its name.
        shots: Of each circuit.
        circuits: Number of circuits of each job.
        times_s: Prediction for each job: value, lower end, upper end.
        nominal: Share of jobs that such an interval is meant to contain.
        is_lower_bound: Whether something that takes time is not known.
    """

    device: str
    shots: int
    circuits: tuple[int, ...]
    times_s: tuple[tuple[float, float, float], ...]
    nominal: float
    is_lower_bound: bool

    @property
    def total_s(self) -> tuple[float, float, float]:
        """Return value, lower and upper end for all jobs; jobs of one kind err alike, so ends are added."""
        value, low, high = (math.fsum(times) for times in zip(*self.times_s, strict=True))
        return value, low, high

    @property
    def needed_s(self) -> int:
        """Return the upper ends in whole seconds, which is what IBM takes as a limit of a job."""
        return sum(_whole_seconds(high) for _, _, high in self.times_s)

    def limits_s(self, max_time_s: float) -> tuple[int, ...]:
        """Divide a limit for everything, at least `needed_s`: to each job its upper end and a share of the rest.

        >>> plan = LivePlan(device="d", shots=1, circuits=(2, 1), times_s=((3, 2, 4.5), (2, 1, 3)), nominal=0.9,
        ...                 is_lower_bound=False)
        >>> plan.needed_s, plan.limits_s(8.0), plan.limits_s(20.0)
        (8, (5, 3), (12, 7))
        """
        needs = [_whole_seconds(high) for _, _, high in self.times_s]
        spare_s = max_time_s - sum(needs)
        return tuple(min(need + int(spare_s * need / sum(needs)), JOB_TIME_S) for need in needs)

    def __str__(self) -> str:
        value, low, high = self.total_s
        work = f"{plural(sum(self.circuits), 'circuit', digits=',')} of {plural(self.shots, 'shot', digits=',')}"
        jobs = plural(len(self.circuits), "job")
        least = "at least " if self.is_lower_bound else ""
        time = f"{least}{value:.3g} s of QPU time ({low:.3g} to {high:.3g} s)"
        return f"{work} in {jobs} on {self.device}, predicted to take {time}"


def plan_jobs(estimate: CostEstimate, device: Device, num_circuits: int, shots: int) -> LivePlan:
    """Divide circuits into as few jobs as IBM takes, and predict the QPU time of each with `hwcost.estimate_job`.

    Args:
        estimate: Of the network's circuit on the device.
        device: The device.
        num_circuits: Samples, each a set of values of the compiled circuit.
        shots: Of each.

    Raises:
        SettingError: One circuit alone may take longer than a job can.
    """
    most = _most_circuits(estimate, device, min(num_circuits, max(1, SHOTS_PER_JOB // shots)), shots)
    full, rest = divmod(num_circuits, most)
    circuits = (most,) * full + ((rest,) if rest else ())
    costs = {count: _cost(estimate, device, count, shots) for count in set(circuits)}
    return LivePlan(
        device=estimate.backend.name,
        shots=shots,
        circuits=circuits,
        times_s=tuple((time.value_s, time.low_s, time.high_s) for time in (costs[count].time for count in circuits)),
        nominal=costs[circuits[0]].time.nominal,
        is_lower_bound=costs[circuits[0]].is_lower_bound,
    )


def _most_circuits(estimate: CostEstimate, device: Device, most: int, shots: int) -> int:
    """Return how many circuits a job may have, at most so many, for the upper end of its time to be within the limit."""
    while (high_s := _cost(estimate, device, most, shots).time.high_s) > JOB_TIME_S:
        if most == 1:
            raise SettingError(
                f"nothing was sent, because a circuit of {shots:,} shots may take {high_s:,.0f} s on "
                f"{estimate.backend.name}, and IBM ends a job after {JOB_TIME_S:,} s; take fewer --shots"
            )
        most = max(1, min(most - 1, int(most * JOB_TIME_S / high_s)))
    return most


def _cost(estimate: CostEstimate, device: Device, num_circuits: int, shots: int) -> JobCost:
    circuit = estimate.isa_circuit
    # The time of a circuit is the same for all angles.
    pub = (circuit, np.zeros((num_circuits, circuit.num_parameters)))
    return hwcost.estimate_job([pub], device, primitive="sampler", shots=shots, processing="server", count="formula")


def parse_limit_s(max_qpu_time: float | str | None) -> float | None:
    """Return the seconds of a limit such as `2min`; None for none.

    Raises:
        SettingError: It is no duration.
    """
    if max_qpu_time is None:
        return None
    try:
        return parse_duration_s(max_qpu_time, name="max_qpu_time")
    except hwcost.InputError as error:
        raise SettingError(str(error)) from None


def require_consent(plan: LivePlan, max_time_s: float | None, remaining_s: float | None) -> float:
    """Return the limit, if there is one and the jobs are predicted to stay within it.

    Args:
        plan: The jobs.
        max_time_s: QPU seconds that the user allows; None if nothing was said.
        remaining_s: QPU seconds that the account may still use; None if not known.

    Raises:
        SettingError: There is no limit, or the upper end of the prediction is beyond it, or beyond what remains.
    """
    nothing, less = "nothing was sent, because", "or take less: fewer --shots or --max-samples"
    if max_time_s is None:
        raise SettingError(
            f"{nothing} it is billed: {plan}; allow it with --max-qpu-time {plan.needed_s}s, after which IBM "
            f"is told to cancel, {less}"
        )
    if plan.needed_s > max_time_s:
        raise SettingError(
            f"{nothing} --max-qpu-time is {max_time_s:g} s: {plan}; allow {plan.needed_s}s or more, {less}"
        )
    if remaining_s is not None and plan.needed_s > remaining_s:
        raise SettingError(
            f"{nothing} the account's instance has {remaining_s:g} s of QPU time left: {plan}; wait for more, {less}"
        )
    return max_time_s


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWork:
    """What is run, and where it is noted.

    Attributes:
        folder: Of the run.
        live: The device.
        member: Number of the member.
        architecture_hash: Its hash.
        part: Part of the data whose first samples are run.
        estimate: Of the network's circuit.
        plan: The jobs.
        max_time_s: QPU seconds that were allowed.
    """

    folder: Path
    live: LiveBackend
    member: int
    architecture_hash: str
    part: str
    estimate: CostEstimate
    plan: LivePlan
    max_time_s: float


def run_live(
    work: LiveWork,
    architecture: Architecture,
    noise: OutputNoise,
    values: Floats,
    *,
    told: Told | None = None,
    progress: Progress | None = None,
) -> tuple[Outputs, LiveRun]:
    """Send the jobs, wait for all of them, and return what was measured.

    The identifier of each job is told, and kept in the run's folder, as soon as IBM has taken it.

    Args:
        work: What was planned and allowed.
        architecture: The network.
        noise: Of its outputs, for the mitigation.
        values: (samples, parameters), of the compiled circuit.
        told: Hears of the jobs.
        progress: Called with circuits done, circuits in all.

    Raises:
        InputError: A job cannot be sent, or fails.
        RunError: The run's folder cannot be written to; nothing was sent.
    """
    tell: Told = told or _silent
    check_kept(work.folder)
    queue = plural(work.live.pending_jobs, "job", digits=",")
    tell("plan", f"sending {work.plan}, at most {work.max_time_s:g} s allowed; {queue} in its queue")
    sent: list[SentJob] = []
    found: list[tuple[Floats, Floats]] = []
    jobs: list[LiveJob] = []
    try:
        for start, stop, limit_s in _parts(work):
            _send(work, values[start:stop], start, limit_s, sent, tell)
        for job in sent:
            bits = job.bits(partial(_tell_status, tell, job.job_id)).astype(np.int64)
            found += [outputs_of_bits(architecture, noise, shots, np.ones(len(shots))) for shots in bits]
            jobs.append(LiveJob(job_id=job.job_id, num_circuits=job.num_circuits, qpu_time_s=job.quantum_s()))
            if progress is not None:
                progress(len(found), len(values))
    except KeyboardInterrupt:
        tell("lost", _lost(work.plan, sent))
        raise
    value, low, high = work.plan.total_s
    run = LiveRun(
        jobs=tuple(jobs),
        predicted_s=value,
        predicted_low_s=low,
        predicted_high_s=high,
        nominal=work.plan.nominal,
        max_time_s=work.max_time_s,
    )
    return stacked_outputs(found), run


def _silent(kind: str, line: str) -> None:
    """Hear nothing."""


def _tell_status(told: Told, job_id: str, status: str) -> None:
    told("status", f"job {job_id}: {status.lower()}")


def _parts(work: LiveWork) -> list[tuple[int, int, int]]:
    """Return first circuit, end and limit of each job."""
    ends = np.cumsum(work.plan.circuits).tolist()
    starts = [0, *ends[:-1]]
    return list(zip(starts, ends, work.plan.limits_s(work.max_time_s), strict=True))


def _send(work: LiveWork, values: Floats, start: int, limit_s: int, sent: list[SentJob], tell: Told) -> None:
    """Send a job; it is among those that were sent before anything else can go wrong."""
    shots = work.plan.shots
    sent.append(work.live.send(work.estimate.isa_circuit, values, shots=shots, max_time_s=limit_s, tags=(TAG,)))
    job = sent[-1]
    circuits = plural(len(values), "circuit", digits=",")
    tell("sent", f"job {job.job_id} is at IBM: {circuits}, at most {limit_s} s of QPU time")
    keep_job(
        work.folder,
        SentJobRecord(
            job_id=job.job_id,
            device=work.live.name,
            sent=datetime.now(UTC).isoformat(timespec="seconds"),
            member=work.member,
            architecture=work.architecture_hash,
            part=work.part,
            first_sample=start,
            num_circuits=len(values),
            shots=shots,
            max_time_s=limit_s,
        ),
    )


def _lost(plan: LivePlan, sent: Sequence[SentJob]) -> str:
    unsure = (
        "" if len(sent) == len(plan.circuits) else f"; a job that was being sent may be there too, with the tag {TAG}"
    )
    if not sent:
        return f"stopped before IBM said that it took a job{unsure}"
    ids = ", ".join(job.job_id for job in sent)
    return (
        f"stopped; this evaluation is lost, but {plural(len(sent), 'job')} at IBM may run and be billed: {ids}{unsure}"
        f"; `QiskitRuntimeService().job({sent[0].job_id!r}).cancel()` ends one"
    )


def _whole_seconds(seconds: float) -> int:
    return max(1, math.ceil(seconds))
