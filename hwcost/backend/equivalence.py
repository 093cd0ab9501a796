"""Whether a compiled circuit does what the circuit does: `check_equivalence`, `EquivalenceCheck`, `Equivalence`.

Both circuits are simulated as pure states on the qubits that they use, from the same random product state, and what can
be seen at the end is compared: the joint distribution of the classical bits where the circuit measures, else the state
of its qubits up to a global phase. Two circuits that agree from a random product state agree from every state, except
with probability zero: a linear map that keeps all product states, each up to a phase, is the identity.

A compiler may use that a device starts in |0…0⟩ (Qiskit takes idle qubits as clean ancillas, other compilers drop
controlled gates on |0⟩). Circuits that differ from a random state are therefore compared from |0…0⟩ too, and the
verdict says so.

Circuits that are too large to simulate go to mqt.qcec, where that is installed (`hwcost.backend.qcec`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from hwcost.backend.qcec import TIME_LIMIT_S, prove_with_qcec
from hwcost.backend.statevector import (
    CannotSimulateError,
    Complexes,
    Floats,
    Program,
    Simulated,
    TooLargeError,
    is_silent,
    product_state,
    read_program,
    refuse_control_flow,
    simulate,
)
from hwcost.circuits.definitions import write_out_definitions
from hwcost.circuits.expansion import expanded_size
from hwcost.core.errors import CircuitError
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Placement: TypeAlias = tuple[list[int], list[int]]
Verdict: TypeAlias = Literal["equal", "equal from zero", "equal by mqt.qcec", "not checked"]
Method: TypeAlias = Literal["random product state", "zero state", "mqt.qcec"]

_METHODS: dict[Verdict, Method] = {
    "equal": "random product state",
    "equal from zero": "zero state",
    "equal by mqt.qcec": "mqt.qcec",
}

MAX_QUBITS = 12
"""Qubits in use, ancillas of routing included: a state of 4,096 amplitudes is no more work than compiling."""

MAX_VARIATION = 1e-5
MAX_INFIDELITY = 1e-9
"""Largest total variation distance of distributions, and infidelity of states, that still count as equal. Rounding
stays below 1e-13 for hundreds of gates, but compilers drop rotations whose infidelity is below 1e-12, and such a
rotation changes a distribution by up to 1e-6."""


MAX_WORK = 2**24
"""Amplitudes times operations of both circuits (times the branches of measurements on the way) that one estimate spends
on a proof: for 12 qubits about 4,000 operations, a quarter of a second beside the seconds that they take to compile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """Whether it is proved that a compiled circuit does what the circuit does. A difference is an error, not a record.

    Attributes:
        proved: Whether both were found equal.
        method: For simulations the state they were started from: `random product state` proves it for every input,
            `zero state` for a start in |0…0⟩, as on a device. `mqt.qcec` for every input, by that package. None where
            nothing is proved.
        reason: Why nothing is proved, None where it is.
    """

    proved: bool
    method: Method | None = None
    reason: str | None = None


def check_equivalence(circuit: QuantumCircuit, isa: QuantumCircuit, *, seed: int = 0) -> Verdict:
    """Check whether `isa` does what `circuit` does.

    Args:
        circuit: The circuit before compilation. Free parameters get random values, the same in both circuits.
        isa: The compiled circuit; its `layout` says where the qubits start and end. Without one, qubit i is qubit i.
        seed: Of the random state and the random parameters.

    Returns:
        "equal", "equal from zero" (equal when started in |0…0⟩, as on a device, but not from every state),
        "equal by mqt.qcec" (more than `MAX_QUBITS` qubits in use), or "not checked" (too large and not proved by
        mqt.qcec, control flow, or nothing that can be compared).

    Raises:
        CircuitError: The circuits differ; the message says by how much.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> bell, wrong = QuantumCircuit(2), QuantumCircuit(2)
        >>> _ = bell.h(0), bell.cx(0, 1), wrong.h(0), wrong.cz(0, 1)
        >>> check_equivalence(bell, bell)
        'equal'
        >>> check_equivalence(bell, wrong)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        hwcost.core.errors.CircuitError: the compiled circuit does something else: its final state has an infidelity ...
    """
    return EquivalenceCheck(circuit, seed=seed).verdict(isa)


class EquivalenceCheck:
    """Checks many compilations of one circuit, which is simulated once. See `check_equivalence`."""

    def __init__(self, circuit: QuantumCircuit, *, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        width = circuit.num_qubits
        self._width = width
        self._values = {parameter.name: rng.uniform(-np.pi, np.pi) for parameter in circuit.parameters}
        random = np.column_stack([np.arccos(rng.uniform(-1, 1, width)), rng.uniform(0, 2 * np.pi, width)])
        self._angles = {"equal": random, "equal from zero": np.zeros_like(random)}
        self._circuit = circuit
        self._program: Program | None = None
        self._results: dict[tuple[str, tuple[int, ...]], Simulated] = {}

    def verdict(self, isa: QuantumCircuit, *, time_limit_s: float = TIME_LIMIT_S) -> Verdict:
        """Check whether `isa` does what the circuit does, at any amount of work of a simulation.

        Args:
            isa: The compiled circuit.
            time_limit_s: Of mqt.qcec, in seconds; 0 leaves it out.

        Raises:
            CircuitError: The circuits differ.
        """
        try:
            return self._verdict(isa, None, time_limit_s)
        except CannotSimulateError:
            return "not checked"

    def prove(
        self, isa: QuantumCircuit, *, max_work: int = MAX_WORK, time_limit_s: float = TIME_LIMIT_S
    ) -> Equivalence:
        """Check whether `isa` does what the circuit does, or say why that was not checked.

        Args:
            isa: The compiled circuit.
            max_work: Amplitudes times operations of both circuits that may be simulated.
            time_limit_s: Of mqt.qcec, in seconds.

        Raises:
            CircuitError: The circuits differ.
        """
        try:
            return Equivalence(proved=True, method=_METHODS[self._verdict(isa, max_work, time_limit_s)])
        except CannotSimulateError as error:
            return Equivalence(proved=False, reason=str(error))

    def _verdict(self, isa: QuantumCircuit, max_work: int | None, time_limit_s: float) -> Verdict:
        try:
            return self._simulated(isa, max_work)
        except TooLargeError as error:
            if not time_limit_s:
                raise
            refuse_control_flow(self._circuit)
            bound, bound_isa = self._bound(self._circuit), self._bound(isa)
            starts, ends = placement(self._width, isa)
            try:
                prove_with_qcec(bound, bound_isa, starts, ends, time_limit_s=time_limit_s)
            except CannotSimulateError as second:
                raise CannotSimulateError(f"{error}; {second}") from None
            return "equal by mqt.qcec"

    def _simulated(self, isa: QuantumCircuit, max_work: int | None) -> Verdict:
        num_used = _num_used(isa)
        if num_used > MAX_QUBITS:
            raise TooLargeError(_too_wide(num_used))
        if max_work is not None and self._program is None:
            # Before the circuit's definitions are asked for, which alone may take seconds.
            _check_work(expanded_size(self._circuit).num_instructions << num_used, max_work)
        refuse_control_flow(self._circuit)
        after_circuit = self._bound(isa)
        starts, ends = placement(self._width, isa)
        if self._program is None:
            self._program = read_program(self._bound(write_out_definitions(self._circuit)))
        before, after = self._program, read_program(after_circuit)
        lost = sorted(before.clbits() - after.clbits())
        if lost:
            raise CircuitError(f"the compiled circuit never measures into classical bit {lost[0]}; the circuit does")
        placed = _place(before, after, starts, ends)
        if max_work is not None:
            _check_work(before.work(len(placed.inside)) + after.work(len(placed.index)), max_work)
        limit = MAX_VARIATION if before.clbits() else MAX_INFIDELITY
        for start in ("equal", "equal from zero"):
            difference = self._difference(start, before, after, placed)
            if difference <= limit:
                return start
        what = (
            f"its outcomes are distributed otherwise, total variation distance {difference:.2g}"
            if before.clbits()
            else f"its final state has an infidelity of {difference:.2g}"
        )
        raise CircuitError(f"the compiled circuit does something else: {what}")

    def _bound(self, circuit: QuantumCircuit) -> QuantumCircuit:
        """Bind the random values to the circuit's free parameters, by name."""
        if not circuit.num_parameters:
            return circuit
        unknown = [parameter.name for parameter in circuit.parameters if parameter.name not in self._values]
        if unknown:
            raise CircuitError(
                f"the compiled circuit has a parameter {one_line(unknown[0])!r} that the circuit has not"
            )
        return circuit.assign_parameters({p: self._values[p.name] for p in circuit.parameters})

    def _difference(self, start: Verdict, before: Program, after: Program, placed: _Placed) -> float:
        """Return the total variation distance or infidelity of the two, from one of the two starting states."""
        angles = self._angles[start][placed.inside]
        key = start, tuple(placed.inside)
        if key not in self._results:
            self._results[key] = simulate(before, {q: k for k, q in enumerate(placed.inside)}, product_state(angles))
        first = self._results[key]
        spread = np.zeros((len(placed.index), 2))
        spread[placed.starts] = angles
        second = simulate(after, placed.index, product_state(spread))
        clbits = sorted(before.clbits())
        if clbits:
            return _variation(first.distribution(clbits), second.distribution(clbits))
        if len(first.state) > 1 or len(second.state) > 1:
            raise CannotSimulateError("a reset without a later measurement leaves a mixture of states")
        return _infidelity(first.state[0], second.state[0], placed.ends)


def _num_used(isa: QuantumCircuit) -> int:
    return len({bit for instruction in isa.data if not is_silent(instruction) for bit in instruction.qubits})


def _too_wide(num_qubits: int) -> str:
    return f"{num_qubits} qubits in use, at most {MAX_QUBITS} are simulated"


def _check_work(work: int, max_work: int) -> None:
    if work > max_work:
        raise TooLargeError(
            f"simulating it takes about {float(work):.1g} changes of amplitudes, at most {float(max_work):.1g} are made"
        )


def placement(width: int, isa: QuantumCircuit) -> Placement:
    """Return where each qubit of the circuit starts and ends in the compiled one.

    Args:
        width: Qubits of the circuit.
        isa: The compiled circuit.

    Raises:
        CircuitError: Its layout does not say that.
    """
    if isa.layout is None:
        if isa.num_qubits < width:
            raise CircuitError(f"the compiled circuit has {isa.num_qubits} qubits, the circuit {width}")
        return list(range(width)), list(range(width))
    try:
        # Not by `initial_index_layout`, which in Qiskit 2.0 fails where routing reordered the layout.
        bits = {number: bit for bit, number in isa.layout.input_qubit_mapping.items()}
        starts = [int(isa.layout.initial_layout[bits[number]]) for number in range(width)]
        ends = [int(q) for q in isa.layout.final_index_layout(filter_ancillas=True)]
    except Exception as error:
        raise CircuitError(
            f"the layout of the compiled circuit cannot be read ({type(error).__name__}: {one_line(str(error))})"
        ) from None
    for places in (starts, ends):
        if len(places) != width or len(set(places)) != width or not set(places) <= set(range(isa.num_qubits)):
            raise CircuitError(
                f"the layout of the compiled circuit does not place the circuit's {width} qubits on different ones"
            )
    return starts, ends


@dataclass(frozen=True, slots=True)
class _Placed:
    """The qubits that matter: those of the circuit, and where they are among those of the compiled circuit.

    Qubit i of the circuit matters if anything happens to it, before or after compilation, or if it moves.
    """

    inside: list[int]
    index: dict[int, int]
    starts: list[int]
    ends: list[int]


def _place(before: Program, after: Program, starts: Sequence[int], ends: Sequence[int]) -> _Placed:
    used, used_after = before.qubits(), after.qubits()
    inside = [i for i in range(len(starts)) if i in used or {starts[i], ends[i]} & used_after or starts[i] != ends[i]]
    places = used_after | {starts[i] for i in inside} | {ends[i] for i in inside}
    if max(len(inside), len(places)) > MAX_QUBITS:
        raise TooLargeError(_too_wide(max(len(inside), len(places))))
    index = {qubit: k for k, qubit in enumerate(sorted(places))}
    return _Placed(inside, index, [index[starts[i]] for i in inside], [index[ends[i]] for i in inside])


def _variation(first: Floats, second: Floats) -> float:
    return float(0.5 * np.abs(first - second).sum())


def _infidelity(first: Complexes, second: Complexes, ends: Sequence[int]) -> float:
    """Return 1 − Σ_r |⟨first|second_r⟩|², r over the qubits outside the circuit: 0 if they are left in a product."""
    overlap = np.tensordot(first.conj(), second, axes=(range(first.ndim), list(ends)))
    return float(abs(1.0 - (np.abs(overlap) ** 2).sum()))
