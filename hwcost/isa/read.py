"""Reads an ISA circuit of Qiskit into columns: `read_isa`.

Bounded control flow is inlined here: `if_else` and `switch_case` by their longest branch, `for_loop` by all of its
iterations, each fenced by barriers because the classical decision synchronises the qubits that it acts on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hwcost.core.defined_gates import defined_gate
from hwcost.core.errors import CircuitError, NotNativeError
from hwcost.core.gates import BOUNDED_CONTROL_FLOW, CONTROL_FLOW, GATES, LOOP_EXITS, NON_GATES
from hwcost.core.native_gates import is_native_gate
from hwcost.core.option_fields import flag_and_keyword
from hwcost.core.text import one_line
from hwcost.core.units import SECONDS_PER_UNIT
from hwcost.isa.columns import IsaCircuit, Kind, OperationTable

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import CircuitInstruction, Operation

MAX_INLINED_OPERATIONS = 5_000_000
"""Bound on the operations after inlining loops: beyond this a laptop's memory, not the estimate, is the limit."""

_DELAY_UNITS_S = {**SECONDS_PER_UNIT, "ps": 1e-12}

_OF_QISKIT = frozenset({*GATES, *NON_GATES, *CONTROL_FLOW, *LOOP_EXITS, "barrier"})
"""Names that mean Qiskit's operations; under any other one a device's own gate may come with a definition."""


class _Columns:
    """Growing columns while a circuit is walked."""

    __slots__ = ("clbits", "durations_s", "errors", "kinds", "names", "params", "qubits")

    def __init__(self) -> None:
        self.names: list[str] = []
        self.kinds: list[Kind] = []
        self.qubits: list[tuple[int, ...]] = []
        self.clbits: list[tuple[int, ...]] = []
        self.params: list[tuple[float | None, ...]] = []
        self.durations_s: list[float] = []
        self.errors: list[float | None] = []

    def add(
        self,
        name: str,
        kind: Kind,
        qubits: tuple[int, ...],
        clbits: tuple[int, ...],
        params: tuple[float | None, ...],
        duration_s: float,
        error: float | None,
    ) -> None:
        self.names.append(name)
        self.kinds.append(kind)
        self.qubits.append(qubits)
        self.clbits.append(clbits)
        self.params.append(params)
        self.durations_s.append(duration_s)
        self.errors.append(error)

    def barrier(self, qubits: tuple[int, ...], clbits: tuple[int, ...]) -> None:
        self.add("barrier", Kind.BARRIER, qubits, clbits, (), 0.0, 0.0)

    def extend(self, other: _Columns) -> None:
        for column in self.__slots__:
            getattr(self, column).extend(getattr(other, column))

    def duration_s(self) -> float:
        """Return the longest path through these operations alone, in seconds (ranks the branches of control flow)."""
        ready: dict[tuple[str, int], float] = {}
        for qubits, clbits, duration in zip(self.qubits, self.clbits, self.durations_s, strict=True):
            wires = [("q", q) for q in qubits] + [("c", c) for c in clbits]
            end = max((ready.get(wire, 0.0) for wire in wires), default=0.0) + duration
            for wire in wires:
                ready[wire] = end
        return max(ready.values(), default=0.0)


class _Walker:
    """Turns circuit objects into columns, looking each distinct operation up once."""

    def __init__(self, table: OperationTable, where: str) -> None:
        from qiskit import circuit

        self.qiskit = circuit
        self.table = table
        self.where = one_line(where)
        self.looked_up: dict[tuple[str, tuple[int, ...]], tuple[Kind, float, float | None]] = {}
        self.resource_of = getattr(table, "resource", None)
        self.resources: dict[tuple[str, tuple[int, ...]], str] = {}
        self.known: dict[tuple[Any, ...], bool] = {}
        self.readout_duration_known = True
        self.notes: dict[str, None] = {}
        self.has_branches = False

    def means_something(self, name: str) -> bool:
        """Return whether a name is that of one of Qiskit's operations, or of a gate that a device defines."""
        return name in _OF_QISKIT or defined_gate(name) is not None

    def look_up(self, name: str, qubits: tuple[int, ...]) -> tuple[Kind, float, float | None]:
        """Look up kind, duration and error of a native operation; refuse what the calibration cannot answer for."""
        duration, error = self.table.duration_s(name, qubits), self.table.error(name, qubits)
        self.check_usable(name, qubits, error)
        resource = None if self.resource_of is None else self.resource_of(name, qubits)
        if resource is not None:
            self.resources[name, qubits] = resource
        if name == "measure":
            self.readout_duration_known &= duration is not None
            return Kind.MEASURE, duration or 0.0, error
        if duration is None:
            unknown = f"{self.where}: no duration is known for {name} on {_qubit_text(qubits)}"
            if name == "reset":
                raise CircuitError(f"{unknown}; reset cannot be costed on this device")
            raise NotNativeError(f"{unknown}; it is not native there")
        if name == "reset":
            return Kind.RESET, duration, error
        return (Kind.ONE_QUBIT if len(qubits) == 1 else Kind.TWO_QUBIT), duration, error

    def resources_of(self, columns: _Columns) -> Sequence[int | None]:
        """Return the number of the resource of each operation, nothing where none needs any."""
        if not self.resources:
            return ()
        numbers = {name: number for number, name in enumerate(sorted(set(self.resources.values())))}
        names = (self.resources.get(key) for key in zip(columns.names, columns.qubits, strict=True))
        return [None if name is None else numbers[name] for name in names]

    def check_usable(self, name: str, qubits: tuple[int, ...], error: float | None) -> None:
        if self.table.is_dead(name, qubits):
            if name != "measure" and self.table.duration_s(name, qubits) is None:
                raise CircuitError(
                    f"{self.where}: {name} on {_qubit_text(qubits)} has no duration in the calibration; "
                    f"{flag_and_keyword(f'duration_{len(qubits)}q_s')} gives it"
                )
            reason = "has no usable calibration" if error is None else f"has error {error:g}"
        elif error is not None and error >= 1.0:
            reason = f"has error {error:g}"
        else:
            return
        raise NotNativeError(
            f"{self.where}: {name} on {_qubit_text(qubits)} {reason}, so no success probability exists; use "
            "--durations-only"
        )

    def walk(self, circuit: QuantumCircuit, qubit_of: dict[Any, int], clbit_of: dict[Any, int]) -> _Columns:
        columns = _Columns()
        looked_up = self.looked_up
        # Bound methods and local names: this loop runs once per operation of circuits with 10^5 of them.
        add = columns.add
        for instruction in circuit.data:
            name = instruction.name
            qubits = tuple([qubit_of[bit] for bit in instruction.qubits])
            clbits = tuple([clbit_of[bit] for bit in instruction.clbits]) if instruction.clbits else ()
            if not qubits:
                continue
            if not instruction.is_standard_gate():
                more = self.no_gate(instruction, qubits, clbits, clbit_of)
                if more is not None:
                    columns.extend(more)
                    continue
            entry = looked_up.get((name, qubits))
            if entry is None:
                entry = looked_up[name, qubits] = self.look_up(name, qubits)
            params = instruction.params
            add(name, entry[0], qubits, clbits, tuple(map(_angle, params)) if params else (), entry[1], entry[2])
        return columns

    def no_gate(
        self,
        instruction: CircuitInstruction,
        qubits: tuple[int, ...],
        clbits: tuple[int, ...],
        clbit_of: dict[Any, int],
    ) -> _Columns | None:
        """Return the columns of a barrier, a delay or control flow; None for what the calibration must know.

        By type: a user may call any gate `barrier`, or `cz`.
        """
        operation = instruction.operation
        columns = _Columns()
        if isinstance(operation, self.qiskit.Barrier):
            columns.barrier(qubits, clbits)
        elif isinstance(operation, self.qiskit.Delay):
            columns.add(operation.name, Kind.DELAY, qubits, clbits, (), self.delay_s(operation), 0.0)
        elif isinstance(operation, self.qiskit.ControlFlowOp) and operation.name in BOUNDED_CONTROL_FLOW:
            return self.control_flow(instruction, qubits, clbits, clbit_of)
        elif not isinstance(operation, (self.qiskit.BreakLoopOp, self.qiskit.ContinueLoopOp)):
            is_other = not is_native_gate(operation, known=self.known)
            if is_other and self.means_something(operation.name) and getattr(operation, "definition", None) is not None:
                raise NotNativeError(
                    f"{self.where}: {one_line(operation.name)!r} on {_qubit_text(qubits)} is not the device's but a "
                    "gate with a definition of its own; it is not native there"
                )
            return None
        return columns

    def check_size(self, num_operations: int) -> None:
        if num_operations > MAX_INLINED_OPERATIONS:
            raise CircuitError(
                f"{self.where}: a loop has {num_operations:,} operations once it is unrolled, at most "
                f"{MAX_INLINED_OPERATIONS:,} can be costed; estimate one iteration and multiply"
            )

    def delay_s(self, operation: Operation) -> float:
        unit, value = operation.unit, operation.duration
        if unit == "dt":
            if self.table.dt_s is None:
                raise CircuitError(
                    f"{self.where}: a delay is given in dt, but the calibration has no usable dt; give it in ns or us, "
                    f"or the dt with {flag_and_keyword('dt_s')}"
                )
            return float(value) * self.table.dt_s
        try:
            seconds = float(value) * _DELAY_UNITS_S[unit]
        except (KeyError, TypeError) as error:
            raise CircuitError(
                f"{self.where}: the delay of {value} {unit} has no fixed length; bind it first"
            ) from error
        if not (math.isfinite(seconds) and seconds >= 0.0):
            raise CircuitError(f"{self.where}: a delay of {value} {unit} is not a length of time")
        return seconds

    def control_flow(
        self,
        instruction: CircuitInstruction,
        qubits: tuple[int, ...],
        clbits: tuple[int, ...],
        clbit_of: dict[Any, int],
    ) -> _Columns:
        """Take the longest branch of a bounded construct, fenced by barriers on its qubits and classical bits."""
        operation = instruction.operation
        inner = []
        for block in operation.blocks:
            block_qubits = dict(zip(block.qubits, qubits, strict=True))
            block_clbits = clbit_of | dict(zip(block.clbits, clbits, strict=True))
            inner.append(self.walk(block, block_qubits, block_clbits))
        columns = _Columns()
        columns.barrier(qubits, clbits)
        if operation.name == "for_loop":
            iterations = len(operation.params[0])
            self.check_size(iterations * (1 + len(inner[0].names)))
            for _ in range(iterations):
                columns.extend(inner[0])
                columns.barrier(qubits, clbits)
            self.notes["for_loop: every iteration is counted"] = None
        else:
            self.has_branches = True
            columns.extend(max(inner, key=_Columns.duration_s))
            self.notes[
                f"{operation.name}: costed by its longest branch; the latency of the classical decision is not in "
                "the calibration and is left out"
            ] = None
        columns.barrier(qubits, clbits)
        return columns


def _angle(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _qubit_text(qubits: tuple[int, ...]) -> str:
    return f"qubit {qubits[0]}" if len(qubits) == 1 else f"qubits {', '.join(map(str, qubits))}"


def read_isa(
    circuit: QuantumCircuit,
    table: OperationTable,
    *,
    physical_qubits: Sequence[int] | None = None,
    num_qubits: int | None = None,
) -> IsaCircuit:
    """Read an ISA circuit into columns, with durations and errors from `table`.

    Args:
        circuit: Circuit of native operations.
        table: Where durations and errors come from.
        physical_qubits: Physical qubit of each circuit qubit; None if the circuit's own numbers are physical.
        num_qubits: Width of the device; default the circuit's.

    Returns:
        The columns, on physical qubit numbers.

    Raises:
        CircuitError: An operation is not native, is marked dead, or has no fixed length.
    """
    numbers = range(circuit.num_qubits) if physical_qubits is None else physical_qubits
    walker = _Walker(table, circuit.name)
    columns = walker.walk(
        circuit,
        dict(zip(circuit.qubits, numbers, strict=True)),
        {bit: i for i, bit in enumerate(circuit.clbits)},
    )
    return IsaCircuit(
        resources=walker.resources_of(columns),
        num_qubits=circuit.num_qubits if num_qubits is None else num_qubits,
        num_clbits=circuit.num_clbits,
        names=columns.names,
        kinds=columns.kinds,
        qubits=columns.qubits,
        clbits=columns.clbits,
        params=columns.params,
        durations_s=columns.durations_s,
        errors=columns.errors,
        readout_duration_known=walker.readout_duration_known,
        notes=tuple(walker.notes),
        has_branches=walker.has_branches,
    )
