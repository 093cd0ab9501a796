"""What is asked of `estimate_model`, checked once at the door: `ModelRequest`.

Each option stands here once with its help text; what an estimate of a circuit can be asked is in `EstimateRequest`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any, get_args

from hwcost.calibration.assumed import ASSUMED
from hwcost.classical.machine import MachineProfile
from hwcost.core.checks import choice, real
from hwcost.core.durations import parse_duration_s
from hwcost.core.errors import OptionError
from hwcost.core.option_fields import option
from hwcost.estimation.options import EstimateRequest
from hwcost.models.gradients import SIMULATED, Gradient
from hwcost.models.jobs import DEFAULT_CIRCUITS_PER_JOB
from hwcost.models.mitigation.cost import MitigationMethod, parse_mitigation
from hwcost.models.record import ExecutionMode
from hwcost.models.workload import Scope, Workload, check_count, workload

DEFAULT_DEVICE = "xeon-1-thread"
"""Device profile where none is given; every report says that it was assumed."""

CIRCUIT_OPTIONS = (
    "max_age_days",
    "shots",
    "precision",
    "optimization_level",
    "num_seeds",
    "seed",
    "attenuation",
    "inflation",
    "rep_delay_s",
    "fractional_gates",
    "readout_from",
    "job_profile",
    *ASSUMED,
)
"""Fields of `EstimateRequest` that `estimate_model` takes."""

MAX_RATE = 1e9
"""Per second of billed time, in any currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """All options of a model's cost. After construction `mitigation` is parsed and `gradient` fits the scope.

    Raises:
        OptionError: A value is invalid, or two do not go together.
    """

    scope: Scope = option("step", "inference, step, epoch or training.", metavar="SCOPE")
    gradient: Gradient = option("parameter-shift", f"{', '.join(get_args(Gradient))}.", metavar="METHOD")
    samples: int | None = option(None, "Training samples (scopes epoch and training).", metavar="N")
    batch_size: int | None = option(None, "Samples of one step.", metavar="N", shown_default="1")
    epochs: int | None = option(None, "Passes over the samples (scope training).", metavar="N")
    validation_samples: int = option(0, "Evaluated after each epoch.", metavar="N")
    device: str | PathLike[str] | Mapping[str, Any] | MachineProfile | None = option(
        None, "Profile of the classical device; `hwcost device list` shows them.", metavar="NAME|FILE"
    )
    classical_flops: float | None = option(None, "FLOPs of one forward pass of one sample, for circuits.", metavar="F")
    inputs: Sequence[Any] | None = option(
        None, "Parameter of a circuit file that carries data.", metavar="NAME", flag="--input", kind="list"
    )
    observable: Any = option(
        None,
        "Of a circuit file: Pauli label such as ZZII, or a file of labels and coefficients.",
        metavar="PAULI|FILE",
        kind="list",
    )
    spsa_directions: int = option(1, "Random directions per gradient.")
    circuits_per_job: int | None = option(
        None, "Most circuits of one job.", metavar="N", shown_default=str(DEFAULT_CIRCUITS_PER_JOB)
    )
    mode: ExecutionMode = option("job", "How jobs are sent.", metavar="|".join(get_args(ExecutionMode)))
    mitigation: str | Sequence[MitigationMethod] | None = option(
        None, "readout, zne:1:3:5, pec; separated by commas.", metavar="LIST"
    )
    max_qubits: int | None = option(None, "Cut circuits that are wider.", metavar="N")
    price_per_second: float | None = option(None, "Your rate; there is no built-in price.", metavar="RATE")
    budget_s: float | None = option(
        None, "What fits into this time, such as 10min.", metavar="TIME", flag="--budget", kind="time"
    )
    circuits: EstimateRequest = field(default_factory=EstimateRequest)

    def __post_init__(self) -> None:
        for name, choices in (("gradient", Gradient), ("mode", ExecutionMode)):
            choice(name, getattr(self, name), get_args(choices))
        self.workload()  # refuses what does not fit the scope
        if self.scope == "inference":
            object.__setattr__(self, "gradient", "none")
        elif self.gradient == "none":
            raise OptionError(f"the scope {self.scope} needs a gradient method; 'none' belongs to the scope inference")
        rate = self.price_per_second
        if rate is not None:
            rate = real("price_per_second", rate)
            if not 0.0 <= rate <= MAX_RATE:
                raise OptionError(f"price_per_second is {rate}; give a rate that is not negative, at most {MAX_RATE:g}")
            object.__setattr__(self, "price_per_second", rate)
        if self.budget_s is not None:
            object.__setattr__(self, "budget_s", parse_duration_s(self.budget_s, name="budget"))
        if self.circuits_per_job is not None:
            check_count("circuits_per_job", self.circuits_per_job)
        if self.max_qubits is not None:
            check_count("max_qubits", self.max_qubits)
        methods = parse_mitigation(self.mitigation) if isinstance(self.mitigation, str) else self.mitigation or ()
        object.__setattr__(self, "mitigation", tuple(methods))
        if self.circuits.fractional_gates and any(getattr(method, "name", method) == "pec" for method in methods):
            raise OptionError(
                "pec and fractional_gates are both given; IBM has no PEC for fractional gates, leave one of them out"
            )
        for name in ("inputs", "observable"):
            if isinstance(getattr(self, name), tuple):
                object.__setattr__(self, name, list(getattr(self, name)) or None)

    @property
    def methods(self) -> tuple[MitigationMethod, ...]:
        """The mitigation methods, parsed."""
        return tuple(method for method in self.mitigation or () if not isinstance(method, str))

    @property
    def job_limit(self) -> int:
        """Most circuits of one job."""
        return DEFAULT_CIRCUITS_PER_JOB if self.circuits_per_job is None else self.circuits_per_job

    def workload(self) -> Workload:
        """Return what is run.

        Raises:
            OptionError: A number is missing or does not belong to the scope.
        """
        return workload(
            self.scope,
            samples=self.samples,
            batch_size=self.batch_size,
            epochs=self.epochs,
            validation_samples=self.validation_samples,
        )

    def check_place(self, *, on_hardware: bool) -> None:
        """Refuse what does not belong to a device, or to a simulation.

        Raises:
            OptionError: The options do not go with where the circuits run.
        """
        if on_hardware and self.gradient in SIMULATED:
            raise OptionError(
                f"{self.gradient} needs the state of a simulation, which no device has; take parameter-shift, spsa or "
                "finite-diff, or leave the backend out"
            )
        if not on_hardware and (self.methods or self.max_qubits is not None):
            raise OptionError("mitigation and max_qubits need a backend; give one, or leave them out")
