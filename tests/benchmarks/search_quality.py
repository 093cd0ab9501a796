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

from nas import SearchConfig, SearchProgress, load_space, open_run, search
from nas.architectures.json import architecture_hash
from nas.runs.algorithms import ALGORITHMS
from nas.runs.algorithms.base import Answer, Brood, Problem
from nas.runs.fronts import bounds, hypervolume
from nas.runs.record import Evaluation
from nas.spaces.build import architecture


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

    def searched(algorithm: str, seed: int) -> list[Evaluation]:
        problem = Problem(
            space=space,
            objectives=objectives,
            key=key,
            seed=seed,
            population=options.population,
            generations=options.generations,
        )
        chosen, answers = ALGORITHMS[algorithm](problem), []
        while isinstance(brood := chosen.ask(answers), Brood):
            answers.append(Answer(brood=brood, evaluations=tuple(known[key(genome)] for genome in brood.genomes)))
        return list({one.architecture_hash: one for answer in answers for one in answer.evaluations}.values())

    rows = []
    for seed in range(options.seeds):
        ours = searched("nsga2", seed)
        drawn = searched("random", seed)[: len(ours)]
        rows.append([hypervolume(ones, objectives, limits) / best for ones in (ours, drawn)])
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
