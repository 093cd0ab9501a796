"""Searches that look their trainings up in a table, and what their results are worth by trainings they did not see.

The table (`tests/benchmarks/search_table.py` makes it) holds all 3,840 `faqnas` networks of 2 to 5 qubits, each trained
with several seeds. A search sees the seeds of a network in an order that is drawn for it; the truth of a network is
made of those that it did not see.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nas.architectures.json import architecture_hash
from nas.runs.algorithms import make_algorithm
from nas.runs.algorithms.base import Answer, Brood, Problem
from nas.runs.candidates import first_genomes
from nas.runs.estimates import Estimates, estimate
from nas.runs.fronts import bounds, front, hypervolume
from nas.runs.objectives import objectives_named
from nas.runs.record import Evaluation
from nas.spaces.build import Reader
from nas.spaces.load import load_space
from nas.spaces.record import Genome, SearchSpace
from places import ROOT

TABLE = ROOT / "tests" / "benchmarks" / "search_table.npz"
DATASETS = ("digits", "iris", "wine")
OBJECTIVES = objectives_named(("quantum_flops", "validation_error", "parameters"))

QUBITS = (2, 3, 4, 5)
"""Widths of the table; those above cost ten times as much and add nothing of another kind."""

UNSEEN = 3
"""Trainings of each network that no search may see."""


def table_space() -> SearchSpace:
    """Return the preset `faqnas`, as far as the table goes."""
    space = load_space("faqnas")
    genes = tuple(dataclasses.replace(gene, choices=QUBITS) if gene.name == "qubits" else gene for gene in space.genes)
    return dataclasses.replace(space, genes=genes)


@dataclass(frozen=True, eq=False)
class Space:
    """The networks of the table.

    Attributes:
        space: Their search space.
        genomes: A genome of each.
        hashes: The hash of each.
        key: Gives each genome of the space the hash of its architecture.
    """

    space: SearchSpace
    genomes: tuple[Genome, ...]
    hashes: tuple[str, ...]
    key: Callable[[Genome], str]

    @functools.cached_property
    def row(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.hashes)}


@functools.cache
def networks() -> Space:
    """Return the networks of the table."""
    space = table_space()
    first, reader = first_genomes(space), Reader(space)
    hashes = {built: architecture_hash(built) for built in first}
    return Space(
        space=space,
        genomes=tuple(first.values()),
        hashes=tuple(hashes.values()),
        key=lambda genome: hashes[reader.architecture(genome)],
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """Trainings of all networks on one data set.

    Attributes:
        dataset: Its name.
        errors: Validation errors, (networks, trainings).
        losses: Validation losses, (networks, trainings).
        predicted: What a model that saw other networks alone says of the error of each, (networks).
        costs: Objectives that need no training, (networks) each.
    """

    dataset: str
    errors: NDArray[np.float64]
    losses: NDArray[np.float64]
    predicted: NDArray[np.float64]
    costs: dict[str, NDArray[np.int64]]

    def shuffled(self, seed: int) -> Table:
        """Give each network the trainings of another one: genes and costs say nothing of errors any more."""
        order = np.random.default_rng([seed, 18]).permutation(len(self.errors))
        return dataclasses.replace(
            self, errors=self.errors[order], losses=self.losses[order], predicted=self.predicted[order]
        )

    def without_signal(self, seed: int) -> Table:
        """Give all trainings to networks at random: no network is better than another."""
        order = np.random.default_rng([seed, 81]).permutation(self.errors.size)
        mixed = [values.ravel()[order].reshape(values.shape) for values in (self.errors, self.losses)]
        flat = np.full(len(self.errors), self.errors.mean())
        return dataclasses.replace(self, errors=mixed[0], losses=mixed[1], predicted=flat)


@functools.cache
def read_table(dataset: str, path: Path = TABLE) -> Table:
    """Read the trainings on one data set."""
    with np.load(path) as arrays:
        return Table(
            dataset=dataset,
            errors=arrays[f"{dataset}_wrong"] / float(arrays[f"{dataset}_samples"]),
            losses=arrays[f"{dataset}_losses"] * float(arrays["loss_step"]),
            predicted=arrays[f"{dataset}_predicted"].astype(np.float64),
            costs={name: arrays[f"{dataset}_{name}"] for name in ("quantum_flops", "parameters")},
        )


@dataclass(frozen=True, eq=False)
class Draw:
    """A table as one search meets it.

    Attributes:
        table: The table.
        order: Which training of the table is the first, second, … of each network, (networks, trainings).
    """

    table: Table
    order: NDArray[np.int64]

    @classmethod
    def of(cls, table: Table, seed: int) -> Draw:
        """Draw the order of the trainings of each network."""
        numbers = np.tile(np.arange(table.errors.shape[1]), (len(table.errors), 1))
        return cls(table, np.random.default_rng([seed, 7]).permuted(numbers, axis=1))

    def evaluation(self, row: int, num_trainings: int, generation: int = 0) -> Evaluation:
        """Return a network after so many trainings, as a search keeps it."""
        if num_trainings > self.order.shape[1] - UNSEEN:
            raise ValueError(f"{num_trainings} trainings of a network are asked for; the table is too small for that")
        seen = self.order[row, :num_trainings]
        accuracies = tuple(float(1.0 - error) for error in self.table.errors[row, seen])
        values = {name: int(column[row]) for name, column in self.table.costs.items()}
        return Evaluation(
            architecture_hash=networks().hashes[row],
            genome=networks().genomes[row],
            state="COMPLETE",
            objectives=values | {"validation_error": 1.0 - sum(accuracies) / num_trainings},
            accuracies=accuracies,
            num_parameters=values["parameters"],
            trainings=tuple(
                {"state": "COMPLETE", "best_validation_accuracy": accuracy, "validation_loss": [float(loss)]}
                for accuracy, loss in zip(accuracies, self.table.losses[row, seen], strict=True)
            ),
            generation=generation,
        )

    def truth(self, num_seen: NDArray[np.int64], *, smoothed: bool = True) -> Truth:
        """Make the truth of the trainings that a search did not see.

        Args:
            num_seen: Trainings that it saw of each network, (networks).
            smoothed: Whether the mean of a network is drawn to what other networks say of it, by the best linear
                unbiased prediction: else the luckiest networks would be the true front.
        """
        table = self.table
        sorted_errors = np.take_along_axis(table.errors, self.order, axis=1)
        unseen = np.arange(self.order.shape[1]) >= num_seen[:, None]
        counts = unseen.sum(axis=1)
        means = (sorted_errors * unseen).sum(axis=1) / counts
        noise = float((((sorted_errors - means[:, None]) * unseen) ** 2).sum() / (counts - 1).sum())
        away = means - table.predicted
        own = max(float((away**2 - noise / counts).mean()), 0.0)
        weight = own / (own + noise / counts) if smoothed and own > 0.0 else np.full(len(counts), float(not smoothed))
        return Truth(
            errors=table.predicted + weight * away,
            means=means,
            counts=counts,
            noise_sd=noise**0.5,
            own_sd=own**0.5,
            table=table,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Truth:
    """True errors of all networks, as far as trainings can tell.

    Attributes:
        errors: True error of each, (networks).
        means: Mean of the unseen trainings of each, (networks).
        counts: How many these are, (networks).
        noise_sd: Standard deviation of one training about its network.
        own_sd: Standard deviation of networks about what others say of them.
        table: The table.
    """

    errors: NDArray[np.float64]
    means: NDArray[np.float64]
    counts: NDArray[np.int64]
    noise_sd: float
    own_sd: float
    table: Table

    @functools.cached_property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """Return all networks with their true errors."""
        costs, space = self.table.costs, networks()
        return tuple(
            Evaluation(
                architecture_hash=space.hashes[row],
                genome=space.genomes[row],
                state="COMPLETE",
                objectives={name: int(column[row]) for name, column in costs.items()} | {"validation_error": error},
            )
            for row, error in enumerate(self.errors.tolist())
        )

    @functools.cached_property
    def front(self) -> tuple[int, ...]:
        """Return the rows of the true front."""
        return tuple(networks().row[one.architecture_hash] for one in front(self.evaluations, OBJECTIVES))

    @functools.cached_property
    def _limits(self) -> NDArray[np.float64]:
        limits = bounds(self.evaluations, OBJECTIVES)
        assert limits is not None
        return limits

    @functools.cached_property
    def _best(self) -> float:
        return hypervolume(self.evaluations, OBJECTIVES, self._limits)

    def share(self, rows: Sequence[int]) -> float:
        """Return the hypervolume of networks at their true errors, as a share of that of the true front."""
        return hypervolume([self.evaluations[row] for row in rows], OBJECTIVES, self._limits) / self._best


def known_costs(table: Table) -> Callable[[Sequence[Genome]], list[dict[str, float]]]:
    """Return a function that gives genomes the costs of the table, as `Problem.costs` wants it."""

    def costs(genomes: Sequence[Genome]) -> list[dict[str, float]]:
        rows = [networks().row[networks().key(genome)] for genome in genomes]
        return [{name: int(column[row]) for name, column in table.costs.items()} for row in rows]

    return costs


@dataclass(frozen=True, kw_only=True, eq=False)
class Searched:
    """A search on a table, and what it says of its results.

    Attributes:
        draw: What it met.
        trained: Row of each training, in order.
        evaluations: Each network that it evaluated, with all its trainings.
        estimates: Its estimates, with the returned front.
    """

    draw: Draw
    trained: tuple[int, ...]
    evaluations: tuple[Evaluation, ...]
    estimates: Estimates

    @property
    def returned(self) -> list[int]:
        """Return the rows of the returned front."""
        return [networks().row[name] for name in self.estimates.front]

    @property
    def num_seen(self) -> NDArray[np.int64]:
        """Return how many trainings of each network it saw, (networks)."""
        return np.bincount(np.array(self.trained), minlength=len(networks().hashes))


def search_table(
    draw: Draw, algorithm: str, seed: int, *, budget: int, population: int = 20, repeats: float = 0.2
) -> Searched:
    """Search with an algorithm of the product and trainings of a table.

    What `nas.search` does apart from training, costing and storing: the same algorithms are asked, with the same
    repeats, and the same function estimates the errors and says which front is returned.

    Args:
        draw: The table.
        algorithm: A name of `ALGORITHMS`.
        seed: Of the search.
        budget: Trainings in all, repeats included; a multiple of the population.
        population: Networks of a generation.
        repeats: Share of the generations that train members of the front again.
    """
    space = networks()
    problem = Problem(
        space=space.space,
        objectives=OBJECTIVES,
        key=space.key,
        seed=seed,
        population=population,
        generations=budget // population - 1,
        repeats=repeats,
        costs=known_costs(draw.table),
        costed=frozenset(draw.table.costs),
    )
    chosen, answers = make_algorithm(algorithm, problem), []
    trained: list[int] = []
    known: dict[int, Evaluation] = {}
    while isinstance(brood := chosen.ask(answers), Brood):
        for genome in brood.genomes:
            row = space.row[space.key(genome)]
            if brood.again or row not in known:
                trained.append(row)
                known[row] = draw.evaluation(row, trained.count(row), len(answers))
        asked = [known[space.row[space.key(genome)]] for genome in brood.genomes]
        answers.append(Answer(brood=brood, evaluations=tuple(asked)))
    evaluations = tuple(known.values())
    estimates = estimate(evaluations, space.space, OBJECTIVES)
    assert estimates is not None
    return Searched(draw=draw, trained=tuple(trained), evaluations=evaluations, estimates=estimates)
