"""What a whole training of a small network costs beside its forward and backward passes and steps of Adam."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch

from nas.architectures.record import Architecture, Layer
from nas.datasets.dataset import Dataset, load_dataset
from nas.training.adam import StackedAdam
from nas.training.parts import load_parts
from nas.training.record import TrainSettings
from nas.training.stack import StackedNetworks
from nas.training.train import train, train_together

EPOCHS = 5


def network(num_qubits: int) -> Architecture:
    layer = Layer(columns=(("y",) * num_qubits,), gate="cx", pairs=tuple((q, q + 1) for q in range(num_qubits - 1)))
    return Architecture(num_qubits=num_qubits, embedding="angle-x", num_encoded=num_qubits, layers=(layer, layer))


def seconds(calls: list[Callable[[], object]], repeats: int) -> list[float]:
    """Median processor time of each call; they take turns, so that each finds the caches of the others."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(repeats):
        for call, taken in zip(calls, times, strict=True):
            started = time.process_time()
            call()
            taken.append(time.process_time() - started)
    return [statistics.median(taken[repeats // 10 :]) for taken in times]


def compare(data: Dataset, num_qubits: int, num_networks: int, repeats: int) -> None:
    architecture, settings = network(num_qubits), TrainSettings(epochs=EPOCHS)
    parts = load_parts(data, settings)
    batches = list(
        zip(parts.x_training.split(settings.batch_size), parts.y_training.split(settings.batch_size), strict=True)
    )
    stacked = StackedNetworks([architecture], data.num_features, data.num_classes, [0])

    def steps() -> None:
        optimizer = StackedAdam(stacked, settings.learning_rate)
        for _ in range(EPOCHS):
            for x, y in batches:
                stacked.losses_and_gradients(x, y)
                optimizer.step()

    def validations() -> None:
        for _ in range(EPOCHS):
            stacked.log_probabilities(parts.x_validation)

    calls: list[Callable[[], object]] = [
        lambda: train(architecture, data, settings),
        steps,
        validations,
        lambda: StackedNetworks([architecture], data.num_features, data.num_classes, [0]),
        lambda: train_together([architecture] * num_networks, data, settings, range(num_networks)),
    ]
    whole, *parts_s, together = seconds(calls, repeats)
    shares = [part / whole for part in parts_s]
    print(
        f"{data.name:8} {num_qubits:2} qubits: train {whole * 1e3:6.2f} ms; steps {shares[0]:4.0%}, validation "
        f"{shares[1]:4.0%}, initial weights {shares[2]:4.0%}, everything else {1.0 - sum(shares):4.0%}; {num_networks} "
        f"networks together {num_networks * whole / together:4.1f} times faster than one after the other"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=16)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name, repeats in (("iris", 60), ("digits", 10)):
        for num_qubits in (4, 8):
            compare(load_dataset(name), num_qubits, options.networks, repeats)


if __name__ == "__main__":
    main()
