"""The answer to one question: `CostEstimate`, a frozen record with everything that `hwcost estimate` reports."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from hwcost.backend.equivalence import Equivalence
from hwcost.backend.routing import RoutingCost
from hwcost.calibration.audit import Finding
from hwcost.core.caveat import Caveat, texts
from hwcost.core.plain import to_plain
from hwcost.isa.counts import GateCounts
from hwcost.isa.timeline import Timeline
from hwcost.jobs.predict import JobTime
from hwcost.noise.shots import ShotCost
from hwcost.noise.success import PaperCost, SuccessProbability
from hwcost.report.page import plot
from hwcost.report.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from qiskit import QuantumCircuit

SCHEMA = "hwcost.estimate/1"

_NOT_PLAIN = frozenset({"isa_circuit", "timeline"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitInfo:
    """The circuit as it was given.

    Attributes:
        name: Its own name.
        source: File that it came from, None for a circuit object.
        sha256: Of the file's bytes, or of the content for a circuit object.
        num_qubits: Width.
        num_parameters: Free parameters.
        depth: Depth before compilation.
        ops: Number of operations by name.
    """

    name: str
    source: str | None
    sha256: str
    num_qubits: int
    num_parameters: int
    depth: int
    ops: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Physical qubits and edges that the estimate keeps off, see the findings for the reasons."""

    qubits: tuple[int, ...]
    edges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendInfo:
    """Where the calibration came from and what to treat with caution.

    Attributes:
        name: Backend name.
        source: Kind of origin (fake, live, snapshot, properties, csv).
        origin: Origin in words.
        processor: Processor family, None if unknown.
        num_qubits: Width of the device.
        num_qubits_usable: Qubits of the largest healthy component.
        snapshot_date: When the values were reported.
        snapshot_age_days: Whole days since then.
        oldest_value_date: Date of the oldest single value.
        newest_value_date: Date of the newest single value.
        rep_delay_s: Repetition delay used, in seconds.
        rep_delay_known: Whether there is one, if an assumed one; if not, it is left out, and times are lower bounds.
        excluded: What is kept off.
        findings: All findings of the audit.
        assumptions: What had to be assumed because the calibration does not say.
        caveats: What to treat with caution.
    """

    name: str
    source: str
    origin: str
    processor: str | None
    num_qubits: int
    num_qubits_usable: int
    snapshot_date: datetime | None
    snapshot_age_days: int | None
    oldest_value_date: datetime | None
    newest_value_date: datetime | None
    rep_delay_s: float
    rep_delay_known: bool
    excluded: Excluded
    findings: tuple[Finding, ...]
    assumptions: tuple[str, ...]
    caveats: tuple[Caveat, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """The lines of the caveats, each once."""
        return texts(self.caveats)

    def plain(self) -> dict[str, Any]:
        """Return the fields, with the caveats as the lines that they are for people."""
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "caveats"}
        return {**fields, "warnings": self.warnings}


@dataclass(frozen=True, slots=True, kw_only=True)
class TranspileInfo:
    """How the ISA circuit was made.

    Attributes:
        optimization_level: Qiskit's level, None for a circuit that came as ISA circuit.
        num_seeds: Seeds tried.
        seed_chosen: Transpiler seed of the reported circuit (lowest estimated cost), None without transpilation.
        qiskit: Qiskit version.
        hwcost: Version of this package.
        physical_qubits: Physical qubit where each circuit qubit starts (without transpilation: the qubits in use).
        active_qubits: Physical qubits that carry any operation, routing included.
        equivalence: Whether it is proved that the compiled circuit does what the circuit does; None without
            transpilation, and in the parts of a model, whose circuits are not proved.
    """

    optimization_level: int | None
    num_seeds: int
    seed_chosen: int | None
    qiskit: str
    hwcost: str
    physical_qubits: tuple[int, ...]
    active_qubits: tuple[int, ...]
    equivalence: Equivalence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedJob:
    """The job as it is requested: so many shots in each basis, whatever noise does to their precision.

    Attributes:
        shots: Shots of each basis.
        num_bases: Circuits that are measured, one per basis.
        executions: Shots of all bases.
        qpu_time_s: Executions times the time of one shot.
        job_time_s: Time of a job that runs them, with its interval.
        standard_error: Of the worst observable after division by its attenuation; None where noise is not costed, the
            signal is gone or samples are wanted.
    """

    shots: int
    num_bases: int
    executions: int
    qpu_time_s: float
    job_time_s: JobTime
    standard_error: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetFit:
    """What one job within a budget of time reaches.

    Attributes:
        budget_s: Seconds there are for the job, its overhead included.
        shots: Shots of each basis that fit; 0 if not one does.
        shots_if_slow: Those that fit even at the upper end of the job time's interval.
        executions: Shots of all bases.
        job_time_s: Time of that job, None if nothing fits.
        overhead_s: Seconds of the job without a shot.
        standard_error_worst: With these shots, of the worst observable; None without signal or noise model.
        standard_error_mean: Root of the mean variance over the observables.
        noiseless_shots_worst: Noiseless shots that are as precise, by the worst inflation.
        noiseless_shots_mean: The same by the mean inflation.
    """

    budget_s: float
    shots: int
    shots_if_slow: int
    executions: int
    job_time_s: JobTime | None
    overhead_s: float
    standard_error_worst: float | None
    standard_error_mean: float | None
    noiseless_shots_worst: int | None
    noiseless_shots_mean: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeCost:
    """Times in seconds.

    Attributes:
        sum_of_durations_s: Σ of all operations, measurement included.
        circuit_duration_s: Longest path, measurement included (a lower bound if the readout time is unknown).
        readout_s: Measurement on the longest path, None if unknown.
        rep_delay_s: Wait between shots.
        shot_time_s: circuit_duration_s + rep_delay_s.
        qpu_time_s: Shots needed in all bases times shot_time_s, None where no number of shots is enough.
        job_time_s: Time of a job that runs this circuit alone (once per basis), with its interval.
        requested: The same for the shots that were asked for.
    """

    sum_of_durations_s: float
    circuit_duration_s: float
    readout_s: float | None
    rep_delay_s: float
    shot_time_s: float
    qpu_time_s: float | None
    job_time_s: JobTime | None
    requested: RequestedJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Smallest and largest value over the transpiler seeds and levels, and whether more of them would pay.

    Attributes:
        num_seeds: Seeds tried.
        levels: Optimization levels tried with each; none for a circuit that came as ISA circuit.
        further_gain: Share of the QPU time that twice as many seeds promise to save: what doubling to the present
            number saved on average. None with one seed, or where all have lost the signal.
        circuit_duration_s: Longest path, measurement included.
        num_2q: Two-qubit gates.
        num_swaps: Inserted swaps, None for a circuit that came as ISA circuit.
        inflation_worst: Worst inflation, None in place of one that is unbounded; None without noise.
        inflation_method: Attenuation method of `inflation_worst`, by which seeds are ranked: with `auto` the average
            over angles, of the chosen one too. None without noise.
    """

    num_seeds: int
    levels: tuple[int, ...]
    further_gain: float | None
    circuit_duration_s: tuple[float, float]
    num_2q: tuple[int, int]
    num_swaps: tuple[int, int] | None
    inflation_worst: tuple[float | None, float | None] | None
    inflation_method: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherGateSet:
    """The same circuit with IBM's fractional gates where the estimate has none of them, or the other way round.

    Attributes:
        fractional_gates: The fractional gates of the other gate set; empty for the standard one.
        seed: Transpiler seed; it was compiled once.
        num_2q: Two-qubit gates.
        circuit_duration_s: Longest path, measurement included.
        shots_needed: Shots for the same precision, None where no number is enough.
        qpu_time_s: Shots needed times the time of one shot, None where no number is enough.
    """

    fractional_gates: tuple[str, ...]
    seed: int
    num_2q: int
    circuit_duration_s: float
    shots_needed: int | None
    qpu_time_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostEstimate(Result):
    """The cost of one circuit on one device. Times in seconds; `None` where no number exists.

    Attributes:
        circuit: The circuit.
        backend: The calibration.
        transpile: How it was compiled.
        gates: Its size.
        time: Where the time goes.
        routing: What limited connectivity costs.
        noise: Success probability and its parts, None for durations only.
        shots: Shots and their inflation by noise.
        paper: The Hyb-HANAS paper's model, None where it is undefined.
        spread: Spread over seeds.
        budget: What fits into the budget of time, None without one.
        other_gate_set: The circuit with fractional gates, or without them if they are used; None where that was not
            looked at.
        isa_circuit: The compiled circuit on the device's own qubit numbers, ready to run.
        timeline: Its schedule, for pictures; neither it nor the ISA circuit is part of the JSON.
    """

    not_in_rows: ClassVar[Set[str]] = frozenset(
        {
            "circuit.ops",
            "backend.findings",
            "shots.attenuation",
            "shots.observables",
            "shots.hardware",
            "other_gate_set",
        }
    )

    circuit: CircuitInfo
    backend: BackendInfo
    transpile: TranspileInfo
    gates: GateCounts
    time: TimeCost
    routing: RoutingCost
    noise: SuccessProbability | None
    shots: ShotCost
    paper: PaperCost | None
    spread: Spread
    budget: BudgetFit | None
    other_gate_set: OtherGateSet | None = None
    isa_circuit: QuantumCircuit = field(repr=False, compare=False)
    timeline: Timeline | None = field(default=None, repr=False, compare=False)

    def __hash__(self) -> int:
        """Hash what identifies the estimate; the counts of operations are a mapping and have none."""
        return hash((self.circuit.sha256, self.backend.name, self.transpile, self.time.circuit_duration_s))

    def to_dict(self) -> dict[str, Any]:
        """Return plain dictionaries, lists, text and numbers, with the keys of the JSON schema `hwcost.estimate/1`.

        `other_gate_set` is a key only where it was looked at.
        """
        left_out = _NOT_PLAIN if self.other_gate_set is not None else {*_NOT_PLAIN, "other_gate_set"}
        names = [f.name for f in dataclasses.fields(self) if f.name not in left_out]
        return {"schema": SCHEMA, **{name: to_plain(getattr(self, name)) for name in names}}

    def plot(self, kind: str | None = None, path: str | os.PathLike[str] | None = None) -> Figure:
        """Draw where the time goes and the schedule of one shot; the same as `hwcost.plot`. Needs the extra `plot`.

        Args:
            kind: `time`, `schedule`, or `overview` (default), which is both.
            path: File to write (PNG, SVG or PDF by its ending); default none.

        Returns:
            The matplotlib `Figure`.
        """
        figure: Figure = plot(self, kind, path)
        return figure
