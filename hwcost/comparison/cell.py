"""One cell of a comparison, one circuit on one backend by one compiler with one seed: `Cell`, `CellCost`, `METRICS`."""

from __future__ import annotations

import dataclasses
import math
import types
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias, get_args, get_type_hints

from hwcost.core.errors import OptionError
from hwcost.core.text import one_line

FailureKind: TypeAlias = Literal["input", "work"]


_MOST_BITS = 1000  # of a count of shots; more cannot be a float


@dataclass(frozen=True, slots=True, kw_only=True)
class CellCost:
    """What one compilation of one circuit costs on one device. Times in seconds; None where there is no number.

    Attributes:
        qpu_time_s: Shots needed times `shot_time_s`; None where the signal is gone.
        job_time_s: Time of a job that runs this circuit alone; None where the signal is gone.
        job_time_low_s: Lower end of its interval.
        job_time_high_s: Upper end of its interval.
        shots_noiseless: Shots that a noiseless device would need.
        shots_needed: Shots to run; None where the signal is gone.
        shots_needed_low: Fewer by the error that hardware showed; None without one (`hwcost.noise.hardware`).
        shots_needed_high: More by that error; None without one, and where the signal may be gone then.
        inflation_worst: Largest 1/λ², None if unbounded or not costed.
        inflation_mean: Mean 1/λ², None if unbounded or not costed.
        attenuation_worst: Smallest attenuation λ of a measured qubit, None if not costed.
        circuit_duration_s: Longest path, measurement included.
        readout_s: Measurement on the longest path, None if unknown.
        rep_delay_s: Wait between shots.
        shot_time_s: circuit_duration_s + rep_delay_s.
        sum_of_durations_s: Σ of all operations, measurement included.
        num_2q: Two-qubit gates.
        num_1q: One-qubit gates.
        num_measure: Measurements.
        depth: Depth in gates and measurements.
        depth_2q: Depth in two-qubit gates.
        num_swaps: Swaps that routing inserted; None for compilers that do not tell.
        swap_time_s: Serial time of these swaps, three two-qubit gates each.
        esp: Estimated success probability of gates and readout; None if not costed or below the smallest float.
        log10_esp: Its logarithm.
        log10_effective_time: log10 of the Hyb-HANAS paper's T_eff, a relative cost; None where undefined.
        job_fixed_s: Time of a job without a shot.
        job_shot_s: What each shot adds to it.
        requested_job_time_s: Time of a job with the shots as requested (`shots_noiseless`), whatever noise does.
        requested_standard_error: Standard error of the worst qubit (or the mean one, as `inflation` says) with these
            shots; None where the signal is gone or not costed.
        budget_shots: Shots that a job within the budget holds; None without a budget.
        budget_standard_error: Standard error with these; None without a budget or a shot, or where the signal is gone.
        equivalence: Whether a check found that the compiled circuit does what the circuit does: `equal`, `equal from
            zero` (from |0…0⟩, as on a device), or `not checked`.
    """

    qpu_time_s: float | None
    job_time_s: float | None
    job_time_low_s: float | None
    job_time_high_s: float | None
    shots_noiseless: int
    shots_needed: int | None
    inflation_worst: float | None
    inflation_mean: float | None
    attenuation_worst: float | None
    circuit_duration_s: float
    readout_s: float | None
    rep_delay_s: float
    shot_time_s: float
    sum_of_durations_s: float
    num_2q: int
    num_1q: int
    num_measure: int
    depth: int
    depth_2q: int
    num_swaps: int | None
    swap_time_s: float | None
    esp: float | None
    log10_esp: float | None
    log10_effective_time: float | None
    job_fixed_s: float
    job_shot_s: float
    requested_job_time_s: float
    requested_standard_error: float | None
    equivalence: str
    budget_shots: int | None = None
    budget_standard_error: float | None = None
    shots_needed_low: int | None = None
    shots_needed_high: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and text by name; `from_dict` reads it back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: object) -> CellCost | None:
        """Read the record that `to_dict` wrote; None if it is anything else."""
        if not isinstance(data, dict) or data.keys() != _field_types().keys():
            return None
        for name, allowed in _field_types().items():
            value = data[name]
            if isinstance(value, bool) or not isinstance(value, allowed):
                return None
            if isinstance(value, int) and value.bit_length() > _MOST_BITS:
                return None
            if isinstance(value, float) and not math.isfinite(value):
                return None
        return cls(**data)


@cache
def _field_types() -> dict[str, tuple[type, ...]]:
    """Return the types that each field may have; a whole number will do for a float."""
    types_of_field: dict[str, tuple[type, ...]] = {}
    for name, hint in get_type_hints(CellCost).items():
        kinds = get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        types_of_field[name] = (*kinds, int) if float in kinds else kinds
    return types_of_field


COST_FIELDS: tuple[str, ...] = tuple(f.name for f in dataclasses.fields(CellCost))
BUDGET_METRICS: tuple[str, ...] = ("budget_shots", "budget_standard_error")
"""Columns that have values with a budget only."""

_ENDS = ("shots_needed_low", "shots_needed_high")  # both follow from `shots_needed`

METRICS: tuple[str, ...] = tuple(
    name for name in COST_FIELDS if name not in {"equivalence", "shots_noiseless", *BUDGET_METRICS, *_ENDS}
)
"""Columns that can be ranked by, with or without a budget."""

LABELS = {
    "qpu_time_s": "QPU time",
    "job_time_s": "time as one job",
    "shots_needed": "shots needed",
    "num_2q": "two-qubit gates",
    "circuit_duration_s": "circuit duration",
    "inflation_worst": "shot inflation, worst qubit",
    "requested_job_time_s": "time of the job as requested",
    "requested_standard_error": "standard error of the job as requested",
    "budget_shots": "shots within the budget",
    "budget_standard_error": "standard error within the budget",
    "log10_effective_time": "log10 of the effective circuit cost (Hyb-HANAS paper; a relative cost, not a time)",
}
"""What a report calls some of them; the others go by their own names."""

MORE_IS_BETTER = frozenset({"budget_shots", "esp", "log10_esp", "attenuation_worst"})
UNKNOWN_IF_NONE = frozenset({"num_swaps", "swap_time_s", "readout_s", "esp", "log10_esp"})
"""Columns in which None stands for unknown. In others it says that the signal is gone: worse than any number."""

DEFAULT_METRIC = "qpu_time_s"
_ALIASES = {
    "total_time": "job_time_s",
    "shots": "shots_needed",
    "duration": "circuit_duration_s",
    "inflation": "inflation_worst",
    "attenuation": "attenuation_worst",
    "two_qubit_gates": "num_2q",
    "swaps": "num_swaps",
}


def check_metric(name: str) -> str:
    """Return the column; `-` for `_`, no unit and common names are accepted (total-time, shots, duration, inflation).

    Raises:
        OptionError: There is no such column; the message lists all.

    Example:
        >>> check_metric("qpu-time"), check_metric("2q"), check_metric("total time")
        ('qpu_time_s', 'num_2q', 'job_time_s')
    """
    plain = str(name).strip().lower().replace("-", "_").replace(" ", "_")
    for candidate in (plain, f"{plain}_s", f"num_{plain}", _ALIASES.get(plain)):
        if candidate in METRICS or candidate in BUDGET_METRICS:
            return str(candidate)
    raise OptionError(f"there is no column {one_line(str(name))!r} to rank by; choose from {', '.join(METRICS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One circuit on one backend by one compiler with one seed.

    Attributes:
        circuit: Name of the circuit.
        backend: Name of the backend.
        compiler: Name of the compiler.
        seed: Seed of the compiler.
        cost: What it costs, None if it failed.
        error: Why it failed, None if it did not.
        kind: Whether the input is at fault ("input") or the work failed ("work"); None if it did not fail.
    """

    circuit: str
    backend: str
    compiler: str
    seed: int
    cost: CellCost | None = None
    error: str | None = None
    kind: FailureKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one cell: a cost, or an error and its kind. It travels between processes and into the cache."""

    cost: CellCost | None = None
    error: str | None = None
    kind: FailureKind | None = None
