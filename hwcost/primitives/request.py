"""What is asked of `estimate_job`, checked once at the door: `JobRequest`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from hwcost.calibration.assumed import ASSUMED
from hwcost.core.checks import choice, positive, whole
from hwcost.core.durations import parse_duration_s
from hwcost.core.errors import OptionError
from hwcost.core.option_fields import option
from hwcost.estimation.options import MIN_PRECISION, EstimateRequest
from hwcost.primitives.option_tree import Processing
from hwcost.primitives.options import MAX_SHOTS
from hwcost.primitives.pubs import Primitive

Counting: TypeAlias = Literal["auto", "client", "formula"]

JOB_CIRCUIT_OPTIONS = (
    "max_age_days", "optimization_level", "num_seeds", "seed", "rep_delay_s", "job_profile", *ASSUMED,
)  # fmt: skip
"""Fields of `EstimateRequest` that `estimate_job` takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """All options of a job's cost but the primitive's own, which come in IBM's form.

    Raises:
        OptionError: A value is invalid, or two do not go together.
    """

    primitive: Primitive = option("estimator", "Which primitive.", metavar="|".join(get_args(Primitive)))
    precision: float | None = option(None, "Estimator: standard error where a PUB has none.", metavar="E")
    shots: int | None = option(None, "Shots of each configuration where a PUB has none.", metavar="N")
    resilience_level: int | None = option(None, "Estimator: in place of that in the options.", metavar="0-2")
    processing: Processing | None = option(
        None,
        "Who prepares the circuits: IBM's client (runtime 0.51) or its server (before).",
        metavar="|".join(get_args(Processing)),
        shown_default="as the options have it, else client",
    )
    count: Counting = option(
        "auto",
        "Count by IBM's client, or by formula; auto takes the client where it is installed.",
        metavar="|".join(get_args(Counting)),
    )
    budget_s: float | None = option(
        None, "How many shots fit into a job of this time, such as 10min.", metavar="TIME", flag="--budget", kind="time"
    )
    transpile: bool = option(False, "Compile the circuits; without it they are ISA circuits already.")
    circuits: EstimateRequest = field(default_factory=lambda: EstimateRequest(transpile=False))

    def __post_init__(self) -> None:
        choice("primitive", self.primitive, get_args(Primitive))
        choice("count", self.count, get_args(Counting))
        if self.processing is not None:
            choice("processing", self.processing, get_args(Processing))
        if self.precision is not None and self.shots is not None:
            raise OptionError("shots and precision are both given; give the one that you want to fix")
        if self.precision is not None:
            if self.primitive == "sampler":
                raise OptionError("precision belongs to the Estimator; the Sampler takes shots")
            precision = positive("precision", self.precision)
            if not MIN_PRECISION <= precision < math.inf:
                raise OptionError(f"precision is {precision}; give an error from {MIN_PRECISION:g}, such as 0.01")
            object.__setattr__(self, "precision", precision)
        if self.shots is not None:
            object.__setattr__(self, "shots", whole("shots", self.shots, 1, MAX_SHOTS))
        if self.budget_s is not None:
            object.__setattr__(self, "budget_s", parse_duration_s(self.budget_s, name="budget"))
        if self.resilience_level is not None:
            object.__setattr__(self, "resilience_level", whole("resilience_level", self.resilience_level, 0, 2))
        if self.transpile != self.circuits.transpile:
            raise TypeError("the two records disagree about compiling")
