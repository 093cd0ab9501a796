"""What earlier calls of `nas retrain` have kept in a run, read back without training: `kept_retrainings`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from nas.results.front import member_numbers
from nas.results.retrained_record import Retrained, compared
from nas.results.retrained_store import kept_trainings
from nas.training.rivals import CONTESTANTS, Contestant, Outcome, is_seeded

if TYPE_CHECKING:
    from nas.results.retrained_store import Training
    from nas.runs.run import Run

_Kept: TypeAlias = dict[tuple[Contestant, int], Outcome]


def kept_retrainings(run: Run) -> dict[str, Retrained]:
    """Return the retrained members of the front with their rivals, by the hash of the architecture.

    Of several settings those with most trainings count, then those with most epochs; trainings of other data or of an
    interrupted call that some rival lacks are left out.

    Args:
        run: The run; of other members than those of its front nothing is returned.

    Raises:
        RunError: A file is damaged.
        DataError: There are such trainings, and the data set is not here.
    """
    numbers, about = member_numbers(run), run.context.dataset
    groups: dict[tuple[str, str], _Kept] = {}
    for training, outcome in kept_trainings(run.folder, about.num_test, about.num_classes):
        mine = (training.dataset_sha256, training.split_sha256) == (about.sha256, about.split_sha256)
        if mine and training.architecture in numbers:
            key = (training.architecture, json.dumps(dict(training.settings), sort_keys=True))
            groups.setdefault(key, {})[_contestant(training), training.number] = outcome
    best: dict[str, tuple[int, int, _Kept]] = {}
    for (hashed, settings), kept in sorted(groups.items()):
        count = _num_whole(kept)
        rank = (count, _epochs(json.loads(settings)), kept)
        if count and (hashed not in best or rank[:2] > best[hashed][:2]):
            best[hashed] = rank
    if not best:
        return {}
    labels = run.context.data().test_part()[1]
    members = run.front
    return {
        hashed: compared(numbers[hashed], members[numbers[hashed] - 1], _outcomes(kept, count), labels)
        for hashed, (count, _, kept) in best.items()
    }


def _contestant(training: Training) -> Contestant:
    return next(kind for kind in CONTESTANTS if kind == training.contestant)


def _epochs(settings: Mapping[str, Any]) -> int:
    epochs = settings.get("epochs")
    return epochs if isinstance(epochs, int) else 0


def _num_whole(kept: _Kept) -> int:
    """Count the seeds from 0 of which every contestant was trained."""
    count = 0
    while all((kind, count if is_seeded(kind) else 0) in kept for kind in CONTESTANTS):
        count += 1
    return count


def _outcomes(kept: _Kept, count: int) -> dict[Contestant, Sequence[Outcome]]:
    return {kind: [kept[kind, number if is_seeded(kind) else 0] for number in range(count)] for kind in CONTESTANTS}
