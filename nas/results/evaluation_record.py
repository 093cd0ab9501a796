"""A member of a front on a noisy device, as a result: `DeviceEvaluation`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from hwcost.report.result import Result

if TYPE_CHECKING:
    from hwcost import CostEstimate
    from nas.results.crossed import Interval
    from nas.runs.record import Evaluation
    from nas.runs.run import Run

SCHEMA = "nas.evaluation/1"

MEANINGS: Mapping[str, str] = {
    "exact": "without noise, infinitely many shots",
    "predicted": "predicted from attenuation, readout and shots",
    "simulated": "compiled circuits on Aer, hwcost.noisy_backend",
    "pennylane": "compiled circuits on Aer, PennyLane's Qiskit device",
    "device": "compiled circuits on the backend, PennyLane's Qiskit device",
    "live": "compiled circuits on the live device",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The accuracy of one way to get the outputs.

    Attributes:
        way: Key of `MEANINGS`.
        mitigated: Whether readout errors were undone.
        accuracy: Share of right answers with an interval for other samples; None of what is predicted.
        expected: Accuracy that is expected, mean over draws of the shots; None of what was run.
    """

    way: str
    mitigated: bool
    accuracy: Interval | None
    expected: float | None = None

    @property
    def value(self) -> float:
        """Return the accuracy."""
        return self.accuracy.value if self.accuracy is not None else self.expected or 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFit:
    """One output of the circuit, predicted and run.

    Attributes:
        way: How it was run.
        output: Number of the output, from 0.
        attenuation: Predicted slope λ of the noisy value in the ideal one, readout included.
        offset: Predicted offset, of unequal readout errors.
        measured_slope: Slope of the line through what was run; None where ideal values differ too
            little for these shots.
        measured_offset: Its offset.
        rms_error: Root of the mean square of run minus predicted, the noise of the shots included.
    """

    way: str
    output: int
    attenuation: float
    offset: float
    measured_slope: float | None
    measured_offset: float | None
    rms_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveJob:
    """A job that a live device has run.

    Attributes:
        job_id: Its identifier there.
        num_circuits: Samples, each a circuit.
        qpu_time_s: Seconds that IBM counts for it; None where it does not say.
    """

    job_id: str
    num_circuits: int
    qpu_time_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRun:
    """The jobs of a live device, and the QPU time that was predicted for all of them before they were sent.

    Attributes:
        jobs: The jobs.
        predicted_s: QPU seconds.
        predicted_low_s: Lower end of the interval.
        predicted_high_s: Upper end of the interval.
        nominal: Share of jobs that an interval is meant to contain.
        max_time_s: QPU seconds that were allowed.
    """

    jobs: tuple[LiveJob, ...]
    predicted_s: float
    predicted_low_s: float
    predicted_high_s: float
    nominal: float
    max_time_s: float

    @property
    def qpu_time_s(self) -> float | None:
        """Return the seconds that IBM counts for all jobs; None where it does not say for one."""
        times = [job.qpu_time_s for job in self.jobs]
        return None if None in times else sum(time for time in times if time is not None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeviceEvaluation(Result):
    """A member on a device, with and without readout mitigation, beside what was predicted.

    Attributes:
        run: The run.
        number: Of the member, as in `nas front`.
        member: The member.
        device: Name of the device.
        shots: Of each circuit.
        part: `validation` or `test`.
        num_samples: Samples, each a circuit.
        seed: Of shots and compilations.
        as_recorded: Whether the network has the accuracy of the run.
        weights_kept: Whether its weights are those that the run kept; else it was trained again.
        estimate: What the compiled circuit costs.
        tried: Accuracies.
        outputs: Outputs, predicted and run.
        live: Jobs of a live device; None where none was used.
    """

    run: Run
    number: int
    member: Evaluation
    device: str
    shots: int
    part: str
    num_samples: int
    seed: int
    as_recorded: bool
    weights_kept: bool = False
    estimate: CostEstimate = field(repr=False)
    tried: tuple[Tried, ...]
    outputs: tuple[OutputFit, ...]
    live: LiveRun | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        context = self.run.context
        return {
            "schema": SCHEMA,
            "space": context.space.name,
            "dataset": context.dataset.name,
            "member": self.number,
            "architecture": self.member.architecture_hash,
            "genome": dict(self.member.genome),
            "device": self.device,
            "shots": self.shots,
            "part": self.part,
            "num_samples": self.num_samples,
            "seed": self.seed,
            "as_recorded": self.as_recorded,
            "weights_kept": self.weights_kept,
            "tried": [
                {"way": one.way, "meaning": MEANINGS[one.way], "mitigated": one.mitigated, "value": one.value}
                | {"interval": None if one.accuracy is None else asdict(one.accuracy)}
                for one in self.tried
            ],
            "outputs": [asdict(one) for one in self.outputs],
            "live": None if self.live is None else asdict(self.live) | {"qpu_time_s": self.live.qpu_time_s},
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row for each accuracy."""
        return [
            {
                "schema": SCHEMA,
                "member": self.number,
                "architecture": self.member.architecture_hash,
                "device": self.device,
                "shots": self.shots,
                "part": self.part,
                "num_samples": self.num_samples,
                "way": one.way,
                "mitigated": one.mitigated,
                "accuracy": one.value,
                "low": "" if one.accuracy is None else one.accuracy.low,
                "high": "" if one.accuracy is None else one.accuracy.high,
            }
            for one in self.tried
        ]
