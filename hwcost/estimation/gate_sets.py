"""The same circuit with IBM's fractional gates, or without them: what stands beside an estimate."""

from __future__ import annotations

from dataclasses import replace

from hwcost.circuits.rotations import has_two_qubit_rotation
from hwcost.core.errors import HwcostError
from hwcost.estimation.candidates import compilation_on_target
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.costs import CostedCandidate, cost_candidate
from hwcost.estimation.logical import LogicalCircuit
from hwcost.estimation.record import OtherGateSet


def other_gate_set(logical: LogicalCircuit, conditions: Conditions, best: CostedCandidate) -> OtherGateSet | None:
    """Cost a circuit with the other gate set of its device, compiled once with the seed of the best candidate.

    With fractional gates asked for, that is the standard gate set; without, it is the fractional one, but only for
    circuits with rotations of two qubits, since others gain next to nothing.

    Returns:
        What the other gate set costs; None where there is none, where it cannot be used, and for ISA circuits.
    """
    transpiled, device = best.compiled.transpiled, conditions.device
    if transpiled is None or bool(device.fractional_gates) != conditions.request.fractional_gates:
        return None
    if not device.fractional_gates and not has_two_qubit_rotation(logical.circuit):
        return None
    other = device.other_gate_set
    if other is None or not (device.fractional_gates or "rzz" in other.fractional_gates):
        return None
    try:
        compiled = other.compiler.compile(
            logical.circuit, optimization_level=transpiled.optimization_level, seed=transpiled.seed
        )
        costed = cost_candidate(
            compilation_on_target(compiled.circuit, other, logical.circuit.num_qubits, transpiled=compiled),
            replace(conditions, device=other),
            plan=logical.plan,
        )
    except HwcostError:
        return None  # what cannot be run with the other gate set has nothing to be compared with
    return OtherGateSet(
        fractional_gates=other.fractional_gates,
        seed=transpiled.seed,
        num_2q=costed.gates.num_2q,
        circuit_duration_s=costed.schedule.duration_s,
        shots_needed=costed.shots.needed,
        qpu_time_s=costed.time.qpu_time_s,
    )
