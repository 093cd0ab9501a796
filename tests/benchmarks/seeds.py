"""What `num_seeds="auto"` finds against four seeds, from several first seeds each: the lottery that it takes away."""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit.library import QFTGate, efficient_su2

import hwcost

NUM_SEEDS: tuple[int | str, ...] = (4, "auto")


def ansatz(num_qubits: int, entanglement: str) -> QuantumCircuit:
    """EfficientSU2 with three repetitions, random angles and all qubits measured."""
    free = efficient_su2(num_qubits, reps=3, entanglement=entanglement)
    circuit = free.assign_parameters(np.random.default_rng(0).uniform(0, 3, free.num_parameters))
    circuit.measure_all()
    return circuit


def qft(num_qubits: int) -> QuantumCircuit:
    """The QFT of |+…+>, all qubits measured."""
    circuit = QuantumCircuit(num_qubits)
    circuit.h(range(num_qubits))
    circuit.append(QFTGate(num_qubits), range(num_qubits))
    circuit.measure_all()
    return circuit


CASES = {
    ("ansatz of 8, ring", "fake_sherbrooke"): lambda: ansatz(8, "circular"),
    ("ansatz of 8, line", "fake_sherbrooke"): lambda: ansatz(8, "linear"),
    ("ansatz of 6, ring", "fake_torino"): lambda: ansatz(6, "circular"),
    ("QFT of 8", "fake_kolkata"): lambda: qft(8),
    ("QFT of 5", "fake_torino"): lambda: qft(5),
}


def row(name: str, device: hwcost.Device, circuit: QuantumCircuit, num_seeds: int | str, starts: int) -> str:
    """One line of the table: median and range of the worst inflation over first seeds, seeds tried, seconds."""
    found, tried, taken = [], [], []
    for start in range(starts):
        began_s = time.perf_counter()
        cost = hwcost.estimate(circuit, device, num_seeds=num_seeds, seed=1000 * start)
        taken.append(time.perf_counter() - began_s)
        found.append(cost.shots.inflation_worst or float("inf"))
        tried.append(cost.spread.num_seeds)
    cells = (
        name, device.audited.calibration.name, str(num_seeds), f"{statistics.median(found):.3g}",
        f"{min(found):.3g} to {max(found):.3g}", f"{statistics.mean(tried):.0f}", f"{statistics.median(taken):.2f} s",
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=8, help="first seeds: 0, 1000, 2000 …")
    starts = parser.parse_args().starts
    print("| circuit | device | num_seeds | worst inflation, median | its range | seeds tried | time |")
    print("|---|---|---|---|---|---|---|")
    for (name, backend), make in CASES.items():
        device, circuit = hwcost.prepare_device(backend), make()
        for num_seeds in NUM_SEEDS:
            print(row(name, device, circuit, num_seeds, starts), flush=True)


if __name__ == "__main__":
    main()
