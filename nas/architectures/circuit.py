"""The Qiskit circuit of an architecture, as it is costed: `build_circuit`.

Data are free parameters `x[i]`, weights free parameters `w[column·n + qubit]`; qubit i is PennyLane's wire i. An
amplitude embedding is the tree of rotations that a device would run for it (Möttönen et al., Quantum Inf. Comput. 5,
467 (2005)): for real amplitudes uniformly controlled RY gates, with 2^k − 1 angles and 2^k − 2 CNOTs on the last k
qubits, those that the encoded values reach. Its `x` are these angles; `data_angles` computes them from the values.
A sign of the whole state, which no output depends on, is lost with one value only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nas.architectures.influence import num_amplitude_qubits, observed_qubits
from nas.architectures.record import Architecture
from nas.architectures.steps import EmbeddingStep, RotationStep, steps
from nas.core.errors import SettingError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterVector


MAX_AMPLITUDE_QUBITS = 16
"""A tree on more qubits has more than 2^17 gates, too many to be compiled or run."""


def build_circuit(architecture: Architecture, *, measure: bool = True) -> QuantumCircuit:
    """Build the circuit with free parameters, measured where an output needs it.

    Args:
        architecture: The network.
        measure: Whether to measure the observed qubits; each into a classical bit of its own.

    Raises:
        SettingError: An amplitude embedding takes too many values for a circuit.

    Example:
        >>> from nas.architectures.record import Layer
        >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
        >>> circuit = build_circuit(Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(layer,)))
        >>> dict(circuit.count_ops())
        {'rx': 2, 'ry': 2, 'measure': 2, 'cx': 1}
    """
    from qiskit import ClassicalRegister, QuantumCircuit
    from qiskit.circuit import ParameterVector

    num_qubits = architecture.num_qubits
    if architecture.embedding == "amplitude" and num_amplitude_qubits(architecture) > MAX_AMPLITUDE_QUBITS:
        raise SettingError(
            f"an amplitude embedding of {architecture.num_encoded:,} values takes as many rotations; circuits are "
            f"built for at most {2**MAX_AMPLITUDE_QUBITS:,} values"
        )
    data = ParameterVector("x", num_data_angles(architecture))
    weights = ParameterVector("w", architecture.num_weights)
    circuit = QuantumCircuit(num_qubits, name=circuit_name(architecture))
    for step in steps(architecture):
        if isinstance(step, EmbeddingStep):
            _embed(circuit, architecture, data)
        elif isinstance(step, RotationStep):
            for qubit, axis in enumerate(step.axes):
                getattr(circuit, f"r{axis}")(weights[step.row * num_qubits + qubit], qubit)
        else:
            getattr(circuit, step.gate)(step.control, step.target)
    if measure:
        observed = sorted({qubit for qubits in observed_qubits(architecture) for qubit in qubits})
        register = ClassicalRegister(len(observed), "z")
        circuit.add_register(register)
        circuit.measure(observed, register)
    return circuit


def observables(architecture: Architecture) -> tuple[str, ...]:
    """Return the outputs as Pauli labels in Qiskit's order, qubit 0 right.

    Example:
        >>> from nas.architectures.record import Layer
        >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
        >>> observables(Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(layer,)))
        ('IZ', 'ZI')
    """
    width = architecture.num_qubits
    return tuple(
        "".join("Z" if qubit in qubits else "I" for qubit in reversed(range(width)))
        for qubits in observed_qubits(architecture)
    )


def circuit_name(architecture: Architecture) -> str:
    """Return a short name for reports."""
    layers = len(architecture.layers)
    return f"{architecture.embedding}-{architecture.num_qubits}q-{layers}l"


def num_data_angles(architecture: Architecture) -> int:
    """Count the angles that data enter the circuit with; re-uploaded ones count once."""
    if architecture.embedding != "amplitude":
        return architecture.num_qubits
    return int(2 ** num_amplitude_qubits(architecture) - 1)


def _embed(circuit: QuantumCircuit, architecture: Architecture, data: ParameterVector) -> None:
    width = architecture.num_qubits
    if architecture.embedding == "amplitude":
        _amplitude_tree(circuit, list(range(width - num_amplitude_qubits(architecture), width)), data)
        return
    for qubit in range(width):
        if architecture.embedding == "angle-z":
            circuit.h(qubit)
        getattr(circuit, f"r{architecture.embedding[-1]}")(data[qubit], qubit)


def _amplitude_tree(circuit: QuantumCircuit, qubits: list[int], data: ParameterVector) -> None:
    """Add uniformly controlled RY gates, from the most significant qubit down; the first qubit is that one."""
    used = 0
    for level, target in enumerate(qubits):
        controls = qubits[:level]
        for position in range(2**level):
            circuit.ry(data[used], target)
            used += 1
            if level:
                # The control that changes in the Gray code; the last one closes the ring.
                changed = level - 1 if position == 2**level - 1 else ((position + 1) & -(position + 1)).bit_length() - 1
                circuit.cx(controls[level - 1 - changed], target)


def data_angles(architecture: Architecture, values: npt.ArrayLike) -> np.ndarray:
    """Return the `x` of the circuit for the values of one sample, as they come out of the classical layers before it.

    Args:
        architecture: The network.
        values: Its `num_encoded` real values.

    Returns:
        An angle for each `x[i]`: `angle_factor` times the values, or the angles of the tree for amplitudes.

    Raises:
        SettingError: There are more or fewer values, or one is not finite.

    Example:
        >>> from nas.architectures.record import Layer
        >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
        >>> small = Architecture(num_qubits=2, embedding="amplitude", num_encoded=2, layers=(layer,))
        >>> data_angles(small, [3.0, 3.0])  # RY(π/2)|0⟩ on qubit 1
        array([1.57079633])
    """
    import numpy as np

    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (architecture.num_encoded,) or not np.isfinite(numbers).all():
        raise SettingError(
            f"the circuit takes {architecture.num_encoded} finite values, but got an array of shape {numbers.shape}"
        )
    if architecture.embedding == "amplitude":
        return amplitude_angles(numbers, num_amplitude_qubits(architecture))
    return architecture.angle_factor * numbers


def amplitude_angles(values: np.ndarray, num_qubits: int) -> np.ndarray:
    """Return the `x` of an amplitude embedding that prepare given real values, normalised, on `num_qubits` qubits.

    Args:
        values: Up to 2^num_qubits real numbers, padded with zeros; all zero stands for |0…0⟩.
        num_qubits: Qubits k of the tree.

    Returns:
        2^k − 1 angles in the order of the circuit's `x`.

    Raises:
        SettingError: There are more values than amplitudes.

    Example:
        >>> import numpy as np
        >>> amplitude_angles(np.array([1.0, 1.0]), 1)  # RY(π/2)|0⟩
        array([1.57079633])
    """
    import numpy as np

    if len(values) > 2**num_qubits:
        raise SettingError(f"{len(values)} amplitudes do not fit on {num_qubits} qubits")
    state = np.zeros(2**num_qubits)
    state[: len(values)] = values
    if not state.any():
        state[0] = 1.0
    angles = [np.zeros(0)]
    for level in range(num_qubits):
        blocks = state.reshape(2**level, 2, -1)
        if level == num_qubits - 1:
            low, high = blocks[:, 0, 0], blocks[:, 1, 0]  # with their signs
        else:
            low, high = np.linalg.norm(blocks, axis=2).T
        wanted = 2.0 * np.arctan2(high, low)
        # Between two CNOTs a rotation turns by ± its angle, by the parity of its Gray code and the controls' bits: a
        # Walsh-Hadamard transform, which is its own inverse up to the factor 2^level.
        for bit in range(level):
            pairs = wanted.reshape(-1, 2, 2**bit)
            wanted = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1).reshape(-1)
        numbers = np.arange(2**level)
        angles.append(wanted[numbers ^ (numbers >> 1)] / 2**level)
    return np.concatenate(angles)
