"""The answer for a job as it is submitted: `JobCost`, a frozen record with all that `hwcost estimate-job` reports."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from hwcost.core.caveat import Caveat, texts
from hwcost.core.plain import to_plain
from hwcost.estimation.record import BackendInfo
from hwcost.isa.timeline import Timeline
from hwcost.primitives.counts import Purpose
from hwcost.primitives.options import JobOptions
from hwcost.report.page import plot
from hwcost.report.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
class PreciseJob:
    """The job that reaches, in spite of noise, the precision that the requested one has without noise.

    Attributes:
        inflations: Factor on the shots of each PUB, by its worst observable; None where it is not known.
        shots: Shots of each configuration, PUB by PUB.
        executions: Shots of the job.
        time: Seconds of the job.
        not_known: Why there is no number, None if there is one.
        factors: Factor on each inflation, or its inverse, that hardware showed for such predictions; 1 where only
            identities are asked for.
        executions_low: Shots of the job if all inflations are smaller by these factors; None where unknown.
        executions_high: Shots of the job if all are larger; None where unknown, and where the signal may be gone then.
    """

    inflations: tuple[float, ...] | None
    shots: tuple[int, ...] | None
    executions: int | None
    time: JobSeconds | None
    not_known: str | None
    factors: tuple[float, ...] | None = None
    executions_low: int | None = None
    executions_high: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobBudget:
    """What fits into a budget of time.

    Attributes:
        budget_s: Seconds there are for the job, its overhead included.
        shots: Shots of each configuration (parameter set and basis) of every PUB that fit; 0 if not one does.
        shots_if_slow: Those that fit even at the upper end of the job time's interval.
        executions: Shots of the whole job, with what mitigation adds.
        precision: 1/√shots, the precision that the Estimator is asked for; noise is not in it. None for a Sampler.
        time_s: Time of that job, None if nothing fits.
        least_s: Time of a job of one shot of each configuration.
    """

    budget_s: float
    shots: int
    shots_if_slow: int
    executions: int
    precision: float | None
    time_s: float | None
    least_s: float


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
        precise: The job that is as precise in spite of noise, None for a program.
        budget: What fits into the budget of time, None without one.
        lower_bound: Why the time is a lower bound, one line for each reason; empty where it is none.
        timeline: Schedule of the circuit with the most QPU time, up to its readout; for pictures, no part of the JSON.
        drawn_pub: Number of its PUB or item.
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
    precise: PreciseJob | None
    budget: JobBudget | None
    lower_bound: tuple[str, ...]
    timeline: Timeline | None = field(default=None, repr=False, compare=False)
    drawn_pub: int | None = field(default=None, repr=False, compare=False)

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
        names = [f.name for f in dataclasses.fields(self) if f.name not in ("timeline", "drawn_pub")]
        fields = {name: to_plain(getattr(self, name)) for name in names}
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

    def plot(self, kind: str | None = None, path: str | os.PathLike[str] | None = None) -> Figure:
        """Draw where the time goes and the costliest circuit; the same as `hwcost.plot`. Needs the extra `plot`.

        Args:
            kind: `time`, `schedule`, or `overview` (default), which is both.
            path: File to write (PNG, SVG or PDF by its ending); default none.

        Returns:
            The matplotlib `Figure`.
        """
        figure: Figure = plot(self, kind, path)
        return figure

    def __hash__(self) -> int:
        """Hash what identifies the answer; mappings have no hash."""
        return hash((self.primitive, self.backend.name, self.runs, self.time.value_s))
