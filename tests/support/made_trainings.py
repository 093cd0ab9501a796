"""Searches on errors that are made up, by a rule and a seed: as many trainings as one likes in no time."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache

import numpy as np

from nas.architectures.json import architecture_hash
from nas.runs.algorithms import make_algorithm
from nas.runs.algorithms.base import Answer, Brood, Problem, latest
from nas.runs.objectives import objectives_named
from nas.runs.record import Evaluation
from nas.spaces.build import architecture
from nas.spaces.load import space_from_dict

OBJECTIVES = objectives_named(["quantum_flops", "validation_error", "parameters"])

# 3 × 2 × (5 + 25) × 2 networks.
SPACE = space_from_dict(
    tomllib.loads(
        """
        [genes]
        qubits = [2, 3, 4]
        embedding = ["angle-x", "angle-y"]
        layers = [1, 2]
        rotation_1 = ["rx", "ry", "rz", "rx-ry", "ry-rz"]
        rotation_2 = ["rx", "ry", "rz", "rx-ry", "ry-rz"]
        entangler = ["cx", "none"]
        topology = ["linear"]
        """
    )
)


@cache
def _known(items):
    built = architecture(SPACE, dict(items))
    flops = 100.0 * 2**built.num_qubits * (built.num_columns + sum(len(layer.pairs) for layer in built.layers))
    parameters = 10.0 + 7 * built.num_qubits + built.num_weights
    return built, architecture_hash(built), {"quantum_flops": flops, "parameters": parameters}


def key(genome):
    return _known(tuple(genome.items()))[1]


def costs(genomes):
    """Costs in closed form; like those of networks they grow with qubits and columns."""
    return [_known(tuple(genome.items()))[2] for genome in genomes]


class Trainings:
    """Errors of networks: what the architecture says, something of its own, and luck.

    Args:
        seed: Seed of what networks have of their own and of luck.
        signal: Range of what the architecture says.
        own: Standard deviation of what each network has of its own.
        noise: Standard deviation of one training.
    """

    def __init__(self, seed=0, *, signal=0.5, own=0.01, noise=0.05):
        self.seed, self.signal, self.own, self.noise = seed, signal, own, noise

    def _normal(self, *what):
        digest = hashlib.sha256(repr((self.seed, *what)).encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:8], "big")).standard_normal()

    def error(self, genome):
        """The error that a network has on average."""
        built = _known(tuple(genome.items()))[0]
        columns = [axis[0] for layer in built.layers for axis in layer.columns]
        score = 0.25 * built.num_qubits + 0.1 * len(built.layers) + 0.3 * columns.count("y") / len(columns)
        return 0.8 - self.signal * (score - 0.5) + self.own * self._normal("own", key(genome))

    def training(self, genome, number):
        """The error of one training."""
        return float(np.clip(self.error(genome) + self.noise * self._normal(key(genome), number), 0.0, 1.0))

    def evaluate(self, genome, number=0, generation=0):
        """The evaluation of one training."""
        error = self.training(genome, number)
        return Evaluation(
            architecture_hash=key(genome),
            genome=dict(genome),
            state="COMPLETE",
            objectives={**costs([genome])[0], "validation_error": error},
            accuracies=(1.0 - error,),
            trainings=({"state": "COMPLETE", "best_validation_accuracy": 1.0 - error},),
            generation=generation,
        )


def problem(**settings):
    return Problem(
        **{
            **{"space": SPACE, "objectives": OBJECTIVES, "key": key, "population": 10, "generations": 5},
            **{"costs": costs, "costed": frozenset({"quantum_flops", "parameters"})},
            **settings,
        }
    )


def searched(name, trainings, given=None, **settings):
    """All answers of a search, and why it ended.

    Args:
        name: Name of the algorithm.
        trainings: What networks end with.
        given: Answers of a search before, to be continued by an algorithm that never saw them.
        settings: Of the problem.
    """
    algorithm = make_algorithm(name, problem(**settings))
    answers = list(given or ())
    known = {one.architecture_hash: one for one in latest(answers)}
    while isinstance(step := algorithm.ask(answers), Brood):
        for genome in step.genomes:
            name = key(genome)
            if step.again:
                again = trainings.evaluate(genome, len(known[name].trainings))
                known[name] = known[name].with_training(again)
            elif name not in known:
                known[name] = trainings.evaluate(genome, 0, len(answers))
        answers.append(Answer(brood=step, evaluations=tuple(known[key(genome)] for genome in step.genomes)))
    return answers, step
