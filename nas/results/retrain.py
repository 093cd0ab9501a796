"""Networks of a front trained to convergence, beside classical rivals: `retrain`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hwcost.core.option_fields import option
from nas.core.checks import positive, whole
from nas.core.errors import SettingError, WorkerError
from nas.results.retrained_record import Retrained, Retraining, compared
from nas.results.retrained_store import Training, keep_outcome, read_outcome
from nas.runs.evaluate import training_seed
from nas.runs.run import Run, open_run
from nas.spaces.build import architecture
from nas.training.limits import TIME_LIMIT
from nas.training.record import MAX_EPOCHS, TrainSettings
from nas.training.rivals import CONTESTANTS, Contestant, Outcome, contest, is_seeded

if TYPE_CHECKING:
    from nas.datasets.dataset import Dataset
    from nas.runs.record import Evaluation

MAX_SEEDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainSettings:
    """How members are trained again; batches, learning rate, engine and precision are the run's.

    Raises:
        SettingError: A value is invalid.
    """

    seeds: int = option(5, "Trainings of each network, with seeds that the search did not use.", metavar="K")
    epochs: int = option(1000, "At most so many passes over the training part.")
    patience: int = option(50, "Stop after N epochs without a lower validation loss.", metavar="N")
    time_limit_s: float | None = option(
        None, "A training that takes longer, in seconds, has failed.", metavar="SECONDS", shown_default="none"
    )

    def __post_init__(self) -> None:
        for name, high in (("seeds", MAX_SEEDS), ("epochs", MAX_EPOCHS), ("patience", MAX_EPOCHS)):
            object.__setattr__(self, name, whole(name, getattr(self, name), 1, high))
        if self.time_limit_s is not None:
            object.__setattr__(self, "time_limit_s", positive("time_limit_s", self.time_limit_s))

    def of_run(self, run: Run) -> TrainSettings:
        """Return the settings of each training."""
        config = run.context.config
        return TrainSettings(
            epochs=self.epochs,
            patience=self.patience,
            time_limit_s=self.time_limit_s,
            best_by="loss",
            **{name: getattr(config, name) for name in ("batch_size", "learning_rate", "engine", "dtype")},
        )


def retrain(
    folder: str | os.PathLike[str],
    members: int | Sequence[int] | None = None,
    *,
    all_members: bool = False,
    progress: Callable[[int, int], None] | None = None,
    **settings: Any,
) -> Retraining:
    """Train members of a front to convergence, with several seeds, and classical rivals beside them; test them all.

    Each training stops when the validation loss has not fallen for some epochs, and its best epoch counts. What was
    trained before, with the same settings, is read from the folder `retrained` of the run; after an interruption the
    same call continues. The test part is used for these figures and for no choice.

    Args:
        folder: Directory of the run, finished or not.
        members: Numbers of members as in `nas front`, from 1; default the compromise.
        all_members: Take the whole front instead.
        progress: Called with trainings done, trainings in all.
        settings: Fields of `RetrainSettings`: seeds, epochs, patience, time_limit_s.

    Raises:
        SettingError: There is no such member, a setting is invalid, or the time limit too short for any training.
        RunError: The directory is no run, or cannot be written to.
        WorkerError: All trainings of a member failed.

    Returns:
        Test accuracies, differences from each rival, and what follows from them.
    """
    chosen = _settings(settings)
    run = open_run(folder)
    numbers = _members(run, members, all_members)
    data = run.context.data()
    count = len(numbers) * sum(chosen.seeds if is_seeded(kind) else 1 for kind in CONTESTANTS)
    done = 0

    def count_one() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, count)

    if progress is not None:
        progress(0, count)
    # All seeds of one member after the other: an interruption leaves as many complete members as possible.
    retrained = tuple(_retrained(run, number, data, chosen, count_one) for number in numbers)
    parts = data.split
    return Retraining(
        run=run,
        members=retrained,
        settings=chosen.of_run(run),
        num_seeds=chosen.seeds,
        num_training=len(parts.training),
        num_validation=len(parts.validation),
        num_test=len(parts.test),
    )


def _settings(settings: dict[str, Any]) -> RetrainSettings:
    known = RetrainSettings.__dataclass_fields__
    for name in settings:
        if name not in known:
            raise SettingError(f"retrain has no setting {name!r}; its settings are {', '.join(known)}")
    return RetrainSettings(**settings)


def _members(run: Run, members: int | Sequence[int] | None, all_members: bool) -> list[int]:
    front = run.front
    if not front:
        raise SettingError(f"the front of {run.folder} has no members yet; search first")
    if members is None or (isinstance(members, Sequence) and not members):
        if all_members:
            return list(range(1, len(front) + 1))
        chosen = run.compromise
        return [next(number for number, one in enumerate(front, start=1) if one is chosen)]
    if all_members:
        raise SettingError("give members or all of them, not both")
    listed = list(members) if isinstance(members, Sequence) and not isinstance(members, str) else [members]
    found = []
    for member in listed:
        number = whole("member", member, 1, len(front))
        if number not in found:
            found.append(number)
    return found


def _retrained(
    run: Run, number: int, data: Dataset, settings: RetrainSettings, count_one: Callable[[], None]
) -> Retrained:
    member = run.front[number - 1]
    outcomes: dict[Contestant, list[Outcome]] = {}
    for kind in CONTESTANTS:
        for seed_number in range(settings.seeds):
            if seed_number and not is_seeded(kind):
                outcomes[kind].append(outcomes[kind][0])
                continue
            outcome = _outcome(run, member, kind, seed_number, data, settings)
            outcomes.setdefault(kind, []).append(outcome)
            count_one()
    if all(outcome.reason is not None for outcome in outcomes["network"]):
        message = f"all trainings of member {number} failed: {outcomes['network'][0].reason}"
        if settings.time_limit_s is not None and all(TIME_LIMIT in (one.reason or "") for one in outcomes["network"]):
            raise SettingError(f"{message}; give a longer time limit")
        raise WorkerError(message)
    return compared(number, member, outcomes, data.test_part()[1])


def _outcome(
    run: Run, member: Evaluation, kind: Contestant, number: int, data: Dataset, settings: RetrainSettings
) -> Outcome:
    """Train, or read what was trained before."""
    trained = settings.of_run(run)
    training = Training(
        architecture=member.architecture_hash,
        contestant=kind,
        number=number,
        # Not one of the search, which chose by what came of those.
        seed=training_seed(run.context.config.seed, f"retrain {member.architecture_hash}", number),
        settings=trained.to_dict(),
        dataset_sha256=data.sha256,
        split_sha256=data.split_sha256,
    )
    known = read_outcome(run.folder, training, len(data.split.test), data.num_classes)
    if known is not None:
        return known
    built = architecture(run.context.space, member.genome)
    outcome = contest(kind, built, data, trained, training.seed)
    keep_outcome(run.folder, training, outcome)
    return outcome
