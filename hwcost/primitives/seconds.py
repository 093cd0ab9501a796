"""Seconds of a job from its runs: `job_seconds`."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

from hwcost.estimation.conditions import Conditions
from hwcost.jobs.predict import JobTime, predict
from hwcost.jobs.size import JobSize
from hwcost.jobs.terms import TERMS
from hwcost.primitives.counts import Run
from hwcost.primitives.options import JobOptions
from hwcost.primitives.record import JobSeconds, RunCost
from hwcost.primitives.timing import TimedCircuit


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedRun:
    """Circuits with one purpose, and the size of one of them.

    Attributes:
        run: The circuits.
        duration_s: Seconds of one shot without the repetition delay.
        num_instructions: Instructions of one circuit.
        depth: Its depth.
        num_qubits: Its width before compilation.
    """

    run: Run
    duration_s: float
    num_instructions: int
    depth: int
    num_qubits: int

    @classmethod
    def of(cls, run: Run, circuit: TimedCircuit, options: JobOptions | None, conditions: Conditions) -> TimedRun:
        """Return a run of a circuit, its noise amplified as the run says; a program's circuits are so already."""
        factor = None if options is None else run.noise_factor
        instructions, depth = circuit.size(factor, options)
        return cls(
            run=run,
            duration_s=circuit.duration_s(factor, options),
            num_instructions=instructions,
            depth=depth,
            num_qubits=circuit.num_logical_qubits,
        )


def run_cost(timed: TimedRun, conditions: Conditions) -> RunCost:
    """Return what a report says of a run."""
    run = timed.run
    return RunCost(
        purpose=run.purpose,
        pub=run.pub,
        noise_factor=run.noise_factor,
        num_circuits=run.num_circuits,
        shots=run.shots,
        executions=run.executions,
        circuit_duration_s=timed.duration_s,
        qpu_time_s=run.executions * (timed.duration_s + conditions.rep_delay_s),
        in_job=run.in_job,
    )


def job_size(runs: Sequence[TimedRun], conditions: Conditions) -> JobSize:
    """Return the size of a job as a job-time profile reads it.

    Circuits that differ in angles alone (randomizations, parameter sets, bases) are loaded once, as one circuit whose
    shots are those of all of them.
    """
    templates = sum(each.run.num_templates for each in runs)
    executions = sum(each.run.executions for each in runs)
    return JobSize(
        shots=executions / templates,
        num_circuits=templates,
        rep_delay_s=conditions.rep_delay_s,
        total_circuit_duration_s=math.fsum(each.run.executions * each.duration_s for each in runs)
        / executions
        * templates,
        total_shots_time_s=math.fsum(each.run.executions * (each.duration_s + conditions.rep_delay_s) for each in runs),
        total_instructions=sum(each.run.num_templates * each.num_instructions for each in runs),
        total_depth=sum(each.run.num_templates * each.depth for each in runs),
        num_qubits=max(each.num_qubits for each in runs),
        **conditions.run_on,
    )


def job_time(runs: Sequence[TimedRun], conditions: Conditions) -> JobTime:
    """Predict the time of a job of these runs; those that belong to another job are left out."""
    return predict(conditions.request.profile, job_size([each for each in runs if each.run.in_job], conditions))


def job_seconds(runs: Sequence[TimedRun], conditions: Conditions) -> JobSeconds:
    """Return the seconds of a job, by part and by purpose."""
    included = [each for each in runs if each.run.in_job]
    predicted = job_time(runs, conditions)
    in_shots_s = math.fsum(
        seconds for name, seconds in predicted.parts.items() if name not in TERMS or TERMS[name].scope == "shot"
    )
    delay_s = math.fsum(each.run.executions * conditions.rep_delay_s for each in included)
    circuits_s = math.fsum(each.run.executions * each.duration_s for each in included)
    qpu_time_s = delay_s + circuits_s
    # Profiles that fit the time between shots do not split it as the calibration does: same shares, their total.
    scale = in_shots_s / qpu_time_s if qpu_time_s else 0.0
    purposes: dict[str, float] = {}
    for each in included:
        name = purpose_text(each.run)
        seconds = each.run.executions * (each.duration_s + conditions.rep_delay_s)
        purposes[name] = purposes.get(name, 0.0) + scale * seconds
    return JobSeconds(
        value_s=predicted.value_s,
        low_s=predicted.low_s,
        high_s=predicted.high_s,
        nominal=predicted.nominal,
        profile=predicted.profile,
        qpu_time_s=qpu_time_s,
        parts={
            "repetition delay": scale * delay_s,
            "circuits": scale * circuits_s,
            "job overhead": predicted.value_s - in_shots_s,
        },
        purposes=purposes,
    )


def purpose_text(run: Run) -> str:
    """Write what circuits are for, with their noise factor."""
    return run.purpose if run.noise_factor is None else f"{run.purpose}, noise × {run.noise_factor:g}"


def widened(seconds: JobSeconds, ends: Sequence[JobSeconds]) -> JobSeconds:
    """Return the same prediction with an interval that reaches over those of other jobs."""
    return dataclasses.replace(
        seconds,
        low_s=min(seconds.low_s, *(end.low_s for end in ends)),
        high_s=max(seconds.high_s, *(end.high_s for end in ends)),
    )
