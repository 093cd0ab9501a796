"""What of the noise of a validation error is the seed's, and what is that of 24 or 28 validation samples.

Networks are trained with several seeds on each of five validation parts (`nas.datasets.folds`). Printed are the
standard deviations of a two-way analysis of variance (networks, parts, what both have in common, seeds), and by how
much an evaluation misses the error of a network over all parts: one training, five on one part, and one on each part.
What a part is harder than another for all networks is left out, as `nas` takes it out (`nas.runs.part_effects`).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from nas.datasets.dataset import load_dataset
from nas.datasets.folds import fold
from nas.runs.tasks import use_one_thread
from nas.spaces.build import architecture
from nas.training.record import TrainSettings
from nas.training.train import train_together
from search_truth import networks

PARTS = 5
SETTINGS = TrainSettings(batch_size=8, learning_rate=0.03)


def errors_of(dataset: str, num_networks: int, num_seeds: int) -> NDArray[np.float64]:
    """Train; return validation errors, (networks, parts, seeds)."""
    data, space = load_dataset(dataset), networks()
    rows = np.random.default_rng(5).choice(len(space.hashes), num_networks, replace=False)
    errors = np.zeros((num_networks, PARTS, num_seeds))
    for i, row in enumerate(rows):
        built = architecture(space.space, space.genomes[row])
        for part in range(PARTS):
            seeds = [1000 * i + 100 * part + seed for seed in range(num_seeds)]
            records = train_together([built] * num_seeds, fold(data, part, PARTS), SETTINGS, seeds)
            accuracies = [record.best_validation_accuracy for record in records]
            errors[i, part] = [1.0 - accuracy for accuracy in accuracies if accuracy is not None]
    return errors


def deviations(errors: NDArray[np.float64]) -> dict[str, float]:
    """Return standard deviations of networks, parts, both in common, and seeds."""
    num_networks, num_parts, num_seeds = errors.shape
    seed = float(errors.var(axis=2, ddof=1).mean())
    cells = errors.mean(axis=2)
    network, part = cells.mean(axis=1, keepdims=True), cells.mean(axis=0, keepdims=True)
    left = cells - network - part + cells.mean()
    both = float((left**2).sum()) / ((num_networks - 1) * (num_parts - 1))
    found = {
        "networks": float(network.var(ddof=1)) - both / num_parts,
        "parts": float(part.var(ddof=1)) - both / num_networks,
        "both": both - seed / num_seeds,
        "seeds": seed,
    }
    return {name: max(0.0, variance) ** 0.5 for name, variance in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", default="iris,wine")
    parser.add_argument("--networks", type=int, default=80)
    parser.add_argument("--seeds", type=int, default=6)
    options = parser.parse_args()
    use_one_thread()
    print("data   networks  parts   both  seeds | one training  five on one part  one on each of five")
    for dataset in options.datasets.split(","):
        sd = deviations(errors_of(dataset, options.networks, options.seeds))
        one = np.hypot(sd["both"], sd["seeds"])
        same, each = np.hypot(sd["both"], sd["seeds"] / PARTS**0.5), sd["seeds"] / PARTS**0.5
        shown = "  ".join(f"{value:.3f}" for value in sd.values())
        print(f"{dataset:6} {shown:>29} | {one:12.3f}  {same:16.3f}  {each:19.3f}")


if __name__ == "__main__":
    main()
