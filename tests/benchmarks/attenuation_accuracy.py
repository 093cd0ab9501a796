"""Shot inflation of the attenuation methods for free angles against exact noise simulation, on generated HQNN circuits.

Random circuits of 2 to 6 qubits are compiled for devices that no formula was developed on, simulated with Aer's noise
model of the same calibration (`hwcost.validate`: density matrix, free angles drawn uniformly), and compared at circuit
level: mean of 1/λ² over the measured qubits.
"""

from __future__ import annotations

import argparse
import math
import time

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import ParameterVector
from scipy.stats import spearmanr

import hwcost
from hwcost.core.errors import HwcostError
from hwcost.noise.methods import METHODS
from hwcost.noise.shots import ORDER_OF_MAGNITUDE_INFLATION
from hwcost.validation.validate import Validation, validate

BACKENDS = ("osaka", "quebec", "cusco", "lima", "lagos", "cairo", "mumbai", "washington", "marrakesh", "hanoi")
ROTATIONS = (("ry",), ("rx",), ("ry", "rz"), ("rx", "rz"), ("rx", "ry", "rz"))


def random_hqnn(rng: np.random.Generator, name: str, max_qubits: int) -> QuantumCircuit:
    """Angle embedding, then layers of rotations and entanglers, with or without re-uploading; all angles free."""
    num_qubits = int(rng.integers(2, max_qubits + 1))
    num_layers = int(rng.integers(1, 5))
    embedding = str(rng.choice(["rx", "ry"]))
    rotations = ROTATIONS[rng.integers(len(ROTATIONS))]
    entangler = str(rng.choice(["cx", "cz"]))
    circular = bool(rng.integers(2)) and num_qubits > 2
    reupload = bool(rng.integers(2))
    inputs = ParameterVector("x", num_qubits)
    weights = iter(ParameterVector("w", num_layers * num_qubits * len(rotations)))
    circuit = QuantumCircuit(num_qubits, name=name)
    for layer in range(num_layers):
        if layer == 0 or reupload:
            for qubit in range(num_qubits):
                getattr(circuit, embedding)(inputs[qubit], qubit)
        for qubit in range(num_qubits):
            for rotation in rotations:
                getattr(circuit, rotation)(next(weights), qubit)
        for qubit in range(num_qubits if circular else num_qubits - 1):
            getattr(circuit, entangler)(qubit, (qubit + 1) % num_qubits)
    circuit.measure_all()
    return circuit


def errors(predicted: np.ndarray, measured: np.ndarray) -> str:
    """Spearman, root mean square of log(predicted/measured), median of |predicted/measured − 1|, as text."""
    if len(measured) < 3:
        return "-"
    rank = spearmanr(predicted, measured).statistic
    log_rmse = math.sqrt(np.mean(np.log(predicted / measured) ** 2))
    return f"{rank:8.4f}  {log_rmse:8.3f}  {np.median(np.abs(predicted / measured - 1)):12.2%}"


def report(results: list[Validation]) -> None:
    """Print the tables."""
    measured = np.array([r.inflation_mean for r in results])
    methods = [m for m in METHODS if any(s.method == m for s in results[0].methods)]  # one is for bound angles only
    scores = {m: [s for r in results for s in r.methods if s.method == m] for m in methods}
    # A predicted λ of 0 has no finite inflation; the largest number keeps its rank.
    table = {m: np.array([s.inflation_mean or np.finfo(float).max for s in rows]) for m, rows in scores.items()}
    middle, high = np.quantile(measured, [0.5, 0.9])
    print(f"measured inflation: median {middle:.3g}, 90 % {high:.3g}, max {measured.max():.4g}")
    print(f"\n{'all circuits':<12}  Spearman  log-RMSE  median error")
    for method, predicted in table.items():
        print(f"{method:<12}  {errors(predicted, measured)}")
    limit = ORDER_OF_MAGNITUDE_INFLATION
    low = measured <= limit
    print(f"\ninflation up to {limit:g} ({low.sum()} of {len(measured)})")
    for method, predicted in table.items():
        print(f"{method:<12}  {errors(predicted[low], measured[low])}")
    print("\nstandard error reached over target, each qubit with its own shots: 10 % / median / 90 %, within 10 %")
    for method in methods:
        ratios = [q.predicted[method].precision_ratio for r in results for q in r.qubits]
        known = np.array([ratio for ratio in ratios if ratio is not None])
        low_10, middle, high_90 = np.quantile(known, [0.1, 0.5, 0.9])
        near = np.mean(np.abs(known - 1) <= 0.1)
        print(f"{method:<12}  {low_10:.2f} / {middle:.2f} / {high_90:.2f}   {near:.0%}")


def main() -> None:
    """Generate, simulate, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--circuits", type=int, default=120)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--max-qubits", type=int, default=6)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    results = []
    refused: dict[str, int] = {}
    start = time.perf_counter()
    for number in range(options.circuits):
        backend = BACKENDS[number % len(BACKENDS)]
        device = hwcost.prepare_device(f"fake_{backend}")
        largest = min(options.max_qubits, len(device.audited.component))
        circuit = random_hqnn(rng, f"hqnn {number}", largest)
        try:
            result = validate(
                circuit, device, num_draws=options.draws, seed=number, shots=1000, optimization_level=1, num_seeds=1
            )
        except HwcostError as error:
            refused[str(error)] = refused.get(str(error), 0) + 1
            continue
        if result.inflation_mean is not None:
            results.append(result)
    num_qubits = sum(len(r.qubits) for r in results)
    num_measurable = sum(q.note is None for r in results for q in r.qubits)
    print(
        f"{len(results)} circuits on {len(BACKENDS)} devices, {num_measurable} of {num_qubits} measured qubits "
        f"measurable, {options.draws} draws each, {time.perf_counter() - start:.0f} s"
    )
    for message, count in refused.items():
        print(f"left out, {count}: {message}")
    report(results)


if __name__ == "__main__":
    main()
