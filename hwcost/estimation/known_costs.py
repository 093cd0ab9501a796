"""Compilations of one circuit on one device, each different one costed once: `KnownCosts`."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from hwcost.backend.equivalence import Placement, placement
from hwcost.circuits.measurement_bases import MeasurementPlan
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.costs import Compilation, CostedCandidate, cost_candidate

KEPT = 16
"""Compilations that are compared with; where seeds agree at all, they agree with one of the last ones."""


class KnownCosts:
    """Costs compilations of a circuit; where seeds find the same operations, the first one's cost is theirs.

    A line of qubits with a perfect place on the device is laid out the same way by every seed.

    Args:
        conditions: Device and request.
        plan: What is measured, on the qubits before compilation; default Z on each measured qubit.
        may_be_empty: Whether a circuit in which nothing is left has a cost.
    """

    def __init__(
        self, conditions: Conditions, *, plan: MeasurementPlan | None = None, may_be_empty: bool = False
    ) -> None:
        self.conditions = conditions
        self._plan, self._may_be_empty = plan, may_be_empty
        self._known: deque[CostedCandidate] = deque(maxlen=KEPT)

    def cost(self, compiled: Compilation) -> CostedCandidate:
        """Return what a compilation costs, as `cost_candidate`; its errors are the same."""
        for known in self._known:
            if self._same(known.compiled, compiled):
                return replace(known, compiled=compiled)
        candidate = cost_candidate(compiled, self.conditions, plan=self._plan, may_be_empty=self._may_be_empty)
        self._known.append(candidate)
        return candidate

    def _same(self, one: Compilation, other: Compilation) -> bool:
        if not same_operations(one, other):
            return False
        # Observables are those of the circuit before compilation: where its qubits end is part of what they cost.
        return self._plan is None or placed(one) == placed(other)


def same_operations(one: Compilation, other: Compilation) -> bool:
    """Return whether two compilations do the same operations on the same qubits, placed by the same kind of choice."""
    return (
        one.isa == other.isa
        and one.is_fixed == other.is_fixed
        and (one.transpiled is None) == (other.transpiled is None)
        and one.num_logical_qubits == other.num_logical_qubits
    )


def placed(compiled: Compilation) -> Placement:
    """Return where each qubit of the circuit starts and ends; errors are those of `placement`."""
    return placement(compiled.num_logical_qubits, compiled.circuit)
