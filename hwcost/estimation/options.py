"""What is asked of an estimate, checked once at the door: `EstimateRequest`.

Each option stands here once, with its help text: the command lines of `estimate`, `compare`, `validate` and
`estimate-model` are made from these fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from hwcost.calibration.assumed import AssumedValues
from hwcost.calibration.readout_file import ReadoutSource, load_readout
from hwcost.core.checks import choice, real, whole
from hwcost.core.durations import parse_duration_s
from hwcost.core.errors import OptionError
from hwcost.core.option_fields import option
from hwcost.estimation.seeds import NumSeeds
from hwcost.jobs.profile import JobTimeProfile
from hwcost.jobs.profile_file import DEFAULT_JOB_PROFILE, load_profile
from hwcost.noise.methods import AUTO, DEFAULT_ATTENUATION, METHODS, AttenuationMethod
from hwcost.noise.shots import Inflation, Task

DEFAULT_SHOTS = 4096

MAX_SEEDS = 1000
"""Upper bound of transpiler seeds; larger values are typing errors."""

MIN_PRECISION = 1e-7
"""Standard errors below this need 10^14 shots, a thousand years on any device."""

_METHODS = ", ".join((AUTO, *METHODS))


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRequest(AssumedValues):
    """All options of an estimate. After construction exactly one of `shots` and `precision` is set, and `job_profile`
    is loaded if it is given. What is assumed where the calibration says nothing are the fields of `AssumedValues`.

    Raises:
        OptionError: A value is invalid; the message names the option, the value and what would do.
    """

    max_age_days: float | None = option(
        None, "Refuse an older calibration; such as 7d, 36h or 2w.", metavar="AGE", flag="--max-age", kind="age"
    )
    shots: int | None = option(
        None, "Shots that a noiseless device would need.", metavar="N", shown_default=str(DEFAULT_SHOTS)
    )
    precision: float | None = option(None, "Instead of --shots: standard error of each ⟨Z⟩.", metavar="E")
    optimization_level: int = option(2, "Qiskit's.", metavar="0-3", short="-O")
    num_seeds: NumSeeds = option(
        4,
        "Transpiler seeds to try; the best counts. auto: levels 2 and 3 until more promise under 2 %; not in compare.",
        metavar="N|auto",
    )
    seed: int = option(0, "First transpiler seed.")
    transpile: bool = option(
        True, "Take the circuit as ISA circuit, on the backend's qubit numbers.", flag="--no-transpile"
    )
    attenuation: AttenuationMethod = option(DEFAULT_ATTENUATION, f"One of {_METHODS}.", metavar="METHOD")
    inflation: Inflation = option("worst", "Which qubit sets the shots.", metavar="worst|mean")
    task: Task = option("expectation", "What is measured.", metavar="expectation|sampling")
    observable: Any = option(
        None,
        "Pauli label such as ZZII, or a file of labels and coefficients; repeatable.",
        metavar="PAULI|FILE",
        kind="list",
    )
    job_profile: str | Path | Mapping[str, Any] | JobTimeProfile | None = option(
        None, "Job-time profile.", metavar="NAME|FILE", shown_default="that of the device's maker"
    )
    rep_delay_s: float | None = option(
        None,
        "Repetition delay such as 250us.",
        metavar="TIME",
        flag="--rep-delay",
        kind="time",
        shown_default="the backend's",
    )
    measure_all: bool = option(False, "Measure every qubit of a circuit without measurements.")
    durations_only: bool = option(False, "Cost no noise; use gates whose error is not calibrated.")
    keep_dead_readout: bool = option(False, "Keep qubits whose readout error is 0.5 or more.")
    budget_s: float | None = option(
        None, "What fits into one job of this time, such as 10min.", metavar="TIME", flag="--budget", kind="time"
    )
    fractional_gates: bool = option(False, "Compile into rx and rzz where the device has them (IBM Heron).")
    readout_from: ReadoutSource | None = option(
        None,
        "Measured readout in place of the calibrated one: counts, confusion matrix or M3, as JSON.",
        metavar="FILE",
    )

    def __post_init__(self) -> None:
        AssumedValues.__post_init__(self)
        self._check_shots()
        self._check_whole("optimization_level", 0, 3)
        if not (isinstance(self.num_seeds, str) and self.num_seeds == "auto"):  # an array compares element by element
            seeds = whole("num_seeds", self.num_seeds, 1, MAX_SEEDS, high_text=f"{MAX_SEEDS}, or auto")
            object.__setattr__(self, "num_seeds", seeds)
        self._check_whole("seed", 0, 2**31 - 1 - MAX_SEEDS)
        self._check_number("rep_delay_s")
        if self.rep_delay_s is not None and not 0.0 <= self.rep_delay_s <= 1.0:
            raise OptionError(
                f"rep_delay is {self.rep_delay_s} s; give seconds between 0 and 1, for example 0.00025 for 250 µs"
            )
        if self.budget_s is not None:
            object.__setattr__(self, "budget_s", parse_duration_s(self.budget_s, name="budget"))
        choices: tuple[tuple[str, Sequence[str]], ...] = (
            ("attenuation", (AUTO, *METHODS)),
            ("inflation", get_args(Inflation)),
            ("task", get_args(Task)),
        )
        for name, allowed in choices:
            choice(name, getattr(self, name), allowed)
        if isinstance(self.observable, (list, tuple)) and not self.observable:
            object.__setattr__(self, "observable", None)
        if self.job_profile is not None:
            object.__setattr__(self, "job_profile", load_profile(self.job_profile))
        if self.readout_from is not None:
            if self.durations_only:
                raise OptionError(
                    "durations_only and readout_from are both given; without noise there is no readout error"
                )
            object.__setattr__(self, "readout_from", load_readout(self.readout_from))

    @property
    def profile(self) -> JobTimeProfile:
        """The job-time profile; `conditions_on` puts that of the device's maker there, and until then it is IBM's."""
        if self.job_profile is None:
            return load_profile(DEFAULT_JOB_PROFILE)
        if not isinstance(self.job_profile, JobTimeProfile):  # loaded when the record was made
            raise TypeError("the job profile is not loaded")
        return self.job_profile

    @property
    def fixed_num_seeds(self) -> int:
        """The number of seeds, where each circuit must have the same.

        Raises:
            OptionError: It is `auto`.
        """
        if self.num_seeds == "auto":
            raise OptionError("num_seeds is auto; what is compared seed by seed needs a number, such as 10")
        return self.num_seeds

    def settings(self) -> dict[str, Any]:
        """Return what decides about the cost of a compiled circuit, as plain data for records and cache keys."""
        return {
            "shots": self.shots,
            "precision": self.precision,
            "attenuation": self.attenuation,
            "inflation": self.inflation,
            "task": self.task,
            "rep_delay_s": self.rep_delay_s,
            "job_profile": self.profile.name,
            "measure_all": self.measure_all,
            "durations_only": self.durations_only,
            "keep_dead_readout": self.keep_dead_readout,
            "fractional_gates": self.fractional_gates,
            **({} if self.readout_from is None else {"readout_from": getattr(self.readout_from, "origin", None)}),
        }

    def _check_shots(self) -> None:
        if self.shots is not None and self.precision is not None:
            raise OptionError("shots and precision are both given; give the one that you want to fix")
        if self.shots is None and self.precision is None:
            object.__setattr__(self, "shots", DEFAULT_SHOTS)
        if self.shots is not None:
            self._check_whole("shots", 1, 10**15)
        self._check_number("precision")
        if self.precision is not None and not MIN_PRECISION <= self.precision < 1.0:
            raise OptionError(
                f"precision is {self.precision}; give a standard error from {MIN_PRECISION:g} to below 1, such as 0.01"
            )

    def _check_whole(self, name: str, low: int, high: int) -> None:
        object.__setattr__(self, name, whole(name, getattr(self, name), low, high))

    def _check_number(self, name: str) -> None:
        value = getattr(self, name)
        if value is not None:
            object.__setattr__(self, name, real(name.removesuffix("_s"), value))
