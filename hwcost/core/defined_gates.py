"""Gates that a device defines itself: written down as text, and known by name in this process once a device has them.

A definition is a circuit of Qiskit's gates in its QPY format, so that it can be kept in a snapshot.
"""

from __future__ import annotations

import base64
import binascii
import io
import math
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hwcost.core.errors import CalibrationError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import Gate

_QPY_VERSION = 13  # the newest that the oldest supported Qiskit reads
_KNOWN: dict[str, tuple[str, Gate]] = {}
_LOCK = threading.Lock()


def definition_text(definition: QuantumCircuit) -> str:
    """Write a definition as text."""
    from qiskit import qpy

    data = io.BytesIO()
    qpy.dump(definition, data, version=_QPY_VERSION)
    return base64.b64encode(data.getvalue()).decode("ascii")


def read_definition(name: str, text: str) -> QuantumCircuit:
    """Read a definition back.

    Raises:
        CalibrationError: The text is none.
    """
    from qiskit import qpy

    try:
        (circuit,) = qpy.load(io.BytesIO(base64.b64decode(text, validate=True)))
    except (MemoryError, RecursionError):
        raise
    except (binascii.Error, Exception) as error:
        raise CalibrationError(
            f"the definition of the gate {one_line(name)} cannot be read ({one_line(error_text(error))})"
        ) from None
    return circuit


def know(definitions: Mapping[str, str]) -> None:
    """Make the gates of a device known by their names; those that are known already stay.

    Raises:
        CalibrationError: Another device of this process has a different gate of that name, or a definition is none.
    """
    for name, text in definitions.items():
        with _LOCK:
            known = _KNOWN.get(name)
            if known is None:
                gate = read_definition(name, text).to_gate()
                gate.name = name
                _KNOWN[name] = text, gate
                _teach(gate)
            elif known[0] != text and not _same(known[1], read_definition(name, text)):
                raise CalibrationError(
                    f"two devices define the gate {one_line(name)} differently; cost them in runs of their own"
                )


def defined_gate(name: str) -> Gate | None:
    """Return the gate of a device that is known by that name, None if there is none."""
    known = _KNOWN.get(name)
    return None if known is None else known[1]


def bound_gate(name: str, params: Sequence[object]) -> Gate:
    """Return such a gate at these angles.

    Raises:
        TypeError: The number of angles is not the gate's.
    """
    template = _KNOWN[name][1]
    if len(params) != len(template.params):
        raise TypeError(f"the gate {name} takes {len(template.params)} angles, not {len(params)}")
    gate = template.definition.assign_parameters(dict(zip(template.params, params, strict=True))).to_gate()
    gate.name = name
    return gate


def _same(gate: Gate, definition: QuantumCircuit) -> bool:
    from qiskit.quantum_info import Operator

    if len(gate.params) != len(definition.parameters):
        return False
    values = [0.4 + 0.55 * k for k in range(len(gate.params))]
    first, second = (circuit.assign_parameters(values) for circuit in (gate.definition, definition))
    return bool(Operator(first).equiv(Operator(second)))


def _teach(gate: Gate) -> None:
    """Tell the transpiler how to write cx in a two-qubit gate without angles that can do so (a = π/4, c = 0)."""
    from qiskit.circuit.equivalence_library import SessionEquivalenceLibrary
    from qiskit.circuit.library import CXGate
    from qiskit.quantum_info import Operator
    from qiskit.synthesis import TwoQubitBasisDecomposer, TwoQubitWeylDecomposition

    if gate.params or gate.num_qubits != 2:
        return
    kind = TwoQubitWeylDecomposition(Operator(gate).data)
    if math.isclose(kind.a, math.pi / 4, abs_tol=1e-9) and math.isclose(kind.c, 0.0, abs_tol=1e-9):
        decomposer = TwoQubitBasisDecomposer(gate, euler_basis="U")
        SessionEquivalenceLibrary.add_equivalence(CXGate(), decomposer(Operator(CXGate())))
