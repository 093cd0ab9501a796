"""What routing costs: inserted swaps, their time, and the circuit without any routing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from hwcost.calibration.audit import AuditedCalibration
from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.schedule import longest_path, sum_of_durations

GATES_PER_SWAP = 3
"""A swap is three CNOT-like gates; ECR and CZ differ from CNOT by one-qubit gates only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingCost:
    """Cost of limited connectivity, counted and timed two ways. All None for a circuit that came as ISA circuit.

    Attributes:
        num_swaps: Swaps that routing inserted, counted right after the routing stage, less the user's own.
        num_2q_added: Two-qubit gates more than in the same circuit compiled for all-to-all connectivity.
        time_s: Serial time of the inserted swaps: three two-qubit gates each, on the edges where they sit.
        duration_s: Longest path more than that of the all-to-all circuit under the median calibration. May be
            negative, because the real qubits chosen may be faster than the median.
        share: `time_s` as a share of the sum of all durations.
    """

    num_swaps: int | None
    num_2q_added: int | None
    time_s: float | None
    duration_s: float | None
    share: float | None


UNKNOWN_ROUTING = RoutingCost(num_swaps=None, num_2q_added=None, time_s=None, duration_s=None, share=None)


def two_qubit_duration_s(audited: AuditedCalibration, a: int, b: int) -> float | None:
    """Return the duration of the fastest live two-qubit gate between physical qubits `a` and `b`, in any direction."""
    durations = [
        duration
        for name in audited.calibration.basis_gates
        for pair in ((a, b), (b, a))
        if not audited.is_dead(name, pair) and (duration := audited.duration_s(name, pair)) is not None
    ]
    return min(durations, default=None)


def routing_cost(
    isa: IsaCircuit,
    all_to_all: IsaCircuit,
    swaps: Iterable[tuple[int, int]],
    audited: AuditedCalibration,
) -> RoutingCost:
    """Compare an ISA circuit with the same circuit compiled for all-to-all connectivity.

    Args:
        isa: The routed circuit.
        all_to_all: The same circuit without connectivity limits, timed with the median calibration.
        swaps: Physical qubit pairs of the inserted swaps.
        audited: The calibration.
    """
    pairs = list(swaps)
    time_s = GATES_PER_SWAP * math.fsum(two_qubit_duration_s(audited, a, b) or 0.0 for a, b in pairs)
    total_s = sum_of_durations(isa)
    return RoutingCost(
        num_swaps=len(pairs),
        num_2q_added=isa.count(Kind.TWO_QUBIT) - all_to_all.count(Kind.TWO_QUBIT),
        time_s=time_s,
        duration_s=longest_path(isa)[0] - longest_path(all_to_all)[0],
        share=time_s / total_s if total_s > 0.0 else 0.0,
    )
