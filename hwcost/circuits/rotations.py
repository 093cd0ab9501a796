"""Whether a circuit has rotations of two qubits by an angle, which fractional gates do in one pulse."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import Operation

TWO_QUBIT_ROTATIONS = frozenset(
    {
        "rxx", "ryy", "rzz", "rzx", "cp", "cu1", "crx", "cry", "crz", "cu", "cu3", "xx_plus_yy", "xx_minus_yy",
        "PauliEvolution",
    }
)  # fmt: skip
"""Gates by their names in Qiskit that are one rotation, or a few, of two qubits by an angle."""

_DEEPEST = 6  # levels of definitions inside definitions


def has_two_qubit_rotation(circuit: QuantumCircuit) -> bool:
    """Return whether a circuit has such a rotation, also inside the definition of a gate or a block of control flow.

    Gates of Qiskit's standard library are known by their names and not looked into.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> circuit = QuantumCircuit(2)
        >>> _ = circuit.h(0), circuit.cx(0, 1)
        >>> plain = has_two_qubit_rotation(circuit)
        >>> _ = circuit.cp(0.3, 0, 1)
        >>> plain, has_two_qubit_rotation(circuit)
        (False, True)
    """
    from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping

    known = frozenset(get_standard_gate_name_mapping()) - TWO_QUBIT_ROTATIONS
    return _has_rotation(circuit, known, set(), _DEEPEST)


def _has_rotation(circuit: QuantumCircuit, known: frozenset[str], seen: set[str], depth: int) -> bool:
    names = set(circuit.count_ops())
    if not names.isdisjoint(TWO_QUBIT_ROTATIONS):
        return True
    unknown = names - known - seen
    if not unknown or depth == 0:
        return False
    for instruction in circuit.data:
        if instruction.name not in unknown:
            continue
        blocks = getattr(instruction.operation, "blocks", None)
        if blocks is None:  # the branches of control flow differ; gates of one name are alike
            unknown = unknown - {instruction.name}
            seen.add(instruction.name)
            blocks = [_definition(instruction.operation)]
        if any(block is not None and _has_rotation(block, known, seen, depth - 1) for block in blocks):
            return True
    return False


def _definition(operation: Operation) -> QuantumCircuit | None:
    return getattr(operation, "definition", None)
