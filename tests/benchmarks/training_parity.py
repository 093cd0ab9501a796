"""digits with an 8-qubit, 2-layer angle network, trained on both engines: same seed, same curve?

Training is chaotic: two runs that differ in the last bit drift apart, the faster the higher the learning rate. So a
third run, on the fast engine with one feature of one sample changed in its last bit, shows what rounding alone does.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
from noted import note

from nas.architectures.record import Architecture, Layer
from nas.datasets.dataset import Dataset, load_dataset
from nas.training.record import TrainRecord, TrainSettings
from nas.training.train import train

NUM_QUBITS = 8


def network(num_layers: int) -> Architecture:
    """Angle embedding by x, then layers of RY on each qubit and a ring of CNOTs."""
    ring = tuple((q, (q + 1) % NUM_QUBITS) for q in range(NUM_QUBITS))
    layer = Layer(columns=(("y",) * NUM_QUBITS,), gate="cx", pairs=ring)
    return Architecture(
        num_qubits=NUM_QUBITS, embedding="angle-x", num_encoded=NUM_QUBITS, layers=(layer,) * num_layers
    )


def largest_difference(first: TrainRecord, second: TrainRecord, name: str) -> float:
    pairs = zip(getattr(first, name), getattr(second, name), strict=True)
    return max(abs(a - b) for a, b in pairs)


def nudge(data: Dataset, dtype: str) -> Dataset:
    """The data with one feature of the first training sample larger by one unit in the last place of that precision."""
    features = data.features.copy()
    row = data.split.training[0]
    column = int(np.argmax(data.scaling.scale * (features[row] > 0)))
    features[row, column] *= 1.0 + np.finfo(dtype).eps
    return replace(data, features=features)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--learning-rate", type=float, default=0.003)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float64")
    options = parser.parse_args()
    data = load_dataset("digits")
    settings = TrainSettings(epochs=options.epochs, learning_rate=options.learning_rate, dtype=options.dtype)
    architecture = network(options.layers)
    on_pennylane = replace(settings, engine="pennylane")
    for each in (settings, on_pennylane):  # what a first call imports and prepares is not compared
        train(architecture, data, replace(each, epochs=1), options.seed)
    fast = train(architecture, data, settings, options.seed)
    nudged = train(architecture, nudge(data, options.dtype), settings, options.seed)
    reference = train(architecture, data, on_pennylane, options.seed)
    print(f"{data!r}, {fast.num_parameters} parameters, {options.dtype}, seed {options.seed}")
    print("epoch  train loss: fast  pennylane   validation loss: fast  pennylane   accuracy: fast  pennylane")
    for epoch in range(options.epochs):
        figures = [
            getattr(record, name)[epoch]
            for name in ("train_loss", "validation_loss", "validation_accuracy")
            for record in (fast, reference)
        ]
        print("{:5}  {:16.6f} {:10.6f} {:23.6f} {:10.6f} {:16.4f} {:10.4f}".format(epoch + 1, *figures))
    for name in ("train_loss", "validation_loss", "validation_accuracy"):
        print(
            f"largest difference of {name.replace('_', ' ')}: {largest_difference(fast, reference, name):.1e} "
            f"(after a change of the last bit: {largest_difference(fast, nudged, name):.1e})"
        )
    note(
        difference=max(
            largest_difference(fast, reference, name)
            for name in ("train_loss", "validation_loss", "validation_accuracy")
        ),
        best=fast.best_validation_accuracy,
        best_difference=abs(fast.best_validation_accuracy - reference.best_validation_accuracy),
    )
    print(f"best accuracy: {fast.best_validation_accuracy:.4f} and {reference.best_validation_accuracy:.4f}")
    print(f"fast is {reference.duration_s / fast.duration_s:.1f} times faster")


if __name__ == "__main__":
    main()
