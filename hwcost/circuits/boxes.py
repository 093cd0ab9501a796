"""Boxes written out: `inline_boxes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwcost.circuits.expansion import expanded_size
from hwcost.circuits.limits import MAX_NESTED_BLOCKS, nested_too_deeply, refuse_too_many_instructions
from hwcost.core.errors import CircuitError
from hwcost.core.gates import CONTROL_FLOW
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import Operation


def has_boxes(circuit: QuantumCircuit, depth: int = 0) -> bool:
    """Return whether a circuit has a `BoxOp` anywhere, inside control flow too.

    Raises:
        CircuitError: Control flow or boxes are nested more than `MAX_NESTED_BLOCKS` levels deep.
    """
    if depth > MAX_NESTED_BLOCKS:
        raise nested_too_deeply(f"circuit {one_line(circuit.name)!r}")
    names = CONTROL_FLOW | {"box"}
    if names.isdisjoint(circuit.count_ops()):
        return False
    from qiskit.circuit import BoxOp

    # By type: a user may call any gate `box`.
    operations = [i.operation for i in circuit.data if i.name in names]
    return any(
        isinstance(operation, BoxOp) or any(has_boxes(block, depth + 1) for block in _blocks(operation))
        for operation in operations
    )


def inline_boxes(circuit: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit with the content of each box between two barriers on the box's qubits.

    A box keeps its content together: nothing moves into it or out of it, which is what barriers say to the transpiler
    and to a schedule. Annotations (twirling, changes of basis) take no time by themselves and are dropped.

    Raises:
        CircuitError: A box has a duration of its own, which its content need not have; or the circuit is too large or
            nested too deeply.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> circuit = QuantumCircuit(2)
        >>> with circuit.box():
        ...     _ = circuit.cx(0, 1)
        >>> [instruction.name for instruction in inline_boxes(circuit)]
        ['barrier', 'cx', 'barrier']
    """
    if not has_boxes(circuit):
        return circuit
    where = f"circuit {one_line(circuit.name)!r}"
    refuse_too_many_instructions(expanded_size(circuit, with_boxes=True), where)
    return _inlined(circuit)


def _inlined(circuit: QuantumCircuit) -> QuantumCircuit:
    from qiskit.circuit import BoxOp

    flat = circuit.copy_empty_like()
    for instruction in circuit.data:
        operation = instruction.operation
        if isinstance(operation, BoxOp):
            _refuse_duration(operation, circuit)
            body = _inlined(operation.blocks[0])
            flat.barrier(instruction.qubits)
            flat.compose(body, qubits=instruction.qubits, clbits=instruction.clbits, inplace=True)
            flat.barrier(instruction.qubits)
        elif blocks := _blocks(operation):
            inlined = [_inlined(block) for block in blocks]
            flat.append(operation.replace_blocks(inlined), instruction.qubits, instruction.clbits)
        else:
            flat.append(instruction)
    return flat


def _blocks(operation: Operation) -> tuple[QuantumCircuit, ...]:
    return tuple(getattr(operation, "blocks", ()) or ())


def _refuse_duration(box: Operation, circuit: QuantumCircuit) -> None:
    duration = getattr(box, "duration", None)
    if duration is not None:
        raise CircuitError(
            f"circuit {one_line(circuit.name)!r}: a box has a duration of its own "
            f"({one_line(str(duration))} {getattr(box, 'unit', '')}), which cannot be costed; leave the duration out"
        )
