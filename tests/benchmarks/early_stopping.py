"""What does early stopping save, and what is lost by it?

Searches are run with several seeds, without early stopping and with it at several confidences. Of each pair the script
gives the share of epochs and of CPU seconds of training that was saved, the hypervolume of everything that was found in
a box that both share, and that of the returned front at the mean error of fresh trainings, which no search has seen; as
changes from the search without, mean and standard error over seeds.

    python tests/benchmarks/early_stopping.py [--dataset digits] [--seeds 5] [--confidences 0.95,0.8] [--objectives A,B]
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import nas
from nas.runs.fronts import axes, box_share
from nas.runs.record import Evaluation

FRESH = 3
"""Trainings of each member of a returned front, with seeds that no search has used."""


def fresh(run: nas.Run, known: dict[str, float]) -> list[Evaluation]:
    """Return the front of a run with the mean error of fresh trainings in place of the observed one."""
    config, data = run.context.config, run.context.data()
    found = []
    for member in run.front:
        if member.architecture_hash not in known:
            built = nas.architecture(run.context.space, member.genome)
            records = [nas.train(built, data, config.train_settings(), 10**6 + seed) for seed in range(FRESH)]
            known[member.architecture_hash] = 1.0 - statistics.mean(r.best_validation_accuracy for r in records)
        objectives = {**member.objectives, "validation_error": known[member.architecture_hash]}
        found.append(dataclasses.replace(member, objectives=objectives))
    return found


def complete(run: nas.Run) -> list[Evaluation]:
    """Return the evaluations that were trained to the end."""
    return [one for one in run.evaluations if one.state == "COMPLETE"]


def figures(run: nas.Run, low: np.ndarray, high: np.ndarray, known: dict[str, float]) -> dict[str, float]:
    """Return what a search cost and what it is worth, in a box."""
    trainings = [training for one in run.evaluations for training in one.trainings]
    return {
        "epochs": sum(training["num_epochs"] for training in trainings),
        "CPU": sum(one.training_cpu_s for one in run.evaluations),
        "found": box_share(axes(complete(run), run.objectives), low, high),
        "returned": box_share(axes(fresh(run, known), run.objectives), low, high),
        "networks": len(run.evaluations),
        "stopped": len(run.stopped),
    }


def changes(with_it: Sequence[float], without: Sequence[float]) -> str:
    """Return the mean relative change with its standard error, in percent."""
    values = [100.0 * (a / b - 1.0) for a, b in zip(with_it, without, strict=True)]
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return f"{statistics.mean(values):+.1f} ± {error:.1f} %"


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="digits")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--confidences", default="0.95,0.8")
    parser.add_argument("--objectives", default="quantum_flops,validation_error,parameters")
    arguments = parser.parse_args()
    confidences = [None, *map(float, arguments.confidences.split(","))]
    rows: dict[float | None, list[dict[str, float]]] = {confidence: [] for confidence in confidences}
    for seed in range(arguments.seeds):
        with tempfile.TemporaryDirectory() as folder:
            runs = {}
            for confidence in confidences:
                config = nas.SearchConfig(
                    preset="faqnas",
                    dataset=arguments.dataset,
                    objectives=arguments.objectives,
                    max={"qubits": 5},
                    epochs=10,
                    learning_rate=0.03,
                    generations=6,
                    stagnation=0,
                    pilot=False,
                    seed=seed,
                    early_stop=confidence,
                )
                runs[confidence] = nas.search(config, Path(folder) / str(confidence))
            every = np.concatenate([axes(complete(run), run.objectives) for run in runs.values()])
            low, high, known = every.min(axis=0), every.max(axis=0), {}
            for confidence, run in runs.items():
                rows[confidence].append(figures(run, low, high, known))
    print(
        f"{arguments.dataset}, {arguments.objectives}, {arguments.seeds} seeds, changes from the same search without:"
    )
    print("| confidence | stopped | epochs | CPU of training | hypervolume found | of the returned front, fresh |")
    print("|---|---|---|---|---|---|")
    for confidence in confidences[1:]:
        pairs = {
            name: changes([row[name] for row in rows[confidence]], [row[name] for row in rows[None]])
            for name in ("epochs", "CPU", "found", "returned")
        }
        stopped = statistics.mean(row["stopped"] / row["networks"] for row in rows[confidence])
        print(f"| {confidence} | {stopped:.0%} | {' | '.join(pairs.values())} |", flush=True)


if __name__ == "__main__":
    main()
