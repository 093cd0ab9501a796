"""Jobs of a network's circuits on a live device, before they are sent: what they will cost, and consent to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import hwcost
from hwcost.core.durations import parse_duration_s
from hwcost.core.text import plural
from nas.core.errors import SettingError

if TYPE_CHECKING:
    from hwcost import CostEstimate, Device, JobCost

SHOTS_PER_JOB = 10_000_000
"""Shots of all circuits together that IBM takes in one job of the Sampler."""

JOB_TIME_S = 10_800
"""No job of IBM's runs for longer, whatever its own limit."""


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
    """Return how many circuits a job may have, at most so many, for its time to be within the limit."""
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


def _whole_seconds(seconds: float) -> int:
    return max(1, math.ceil(seconds))
