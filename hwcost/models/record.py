"""The answer for a whole hybrid model: `ModelCost`, a frozen record with all that `hwcost estimate-model` reports."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from hwcost.classical.flops import UncountedModule
from hwcost.classical.simulation import SimulationFlops
from hwcost.core.caveat import Caveat, texts
from hwcost.core.plain import to_plain
from hwcost.estimation.record import CostEstimate
from hwcost.models.gradients import Gradient
from hwcost.models.inputs import ModelInput
from hwcost.models.workload import Scope, Workload
from hwcost.report.page import plot
from hwcost.report.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCHEMA = "hwcost.model/1"

ExecutionMode: TypeAlias = Literal["job", "batch", "session"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerInfo:
    """One quantum layer of the model and how often it runs.

    Attributes:
        name: Where it stands in the model.
        num_qubits: Width.
        num_circuits: Circuits of one evaluation: one per group of commuting observables.
        forward_per_sample: Circuits of one sample's forward pass.
        gradient_per_sample: Further circuits of one sample's gradient.
        explanation: The products behind both numbers.
        estimates: Which of the model's estimates are its circuits (positions in `ModelCost.estimates`).
        simulation: FLOPs of one evaluation where the quantum half is simulated.
        notes: What was assumed when the layer was read.
    """

    name: str
    num_qubits: int
    num_circuits: int
    forward_per_sample: int
    gradient_per_sample: int
    explanation: tuple[str, ...]
    estimates: tuple[int, ...]
    simulation: SimulationFlops | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """The model as it was given.

    Attributes:
        name: Its class or function name.
        kind: What it is, in words.
        num_parameters: Trainable parameters of the classical half, None where it is given as FLOPs.
        num_circuit_parameters: Trainable parameters of the circuits, counted as gate angles.
        layers: Its quantum layers.
        inputs: What it was called with to see what runs: shape and type of each array, one sample of a batch.
    """

    name: str
    kind: str
    num_parameters: int | None
    num_circuit_parameters: int
    layers: tuple[LayerInfo, ...]
    inputs: tuple[ModelInput, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTimes:
    """Seconds of all jobs together; the interval adds the jobs' intervals, as if all erred in the same direction."""

    value: float
    low: float
    high: float
    nominal: float
    profile: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantumCost:
    """The quantum half. All numbers are for the whole scope unless the name says otherwise.

    Attributes:
        execution: `hardware` or `simulation`.
        circuits_per_sample: Circuits of one training sample (of one inference in that scope).
        num_circuits: Circuits in the scope, with those that mitigation and cutting add.
        shots_per_circuit: Mean shots of one circuit, inflation by noise included; None where no number is enough.
        shots: Shots in the scope.
        shot_inflation: Shots needed over shots that a noiseless device would need, mean over all circuits.
        circuits_per_job: Limit of one job.
        num_jobs: Jobs in the scope.
        mode: How the jobs are sent; a session holds the device during classical work as well.
        qpu_time_s: Shots times shot time.
        job_time_s: Time of the jobs with their overhead, waiting in the queue excluded.
        parts: Seconds of each part of the jobs; they add up to `job_time_s.value`.
        flops: Floating-point operations of the simulation, None on hardware.
        peak_memory_bytes: Memory of the simulation, None on hardware.
        shots_low: `shots` if noise costs less in all circuits, by the largest factor that hardware showed for any of
            them; None in a simulation, where the signal is gone, and with mitigation or cutting, of which there are no
            runs.
        shots_high: The same if noise costs more; None too where the signal may be gone then.
    """

    execution: Literal["hardware", "simulation"]
    circuits_per_sample: int
    num_circuits: int
    shots_per_circuit: float | None
    shots: int | None
    shot_inflation: float | None
    circuits_per_job: int | None
    num_jobs: int
    mode: ExecutionMode
    qpu_time_s: float | None
    job_time_s: JobTimes | None
    parts: Mapping[str, float]
    flops: int | None
    peak_memory_bytes: int | None
    shots_low: int | None = None
    shots_high: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassicalCost:
    """The classical half, for the whole scope.

    Attributes:
        flops: Floating-point operations, forward and backward; element-wise work is in the time, not in here.
        flops_per_sample: Of one training sample (of one inference in that scope).
        device: Name of the device profile.
        time_s: Seconds.
        low_s: Lower end of the interval.
        high_s: Upper end of the interval.
        uncounted: Modules whose operations have no known FLOPs.
        notes: What was assumed.
    """

    flops: int
    flops_per_sample: int
    device: str
    time_s: float
    low_s: float
    high_s: float
    uncounted: tuple[UncountedModule, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnifiedCost:
    """Both halves in one number.

    Attributes:
        time_s: Seconds, None where the quantum half has no number.
        low_s: Lower end of the interval.
        high_s: Upper end of the interval.
        requested_time_s: Seconds with the shots as they are requested, without more of them because of noise.
        scope: What was costed.
        gradient: How gradients are made.
        dominant: Name of the largest part.
        parts: Seconds of every part, quantum and classical; they add up to `time_s`.
        billed_s: What a provider that bills by time counts: the jobs, in a session the classical work as well.
        price: `billed_s` times the rate that the user gave, None without a rate.
        price_per_second: That rate.
    """

    time_s: float | None
    low_s: float | None
    high_s: float | None
    requested_time_s: float | None
    scope: Scope
    gradient: Gradient
    dominant: str
    parts: Mapping[str, float]
    billed_s: float | None
    price: float | None
    price_per_second: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBudget:
    """What fits into a budget of time.

    Attributes:
        budget_s: Seconds there are for both halves.
        unit: What is counted: `samples` (inferences), `steps` or `epochs`.
        count: How many of them fit; None where there is no time.
        count_if_slow: How many fit at the upper end of the interval.
        shots_per_circuit: Noiseless shots of each circuit with which the whole workload fits; noise multiplies them.
            0 if it fits with none, None without circuits on a device.
        standard_error_worst: With these, of the worst observable of all circuits.
        standard_error_mean: Root of the mean variance over the observables and circuits.
    """

    budget_s: float
    unit: str
    count: int | None
    count_if_slow: int | None
    shots_per_circuit: int | None
    standard_error_worst: float | None
    standard_error_mean: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """What mitigation or cutting does to the circuits of one layer.

    Attributes:
        layer: The layer, empty as long as that is open.
        method: `readout`, `zne`, `pec` or `cutting`.
        circuit_factor: Circuits run for each circuit of the model.
        shot_factor: Shots in all of them over the shots that the circuit needs without.
        detail: The same in words.
    """

    layer: str
    method: str
    circuit_factor: float | None
    shot_factor: float | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCost(Result):
    """The cost of a hybrid model. Times in seconds; `None` where there is no number.

    Attributes:
        model: The model and its quantum layers.
        workload: What is run.
        quantum: The quantum half.
        classical: The classical half.
        unified: Both together.
        budget: What fits into the budget of time, None without one.
        overheads: Mitigation and cutting, one record per layer and method.
        assumptions: What had to be assumed.
        caveats: What to treat with caution.
        estimates: One estimate per distinct circuit.
    """

    model: ModelInfo
    workload: Workload
    quantum: QuantumCost
    classical: ClassicalCost
    unified: UnifiedCost
    budget: ModelBudget | None
    overheads: tuple[Overhead, ...]
    assumptions: tuple[str, ...]
    caveats: tuple[Caveat, ...]
    estimates: tuple[CostEstimate, ...]

    not_in_rows: ClassVar[Set[str]] = frozenset(
        {"model.layers", "model.inputs", "overheads", "classical.uncounted", "estimates"}
    )

    @property
    def warnings(self) -> tuple[str, ...]:
        """The lines of the caveats, each once."""
        return texts(self.caveats)

    def to_dict(self) -> dict[str, Any]:
        """Return plain dictionaries, lists, text and numbers, with the keys of the JSON schema `hwcost.model/1`."""
        plain: dict[str, Any] = {"schema": SCHEMA}
        for f in dataclasses.fields(self):
            if f.name == "caveats":
                plain["warnings"] = list(self.warnings)
            elif f.name == "estimates":
                plain["estimates"] = [estimate.to_dict() for estimate in self.estimates]
            else:
                plain[f.name] = to_plain(getattr(self, f.name))
        return plain

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row, with the name of the backend; the estimates have a table of their own."""
        (row,) = Result.to_rows(self)
        return [{**row, "backend": self.estimates[0].backend.name if self.estimates else None}]

    def plot(self, kind: str | None = None, path: str | os.PathLike[str] | None = None) -> Figure:
        """Draw where the time goes and the costliest circuit; the same as `hwcost.plot`. Needs the extra `plot`.

        Args:
            kind: `time`, `schedule`, or `overview` (default), which is what there is of both.
            path: File to write (PNG, SVG or PDF by its ending); default none.

        Returns:
            The matplotlib `Figure`.
        """
        figure: Figure = plot(self, kind, path)
        return figure

    def __hash__(self) -> int:
        """Hash what identifies the answer; mappings have no hash."""
        return hash((self.model, self.workload, self.unified.time_s, self.classical.device))
