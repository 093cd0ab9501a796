"""The options of an estimate, checked once at the door: `EstimateOptions`."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import SupportsFloat, get_args

from hwcost.core.errors import OptionError
from hwcost.noise.attenuation import AttenuationMethod
from hwcost.noise.shots import Inflation, Task

DEFAULT_SHOTS = 4096
DEFAULT_ATTENUATION: AttenuationMethod = "mean-field"

MAX_SEEDS = 1000
"""More transpiler seeds than anybody compares; a typing error of a few zeros should not run for a week."""

MIN_PRECISION = 1e-7
"""Standard errors below this need 10^14 shots, a thousand years on any device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateOptions:
    """What is asked for. Exactly one of `shots` and `precision` is set; the fields are those of `hwcost.estimate`.

    Raises:
        OptionError: A value makes no sense; the message names the option, the value and what would do.
    """

    shots: int | None = None
    precision: float | None = None
    optimization_level: int = 2
    num_seeds: int = 4
    seed: int = 0
    attenuation: AttenuationMethod = DEFAULT_ATTENUATION
    inflation: Inflation = "worst"
    task: Task = "expectation"
    rep_delay_s: float | None = None

    def __post_init__(self) -> None:
        if self.shots is not None and self.precision is not None:
            raise OptionError("shots and precision are both given; give the one that you want to fix")
        if self.shots is None and self.precision is None:
            object.__setattr__(self, "shots", DEFAULT_SHOTS)
        if self.shots is not None:
            self._check_whole("shots", 1, 10**15)
        self._check_whole("optimization_level", 0, 3)
        self._check_whole("num_seeds", 1, MAX_SEEDS)
        self._check_whole("seed", 0, 2**31 - 1 - MAX_SEEDS)
        self._check_number("precision")
        self._check_number("rep_delay_s")
        if self.precision is not None and not MIN_PRECISION <= self.precision < 1.0:
            raise OptionError(
                f"precision is {self.precision}; give a standard error from {MIN_PRECISION:g} to below 1, such as 0.01"
            )
        if self.rep_delay_s is not None and not 0.0 <= self.rep_delay_s <= 1.0:
            raise OptionError(
                f"rep_delay is {self.rep_delay_s} s; give seconds between 0 and 1, for example 0.00025 for 250 µs"
            )
        for name, allowed in (("attenuation", AttenuationMethod), ("inflation", Inflation), ("task", Task)):
            if getattr(self, name) not in get_args(allowed):
                choices = ", ".join(get_args(allowed))
                raise OptionError(f"{name} is {getattr(self, name)!r}; choose from {choices}")

    def _check_whole(self, name: str, low: int, high: int) -> None:
        """Whole numbers of any kind (NumPy's too) become int."""
        value = getattr(self, name)
        try:
            whole = operator.index(value)
        except TypeError:
            whole = low - 1
        if isinstance(value, bool) or not low <= whole <= high:
            raise OptionError(f"{name} is {value!r}; give a whole number from {low} to {high}")
        object.__setattr__(self, name, whole)

    def _check_number(self, name: str) -> None:
        value = getattr(self, name)
        if value is None:
            return
        if isinstance(value, (bool, str, bytes)) or not isinstance(value, SupportsFloat):
            raise OptionError(f"{name.removesuffix('_s')} is {value!r}; give a number")
        object.__setattr__(self, name, float(value))
