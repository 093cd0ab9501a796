"""The answer for a job as it is submitted: `JobCost`, a frozen record with all that `hwcost estimate-job` reports."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from hwcost.core.caveat import Caveat, texts
from hwcost.core.plain import to_plain
from hwcost.estimation.record import BackendInfo
from hwcost.primitives.counts import Purpose
from hwcost.primitives.options import JobOptions
from hwcost.report.result import Result

SCHEMA = "hwcost.job/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PubInfo:
    """One PUB, or one item of a program.

    Attributes:
        index: Its number in the job, from 0.
        circuit: Name of its circuit.
        num_qubits: Width of the circuit as given.
        num_parameters: Free parameters.
        shape: Shape of its result.
        num_parameter_sets: Parameter sets.
        num_observables: Observables, 0 where there are none to count.
        max_bases: Most measurement bases of one parameter set, None where there are no observables.
        num_configurations: Pairs of a parameter set and a basis.
        shots: Shots of one configuration, before they are divided over randomizations.
        precision: Standard error that was asked for, None where shots were.
        circuit_duration_s: Of one shot without the repetition delay, noise not amplified.
        num_2q: Two-qubit gates of its ISA circuit.
    """

    index: int
    circuit: str
    num_qubits: int
    num_parameters: int
    shape: tuple[int, ...]
    num_parameter_sets: int
    num_observables: int
    max_bases: int | None
    num_configurations: int
    shots: int
    precision: float | None
    circuit_duration_s: float
    num_2q: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCost:
    """Circuits with one purpose, all of the same length and with the same shots.

    Attributes:
        purpose: What they are for.
        pub: Number of their PUB, None where they serve all.
        noise_factor: Factor by which noise is amplified, None without zero-noise extrapolation.
        num_circuits: Circuits as they are run: randomizations, parameter sets and bases count.
        shots: Shots of each.
        executions: Shots of all of them.
        circuit_duration_s: Seconds of one shot without the repetition delay.
        qpu_time_s: executions × (circuit_duration_s + repetition delay).
        in_job: Whether they are part of this job and of its totals.
    """

    purpose: Purpose
    pub: int | None
    noise_factor: float | None
    num_circuits: int
    shots: int
    executions: int
    circuit_duration_s: float
    qpu_time_s: float
    in_job: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSeconds:
    """Seconds of the job, waiting in the queue excluded.

    Attributes:
        value_s: The prediction.
        low_s: Lower end of the interval.
        high_s: Upper end of the interval.
        nominal: Share of jobs that the interval is meant to contain.
        profile: Job-time profile.
        qpu_time_s: Σ executions × (circuit duration + repetition delay).
        parts: `repetition delay`, `circuits` and `job overhead`; they add up to `value_s`.
        purposes: Seconds of each purpose and noise factor; with the overhead they add up to `value_s`.
    """

    value_s: float
    low_s: float
    high_s: float
    nominal: float
    profile: str
    qpu_time_s: float
    parts: Mapping[str, float]
    purposes: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCost(Result):
    """The cost of one job of the Estimator, the Sampler or the Executor. Times in seconds.

    Attributes:
        primitive: Which primitive.
        counted_by: `client` where IBM's own client prepared the job, `formula`, or `program` for a `QuantumProgram`.
        client: Version of qiskit-ibm-runtime that counted, None without.
        backend: The calibration, with assumptions and caveats.
        options: The primitive's options with defaults filled in, None for a program.
        pubs: The PUBs.
        runs: Circuits by PUB, purpose and noise factor.
        num_circuits: Circuits of the job.
        executions: Shots of the job.
        time: Seconds of the job.
        lower_bound: Why the time is a lower bound, one line for each reason; empty where it is none.
    """

    primitive: Literal["estimator", "sampler", "executor"]
    counted_by: Literal["client", "formula", "program"]
    client: str | None
    backend: BackendInfo
    options: JobOptions | None
    pubs: tuple[PubInfo, ...]
    runs: tuple[RunCost, ...]
    num_circuits: int
    executions: int
    time: JobSeconds
    lower_bound: tuple[str, ...]

    @property
    def is_lower_bound(self) -> bool:
        """Whether something that takes time is not known."""
        return bool(self.lower_bound)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What had to be assumed."""
        return self.backend.assumptions

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """What to treat with caution."""
        return self.backend.caveats

    @property
    def warnings(self) -> tuple[str, ...]:
        """The lines of the caveats, each once."""
        return texts(self.backend.caveats)

    def to_dict(self) -> dict[str, Any]:
        """Return plain dictionaries, lists, text and numbers, with the keys of the JSON schema `hwcost.job/1`."""
        fields = {f.name: to_plain(getattr(self, f.name)) for f in dataclasses.fields(self)}
        return {"schema": SCHEMA, **fields, "is_lower_bound": self.is_lower_bound}

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each PUB, purpose and noise factor, with the totals of the job in each."""
        shared = {
            "backend": self.backend.name,
            "primitive": self.primitive,
            "counted_by": self.counted_by,
            "job_executions": self.executions,
            "job_time_s": self.time.value_s,
            "job_time_low_s": self.time.low_s,
            "job_time_high_s": self.time.high_s,
            "is_lower_bound": self.is_lower_bound,
        }
        return [{**to_plain(run), **shared} for run in self.runs]

    def __hash__(self) -> int:
        """Hash what identifies the answer; mappings have no hash."""
        return hash((self.primitive, self.backend.name, self.runs, self.time.value_s))
