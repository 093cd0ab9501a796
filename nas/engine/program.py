"""Circuits as programs for the compiled kernels: rotations about y, phases of basis states, and moves of amplitudes.

A rotation about x is one about y between phases, RX = S†·RY·S, and the constant gates are rotations with fixed angles
(H = RY(π/2)·RZ(π) and S = RZ(π/2), but for a phase of the whole state). Rotations before the first entangler act on a
product state, so that they are 2 × 2 matrices (the prefix); what follows is split into levels, each of them a
permutation with phases and then at most one rotation about y of each qubit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from nas.engine.plan import Plan, Stage, entangling, output_signs

Array: TypeAlias = npt.NDArray[Any]
Turn: TypeAlias = tuple[int, str, int, float]
"""Rotation of a qubit about an axis by a weight, or, if that is −1, by a fixed angle."""

BEFORE, AFTER, TURNED = 0, 1, 2
"""Slots of the angles of a level: phases before its entanglers, phases after them, rotations about y."""

_AXES = {"x": 0, "y": 1, "z": 2}
_CONSTANTS: dict[str, tuple[tuple[str, float], ...]] = {
    "": (),
    "h": (("z", math.pi), ("y", math.pi / 2.0)),
    "sh": (("z", math.pi), ("y", math.pi / 2.0), ("z", math.pi / 2.0)),
    "hsdg": (("z", -math.pi / 2.0), ("z", math.pi), ("y", math.pi / 2.0)),
}
"""Constant gates as rotations in order of time."""


@dataclass(slots=True, kw_only=True)
class _Level:
    """A level while it is built: entanglers, whether embedded values follow, and its angles (slot, qubit, weight).

    Qubits that are rotated about y are also listed in `rotated`.
    """

    gates: tuple[tuple[str, int, int], ...] = ()
    reupload: bool = False
    turns: list[tuple[int, int, int, float]] = field(default_factory=list)
    rotated: set[int] = field(default_factory=set)


class Program(NamedTuple):
    """K circuits of one shape, their levels and rotations one after the other, as the kernels take them.

    Attributes:
        num_qubits: n.
        is_amplitudes: Whether the values that a circuit takes are amplitudes.
        real: Whether all amplitudes of a circuit are real, (K).
        prefix: Rotations of single qubits before the levels: qubit, axis (0 to 2), weight or −1, (R, 3).
        prefix_angles: Their fixed angles, (R), 0 where a weight is the angle.
        prefix_starts: Rotations of each circuit, (K + 1).
        sources: Where each amplitude comes from, (L, N).
        signs: Its sign, (L, N).
        phased: Whether a level has phases, (L).
        phases_learnt: Whether a weight is among the angles of these phases, (L).
        reuploads: Whether a level has phases of the embedded values, (L).
        starts: Levels of each circuit, (K + 1).
        turns: Angles of the levels: level, slot, qubit, weight or −1, (T, 4).
        turn_angles: Their fixed angles, (T).
        turn_starts: Angles of each circuit, (K + 1).
        rotated: Whether a qubit is rotated in a level, (L, n).
        outputs: Weight of each basis state in each output, (K, N, outputs).
    """

    num_qubits: int
    is_amplitudes: bool
    real: Array
    prefix: Array
    prefix_angles: Array
    prefix_starts: Array
    sources: Array
    signs: Array
    phased: Array
    phases_learnt: Array
    reuploads: Array
    starts: Array
    turns: Array
    turn_angles: Array
    turn_starts: Array
    rotated: Array
    outputs: Array


def make_program(plans: Sequence[Plan], dtype: npt.DTypeLike) -> Program:
    """Write the program of circuits of one shape.

    Args:
        plans: The circuits.
        dtype: Real type of signs and outputs.
    """
    n = plans[0].num_qubits
    found = [_circuit(made) for made in plans]
    levels = [level for _, of_plan in found for level in of_plan]
    moves = [entangling(level.gates, n) for level in levels]
    numbered = list(enumerate(levels))
    turns = [(number, *turn[:3]) for number, level in numbered for turn in level.turns]
    rotated = np.zeros((len(levels), n), bool)
    for number, slot, qubit, _ in turns:
        rotated[number, qubit] |= slot == TURNED
    prefix = [turn for of_plan, _ in found for turn in of_plan]
    return Program(
        num_qubits=n,
        is_amplitudes=plans[0].amplitudes,
        real=np.array([_is_real(*one) for one in found]),
        prefix=np.array([(qubit, _AXES[axis], weight) for qubit, axis, weight, _ in prefix], np.int64).reshape(-1, 3),
        prefix_angles=np.array([angle for *_, angle in prefix], np.float64),
        prefix_starts=_starts(len(of_plan) for of_plan, _ in found),
        sources=np.array([source for source, _ in moves], np.int64).reshape(-1, 2**n),
        signs=np.array([sign for _, sign in moves], dtype).reshape(-1, 2**n),
        phased=np.array([any(slot != TURNED for slot, *_ in level.turns) for level in levels], bool),
        phases_learnt=np.array(
            [any(slot != TURNED and weight >= 0 for slot, _, weight, _ in level.turns) for level in levels], bool
        ),
        reuploads=np.array([level.reupload for level in levels], bool),
        starts=_starts(len(of_plan) for _, of_plan in found),
        turns=np.array(turns, np.int64).reshape(-1, 4),
        turn_angles=np.array([turn[3] for level in levels for turn in level.turns], np.float64),
        turn_starts=_starts(sum(len(level.turns) for level in of_plan) for _, of_plan in found),
        rotated=rotated,
        outputs=np.ascontiguousarray([output_signs(made) for made in plans], dtype),
    )


def _starts(sizes: Iterator[int]) -> Array:
    return np.array([0, *np.cumsum(list(sizes))], np.int64)


def _circuit(made: Plan) -> tuple[list[Turn], list[_Level]]:
    """Return the prefix and the levels of one circuit."""
    n = made.num_qubits
    prefix: list[Turn] = [(qubit, "z", -1, -math.pi / 2.0) for qubit in range(n) if made.phased]
    levels: list[_Level] = []
    later: list[Turn] = []  # phases after the last rotations, which become part of the next level
    for stage in made.stages:
        begins = bool(stage.gates) or stage.reupload
        if not (levels or begins or made.amplitudes):
            prefix += _turns(stage, n)
            continue
        if begins or not levels:
            _begin(levels, later, stage)
        for turn in _turns(stage, n):
            _add(levels, later, turn)
    return prefix, levels


def _begin(levels: list[_Level], later: list[Turn], stage: Stage) -> None:
    """Begin a level with the entanglers and repeated embedding of a stage."""
    before = [(BEFORE, qubit, weight, angle) for qubit, _, weight, angle in later]
    levels.append(_Level(gates=stage.gates, reupload=stage.reupload, turns=before))
    later.clear()


def _add(levels: list[_Level], later: list[Turn], turn: Turn) -> None:
    """Add a rotation of a qubit after all others."""
    qubit, axis, weight, angle = turn
    if axis == "x":
        for part in ((qubit, "z", -1, math.pi / 2.0), (qubit, "y", weight, angle), (qubit, "z", -1, -math.pi / 2.0)):
            _add(levels, later, part)
        return
    if axis == "z" and qubit in levels[-1].rotated:
        later.append(turn)
        return
    if axis == "y":
        if any(other == qubit for other, *_ in later):
            _begin(levels, later, Stage())
        levels[-1].rotated.add(qubit)
    levels[-1].turns.append((AFTER if axis == "z" else TURNED, qubit, weight, angle))


def _turns(stage: Stage, num_qubits: int) -> list[Turn]:
    """Return the constant gates and rotations of a stage in order of time."""
    found: list[Turn] = []
    for axis, angle in _CONSTANTS[stage.constant]:
        found += [(qubit, axis, -1, angle) for qubit in range(num_qubits)]
    for column, row in zip(stage.columns, stage.rows, strict=True):
        found += [(qubit, axis, row * num_qubits + qubit, 0.0) for qubit, axis in enumerate(column) if axis != "i"]
    return found


def _is_real(prefix: list[Turn], levels: list[_Level]) -> bool:
    """Return whether all amplitudes are real: nothing but rotations about y."""
    return all(axis == "y" for _, axis, *_ in prefix) and not any(
        level.reupload or any(slot != TURNED for slot, *_ in level.turns) for level in levels
    )
