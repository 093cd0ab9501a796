"""A member of a front with its weights: those that the run kept, else trained again from its seed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hwcost.core.reading import path_label
from hwcost.core.text import say
from nas.core.checks import whole
from nas.core.errors import RunError, SettingError, WorkerError
from nas.runs.evaluate import training_seed
from nas.runs.kept_weights import KEY, model_from
from nas.runs.run import Run, open_run
from nas.runs.store import RunStore
from nas.spaces.build import architecture
from nas.training.record import TrainRecord
from nas.training.train import TrainedNetwork, score_on_validation_part, train_network

if TYPE_CHECKING:
    from torch import nn

    from nas.architectures.record import Architecture
    from nas.datasets.dataset import Dataset
    from nas.runs.record import Evaluation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainedAgain:
    """A member with the weights of a training.

    Attributes:
        network: The network with the weights of its best epoch.
        model: Its torch module.
        data: The data that it was trained on, divided and scaled as in that training.
        accuracy: Its best validation accuracy; with kept weights, as they give it now.
        recorded_accuracy: That of the same training in the run.
        kept: Whether the weights are those that the run kept; else it was trained again.
    """

    network: TrainedNetwork
    model: nn.Module
    data: Dataset
    accuracy: float
    recorded_accuracy: float
    kept: bool = False

    @property
    def as_recorded(self) -> bool:
        """Return whether the network has the accuracy of the run."""
        return self.accuracy == self.recorded_accuracy

    def warn(self) -> None:
        """Say on stderr that the accuracy is another than in the run, if it is."""
        if not self.as_recorded:
            how = "with the kept weights" if self.kept else "trained again"
            why = "other versions" if self.kept else "other versions, or trained together with others there"
            found = f"{self.accuracy:.4f}, in the run {self.recorded_accuracy:.4f}"
            say(f"{how} the accuracy is {found} ({why})", program="nas")


def front_member(folder: str | os.PathLike[str], number: int, *, name: str = "member") -> tuple[Run, Evaluation]:
    """Return a run and a member of its front.

    Args:
        folder: Directory of the run.
        number: Number of the member as in `nas front`, from 1.
        name: How messages call the number.

    Raises:
        SettingError: There is no such member.
        RunError: The directory is no run.
    """
    run = open_run(folder)
    members = run.front
    if not members:
        raise SettingError(f"the front of {run.folder} has no members yet; search first")
    return run, members[whole(name, number, 1, len(members)) - 1]


def best_training(member: Evaluation) -> tuple[int, float]:
    """Return the number of a member's training with the best validation accuracy, and that accuracy."""
    reached = {
        number: float(record["best_validation_accuracy"])
        for number, record in enumerate(member.trainings)
        if record["state"] == "COMPLETE"
    }
    best = max(reached, key=lambda number: (reached[number], -number))
    return best, reached[best]


def train_member(run: Run, member: Evaluation) -> TrainedAgain:
    """Return a member with the weights of its best training: those that the run kept, else trained again.

    Training again from the same seed gives the same weights with the same versions; to rounding where the search
    trained it together with others, or on a GPU: here it is trained on the CPU, which every machine has. Kept weights
    that are missing or damaged are said on stderr before that.

    Raises:
        WorkerError: The training failed.
    """
    context = run.context
    best, recorded = best_training(member)
    built, data = architecture(context.space, member.genome), context.data(best)
    network = _kept(run, built, member.trainings[best]) if context.config.keep_weights else None
    if network is not None and network.model is not None:
        accuracy = score_on_validation_part(network.model, built, data).accuracy
        return TrainedAgain(
            network=network,
            model=network.model,
            data=data,
            accuracy=accuracy,
            recorded_accuracy=recorded,
            kept=True,
        )
    seed = training_seed(context.config.seed, member.architecture_hash, best)
    settings = replace(context.config.train_settings(), device="cpu")
    network = train_network(built, data, settings, seed)
    trained = network.record.best_validation_accuracy
    if network.model is None or trained is None:
        raise WorkerError(f"training again failed: {network.record.reason}")
    return TrainedAgain(network=network, model=network.model, data=data, accuracy=trained, recorded_accuracy=recorded)


def _kept(run: Run, built: Architecture, record: Mapping[str, Any]) -> TrainedNetwork | None:
    """Return a network with the weights that the run kept of a training; None, and say why, if it has not got them."""
    about, settings = run.context.dataset, run.context.config.train_settings()
    sha256, weights = record.get(KEY), None
    if isinstance(sha256, str):
        with RunStore(run.folder) as store:
            weights = store.weights(sha256)
    try:
        if weights is None or not isinstance(sha256, str):
            raise RunError("they are not there")
        model = model_from(weights, sha256, built, settings, about.num_features, about.num_classes)
        return TrainedNetwork(architecture=built, record=TrainRecord.from_dict(record), model=model)
    except (RunError, SettingError) as error:
        text = f"{path_label(run.folder)}: kept weights cannot be used ({error}); the network is trained again"
        say(text, program="nas")
        return None
