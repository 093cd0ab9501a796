"""What a search optimises: objectives by name, and everything that is known of each in one entry.

A new objective is a new entry of `_ALL` (with a `Need` of its own if it needs what no other does) and a test.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from hwcost.core.text import one_line
from nas.core.errors import SettingError

if TYPE_CHECKING:
    from hwcost import CostEstimate, ModelCost
    from nas.costs import CandidateCost

Direction: TypeAlias = Literal["minimize", "maximize"]

MIN_OBJECTIVES, MAX_OBJECTIVES = 2, 4

TIME_DIGITS = 3
"""Significant digits at which times and energies are compared. Their intervals are a hundred times wider, and
otherwise fronts fill with networks that are better by the milliseconds of a classical layer in hours of a QPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that has to be configured or computed before an objective has values.

    Attributes:
        name: Its name.
        keys: Keys of the configuration that must be given.
        refusal: What is said of an objective whose keys are missing, after its name.
    """

    name: str
    keys: tuple[str, ...] = ()
    refusal: str = ""


BACKEND = Need(name="backend", keys=("backend",), refusal="needs a device; give backend, such as fake_sherbrooke")
POWER = Need(
    name="power",
    keys=("qpu_power_w", "device_power_w"),
    refusal="needs qpu_power_w and device_power_w; no figures are built in",
)
PLACE = Need(
    name="place",
    keys=("costed_on",),
    refusal="needs something to be costed; give backend, such as fake_sherbrooke, or gradient = backprop",
)
CUTTING = Need(
    name="cutting",
    keys=("max_qubits",),
    refusal="needs max_qubits, the width that circuits are cut to, such as 4",
)
PROFILED_FLOPS = Need(name="profiled FLOPs")
NOISE = Need(name="noise")
"""Accuracies are those under the predicted noise of the device."""
INFERENCE = Need(name="simulated inference")
WALL_CLOCK = Need(name="wall clock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What values of objectives are computed from.

    Attributes:
        cost: Cost of the network.
        accuracies: Best validation accuracy of each training, under noise where an objective needs `NOISE`; empty if
            it was not trained.
        qpu_power_w: Power of the quantum computer while it is in use, in watts.
        device_power_w: Power of the classical device, in watts.
    """

    cost: CandidateCost
    accuracies: tuple[float, ...] = ()
    qpu_power_w: float | None = None
    device_power_w: float | None = None

    @property
    def on_device(self) -> ModelCost | None:
        """Return the cost on a device, None without one."""
        return self.cost.model_cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """One objective.

    Attributes:
        name: Its name, as in settings, results and CSV columns.
        direction: Whether less or more is better.
        unit: Unit of the values, empty for pure numbers.
        meaning: One line for people.
        needs: What must be configured or computed for it.
        value: Computes its value, in its own direction; None where it has none.
        logarithmic: Whether values differ by orders of magnitude, so that plots and hypervolumes take the logarithm.
        digits: Significant digits at which candidates are compared; None compares the values as they are.
        trained: Whether a training is needed, so that the value is known with noise.
        missing: Why a network may have no value; empty where the warnings of its cost say so.
    """

    name: str
    direction: Direction = "minimize"
    unit: str = ""
    meaning: str
    value: Callable[[Evaluated], float | None]
    needs: frozenset[Need] = frozenset()
    logarithmic: bool = False
    digits: int | None = None
    trained: bool = False
    missing: str = ""

    @property
    def needs_backend(self) -> bool:
        """Return whether a device must be given."""
        return BACKEND in self.needs

    def minimised(self, value: float) -> float:
        """Turn the value into a number of which less is better.

        >>> OBJECTIVES["esp"].minimised(0.9)
        -0.9
        """
        return value if self.direction == "minimize" else -value

    def compared(self, value: float) -> float:
        """Turn the value into what dominance compares: minimised, and rounded where finer differences mean nothing.

        >>> OBJECTIVES["unified_time_s"].compared(112_407.98), OBJECTIVES["parameters"].compared(6053)
        (112000.0, 6053)
        """
        value = self.minimised(value)
        return value if self.digits is None else float(f"{value:.{self.digits}g}")

    def axis(self, value: float) -> float:
        """Place the value on the axis of plots and hypervolumes: minimised, and as log10 where it is `logarithmic`.

        Counts of 0 stand with those of 1.

        >>> OBJECTIVES["unified_time_s"].axis(1e-3), OBJECTIVES["quantum_flops"].axis(0)
        (-3.0, 0.0)
        """
        if not self.logarithmic:
            return self.minimised(value)
        return math.log10(value) if value > 0.0 else 0.0


def _validation_error(evaluated: Evaluated) -> float | None:
    accuracies = evaluated.accuracies
    return 1.0 - sum(accuracies) / len(accuracies) if accuracies else None


def _unified_time_s(evaluated: Evaluated) -> float | None:
    return None if evaluated.on_device is None else evaluated.on_device.unified.time_s


def _classical_time_s(evaluated: Evaluated) -> float | None:
    return None if evaluated.on_device is None else evaluated.on_device.classical.time_s


def _quantum_time_s(evaluated: Evaluated) -> float | None:
    model = evaluated.on_device
    if model is None:
        return None
    if model.quantum.execution == "simulation":
        return math.fsum(model.quantum.parts.values())
    return None if model.quantum.job_time_s is None else model.quantum.job_time_s.value


def _log10_paper_time(evaluated: Evaluated) -> float | None:
    """Add T_eff over all circuits of the scope; the circuits of the layer run equally often. In logarithms."""
    model = evaluated.on_device
    papers = [] if model is None else [estimate.paper for estimate in model.estimates]
    times = [paper.log10_effective_time for paper in papers if paper is not None]
    if model is None or not times or len(times) < len(papers) or not model.quantum.num_circuits:
        return None
    largest = max(times)
    mean = largest + math.log10(math.fsum(10.0 ** (time - largest) for time in times) / len(times))
    return mean + math.log10(model.quantum.num_circuits)


def _paper_time_s(evaluated: Evaluated) -> float | None:
    log10 = _log10_paper_time(evaluated)
    return None if log10 is None or log10 > 300.0 else 10.0**log10


def _largest(evaluated: Evaluated, of: Callable[[CostEstimate], float | None]) -> float | None:
    values = [] if evaluated.on_device is None else [of(estimate) for estimate in evaluated.on_device.estimates]
    known = [value for value in values if value is not None]
    return max(known) if known and len(known) == len(values) else None


def _qpu_time_s(evaluated: Evaluated) -> float | None:
    return None if evaluated.on_device is None else evaluated.on_device.quantum.qpu_time_s


def _esp(evaluated: Evaluated) -> float | None:
    estimates = () if evaluated.on_device is None else evaluated.on_device.estimates
    values = [estimate.noise.esp for estimate in estimates if estimate.noise is not None]
    return min((value for value in values if value is not None), default=None)


def _attenuation(evaluated: Evaluated) -> float | None:
    estimates = () if evaluated.on_device is None else evaluated.on_device.estimates
    outputs = [output.value for estimate in estimates for output in estimate.shots.attenuation]
    return min((value for value in outputs if value is not None), default=None)


def _energy_j(evaluated: Evaluated) -> float | None:
    model, qpu_w, device_w = evaluated.on_device, evaluated.qpu_power_w, evaluated.device_power_w
    if model is None or model.quantum.job_time_s is None or qpu_w is None or device_w is None:
        return None
    return model.quantum.job_time_s.value * qpu_w + model.classical.time_s * device_w


_ALL = (
    Objective(
        name="validation_error",
        meaning="1 − best validation accuracy over the epochs, averaged over the training seeds",
        value=_validation_error,
        trained=True,
    ),
    Objective(
        name="noisy_validation_error",
        meaning="instead of validation_error: that of the best epoch as λ and shots on the device predict it",
        value=_validation_error,
        needs=frozenset({BACKEND, NOISE}),
        trained=True,
    ),
    Objective(
        name="unified_time_s",
        unit="s",
        meaning="quantum and classical time of the scope, hwcost.estimate_model; on a device or simulated",
        value=_unified_time_s,
        needs=frozenset({PLACE}),
        logarithmic=True,
        digits=TIME_DIGITS,
    ),
    Objective(
        name="classical_time_s",
        unit="s",
        meaning="the classical half of it alone",
        value=_classical_time_s,
        needs=frozenset({PLACE}),
        logarithmic=True,
        digits=TIME_DIGITS,
    ),
    Objective(
        name="quantum_time_s",
        unit="s",
        meaning="the quantum half of it alone: jobs with their overhead, or the simulation",
        value=_quantum_time_s,
        needs=frozenset({PLACE}),
        logarithmic=True,
        digits=TIME_DIGITS,
    ),
    Objective(
        name="qpu_time_s",
        unit="s",
        meaning="shots × (circuit duration + repetition delay) of the scope, without job overhead and classical half",
        value=_qpu_time_s,
        needs=frozenset({BACKEND}),
        logarithmic=True,
        digits=TIME_DIGITS,
    ),
    Objective(
        name="paper_time_s",
        unit="s",
        meaning="Hyb-HANAS's model: T_eff × circuits of the scope, each once; a relative cost",
        value=_paper_time_s,
        needs=frozenset({BACKEND}),
        logarithmic=True,
        digits=TIME_DIGITS,
        missing="the paper's model has no number in seconds there: something has error 1 or no calibrated value, or "
        "the time exceeds the largest float (then log10_paper_time has one)",
    ),
    Objective(
        name="log10_paper_time",
        meaning="log10 of paper_time_s, also where that exceeds the largest float",
        value=_log10_paper_time,
        needs=frozenset({BACKEND}),
        missing="the paper's model has no number there: something has error 1 or no calibrated value",
    ),
    Objective(
        name="two_qubit_gates",
        unit="gates",
        meaning="two-qubit gates of the compiled circuit, routing included; of the largest where there are several",
        value=lambda evaluated: _largest(evaluated, lambda estimate: estimate.gates.num_2q),
        needs=frozenset({BACKEND}),
    ),
    Objective(
        name="swaps",
        unit="swaps",
        meaning="swaps that routing inserts into the compiled circuit",
        value=lambda evaluated: _largest(evaluated, lambda estimate: estimate.routing.num_swaps),
        needs=frozenset({BACKEND}),
        missing="the number of swaps of the compiled circuit is not known",
    ),
    Objective(
        name="circuit_duration_s",
        unit="s",
        meaning="longest path of the compiled circuit, measurement included, without the repetition delay",
        value=lambda evaluated: _largest(evaluated, lambda estimate: estimate.time.circuit_duration_s),
        needs=frozenset({BACKEND}),
        logarithmic=True,
        digits=TIME_DIGITS,
    ),
    Objective(
        name="simulated_inference_s",
        unit="s",
        meaning="modelled time of one sample's forward pass, circuit simulated, on the profile of the classical device",
        value=lambda evaluated: evaluated.cost.simulated_inference_s,
        needs=frozenset({INFERENCE}),
        logarithmic=True,
        digits=TIME_DIGITS,
    ),
    Objective(
        name="measured_inference_s",
        unit="s",
        meaning="QNAS's runtime: measured seconds per sample of a forward pass on this computer; not reproducible",
        value=lambda evaluated: evaluated.cost.measured_inference_s,
        needs=frozenset({WALL_CLOCK}),
        logarithmic=True,
        digits=TIME_DIGITS,
    ),
    Objective(
        name="log10_sampling_overhead",
        meaning="log10 of the factor on shots when the circuit is cut to max_qubits by the cheapest cuts found",
        value=lambda evaluated: None if evaluated.cost.cut is None else evaluated.cost.cut.log10_sampling_overhead,
        needs=frozenset({CUTTING}),
    ),
    Objective(
        name="num_subcircuits",
        unit="subcircuits",
        meaning="subcircuits of at most max_qubits qubits after these cuts",
        value=lambda evaluated: None if evaluated.cost.cut is None else evaluated.cost.cut.num_subcircuits,
        needs=frozenset({CUTTING}),
    ),
    Objective(
        name="quantum_flops",
        unit="FLOP",
        meaning="FAQNAS's F_Q in closed form: statevector simulation of one sample, forward and backward",
        value=lambda evaluated: evaluated.cost.quantum_flops,
        logarithmic=True,
    ),
    Objective(
        name="profiled_quantum_flops",
        unit="FLOP",
        meaning="F_Q as FAQNAS measures it, with PyTorch's profiler on PennyLane's simulator",
        value=lambda evaluated: evaluated.cost.profiled_quantum_flops,
        needs=frozenset({PROFILED_FLOPS}),
        logarithmic=True,
    ),
    Objective(
        name="parameters",
        unit="parameters",
        meaning="trainable parameters, classical and quantum",
        value=lambda evaluated: evaluated.cost.num_parameters,
        logarithmic=True,
    ),
    Objective(
        name="esp",
        direction="maximize",
        meaning="estimated success probability: product of (1 − error) of gates and measurements",
        value=_esp,
        needs=frozenset({BACKEND}),
    ),
    Objective(
        name="attenuation",
        direction="maximize",
        meaning="λ of the worst output: the part of it that noise leaves",
        value=_attenuation,
        needs=frozenset({BACKEND}),
    ),
    Objective(
        name="peak_memory_bytes",
        unit="B",
        meaning="memory of the simulation of one sample, closed form, double precision",
        value=lambda evaluated: evaluated.cost.peak_memory_bytes,
        logarithmic=True,
    ),
    Objective(
        name="energy_j",
        unit="J",
        meaning="time of the jobs × qpu_power_w + classical time × device_power_w",
        value=_energy_j,
        needs=frozenset({BACKEND, POWER}),
        logarithmic=True,
        digits=TIME_DIGITS,
    ),
)

OBJECTIVES: Mapping[str, Objective] = {objective.name: objective for objective in _ALL}
"""All objectives by name."""


def objectives_named(names: Iterable[str]) -> tuple[Objective, ...]:
    """Look up objectives by name.

    Raises:
        SettingError: A name is unknown or comes twice, or there are fewer than two or more than four.

    >>> [objective.unit for objective in objectives_named(["validation_error", "unified_time_s"])]
    ['', 's']
    """
    names = list(names)
    for name in names:
        if name not in OBJECTIVES:
            near = difflib.get_close_matches(str(name), OBJECTIVES, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(OBJECTIVES)}"
            raise SettingError(f"there is no objective {one_line(repr(name))}; {hint}")
        if names.count(name) > 1:
            raise SettingError(f"the objective {name} is given {names.count(name)} times; give it once")
    both = [name for name in names if OBJECTIVES[name].trained]
    if len(both) > 1:
        raise SettingError(f"{' and '.join(both)} are errors of the same trainings; give one of them")
    if not MIN_OBJECTIVES <= len(names) <= MAX_OBJECTIVES:
        raise SettingError(
            f"there {'is' if len(names) == 1 else 'are'} {len(names)} objective{'s' * (len(names) != 1)}; give "
            f"{MIN_OBJECTIVES} to {MAX_OBJECTIVES} of {', '.join(OBJECTIVES)}"
        )
    return tuple(OBJECTIVES[name] for name in names)


class Needing(Protocol):
    """Something that has needs: an objective, or a limit."""

    @property
    def needs(self) -> frozenset[Need]:
        """Return them."""
        ...


def needs_of(objectives: Iterable[Needing]) -> frozenset[Need]:
    """Collect what any of the objectives, or limits, needs.

    >>> [need.name for need in needs_of([OBJECTIVES["parameters"], OBJECTIVES["esp"]])]
    ['backend']
    """
    return frozenset(need for objective in objectives for need in objective.needs)


def values_of(objectives: Iterable[Objective], evaluated: Evaluated) -> dict[str, float]:
    """Compute the values of objectives by name; those without a finite value are left out."""
    values = {objective.name: objective.value(evaluated) for objective in objectives}
    return {name: value for name, value in values.items() if value is not None and math.isfinite(value)}
