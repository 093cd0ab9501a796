"""A member of a front with its weights, which a run does not keep: trained again from its seed."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hwcost.core.text import say
from nas.core.checks import whole
from nas.core.errors import SettingError, WorkerError
from nas.runs.evaluate import training_seed
from nas.runs.run import Run, open_run
from nas.spaces.build import architecture
from nas.training.train import TrainedNetwork, train_network

if TYPE_CHECKING:
    from torch import nn

    from nas.datasets.dataset import Dataset
    from nas.runs.record import Evaluation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainedAgain:
    """A member that was trained again.

    Attributes:
        network: The network with the weights of its best epoch.
        model: Its torch module.
        data: The data that it was trained on, divided and scaled as in that training.
        accuracy: Its best validation accuracy.
        recorded_accuracy: That of the same training in the run.
    """

    network: TrainedNetwork
    model: nn.Module
    data: Dataset
    accuracy: float
    recorded_accuracy: float

    @property
    def as_recorded(self) -> bool:
        """Return whether training again gave the accuracy of the run."""
        return self.accuracy == self.recorded_accuracy

    def warn(self) -> None:
        """Say on stderr that the accuracy is another than in the run, if it is."""
        if not self.as_recorded:
            say(
                f"trained again the accuracy is {self.accuracy:.4f}, in the run {self.recorded_accuracy:.4f} (other "
                "versions, or trained together with others there)",
                program="nas",
            )


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
    """Train a member again: of several trainings that with the best accuracy, with its seed.

    With the same versions that gives the same weights; to rounding where the search trained it together with others, or
    on a GPU: here it is trained on the CPU, which every machine has.

    Raises:
        WorkerError: The training failed.
    """
    context = run.context
    best, recorded = best_training(member)
    seed = training_seed(context.config.seed, member.architecture_hash, best)
    built = architecture(context.space, member.genome)
    data, settings = context.data(best), replace(context.config.train_settings(), device="cpu")
    network = train_network(built, data, settings, seed)
    accuracy = network.record.best_validation_accuracy
    if network.model is None or accuracy is None:
        raise WorkerError(f"training again failed: {network.record.reason}")
    return TrainedAgain(network=network, model=network.model, data=data, accuracy=accuracy, recorded_accuracy=recorded)
