"""Time of everything but transpilation, per gate, for ISA circuits up to 127 qubits and 60,000 gates."""

from __future__ import annotations

import statistics
import time

import numpy as np
from noted import note
from qiskit import QuantumCircuit

import hwcost


def isa_circuit(device: hwcost.Device, num_qubits: int, num_gates: int) -> QuantumCircuit:
    """Random native gates on the first healthy qubits of a device with ECR gates, all of them measured."""
    rng = np.random.default_rng(num_gates)
    calibration, component = device.audited.calibration, device.audited.component[:num_qubits]
    pairs = [
        g.qubits
        for g in calibration.gates
        if g.name == "ecr" and set(g.qubits) <= set(component) and not device.audited.is_dead("ecr", g.qubits)
    ]
    circuit = QuantumCircuit(calibration.num_qubits, len(component))
    for choice, angle in zip(rng.integers(0, 4, num_gates), rng.uniform(0, 6, num_gates), strict=True):
        if choice == 0:
            circuit.ecr(*pairs[rng.integers(len(pairs))])
        elif choice == 1:
            circuit.sx(component[rng.integers(len(component))])
        else:
            circuit.rz(angle, component[rng.integers(len(component))])
    circuit.measure(component, range(len(component)))
    return circuit


def main() -> None:
    """Print microseconds per gate: flat means linear."""
    device = hwcost.prepare_device("fake_sherbrooke")
    width = len(device.audited.component)
    each_us = []
    for num_qubits, num_gates in (
        (20, 1_000),
        (20, 10_000),
        (60, 10_000),
        (width, 10_000),
        (width, 30_000),
        (width, 60_000),
    ):
        circuit = isa_circuit(device, num_qubits, num_gates)
        taken = []
        for _ in range(3):
            start = time.perf_counter()
            hwcost.estimate(circuit, device, transpile=False)
            taken.append(time.perf_counter() - start)
        best = statistics.median(taken)
        each_us.append(best / num_gates * 1e6)
        print(f"{num_qubits:4} qubits {num_gates:7,} gates {best:7.3f} s {each_us[-1]:7.2f} µs per gate")
    note(least_us=min(each_us), most_us=max(each_us), most_over_least=max(each_us) / min(each_us))


if __name__ == "__main__":
    main()
