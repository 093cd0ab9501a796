"""A Qiskit backend with the Target and the noise of a device, which runs circuits on Aer: `noisy_backend`."""

from __future__ import annotations

from copy import copy, deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.backend.prepared import Device, prepare_device
from hwcost.backend.target import build_device_target
from hwcost.core.native_gates import NATIVE_GATES, gate_template, known_template, matrix_of
from hwcost.validation.aer_noise import build_noise_model
from hwcost.validation.channels import require_aer

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2, Job
    from qiskit.transpiler import Target
    from qiskit_aer import AerSimulator
    from qiskit_aer.noise import NoiseModel

_MAX_SIMULATORS = 16
_WAITING = frozenset({"barrier", "delay"})

Backend: TypeAlias = Any  # a name, a path, a calibration, or an object of Qiskit's


def noisy_backend(
    backend: Backend, *, keep_dead_readout: bool = False, fractional_gates: bool = False, relaxation: bool = True
) -> BackendV2:
    """Return a Qiskit backend that stands for a device: its healthy part as Target, its noise on Aer.

    Circuits are transpiled for it as for the device (`target` says what to mind at levels 0 and 1), `run` simulates
    them with `noise_model`, and Aer's limits on the number of qubits in use apply. Any calibration will do: a fake
    backend's name, a saved snapshot, a CSV, a Target. `hwcost.backend` is the same function.

    Args:
        backend: What `load_calibration` takes, or a prepared `Device`.
        keep_dead_readout: As in `prepare_device`.
        fractional_gates: As in `prepare_device`.
        relaxation: As in `noise_model`.

    Returns:
        A `BackendV2`. Its `run` takes `shots` (default 1024) and further options of `AerSimulator.run`; `calibration`
        is the record that it is made of.

    Raises:
        CalibrationError: The backend has no calibration, or nothing on it is healthy.
        MissingDependencyError: qiskit-aer is not installed.

    Example:
        >>> from qiskit import QuantumCircuit, transpile
        >>> manila = noisy_backend("fake_manila")
        >>> bell = QuantumCircuit(2)
        >>> _ = bell.h(0), bell.cx(0, 1), bell.measure_all()
        >>> counts = manila.run(transpile(bell, manila, seed_transpiler=1), shots=1000, seed_simulator=1).result()
        >>> sum(counts.get_counts().values())
        1000
    """
    require_aer()
    device = prepare_device(backend, keep_dead_readout=keep_dead_readout, fractional_gates=fractional_gates)
    device.audited.require_qubits(1)
    made: BackendV2 = _backend_class()(device, relaxation)
    return made


@lru_cache(maxsize=1)
def _backend_class() -> type[Any]:
    """Make the class, on first use because its base class lives in qiskit."""
    from qiskit.providers import BackendV2, Options

    class NoisyBackend(BackendV2):  # type: ignore[misc]
        """A device on Aer."""

        def __init__(self, device: Device, relaxation: bool) -> None:
            calibration = device.audited.calibration
            super().__init__(name=calibration.name, description=f"{calibration.name} on Aer, by hwcost")
            self.calibration = calibration
            self._audited, self._relaxation = device.audited, relaxation
            self._target = build_device_target(device.audited)
            self._simulators: dict[frozenset[int], AerSimulator] = {}

        def __deepcopy__(self, memo: dict[int, Any]) -> NoisyBackend:
            """Share all but the options: primitives of the runtime copy a backend for each job to change those."""
            twin = copy(self)
            twin._options = deepcopy(self._options, memo)
            return twin

        @property
        def target(self) -> Target:
            return self._target

        @property
        def max_circuits(self) -> None:
            return None

        @classmethod
        def _default_options(cls) -> Options:
            return Options(shots=1024)

        def run(self, run_input: QuantumCircuit | list[QuantumCircuit], **options: Any) -> Job:
            circuits = run_input if isinstance(run_input, (list, tuple)) else [run_input]
            simulator = self._simulator(frozenset(qubit for circuit in circuits for qubit in _used(circuit)))
            known = frozenset(simulator.configuration().basis_gates)
            runnable = [_for_aer(circuit, known) for circuit in circuits]
            return simulator.run(runnable, **{**self.options.__dict__, **options})

        @property
        def noise_model(self) -> NoiseModel:
            return build_noise_model(self._audited, relaxation=self._relaxation)

        def _simulator(self, qubits: frozenset[int]) -> AerSimulator:
            """Return Aer with the noise of the qubits in use."""
            if qubits not in self._simulators:
                if len(self._simulators) >= _MAX_SIMULATORS:
                    self._simulators.clear()
                noise = build_noise_model(self._audited, relaxation=self._relaxation, qubits=qubits)
                self._simulators[qubits] = require_aer().AerSimulator(noise_model=noise)
            return self._simulators[qubits]

    return NoisyBackend


def _used(circuit: QuantumCircuit) -> set[int]:
    """Return the qubits that anything but waiting happens to."""
    steps = (step for step in circuit.data if step.name not in _WAITING)
    return {circuit.find_bit(qubit).index for step in steps for qubit in step.qubits}


def _for_aer(circuit: QuantumCircuit, known: frozenset[str]) -> QuantumCircuit:
    """Write native gates that Aer does not know as unitaries under their names, by which their noise finds them.

    Delays of qubits that do nothing else, with which schedulers fill the whole device, are left out: Aer would prepare
    the relaxation of each.
    """
    from qiskit.circuit.library import UnitaryGate

    strange = {
        name
        for name in circuit.count_ops()
        if name in NATIVE_GATES or (name not in known and known_template(name) is None and gate_template(name))
    }
    used = _used(circuit)
    idle = [
        number
        for number, step in enumerate(circuit.data)
        if step.name == "delay" and circuit.find_bit(step.qubits[0]).index not in used
    ]
    if not strange and not idle:
        return circuit
    written = circuit.copy_empty_like()
    for number, instruction in enumerate(circuit.data):
        if idle and number == idle[0]:
            idle.pop(0)
        elif instruction.name in strange:
            gate = UnitaryGate(matrix_of(instruction.operation), label=instruction.name)
            written.append(gate, instruction.qubits, instruction.clbits)
        else:
            written.append(instruction)
    return written
