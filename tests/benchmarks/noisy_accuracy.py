"""The accuracy under noise that a search predicts, against Aer: `noisy_validation_error` of random networks.

Run: python tests/benchmarks/noisy_accuracy.py [--networks 20] [--backend fake_sherbrooke] [--shots 1024]

Networks are random genomes of hyb-hanas with at most six qubits, half on digits, half on breast-cancer, trained for 20
epochs. Each validation sample is a circuit, compiled for the device and simulated by `hwcost.noisy_backend` with the
relaxation of waiting qubits.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np

import hwcost
import nas
from nas.results.device_runs import bound_circuits, run_on_backend
from nas.runs.noisy import circuit_outputs, classes_of, noisy_accuracy, output_noise

MAX_QUBITS = 6
MAX_SAMPLES = 200


@dataclass(frozen=True)
class Row:
    """One network: accuracy without noise, predicted, on Aer; the least λ."""

    name: str
    exact: float
    predicted: float
    simulated: float
    predicted_mitigated: float
    simulated_mitigated: float
    attenuation: float


def networks(number: int, seed: int):
    """Yield data sets and random architectures of few qubits."""
    space, generator = nas.load_space("hyb-hanas"), np.random.default_rng(seed)
    sets = [nas.load_dataset("digits"), nas.load_dataset("breast-cancer")]
    made = 0
    while made < number:
        genome = space.random_genome(generator)
        if genome["qubits"] <= MAX_QUBITS:
            yield sets[made % 2], nas.architecture(space, genome)
            made += 1


def compare(data, built, device, backend, shots: int, seed: int, epochs: int = 20) -> Row:
    """Train a network and get its accuracy in each way."""
    trained = nas.train_network(built, data, nas.TrainSettings(epochs=epochs, learning_rate=0.01), seed)
    estimate = hwcost.estimate(
        nas.build_circuit(built),
        device,
        shots=shots,
        observable=list(nas.observables(built)) if built.measurement == "zz-neighbours" else None,
    )
    noise = output_noise(built, estimate, device.audited.calibration)
    features, labels = (part[:MAX_SAMPLES] for part in data.validation_part())
    model = trained.model
    exact = float((classes_of(model, circuit_outputs(model, features)) == labels).mean())
    predicted = [
        noisy_accuracy(model, features, labels, noise, shots=shots, seed=[seed, 2], mitigated=mitigated)
        for mitigated in (False, True)
    ]
    import torch

    with torch.no_grad():
        encoded = model.before(torch.as_tensor(features, dtype=torch.float32)).double().numpy()
    circuits = bound_circuits(built, estimate, model.quantum.weights.detach().double().numpy(), encoded)
    outputs = run_on_backend(built, noise, circuits, backend, shots=shots, seed=seed)
    simulated = [float((classes_of(model, each) == labels).mean()) for each in (outputs.raw, outputs.mitigated)]
    return Row(
        name=f"{data.name} {estimate.circuit.name}",
        exact=exact,
        predicted=predicted[0],
        simulated=simulated[0],
        predicted_mitigated=predicted[1],
        simulated_mitigated=simulated[1],
        attenuation=min(noise.attenuation),
    )


def main() -> None:
    """Print a line for each network and the errors over all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=int, default=20)
    parser.add_argument("--backend", default="fake_sherbrooke")
    parser.add_argument("--shots", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    device = hwcost.prepare_device(given.backend)
    backend = hwcost.noisy_backend(device)
    rows = []
    for number, (data, built) in enumerate(networks(given.networks, given.seed)):
        started = time.perf_counter()
        row = compare(data, built, device, backend, given.shots, given.seed + 1000 * number)
        rows.append(row)
        print(
            f"{row.name:36} λ {row.attenuation:.2f}  exact {row.exact:.1%}  predicted {row.predicted:.1%}  "
            f"Aer {row.simulated:.1%}  mitigated {row.predicted_mitigated:.1%} {row.simulated_mitigated:.1%}  "
            f"{time.perf_counter() - started:.0f} s",
            flush=True,
        )
    for what, errors in (
        ("predicted", [row.predicted - row.simulated for row in rows]),
        ("predicted, mitigated", [row.predicted_mitigated - row.simulated_mitigated for row in rows]),
        ("without noise", [row.exact - row.simulated for row in rows]),
    ):
        size = np.abs(errors)
        within = int((size <= 0.02).sum())
        print(
            f"{what:22} mean |error| {100 * size.mean():.2f} points, largest {100 * size.max():.2f}, mean "
            f"{100 * np.mean(errors):+.2f}; {within} of {len(rows)} within 2 points"
        )


if __name__ == "__main__":
    main()
