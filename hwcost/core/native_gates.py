"""Native gates that Qiskit has no class of: their unitaries, and how the transpiler gets from Qiskit's gates to them.

A gate that another maker's device has natively is one entry in `NATIVE_GATES`: what it does, written in Qiskit's gates.
Its unitary and its Qiskit gate follow from that. `_TRANSLATIONS` says what Qiskit's gates are in native ones.
Conventions are those of each maker: IonQ's angles are turns (2π), all others radians.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.core.defined_gates import bound_gate, defined_gate
from hwcost.core.gates import ALIASES

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from qiskit import QuantumCircuit
    from qiskit.circuit import Gate

_Steps: TypeAlias = Callable[..., None]
Foreign: TypeAlias = Any  # an operation of Qiskit's or of a maker's package
Angle: TypeAlias = Any  # a number, or Qiskit's parameter expression
_PI = math.pi


@dataclass(frozen=True, slots=True)
class NativeGate:
    """What a native gate does.

    Attributes:
        num_qubits: Qubits that it acts on.
        num_params: Angles that it takes.
        define: Appends Qiskit's gates that do the same, up to a global phase, to a circuit; takes circuit and angles.
        defaults: Angles that may be left out, from the last.
    """

    num_qubits: int
    num_params: int
    define: _Steps
    defaults: tuple[float, ...] = ()


def _gpi(circuit: QuantumCircuit, phi: Angle) -> None:
    circuit.r(_PI, 2 * _PI * phi, 0)


def _gpi2(circuit: QuantumCircuit, phi: Angle) -> None:
    circuit.r(_PI / 2, 2 * _PI * phi, 0)


def _ms(circuit: QuantumCircuit, phi0: Angle, phi1: Angle, theta: Angle) -> None:
    # exp(−iπθ·P(φ0)⊗P(φ1)) with P(φ) = cos(2πφ)·X + sin(2πφ)·Y, which is X turned about Z.
    for qubit, phi in enumerate((phi0, phi1)):
        circuit.rz(-2 * _PI * phi, qubit)
    circuit.rxx(2 * _PI * theta, 0, 1)
    for qubit, phi in enumerate((phi0, phi1)):
        circuit.rz(2 * _PI * phi, qubit)


def _zz(circuit: QuantumCircuit, theta: Angle) -> None:
    circuit.rzz(2 * _PI * theta, 0, 1)


def _u1q(circuit: QuantumCircuit, theta: Angle, phi: Angle) -> None:
    circuit.r(theta, phi, 0)


def _xy(circuit: QuantumCircuit, theta: Angle) -> None:
    # exp(iθ/4·(XX + YY)): XY(π) is iswap.
    circuit.rxx(-theta / 2, 0, 1)
    circuit.ryy(-theta / 2, 0, 1)


NATIVE_GATES: Mapping[str, NativeGate] = {
    # IonQ (Aria: ms, Forte: zz), angles in turns; https://docs.ionq.com/guides/getting-started-with-native-gates
    "gpi": NativeGate(1, 1, _gpi),
    "gpi2": NativeGate(1, 1, _gpi2),
    "ms": NativeGate(2, 3, _ms, (0.25,)),
    "zz": NativeGate(2, 1, _zz),
    # Quantinuum: a turn by θ about an axis in the xy plane at φ; its two-qubit gate is Qiskit's rzz.
    "u1q": NativeGate(1, 2, _u1q),
    # Rigetti: fixed turns about x, and iswap's family.
    "rxpi": NativeGate(1, 0, lambda circuit: circuit.rx(_PI, 0)),
    "rxpi2": NativeGate(1, 0, lambda circuit: circuit.rx(_PI / 2, 0)),
    "rxpi2dg": NativeGate(1, 0, lambda circuit: circuit.rx(-_PI / 2, 0)),
    "xy": NativeGate(2, 1, _xy),
}


def gate_template(name: str) -> Gate | None:
    """Return Qiskit's gate of that name with its angles free, ours for a native one, that of a device, or None.

    Example:
        >>> gate_template("ecr").num_qubits, len(gate_template("ms").params), gate_template("mine")
        (2, 3, None)
    """
    template = known_template(name)
    return template if template is not None else defined_gate(name)


def known_template(name: str) -> Gate | None:
    """Do the same without the gates that a device defines."""
    from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping

    name = ALIASES.get(name, name)
    template = get_standard_gate_name_mapping().get(name)
    return template if template is not None else _native_template(name)


def make_gate(name: str, params: Sequence[Any] = ()) -> Gate:
    """Return a gate by name with these angles.

    Raises:
        KeyError: Nothing of that name is known (`gate_template` is None).
        TypeError: The number of angles is not the gate's.

    Example:
        >>> make_gate("gpi", [0.25]).to_matrix().real.round(12) + 0.0
        array([[ 0., -1.],
               [ 1.,  0.]])
    """
    template = gate_template(name)
    if template is None:
        raise KeyError(name)
    if template.name in NATIVE_GATES and isinstance(template, native_gate_class()):
        return native_gate(template.name, params)
    if known_template(name) is None:
        return bound_gate(name, params)
    return template.base_class(*params)


def matrix_of(gate: Foreign) -> npt.NDArray[np.complex128]:
    """Return the unitary of a gate without free angles, in Qiskit's order of qubits; from its definition if need be."""
    import numpy as np
    from qiskit.quantum_info import Operator

    matrix = gate.to_matrix() if hasattr(gate, "__array__") else Operator(gate).data
    return np.asarray(matrix, dtype=np.complex128)


def native_gate(name: str, params: Sequence[Any] = (), label: str | None = None) -> Gate:
    """Return the Qiskit gate of one of `NATIVE_GATES`.

    Raises:
        TypeError: The number of angles is not the gate's.
    """
    spec = NATIVE_GATES[name]
    missing = spec.num_params - len(params)
    if 0 < missing <= len(spec.defaults):
        params = [*params, *spec.defaults[len(spec.defaults) - missing :]]
    elif missing == -1 and spec.num_params == 0:
        params = []  # MQT Bench writes the fixed angle of rxpi beside its name
    if len(params) != spec.num_params:
        raise TypeError(f"the gate {name} takes {spec.num_params} angles, not {len(params)}")
    gate: Gate = native_gate_class()(name, spec.num_qubits, list(params), label)
    return gate


def is_native_gate(operation: Foreign, *, known: dict[tuple[Any, ...], bool]) -> bool:
    """Return whether an operation is a native gate or one that a device defines, and does what its name says.

    Its class may be another package's, or lost in a file: then its definition is compared.

    Args:
        operation: An operation of a circuit.
        known: Answers so far, for the caller to keep: circuits repeat their gates.
    """
    name, params = operation.name, tuple(operation.params)
    if name not in NATIVE_GATES and defined_gate(name) is None:
        return False
    if isinstance(operation, native_gate_class()):
        return True
    key = (name, type(operation), tuple(map(str, params)))
    if key not in known:
        known[key] = _does_what_it_says(operation, params)
    return known[key]


def _does_what_it_says(operation: Foreign, params: Sequence[Any]) -> bool:
    from qiskit.circuit import Gate
    from qiskit.exceptions import QiskitError
    from qiskit.quantum_info import Operator

    if not isinstance(operation, Gate):
        return False
    try:
        free = {p for value in params for p in getattr(value, "parameters", ())}
        values = {p: 0.17 + 0.23 * k for k, p in enumerate(sorted(free, key=lambda p: p.name))}
        bound = [
            value.bind({p: values[p] for p in value.parameters}) if hasattr(value, "bind") else value
            for value in params
        ]
        expected = Operator(make_gate(operation.name, [float(value) for value in bound]))
        if operation.definition is None:
            return bool(Operator(operation.to_matrix()).equiv(expected))
        used = {p: v for p, v in values.items() if p in operation.definition.parameters}
        return bool(Operator(operation.definition.assign_parameters(used)).equiv(expected))
    except (QiskitError, TypeError, ValueError):
        return False


@lru_cache(maxsize=1)
def native_gate_class() -> type[Gate]:
    """Return the class of these gates, made on first use because its base class lives in qiskit."""
    import numpy as np
    from qiskit.circuit import Gate, QuantumCircuit
    from qiskit.quantum_info import Operator

    class NativeGateInstruction(Gate):  # type: ignore[misc]
        """A gate of `NATIVE_GATES`; its definition is written in Qiskit's gates."""

        def _define(self) -> None:
            circuit = QuantumCircuit(self.num_qubits)
            NATIVE_GATES[self.name].define(circuit, *self.params)
            self.definition = circuit

        def __array__(self, dtype: type | None = None, copy: bool | None = None) -> npt.NDArray[np.complex128]:
            return np.asarray(Operator(self.definition).data, dtype=dtype or complex)

        def __reduce__(self) -> tuple[Callable[..., Gate], tuple[object, ...]]:
            return native_gate, (self.name, tuple(self.params), self.label)

        def inverse(self, annotated: bool = False) -> Gate:
            return self.definition.to_gate(label=f"{self.name}†").inverse()

    return NativeGateInstruction


@lru_cache(maxsize=64)
def _native_template(name: str) -> Gate | None:
    from qiskit.circuit import Parameter

    spec = NATIVE_GATES.get(name)
    return None if spec is None else native_gate(name, [Parameter(f"a{i}") for i in range(spec.num_params)])


# How Qiskit's gates are written in native ones. Each holds up to a global phase, which no one sees.


def _u_of_ionq(add: Callable[..., None], theta: Angle, phi: Angle, lam: Angle) -> None:
    # U(θ, φ, λ) is two quarter turns around a half turn, each about an axis in the xy plane.
    add("gpi2", [0.5 - lam / (2 * _PI)], 0)
    add("gpi", [(theta + phi - lam) / (4 * _PI)], 0)
    add("gpi2", [0.5 + phi / (2 * _PI)], 0)


def _u_of_u1q(add: Callable[..., None], theta: Angle, phi: Angle, lam: Angle) -> None:
    # Two virtual rz: in their sum φ + λ angles may cancel, which Qiskit's translator cannot assign.
    add("rz", [lam], 0)
    add("u1q", [theta, _PI / 2], 0)
    add("rz", [phi], 0)


def _u_of_rxpi2(add: Callable[..., None], theta: Angle, phi: Angle, lam: Angle) -> None:
    add("rz", [lam], 0)
    add("rxpi2", [], 0)
    add("rz", [theta], 0)
    add("rxpi2dg", [], 0)
    add("rz", [phi], 0)


def _cx_of_ms(add: Callable[..., None]) -> None:
    add("gpi2", [0.25], 0)
    add("ms", [0, 0, 0.25], 0, 1)
    add("gpi2", [0.5], 0)
    add("gpi2", [0.5], 1)
    add("gpi2", [-0.25], 0)


def _cz_of_zz(add: Callable[..., None]) -> None:
    add("zz", [0.25], 0, 1)
    add("rz", [-_PI / 2], 0)
    add("rz", [-_PI / 2], 1)


def _fixed(name: str) -> Callable[..., None]:
    return lambda add: add(name, [], 0)


_TRANSLATIONS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("u", _u_of_ionq),
    ("u", _u_of_u1q),
    ("u", _u_of_rxpi2),
    ("cx", _cx_of_ms),
    ("cz", _cz_of_zz),
    ("x", _fixed("rxpi")),
    ("sx", _fixed("rxpi2")),
    ("sxdg", _fixed("rxpi2dg")),
    ("x", lambda add: add("gpi", [0], 0)),
    ("y", lambda add: add("gpi", [0.25], 0)),
    ("sx", lambda add: add("gpi2", [0], 0)),
    ("sxdg", lambda add: add("gpi2", [0.5], 0)),
    ("iswap", lambda add: add("xy", [_PI], 0, 1)),
)


@lru_cache(maxsize=1)
def teach_transpiler() -> None:
    """Tell Qiskit's transpiler, once per process, how its gates are written in native ones.

    Only the transpiler reads these rules, and only for a Target that has such a gate.
    """
    from qiskit.circuit.equivalence_library import SessionEquivalenceLibrary

    for gate, circuit in translations():
        SessionEquivalenceLibrary.add_equivalence(gate, circuit)


def translations() -> list[tuple[Gate, QuantumCircuit]]:
    """Return each of Qiskit's gates with a circuit of native gates that equals it up to a global phase."""
    return [_translation(name, steps) for name, steps in _TRANSLATIONS]


def _translation(name: str, steps: Callable[..., None]) -> tuple[Gate, QuantumCircuit]:
    from qiskit.circuit import Parameter, QuantumCircuit
    from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping

    template = get_standard_gate_name_mapping()[name]
    angles = [Parameter(f"{name}{i}") for i in range(len(template.params))]
    circuit = QuantumCircuit(template.num_qubits)
    steps(lambda native, params, *qubits: circuit.append(make_gate(native, params), list(qubits)), *angles)
    return template.base_class(*angles), circuit
