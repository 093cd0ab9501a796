"""Makes the table that `search_quality.py` looks trainings up in: errors of all `faqnas` networks of 2 to 5 qubits.

Each of the 3,840 distinct networks is trained with 16 seeds, those that a search of seed 0 gives it, on each data set;
iris and wine at settings at which errors tell networks apart, digits at the default ones. Kept are, for each training,
the wrong answers among the validation samples at the best epoch and the validation loss there; for each network its
costs, and what a model that saw other networks alone predicts of its error. About half an hour of one core; whatever is
done stays in the folder, so that it can be stopped and gone on with.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from nas import SearchConfig
from nas.architectures.json import architecture_hash
from nas.architectures.record import Architecture
from nas.architectures.shapes import stack_key
from nas.runs.candidates import first_genomes
from nas.runs.context import SearchContext, make_context
from nas.runs.evaluate import candidate_cost_in, training_seed
from nas.runs.tasks import use_one_thread
from nas.spaces.genes import active_genes
from nas.spaces.record import Genome
from nas.training.train import train_together
from search_truth import DATASETS, TABLE, table_space

SETTINGS: dict[str, dict[str, Any]] = {
    "digits": {},
    "iris": {"batch_size": 8, "learning_rate": 0.03},
    "wine": {"batch_size": 8, "learning_rate": 0.03},
}
"""What differs from the default settings, by data set."""

NUM_SEEDS = 16
SEEDS_AT_ONCE = 8
NETWORKS_AT_ONCE = 6
NETWORKS_OF_CHUNK = 60

LOSS_STEP = 1e-3
"""Losses are kept in these steps, as whole numbers up to 65,535."""


def digest(architectures: Sequence[Architecture]) -> str:
    """Return a digest of all architectures in order, by which a table knows its space again."""
    return hashlib.sha256("".join(map(architecture_hash, architectures)).encode()).hexdigest()


def table_context(dataset: str) -> SearchContext:
    """Return the search whose trainings the table holds."""
    return make_context(SearchConfig(preset="faqnas", dataset=dataset, **SETTINGS[dataset]))


def chunks(architectures: Sequence[Architecture]) -> Iterator[list[int]]:
    """Divide the rows into parts of one shape."""
    shapes: dict[Hashable, list[int]] = {}
    for row, built in enumerate(architectures):
        shapes.setdefault(stack_key(built), []).append(row)
    for rows in shapes.values():
        yield from (rows[start : start + NETWORKS_OF_CHUNK] for start in range(0, len(rows), NETWORKS_OF_CHUNK))


def trained(
    context: SearchContext, architectures: Sequence[Architecture], seeds: range
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Train networks of one shape with these seeds; return wrong answers and losses, (networks, seeds) each."""
    data, settings = context.data(), context.config.train_settings()
    num_samples = len(data.split.validation)
    wrong, losses = [], []
    for start in range(0, len(architectures), NETWORKS_AT_ONCE):
        some = [built for built in architectures[start : start + NETWORKS_AT_ONCE] for _ in seeds]
        numbers = [
            training_seed(0, architecture_hash(built), number)
            for built in architectures[start : start + NETWORKS_AT_ONCE]
            for number in seeds
        ]
        for record in train_together(some, data, settings, numbers):
            if record.best_validation_accuracy is None or record.best_epoch is None:
                raise RuntimeError(f"a training failed: {record.reason}; the table has no place for it")
            wrong.append(round((1.0 - record.best_validation_accuracy) * num_samples))
            losses.append(min(round(record.validation_loss[record.best_epoch - 1] / LOSS_STEP), 65_535))
    shape = (len(architectures), len(seeds))
    return np.array(wrong, dtype=np.uint16).reshape(shape), np.array(losses, dtype=np.uint16).reshape(shape)


def train_all(architectures: Sequence[Architecture], folder: Path, num_seeds: int) -> None:
    """Train everything that is not in the folder yet: the first seeds of all data sets, then the others."""
    folder.mkdir(parents=True, exist_ok=True)
    for first in range(0, num_seeds, SEEDS_AT_ONCE):
        for dataset in DATASETS:
            context, started = table_context(dataset), time.perf_counter()
            for number, rows in enumerate(chunks(architectures)):
                path = folder / f"{dataset}-{first}-{number}.npz"
                if path.exists():
                    continue
                seeds = range(first, min(first + SEEDS_AT_ONCE, num_seeds))
                wrong, losses = trained(context, [architectures[row] for row in rows], seeds)
                unfinished = path.with_suffix(".part.npz")
                np.savez_compressed(unfinished, rows=rows, seeds=list(seeds), wrong=wrong, losses=losses)
                unfinished.replace(path)
                print(
                    f"{dataset}, seeds from {first}, part {number}: {time.perf_counter() - started:.0f} s", flush=True
                )


def costs(context: SearchContext, architectures: Sequence[Architecture]) -> dict[str, NDArray[np.int64]]:
    """Compute the objectives that need no training, each (networks)."""
    values: dict[str, list[int]] = {"quantum_flops": [], "parameters": []}
    for built in architectures:
        found = context.config.values(candidate_cost_in(context, built), (1.0,))
        for name, column in values.items():
            column.append(int(found[name]))
            if column[-1] != found[name]:
                raise RuntimeError(f"{name} is {found[name]}; the table holds whole numbers")
    return {name: np.array(column, dtype=np.int64) for name, column in values.items()}


NUM_FOLDS = 10


def predicted(genomes: Sequence[Genome], means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Predict the error of each network from the others, (networks): the mean of boosted trees and a linear model."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import KFold
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

    names = list(genomes[0])
    active = [active_genes(genome) for genome in genomes]
    genes = [[str(row.get(name, "")) for name in names] for row in active]
    # A linear model of pairs of genes, trees of all.
    pairs = [[f"{a} {b}" for i, a in enumerate(row) for b in row[i:]] for row in genes]
    linear, ordinal = OneHotEncoder().fit_transform(pairs), OrdinalEncoder().fit_transform(genes)
    found = np.empty(len(means))
    for others, own in KFold(NUM_FOLDS, shuffle=True, random_state=0).split(ordinal):
        trees = HistGradientBoostingRegressor(learning_rate=0.08, max_iter=150, min_samples_leaf=15, random_state=0)
        found[own] = trees.fit(ordinal[others], means[others]).predict(ordinal[own]) / 2.0
        found[own] += Ridge(alpha=10.0).fit(linear[others], means[others]).predict(linear[own]) / 2.0
    return found


def gather(
    genomes: Sequence[Genome], architectures: Sequence[Architecture], folder: Path, num_seeds: int, table: Path
) -> None:
    """Put everything in the folder together into one table."""
    arrays: dict[str, NDArray[Any]] = {
        "space_sha256": np.array(digest(architectures)),
        "loss_step": np.array(LOSS_STEP),
    }
    for dataset in DATASETS:
        context = table_context(dataset)
        shape = (len(architectures), num_seeds)
        found = {name: np.full(shape, -1, dtype=np.int64) for name in ("wrong", "losses")}
        for path in folder.glob(f"{dataset}-*-*.npz"):
            if path.name.endswith(".part.npz"):
                continue
            with np.load(path) as part:
                kept = part["seeds"][part["seeds"] < num_seeds]
                for name, values in found.items():
                    values[np.ix_(part["rows"], kept)] = part[name][:, : len(kept)]
        if any((values < 0).any() for values in found.values()):
            raise RuntimeError(f"{dataset}: some networks were not trained; run the training to its end")
        num_samples = len(context.data().split.validation)
        arrays[f"{dataset}_samples"] = np.array(num_samples)
        arrays[f"{dataset}_wrong"] = found["wrong"].astype(np.uint8 if num_samples < 256 else np.uint16)
        arrays[f"{dataset}_predicted"] = predicted(genomes, found["wrong"].mean(axis=1) / num_samples).astype(
            np.float32
        )
        arrays[f"{dataset}_losses"] = found["losses"].astype(np.uint16)
        for name, values in costs(context, architectures).items():
            arrays[f"{dataset}_{name}"] = values
    np.savez_compressed(table, **arrays)
    print(f"{table.name}: {table.stat().st_size:,} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where trainings are kept until all are there")
    parser.add_argument("--table", type=Path, default=TABLE)
    parser.add_argument("--seeds", type=int, default=NUM_SEEDS)
    options = parser.parse_args()
    use_one_thread()
    first = first_genomes(table_space())
    architectures = list(first)
    train_all(architectures, options.folder, options.seeds)
    gather(list(first.values()), architectures, options.folder, options.seeds, options.table)


if __name__ == "__main__":
    main()
