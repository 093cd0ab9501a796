"""What compilers that are not Qiskit's need: the pairs of a Target, native gates, and the record of the layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.transpiler import Target
    from qiskit.transpiler.layout import TranspileLayout


def two_qubit_pairs(target: Target) -> list[tuple[int, int]]:
    """Return the ordered pairs of qubits that a gate of the Target connects."""
    pairs: set[tuple[int, int]] = set()
    for name in target.operation_names:
        places: Mapping[Any, Any] = target[name] or {}
        pairs.update(qubits for qubits in places if qubits is not None and len(qubits) == 2)
    return sorted(pairs)


def native(isa: QuantumCircuit, target: Target) -> QuantumCircuit:
    """Turn gates round where an edge has a direction, and write them in the Target's gates."""
    from qiskit.circuit.equivalence_library import SessionEquivalenceLibrary
    from qiskit.transpiler import PassManager
    from qiskit.transpiler.passes import BasisTranslator, GateDirection, Optimize1qGatesDecomposition

    # Before turning: an edge may have another two-qubit gate than the rest. After it: turning brings in other gates.
    translate = BasisTranslator(SessionEquivalenceLibrary, None, target=target)
    turn, merge = GateDirection(None, target=target), Optimize1qGatesDecomposition(target=target)
    turned: QuantumCircuit = PassManager([translate, turn, translate, merge]).run(isa)
    return turned


def empty_isa(circuit: QuantumCircuit, target: Target) -> QuantumCircuit:
    """Return a circuit without operations, as wide as the Target, with the classical bits of the one to compile."""
    from qiskit.circuit import QuantumCircuit, QuantumRegister

    isa = QuantumCircuit(QuantumRegister(target.num_qubits, "q"), name=circuit.name)
    isa.add_bits(circuit.clbits)
    for register in circuit.cregs:
        isa.add_register(register)
    return isa


def layout_of(
    circuit: QuantumCircuit, isa: QuantumCircuit, starts: Sequence[int], ends: Sequence[int]
) -> TranspileLayout:
    """Make Qiskit's record of where qubits start and end, for a compiler that is not Qiskit's.

    Args:
        circuit: The circuit before compilation.
        isa: The compiled circuit.
        starts: Index in `isa` of each qubit of `circuit` at the start.
        ends: The same at the end.

    Returns:
        A `TranspileLayout`, to be set as `isa._layout`.
    """
    from qiskit.circuit import QuantumRegister
    from qiskit.transpiler.layout import Layout, TranspileLayout

    idle = sorted(set(range(isa.num_qubits)) - set(starts))
    ancillas = QuantumRegister(len(idle), "ancilla") if idle else ()
    bits = [*circuit.qubits, *ancillas]
    places = [*starts, *idle]
    moves = dict(zip(starts, ends, strict=True))
    # What is left of the qubits goes to what is left of the places, in order where both are free.
    moves |= {place: place for place in idle if place not in ends}
    free = sorted(set(range(isa.num_qubits)) - set(moves.values()))
    moves |= dict(zip(sorted(set(idle) - moves.keys()), free, strict=True))
    return TranspileLayout(
        initial_layout=Layout(dict(zip(places, bits, strict=True))),
        input_qubit_mapping={bit: i for i, bit in enumerate(bits)},
        final_layout=Layout({isa.qubits[start]: end for start, end in moves.items()}),
        _input_qubit_count=circuit.num_qubits,
        _output_qubit_list=list(isa.qubits),
    )
