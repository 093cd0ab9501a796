"""Operations of a circuit's gates on a statevector, forward and backward, added up: `Tally`, `TallyCounter`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hwcost.circuits.expansion import definition_key
from hwcost.circuits.limits import MAX_NESTING
from hwcost.classical.gate_flops import Blocks, GateFlops, dense_flops, diagonal_flops, standard_gate_flops, total_flops
from hwcost.core.errors import CircuitError
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import CircuitInstruction, Operation

_SKIPPED = frozenset({"barrier", "delay", "global_phase", "break_loop", "continue_loop"})
_PREPARATIONS = frozenset({"initialize", "state_preparation"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """Operations of a sequence of gates, by width of the blocks that they act on.

    Attributes:
        gates: All gates, forward.
        first: The first gate with a derivative, None without any.
        tail: Gates after that one.
        cotangents: For backprop.
        derivatives: For adjoint.
        preparation: State preparations, what grows with the state.
        fixed: State preparations, what does not.
        num_steps: Gates.
        num_tail_steps: Gates after the first with a derivative.
        num_derivatives: Derivatives by angles.
        num_collapses: Measurements and resets on the way.
    """

    gates: Blocks = ()
    first: Blocks | None = None
    tail: Blocks = ()
    cotangents: Blocks = ()
    derivatives: Blocks = ()
    preparation: Blocks = ()
    fixed: int = 0
    num_steps: int = 0
    num_tail_steps: int = 0
    num_derivatives: int = 0
    num_collapses: int = 0


_NOTHING = Tally()


def _of_gate(flops: GateFlops, *, trainable: bool) -> Tally:
    """Return the tally of one gate, with derivatives by all of its angles or by none."""
    num_derivatives = len(flops.derivatives) if trainable else 0
    return Tally(
        gates=flops.apply,
        first=flops.apply if num_derivatives else None,
        cotangents=flops.cotangents if num_derivatives else (),
        derivatives=_sum((blocks, 1) for blocks in flops.derivatives) if num_derivatives else (),
        num_steps=1,
        num_derivatives=num_derivatives,
    )


def _sum(parts: Iterable[tuple[Blocks, int]]) -> Blocks:
    """Add up blocks, each repeated, by width."""
    by_width: dict[int, int] = {}
    for blocks, times in parts:
        for k, flops in blocks:
            by_width[k] = by_width.get(k, 0) + flops * times
    return tuple(sorted(by_width.items()))


def _join(head: dict[Tally, int], first: Tally | None, tail: dict[Tally, int]) -> Tally:
    """Join gates in order: those before the first with a derivative, that one, those after it, each repeated."""
    parts = dict(head)
    for part, times in ((first, 1), *tail.items()):
        if part is not None:
            parts[part] = parts.get(part, 0) + times
    items = parts.items()
    after = () if first is None else ((first.tail, 1), *((part.gates, times) for part, times in tail.items()))
    return Tally(
        gates=_sum((part.gates, times) for part, times in items),
        first=None if first is None else first.first,
        tail=_sum(after),
        cotangents=_sum((part.cotangents, times) for part, times in items),
        derivatives=_sum((part.derivatives, times) for part, times in items),
        preparation=_sum((part.preparation, times) for part, times in items),
        fixed=sum(part.fixed * times for part, times in items),
        num_steps=sum(part.num_steps * times for part, times in items),
        num_tail_steps=(0 if first is None else first.num_tail_steps)
        + sum(part.num_steps * times for part, times in tail.items()),
        num_derivatives=sum(part.num_derivatives * times for part, times in items),
        num_collapses=sum(part.num_collapses * times for part, times in items),
    )


def _repeat(tally: Tally, times: int) -> Tally:
    if times == 0:
        return _NOTHING
    if tally.first is None:
        return _join({tally: times}, None, {})
    return _join({}, tally, {tally: times - 1})


def _control(tally: Tally, num_controls: int) -> Tally:
    """Put the same gates under control: each acts on one of 2^(num_controls) parts of the amplitudes."""

    def wider(blocks: Blocks) -> Blocks:
        return tuple((k + num_controls, flops) for k, flops in blocks)

    return Tally(
        gates=wider(tally.gates),
        first=None if tally.first is None else wider(tally.first),
        tail=wider(tally.tail),
        cotangents=wider(tally.cotangents),
        derivatives=wider(tally.derivatives),
        num_steps=tally.num_steps,
        num_tail_steps=tally.num_tail_steps,
        num_derivatives=tally.num_derivatives,
        num_collapses=tally.num_collapses,
    )


class TallyCounter:
    """Tallies of circuits, each definition counted once.

    State: the memo of definitions, the number of qubits measured at the end, and the first gate that is not real.
    """

    def __init__(self, circuit: QuantumCircuit, *, real_state: bool):
        from qiskit import circuit as qiskit_circuit

        self._qiskit = qiskit_circuit
        self._real_state = real_state
        self._num_qubits = circuit.num_qubits
        self._standard: dict[tuple[str, bool], Tally | None] = {}
        self._memo: dict[tuple[object, ...], tuple[object, Tally]] = {}
        self._collapse = Tally(gates=((1, 3 if real_state else 6),), num_steps=1, num_collapses=1)
        self.only_free = bool(circuit.parameters)
        self.num_measured = 0
        self.complex_gate: str | None = None

    def of_top(self, circuit: QuantumCircuit) -> Tally:
        """Return the whole circuit; a measurement that nothing follows is final and collapses nothing."""
        final: dict[Any, int] = {}
        busy: set[Any] = set()
        last = len(circuit.data) - 1
        for position, instruction in enumerate(reversed(circuit.data)):
            name = instruction.name
            if name in ("barrier", "delay"):
                continue
            if name == "measure" and busy.isdisjoint((*instruction.qubits, *instruction.clbits)):
                final[instruction.qubits[0]] = last - position
            busy.update(instruction.qubits)
            if name != "measure":  # the next measurement overwrites a bit, everything else reads it
                busy.update(instruction.clbits)
        self.num_measured = len(final)
        return self._of_circuit(circuit, frozenset(final.values()), 0)

    def _of_circuit(self, circuit: QuantumCircuit, final: frozenset[int], depth: int) -> Tally:
        if depth > MAX_NESTING:
            raise CircuitError(f"gates are nested more than {MAX_NESTING} levels deep; decompose the circuit")
        head: dict[Tally, int] = {}
        tail: dict[Tally, int] = {}
        first: Tally | None = None
        for index, instruction in enumerate(circuit.data):
            if index in final:
                continue
            tally = self._of_instruction(instruction, depth)
            if first is not None:
                tail[tally] = tail.get(tally, 0) + 1
            elif tally.first is not None:
                first = tally
            else:
                head[tally] = head.get(tally, 0) + 1
        return _join(head, first, tail)

    def _of_instruction(self, instruction: CircuitInstruction, depth: int) -> Tally:
        if instruction.is_standard_gate():
            trainable = self._is_trainable(instruction.params)
            key = (instruction.name, trainable)
            if key not in self._standard:
                self._standard[key] = self._of_standard(*key)
            tally = self._standard[key]
            if tally is not None:
                return tally
        return self._of_operation(instruction.operation, depth)

    def _is_trainable(self, params: Iterable[Any]) -> bool:
        if not self.only_free:
            return True
        return any(getattr(value, "parameters", None) for value in params)

    def _of_standard(self, name: str, trainable: bool) -> Tally | None:
        if name in _SKIPPED:
            return _NOTHING
        flops = standard_gate_flops(name, self._real_state)
        return None if flops is None else self._one(flops, name, trainable=trainable)

    def _one(self, flops: GateFlops, name: str, *, trainable: bool = False) -> Tally:
        if not flops.real and self.complex_gate is None:
            self.complex_gate = one_line(name)
        return _of_gate(flops, trainable=trainable)

    def _of_operation(self, operation: Operation, depth: int) -> Tally:
        known = self._memo.get(definition_key(operation))
        if known is not None:
            return known[1]
        name = operation.name
        if isinstance(operation, (self._qiskit.Measure, self._qiskit.Reset)):
            return self._collapse
        if isinstance(operation, (self._qiskit.Barrier, self._qiskit.Delay)) or name in _SKIPPED:
            return _NOTHING
        if isinstance(operation, self._qiskit.ControlFlowOp):
            return self._of_control_flow(operation, depth)
        modifiers = getattr(operation, "modifiers", None)
        if modifiers is not None and hasattr(operation, "base_op"):
            return self._of_annotated(operation, modifiers, depth)
        if getattr(operation, "_standard_gate", None) is not None:
            tally = self._of_standard(name, self._is_trainable(operation.params))
            if tally is not None:
                return tally
        tally = self._of_library(operation)
        if tally is not None:
            return tally
        if getattr(operation, "num_ctrl_qubits", 0) and getattr(operation, "base_gate", None) is not None:
            return _control(self._of_operation(operation.base_gate, depth + 1), operation.num_ctrl_qubits)
        definition = operation.definition
        if definition is None:
            raise CircuitError(f"the gate {one_line(name)!r} has no definition; decompose the circuit first")
        tally = self._of_circuit(definition, frozenset(), depth + 1)
        self._memo[definition_key(operation)] = (operation, tally)
        return tally

    def _of_library(self, operation: Operation) -> Tally | None:
        """Count a library gate that a simulator applies as it is, by its structure."""
        name, k = operation.name, operation.num_qubits
        kind = getattr(operation, "base_class", type(operation))
        if not str(kind.__module__).startswith("qiskit."):
            return None
        if name in _PREPARATIONS:
            return self._of_preparation(operation)
        if name in ("unitary", "isometry"):
            is_real = all(_is_real(matrix) for matrix in operation.params)
            return self._one(dense_flops(k, real_matrix=is_real, real_state=self._real_state), name)
        if name == "diagonal":
            return self._one(diagonal_flops(k), name)
        if name == "permutation":
            return Tally(num_steps=1)
        # Uniformly controlled: another 2×2 matrix for each setting of the controls, each of the same structure.
        uniform = {"ucrx": "rx", "ucry": "ry", "ucrz": "rz", "multiplexer": "u"}.get(name)
        return None if uniform is None else self._of_standard(uniform, False)

    def _of_preparation(self, operation: Operation) -> Tally:
        if len(operation.params) != 1 << operation.num_qubits or isinstance(operation.params[0], str):
            return Tally(num_steps=1)  # a basis state by its label or number: nothing is computed
        is_real = _is_real(operation.params)
        if not is_real and self.complex_gate is None:
            self.complex_gate = one_line(operation.name)
        alone = operation.num_qubits == self._num_qubits
        product = 1 if self._real_state else 2 if is_real else 6
        return Tally(
            fixed=(3 if is_real else 6) << operation.num_qubits,
            preparation=() if alone else ((0, product),),
            num_steps=1,
        )

    def _of_annotated(self, operation: Operation, modifiers: Iterable[Any], depth: int) -> Tally:
        tally = self._of_operation(operation.base_op, depth + 1)
        for modifier in modifiers:
            if hasattr(modifier, "num_ctrl_qubits"):
                tally = _control(tally, modifier.num_ctrl_qubits)
            elif hasattr(modifier, "power"):
                tally = _repeat(tally, max(1, math.ceil(abs(modifier.power))))
        return tally

    def _of_control_flow(self, operation: Operation, depth: int) -> Tally:
        """Return all iterations of a loop; of branches the one with the most operations."""
        tallies = [self._of_circuit(block, frozenset(), depth + 1) for block in operation.blocks]
        if operation.name == "for_loop":
            return _repeat(tallies[0], len(operation.params[0]))
        return max(tallies, key=lambda tally: total_flops(tally.gates, self._num_qubits))


def _is_real(values: object) -> bool:
    import numpy as np

    return bool(np.abs(np.imag(np.asarray(values, dtype=complex))).max(initial=0.0) < 1e-12)
