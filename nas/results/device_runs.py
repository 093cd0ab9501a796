"""A network's compiled circuits, run with noise: by Qiskit on a backend, and by PennyLane's Qiskit device on it.

Both give z = ±1 of every output's qubits for every shot, so that expectation values with and without readout mitigation
come of the same shots.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from hwcost import MissingDependencyError
from nas.architectures.circuit import data_angles
from nas.architectures.influence import observed_qubits
from nas.runs.noisy import OutputNoise, measured_qubits

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2

    from hwcost import CostEstimate
    from nas.architectures.record import Architecture

    Floats = NDArray[np.float64]

Progress: TypeAlias = Callable[[int, int], None]

_CIRCUITS_AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Expectation values that were measured.

    Attributes:
        raw: (samples, outputs) as read.
        mitigated: The same shots, each qubit's readout errors inverted.
    """

    raw: Floats
    mitigated: Floats


def bound_circuits(
    architecture: Architecture, estimate: CostEstimate, weights: Floats, encoded: Floats
) -> list[QuantumCircuit]:
    """Return the compiled circuit of each sample, all of its angles bound.

    Args:
        architecture: The network.
        estimate: Of its circuit.
        weights: The circuit's angles, row by row.
        encoded: (samples, encoded values) as they enter the circuit.
    """
    circuit = estimate.isa_circuit
    return [circuit.assign_parameters(row) for row in angle_values(architecture, estimate, weights, encoded)]


def angle_values(architecture: Architecture, estimate: CostEstimate, weights: Floats, encoded: Floats) -> Floats:
    """Return the values of the compiled circuit's parameters for each sample, (samples, parameters), in radians.

    Args:
        architecture: The network.
        estimate: Of its circuit, whose `parameters` give the order.
        weights: The circuit's angles, row by row.
        encoded: (samples, encoded values) as they enter the circuit.
    """
    names = [each.name for each in estimate.isa_circuit.parameters]
    angles: dict[str, float] = {f"w[{i}]": float(value) for i, value in enumerate(weights.reshape(-1))}
    rows = []
    for row in encoded:
        values = angles | {f"x[{i}]": float(value) for i, value in enumerate(data_angles(architecture, row))}
        rows.append([values[name] for name in names])
    return np.array(rows, dtype=np.float64).reshape(len(encoded), len(names))


def run_on_backend(
    architecture: Architecture,
    noise: OutputNoise,
    circuits: Sequence[QuantumCircuit],
    backend: BackendV2,
    *,
    shots: int,
    seed: int,
    progress: Progress | None = None,
) -> Outputs:
    """Run compiled circuits on a backend of `hwcost.noisy_backend`; qubits that wait relax.

    Args:
        architecture: The network.
        noise: Of its outputs, for the mitigation.
        circuits: What `bound_circuits` returned.
        backend: The backend.
        shots: Of each circuit.
        seed: Of the simulation.
        progress: Called with circuits done, circuits in all.
    """
    from qiskit.transpiler import PassManager
    from qiskit.transpiler.passes import ALAPScheduleAnalysis, PadDelay

    waits = PassManager([ALAPScheduleAnalysis(target=backend.target), PadDelay(target=backend.target)])
    found = []
    for start in range(0, len(circuits), _CIRCUITS_AT_ONCE):
        part = waits.run(list(circuits[start : start + _CIRCUITS_AT_ONCE]))
        # Aer counts the seed on from circuit to circuit of a job.
        result = backend.run(part, shots=shots, seed_simulator=seed + start).result()
        found += [_of_counts(architecture, noise, result.get_counts(i)) for i in range(len(part))]
        if progress is not None:
            progress(len(found), len(circuits))
    return stacked_outputs(found)


def run_with_pennylane(
    architecture: Architecture,
    noise: OutputNoise,
    estimate: CostEstimate,
    circuits: Sequence[QuantumCircuit],
    backend: object,
    *,
    shots: int,
    seed: int | None,
    progress: Progress | None = None,
) -> Outputs:
    """Run compiled circuits through PennyLane's device `qiskit.remote` on a Qiskit backend.

    PennyLane gets the native gates on the qubits in use, and has Qiskit place wire i on the i-th of them, without
    routing anything again; qubits that wait get delays. Each circuit is a job of a sampler of its own.

    Args:
        architecture: The network.
        noise: Of its outputs, for the mitigation.
        estimate: Of the circuit, which says on which qubits it runs.
        circuits: What `bound_circuits` returned.
        backend: Any backend of Qiskit's with the device's qubits: that of `hwcost.noisy_backend`, or a real one.
        shots: Of each circuit.
        seed: Of a simulation; None for a real device.
        progress: Called with circuits done, circuits in all.

    Raises:
        MissingDependencyError: pennylane-qiskit is not installed.
    """
    qml = require_pennylane_qiskit()
    places = measured_qubits(estimate)
    used = _used(circuits[0])
    found = []
    for number, circuit in enumerate(circuits):
        simulated = {} if seed is None else {"options": {"simulator": {"seed_simulator": seed + number}}}
        device = qml.device(
            "qiskit.remote",
            wires=len(used),
            backend=backend,
            optimization_level=0,
            initial_layout=used,
            scheduling_method="alap",
            **simulated,
        )
        samples = _samples(qml, device, _compact(circuit, used), shots)
        columns = [used.index(qubit) for qubit in places]
        found.append(outputs_of_bits(architecture, noise, samples[:, columns], np.ones(len(samples))))
        if progress is not None:
            progress(number + 1, len(circuits))
    return stacked_outputs(found)


def require_pennylane_qiskit() -> ModuleType:
    """Import PennyLane with its Qiskit devices.

    Raises:
        MissingDependencyError: One is not installed.
    """
    try:
        import pennylane
        import pennylane_qiskit  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            f"running on PennyLane's Qiskit device needs {error.name}, which is not installed; run: "
            'pip install "hwcost[pennylane-qiskit]", or leave it out with --without-pennylane'
        ) from None
    module: ModuleType = pennylane
    return module


def _samples(qml: ModuleType, device: object, circuit: QuantumCircuit, shots: int) -> NDArray[np.int64]:
    """Return the bits of each shot, (shots, wires)."""

    def sample() -> object:
        qml.from_qiskit(circuit)()
        return qml.sample(wires=range(circuit.num_qubits))

    bits: NDArray[np.int64] = np.asarray(qml.set_shots(qml.QNode(sample, device), shots=shots)(), dtype=np.int64)
    return bits


_WAITING = frozenset({"barrier", "delay"})


def _used(circuit: QuantumCircuit) -> list[int]:
    steps = [step for step in circuit.data if step.name not in _WAITING]
    return sorted({circuit.find_bit(qubit).index for step in steps for qubit in step.qubits})


def _compact(circuit: QuantumCircuit, used: Sequence[int]) -> QuantumCircuit:
    """Return the gates on the qubits in use, numbered from 0."""
    from qiskit import QuantumCircuit

    small = QuantumCircuit(len(used))
    for step in circuit.data:
        if step.name not in _WAITING | {"measure"}:
            small.append(step.operation, [used.index(circuit.find_bit(qubit).index) for qubit in step.qubits])
    return small


def _of_counts(architecture: Architecture, noise: OutputNoise, counts: Mapping[str, int]) -> tuple[Floats, Floats]:
    bits = np.array([[int(letter) for letter in reversed(key.replace(" ", ""))] for key in counts])
    return outputs_of_bits(architecture, noise, bits, np.array(list(counts.values()), dtype=np.float64))


def outputs_of_bits(
    architecture: Architecture, noise: OutputNoise, bits: NDArray[np.int64], weights: Floats
) -> tuple[Floats, Floats]:
    """Return each output, raw and mitigated, of what was read.

    Args:
        architecture: The network.
        noise: Of its outputs, for the mitigation.
        bits: (shots, observed qubits), 0 or 1.
        weights: (shots), how often each was read.

    Readout errors of different qubits are independent, so the inverse of a product is the product of the inverses.
    """
    outputs = observed_qubits(architecture)
    column = {qubit: i for i, qubit in enumerate(sorted({qubit for qubits in outputs for qubit in qubits}))}
    z = 1.0 - 2.0 * bits
    raw, mitigated = [], []
    for qubits, lines in zip(outputs, noise.readout, strict=True):
        values = z[:, [column[qubit] for qubit in qubits]]
        slopes, offsets = np.array([line.slope for line in lines]), np.array([line.offset for line in lines])
        raw.append(np.average(values.prod(axis=1), weights=weights))
        mitigated.append(np.average(((values - offsets) / slopes).prod(axis=1), weights=weights))
    return np.array(raw), np.array(mitigated)


def stacked_outputs(found: Sequence[tuple[Floats, Floats]]) -> Outputs:
    """Put the outputs of samples, raw and mitigated, into one record."""
    return Outputs(raw=np.array([raw for raw, _ in found]), mitigated=np.array([mitigated for _, mitigated in found]))
