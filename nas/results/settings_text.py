"""The settings of a run in sentences: `settings_text`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwcost.core.text import plural
from hwcost.core.units import format_seconds
from nas.results.picks import words

if TYPE_CHECKING:
    from nas.runs.config import SearchConfig
    from nas.runs.run import Run

_ALGORITHMS = {
    "nsga2": "NSGA-II",
    "surrogate": "a surrogate model (expected gain of hypervolume)",
    "random": "random search",
    "exhaustive": "every distinct architecture",
}


def settings_text(run: Run) -> list[str]:
    """Say in sentences what was searched, how networks were trained and how they were costed."""
    config = run.context.config
    return [sentence for sentence in (_searched(run), _trained(config), _data(run), _costed(config)) if sentence]


def _searched(run: Run) -> str:
    config = run.context.config
    goals = [f"{'more' if o.direction == 'maximize' else 'less'} {words(o)}" for o in run.objectives]
    how = _ALGORITHMS.get(config.algorithm, config.algorithm)
    text = f"Searched for {', '.join(goals[:-1])} and {goals[-1]}, by {how}"
    if config.algorithm != "exhaustive":
        text += (
            f" with {plural(config.population, 'network')} a generation and at most "
            f"{plural(config.generations, 'generation')} after the first"
        )
    if config.algorithm == "nsga2":
        text += f", crossover {config.crossover:g}, mutation {config.mutation:g}"
        if config.stagnation:
            text += f", until the front stays the same for {plural(config.stagnation, 'generation')}"
    if config.repeats:
        text += f"; {config.repeats:.0%} of the generations train members of the front again"
    if config.limits:
        text += f"; limits: {', '.join(limit.text() for limit in config.limits)}"
    return f"{text}. Seed {config.seed}."


def _trained(config: SearchConfig) -> str:
    times = "once" if config.num_train_seeds == 1 else f"{config.num_train_seeds} times"
    text = (
        f"Each network was trained {times} at first, for {plural(config.epochs, 'epoch')} in batches of "
        f"{config.batch_size} by Adam at rate {config.learning_rate:g}, "
        f"with the engine {config.engine} in {config.dtype}"
    )
    if config.patience is not None:
        text += f", stopped after {plural(config.patience, 'epoch')} without a better accuracy"
    if config.time_limit_s is not None:
        text += f", failed after {format_seconds(config.time_limit_s)}"
    kept = ", and the run keeps its weights" if config.keep_weights else ""
    return f"{text}. Its best epoch counts{kept}."


def _data(run: Run) -> str:
    config, dataset = run.context.config, run.context.dataset
    return (
        f"The data, {dataset.name}, have {plural(dataset.num_features, 'feature', digits=',')} and "
        f"{dataset.num_classes:,} classes: {dataset.num_training:,} samples trained, "
        f"{dataset.num_validation:,} validated, {dataset.num_test:,} were kept for a test (division of seed "
        f"{config.split_seed}{f', scaling {config.scaling}' if config.scaling else ''})."
    )


def _costed(config: SearchConfig) -> str:
    if config.backend is None and config.gradient not in ("backprop", "adjoint"):
        return "Nothing was costed on a device."
    what = "a whole training" if config.scope == "training" else f"one {config.scope}"
    if config.backend is None:
        return f"Costs are those of {what}, simulated by {config.gradient} on {config.machine or 'an assumed machine'}."
    shots = (
        f"{config.shots:,} shots a circuit without noise"
        if config.shots
        else f"a standard error of {config.precision:g}"
    )
    text = f"Costs are those of {what} on {config.backend}, gradients by {config.gradient}, {shots}"
    text += f", compiled at level {config.optimization_level} with "
    text += "as many seeds as pay" if config.num_seeds == "auto" else plural(config.num_seeds, "seed")
    text += f", job times by the profile {config.job_profile or 'of the device'}"
    text += f", the classical half on {config.machine or 'an assumed machine'}"
    return f"{text}."
