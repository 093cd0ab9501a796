"""Rank correlation of the closed form for statevector simulation with FAQNAS's profiler, over random architectures.

Run: python tests/benchmarks/quantum_flops.py [--architectures 150] [--seed 1] [--save FILE]

Each architecture is Linear(d, n) → circuit → Linear(n, classes) of FAQNAS's search space: 2 to 10 qubits, angle or
amplitude embedding, one RX, RY or RZ per qubit and layer, CNOT or CZ, linear or circular, 1 to 4 layers. The profiler
runs PennyLane's default.qubit with backprop; the closed form reads the same circuit in Qiskit and runs nothing.

At a fixed number of qubits the two disagree on one thing above all: PennyLane multiplies by the dense 4×4 matrix of a
CZ (16·2^n FLOPs in the profiler, forward and backward) and moves amplitudes for a CNOT (none); the closed form counts
neither, because neither needs arithmetic.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pennylane as qml
import torch
from qiskit import QuantumCircuit
from qiskit.circuit import ParameterVector
from scipy.stats import spearmanr

from hwcost.classical.profiled import profiled_quantum_flops
from hwcost.classical.simulation import statevector_flops

NUM_FEATURES, NUM_CLASSES = 13, 3  # Wine


@dataclass(frozen=True)
class Choice:
    """One architecture of FAQNAS's search space."""

    num_qubits: int
    embedding: str
    rotations: tuple[str, ...]
    entangler: str
    circular: bool

    @property
    def pairs(self) -> list[tuple[int, int]]:
        closing = [(self.num_qubits - 1, 0)] if self.circular else []
        return [(q, q + 1) for q in range(self.num_qubits - 1)] + closing


def random_choice(rng: random.Random) -> Choice:
    return Choice(
        num_qubits=rng.randint(2, 10),
        embedding=rng.choice(["angle", "amplitude"]),
        rotations=tuple(rng.choice(["rx", "ry", "rz"]) for _ in range(rng.randint(1, 4))),
        entangler=rng.choice(["cx", "cz"]),
        circular=rng.random() < 0.5,
    )


def qiskit_circuit(choice: Choice) -> QuantumCircuit:
    n = choice.num_qubits
    circuit = QuantumCircuit(n)
    if choice.embedding == "angle":
        for q, value in enumerate(ParameterVector("x", n)):
            circuit.rx(value, q)
    else:
        amplitudes = [1.0] * n + [0.0] * (2**n - n)
        circuit.prepare_state(amplitudes, normalize=True)
    weights = iter(ParameterVector("w", n * len(choice.rotations)))
    for rotation in choice.rotations:
        for q in range(n):
            getattr(circuit, rotation)(next(weights), q)
        for a, b in choice.pairs:
            getattr(circuit, choice.entangler)(a, b)
    return circuit


def torch_modules(choice: Choice) -> tuple[torch.nn.Module, torch.nn.Module]:
    n = choice.num_qubits
    gates = {"rx": qml.RX, "ry": qml.RY, "rz": qml.RZ, "cx": qml.CNOT, "cz": qml.CZ}

    @qml.qnode(qml.device("default.qubit", wires=n), interface="torch", diff_method="backprop")
    def circuit(inputs, weights):
        if choice.embedding == "angle":
            qml.AngleEmbedding(inputs, wires=range(n))
        else:
            qml.AmplitudeEmbedding(inputs, wires=range(n), pad_with=0.0, normalize=True)
        for layer, rotation in enumerate(choice.rotations):
            for q in range(n):
                gates[rotation](weights[layer, q], wires=q)
            for a, b in choice.pairs:
                gates[choice.entangler](wires=[a, b])
        return [qml.expval(qml.PauliZ(q)) for q in range(n)]

    first, last = torch.nn.Linear(NUM_FEATURES, n), torch.nn.Linear(n, NUM_CLASSES)
    layer = qml.qnn.TorchLayer(circuit, {"weights": (len(choice.rotations), n)})
    return torch.nn.Sequential(first, layer, last), torch.nn.Sequential(first, last)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    return work(), time.process_time() - start


def rank_correlation(rows: Sequence[dict[str, Any]], name: str) -> float:
    return float(spearmanr([row["profiler"] for row in rows], [row[name] for row in rows]).statistic)


def report(rows: list[dict[str, Any]]) -> None:
    by_qubits: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_qubits[row["num_qubits"]].append(row)
    print(f"{len(rows)} architectures; Spearman rank correlation of the closed form with the profiler")
    print(f"  overall                {rank_correlation(rows, 'closed_form'):.3f}")
    correlations = []
    for n, group in sorted(by_qubits.items()):
        correlations.append(rank_correlation(group, "closed_form"))
        print(f"  {n:2} qubits ({len(group):3})        {correlations[-1]:.3f}")
    print(f"  mean at fixed qubits   {sum(correlations) / len(correlations):.3f}")
    for entangler in ("cx", "cz"):
        same = [
            rank_correlation(rows_of, "closed_form")
            for group in by_qubits.values()
            if len(rows_of := [row for row in group if row["entangler"] == entangler]) > 2
        ]
        print(f"    among {entangler} alone      {sum(same) / len(same):.3f}")
    print(f"  2^qubits alone         {rank_correlation(rows, 'amplitudes'):.3f}")
    ratios = sorted(row["closed_form"] / row["profiler"] for row in rows)
    print(f"  closed form / profiler {ratios[0]:.2f} to {ratios[-1]:.2f}, median {ratios[len(ratios) // 2]:.2f}")
    profiler_s, closed_s = (sum(row[name] for row in rows) for name in ("profiler_s", "closed_form_s"))
    print(f"  processor time per architecture: profiler {profiler_s / len(rows):.3f} s, closed form "
          f"{closed_s / len(rows) * 1e3:.2f} ms, ratio {profiler_s / closed_s:.0f}")  # fmt: skip


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--architectures", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    rng = random.Random(arguments.seed)
    statevector_flops(qiskit_circuit(random_choice(random.Random(0))), gradient="backprop")  # imports
    rows = []
    seen: set[Choice] = set()
    while len(rows) < arguments.architectures:
        choice = random_choice(rng)
        if choice in seen:
            continue
        seen.add(choice)
        hybrid, classical = torch_modules(choice)
        sample = torch.randn(1, NUM_FEATURES)
        measured, profiler_s = timed(lambda: profiled_quantum_flops(hybrid, classical, sample))  # noqa: B023
        circuit = qiskit_circuit(choice)
        computed, closed_s = timed(lambda: statevector_flops(circuit, gradient="backprop"))  # noqa: B023
        rows.append(
            asdict(choice)
            | {
                "profiler": measured.quantum,
                "closed_form": computed.total,
                "amplitudes": 2**choice.num_qubits,
                "profiler_s": profiler_s,
                "closed_form_s": closed_s,
            }
        )
    if arguments.save:
        arguments.save.write_text(json.dumps(rows))
    report(rows)


if __name__ == "__main__":
    main()
