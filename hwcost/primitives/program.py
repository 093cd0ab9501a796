"""A `QuantumProgram` of qiskit-ibm-runtime, or one that the client prepared, as runs: `program_runs`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from hwcost.core.checks import whole
from hwcost.core.errors import OptionError
from hwcost.primitives.counts import Run

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit_ibm_runtime.quantum_program import QuantumProgram


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What one PUB, or the readout calibration, became in a program."""

    mitigation: str | None
    first: int
    noise_factors: tuple[float, ...]


def is_program(value: object) -> TypeGuard[QuantumProgram]:
    """Return whether it is a `QuantumProgram` (of qiskit-ibm-runtime or samplomatic)."""
    return any(kind.__name__ == "QuantumProgram" for kind in type(value).__mro__)


def program_circuits(program: QuantumProgram) -> list[QuantumCircuit]:
    """Return the circuit of each item."""
    return [item.circuit for item in program.items]


def program_runs(program: QuantumProgram, pubs: Sequence[int] | None = None) -> tuple[Run, ...]:
    """Count the circuits of a program, item by item: the product of its shape, each with the program's shots.

    What an item is for is read from the notes that the client leaves in `passthrough_data`.

    Args:
        program: The program.
        pubs: Number of the PUB of each task, in order; default the number of the item.

    Raises:
        OptionError: It has no items, or no shots.
    """
    shots = whole("shots of the program", program.shots, 1, 10**15)
    if not program.items:
        raise OptionError("the program has no items; append at least one")
    tasks = _tasks(program.passthrough_data)
    runs: list[Run] = []
    computations = 0
    index = 0
    while index < len(program.items):
        task = tasks.get(index, _Task(mitigation=None, first=index, noise_factors=()))
        learning = task.mitigation == "trex"
        pub = None if learning else index if pubs is None else pubs[computations]
        computations += not learning
        for position, (factor, size) in enumerate(_sizes(program, task)):
            runs.append(
                Run(
                    purpose="readout learning" if learning else "computation",
                    pub=pub if pubs is not None or task.mitigation != "gate_folding" else index + position,
                    noise_factor=factor,
                    num_circuits=size,
                    shots=shots,
                )
            )
        index += len(task.noise_factors) if task.mitigation == "gate_folding" else 1
    if any(run.num_circuits < 1 for run in runs):
        raise OptionError("an item of the program has an axis of length 0, so nothing is run; give it values")
    return tuple(runs)


def _sizes(program: QuantumProgram, task: _Task) -> Iterator[tuple[float | None, int]]:
    """Yield (noise factor, circuits) of a task: folding has an item for each factor, PEA an axis of one item."""
    if task.mitigation == "gate_folding":
        for offset, factor in enumerate(task.noise_factors):
            yield factor, math.prod(program.items[task.first + offset].shape)
        return
    shape = tuple(program.items[task.first].shape)
    if task.mitigation == "pea" and shape and shape[0] == len(task.noise_factors):
        for factor in task.noise_factors:
            yield factor, math.prod(shape[1:])
        return
    yield None, math.prod(shape)


def _tasks(notes: object) -> dict[int, _Task]:
    listed = notes.get("qiskit_mitigation", ()) if isinstance(notes, Mapping) else ()
    tasks = [
        _Task(
            mitigation=note.get("mitigation"),
            first=int(note.get("program_item_index", 0)),
            noise_factors=tuple(map(float, note["noise_factors"])) if "noise_factors" in note else (),
        )
        for note in listed
    ]
    return {task.first: task for task in tasks}
