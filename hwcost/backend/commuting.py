"""Runs of gates that commute, whose pairs Qiskit's compiler compares one by one from level 2 on: `commuting_pairs`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hwcost.core.errors import CircuitError
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

MAX_COMMUTING_PAIRS = 50_000_000
"""About 10 s, at 0.2 µs for each pair: 10,000 rotations of one qubit about one axis, or all pairs of 450 qubits."""

_FIRST_LEVEL = 2
_FEWEST = 5_000  # fewer gates on two or three qubits have fewer pairs
# The axis of each qubit: gates of one axis commute there. Others end a run.
_AXES: Mapping[str, str] = {
    **dict.fromkeys(("rz", "z", "s", "sdg", "t", "tdg", "p", "u1"), "Z"),
    **dict.fromkeys(("rx", "x", "sx", "sxdg"), "X"),
    **dict.fromkeys(("ry", "y"), "Y"),
    **dict.fromkeys(("rzz", "cz", "cp", "cu1", "crz", "cs", "csdg"), "ZZ"),
    **dict.fromkeys(("cx", "rzx", "crx", "csx"), "ZX"),
    **dict.fromkeys(("cy", "cry"), "ZY"),
    "rxx": "XX", "ryy": "YY", "ccx": "ZZX", "ccz": "ZZZ",
}  # fmt: skip
_BLOCKS = frozenset({"if_else", "for_loop", "while_loop", "switch_case", "box"})
_OWN_INVERSES = frozenset({"x", "y", "z", "cx", "cy", "cz", "ccx", "ccz"})


def commuting_pairs(circuit: QuantumCircuit) -> int:
    """Count the pairs of gates that stand in one run of commuting gates of a qubit, blocks of control flow included.

    >>> from qiskit import QuantumCircuit
    >>> circuit = QuantumCircuit(1)
    >>> _ = circuit.rz(0.1, 0), circuit.rz(0.2, 0), circuit.t(0), circuit.rx(0.3, 0), circuit.rx(0.4, 0)
    >>> commuting_pairs(circuit)
    4
    """
    pairs = 0
    place = {bit: index for index, bit in enumerate(circuit.qubits)}
    axes, lengths, last = [""] * len(place), [0] * len(place), [-1] * len(place)
    for number, instruction in enumerate(circuit.data):
        name, qubits = instruction.name, [place[bit] for bit in instruction.qubits]
        standard = instruction.is_standard_gate()
        wanted = _AXES.get(name, "") if standard else ""
        if not standard:
            pairs += sum(map(commuting_pairs, getattr(instruction.operation, "blocks", ())))
        before = last[qubits[0]] if qubits else -1
        if name in _OWN_INVERSES and before >= 0 and all(last[qubit] == before for qubit in qubits):
            earlier = circuit.data[before]
            if earlier.name == name and earlier.qubits == instruction.qubits:
                continue  # the two are removed before
        for index, qubit in enumerate(qubits):
            axis = wanted[index] if wanted else ""
            lengths[qubit] = lengths[qubit] + 1 if axis and axis == axes[qubit] else 1
            axes[qubit] = axis
            pairs += lengths[qubit] - 1
            last[qubit] = number
    return pairs


def refuse_long_runs(circuit: QuantumCircuit, level: int) -> None:
    """Refuse what would keep the compiler for minutes, in one pass that nothing can interrupt.

    Raises:
        CircuitError: There are more pairs than `MAX_COMMUTING_PAIRS`.
    """
    counts = circuit.count_ops()
    if level < _FIRST_LEVEL or (sum(counts.values()) < _FEWEST and _BLOCKS.isdisjoint(counts)):
        return
    pairs = commuting_pairs(circuit)
    if pairs > MAX_COMMUTING_PAIRS:
        raise CircuitError(
            f"{one_line(circuit.name)}: long runs of gates that commute, {pairs:,} pairs, which Qiskit compares one by "
            f"one from level {_FIRST_LEVEL} on; at most {MAX_COMMUTING_PAIRS:,} are compiled: join the rotations, or "
            "give --optimization-level 1 (optimization_level)"
        )
