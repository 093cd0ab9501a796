"""Optuna's samplers as search algorithms, for comparison: the same genes, the same number of distinct networks."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from typing import Any

from nas.spaces.record import Genome, SearchSpace

SAMPLERS = ("nsga2", "tpe")

MAX_ASKED = 50
"""Questions for each distinct network before a sampler is taken to be at its end."""

MAX_REPEATED = 3
"""Times in a row that TPE may ask for what is known; then a random network is trained in place of the next."""


def optuna_search(
    sampler: str,
    space: SearchSpace,
    key: Callable[[Genome], str],
    train: Callable[[Genome], tuple[float, ...]],
    seed: int,
    *,
    budget: int,
    at: int,
    population: int = 20,
) -> tuple[list[str], list[str]]:
    """Search with Optuna's multi-objective NSGA-II or TPE, otherwise at its defaults.

    What was evaluated already is answered from memory for NSGA-II, which needs whole generations, and not told to TPE,
    which would fill its memory with copies; it is not counted in either case. TPE would ask for the same network for
    ever where it is certain, so after some times a random one takes the place.

    Args:
        sampler: One of `SAMPLERS`.
        space: The space; each gene is a categorical parameter.
        key: Gives genomes of equal architectures the same text.
        train: Returns the objectives of a genome, all minimised.
        seed: Of the sampler.
        budget: Distinct networks that are trained.
        at: After how many of them the best trials are taken.
        population: Of NSGA-II; of TPE the random networks at the start.

    Returns:
        Keys of the networks in the order in which they were trained, and of `study.best_trials` after the first `at`.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made: Any = (
            optuna.samplers.NSGAIISampler(population_size=population, seed=seed)
            if sampler == "nsga2"
            else optuna.samplers.TPESampler(n_startup_trials=population, seed=seed)
        )
        study = optuna.create_study(directions=["minimize"] * 3, sampler=made)
        known: dict[str, tuple[float, ...]] = {}
        best: list[str] = []
        rng, repeated = random.Random(seed), 0
        for _ in range(MAX_ASKED * budget):
            if repeated == MAX_REPEATED:
                study.enqueue_trial({gene.name: rng.choice(gene.choices) for gene in space.genes})
            trial = study.ask()
            genome = {gene.name: trial.suggest_categorical(gene.name, list(gene.choices)) for gene in space.genes}
            name = key(genome)
            if name in known and sampler == "tpe":
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
                repeated = min(repeated + 1, MAX_REPEATED)
                continue
            repeated = 0
            if name not in known:
                known[name] = train(genome)
            trial.set_user_attr("network", name)
            study.tell(trial, known[name])
            if len(known) == at and not best:
                best = list(dict.fromkeys(str(one.user_attrs["network"]) for one in study.best_trials))
            if len(known) == budget:
                break
        else:
            raise RuntimeError(f"Optuna's {sampler} found {len(known)} distinct networks in {MAX_ASKED * budget}")
    return list(known), best
