"""The terms of a job's time: what each fitted constant stands for, and what size of the job it multiplies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

Scope: TypeAlias = Literal["job", "circuit", "shot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One product of a fitted constant and a size of the job.

    Attributes:
        unit: Unit of the constant.
        scope: Whether the constant is paid once per job, once per circuit, or once per shot.
        needs: Sizes of the job that must be known.
        meaning: What the constant stands for.
    """

    unit: str
    scope: Scope
    needs: tuple[str, ...] = ()
    meaning: str


TERMS: Mapping[str, Term] = MappingProxyType(
    {
        "t0": Term(unit="s", scope="job", meaning="fixed overhead of a job"),
        "c_circuit": Term(unit="s/circuit", scope="circuit", meaning="loading one circuit"),
        "c_instruction": Term(
            unit="s/instruction",
            scope="circuit",
            needs=("total_instructions",),
            meaning="compiling and loading one transpiled instruction",
        ),
        "c_qubit": Term(
            unit="s/(circuit·qubit)", scope="circuit", needs=("num_qubits",), meaning="loading one qubit's sequence"
        ),
        "c_qubit_layer": Term(
            unit="s/(qubit·layer)",
            scope="circuit",
            needs=("num_qubits", "total_depth"),
            meaning="compiling one layer of one qubit, where instructions are not counted",
        ),
        "tau": Term(unit="s/shot", scope="shot", meaning="time from one shot to the next, circuit excluded"),
        "layer_time": Term(unit="s/layer", scope="shot", needs=("total_depth",), meaning="duration of one layer"),
        "shot_qubit_time": Term(
            unit="s/(shot·qubit)", scope="shot", needs=("num_qubits",), meaning="reading one qubit of one shot"
        ),
        "qubit_layer_time": Term(
            unit="s/(qubit·layer)",
            scope="shot",
            needs=("num_qubits", "total_depth"),
            # Depth is often that of the circuit as written; swaps then stretch each layer by more the wider it is.
            meaning="stretch of one layer per qubit of the circuit, as routing causes it",
        ),
        "shots_factor": Term(
            unit="1", scope="shot", meaning="factor on the time of the shots, as own jobs of the device show it"
        ),
    }
)
CIRCUIT_TIME_TERMS = ("layer_time", "shot_qubit_time", "qubit_layer_time")
"""The terms that stand for the duration of the circuits, where that was fitted."""
