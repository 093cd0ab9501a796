"""What a search knows of one architecture: `Evaluation`, plain data that goes to the disk and comes back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, get_args

from hwcost.core.checks import is_finite
from hwcost.core.text import shown
from nas.spaces.record import Genome

State: TypeAlias = Literal["COMPLETE", "FAILED", "INFEASIBLE", "STOPPED"]

TRAINED_ERRORS = frozenset({"validation_error", "noisy_validation_error"})
"""Objectives that are 1 − the mean of the accuracies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One architecture, trained and costed. Equal where the same was found; times are not compared.

    Attributes:
        architecture_hash: `nas.architecture_hash` of the architecture.
        genome: The first genome that stood for it.
        state: COMPLETE; FAILED; INFEASIBLE, which costs more than a limit allows and was not trained; or STOPPED, whose
            training was given up early. Only what is complete is ranked.
        reason: Why it failed or was stopped, or which limit it breaks.
        objectives: Values of the objectives by name, in their own direction; empty if it failed, and without those that
            need training if it is infeasible or was stopped.
        accuracies: Best validation accuracy of each training; under the predicted noise of the device in a search for
            `noisy_validation_error`.
        num_parameters: Trainable parameters.
        trainings: `TrainRecord.to_dict` of each training.
        cost: `CandidateCost.to_dict`, None if nothing was costed.
        generation: Generation in which it came up first.
        training_s: Seconds of training.
        costing_s: Seconds of costing.
        training_cpu_s: CPU seconds of training; 0 in runs of versions that did not measure them.
        weights: Weights of the trainings that have any, on their way to the disk, where the run keeps them; what is
            read back has none here (`RunStore.weights`).
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
    training_cpu_s: float = field(default=0.0, compare=False)
    weights: tuple[bytes, ...] = field(default=(), hash=False, compare=False, repr=False)

    @property
    def accuracy(self) -> float | None:
        """Return the mean of the best validation accuracies, None if it failed."""
        return sum(self.accuracies) / len(self.accuracies) if self.accuracies else None

    @property
    def trained_accuracies(self) -> tuple[float, ...]:
        """Return the best validation accuracy of each training, also of a candidate that failed in costing.

        Empty if there was no training, or one of them failed.
        """
        complete = [record for record in self.trainings if record["state"] == "COMPLETE"]
        if self.accuracies or len(complete) < len(self.trainings):
            return self.accuracies
        return tuple(float(record["best_validation_accuracy"]) for record in complete)

    @property
    def validation_parts(self) -> tuple[str, ...]:
        """Return for each of the accuracies the digest of the division of the data that it was measured with."""
        complete = [record for record in self.trainings if record["state"] == "COMPLETE"]
        parts = [str(record.get("split_sha256", "")) for record in complete]
        return tuple(parts) if len(parts) == len(self.accuracies) else ("",) * len(self.accuracies)

    @property
    def num_dead_weights(self) -> int:
        """Return the number of angles that influence no output; 0 if nothing was costed."""
        return int((self.cost or {}).get("num_dead_weights") or 0)

    def with_training(self, again: Evaluation) -> Evaluation:
        """Return this evaluation with one more training of the same architecture.

        Args:
            again: What came of that training, with one accuracy; if it failed it counts as an attempt, and for nothing
                else.
        """
        if again.state != "COMPLETE":
            trainings = again.trainings or ({"state": "FAILED", "reason": again.reason},)
            return replace(self, trainings=(*self.trainings, *trainings))
        accuracies = (*self.accuracies, *again.accuracies)
        objectives = dict(self.objectives)
        for name in TRAINED_ERRORS & objectives.keys():
            objectives[name] = 1.0 - sum(accuracies) / len(accuracies)
        return replace(
            self,
            objectives=objectives,
            accuracies=accuracies,
            trainings=(*self.trainings, *again.trainings),
            training_s=self.training_s + again.training_s,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, without weights."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "weights"}
        return {**plain, "accuracies": list(self.accuracies), "trainings": list(self.trainings)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], objectives: Sequence[str] = ()) -> Evaluation:
        """Read the evaluation that `to_dict` made the data of.

        Args:
            data: The data.
            objectives: Objectives that must have values if it is complete.

        Raises:
            KeyError, TypeError, ValueError: The data are none.
        """
        data = {"training_cpu_s": 0.0, **data}
        values = {f.name: data[f.name] for f in dataclasses.fields(cls) if f.name != "weights"}
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
        numbers.append(values["training_cpu_s"])
        numbers += [values["objectives"][name] for name in (objectives if values["state"] == "COMPLETE" else ())]
        for number in numbers:
            if not isinstance(number, (int, float)) or not is_finite(number):
                raise TypeError(f"{shown(number)} where a number must be")
        return cls(**values)


def failed(genome: Genome, hashed: str, reason: str, generation: int) -> Evaluation:
    """Make the record of a candidate that never came back."""
    return Evaluation(
        architecture_hash=hashed, genome=dict(genome), state="FAILED", reason=reason, generation=generation
    )
