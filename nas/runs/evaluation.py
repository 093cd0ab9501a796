"""One candidate of a search, trained and costed: `evaluate`, a function of what it is given and of nothing else."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from hwcost import HwcostError
from hwcost.core.text import one_line
from nas.architectures.json import architecture_hash
from nas.runs.objectives import cost_values
from nas.spaces.genes import architecture
from nas.spaces.record import Genome

if TYPE_CHECKING:
    from nas.architectures.record import Architecture
    from nas.costs import CandidateCost
    from nas.runs.context import SearchContext
    from nas.training.record import TrainRecord

State: TypeAlias = Literal["COMPLETE", "FAILED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What is known of one architecture. Equal where the same was found; times are not compared.

    Attributes:
        architecture_hash: `nas.architecture_hash` of the architecture.
        genome: The first genome that stood for it.
        state: COMPLETE, or FAILED; what has failed is counted and never ranked.
        reason: Why it failed.
        objectives: Values of the objectives by name, in their own direction; empty if it failed.
        accuracies: Best validation accuracy of each training.
        num_parameters: Trainable parameters.
        trainings: `TrainRecord.to_dict` of each training.
        cost: `CandidateCost.to_dict`, None if nothing was costed.
        generation: Generation in which it came up first.
        training_s: Seconds of training.
        costing_s: Seconds of costing.
    """

    architecture_hash: str
    genome: Mapping[str, Any] = field(hash=False)
    state: State
    reason: str | None = None
    objectives: Mapping[str, float] = field(default_factory=dict, hash=False)
    accuracies: tuple[float, ...] = ()
    num_parameters: int | None = None
    trainings: tuple[Mapping[str, Any], ...] = field(default=(), hash=False, compare=False)
    cost: Mapping[str, Any] | None = field(default=None, hash=False, compare=False)
    generation: int = 0
    training_s: float = field(default=0.0, compare=False)
    costing_s: float = field(default=0.0, compare=False)

    @property
    def accuracy(self) -> float | None:
        """Mean of the best validation accuracies, None if it failed."""
        return sum(self.accuracies) / len(self.accuracies) if self.accuracies else None

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {**plain, "accuracies": list(self.accuracies), "trainings": list(self.trainings)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], objectives: Sequence[str] = ()) -> Evaluation:
        """The evaluation that `to_dict` made the data of.

        Args:
            data: The data.
            objectives: Objectives that must have values if it is complete.

        Raises:
            KeyError, TypeError, ValueError: The data are none.
        """
        values = {f.name: data[f.name] for f in dataclasses.fields(cls)}
        values["accuracies"], values["trainings"] = tuple(values["accuracies"]), tuple(values["trainings"])
        if values["state"] not in get_args(State):
            raise ValueError(f"state is {values['state']!r}")
        if not isinstance(values["architecture_hash"], str) or not isinstance(values["genome"], dict):
            raise TypeError("architecture_hash and genome must be text and an object")
        if not all(
            isinstance(value, dict)
            for value in (*values["trainings"], {} if values["cost"] is None else values["cost"])
        ):
            raise TypeError("trainings and cost must be objects")
        if values["state"] == "COMPLETE" and not (values["accuracies"] and values["trainings"]):
            raise ValueError("it is complete without a training")
        if not isinstance(values["num_parameters"], int | None):
            raise TypeError(f"num_parameters is {values['num_parameters']!r}")
        numbers = [*values["accuracies"], values["generation"], values["training_s"], values["costing_s"]]
        numbers += [values["objectives"][name] for name in (objectives if values["state"] == "COMPLETE" else ())]
        for number in numbers:
            if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
                raise TypeError(f"{number!r} where a number must be")
        return cls(**values)


def training_seed(run_seed: int, hashed: str, number: int) -> int:
    """Seed of the training of that number of an architecture: the same in every worker and order.

    >>> training_seed(0, "ab", 0) != training_seed(0, "ab", 1)
    True
    """
    return int.from_bytes(hashlib.sha256(f"{run_seed}:{hashed}:{number}".encode()).digest()[:7], "big")


def evaluate(context: SearchContext, genome: Genome, generation: int = 0) -> Evaluation:
    """The architecture of the genome, trained with each of its seeds and costed.

    Whatever goes wrong with the candidate ends in a FAILED record; what is wrong with the search itself (its data,
    its device) is raised.

    Args:
        context: The search.
        genome: A genome of its space.
        generation: Kept in the record.

    Raises:
        DataError: The data set is not here, or not the one that the search began with.
        MissingDependencyError: A package is not installed.
    """
    return evaluate_group(context, [genome], generation)[0]


def evaluate_group(context: SearchContext, genomes: Sequence[Genome], generation: int = 0) -> list[Evaluation]:
    """Several architectures of one shape (`nas.architectures.shapes.stack_key`), trained at once with all their seeds.

    The composition of a group is part of what decides its results, to rounding.

    Raises:
        DataError: The data set is not here, or not the one that the search began with.
        MissingDependencyError: A package is not installed.
    """
    from nas.training.train import train, train_together

    config = context.config
    data = context.data()
    architectures = [architecture(context.space, genome) for genome in genomes]
    hashes = [architecture_hash(one) for one in architectures]
    wanted = [
        (one, training_seed(config.seed, hashed, number))
        for one, hashed in zip(architectures, hashes, strict=True)
        for number in range(config.num_train_seeds)
    ]
    started = time.perf_counter()
    settings = config.train_settings()
    if len(wanted) == 1 or settings.engine != "fast":
        records = [train(one, data, settings, seed) for one, seed in wanted]
    else:
        records = list(train_together([one for one, _ in wanted], data, settings, [seed for _, seed in wanted]))
    training_s = (time.perf_counter() - started) / len(genomes)
    per = config.num_train_seeds
    return [
        _evaluation(context, genome, one, hashed, records[i * per : (i + 1) * per], generation, training_s)
        for i, (genome, one, hashed) in enumerate(zip(genomes, architectures, hashes, strict=True))
    ]


def _evaluation(
    context: SearchContext,
    genome: Genome,
    one: Architecture,
    hashed: str,
    records: Sequence[TrainRecord],
    generation: int,
    training_s: float,
) -> Evaluation:
    started = time.perf_counter()
    reason = next((f"training failed: {record.reason}" for record in records if record.state != "COMPLETE"), None)
    values: dict[str, float] = {}
    cost: CandidateCost | None = None
    accuracies = tuple(r.best_validation_accuracy for r in records if r.best_validation_accuracy is not None)
    if reason is None:
        try:
            cost = candidate_cost_in(context, one)
            known = known_values(context, cost, accuracies)
            missing = [name for name in context.config.objectives if name not in known]
            values = {name: known[name] for name in context.config.objectives if name in known}
            if missing:
                reason = f"there is no honest {missing[0]}: {_why(cost)}"
        except HwcostError as error:
            reason = f"costing failed: {one_line(str(error))}"
    return Evaluation(
        architecture_hash=hashed,
        genome=dict(genome),
        state="COMPLETE" if reason is None else "FAILED",
        reason=reason,
        objectives=values if reason is None else {},
        accuracies=accuracies if reason is None else (),
        num_parameters=records[0].num_parameters,
        trainings=tuple(record.to_dict() for record in records),
        cost=None if cost is None else cost.to_dict(),
        generation=generation,
        training_s=training_s,
        costing_s=time.perf_counter() - started,
    )


def candidate_cost_in(context: SearchContext, one: Architecture, *, on_device: bool = False) -> CandidateCost:
    """What an architecture costs in a search.

    Args:
        context: The search.
        one: The architecture.
        on_device: Cost it on the device of the search, if it has one, also where no objective needs that.

    Raises:
        HwcostError: It cannot be costed; the message says why.
    """
    from nas.costs import candidate_cost

    config, data = context.config, context.data()
    options: dict[str, Any] = {}
    if (on_device and config.backend is not None) or any(objective.needs_backend for objective in config.chosen):
        options = {
            "backend": context.hwcost_device(),
            "scope": config.scope,
            "gradient": "none" if config.scope == "inference" else config.gradient,
            "shots": config.shots,
            "batch_size": min(config.batch_size, len(data.split.training)),
            "optimization_level": config.optimization_level,
            "num_seeds": config.num_seeds,
            "device": context.classical_device(),
            "job_profile": context.job_profile(),
        }
        if config.scope in ("epoch", "training"):
            options |= {"samples": len(data.split.training), "validation_samples": len(data.split.validation)}
        if config.scope == "training":
            options["epochs"] = config.epochs
    return candidate_cost(
        one, data.num_features, data.num_classes, profiled="profiled_quantum_flops" in config.objectives, **options
    )


def known_values(context: SearchContext, cost: CandidateCost, accuracies: Sequence[float]) -> dict[str, float]:
    """Every objective that cost and accuracies of a network say something of."""
    values = cost_values(cost, context.config.qpu_power_w, context.config.device_power_w)
    return {**values, "validation_error": 1.0 - sum(accuracies) / len(accuracies)}


def _why(cost: CandidateCost) -> str:
    """Why a cost has no number, in the words of its warnings."""
    warnings = () if cost.model_cost is None else cost.model_cost.warnings
    about_noise = [warning for warning in warnings if "signal" in warning]
    return one_line((*about_noise, *warnings, "the model of the device gives none")[0])


def failed(genome: Genome, hashed: str, reason: str, generation: int) -> Evaluation:
    """The record of a candidate that never came back."""
    return Evaluation(
        architecture_hash=hashed, genome=dict(genome), state="FAILED", reason=reason, generation=generation
    )
