"""Average errors of the channels that IQM's noise model is made of: relaxation in T1 and T2, then depolarization.

In the Pauli basis relaxation for a time t has the diagonal (1, e^(−t/T2), e^(−t/T2), e^(−t/T1)), depolarization with
parameter p multiplies all but the first by 1 − p, and diagonals of channels that follow each other multiply. The
process fidelity is the mean of the diagonal, the average fidelity (d·F + 1)/(d + 1) with d = 2ⁿ (Horodecki et al.,
Phys. Rev. A 60, 1888, 1999).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of time that a state spends somewhere, all in seconds: its length, and T1 and T2 there."""

    duration_s: float
    t1_s: float
    t2_s: float


def relaxed_fidelity(legs: Sequence[Leg], depolarizing: Sequence[float] = ()) -> float:
    """Return the process fidelity of one qubit that relaxes on each leg and is depolarized by each parameter."""
    kept = math.prod(1.0 - parameter for parameter in depolarizing)
    z = math.exp(-math.fsum(leg.duration_s / leg.t1_s for leg in legs))
    xy = math.exp(-math.fsum(leg.duration_s / min(leg.t2_s, 2.0 * leg.t1_s) for leg in legs))
    return (1.0 + kept * (z + 2.0 * xy)) / 4.0


def average_error(depolarizing: float, fidelities: Sequence[float]) -> float:
    """Return the average error of qubits with these process fidelities, then depolarized together."""
    d = 1 << len(fidelities)
    process = (1.0 - depolarizing) * math.prod(fidelities) + depolarizing / d**2
    return 1.0 - (d * process + 1.0) / (d + 1.0)


def average_gate_error(depolarizing: float, duration_s: float, coherence: Sequence[tuple[float, float]]) -> float:
    """Return the average error of a gate: T1 and T2 during it, then a depolarizing channel.

    Args:
        depolarizing: Parameter p of the depolarizing channel.
        duration_s: Duration t of the gate.
        coherence: T1 and T2 in seconds of each of the n qubits.

    Example:
        >>> round(average_gate_error(0.02, 0.0, [(1e-5, 1e-5)]), 12)  # p/2 of one qubit
        0.01
    """
    return average_error(depolarizing, [relaxed_fidelity([Leg(duration_s, *times)]) for times in coherence])


def through_resonator(
    *, cz: tuple[float, float], move: tuple[float, float], moved: tuple[float, float], other: tuple[float, float],
    resonator: tuple[float, float],
) -> tuple[float, float]:  # fmt: skip
    """Return average error and duration of a CZ between two qubits that a resonator joins: move, CZ, move.

    The state of the moved qubit spends the first move and the CZ in the resonator, and the second move in its qubit.
    The other qubit is busy, or waits, all the while.

    Args:
        cz: Depolarizing parameter and duration in seconds of the CZ between resonator and other qubit.
        move: The same of the move between moved qubit and resonator.
        moved: T1 and T2 in seconds.
        other: The same.
        resonator: The same.

    Example:
        >>> perfect = dict(moved=(1.0, 1.0), other=(1.0, 1.0), resonator=(1.0, 1.0))
        >>> round(through_resonator(cz=(0.0, 120e-9), move=(0.0, 96e-9), **perfect)[1] * 1e9, 6)
        312.0
    """
    duration_s = 2.0 * move[1] + cz[1]
    stays = [Leg(move[1] + cz[1], *resonator), Leg(move[1], *moved)]
    fidelities = [relaxed_fidelity(stays, (move[0], move[0])), relaxed_fidelity([Leg(duration_s, *other)])]
    return average_error(cz[0], fidelities), duration_s
