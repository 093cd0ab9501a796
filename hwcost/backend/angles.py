"""Angles of rzz that IBM's devices accept: 0 to π/2. Others are folded into that range by gates on single qubits.

With Z and X the Pauli gates, up to a phase that is kept track of::

    rzz(θ + π) = Z⊗Z · rzz(θ)          (two virtual gates)
    rzz(−θ)    = X⊗1 · rzz(θ) · X⊗1    (two pulses, which often merge with their neighbours)

The passes do what `FoldRzzAngle` of qiskit-ibm-runtime does, without importing that package, and also where an angle is
a free parameter: nobody knows then whether the X gates are needed, so they are put in, and the circuit costs what it
costs at the angles that need them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hwcost.core.gates import GATES

if TYPE_CHECKING:
    from qiskit.circuit import ParameterExpression
    from qiskit.dagcircuit import DAGCircuit
    from qiskit.transpiler import PassManager, StagedPassManager, Target
    from qiskit.transpiler.basepasses import TransformationPass

ANGLE_TOLERANCE = 1e-10
"""Rounding beyond the limits that IBM's client accepts, in radians."""

_LIMITS = GATES["rzz"].angle_limits or (0.0, math.pi / 2)


def is_accepted_angle(angle: float) -> bool:
    """Return whether IBM accepts an rzz of that angle.

    >>> is_accepted_angle(0.5), is_accepted_angle(-0.5)
    (True, False)
    """
    return _LIMITS[0] - ANGLE_TOLERANCE <= angle <= _LIMITS[1] + ANGLE_TOLERANCE


def folded(angle: float) -> tuple[float, bool, bool, float]:
    """Fold an angle of rzz into the accepted range.

    Returns:
        The angle, whether the gate stands between X gates on its first qubit, whether it is followed by rz(π) on both
        qubits, and the global phase in radians.

    Example:
        >>> folded(-0.25)
        (0.25, True, False, 0.0)
    """
    half_turns = math.floor(angle / math.pi)
    rest = min(max(angle - half_turns * math.pi, 0.0), math.pi)
    between = rest > _LIMITS[1]
    if between:
        half_turns, rest = half_turns + 1, math.pi - rest
    # rzz(π) = -i Z⊗Z = i rz(π)⊗rz(π), and rzz(2π) = -1.
    flips = half_turns % 2 == 1
    phase = (half_turns // 2) * math.pi + (math.pi / 2 if flips else 0.0)
    return rest, between, flips, phase % (2 * math.pi)


def add_folding(manager: StagedPassManager, target: Target) -> None:
    """Make a pass manager fold the angles of rzz after translation, and again those that optimisation makes."""
    from qiskit.transpiler import PassManager
    from qiskit.transpiler.passes import Optimize1qGatesDecomposition

    fold = _fold_pass()
    for stage, added in (
        ("post_translation", PassManager([fold(free_angles=True)])),
        ("post_optimization", _only_if_folded(fold(free_angles=False), Optimize1qGatesDecomposition(target=target))),
    ):
        existing = getattr(manager, stage)
        setattr(manager, stage, added if existing is None else existing + added)


def _only_if_folded(fold: TransformationPass, tidy: TransformationPass) -> PassManager:
    from qiskit.passmanager.flow_controllers import ConditionalController
    from qiskit.transpiler import PassManager

    was_folded: Callable[[Any], bool] = lambda properties: bool(properties["folded_angles"])  # noqa: E731
    return PassManager([fold, ConditionalController(tidy, condition=was_folded)])


@lru_cache(maxsize=1)
def _fold_pass() -> type[TransformationPass]:
    """Make the pass class, on first use because its base class lives in qiskit."""
    from qiskit.circuit import ControlFlowOp
    from qiskit.converters import circuit_to_dag, dag_to_circuit
    from qiskit.transpiler.basepasses import TransformationPass

    class FoldAngles(TransformationPass):  # type: ignore[misc]
        """Replace rzz gates whose angle is not accepted; with `free_angles` also those of free parameters."""

        def __init__(self, *, free_angles: bool) -> None:
            super().__init__()
            self._free_angles = free_angles

        def run(self, dag: DAGCircuit) -> DAGCircuit:
            self.property_set["folded_angles"] = self._fold(dag)
            return dag

        def _fold(self, dag: DAGCircuit) -> bool:
            changed = False
            for node in dag.op_nodes(ControlFlowOp):
                blocks = [circuit_to_dag(block) for block in node.op.blocks]
                folded_blocks = [self._fold(block) for block in blocks]  # all of them
                if any(folded_blocks):
                    new = node.op.replace_blocks([dag_to_circuit(block) for block in blocks])
                    dag.substitute_node(node, new, inplace=False)
                    changed = True
            for node in dag.named_nodes("rzz"):
                replacement = _replacement(node.op.params[0], free_angles=self._free_angles)
                if replacement is not None:
                    dag.substitute_node_with_dag(node, replacement)
                    changed = True
            return changed

    return FoldAngles


def _replacement(angle: float | ParameterExpression, *, free_angles: bool) -> DAGCircuit | None:
    """Return what stands in place of an rzz, None where it may stay."""
    from qiskit.circuit import ParameterExpression, QuantumCircuit
    from qiskit.converters import circuit_to_dag

    gates = QuantumCircuit(2)
    if isinstance(angle, ParameterExpression) and angle.parameters:
        if not free_angles:
            return None
        gates.x(0)
        gates.rzz(-angle, 0, 1)
        gates.x(0)
        return circuit_to_dag(gates)
    value = float(angle)
    if is_accepted_angle(value):
        return None
    rest, between, flips, gates.global_phase = folded(value)
    if rest > ANGLE_TOLERANCE:
        if between:
            gates.x(0)
        gates.rzz(rest, 0, 1)
        if between:
            gates.x(0)
    if flips:
        gates.rz(math.pi, 0)
        gates.rz(math.pi, 1)
    return circuit_to_dag(gates)
