"""Large definitions of gates, written out before the compiler sees them: `write_out_definitions`."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from hwcost.circuits.expansion import definition_key, expanded_size
from hwcost.circuits.own_gates import is_own_gate
from hwcost.core.errors import CircuitError
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import Operation

MAX_NESTED_STEPS = 2_000
"""Up to this many instructions in definitions are left to the compiler."""

MAX_NESTED_LEVELS = 20
"""Up to this many levels of definitions, too: what Qiskit needs for each grows with the levels above it."""


def write_out_definitions(circuit: QuantumCircuit, *, keep: Collection[str] = ()) -> QuantumCircuit:
    """Put the content of its author's gates in their place, where definitions expand to very much.

    Qiskit builds the definition of each call anew, in several passes, and the matrix of each gate besides: a gate of
    10,000 instructions takes 25 s and 1 GB so, one of 150 levels 35 s and 2 GB, and a tenth of that written out.

    Args:
        circuit: A circuit that `hwcost.circuits.check.check_circuit` accepts, its own gates under names of their own.
        keep: Names of gates that stay as they are, such as those that a device has.

    Returns:
        The circuit, itself unless definitions expand to more than `MAX_NESTED_STEPS` or `MAX_NESTED_LEVELS`.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> long, circuit = QuantumCircuit(1, name="long"), QuantumCircuit(1)
        >>> for _ in range(3000):
        ...     _ = long.h(0)
        >>> _ = circuit.append(long.to_gate(), [0])
        >>> dict(write_out_definitions(circuit).count_ops())
        {'h': 3000}
    """
    if all(instruction.is_standard_gate() for instruction in circuit.data):
        return circuit
    size = expanded_size(circuit)
    if size.num_steps - len(circuit.data) <= MAX_NESTED_STEPS and size.num_levels <= MAX_NESTED_LEVELS:
        return circuit
    try:
        return _Writer(keep).of_circuit(circuit)
    except RecursionError:
        raise CircuitError(
            f"circuit {one_line(circuit.name)!r}: gates are nested too deeply; decompose the circuit"
        ) from None


class _Writer:
    """Writes definitions out. State: what they were written out to, kept alive with their gates."""

    def __init__(self, keep: Collection[str]) -> None:
        from qiskit import circuit

        self._keep = keep
        self._qiskit = circuit
        self._memo: dict[tuple[object, ...], tuple[Operation, QuantumCircuit]] = {}

    def of_circuit(self, circuit: QuantumCircuit) -> QuantumCircuit:
        changed = {
            index: new
            for index, instruction in enumerate(circuit.data)
            if not instruction.is_standard_gate() and (new := self._of_operation(instruction.operation)) is not None
        }
        if not changed:
            return circuit
        flat = circuit.copy_empty_like()
        for index, instruction in enumerate(circuit.data):
            new = changed.get(index)
            if new is None:
                flat.append(instruction, copy=False)
            elif isinstance(new, self._qiskit.QuantumCircuit):
                flat.compose(new, instruction.qubits, instruction.clbits, inplace=True, copy=False)
            else:
                flat.append(instruction.replace(operation=new), copy=False)
        flat._layout = circuit.layout  # as QuantumCircuit.copy keeps it
        return flat

    def _of_operation(self, operation: Operation) -> QuantumCircuit | Operation | None:
        """Return the content of a gate, or control flow with other blocks; None where nothing changes."""
        if isinstance(operation, self._qiskit.ControlFlowOp):
            blocks = [self.of_circuit(block) for block in operation.blocks]
            is_same = all(new is old for new, old in zip(blocks, operation.blocks, strict=True))
            return None if is_same else operation.replace_blocks(blocks)
        if isinstance(operation, self._qiskit.ControlledGate) or not is_own_gate(operation):
            return None
        if operation.name in self._keep:
            return None
        key = (*definition_key(operation), *map(str, operation.params))
        known = self._memo.get(key)
        if known is None:
            definition = operation.definition
            if definition is None:
                return None
            known = (operation, self.of_circuit(definition))
            # Once built, a definition has an identity of its own.
            self._memo[key] = self._memo[(*definition_key(operation), *map(str, operation.params))] = known
        return known[1]
