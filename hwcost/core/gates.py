"""What is known of gates by their names, Qiskit's: size, pulses, symmetry, and what is not a gate at all.

A device with a gate that is not here needs one line in `GATES`, and none if the gate is one pulse on as many qubits as
its calibration says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One native gate.

    Attributes:
        num_qubits: Qubits that it acts on.
        num_pulses: Microwave pulses that it takes; 0 for a virtual gate, which only shifts the phase of later pulses.
        symmetric: Acts alike on (a, b) and (b, a).
        fractional: Offered by IBM on request only (`use_fractional_gates`), so not part of the usual basis.
        angle_limits: Smallest and largest angle in radians that IBM accepts; None for every angle.
    """

    num_qubits: int
    num_pulses: int = 1
    symmetric: bool = False
    fractional: bool = False
    angle_limits: tuple[float, float] | None = None


GATES: Mapping[str, Gate] = {
    "id": Gate(num_qubits=1),
    "sx": Gate(num_qubits=1),
    "x": Gate(num_qubits=1),
    "rx": Gate(num_qubits=1, fractional=True),
    "rz": Gate(num_qubits=1, num_pulses=0),
    "p": Gate(num_qubits=1, num_pulses=0),
    "u1": Gate(num_qubits=1, num_pulses=0),
    "u2": Gate(num_qubits=1),
    "u3": Gate(num_qubits=1, num_pulses=2),
    "u": Gate(num_qubits=1, num_pulses=2),
    "cx": Gate(num_qubits=2),
    "cz": Gate(num_qubits=2, symmetric=True),
    "ecr": Gate(num_qubits=2),
    "rzz": Gate(num_qubits=2, symmetric=True, fractional=True, angle_limits=(0.0, math.pi / 2)),
    # Native to devices of other makers. What those do that Qiskit has no gate of, `hwcost.core.native_gates` says.
    "r": Gate(num_qubits=1),
    "ry": Gate(num_qubits=1),
    "rxx": Gate(num_qubits=2, symmetric=True),
    "iswap": Gate(num_qubits=2, symmetric=True),
    "swap": Gate(num_qubits=2, symmetric=True),
    "gpi": Gate(num_qubits=1),
    "gpi2": Gate(num_qubits=1),
    "ms": Gate(num_qubits=2),
    "zz": Gate(num_qubits=2, symmetric=True),
    "u1q": Gate(num_qubits=1),
    "rxpi": Gate(num_qubits=1),
    "rxpi2": Gate(num_qubits=1),
    "rxpi2dg": Gate(num_qubits=1),
    "xy": Gate(num_qubits=2, symmetric=True),
}

NON_GATES = frozenset({"measure", "measure_2", "reset", "reset_2", "delay"})
"""Operations on one qubit that are not unitary gates."""

# Subsets of the table, for those who ask by name.
VIRTUAL_GATES = frozenset(name for name, gate in GATES.items() if gate.num_pulses == 0)
SYMMETRIC_GATES = frozenset(name for name, gate in GATES.items() if gate.symmetric)
FRACTIONAL_GATES = frozenset(name for name, gate in GATES.items() if gate.fractional)

FLIP_GATES = ("x", "u3", "u")
"""Gates that can follow a measurement to build a reset, in order of preference; old devices have no `x`."""

BOUNDED_CONTROL_FLOW = ("if_else", "for_loop", "switch_case")
"""Control flow that has a cost; a while_loop has no number of iterations, so none."""

CONTROL_FLOW = frozenset({*BOUNDED_CONTROL_FLOW, "while_loop"})

LOOP_EXITS = frozenset({"break_loop", "continue_loop"})

DEVICE_OPERATIONS = frozenset({"measure", "reset", "delay"}) | CONTROL_FLOW
"""What a device may list as supported that is not a gate."""

ALIASES: Mapping[str, str] = {"xslow": "x"}
"""Names that Qiskit has no gate of, and the gate that they are: IBM's slow pulse of an x."""


def num_qubits_of(name: str) -> int | None:
    """Return how many qubits operation `name` acts on, None where that is not known.

    >>> num_qubits_of("ecr"), num_qubits_of("measure"), num_qubits_of("mine")
    (2, 1, None)
    """
    if name in NON_GATES:
        return 1
    gate = GATES.get(name)
    return None if gate is None else gate.num_qubits


def num_pulses_of(name: str) -> int:
    """Return how many pulses gate `name` takes; a gate that is not known is one.

    >>> num_pulses_of("u3"), num_pulses_of("rz"), num_pulses_of("mine")
    (2, 0, 1)
    """
    gate = GATES.get(name)
    return 1 if gate is None else gate.num_pulses
