"""A circuit with measurements and resets simulated as pure states: `read_program`, `simulate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import CircuitInstruction, Operation

Complexes: TypeAlias = npt.NDArray[np.complex128]
Floats: TypeAlias = npt.NDArray[np.float64]

MAX_BRANCHES = 64
"""Outcomes of measurements and resets inside the circuit that are followed one by one."""

MAX_MATRIX_QUBITS = 3
"""Of a gate that is applied as one matrix; larger ones by their definitions."""

MAX_STEPS = 20_000
"""Operations of one circuit; more would take longer to simulate than to compile."""

_IDENTITY: Complexes = np.eye(2, dtype=complex)


class CannotSimulateError(Exception):
    """The circuit has control flow, or is too large to be simulated for a check; the message says which."""


class TooLargeError(CannotSimulateError):
    """It has too many qubits, or too many operations."""


@dataclass(slots=True)
class Program:
    """What a circuit does in order: ("gate", matrix, qubits), ("measure", qubit, clbit) and ("reset", qubit)."""

    steps: list[tuple[Any, ...]] = field(default_factory=list)

    def qubits(self) -> set[int]:
        """Return the qubits that anything happens to."""
        used: set[int] = set()
        for step in self.steps:
            used.update(step[2] if step[0] == "gate" else (step[1],))
        return used

    def clbits(self) -> set[int]:
        """Return the classical bits that are written."""
        return {step[2] for step in self.steps if step[0] == "measure"}

    def work(self, num_qubits: int) -> int:
        """Return amplitudes times operations of its simulation on that many qubits."""
        final = _final_measurements(self)
        splits: int = sum(step[0] != "gate" and number not in final for number, step in enumerate(self.steps))
        branches: int = MAX_BRANCHES if splits > MAX_BRANCHES else min(1 << splits, MAX_BRANCHES)
        return len(self.steps) * branches * (1 << num_qubits)


def is_silent(instruction: CircuitInstruction) -> bool:
    """Return whether an operation does nothing to the ideal state, by its type: a user may call any gate `delay`."""
    if instruction.is_standard_gate():
        return bool(instruction.name == "id")
    from qiskit.circuit import Barrier, Delay  # after the frequent case: this runs once per instruction

    return isinstance(instruction.operation, (Barrier, Delay))


def refuse_control_flow(circuit: QuantumCircuit) -> None:
    """Refuse a circuit with branches or loops.

    Raises:
        CannotSimulateError: It has some.
    """
    from qiskit.circuit import ControlFlowOp

    for instruction in circuit.data:
        if not instruction.is_standard_gate() and isinstance(instruction.operation, ControlFlowOp):
            raise CannotSimulateError(f"it has control flow ({instruction.name})")


def read_program(circuit: QuantumCircuit) -> Program:
    """Read the circuit as a program.

    Raises:
        CannotSimulateError: It has control flow, opaque operations, or more than `MAX_STEPS` operations.
    """
    program = Program()
    qubits = {bit: i for i, bit in enumerate(circuit.qubits)}
    clbits = {bit: i for i, bit in enumerate(circuit.clbits)}
    _walk(circuit, qubits, clbits, program)
    return program


def _walk(circuit: QuantumCircuit, qubits: Mapping[Any, int], clbits: Mapping[Any, int], program: Program) -> None:
    from qiskit.circuit import Measure, Reset

    refuse_control_flow(circuit)
    for instruction in circuit.data:
        if len(program.steps) > MAX_STEPS:
            raise TooLargeError(f"it has more than {MAX_STEPS:,} operations")
        if is_silent(instruction):
            continue
        where = tuple([qubits[bit] for bit in instruction.qubits])
        if instruction.is_standard_gate() and len(where) <= MAX_MATRIX_QUBITS:
            matrix = instruction.matrix  # without making the operation
            if matrix is not None:
                program.steps.append(("gate", matrix, where))
                continue
        operation = instruction.operation
        if isinstance(operation, Measure):
            program.steps.append(("measure", where[0], clbits[instruction.clbits[0]]))
        elif isinstance(operation, Reset):
            program.steps.append(("reset", where[0]))
        else:
            matrix = _matrix(operation)
            if matrix is not None:
                program.steps.append(("gate", matrix, where))
                continue
            definition = getattr(operation, "definition", None)
            if definition is None:
                raise CannotSimulateError(f"{one_line(operation.name)!r} has no definition to simulate")
            inner_qubits = dict(zip(definition.qubits, where, strict=True))
            inner_clbits = {b: clbits[a] for a, b in zip(instruction.clbits, definition.clbits, strict=True)}
            _walk(definition, inner_qubits, inner_clbits, program)


def _matrix(operation: Operation) -> Complexes | None:
    """Return the unitary of a gate on few qubits, first qubit least significant; None where a definition says more."""
    if operation.num_qubits > MAX_MATRIX_QUBITS or operation.num_clbits or not hasattr(operation, "to_matrix"):
        return None
    try:
        return np.asarray(operation.to_matrix(), dtype=complex)
    except Exception:
        return None  # a custom gate whose matrix is only in its definition


def product_state(angles: Floats) -> Complexes:
    """Return cos(θ/2)|0⟩ + e^{iφ} sin(θ/2)|1⟩ on each qubit; one axis per qubit, after one for the branches."""
    state = np.ones((1,), dtype=complex)
    for theta, phi in angles:
        state = np.multiply.outer(state, np.array([np.cos(theta / 2), np.exp(1j * phi) * np.sin(theta / 2)]))
    return state


@dataclass(slots=True)
class Simulated:
    """State of each branch, what each branch wrote, and which qubits are read at the very end."""

    state: Complexes
    written: list[dict[int, int]]
    read_at_end: dict[int, int]

    def distribution(self, clbits: Sequence[int]) -> Floats:
        """Return the joint distribution of the classical bits, one axis each."""
        qubits = [self.read_at_end[c] for c in clbits if c in self.read_at_end]
        total = np.zeros((2,) * len(clbits))
        for state, written in zip(self.state, self.written, strict=True):
            others = tuple(q for q in range(state.ndim) if q not in qubits)
            probabilities = (np.abs(state) ** 2).sum(axis=others)
            axes = [q for q in range(state.ndim) if q in qubits]
            probabilities = probabilities.transpose([axes.index(q) for q in qubits])
            where = tuple(slice(None) if c in self.read_at_end else written.get(c, 0) for c in clbits)
            total[where] += probabilities
        return total


def simulate(program: Program, index: Mapping[int, int], state: Complexes) -> Simulated:
    """Run a program; gates on one qubit wait until a gate on several takes them along."""
    final = _final_measurements(program)
    waiting: dict[int, Complexes] = {}
    written: list[dict[int, int]] = [{}]
    read_at_end: dict[int, int] = {}
    for number, step in enumerate(program.steps):
        if step[0] == "gate":
            matrix, qubits = step[1], [index[q] for q in step[2]]
            if len(qubits) == 1:
                waiting[qubits[0]] = matrix @ waiting[qubits[0]] if qubits[0] in waiting else matrix
            else:
                state = _apply(state, _with_waiting(matrix, qubits, waiting), qubits)
        elif number in final:
            read_at_end[step[2]] = index[step[1]]
        else:
            qubit = index[step[1]]
            state = _split(_flush(state, waiting, qubit), qubit, flip=step[0] == "reset")
            outcomes = [written, [dict(bits) for bits in written]]
            if step[0] == "measure":
                for value, branches in enumerate(outcomes):
                    for bits in branches:
                        bits[step[2]] = value
            state, written = _without_empty(state, outcomes[0] + outcomes[1])
    for qubit in list(waiting):
        state = _flush(state, waiting, qubit)
    return Simulated(state=state, written=written, read_at_end=read_at_end)


def _with_waiting(matrix: Complexes, qubits: Sequence[int], waiting: dict[int, Complexes]) -> Complexes:
    """Join a gate with the gates on one qubit that come before it."""
    if waiting.keys().isdisjoint(qubits):
        return matrix
    before: Complexes = np.eye(1, dtype=complex)
    for qubit in qubits:  # the first is the least significant
        factor = waiting.pop(qubit, _IDENTITY)
        before = (factor[:, None, :, None] * before[None, :, None, :]).reshape(2 * len(before), 2 * len(before))
    return matrix @ before


def _final_measurements(program: Program) -> set[int]:
    """Find the measurements after which nothing happens to their qubit, and nothing else writes their classical bit."""
    later_qubits: set[int] = set()
    later_clbits: set[int] = set()
    final: set[int] = set()
    for number in range(len(program.steps) - 1, -1, -1):
        step = program.steps[number]
        qubits = step[2] if step[0] == "gate" else (step[1],)
        if step[0] == "measure":
            if later_qubits.isdisjoint(qubits) and step[2] not in later_clbits:
                final.add(number)
            later_clbits.add(step[2])
        later_qubits.update(qubits)
    return final


def _flush(state: Complexes, waiting: dict[int, Complexes], qubit: int) -> Complexes:
    matrix = waiting.pop(qubit, None)
    return state if matrix is None else _apply(state, matrix, [qubit])


def _apply(state: Complexes, matrix: Complexes, qubits: Sequence[int]) -> Complexes:
    """Apply a gate to some of the axes; Qiskit's matrices have the first qubit least significant."""
    axes = [1 + q for q in reversed(qubits)]  # axis 0 counts the branches
    order = [*axes, *(axis for axis in range(state.ndim) if axis not in axes)]
    moved = state.transpose(order)
    result = (matrix @ moved.reshape(len(matrix), -1)).reshape(moved.shape)
    back = [0] * len(order)
    for place, axis in enumerate(order):
        back[axis] = place
    return result.transpose(back)


def _split(state: Complexes, qubit: int, *, flip: bool) -> Complexes:
    """Return both outcomes of a measurement, one after the other; with `flip` the second is put back to |0⟩."""
    if 2 * len(state) > MAX_BRANCHES:
        raise CannotSimulateError(f"measurements and resets on the way have more than {MAX_BRANCHES} outcomes")
    zero, one = np.zeros_like(state), np.zeros_like(state)
    at_zero: tuple[Any, ...] = (slice(None),) * (1 + qubit) + (0,)
    at_one: tuple[Any, ...] = (slice(None),) * (1 + qubit) + (1,)
    zero[at_zero] = state[at_zero]
    one[at_zero if flip else at_one] = state[at_one]
    return np.concatenate([zero, one])


def _without_empty(state: Complexes, written: list[dict[int, int]]) -> tuple[Complexes, list[dict[int, int]]]:
    weights = (np.abs(state) ** 2).reshape(len(state), -1).sum(axis=1)
    keep = [k for k, weight in enumerate(weights) if weight > 1e-20]
    return state[keep], [written[k] for k in keep]
