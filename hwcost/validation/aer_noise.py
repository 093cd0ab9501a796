"""Aer's noise model of a device, from our calibration record: `noise_model`."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.backend.prepared import prepare_device
from hwcost.backend.target import build_device_target
from hwcost.calibration.audit import AuditedCalibration
from hwcost.core.gates import NON_GATES
from hwcost.validation.channels import Placed, confusion_matrix, gate_noise, relaxation_times_s, require_aer

if TYPE_CHECKING:
    from qiskit_aer.noise import NoiseModel, QuantumError

Backend: TypeAlias = Any  # a name, a path, a calibration, or an object of Qiskit's


def noise_model(
    backend: Backend, *, keep_dead_readout: bool = False, fractional_gates: bool = False, relaxation: bool = True
) -> NoiseModel:
    """Return Aer's noise model of the healthy part of a device, on the device's own qubit numbers.

    What `qiskit_aer.noise.NoiseModel.from_backend` builds from the same numbers: after each gate a depolarizing channel
    and the thermal relaxation of its duration, which together make up its reported error; relaxation in delays; the
    confusion matrix of each readout. T2 is at most 2·T1, and what a calibration does not say is left out. Relaxation of
    qubits that wait is simulated in delays alone: schedule the circuit (`scheduling_method="alap"`) to have them.

    Args:
        backend: What `load_calibration` takes: a name, a file, a Qiskit backend or Target; or a prepared `Device`.
        keep_dead_readout: As in `prepare_device`.
        fractional_gates: As in `prepare_device`.
        relaxation: False leaves relaxation out of gates and delays; gates keep their error as depolarizing alone.

    Raises:
        CalibrationError: The backend has no calibration, or nothing on it is healthy.
        MissingDependencyError: qiskit-aer is not installed.

    Example:
        >>> model = noise_model("fake_manila")
        >>> sorted(model.noise_instructions)
        ['cx', 'id', 'measure', 'sx', 'x']
    """
    device = prepare_device(backend, keep_dead_readout=keep_dead_readout, fractional_gates=fractional_gates)
    device.audited.require_qubits(1)
    return build_noise_model(device.audited, relaxation=relaxation)


def build_noise_model(
    audited: AuditedCalibration, *, relaxation: bool = True, qubits: Collection[int] | None = None
) -> NoiseModel:
    """Build the noise model of an audited calibration; see `noise_model`.

    Args:
        audited: The calibration.
        relaxation: As in `noise_model`.
        qubits: Leave out the noise of all others; default none. Aer prepares every channel of a model for every job, so
            that a job on four qubits of 127 takes seconds with all of them.
    """
    aer_noise = require_aer().noise
    target = build_device_target(audited)
    gates = [name for name in target.operation_names if name not in NON_GATES and None not in (target[name] or {None})]
    model = aer_noise.NoiseModel(basis_gates=[*gates, "unitary", "measure", "reset", "delay"])
    for name in gates:
        for place in target[name]:
            if qubits is not None and not set(place) <= set(qubits):
                continue
            duration_s, error = audited.duration_s(name, place) or 0.0, audited.error(name, place)
            channel = _composed(gate_noise(audited, place, duration_s if relaxation else 0.0, error), len(place))
            if channel is not None:
                model.add_quantum_error(channel, name, place)
    for qubit in (q for q in audited.component if qubits is None or q in qubits):
        confusion = confusion_matrix(audited, qubit)
        if confusion[0, 0] < 1.0 or confusion[1, 1] < 1.0:
            model.add_readout_error(aer_noise.ReadoutError(confusion.T), [qubit])
    if relaxation:
        _relax_in_delays(model, audited)
    return model


def _composed(channels: Sequence[Placed], num_qubits: int) -> QuantumError | None:
    """Return one channel on all qubits of a gate, None where there is no noise."""
    from qiskit_aer.noise import pauli_error

    wide = [channel for channel, positions in channels if len(positions) == num_qubits]
    if num_qubits == 1:
        return reduce(lambda first, second: first.compose(second), wide) if wide else None
    narrow = {positions[0]: channel for channel, positions in channels if len(positions) < num_qubits}
    relaxed: QuantumError | None = None
    if narrow:
        relaxed = narrow.get(0, pauli_error([("I", 1.0)]))
        for position in range(1, num_qubits):
            relaxed = narrow.get(position, pauli_error([("I", 1.0)])).tensor(relaxed)
    if not wide:
        return relaxed
    return wide[0] if relaxed is None else wide[0].compose(relaxed)


def _relax_in_delays(model: NoiseModel, audited: AuditedCalibration) -> None:
    from qiskit.circuit import Delay
    from qiskit_aer.noise.passes import RelaxationNoisePass

    times = [relaxation_times_s(audited, qubit) for qubit in range(audited.calibration.num_qubits)]
    if all(math.isinf(time_s) for pair in times for time_s in pair):
        return
    model._custom_noise_passes.append(
        RelaxationNoisePass(
            t1s=[t1_s for t1_s, _ in times], t2s=[t2_s for _, t2_s in times], dt=audited.dt_s or 1.0, op_types=Delay
        )
    )
