"""Small Targets of several makers' kinds, with round numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qiskit.circuit.library import Measure
from qiskit.providers import QubitProperties
from qiskit.transpiler import InstructionProperties, Target

from hwcost.core.native_gates import gate_template


def native_target(
    one_qubit: Sequence[Any],
    two_qubit: Sequence[Any],
    *,
    num_qubits: int = 3,
    all_to_all: bool = True,
    duration_1q_s: float | None = 100e-6,
    duration_2q_s: float | None = 600e-6,
    readout_s: float | None = 300e-6,
    error_1q: float | None = 0.001,
    error_2q: float | None = 0.01,
    readout_error: float | None = 0.005,
    t1_s: float | None = None,
    description: str | None = "trap",
) -> Target:
    """A Target of gates (names or Qiskit gates) with the same values everywhere, a line or all to all."""
    target = Target(
        num_qubits=num_qubits,
        description=description,
        qubit_properties=None if t1_s is None else [QubitProperties(t1=t1_s, t2=t1_s)] * num_qubits,
    )
    pairs = [(a, b) for a in range(num_qubits) for b in range(num_qubits) if a != b and (all_to_all or abs(a - b) == 1)]
    for gates, places, duration_s, error in (
        (one_qubit, [(q,) for q in range(num_qubits)], duration_1q_s, error_1q),
        (two_qubit, pairs, duration_2q_s, error_2q),
    ):
        for given in gates:
            gate = gate_template(given) if isinstance(given, str) else given
            is_virtual = gate.name in ("rz", "p")
            values = InstructionProperties(
                duration=0.0 if is_virtual else duration_s, error=0.0 if is_virtual else error
            )
            target.add_instruction(gate, dict.fromkeys(places, values))
    target.add_instruction(
        Measure(),
        {(q,): InstructionProperties(duration=readout_s, error=readout_error) for q in range(num_qubits)},
    )
    return target
