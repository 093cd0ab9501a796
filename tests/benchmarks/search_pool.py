"""Searches in a space that cannot be listed: `hyb-hanas`, 2·10⁸ networks, of which the surrogate looks at pools.

Each algorithm searches with real trainings on iris at settings at which errors tell networks apart. Each member of a
returned front is then trained again with seeds that no search saw, on validation parts in turn. Printed are the
hypervolume of the front at these errors, as a share of that of all members of all fronts of the seed together, the
least of these errors, and how many of them lie in the interval that the search gave for another training.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import nas
from nas.runs.evaluate import train_again
from nas.runs.fronts import bounds, hypervolume
from nas.runs.record import Evaluation
from nas.runs.run import Run
from nas.runs.tasks import use_one_thread

ALGORITHMS = ("random", "nsga2", "surrogate")
UNSEEN = 1000
"""Number of the first training that no search gets to."""


def searched(algorithm: str, seed: int, generations: int, folder: Path) -> Run:
    config = nas.SearchConfig(
        preset="hyb-hanas",
        dataset="iris",
        objectives=("validation_error", "quantum_flops", "parameters"),
        algorithm=algorithm,
        seed=seed,
        generations=generations,
        stagnation=0,
        pilot=False,
        batch_size=8,
        learning_rate=0.03,
    )
    return nas.search(config, folder)


def retrained(run: Run, count: int) -> tuple[list[Evaluation], list[bool]]:
    """Return the front at the mean error of fresh trainings, and which of these lie in their intervals."""
    members, inside = [], []
    assert run.estimates is not None
    for member in run.front:
        again = [train_again(run.context, member.genome, UNSEEN + number, 0) for number in range(count)]
        errors = [1.0 - one.accuracies[0] for one in again]
        known = run.estimates.networks[member.architecture_hash]
        inside += [known.retrained_low - 1e-9 <= error <= known.retrained_high + 1e-9 for error in errors]
        error = statistics.mean(errors)
        members.append(replace(member, objectives={**member.objectives, "validation_error": error}))
    return members, inside


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--generations", type=int, default=5, help="after the first, of 20 networks, repeats included")
    parser.add_argument("--fresh", type=int, default=10, help="fresh trainings of each member")
    options = parser.parse_args()
    use_one_thread()
    shares: dict[str, list[float]] = {name: [] for name in ALGORITHMS}
    least: dict[str, list[float]] = {name: [] for name in ALGORITHMS}
    holds: dict[str, list[bool]] = {name: [] for name in ALGORITHMS}
    seconds: dict[str, list[float]] = {name: [] for name in ALGORITHMS}
    for seed in range(options.seeds):
        fronts = {}
        for name in ALGORITHMS:
            with tempfile.TemporaryDirectory() as folder:
                started_s = time.process_time()
                run = searched(name, seed, options.generations, Path(folder) / "run")
                seconds[name].append(time.process_time() - started_s)
                fronts[name], inside = retrained(run, options.fresh)
                holds[name] += inside
            print(f"seed {seed}, {name}", end="\r", file=sys.stderr)
        objectives = run.objectives
        every = [one for members in fronts.values() for one in members]
        limits = bounds(every, objectives)
        assert limits is not None
        for name, members in fronts.items():
            shares[name].append(hypervolume(members, objectives, limits) / hypervolume(every, objectives, limits))
            least[name].append(min(one.objectives["validation_error"] for one in members))
    print("algorithm  share of hypervolume  least error      intervals hold  CPU of this process")
    for name in ALGORITHMS:
        spread = [statistics.stdev(values) if len(values) > 1 else 0.0 for values in (shares[name], least[name])]
        print(
            f"{name:9}  {statistics.mean(shares[name]):.3f} ± {spread[0]:.3f}         "
            f"{statistics.mean(least[name]):.3f} ± {spread[1]:.3f}  {statistics.mean(holds[name]):14.0%}  "
            f"{statistics.mean(seconds[name]):.0f} s"
        )


if __name__ == "__main__":
    main()
