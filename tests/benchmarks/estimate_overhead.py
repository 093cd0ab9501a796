"""`hwcost.estimate` against its own `transpile` calls on the same Target, 8 to 20 qubits."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from noted import note
from qiskit import QuantumCircuit, transpile
from qiskit.circuit.library import real_amplitudes

import hwcost

NUM_SEEDS = 4
LEVEL = 2


def ansatz(num_qubits: int, entanglement: str) -> QuantumCircuit:
    """RealAmplitudes with three repetitions and bound angles, all qubits measured."""
    circuit = real_amplitudes(num_qubits, entanglement=entanglement, reps=3)
    angles = np.random.default_rng(0).uniform(0, 2 * np.pi, circuit.num_parameters)
    circuit = circuit.assign_parameters(angles)
    circuit.measure_all()
    return circuit


def seconds(function: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main() -> None:
    """Print the ratio for each circuit and the largest one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--backend", default="fake_sherbrooke")
    options = parser.parse_args()
    device = hwcost.prepare_device(options.backend)
    ratios = []
    for entanglement in ("linear", "circular"):
        for num_qubits in (8, 12, 16, 20):
            circuit = ansatz(num_qubits, entanglement)

            def bare(circuit: QuantumCircuit = circuit) -> None:
                for seed in range(NUM_SEEDS):
                    transpile(circuit, target=device.target, optimization_level=LEVEL, seed_transpiler=seed)

            def ours(circuit: QuantumCircuit = circuit) -> None:
                hwcost.estimate(circuit, options.backend, num_seeds=NUM_SEEDS, optimization_level=LEVEL)

            bare(), ours()
            pairs = [(seconds(bare), seconds(ours)) for _ in range(options.runs)]
            ratio = statistics.median(b for _, b in pairs) / statistics.median(a for a, _ in pairs)
            ratios.append(ratio)
            base = statistics.median(a for a, _ in pairs)
            print(f"{num_qubits:3} qubits {entanglement:9} transpile {base * 1e3:7.1f} ms   ratio {ratio:.3f}")
    print(f"largest ratio {max(ratios):.3f}")
    note(smallest=min(ratios), largest=max(ratios))


if __name__ == "__main__":
    main()
