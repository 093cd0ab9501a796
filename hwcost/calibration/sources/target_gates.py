"""What a gate of a Target means: a gate that is known by its name, one with a definition of its own, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.core.defined_gates import definition_text
from hwcost.core.native_gates import known_template, make_gate

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

_Foreign: TypeAlias = Any  # a gate of Qiskit's or of a maker's package

_MAX_QUBITS = 2


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is known of a gate.

    Attributes:
        definition: Its definition as text (`hwcost.core.defined_gates`), None for a gate that is known by its name.
        problem: Why it cannot be used, None if it can.
    """

    definition: str | None = None
    problem: str | None = None


def meaning_of(name: str, gate: _Foreign) -> Meaning:
    """Find out what a gate of a Target means under the name that the Target gives it."""
    from qiskit.circuit import ParameterExpression

    if gate.name != name:
        return Meaning(problem=f"the Target calls {gate.name} so, and a circuit cannot")
    template = known_template(name)
    params = list(gate.params)
    free = [param for param in params if isinstance(param, ParameterExpression)]
    if template is not None and type(gate) is type(template) and len(free) == len(template.params):
        return Meaning()
    if gate.num_qubits > _MAX_QUBITS:
        return Meaning() if template is not None else Meaning(problem=f"it acts on {gate.num_qubits} qubits")
    definition = _definition(gate)
    if template is None:
        if definition is None:
            return Meaning(problem="it has no definition and no matrix, so what it does is not known")
        return Meaning(definition=definition_text(definition))
    if len(template.params) not in (len(free), len(params)) or (template.params and len(free) < len(template.params)):
        return Meaning(problem=f"it has fixed angles, and a circuit's {name} has any")
    if definition is not None and not _does_the_same(name, gate, definition, free):
        return Meaning(problem=f"it does something else than {name}; give it another name")
    return Meaning()


def _definition(gate: _Foreign) -> QuantumCircuit | None:
    """Return the definition of a gate in Qiskit's gates, free angles in the order in which the gate takes them."""
    from qiskit import QuantumCircuit, transpile
    from qiskit.circuit import ParameterVector
    from qiskit.circuit.library import UnitaryGate

    angles = ParameterVector("a", len(gate.params)) if _all_free(gate) else ()
    circuit = QuantumCircuit(gate.num_qubits)
    try:
        if gate.definition is not None:
            bound = gate.definition.assign_parameters(dict(zip(gate.params, angles, strict=False)))
            circuit.compose(bound, inplace=True)
        else:
            circuit.append(UnitaryGate(gate.to_matrix()), range(gate.num_qubits))
        return transpile(circuit, basis_gates=["u", "cx", "rz", "rx", "rxx", "rzz"], optimization_level=0)
    except (MemoryError, RecursionError):
        raise
    except Exception:  # whatever code of the Target's maker raises: then nothing is known
        return None


def _all_free(gate: _Foreign) -> bool:
    from qiskit.circuit import Parameter

    return all(isinstance(param, Parameter) for param in gate.params)


def _does_the_same(name: str, gate: _Foreign, definition: QuantumCircuit, free: list[Any]) -> bool:
    from qiskit.quantum_info import Operator

    values = [0.13 + 0.21 * k for k in range(len(free))]
    known = make_gate(name, values)
    found = definition.assign_parameters(values) if free else definition
    return bool(Operator(found).equiv(Operator(known)))
