"""Gates that an OpenQASM file defines itself under a name that Qiskit or this package gives a meaning of its own.

Qiskit's BasisTranslator and synthesis plugins go by name, and so do calibrations: a file's own `gate iswap` would be
costed as Qiskit's iswap. Such gates get a name of their own (`iswap_of_file`) before the file is parsed, unless their
definition is that of Qiskit's gate.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from hwcost.circuits.expansion import definition_key, expanded_size
from hwcost.core.errors import CircuitError
from hwcost.core.gates import ALIASES, CONTROL_FLOW, GATES, LOOP_EXITS, NON_GATES
from hwcost.core.native_gates import gate_template, make_gate

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import Gate, Operation

_COMMENT_OR_STRING = re.compile(r"""//[^\n]*|/\*.*?(?:\*/|\Z)|"[^"\n]*"|'[^'\n]*'""", re.DOTALL)
_WORD_OR_STRING = re.compile(r""""[^"\n]*"|'[^'\n]*'|(?<![\w.$])[^\W\d]\w*""")
_DEFINITION = re.compile(r"(?<![\w.$])gate\s+(\w+)\s*(?:\(([^(){}]*)\))?([^(){};]*)\{")
_MODIFIER = re.compile(r"\b(?:neg)?ctrl\b|\bpow\b")
_HEAD = re.compile(r"""\bOPENQASM\b[^;]*;|\binclude\s*["'][^"'\n]*["']\s*;""")

_NAMED_BY_QISKIT = """
FullAdder HalfAdder IntComp ModularAdder Multiplier PauliEvolution WeightedSum annotated barrier box clifford diagonal
initialize isometry linear_function mcmt mcphase mcu1 mcx mcx_gray mcx_recursive mcx_vchain multiplexer pauli
permutation qft state_preparation store u0 ucrx ucry ucrz unitary
"""
"""Operations of Qiskit that are no standard gates but that its passes, or sizes here, tell by their names."""

_MAX_COMPARED_INSTRUCTIONS = 1000
"""Definitions of Qiskit's own gates have at most 50; a longer one is taken for another gate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnGate:
    """A definition in a file: its text, how many parameters and qubits it has."""

    text: str
    num_params: int
    num_qubits: int


def rename_own_gates(text: str, *, parse: Callable[[str], QuantumCircuit]) -> str:
    """Give gates of the file whose names mean something else to Qiskit a name that nobody else uses.

    Args:
        text: A text that `parse` accepts.
        parse: Makes the circuit of a text.

    Returns:
        The text, itself if nothing is renamed. A renamed text has no comments.
    """
    bare = _COMMENT_OR_STRING.sub(_without_comment, text)
    gates = own_gates(bare)
    colliding = reserved_names() & gates.keys() if gates else frozenset()
    if not colliding:
        return text
    words = {match.group() for match in _WORD_OR_STRING.finditer(bare)}
    names = {name: _fresh(f"{name}_of_file", words) for name in sorted(colliding)}
    same = _same_as_library(bare, gates, names, parse)
    names = {name: new for name, new in names.items() if name not in same}
    return _renamed(bare, names) if names else text


def rename_store(text: str) -> str:
    """Rename a file's own gate `store`, which Qiskit 2.6 cannot append to a circuit: it takes it for an assignment."""
    bare = _COMMENT_OR_STRING.sub(_without_comment, text)
    if "store" not in own_gates(bare):
        return text
    words = {match.group() for match in _WORD_OR_STRING.finditer(bare)}
    return _renamed(text, {"store": _fresh("store_of_file", words)})


def own_gates(text: str) -> Mapping[str, OwnGate]:
    """Return the gates that a text defines, by name."""
    bare = _COMMENT_OR_STRING.sub(_without_comment, text)
    gates = {}
    for match in _DEFINITION.finditer(bare):
        name, params, qubits = match.groups()
        end = _closing_brace(bare, match.end())
        gates[name] = OwnGate(
            text=bare[match.start() : end], num_params=_length(params or ""), num_qubits=_length(qubits)
        )
    return gates


@lru_cache(maxsize=1)
def reserved_names() -> frozenset[str]:
    """Return the names under which Qiskit's passes, calibrations or this package expect a certain operation."""
    from qiskit.circuit.equivalence_library import StandardEquivalenceLibrary
    from qiskit.circuit.library import get_standard_gate_name_mapping

    translated = {key.name for key in StandardEquivalenceLibrary.keys()}  # noqa: SIM118 - not a mapping
    here = {*GATES, *ALIASES, *NON_GATES, *CONTROL_FLOW, *LOOP_EXITS}
    return frozenset({*get_standard_gate_name_mapping(), *translated, *here, *_NAMED_BY_QISKIT.split()})


def _without_comment(match: re.Match[str]) -> str:
    token = match.group()
    return token if token.startswith(('"', "'")) else " "


def _closing_brace(text: str, position: int) -> int:
    depth = 1
    for brace in re.compile(r"[{}]").finditer(text, position):
        depth += 1 if brace.group() == "{" else -1
        if not depth:
            return brace.end()
    return len(text)


def _length(names: str) -> int:
    return sum(bool(name.strip()) for name in names.split(","))


def _fresh(name: str, words: set[str]) -> str:
    while name in words:
        name += "_"
    return name


def _renamed(text: str, names: Mapping[str, str]) -> str:
    return _WORD_OR_STRING.sub(lambda match: names.get(match.group(), match.group()), text)


# ------------------------------------------------------------------------------------- is it what Qiskit means by it?


def _same_as_library(
    bare: str, gates: Mapping[str, OwnGate], names: Mapping[str, str], parse: Callable[[str], QuantumCircuit]
) -> set[str]:
    """Return the names whose definitions are those of Qiskit's gates, compared at two points without any symmetry."""
    library = {name: gate for name in names if (gate := gate_template(name)) is not None}
    compared = [
        (name, library[name], values)
        for name in names
        if name in library and _same_signature(gates[name], library[name])
        for values in _points(gates[name].num_params)
    ]
    if not compared:
        return set()
    register = _fresh("probe", {match.group() for match in _WORD_OR_STRING.finditer(bare)})
    calls = [_call(names[name], values, gates[name].num_qubits, register) for name, _, values in compared]
    width = max(gates[name].num_qubits for name, _, _ in compared)
    definitions = [_renamed(gate.text, names) for gate in gates.values()]
    try:
        probe = parse("\n".join([*_HEAD.findall(bare), *definitions, f"qreg {register}[{width}];", *calls]))
    except (MemoryError, RecursionError):
        raise
    except Exception:  # a definition that needs more of the file than other definitions, such as a constant
        return set()
    # A global phase is of no effect but where the gate is controlled or taken to a power.
    exact = _MODIFIER.search(bare) is not None
    same = {name for name, _, _ in compared}
    for (name, gate, values), instruction in zip(compared, probe.data, strict=True):
        if name in same and not _acts_alike(instruction.operation, gate, values, exact=exact):
            same.remove(name)
    return same


def _same_signature(own: OwnGate, gate: Operation) -> bool:
    from qiskit.circuit import Gate as QiskitGate

    if not isinstance(gate, QiskitGate) or not gate.num_qubits:
        return False
    return own.num_params == len(gate.params) and own.num_qubits == gate.num_qubits


def _points(num_params: int) -> list[tuple[float, ...]]:
    points = [tuple(0.4 + 0.55 * k for k in range(num_params)), tuple(2.3 - 0.37 * k for k in range(num_params))]
    return points if num_params else [()]


def _call(name: str, values: tuple[float, ...], num_qubits: int, register: str) -> str:
    params = f"({', '.join(map(repr, values))})" if values else ""
    return f"{name}{params} {', '.join(f'{register}[{qubit}]' for qubit in range(num_qubits))};"


def _acts_alike(own: Operation, gate: Gate, values: tuple[float, ...], *, exact: bool) -> bool:
    from qiskit.exceptions import QiskitError
    from qiskit.quantum_info import Operator

    try:
        if expanded_size(own.definition).num_steps > _MAX_COMPARED_INSTRUCTIONS:
            return False
        found = Operator(own.definition)
    except (CircuitError, QiskitError, ArithmeticError, ValueError, TypeError):
        return False
    expected = Operator(make_gate(gate.name, values))
    if not math.isfinite(abs(found.data).sum()):
        return False
    return bool(found == expected if exact else found.equiv(expected))


# ---------------------------------------------------------------------------------- the same for circuits, not texts


def name_own_gates(circuit: QuantumCircuit) -> QuantumCircuit:
    """Rename gates of a circuit that its author defined under a name that means something else to Qiskit.

    Args:
        circuit: A circuit that `hwcost.circuits.check.check_circuit` accepts.

    Returns:
        The circuit, itself if nothing is renamed.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> mine, circuit = QuantumCircuit(2, name="swap"), QuantumCircuit(2)
        >>> _ = mine.h(0), circuit.append(mine.to_gate(), [0, 1])
        >>> dict(name_own_gates(circuit).count_ops())
        {'swap_of_user': 1}
    """
    return _Namer().of_circuit(circuit)


class _Namer:
    """Renames own gates. State: definitions in which nothing is to rename, kept alive by their gates."""

    def __init__(self) -> None:
        from qiskit import circuit

        self._qiskit = circuit
        self._clean: dict[tuple[object, ...], Operation] = {}

    def of_circuit(self, circuit: QuantumCircuit) -> QuantumCircuit:
        changed = {}
        for index, instruction in enumerate(circuit.data):
            if not instruction.is_standard_gate():
                operation = self._of_operation(instruction.operation)
                if operation is not instruction.operation:
                    changed[index] = operation
        if not changed:
            return circuit
        renamed = circuit.copy_empty_like()
        for index, instruction in enumerate(circuit.data):
            operation = changed.get(index)
            new = instruction if operation is None else instruction.replace(operation=operation)
            renamed.append(new, copy=False)
        renamed._layout = circuit.layout  # as QuantumCircuit.copy keeps it
        return renamed

    def _of_operation(self, operation: Operation) -> Operation:
        if isinstance(operation, self._qiskit.ControlFlowOp):
            blocks = [self.of_circuit(block) for block in operation.blocks]
            is_same = all(new is old for new, old in zip(blocks, operation.blocks, strict=True))
            return operation if is_same else operation.replace_blocks(blocks)
        if isinstance(operation, self._qiskit.AnnotatedOperation):
            base = self._of_operation(operation.base_op)
            return operation if base is operation.base_op else type(operation)(base, operation.modifiers)
        if isinstance(operation, self._qiskit.ControlledGate) and _kind(operation) is self._qiskit.ControlledGate:
            # Qiskit makes the definition of a controlled gate by the name of what is controlled.
            base = self._of_operation(operation.base_gate)
            if base is not operation.base_gate:
                return base.control(operation.num_ctrl_qubits, operation.label, operation.ctrl_state, annotated=False)
        if not is_own_gate(operation) or (*definition_key(operation), operation.name) in self._clean:
            return operation
        definition = operation.definition
        if definition is None:
            return operation
        inside = self.of_circuit(definition)
        if operation.name in reserved_names() and not _is_library_gate(operation):
            named = operation.copy(name=f"{operation.name}_of_user")
        elif inside is not definition:
            named = operation.copy()
        else:
            self._clean[*definition_key(operation), operation.name] = operation
            return operation
        if inside is not definition:
            named.definition = inside
        return named


def is_own_gate(operation: Operation) -> bool:
    """Return whether an operation's definition is its author's, not that of Qiskit."""
    from qiskit import circuit

    kind = _kind(operation)
    if kind in (circuit.Gate, circuit.Instruction, circuit.ControlledGate) or kind.__name__ == "_DefinedGate":
        return True
    return isinstance(operation, circuit.Instruction) and not str(kind.__module__).startswith("qiskit.")


def _kind(operation: Operation) -> type:
    return getattr(operation, "base_class", type(operation))


def _is_library_gate(own: Operation) -> bool:
    """Return whether a gate does what Qiskit's gate of its name does; a file's gate is tried at other angles too."""
    gate = gate_template(own.name)
    signature = OwnGate(text="", num_params=len(own.params), num_qubits=own.num_qubits)
    if gate is None or not _same_signature(signature, gate):
        return False
    if not getattr(own, "_gates", None):
        return _acts_alike(own, gate, tuple(own.params), exact=False)
    tried = [
        (type(own)(own.name, own.num_qubits, values, own._gates, own._bytecode), values)
        for values in _points(len(own.params))
    ]
    return all(_acts_alike(each, gate, values, exact=False) for each, values in tried)
