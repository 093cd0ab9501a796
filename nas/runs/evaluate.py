"""One candidate of a search, trained and costed: `evaluate`, a function of what it is given and of nothing else."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hwcost import HwcostError
from hwcost.core.caveat import SIGNAL_GONE
from hwcost.core.text import one_line
from nas.architectures.json import architecture_hash
from nas.architectures.record import Architecture
from nas.costs import CandidateCost, candidate_cost
from nas.runs.context import SearchContext
from nas.runs.costing import costing_options
from nas.runs.early_stop import EarlyStop, GiveUp
from nas.runs.kept_weights import recorded, weights_of
from nas.runs.limits import Verdict, broken_limit
from nas.runs.noisy import noisy_accuracy, output_noise
from nas.runs.objectives import CUTTING, INFERENCE, NOISE, OBJECTIVES, PROFILED_FLOPS, WALL_CLOCK
from nas.runs.record import Evaluation, State
from nas.spaces.build import architecture
from nas.spaces.record import Genome
from nas.training.record import STACKED_ENGINES, TrainRecord
from nas.training.train import TrainedNetwork, train, train_network, train_networks_together, train_together

NOISE_STREAM = 2
"""Of the random numbers that follow from the seed of a training, those of its shots."""


def training_seed(run_seed: int, hashed: str, number: int) -> int:
    """Derive the seed of one of the trainings of an architecture: the same in every worker and order.

    >>> training_seed(0, "ab", 0) != training_seed(0, "ab", 1)
    True
    """
    return int.from_bytes(hashlib.sha256(f"{run_seed}:{hashed}:{number}".encode()).digest()[:7], "big")


def evaluate(context: SearchContext, genome: Genome, generation: int = 0) -> Evaluation:
    """Train the architecture of the genome with each of its seeds, and cost it.

    What costs more than the limits of the search allow is INFEASIBLE, with its cost and without a training. Whatever
    goes wrong with the candidate ends in a FAILED record; what is wrong with the search itself (its data, its device)
    is raised.

    Args:
        context: The search.
        genome: A genome of its space.
        generation: Kept in the record.

    Raises:
        DataError: The data set is not here, or not the one that the search began with.
        MissingDependencyError: A package is not installed.
    """
    return evaluate_group(context, [genome], generation)[0]


def evaluate_group(
    context: SearchContext, genomes: Sequence[Genome], generation: int = 0, early: EarlyStop | None = None
) -> list[Evaluation]:
    """Evaluate several architectures of one shape (`nas.architectures.shapes.stack_key`), trained at once.

    The composition of a group is part of what decides its results, to rounding.

    Args:
        context: The search.
        genomes: Genomes of its space.
        generation: Kept in the records.
        early: When trainings are given up; None never.

    Raises:
        DataError: The data set is not here, or not the one that the search began with.
        MissingDependencyError: A package is not installed.
    """
    architectures = [architecture(context.space, genome) for genome in genomes]
    hashes = [architecture_hash(built) for built in architectures]
    before = [_before(context, built, early) for built in architectures]
    kept = [number for number, known in enumerate(before) if known.verdict is None]
    started = time.perf_counter()
    started_cpu_s = time.process_time()
    rules = [before[i].give_up for i in kept]
    trainings = iter(_train(context, [architectures[i] for i in kept], [hashes[i] for i in kept], rules))
    training_s = (time.perf_counter() - started) / max(1, len(kept))
    training_cpu_s = (time.process_time() - started_cpu_s) / max(1, len(kept))
    evaluations = []
    for genome, built, hashed, known in zip(genomes, architectures, hashes, before, strict=True):
        if known.verdict is not None:
            evaluations.append(_untrained(context, genome, hashed, known, generation))
            continue
        started = time.perf_counter()
        networks = next(trainings)
        weights = _kept(context, networks)
        state, cost, accuracies, values, reason = _outcome(context, built, networks, known.cost)
        evaluations.append(
            Evaluation(
                architecture_hash=hashed,
                genome=dict(genome),
                state=state,
                reason=reason,
                objectives=values,
                accuracies=accuracies,
                num_parameters=networks[0].record.num_parameters,
                trainings=tuple(map(recorded, networks, weights)),
                weights=tuple(one for one in weights if one is not None),
                cost=None if cost is None else cost.to_dict(),
                generation=generation,
                training_s=training_s,
                training_cpu_s=training_cpu_s,
                costing_s=time.perf_counter() - started + known.costing_s,
            )
        )
    return evaluations


def train_again(context: SearchContext, genome: Genome, number: int, generation: int) -> Evaluation:
    """Train the architecture of a genome once, with one of its seeds; cost it only where its accuracy needs that.

    Args:
        context: The search.
        genome: A genome of its space.
        number: Number of the training, from 0: which of its seeds.
        generation: Kept in the record.

    Raises:
        DataError: The data set is not here, or not the one that the search began with.
        MissingDependencyError: A package is not installed.
    """
    built = architecture(context.space, genome)
    hashed = architecture_hash(built)
    started = time.perf_counter()
    seed = training_seed(context.config.seed, hashed, number)
    network = _train_one(context, built, seed, number)
    record, cost = network.record, None
    accuracies: tuple[float, ...] = ()
    reason = None if record.state == "COMPLETE" else f"training failed: {record.reason}"
    if reason is None:
        try:
            cost = candidate_cost_in(context, built) if NOISE in context.config.needs else None
            accuracies = _accuracies(context, built, {number: network}, cost)
        except HwcostError as error:
            reason = f"costing failed: {one_line(str(error))}"
    complete = bool(accuracies)
    (weights,) = _kept(context, [network])
    return Evaluation(
        architecture_hash=hashed,
        genome=dict(genome),
        state="COMPLETE" if complete else "FAILED",
        reason=None if complete else reason or "its noise is not known",
        accuracies=accuracies,
        num_parameters=record.num_parameters,
        trainings=(recorded(network, weights),),
        weights=() if weights is None else (weights,),
        generation=generation,
        training_s=time.perf_counter() - started,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What is known of a candidate before it is trained.

    Attributes:
        cost: Its cost, if limits made it be costed.
        verdict: Why it is not trained; None if it is.
        costing_s: Seconds of costing.
        give_up: When its training is given up; None never.
    """

    cost: CandidateCost | None = None
    verdict: Verdict | None = None
    costing_s: float = 0.0
    give_up: GiveUp | None = None


def _before(context: SearchContext, built: Architecture, early: EarlyStop | None) -> _Before:
    """Compare a candidate with the limits, and look up when its training is given up, given its cost."""
    before = _compare_with_limits(context, built)
    if early is None or before.verdict is not None:
        return before
    started = time.perf_counter()
    try:
        cost = candidate_cost_in(context, built) if before.cost is None else before.cost
    except HwcostError:
        return before  # which is found again, and recorded, after the training
    give_up = early.rule(context.config.values(cost, ()))
    return replace(before, cost=cost, give_up=give_up, costing_s=before.costing_s + time.perf_counter() - started)


def _compare_with_limits(context: SearchContext, built: Architecture) -> _Before:
    limits = context.config.limits
    if not limits:
        return _Before()
    started = time.perf_counter()
    verdict = broken_limit(limits, built, None)
    try:
        if verdict is not None:  # too large to be compiled or profiled, perhaps; its closed forms are enough
            data = context.data()
            cost = candidate_cost(built, data.num_features, data.num_classes)
        else:
            cost = candidate_cost_in(context, built)
            verdict = broken_limit(limits, built, context.config.evaluated(cost))
    except HwcostError as error:
        failure = Verdict(state="FAILED", reason=f"costing failed: {one_line(str(error))}")
        return _Before(verdict=verdict or failure, costing_s=time.perf_counter() - started)
    return _Before(cost=cost, verdict=verdict, costing_s=time.perf_counter() - started)


def _untrained(context: SearchContext, genome: Genome, hashed: str, known: _Before, generation: int) -> Evaluation:
    state = "FAILED" if known.verdict is None else known.verdict.state
    cost = known.cost
    return Evaluation(
        architecture_hash=hashed,
        genome=dict(genome),
        state=state,
        reason=None if known.verdict is None else known.verdict.reason,
        objectives=context.config.values(cost, ()) if cost is not None and state == "INFEASIBLE" else {},
        num_parameters=None if cost is None else cost.num_parameters,
        cost=None if cost is None else cost.to_dict(),
        generation=generation,
        costing_s=known.costing_s,
    )


def _train(
    context: SearchContext,
    architectures: Sequence[Architecture],
    hashes: Sequence[str],
    rules: Sequence[GiveUp | None],
) -> list[list[TrainedNetwork]]:
    """Train each architecture with each of its seeds; together where the engine can and the validation part is one."""
    per, count = context.config.num_train_seeds, context.num_folds
    networks: dict[tuple[int, int], TrainedNetwork] = {}
    for first in range(min(per, count)):
        cells = [(row, number) for row in range(len(architectures)) for number in range(first, per, count)]
        stacked = [architectures[row] for row, _ in cells]
        seeds = [training_seed(context.config.seed, hashes[row], number) for row, number in cells]
        give_ups = [rules[row] for row, _ in cells]
        networks.update(zip(cells, _train_on(context, stacked, seeds, first, give_ups), strict=True))
    return [[networks[row, number] for number in range(per)] for row in range(len(architectures))]


def _train_on(
    context: SearchContext,
    stacked: Sequence[Architecture],
    seeds: Sequence[int],
    fold: int,
    give_ups: Sequence[GiveUp | None],
) -> list[TrainedNetwork]:
    data, settings = context.data(fold), context.config.train_settings()
    if not stacked:
        return []
    if len(stacked) == 1 or settings.engine not in STACKED_ENGINES:
        each = zip(stacked, seeds, give_ups, strict=True)
        return [_train_one(context, built, seed, fold, give_up) for built, seed, give_up in each]
    if NOISE in context.config.needs:
        return list(train_networks_together(stacked, data, settings, seeds))
    if context.config.keep_weights:
        return list(train_networks_together(stacked, data, settings, seeds, give_ups=give_ups))
    records = train_together(stacked, data, settings, seeds, give_ups=give_ups)
    return [_without_weights(built, record) for built, record in zip(stacked, records, strict=True)]


def _train_one(
    context: SearchContext, built: Architecture, seed: int, number: int, give_up: GiveUp | None = None
) -> TrainedNetwork:
    """Train a network; it has its weights only where its accuracy needs them, or the run keeps them."""
    data, settings = context.data(number), context.config.train_settings()
    if NOISE in context.config.needs:
        return train_network(built, data, settings, seed)
    if context.config.keep_weights:
        return train_network(built, data, settings, seed, give_up=give_up)
    return _without_weights(built, train(built, data, settings, seed, give_up=give_up))


def _without_weights(built: Architecture, record: TrainRecord) -> TrainedNetwork:
    return TrainedNetwork(architecture=built, record=record, model=None)


def _kept(context: SearchContext, networks: Sequence[TrainedNetwork]) -> list[bytes | None]:
    """Return the weights of trainings that the run keeps; None where it keeps none, or there are none."""
    about, wanted = context.dataset, context.config.keep_weights
    return [weights_of(one, about.num_features, about.num_classes) if wanted else None for one in networks]


def _accuracies(
    context: SearchContext, built: Architecture, networks: Mapping[int, TrainedNetwork], cost: CandidateCost | None
) -> tuple[float, ...]:
    """Return the validation accuracy of each training, by its number; under noise if that is an objective.

    Empty if it is unknown.
    """
    if NOISE not in context.config.needs:
        found = (network.record.best_validation_accuracy for network in networks.values())
        return tuple(accuracy for accuracy in found if accuracy is not None)
    estimates = () if cost is None or cost.model_cost is None else cost.model_cost.estimates
    noise = output_noise(built, estimates[0], context.hwcost_device().audited.calibration) if estimates else None
    if noise is None:
        return ()
    accuracies = []
    for number, network in networks.items():
        if network.model is None:
            continue
        features, labels = context.data(number).validation_part()
        shots, seed = context.config.measured_shots, [network.record.seed, NOISE_STREAM]
        accuracies.append(noisy_accuracy(network.model.cpu(), features, labels, noise, shots=shots, seed=seed))
    return tuple(accuracies)


def _outcome(
    context: SearchContext, built: Architecture, networks: Sequence[TrainedNetwork], cost: CandidateCost | None
) -> tuple[State, CandidateCost | None, tuple[float, ...], dict[str, float], str | None]:
    """Return state, cost, accuracies and objectives of a candidate after its training, and why it is not complete."""
    first = networks[0].record
    if first.state == "STOPPED" and cost is not None:
        reason = f"{first.reason}: even its optimistic prediction is dominated"
        return "STOPPED", cost, (), context.config.values(cost, ()), reason
    cost, accuracies, values, failure = _cost_trained(context, built, networks, cost)
    if failure is not None:
        return "FAILED", cost, (), {}, failure
    return "COMPLETE", cost, accuracies, values, None


def _cost_trained(
    context: SearchContext, built: Architecture, networks: Sequence[TrainedNetwork], cost: CandidateCost | None
) -> tuple[CandidateCost | None, tuple[float, ...], dict[str, float], str | None]:
    """Return cost, accuracies, objectives and the reason why the candidate has failed, None if it has not."""
    for network in networks:
        if network.record.state != "COMPLETE":
            return None, (), {}, f"training failed: {network.record.reason}"
    try:
        cost = candidate_cost_in(context, built) if cost is None else cost
    except HwcostError as error:
        return None, (), {}, f"costing failed: {one_line(str(error))}"
    accuracies = _accuracies(context, built, dict(enumerate(networks)), cost)
    values = context.config.values(cost, accuracies)
    for name in context.config.objectives:
        if name not in values:
            return cost, accuracies, {}, f"{name} cannot be estimated: {OBJECTIVES[name].missing or _why(cost)}"
    return cost, accuracies, values, None


def candidate_cost_in(context: SearchContext, built: Architecture, *, on_device: bool = False) -> CandidateCost:
    """Cost an architecture as a search does.

    Args:
        context: The search.
        built: The architecture.
        on_device: Cost it on the device of the search, if it has one, also where no objective needs that.

    Raises:
        HwcostError: It cannot be costed; the message says why.
    """
    config, data = context.config, context.data()
    options: dict[str, Any] = {}
    if config.costs_time or (on_device and config.backend is not None):
        options = {
            **({"simulated": True} if config.backend is None else {"backend": context.hwcost_device()}),
            "scope": config.scope,
            "gradient": "none" if config.scope == "inference" else config.gradient,
            "shots": config.shots,
            "batch_size": min(config.batch_size, len(data.split.training)),
            "optimization_level": config.optimization_level,
            "num_seeds": config.num_seeds,
            "cache": True,
            "job_profile": context.job_profile(),
            **costing_options(config, on_device=config.backend is not None),
        }
        if config.scope in ("epoch", "training"):
            options |= {"samples": len(data.split.training), "validation_samples": len(data.split.validation)}
        if config.scope == "training":
            options["epochs"] = config.epochs
    return candidate_cost(
        built,
        data.num_features,
        data.num_classes,
        profiled=PROFILED_FLOPS in config.needs,
        cut_to=config.max_qubits if CUTTING in config.needs else None,
        inference=INFERENCE in config.needs,
        measured=WALL_CLOCK in config.needs,
        device=context.classical_device(),
        **options,
    )


def _why(cost: CandidateCost) -> str:
    """Return why a cost has no number, in the words of its warnings."""
    caveats = () if cost.model_cost is None else cost.model_cost.caveats
    lines = [*(c.text for c in caveats if c.code == SIGNAL_GONE), *(c.text for c in caveats)]
    return one_line(lines[0] if lines else "the model of the device gives none")
