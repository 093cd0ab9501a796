"""How large a job is: `JobSize`, and what multiplies each constant of a profile."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from hwcost.core.checks import is_between
from hwcost.core.errors import OptionError
from hwcost.core.text import shown
from hwcost.jobs.values import MAX_VALUE


def term_amounts(
    *, num_circuits: Any, shots: Any, num_qubits: Any = None, total_depth: Any = None, total_instructions: Any = None
) -> dict[str, Any]:
    """Return the size that multiplies each constant of `TERMS`; `None` where a size that it needs is not known.

    Works on numbers and, element by element, on arrays.

    >>> amounts = term_amounts(num_circuits=3, shots=100, total_depth=30)
    >>> amounts["tau"], amounts["layer_time"], amounts["c_instruction"]
    (300, 3000, None)
    """
    qubit_layers = None if num_qubits is None or total_depth is None else num_qubits * total_depth
    return {
        "t0": num_circuits * 0.0 + 1.0,
        "c_circuit": num_circuits,
        "c_instruction": total_instructions,
        "c_qubit": None if num_qubits is None else num_circuits * num_qubits,
        "c_qubit_layer": qubit_layers,
        "tau": num_circuits * shots,
        "layer_time": None if total_depth is None else shots * total_depth,
        "shot_qubit_time": None if num_qubits is None else num_circuits * shots * num_qubits,
        "qubit_layer_time": None if qubit_layers is None else shots * qubit_layers,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSize:
    """What of a job decides how long it takes. `None` where a size is not known.

    Every circuit of the job runs with the same number of shots; where shots differ, give their mean and
    `total_shots_time_s`.

    Attributes:
        shots: Shots of each circuit.
        num_circuits: Number n of circuits in the job.
        rep_delay_s: Time between shots, in seconds.
        total_circuit_duration_s: Sum over the job's circuits of their duration, measurement included, in seconds.
        total_shots_time_s: Σ shots·(rep_delay + T_circuit) in seconds, in place of the two before it.
        total_instructions: Sum over the job's circuits of their transpiled instructions.
        total_depth: Sum over the job's circuits of their depth.
        num_qubits: Qubits of a circuit.
        device: Name of the device that will run the job; the interval widens where the profile is of another one.
        processor: Its processor, such as `Heron r2`.
        year: Year of the job.

    Raises:
        OptionError: A size is negative or not finite.
    """

    shots: float
    num_circuits: float = 1
    rep_delay_s: float | None = None
    total_circuit_duration_s: float | None = None
    total_shots_time_s: float | None = None
    total_instructions: float | None = None
    total_depth: float | None = None
    num_qubits: float | None = None
    device: str | None = None
    processor: str | None = None
    year: int | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if (
                field.name not in ("device", "processor")
                and value is not None
                and not is_between(value, 0.0, MAX_VALUE)
            ):
                raise OptionError(
                    f"{field.name} is {shown(value)}; it must be a finite number that is not negative, at most "
                    f"{MAX_VALUE:g}"
                )
