"""Whether a circuit can be costed, and what its user should know first: `check_circuit`.

Here are also the limits that the readers of files hold a header's claims against, and the text of names and errors
that come from outside.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sized
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hwcost.core.checks import is_finite
from hwcost.core.errors import CircuitError
from hwcost.core.text import error_text, one_line, shown
from hwcost.core.units import SECONDS_PER_UNIT

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import Operation

MAX_QUBITS = 10_000
"""Ten times the largest announced superconducting chips; a header may claim billions, and each costs memory."""

MAX_CLBITS = 100_000
"""Room for a hundred rounds of mid-circuit measurement of a thousand qubits."""

MAX_INSTRUCTIONS = 200_000
"""The one budget of instructions, expanded: an estimate takes 0.1 to 0.5 ms and 5 kB for each and seed, so at most
about 100 s and 1 GB."""

MAX_NESTING = 200
"""Definitions within definitions. Real circuits stay below 20; Python's own stack ends at 1000 calls."""

MAX_NESTED_BLOCKS = 40
"""Control flow within control flow: the compiler's passes call themselves with up to ten calls for each level."""

MAX_DELAY_S = 86_400.0
"""A day; the qubits of a delay forget within milliseconds."""

MAX_DELAY_DT = 10**15
"""The same in units of dt, which is 0.1 to 5 ns."""

_DELAY_UNITS_S = {**SECONDS_PER_UNIT, "ps": 1e-12}
_REFUSED_CONTROL_FLOW = {
    "while_loop": "a while_loop has no bounded length",
    "box": "a box is not supported by the transpiler",
    "store": "store writes a classical variable, whose value is unknown",
}
NO_MEASUREMENT = "no measurement: duration and ESP are without readout; --measure-all adds one to every qubit"
_ACCEPTED = "bounded constructs are accepted: if_else, for_loop, switch_case"


def check_circuit(circuit: QuantumCircuit, *, max_instructions: int = MAX_INSTRUCTIONS) -> tuple[str, ...]:
    """Refuse a circuit that cannot be costed; otherwise what its user should know, one line each.

    The size is counted without expanding anything, in time linear in the number of instructions, so that forty nested
    doublings are refused in milliseconds.

    Args:
        circuit: The circuit as its author wrote it, or transpiled.
        max_instructions: Limit of what it expands to; the default is what can be compiled.

    Returns:
        Warnings for people; empty when there is nothing to say.

    Raises:
        CircuitError: The circuit has no qubits or no operations, has an unbounded or unknown part, or is too large.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> bell = QuantumCircuit(2)
        >>> _ = bell.h(0), bell.cx(0, 1)
        >>> check_circuit(bell)
        ('no measurement: duration and ESP are without readout; --measure-all adds one to every qubit',)
    """
    from qiskit import QuantumCircuit

    if not isinstance(circuit, QuantumCircuit):
        raise CircuitError(f"a {type(circuit).__name__} is not a circuit; give a qiskit.QuantumCircuit")
    where = f"circuit {one_line(circuit.name)!r}"
    if circuit.num_qubits == 0:
        raise CircuitError(f"{where} has 0 qubits: nothing to estimate; give a circuit with qubits and gates")
    refuse_too_many_bits(circuit.num_qubits, circuit.num_clbits, where)
    sizes = _Sizes()
    size = sizes.of_circuit(circuit, where)
    refuse_too_many_instructions(size, where, max_instructions)
    if size.num_instructions == 0:
        contents = "only barriers" if len(circuit.data) else "no operations"
        raise CircuitError(f"{where} has {contents}: nothing to estimate; add gates or a measurement")
    # Qiskit counts the variable of a loop among the parameters, but the loop gives it its values.
    unbound = [parameter.name for parameter in circuit.parameters if parameter not in sizes.loop_variables]
    return _warnings(unbound, size)


def refuse_too_many_instructions(size: Size, where: str, limit: int = MAX_INSTRUCTIONS) -> None:
    """Refuse a circuit that expands to more than is costed: in operations, or in calls of gates and barriers."""
    if size.num_instructions > limit:
        number, what = size.num_instructions, "instructions"
    elif size.num_steps > limit:
        number, what = size.num_steps, "calls of gates, barriers and instructions"
    else:
        return
    raise CircuitError(
        f"{where} expands to {_count_text(number)} {what}, at most {limit:,} can be costed; cost one "
        "repetition of its largest part instead"
    )


def nested_too_deeply(where: str) -> CircuitError:
    """Return the error for control flow that is nested too deeply."""
    return CircuitError(
        f"{where}: control flow is nested more than {MAX_NESTED_BLOCKS} levels deep; join the conditions, or write the "
        "blocks one after the other"
    )


def refuse_to_move(circuit: QuantumCircuit) -> None:
    """Refuse to compile a circuit on physical qubits ($0, $1 … in OpenQASM 3): compiling would move it.

    A circuit that Qiskit transpiled has a layout too, but registers besides.
    """
    if circuit.layout is not None and not circuit.qregs:
        raise CircuitError(
            f"circuit {one_line(circuit.name)!r} is on physical qubits ($n in OpenQASM 3), and compiling would move "
            "it; estimate with --no-transpile (transpile=False) if it is written for the device, or declare "
            f"qubit[{circuit.num_qubits}] q; and write q[n] for $n"
        )


def _warnings(unbound: list[str], size: Size) -> tuple[str, ...]:
    warnings = []
    if unbound:
        names = [one_line(name) for name in unbound[:3]]
        listed = ", ".join(names) + (", …" if len(unbound) > len(names) else "")
        plural = "s" if len(unbound) > 1 else ""
        warnings.append(
            f"{len(unbound)} unbound parameter{plural} ({listed}): gate counts of bound circuits differ, angles such "
            "as 0 or π need fewer gates"
        )
    if not size.num_measurements:
        warnings.append(NO_MEASUREMENT)
    if size.num_resets:
        plural = "s" if size.num_resets > 1 else ""
        warnings.append(
            f"{_count_text(size.num_resets)} reset{plural} (initialize contains one per qubit): calibrations report no "
            "error for reset"
        )
    return tuple(warnings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a circuit expands to, once every definition is written out in Qiskit's standard gates.

    Attributes:
        num_instructions: Gates, measurements, resets and delays.
        num_measurements: Measurements among them.
        num_resets: Resets among them.
        num_steps: Instructions, barriers, calls of gates and blocks, empty ones too: whoever expands the circuit makes
            that many objects.
        num_levels: Levels of definitions and blocks within each other.
    """

    num_instructions: int = 0
    num_measurements: int = 0
    num_resets: int = 0
    num_steps: int = 0
    num_levels: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(
            num_instructions=self.num_instructions + other.num_instructions,
            num_measurements=self.num_measurements + other.num_measurements,
            num_resets=self.num_resets + other.num_resets,
            num_steps=self.num_steps + other.num_steps,
            num_levels=max(self.num_levels, other.num_levels),
        )

    def __mul__(self, times: int) -> Size:
        return Size(
            num_instructions=self.num_instructions * times,
            num_measurements=self.num_measurements * times,
            num_resets=self.num_resets * times,
            num_steps=self.num_steps * times,
            num_levels=self.num_levels,
        )


def expanded_size(circuit: QuantumCircuit, *, with_boxes: bool = False) -> Size:
    """Count what a circuit expands to, without expanding it; a `CircuitError` where that is not known.

    Args:
        circuit: The circuit.
        with_boxes: Count a box by its content; otherwise it is refused, as the transpiler refuses it.
    """
    return _Sizes(with_boxes=with_boxes).of_circuit(circuit, f"circuit {one_line(circuit.name)!r}")


_NOTHING = Size()
_STEP = Size(num_steps=1)
_INSTRUCTION = Size(num_instructions=1, num_steps=1)
_MEASUREMENT = Size(num_instructions=1, num_measurements=1, num_steps=1)
_RESET = Size(num_instructions=1, num_resets=1, num_steps=1)


class _Sizes:
    """Sizes of circuits, each definition counted once.

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
        return replace(body * times, num_levels=body.num_levels + 1)

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
        size += _STEP
        return size if size.num_instructions else size + _INSTRUCTION


def _position(where: str, index: int, depth: int) -> str:
    """Return the place of an instruction of the outermost circuit; deeper ones keep that of the one they are in."""
    return where if depth else f"{where}, instruction {index}"


def definition_key(operation: Operation) -> tuple[object, ...]:
    """Return a key that is equal for operations with the same definition, up to the values of parameters."""
    # Gates of an OpenQASM 2 file build their definition when it is asked for, each instance its own. What they share
    # is the list of gates known where their kind was defined.
    known_gates = getattr(operation, "_gates", None)
    if known_gates:
        return (type(operation), operation.name, operation.num_qubits, id(known_gates))
    definition = getattr(operation, "_definition", None)
    return (id(operation),) if definition is None else (id(definition),)


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


def library_size(operation: Operation) -> Size | None:
    """Order of magnitude of the library's gates that are synthesised, not expanded; None for every other gate.

    Their definitions are never built here: that can take minutes, and only the transpiler needs them.
    """
    # Qiskit's shared instances have a class of their own without a module.
    kind = getattr(operation, "base_class", type(operation))
    name, n = operation.name, operation.num_qubits
    if kind.__name__ == "_U0Gate":  # qelib1's wait of that many cycles
        return _library(max(1, int(operation.params[0])) if is_finite(operation.params[0]) else 1)
    if not str(kind.__module__).startswith(("qiskit.circuit.library", "qiskit.quantum_info")):
        return None
    if name in ("unitary", "isometry"):
        return _library(4**n)
    if name in ("diagonal", "state_preparation", "multiplexer", "ucrx", "ucry", "ucrz"):
        return _library(2**n)
    if name == "initialize":
        return Size(num_instructions=2**n + n, num_resets=n, num_steps=2**n + n)
    if name in ("qft", "clifford", "linear_function", "permutation"):
        return _library(max(1, n * n))
    if name == "PauliEvolution":
        return _library(_evolution_size(operation))
    return None


def _library(number: int) -> Size:
    return Size(num_instructions=number, num_steps=number)


def _evolution_size(operation: Operation) -> int:
    operators = operation.operator if isinstance(operation.operator, list) else [operation.operator]
    num_terms = sum(len(operator) if hasattr(operator, "__len__") else 1 for operator in operators)
    repetitions = int(getattr(operation.synthesis, "reps", 1) or 1)
    order = int(getattr(operation.synthesis, "order", 1) or 1)
    # Suzuki: order 2 goes there and back, each further pair of orders takes five copies.
    copies = 1 if order < 2 else 2 * int(5 ** min(order // 2 - 1, 100))
    return max(1, num_terms * (2 * int(operation.num_qubits) + 1) * repetitions * copies)


# ------------------------------------------------------------------------------ limits and text, for readers of files


def refuse_too_many_bits(num_qubits: int, num_clbits: int, where: str) -> None:
    """Refuse more qubits or classical bits than can be costed."""
    for number, limit, kind in ((num_qubits, MAX_QUBITS, "qubits"), (num_clbits, MAX_CLBITS, "classical bits")):
        if number > limit:
            raise CircuitError(
                f"{where}: {_count_text(number)} {kind}, at most {limit:,} can be costed; no device has that many, "
                "use smaller registers"
            )


def _count_text(number: int) -> str:
    return f"{number:,}" if number < 10**15 else f"about 10^{int(math.log10(number))}"
