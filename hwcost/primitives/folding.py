"""Gate folding: how a circuit grows when its two-qubit gates are repeated to amplify noise."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from hwcost.isa.columns import IsaCircuit, Kind

FOLDED_GATES = frozenset({"ecr", "cx", "cy", "cz", "swap"})
"""Two-qubit gates that are their own inverse and are folded; others, such as rzz, are not."""


def repetitions(num_gates: int, factor: float, amplifier: str) -> list[int]:
    """Return how often each of `num_gates` foldable gates runs: 2n + 1 times, some of them twice more.

    ::

        n = ⌊(factor − 1)/2⌋;  max(1, round(gates · ((factor − 1) mod 2)/2)) gates are folded once more

    Args:
        num_gates: Foldable gates, in order.
        factor: Noise factor, at least 1.
        amplifier: `gate_folding_front` and `gate_folding_back` say which gates are folded more; `gate_folding` takes
            them at random, for which they are spread evenly here.

    >>> repetitions(4, 3.0, "gate_folding"), repetitions(4, 2.0, "gate_folding_front")
    ([3, 3, 3, 3], [3, 3, 1, 1])
    """
    if math.isclose(factor, 1.0, rel_tol=1e-5, abs_tol=1e-8):
        return [1] * num_gates
    folds = int((factor - 1.0) // 2.0)
    wanted = ((factor - 1.0) % 2.0) / 2.0 * num_gates
    extra = 0 if math.isclose(wanted, 0.0, abs_tol=1e-8) else min(num_gates, max(1, round(wanted)))
    if amplifier == "gate_folding_front":
        chosen = set(range(extra))
    elif amplifier == "gate_folding_back":
        chosen = set(range(num_gates - extra, num_gates))
    else:
        chosen = {position * num_gates // extra for position in range(extra)}
    return [1 + 2 * (folds + (position in chosen)) for position in range(num_gates)]


def folded(
    isa: IsaCircuit, factor: float, amplifier: str, *, twirl_s: Mapping[int, float] | None = None
) -> tuple[IsaCircuit, int]:
    """Return the circuit with its two-qubit gates folded, each as one operation of the whole length.

    Args:
        isa: The circuit.
        factor: Noise factor.
        amplifier: Which gates are folded where only some are.
        twirl_s: Where gates are twirled: seconds of the one-qubit gates between two repetitions, by qubit.

    Returns:
        The circuit, and how many gates were added.
    """
    foldable = [
        i
        for i, (name, kind) in enumerate(zip(isa.names, isa.kinds, strict=True))
        if kind is Kind.TWO_QUBIT and name in FOLDED_GATES
    ]
    durations = list(isa.durations_s)
    added = 0
    for i, times in zip(foldable, repetitions(len(foldable), factor, amplifier), strict=True):
        between_s = max((twirl_s.get(q, 0.0) for q in isa.qubits[i]), default=0.0) if twirl_s else 0.0
        durations[i] = times * durations[i] + (times - 1) * between_s
        added += times - 1
    return dataclasses.replace(isa, durations_s=durations), added
