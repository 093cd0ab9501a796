"""What a search optimises: objectives by name, with direction, unit and what has to be computed for them."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from hwcost.core.text import one_line
from nas.core.errors import SettingError

if TYPE_CHECKING:
    from nas.costs import CandidateCost

Direction: TypeAlias = Literal["minimize", "maximize"]

MIN_OBJECTIVES, MAX_OBJECTIVES = 2, 4

TIME_DIGITS = 3
"""Significant digits at which times and energies are compared. Their intervals are a hundred times wider, and
otherwise fronts fill with networks that are better by the milliseconds of a classical layer in hours of a QPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """One objective.

    Attributes:
        name: Its name, as in settings, results and CSV columns.
        direction: Whether less or more is better.
        unit: Unit of the values, empty for pure numbers.
        meaning: One line for people.
        needs_backend: Whether a device must be given.
        logarithmic: Whether values differ by orders of magnitude, so that plots and hypervolumes take the logarithm.
        digits: Significant digits at which candidates are compared; None compares the values as they are.
    """

    name: str
    direction: Direction = "minimize"
    unit: str = ""
    meaning: str
    needs_backend: bool = False
    logarithmic: bool = False
    digits: int | None = None

    def minimised(self, value: float) -> float:
        """The value as a number of which less is better.

        >>> OBJECTIVES["esp"].minimised(0.9)
        -0.9
        """
        return value if self.direction == "minimize" else -value

    def compared(self, value: float) -> float:
        """What dominance looks at: minimised, and rounded where finer differences mean nothing.

        >>> OBJECTIVES["unified_time_s"].compared(112_407.98), OBJECTIVES["parameters"].compared(6053)
        (112000.0, 6053)
        """
        value = self.minimised(value)
        return value if self.digits is None else float(f"{value:.{self.digits}g}")

    def axis(self, value: float) -> float:
        """The value on the axis of plots and hypervolumes: minimised, and as log10 where it is `logarithmic`.

        Counts of 0 stand with those of 1.

        >>> OBJECTIVES["unified_time_s"].axis(1e-3), OBJECTIVES["quantum_flops"].axis(0)
        (-3.0, 0.0)
        """
        if not self.logarithmic:
            return self.minimised(value)
        return math.log10(value) if value > 0.0 else 0.0


_LIST = (
    Objective(
        name="validation_error",
        meaning="1 − best validation accuracy over the epochs, averaged over the training seeds",
    ),
    Objective(
        name="unified_time_s",
        unit="s",
        meaning="quantum and classical time of the scope, hwcost.estimate_model",
        needs_backend=True,
        logarithmic=True,
        digits=TIME_DIGITS,
    ),
    Objective(
        name="qpu_time_s",
        unit="s",
        meaning="shots × (circuit duration + repetition delay) of the scope, without job overhead and classical half",
        needs_backend=True,
        logarithmic=True,
        digits=TIME_DIGITS,
    ),
    Objective(
        name="quantum_flops",
        unit="FLOP",
        meaning="FAQNAS's F_Q in closed form: statevector simulation of one sample, forward and backward",
        logarithmic=True,
    ),
    Objective(
        name="profiled_quantum_flops",
        unit="FLOP",
        meaning="F_Q as FAQNAS measures it, with PyTorch's profiler on PennyLane's simulator",
        logarithmic=True,
    ),
    Objective(
        name="parameters", meaning="trainable parameters, classical and quantum", unit="parameters", logarithmic=True
    ),
    Objective(
        name="esp",
        direction="maximize",
        meaning="estimated success probability: product of (1 − error) of gates and measurements",
        needs_backend=True,
    ),
    Objective(
        name="attenuation",
        direction="maximize",
        meaning="λ of the worst output: the part of it that noise leaves",
        needs_backend=True,
    ),
    Objective(
        name="peak_memory_bytes",
        unit="B",
        meaning="memory of the simulation of one sample, closed form, double precision",
        logarithmic=True,
    ),
    Objective(
        name="energy_j",
        unit="J",
        meaning="time of the jobs × qpu_power_w + classical time × device_power_w",
        needs_backend=True,
        logarithmic=True,
        digits=TIME_DIGITS,
    ),
)

OBJECTIVES: Mapping[str, Objective] = {objective.name: objective for objective in _LIST}
"""All objectives by name."""


def objectives_named(names: Iterable[str]) -> tuple[Objective, ...]:
    """The objectives of these names.

    Raises:
        SettingError: A name is unknown or comes twice, or there are fewer than two or more than four.

    >>> [objective.unit for objective in objectives_named(["validation_error", "unified_time_s"])]
    ['', 's']
    """
    given = list(names)
    for name in given:
        if name not in OBJECTIVES:
            near = difflib.get_close_matches(str(name), OBJECTIVES, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(OBJECTIVES)}"
            raise SettingError(f"there is no objective {one_line(repr(name))}; {hint}")
        if given.count(name) > 1:
            raise SettingError(f"the objective {name} is given {given.count(name)} times; give it once")
    if not MIN_OBJECTIVES <= len(given) <= MAX_OBJECTIVES:
        raise SettingError(
            f"there {'is' if len(given) == 1 else 'are'} {len(given)} objective{'s' * (len(given) != 1)}; give "
            f"{MIN_OBJECTIVES} to {MAX_OBJECTIVES} of {', '.join(OBJECTIVES)}"
        )
    return tuple(OBJECTIVES[name] for name in given)


def cost_values(cost: CandidateCost, qpu_power_w: float | None, device_power_w: float | None) -> dict[str, float]:
    """Every objective that follows from the cost of a candidate.

    Args:
        cost: Its cost.
        qpu_power_w: Power of the quantum computer while it is in use, in watts.
        device_power_w: Power of the classical device, in watts.
    """
    values: dict[str, float] = {
        "quantum_flops": cost.quantum_flops,
        "parameters": cost.num_parameters,
        "peak_memory_bytes": cost.peak_memory_bytes,
    }
    if cost.profiled_quantum_flops is not None:
        values["profiled_quantum_flops"] = cost.profiled_quantum_flops
    model = cost.model_cost
    if model is not None:
        outputs = [output.value for estimate in model.estimates for output in estimate.shots.attenuation]
        possible = {
            "unified_time_s": model.unified.time_s,
            "qpu_time_s": model.quantum.qpu_time_s,
            "esp": min((e.noise.esp for e in model.estimates if e.noise and e.noise.esp is not None), default=None),
            "attenuation": min((value for value in outputs if value is not None), default=None),
        }
        jobs = model.quantum.job_time_s
        if qpu_power_w is not None and device_power_w is not None and jobs is not None:
            possible["energy_j"] = jobs.value * qpu_power_w + model.classical.time_s * device_power_w
        values.update({name: value for name, value in possible.items() if value is not None})
    return {name: value for name, value in values.items() if math.isfinite(value)}
