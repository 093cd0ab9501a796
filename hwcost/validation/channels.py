"""The channels of Qiskit Aer's noise model, from our calibration record: gate errors, relaxation, readout.

They are what `qiskit_aer.noise.NoiseModel.from_backend` makes of the same numbers, built from the audited calibration
so that a clamped T2, an unknown value or a device without a backend object is treated as in every other formula here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from hwcost.core.errors import MissingDependencyError
from hwcost.noise.observables import NoiseTable
from hwcost.noise.relaxation import relaxation_rates_per_s
from hwcost.noise.transfer import Floats

Placed: TypeAlias = tuple[Any, tuple[int, ...]]
"""A channel or instruction, and the positions among its operation's qubits that it acts on."""


def require_aer() -> Any:
    """Import the module `qiskit_aer`.

    Raises:
        MissingDependencyError: It is not installed.
    """
    try:
        import qiskit_aer
    except ImportError as error:
        raise MissingDependencyError(
            'noise simulation needs qiskit-aer, which is not installed; run: pip install "hwcost[noise]"'
        ) from error
    return qiskit_aer


def _aer_noise() -> Any:
    return require_aer().noise


def relaxation_times_s(noise: NoiseTable, qubit: int) -> tuple[float, float]:
    """Return T1 and T2 of a qubit in seconds for a physical channel: T2 at most 2·T1, infinite where unknown."""
    rate_1, rate_2 = relaxation_rates_per_s(noise, qubit)
    t1_s = 1.0 / rate_1 if rate_1 > 0.0 else math.inf
    t2_s = 1.0 / rate_2 if rate_2 > 0.0 else math.inf
    return t1_s, min(t2_s, 2.0 * t1_s)


def relaxation_process_fidelity(time_s: float, t1_s: float, t2_s: float) -> float:
    """Return F = (1 + e^(−t/T1) + 2·e^(−t/T2))/4, the process fidelity of thermal relaxation at zero temperature.

    Args:
        time_s: Duration t in seconds.
        t1_s: T1 in seconds, may be infinite.
        t2_s: T2 in seconds, at most 2·T1, may be infinite.
    """
    return (1.0 + math.exp(-time_s / t1_s) + 2.0 * math.exp(-time_s / t2_s)) / 4.0


def depolarizing_probability(error: float, process_fidelity: float, num_qubits: int) -> float:
    """Return the probability p of the depolarizing channel (1 − p)·ρ + p·1/d that makes up the rest of a gate's error.

    p = d·(e − (1 − F))/(d·F − 1), with e the average gate error that the calibration reports, d = 2^(qubits), and
    F = (d·F_p + 1)/(d + 1) the average gate fidelity of the relaxation during the gate, whose process fidelity is F_p.
    Solves F(relaxation after depolarizing) = 1 − e; 0 where relaxation alone exceeds e, 1 from e = (d − 1)/d on.
    Source: `qiskit_aer.noise.device.models`, which has the same formula (and lets p exceed 1 for larger errors; such
    gates count as dead here). Assumes that the reported error includes the relaxation during the gate.

    Args:
        error: Average gate error e.
        process_fidelity: F_p, the product over the qubits of `relaxation_process_fidelity`.
        num_qubits: Number of qubits of the gate.
    """
    dimension = 2.0**num_qubits
    fidelity = (dimension * process_fidelity + 1.0) / (dimension + 1.0)
    rest = error - (1.0 - fidelity)
    if rest <= 0.0 or dimension * fidelity <= 1.0:
        return 0.0
    return min(1.0, dimension * rest / (dimension * fidelity - 1.0))


def confusion_matrix(noise: NoiseTable, qubit: int) -> Floats:
    """Return P(read i | state j) as a 2×2 array `[i, j]`.

    From P(0|1) and P(1|0) where both are known, else symmetric with the mean assignment error, else without error.
    """
    record = noise.calibration.qubits[qubit]
    read_0, read_1 = record.prob_meas0_prep1, record.prob_meas1_prep0
    if read_0 is None or read_1 is None:
        read_0 = read_1 = record.readout_error or 0.0
    return np.array([[1.0 - read_1, read_0], [read_1, 1.0 - read_0]])


def read_out(expectation: Floats, confusion: Floats) -> Floats:
    """Return ⟨Z⟩ as read: P(read 0) − P(read 1) of a qubit with ⟨Z⟩ = `expectation` under its confusion matrix."""
    states = np.stack([1.0 + expectation, 1.0 - expectation]) / 2.0
    outcome = np.tensordot(confusion, states, axes=1)
    result: Floats = outcome[0] - outcome[1]
    return result


def gate_noise(noise: NoiseTable, qubits: Sequence[int], duration_s: float, error: float | None) -> list[Placed]:
    """Return the noise after one gate as Aer's quantum errors, each with its positions in `qubits`, in order.

    Args:
        noise: Relaxation times.
        qubits: Physical qubits of the gate.
        duration_s: Its duration in seconds.
        error: Its average error, None if unknown (then relaxation alone).
    """
    fidelity = math.prod(relaxation_process_fidelity(duration_s, *relaxation_times_s(noise, qubit)) for qubit in qubits)
    channels: list[Placed] = []
    probability = depolarizing_probability(error or 0.0, fidelity, len(qubits))
    if probability > 0.0:
        channels.append((_aer_noise().depolarizing_error(probability, len(qubits)), tuple(range(len(qubits)))))
    for position, qubit in enumerate(qubits):
        relaxation = relaxation_noise(noise, qubit, duration_s)
        if relaxation is not None:
            channels.append((relaxation, (position,)))
    return channels


def relaxation_noise(noise: NoiseTable, qubit: int, time_s: float) -> Any | None:
    """Return thermal relaxation of one qubit for `time_s` seconds as Aer's quantum error, None if nothing happens."""
    t1_s, t2_s = relaxation_times_s(noise, qubit)
    if time_s <= 0.0 or (math.isinf(t1_s) and math.isinf(t2_s)):
        return None
    return _aer_noise().thermal_relaxation_error(t1_s, t2_s, time_s)
