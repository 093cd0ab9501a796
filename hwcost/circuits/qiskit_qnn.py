"""A neural network of qiskit-machine-learning (`EstimatorQNN`, `SamplerQNN`) as a `QuantumLayer`; none is run.

Circuits are counted as the network submits them. Its forward pass sends one PUB for each observable; its gradient sends
two more of each for every gate angle of its own expansion of the circuit. It shifts all weights as soon as one backward
pass comes by, frozen ones and those that no observable depends on included, and all data too with `input_gradients`.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

from hwcost.circuits.check import check_circuit
from hwcost.circuits.layers import GateAngle, MeasuredCircuit, QuantumLayer, gate_angles, measured_circuits
from hwcost.circuits.own_gates import name_own_gates
from hwcost.core.errors import CircuitError, OptionError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

PACKAGE = "qiskit_machine_learning"

_OWN_GRADIENTS = {"ParamShift": "parameter-shift", "SPSA": "spsa"}

_BASES = {"0": "Z", "1": "Z", "+": "X", "-": "X", "r": "Y", "l": "Y"}
"""Projectors that an observable may hold, and the basis in which each is measured."""


def is_qnn(model: object) -> bool:
    """Return whether an object is a neural network of qiskit-machine-learning; imports nothing."""
    networks = sys.modules.get(f"{PACKAGE}.neural_networks")
    return networks is not None and isinstance(model, networks.NeuralNetwork)


def layer_from_qnn(qnn: Any, *, name: str | None = None, with_gradient: bool = True) -> QuantumLayer:
    """Make a network a layer: its circuit in each measurement basis, and the angles that its gradient shifts.

    Args:
        qnn: An `EstimatorQNN` or `SamplerQNN`.
        name: Name for reports; default that of its class.
        with_gradient: False for a network of which only forward passes are asked.

    Raises:
        CircuitError: It is another network, or its circuit or observables cannot be read.

    Example:
        >>> from qiskit_machine_learning.circuit.library import qnn_circuit  # doctest: +SKIP
        >>> from qiskit_machine_learning.neural_networks import EstimatorQNN  # doctest: +SKIP
        >>> circuit, data, weights = qnn_circuit(2)  # doctest: +SKIP
        >>> qnn = EstimatorQNN(circuit=circuit, input_params=data, weight_params=weights)  # doctest: +SKIP
        >>> len(layer_from_qnn(qnn).trained_angles)  # doctest: +SKIP
        8
    """
    label = one_line(name or type(qnn).__name__)
    check_qnn(qnn, label)
    circuit, measured = _measured(qnn, label)
    return QuantumLayer(
        name=label,
        circuits=measured,
        angles=_shifted_angles(qnn, circuit, measured, label) if with_gradient else (),
        input_needs_gradient=qnn.input_gradients,
        shifts_unseen=True,
        shots=_shots(qnn),
        diff_method=_own_gradient(qnn),
        notes=tuple(_notes(qnn, circuit, label)),
    )


def check_qnn(qnn: Any, label: str) -> None:
    """Refuse a network that runs other circuits than an `EstimatorQNN` or `SamplerQNN` does.

    Raises:
        CircuitError: It is one.
    """
    networks = sys.modules[f"{PACKAGE}.neural_networks"]
    for known in (networks.EstimatorQNN, networks.SamplerQNN):
        if isinstance(qnn, known):
            passes = ("forward", "backward", "_forward", "_backward")
            if all(getattr(type(qnn), each) is getattr(known, each) for each in passes):
                return
    raise CircuitError(
        f"{label} is a network ({type(qnn).__name__}) whose circuits cannot be read: EstimatorQNN and SamplerQNN can; "
        "cost its circuit with estimate_model(circuit, inputs=...)"
    )


def _measured(qnn: Any, label: str) -> tuple[QuantumCircuit, tuple[MeasuredCircuit, ...]]:
    """Return the network's circuit, and as it is measured: once for each observable and basis."""
    check_circuit(qnn.circuit)
    circuit = name_own_gates(qnn.circuit).copy(label)
    if not hasattr(qnn, "observables"):
        if not circuit.clbits:
            circuit.measure_all()
        return circuit, measured_circuits(circuit, ())
    try:
        groups = [group for o in qnn.observables for group in measured_circuits(circuit, _labels(o, label))]
    except OptionError as error:
        raise CircuitError(f"{label}: {one_line(error_text(error))}") from error
    return circuit, tuple(groups)


def _labels(observable: Any, label: str) -> list[str]:
    """Return the Pauli words of an observable, in Qiskit's order."""
    from qiskit.exceptions import QiskitError
    from qiskit.primitives.containers.observables_array import ObservablesArray

    try:
        terms: Any = ObservablesArray.coerce(observable)[()]
    except (QiskitError, TypeError, ValueError) as error:
        raise CircuitError(
            f"{label}: its observable ({type(observable).__name__}) is none that a primitive takes "
            f"({one_line(error_text(error))}); give SparsePauliOp"
        ) from error
    return ["".join(_BASES.get(letter, letter) for letter in word) for word in terms]


def _shifted_angles(
    qnn: Any, circuit: QuantumCircuit, measured: tuple[MeasuredCircuit, ...], label: str
) -> tuple[GateAngle, ...]:
    """Return the gate angles of the network's gradient, in the gates into which it expands the circuit."""
    from qiskit.exceptions import QiskitError
    from qiskit.transpiler.passes import TranslateParameterizedGates

    gradients: Any = sys.modules[f"{PACKAGE}.gradients"]
    default = gradients.ParamShiftEstimatorGradient.SUPPORTED_GATES
    try:
        flat = TranslateParameterizedGates(getattr(qnn.gradient, "SUPPORTED_GATES", default))(circuit)
    except QiskitError as error:
        raise CircuitError(
            f"{label}: its circuit cannot be written in gates with a shift rule: {one_line(error_text(error))}"
        ) from error
    operations = [(i.operation.name, tuple(i.operation.params), (*i.qubits, *i.clbits)) for i in flat.data]
    return tuple(gate_angles(operations, set(qnn.input_params), measured, circuit))


def _shots(qnn: Any) -> int | None:
    precision = getattr(qnn, "default_precision", None)
    return math.ceil(1.0 / precision**2) if precision else None


def _own_gradient(qnn: Any) -> str:
    name = type(qnn.gradient).__name__
    return next((method for start, method in _OWN_GRADIENTS.items() if name.startswith(start)), name)


def _notes(qnn: Any, circuit: QuantumCircuit, label: str) -> list[str]:
    notes = []
    if len(getattr(qnn, "observables", ())) > 1:
        notes.append(f"{label}: each observable is a PUB of its own, run apart from the others even in the same basis")
    if not type(qnn.gradient).__name__.startswith("ParamShift"):
        notes.append(
            f"{label}: its own gradient is {type(qnn.gradient).__name__}; counted is the gradient method asked for"
        )
    if circuit.layout is not None:
        notes.append(f"{label}: its circuit was compiled for a device before; it is compiled again from there")
    return notes
