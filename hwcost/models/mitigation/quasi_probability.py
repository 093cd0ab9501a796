"""γ of probabilistic error cancellation: by how much the inverse of a circuit's noise exceeds a probability.

Noise is undone by a quasi-probability mixture of Paulis, Σ_P η_P·P·P with Σ η_P = 1 and negative η_P. Sampling P with
probability |η_P|/γ and multiplying the outcome by γ·sign gives the ideal value on average; γ = Σ_P |η_P|. The γ of
operations one after the other multiply, and shots grow by γ².
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.schedule import Schedule
from hwcost.noise.observables import NoiseTable
from hwcost.noise.relaxation import relaxation_rates_per_s


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitGamma:
    """γ of a whole circuit as natural logarithms, which add up.

    Attributes:
        log_gates: ln Π γ_g over the gates.
        log_idle: ln Π γ_w over the waiting times.
    """

    log_gates: float
    log_idle: float

    @property
    def log_gamma(self) -> float:
        """Ln γ."""
        return self.log_gates + self.log_idle


def depolarizing_gamma(error: float, num_qubits: int) -> float:
    """Return γ of undoing a depolarizing error on k qubits that has average gate error e.

    The channel ρ → f·ρ + (1 − f)·1/d, d = 2^k, has average gate fidelity 1 − (1 − f)·(d − 1)/d, so
    f = 1 − e·d/(d − 1). It multiplies every Pauli but the identity by f; its inverse by 1/f. As a mixture of Paulis the
    inverse has η = (1 − 1/f)/d² on each of d² − 1 Paulis and the rest on the identity, so

        γ = 1 + 2·(d² − 1)/d²·(1/f − 1),

    about 1 + 3·e for one qubit and 1 + 2.5·e for two. That is the least any decomposition reaches (Takagi,
    arXiv:2006.12509). A sparse Pauli-Lindblad model of the same channel has γ = f^(−2·(d² − 1)/d²), equal to first
    order.

    Args:
        error: Average gate error e in [0, 1).
        num_qubits: k.

    Returns:
        γ ≥ 1; infinite from e = (d − 1)/d on, where nothing is left to undo.

    Example:
        >>> round(depolarizing_gamma(0.01, 2), 6)  # f = 1 − 4/300; 1 + 15/8·(4/296)
        1.025338
    """
    dimension = 2.0**num_qubits
    fidelity = 1.0 - error * dimension / (dimension - 1.0)
    if fidelity <= 0.0:
        return math.inf
    return 1.0 + 2.0 * (dimension**2 - 1.0) / dimension**2 * (1.0 / fidelity - 1.0)


def idle_gamma(time_s: float, rate_1_per_s: float, rate_2_per_s: float) -> float:
    """Return γ of undoing the relaxation of one waiting qubit, twirled into a Pauli channel.

    The channel multiplies X and Y by x = e^(−t/T2) and Z by z = e^(−t/T1). Its inverse as a mixture of Paulis:
    η_I = (1 + 2/x + 1/z)/4, η_X = η_Y = (1 − 1/z)/4, η_Z = (1 + 1/z − 2/x)/4; γ is the sum of their absolute values.

    Args:
        time_s: Waiting time t in seconds.
        rate_1_per_s: 1/T1.
        rate_2_per_s: 1/T2, at least 1/(2·T1).

    Example:
        >>> round(idle_gamma(1e-6, 1e4, 1e4), 6)  # 1 μs of T1 = T2 = 100 μs
        1.015075
    """
    if time_s * max(rate_1_per_s, rate_2_per_s) > 600.0:
        return math.inf
    x, z = math.exp(time_s * rate_2_per_s), math.exp(time_s * rate_1_per_s)  # 1/x and 1/z above
    return (1.0 + 2.0 * x + z) / 4.0 + (z - 1.0) / 2.0 + abs(1.0 + z - 2.0 * x) / 4.0


def circuit_gamma(isa: IsaCircuit, schedule: Schedule, noise: NoiseTable) -> CircuitGamma:
    """Return γ of undoing the noise of all gates and waiting times of a circuit, readout apart.

    The calibrated error of a gate is taken as depolarizing and contains the relaxation during the gate; a gate without
    a known error counts as perfect. All gates count, as in implementations that cancel whole layers; an observable
    whose light cone is smaller needs less.

    Args:
        isa: The circuit.
        schedule: Its ALAP schedule.
        noise: Relaxation times.
    """
    gates: dict[tuple[float, int], int] = {}
    idle: list[float] = []
    for kind, qubits, error, waits in zip(isa.kinds, isa.qubits, isa.errors, schedule.idle_before_s, strict=True):
        if kind in (Kind.ONE_QUBIT, Kind.TWO_QUBIT) and error:
            gates[error, len(qubits)] = gates.get((error, len(qubits)), 0) + 1
        for qubit, wait_s in zip(qubits, waits, strict=False):
            if wait_s > 0.0:
                idle.append(math.log(idle_gamma(wait_s, *relaxation_rates_per_s(noise, qubit))))
    return CircuitGamma(
        log_gates=math.fsum(times * math.log(depolarizing_gamma(*key)) for key, times in gates.items()),
        log_idle=math.fsum(idle),
    )


def two_qubit_layers(isa: IsaCircuit) -> Sequence[frozenset[tuple[str, tuple[int, ...]]]]:
    """Return the distinct layers of two-qubit gates that PEC learns the noise of, in order of their first appearance.

    A layer is the gates of equal two-qubit depth; barriers end layers on their qubits, as on a device that learns them.
    """
    depth = [0] * isa.num_qubits
    layers: dict[int, set[tuple[str, tuple[int, ...]]]] = {}
    for name, kind, qubits in zip(isa.names, isa.kinds, isa.qubits, strict=True):
        if kind not in (Kind.TWO_QUBIT, Kind.BARRIER) or len(qubits) < 2:
            continue
        level = max(depth[q] for q in qubits)
        if kind is Kind.TWO_QUBIT:
            layers.setdefault(level, set()).add((name, qubits))
            level += 1
        for qubit in qubits:
            depth[qubit] = level
    return list(dict.fromkeys(frozenset(layers[level]) for level in sorted(layers)))
