"""A compiler of one's own: Qiskit's level 2 five times; the circuit with the fewest two-qubit gates is kept."""

from qiskit import QuantumCircuit, transpile
from qiskit.transpiler import Target

NUM_TRIES = 5


def fewest_gates(circuit: QuantumCircuit, target: Target, seed: int) -> QuantumCircuit:
    """Return the ISA circuit with the fewest two-qubit gates of five compilations; no two seeds share a compilation."""
    tries = [
        transpile(circuit, target=target, optimization_level=2, seed_transpiler=NUM_TRIES * seed + number)
        for number in range(NUM_TRIES)
    ]
    return min(tries, key=lambda isa: isa.num_nonlocal_gates())


fewest_gates.version = "1"  # cells may be cached
