"""Attenuation by the Hyb-HANAS paper's failure probability: the published reference, to be compared with."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hwcost.core.errors import CircuitError, OptionError
from hwcost.noise.observables import NoisyCircuit, SignalEstimate, TrackedPauli
from hwcost.noise.success import paper_cost


def paper_attenuation(circuit: NoisyCircuit, tracked: Sequence[TrackedPauli], *, seed: int = 0) -> list[SignalEstimate]:
    """Give every observable √(1 − P_fail), readout included.

    P_fail is the probability that anything fails anywhere in the circuit. It ignores which qubit is read and is a poor
    ranking of real inflation.

    Source: Hyb-HANAS, arXiv:2603.00625.

    Raises:
        CircuitError: The circuit takes no time, or no active qubit has a known T2: the model is undefined.
    """
    cost = paper_cost(circuit.isa, circuit.noise.t2_s)
    if cost is None:
        raise CircuitError(
            "the paper's model is undefined for a circuit that takes no time or has no known T2; choose another "
            "attenuation, such as mean-field"
        )
    value = attenuation_of_failure(cost.p_fail)
    return [SignalEstimate(value=value, includes_readout=True, log_value=cost.log_survival / 2.0) for _ in tracked]


def attenuation_of_failure(p_fail: float) -> float:
    """Return λ = √(1 − P_fail), so that 1/λ² is the published shot inflation 1/(1 − P_fail).

    Raises:
        OptionError: `p_fail` is not a probability.

    Example:
        >>> round(attenuation_of_failure(0.36), 12)
        0.8
    """
    if not 0.0 <= p_fail <= 1.0:
        raise OptionError(f"p_fail is {p_fail}; a probability must lie between 0 and 1")
    return math.sqrt(1.0 - p_fail)
