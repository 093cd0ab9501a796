"""The answer to one question: `CostEstimate`, a frozen record with everything that `hwcost estimate` reports."""

from __future__ import annotations

import dataclasses
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
from hwcost.jobs.predict import JobTime
from hwcost.noise.shots import ShotCost
from hwcost.noise.success import PaperCost, SuccessProbability
from hwcost.report.result import Result

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

SCHEMA = "hwcost.estimate/1"


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
class TimeCost:
    """Times in seconds.

    Attributes:
        sum_of_durations_s: Σ of all operations, measurement included.
        circuit_duration_s: Longest path, measurement included (a lower bound if the readout time is unknown).
        readout_s: Measurement on the longest path, None if unknown.
        rep_delay_s: Wait between shots.
        shot_time_s: circuit_duration_s + rep_delay_s.
        qpu_time_s: Shots needed times shot_time_s, None where no number of shots is enough.
        job_time_s: Time of a job that runs this circuit alone, with its interval.
    """

    sum_of_durations_s: float
    circuit_duration_s: float
    readout_s: float | None
    rep_delay_s: float
    shot_time_s: float
    qpu_time_s: float | None
    job_time_s: JobTime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Smallest and largest value over the transpiler seeds."""

    num_seeds: int
    circuit_duration_s: tuple[float, float]
    num_2q: tuple[int, int]
    num_swaps: tuple[int, int] | None
    inflation_worst: tuple[float | None, float | None] | None


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
        isa_circuit: The compiled circuit on the device's own qubit numbers, ready to run.
    """

    not_in_rows: ClassVar[Set[str]] = frozenset({"circuit.ops", "backend.findings", "shots.attenuation"})

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
    isa_circuit: QuantumCircuit = field(repr=False, compare=False)

    def __hash__(self) -> int:
        """Hash what identifies the estimate; the counts of operations are a mapping and have none."""
        return hash((self.circuit.sha256, self.backend.name, self.transpile, self.time.circuit_duration_s))

    def to_dict(self) -> dict[str, Any]:
        """Return plain dictionaries, lists, text and numbers, with the keys of the JSON schema `hwcost.estimate/1`."""
        sections = {f.name: to_plain(getattr(self, f.name)) for f in dataclasses.fields(self)[:-1]}
        return {"schema": SCHEMA, **sections}
