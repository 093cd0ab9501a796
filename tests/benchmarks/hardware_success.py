"""Wide circuits on hardware: P(0…0) of kernel circuits of 2 to 50 qubits against two readings of an estimate.

Takes `hw_benchmarks.csv` with the columns device, benchmark, num_qubits and value. Source: metriq-data of the Unitary
Foundation, Metriq (CC BY 4.0). A kernel circuit is a feature map on a line of qubits (Hadamard, rz, and exp(−iφZZ) as
cx, rz, cx on even, then on odd pairs) followed by its inverse, so that every bit should read 0.
"""

from __future__ import annotations

import argparse
import csv
import math
from pathlib import Path

import numpy as np
from qiskit import QuantumCircuit
from scipy.stats import spearmanr

import hwcost

CALIBRATIONS = {"ibm_fez": "fake_fez"}


def kernel_circuit(num_qubits: int, seed: int = 0) -> QuantumCircuit:
    """The feature map of one random point and its inverse, measured."""
    point = np.random.default_rng(seed).uniform(0.0, 2.0 * np.pi, num_qubits)
    feature = QuantumCircuit(num_qubits)
    feature.h(range(num_qubits))
    for qubit, angle in enumerate(point):
        feature.rz(angle, qubit)
    for first in (*range(0, num_qubits - 1, 2), *range(1, num_qubits - 1, 2)):
        feature.cx(first, first + 1)
        feature.rz((np.pi - point[first]) * (np.pi - point[first + 1]), first + 1)
        feature.cx(first, first + 1)
    circuit = QuantumCircuit(num_qubits, name=f"kernel {num_qubits}")
    circuit.compose(feature, inplace=True)
    circuit.barrier()
    circuit.compose(feature.inverse(), inplace=True)
    circuit.measure_all()
    return circuit


def main() -> None:
    """Predict and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--num-seeds", type=int, default=1)
    given = parser.parse_args()
    with given.file.open(newline="") as file:
        rows = [
            (row["device"], int(row["num_qubits"]), float(row["value"]))
            for row in csv.DictReader(file)
            if row["benchmark"] == "QML Kernel" and row["device"] in CALIBRATIONS
        ]
    predictions: dict[tuple[str, int], tuple[float, float]] = {}
    for device, num_qubits, _ in rows:
        if (device, num_qubits) not in predictions:
            cost = hwcost.estimate(kernel_circuit(num_qubits), CALIBRATIONS[device], num_seeds=given.num_seeds)
            product = math.prod((1.0 + row.value) / 2.0 for row in cost.shots.attenuation)
            predictions[device, num_qubits] = product, cost.noise.esp or 0.0
    measured = np.array([value for *_, value in rows])
    print(
        f"P(0…0) of {len(rows)} kernel circuits of {min(n for _, n, _ in rows)} to {max(n for _, n, _ in rows)} qubits"
    )
    print("| predictor | Spearman | median error | predicted/measured, median | lost, measured over predicted (log) |")
    print("|---|---|---|---|---|")
    for place, name in enumerate(("Π (1 + λ)/2", "ESP")):
        predicted = np.array([predictions[device, n][place] for device, n, _ in rows])
        ratio = predicted / measured
        lost = np.median(np.log(measured) / np.log(predicted))
        rank = spearmanr(predicted, measured).statistic
        print(f"| {name} | {rank:.2f} | {np.median(np.abs(ratio - 1)):.0%} | {np.median(ratio):.2f} | {lost:.2f} |")


if __name__ == "__main__":
    main()
