"""What a circuit expands to, counted without expanding it: `expanded_size`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sized
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hwcost.circuits.limits import (
    MAX_DELAY_DT,
    MAX_DELAY_S,
    MAX_NESTED_BLOCKS,
    MAX_NESTING,
    STEPS_OF_A_BLOCK,
    nested_too_deeply,
)
from hwcost.circuits.size import Size, library_size
from hwcost.core.checks import is_finite
from hwcost.core.errors import CircuitError
from hwcost.core.text import error_text, one_line, shown
from hwcost.core.units import SECONDS_PER_UNIT

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import Operation

_DELAY_UNITS_S = {**SECONDS_PER_UNIT, "ps": 1e-12}
_REFUSED_CONTROL_FLOW = {
    "while_loop": "a while_loop has no bounded length",
    "box": "a box is not supported by the transpiler",
    "store": "store writes a classical variable, whose value is unknown",
}
_ACCEPTED = "bounded constructs are accepted: if_else, for_loop, switch_case"
_STEP = Size(num_steps=1)
_INSTRUCTION = Size(num_instructions=1, num_steps=1)
_MEASUREMENT = Size(num_instructions=1, num_measurements=1, num_steps=1)
_RESET = Size(num_instructions=1, num_resets=1, num_steps=1)


def expanded_size(circuit: QuantumCircuit, *, with_boxes: bool = False) -> Size:
    """Count what a circuit expands to, without expanding it; a `CircuitError` where that is not known.

    Args:
        circuit: The circuit.
        with_boxes: Count a box by its content; otherwise it is refused, as the transpiler refuses it.
    """
    return Expansion(with_boxes=with_boxes).of_circuit(circuit, f"circuit {one_line(circuit.name)!r}")


def definition_key(operation: Operation) -> tuple[object, ...]:
    """Return a key that is equal for operations with the same definition, up to the values of parameters."""
    # Gates of an OpenQASM 2 file build their definition when it is asked for, each instance its own. What they share
    # is the list of gates known where their kind was defined.
    known_gates = getattr(operation, "_gates", None)
    if known_gates:
        return (type(operation), operation.name, operation.num_qubits, id(known_gates))
    definition = getattr(operation, "_definition", None)
    return (id(operation),) if definition is None else (id(definition),)


class Expansion:
    """Sizes of circuits, each definition counted once: `of_circuit`.

    State: the variables of loops seen, how many blocks of control flow are open, and the memo. Definitions are
    remembered by identity and kept alive, so that an identity is never reused.
    """

    def __init__(self, *, with_boxes: bool = False) -> None:
        from qiskit import circuit

        self._qiskit = circuit
        self._by_type = {
            circuit.Measure: _MEASUREMENT,
            circuit.Reset: _RESET,
            circuit.Barrier: _STEP,
            circuit.BreakLoopOp: _STEP,
            circuit.ContinueLoopOp: _STEP,
        }
        self.loop_variables: set[Any] = set()
        self._num_blocks = 0
        self._with_boxes = with_boxes
        self._memo: dict[tuple[object, ...], tuple[object, Size]] = {}

    def of_circuit(self, circuit: QuantumCircuit, where: str, depth: int = 0) -> Size:
        """Count a circuit; arguments are how messages call it, and the levels of definitions and blocks around it."""
        if depth > MAX_NESTING:
            raise CircuitError(f"{where}: gates are nested more than {MAX_NESTING} levels deep; decompose the circuit")
        num_variables = circuit.num_vars + getattr(circuit, "num_stretches", 0)
        if num_variables:
            raise CircuitError(
                f"{where} has {num_variables} classical variable{'s' if num_variables > 1 else ''}: its course is "
                f"unknown before it runs; {_ACCEPTED}"
            )
        num_instructions = num_measurements = num_resets = num_steps = num_levels = 0
        isfinite = math.isfinite
        # This loop runs once per instruction: plain integers, and the frequent cases before any call.
        for index, instruction in enumerate(circuit.data):
            if instruction.is_standard_gate():
                num_instructions += 1
                num_steps += 1
                for value in instruction.params:
                    if isinstance(value, float) and not isfinite(value):
                        raise CircuitError(
                            f"{_position(where, index, depth)}: {instruction.name} has the parameter {value}; "
                            "give a finite angle"
                        )
            else:
                operation = instruction.operation
                size = self._by_type.get(type(operation))
                if size is None:
                    size = self._of_operation(operation, _position(where, index, depth), depth)
                num_instructions += size.num_instructions
                num_measurements += size.num_measurements
                num_resets += size.num_resets
                num_steps += size.num_steps
                num_levels = max(num_levels, size.num_levels)
        return Size(
            num_instructions=num_instructions,
            num_measurements=num_measurements,
            num_resets=num_resets,
            num_steps=num_steps,
            num_levels=num_levels,
        )

    def _of_operation(self, operation: Operation, where: str, depth: int) -> Size:
        memoized = self._memo.get(definition_key(operation))
        if memoized is not None:
            return memoized[1]
        for kind, size in self._by_type.items():
            if isinstance(operation, kind):
                return size
        if isinstance(operation, self._qiskit.Delay):
            _check_delay(operation, where)
            return _INSTRUCTION
        if isinstance(operation, (self._qiskit.ControlFlowOp, self._qiskit.Store)):
            return self._of_control_flow(operation, where, depth)
        return self._of_gate(operation, where, depth)

    def _of_control_flow(self, operation: Operation, where: str, depth: int) -> Size:
        name = operation.name
        is_box = name == "box" and self._with_boxes
        if name in _REFUSED_CONTROL_FLOW and not is_box:
            raise CircuitError(f"{where}: {_REFUSED_CONTROL_FLOW[name]}; {_ACCEPTED}")
        if name not in ("if_else", "for_loop", "switch_case") and not is_box:
            raise CircuitError(f"{where}: the control flow {one_line(name)!r} is not known; {_ACCEPTED}")
        times = 1
        if name == "for_loop":
            times = _num_values(operation.params[0])
            self.loop_variables.add(operation.params[1])
        inside = where if depth else f"{where} ({name})"
        if self._num_blocks >= MAX_NESTED_BLOCKS:
            raise nested_too_deeply(inside)
        self._num_blocks += 1
        sizes = [self.of_circuit(block, inside, depth + 1) for block in operation.blocks]
        self._num_blocks -= 1
        body = sum(sizes, _STEP)
        if name == "for_loop" and not body.num_instructions:
            # An empty step is a step too: 10^9 of them cannot be unrolled either.
            body += _INSTRUCTION
        blocks = Size(num_steps=0 if is_box else STEPS_OF_A_BLOCK * len(sizes))
        return replace(body * times + blocks, num_levels=body.num_levels + 1)

    def _of_gate(self, operation: Operation, where: str, depth: int) -> Size:
        label = one_line(operation.name)
        base = getattr(operation, "base_op", None)
        if base is not None and hasattr(operation, "modifiers"):
            return self._of_annotated(operation, base, where, depth)
        if getattr(operation, "_standard_gate", None) is not None:
            return _INSTRUCTION
        formula = library_size(operation)
        if formula is not None:
            return formula
        key = definition_key(operation)
        try:
            with warnings.catch_warnings():
                # Qiskit's own deprecations, not the user's.
                warnings.simplefilter("ignore")
                definition = getattr(operation, "definition", None)
        except Exception as error:
            reason = f"{type(error).__name__}: {one_line(error_text(error))}"
            raise CircuitError(
                f"{where}: the gate {label!r} cannot be expanded ({reason}); decompose it first"
            ) from None
        if definition is None:
            raise CircuitError(
                f"{where}: {label!r} is opaque, it has no definition and is not a standard gate; define it, or remove "
                "it if it is an instruction for a simulator"
            )
        inside = self.of_circuit(definition, where if depth else f"{where}, inside gate {label!r}", depth + 1)
        size = replace(inside, num_steps=inside.num_steps + 1, num_levels=inside.num_levels + 1)  # with the call
        # Once built, a definition has an identity of its own, which copies of the gate share.
        self._memo[key] = self._memo[definition_key(operation)] = (operation, size)
        return size

    def _of_annotated(self, operation: Operation, base: Operation, where: str, depth: int) -> Size:
        size = self._of_operation(base, where, depth + 1)
        for modifier in operation.modifiers:
            power = getattr(modifier, "power", None)
            if power is not None:
                if not is_finite(power):
                    raise CircuitError(f"{where}: the power {shown(power)} of {one_line(base.name)!r} is not finite")
                size *= max(1, math.ceil(abs(power)))
            size *= _gates_under_controls(getattr(modifier, "num_ctrl_qubits", 0))
        size += _STEP
        return size if size.num_instructions else size + _INSTRUCTION


def _gates_under_controls(count: int) -> int:
    """Order of magnitude of the gates that one gate becomes under so many controls; those of Qiskit 2.3 are fewer.

    >>> [_gates_under_controls(count) for count in (0, 1, 2, 6)]
    [1, 10, 45, 1008]
    """
    return min(5 * count**3 + 5, 28 * count**2) if count else 1


def _position(where: str, index: int, depth: int) -> str:
    """Return the place of an instruction of the outermost circuit; deeper ones keep that of the one they are in."""
    return where if depth else f"{where}, instruction {index}"


def _check_delay(operation: Operation, where: str) -> None:
    from qiskit.circuit import ParameterExpression

    duration = operation.params[0]
    if isinstance(duration, ParameterExpression):
        if duration.parameters:
            raise CircuitError(
                f"{where}: a delay of {one_line(str(duration))} {operation.unit} has no known length; bind its "
                "parameter with circuit.assign_parameters"
            )
        return
    if not is_finite(duration):
        raise CircuitError(f"{where}: a delay of {shown(duration)} has no known length; give a number")
    unit = str(operation.unit)
    length, limit, limit_text = float(duration), MAX_DELAY_S, f"a day ({MAX_DELAY_S:,.0f} s)"
    if unit == "dt":
        limit, limit_text = MAX_DELAY_DT, f"{MAX_DELAY_DT:.0e} dt"
    else:
        length *= _DELAY_UNITS_S.get(unit, 1.0)
    if not 0.0 <= length <= limit:
        raise CircuitError(
            f"{where}: a delay of {shown(duration)} {one_line(unit)} is outside 0 to {limit_text}; correct it"
        )


def _num_values(values: Sized) -> int:
    """Return how many values a loop takes; Python's len of a range ends at 64 bits."""
    if not isinstance(values, range):
        return len(values)
    step = abs(values.step)
    distance = values.stop - values.start if values.step > 0 else values.start - values.stop
    return max(0, -(-distance // step))
