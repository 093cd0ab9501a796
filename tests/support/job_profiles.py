"""Small job-time profiles with round constants."""

from __future__ import annotations

from dataclasses import replace

from hwcost.jobs.interval import JobTimeInterval
from hwcost.jobs.profile import JobTimeParameter, JobTimeProfile
from hwcost.jobs.terms import TERMS


def parameter(name: str, value: float) -> JobTimeParameter:
    return JobTimeParameter(name=name, value=value, unit=TERMS[name].unit, low=0.9 * value, high=1.1 * value)


def profile(*parameters: JobTimeParameter, **changes: object) -> JobTimeProfile:
    base = JobTimeProfile(
        name="test",
        source="made up",
        device="ibm_here",
        parameters=parameters,
        interval=JobTimeInterval(nominal=0.9, low_s=0.3, low_share=0.1, high_s=0.4, high_share=0.2, source="made up"),
        ranges={},
    )
    return replace(base, **changes)  # type: ignore[arg-type]


KNOWN = profile(parameter("t0", 0.5), parameter("c_circuit", 0.1), parameter("c_instruction", 1e-5))
FITTED = profile(
    parameter("t0", 0.8),
    parameter("tau", 400e-6),
    parameter("layer_time", 1e-6),
    parameter("qubit_layer_time", 2e-7),
    parameter("c_qubit", 0.01),
    repetition="fitted",
    circuit_time="fitted",
)
