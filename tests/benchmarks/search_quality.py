"""How much of the true front 180 evaluations reach: NSGA-II next to random search with the same budget, on iris.

The true front comes from `nas search --exhaustive` (8,640 trainings); the searches look their evaluations up in it, so
that of them only the choices are random, not the trainings. The hypervolume is that of `nas.runs.fronts.hypervolume`
within the limits of all 8,640; what is printed is its share of the true front's.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import numpy as np

from nas import SearchConfig, SearchProgress, load_space, open_run, search
from nas.architectures.json import architecture_hash
from nas.runs.algorithms.nsga2 import Member, first_generation, next_generation, survivors
from nas.runs.evaluation import Evaluation
from nas.runs.fronts import bounds, hypervolume, vector
from nas.spaces.genes import architecture


def show(state: SearchProgress) -> None:
    print(f"{state.done} of {state.expected}", end="\r")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="directory of the exhaustive run; made or finished if it is not there")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--population", type=int, default=20)
    parser.add_argument("--generations", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    started = time.perf_counter()
    search(
        SearchConfig(preset="faqnas", dataset="iris", exhaustive=True),
        options.run,
        workers=options.workers,
        progress=show,
    )
    took_s = time.perf_counter() - started
    truth = open_run(options.run)
    objectives, space = truth.objectives, load_space("faqnas")
    known = {one.architecture_hash: one for one in truth.evaluations}
    limits = bounds(truth.evaluations, objectives)
    best = hypervolume(truth.evaluations, objectives, limits)
    trained_s = sum(one.training_s + one.costing_s for one in truth.evaluations)
    print(
        f"{len(known):,} networks, {len(truth.failures)} failed, {trained_s:.0f} s of training and costing, "
        f"this call {took_s:.0f} s; {len(truth.front)} on the true front, hypervolume {best:.4f}"
    )

    def key(genome: dict) -> str:
        return architecture_hash(architecture(space, genome))

    def evolved(seed: int) -> list[Evaluation]:
        brood = first_generation(space, options.population, seed, key)
        found: dict[str, Evaluation] = {}
        population: list[Member] = []
        for generation in range(options.generations + 1):
            ones = {key(genome): known[key(genome)] for genome in brood.genomes}
            found |= ones
            members = [
                Member(genome=dict(one.genome), key=hashed, values=vector(one, objectives))
                for hashed, one in ones.items()
            ]
            population = survivors([*population, *members], options.population)
            brood = next_generation(
                space,
                population,
                options.population,
                seed=seed,
                generation=generation + 1,
                crossover=0.8,
                mutation=0.2,
                key=key,
                known=set(found),
            )
        return list(found.values())

    def drawn(seed: int, count: int) -> list[Evaluation]:
        rng = np.random.default_rng(seed)
        found: dict[str, Evaluation] = {}
        while len(found) < count:
            hashed = key(space.random_genome(rng))
            found.setdefault(hashed, known[hashed])
        return list(found.values())

    rows = []
    for seed in range(options.seeds):
        ours = evolved(seed)
        rows.append([hypervolume(ones, objectives, limits) / best for ones in (ours, drawn(seed, len(ours)))])
        true_front = {one.architecture_hash for one in truth.front}
        num_true = sum(one.architecture_hash in true_front for one in ours)
        print(
            f"seed {seed}: {len(ours)} evaluations, {num_true} of them on the true front; share {rows[-1][0]:.3f}, "
            f"random {rows[-1][1]:.3f}"
        )
    for name, values in zip(("NSGA-II", "random search"), zip(*rows, strict=True), strict=True):
        mean, spread = statistics.mean(values), statistics.stdev(values)
        print(f"{name}: share of the hypervolume {mean:.3f} ± {spread:.3f} (standard deviation, {len(values)} seeds)")


if __name__ == "__main__":
    main()
