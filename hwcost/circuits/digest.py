"""A hash of what a circuit does: `content_sha256`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from hwcost.circuits.expansion import definition_key
from hwcost.circuits.limits import MAX_INSTRUCTIONS, MAX_NESTING
from hwcost.circuits.size import library_size
from hwcost.core.errors import CircuitError
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import Operation


def content_sha256(circuit: QuantumCircuit) -> str:
    """Hash of what a circuit does: gates, parameters, qubits and classical bits, in order.

    Equal in every process, and for circuits that differ only in their name, metadata, register names or in the
    identity of equally named parameters.

    Args:
        circuit: The circuit.

    Returns:
        64 hexadecimal digits.

    Raises:
        CircuitError: Its definitions expand to more than `MAX_INSTRUCTIONS`.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> one, two = QuantumCircuit(1, name="one"), QuantumCircuit(1, name="two")
        >>> _ = one.h(0), two.h(0)
        >>> content_sha256(one) == content_sha256(two)
        True
    """
    try:
        return _Hasher().of_circuit(circuit)
    except RecursionError:
        raise CircuitError(
            f"circuit {one_line(circuit.name)!r}: a classical expression is nested too deeply; write it as several"
        ) from None


class _Hasher:
    """Hashes of circuits. State: how much was hashed, and the hashes of definitions seen."""

    def __init__(self) -> None:
        from qiskit import circuit

        self._qiskit = circuit
        self._num_hashed = 0
        self._memo: dict[tuple[object, ...], tuple[object, str]] = {}

    def of_circuit(self, circuit: QuantumCircuit, depth: int = 0) -> str:
        self._num_hashed += len(circuit.data)
        if self._num_hashed > MAX_INSTRUCTIONS or depth > MAX_NESTING:
            raise CircuitError(
                f"circuit {one_line(circuit.name)!r} expands to more than {MAX_INSTRUCTIONS:,} instructions or "
                f"{MAX_NESTING} levels; cost a part of it"
            )
        index_of = {bit: index for bits in (circuit.qubits, circuit.clbits) for index, bit in enumerate(bits)}
        variables = sorted(variable.name for variable in circuit.iter_vars())
        head = [circuit.num_qubits, circuit.num_clbits, _parameter_text(circuit.global_phase), variables]
        digest = hashlib.sha256(f"{head}\n".encode())
        for instruction in circuit.data:
            bits = [index_of[bit] for bit in instruction.qubits], [index_of[bit] for bit in instruction.clbits]
            if instruction.is_standard_gate():
                what = _parameter_text(instruction.params)
            else:
                what = self._of_operation(instruction.operation, index_of, depth)
            digest.update(f"{instruction.name}{what}{bits}\n".encode())
        return digest.hexdigest()

    def _of_operation(self, operation: Operation, index_of: dict[Any, int], depth: int) -> str:
        if isinstance(operation, (self._qiskit.Measure, self._qiskit.Reset, self._qiskit.Barrier)):
            return ""
        if isinstance(operation, self._qiskit.Delay):
            return f"{_parameter_text(operation.params)}{operation.unit}"
        if isinstance(operation, self._qiskit.ControlFlowOp):
            blocks = [self.of_circuit(block, depth + 1) for block in operation.blocks]
            return f"{_control_text(operation, index_of)}{blocks}"
        if isinstance(operation, self._qiskit.Store):
            return str([_classical_text(value, index_of) for value in operation.params])
        params = _parameter_text(getattr(operation, "params", []))
        if hasattr(operation, "modifiers"):
            base = operation.base_op
            return f"{operation.modifiers}{base.name}{params}{self._of_operation(base, index_of, depth + 1)}"
        if library_size(operation) is not None:
            state = [_parameter_text(getattr(operation, name, None)) for name in ("operator", "tableau")]
            synthesis = getattr(operation, "synthesis", None)
            return f"{params}{state}{type(synthesis).__name__}{getattr(synthesis, 'settings', None)}"
        return params + self._of_definition(operation, params, depth)

    def _of_definition(self, operation: Operation, params: str, depth: int) -> str:
        key = (*definition_key(operation), params)
        if key not in self._memo:
            definition = getattr(operation, "definition", None)
            inside = "opaque" if definition is None else self.of_circuit(definition, depth + 1)
            self._memo[key] = self._memo[(*definition_key(operation), params)] = (operation, inside)
        return self._memo[key][1]


def _parameter_text(value: Any) -> str:
    """Return a parameter as text that is the same in every process."""
    if isinstance(value, (int, float)):
        return repr(float(value))
    if hasattr(value, "tobytes") and hasattr(value, "dtype"):
        return f"{value.dtype}{value.shape}{hashlib.sha256(value.tobytes()).hexdigest()}"
    if isinstance(value, (list, tuple)):
        return f"[{','.join([_parameter_text(item) for item in value])}]"
    if hasattr(value, "paulis"):  # an operator of an evolution: its printed form is shortened, its list is not
        return str(value.to_list())
    return str(value)


def _control_text(operation: Operation, index_of: dict[Any, int]) -> str:
    """Write condition, target and cases of a control-flow operation, with bits as indices."""
    parts: list[str] = []
    if operation.name == "for_loop":
        indices, parameter, _ = operation.params
        parts += [str(indices if isinstance(indices, range) else tuple(indices)), str(parameter)]
    for name in ("condition", "target"):
        parts.append(_classical_text(getattr(operation, name, None), index_of))
    if operation.name == "switch_case":
        parts += [
            str([_classical_text(label, index_of) for label in labels]) for labels, _ in operation.cases_specifier()
        ]
    return ";".join(parts)


# Of every kind of node of a classical expression.
_EXPRESSION_FIELDS = ("type", "op", "operand", "left", "right", "target", "index", "value", "var")


def _classical_text(value: object, index_of: dict[Any, int]) -> str:
    from qiskit.circuit import Clbit, Register
    from qiskit.circuit.classical import expr

    if isinstance(value, Clbit):
        return f"c{index_of.get(value, '?')}"
    if isinstance(value, Register):
        return str([f"c{index_of.get(bit, '?')}" for bit in value])
    if isinstance(value, tuple):
        return str([_classical_text(item, index_of) for item in value])
    if isinstance(value, expr.Var) and value.standalone:
        return f"variable {value.name}"
    if isinstance(value, expr.Expr):
        fields = [(name, getattr(value, name, None)) for name in _EXPRESSION_FIELDS]
        parts = [f"{name}={_classical_text(field, index_of)}" for name, field in fields if field is not None]
        return f"{type(value).__name__}({','.join(parts)})"
    if isinstance(value, bool):
        return str(int(value))  # a copy of a circuit may turn 1 into True
    return "default" if type(value).__name__ == "_DefaultCaseType" else str(value)
