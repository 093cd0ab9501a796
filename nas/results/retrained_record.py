"""What came of retraining members of a front, as a result: `Retraining`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from hwcost.report.result import Result
from nas.results.crossed import LEVEL, Interval, accuracy_interval, difference_interval
from nas.training.rivals import CONTESTANTS, MEANINGS, Contestant, Outcome, is_seeded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nas.runs.record import Evaluation
    from nas.runs.run import Run
    from nas.training.record import TrainSettings

SCHEMA = "nas.retraining/1"

Verdict: TypeAlias = Literal["better", "worse", "cannot be told"]
"""How the network does against a rival."""

Earned: TypeAlias = Literal["yes", "no", "cannot be told"]

CLASSICAL: tuple[Contestant, ...] = ("logistic", "mlp", "linear-layer", "random-layer")
"""Rivals that need no quantum computer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Trainings of a network, or of a rival, and how they do on the test part.

    Attributes:
        contestant: Which.
        num_parameters: Trainable parameters.
        num_trainings: Trainings that ended well.
        num_failed: Trainings that failed; they are counted and left out.
        num_converged: Of the former, those that ended by themselves, and not at the limit of epochs.
        epochs: Epochs of each; empty of a logistic regression.
        validation_accuracies: In the best epoch of each.
        test_accuracies: Of each.
        test: Their mean with an interval for other trainings and other samples; None if all failed.
        difference: Of the network minus this one, by pairs of equal seeds on equal samples; None of the network itself.
        verdict: What the difference says; None of the network itself.
        reason: Why the first failed, if one did.
    """

    contestant: Contestant
    num_parameters: int
    num_trainings: int
    num_failed: int
    num_converged: int
    epochs: tuple[int, ...]
    validation_accuracies: tuple[float, ...]
    test_accuracies: tuple[float, ...]
    test: Interval | None
    difference: Interval | None = None
    verdict: Verdict | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrained:
    """A member and its rivals.

    Attributes:
        number: Of the member, as in `nas front`.
        member: The member as the search found it.
        tried: The network first, then its rivals.
    """

    number: int
    member: Evaluation
    tried: tuple[Tried, ...]

    @property
    def network(self) -> Tried:
        """Return the trainings of the network itself."""
        return self.tried[0]

    @property
    def classical(self) -> tuple[Tried, ...]:
        """Return the rivals that need no quantum computer and could be trained."""
        return tuple(one for one in self.tried if one.contestant in CLASSICAL and one.difference is not None)

    @property
    def earned(self) -> Earned:
        """Return whether the circuit earns its cost: better than every classical rival, or worse than one of them."""
        verdicts = [one.verdict for one in self.classical]
        if "worse" in verdicts:
            return "no"
        whole = len(verdicts) == len(CLASSICAL)
        return "yes" if whole and all(verdict == "better" for verdict in verdicts) else "cannot be told"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Retraining(Result):
    """Members of a front, trained to convergence beside their rivals.

    Attributes:
        run: The run.
        members: Those that were retrained.
        settings: How each was trained.
        num_seeds: Trainings asked for.
        num_training: Samples that train.
        num_validation: Samples that stop a training and choose its epoch.
        num_test: Samples of the figures.
    """

    run: Run
    members: tuple[Retrained, ...]
    settings: TrainSettings
    num_seeds: int
    num_training: int
    num_validation: int
    num_test: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        context = self.run.context
        return {
            "schema": SCHEMA,
            "space": context.space.name,
            "dataset": context.dataset.name,
            "level": LEVEL,
            "settings": self.settings.to_dict(),
            "num_seeds": self.num_seeds,
            "samples": {"training": self.num_training, "validation": self.num_validation, "test": self.num_test},
            "members": [
                {
                    "member": one.number,
                    "architecture": one.member.architecture_hash,
                    "genome": dict(one.member.genome),
                    "objectives": dict(one.member.objectives),
                    "search_accuracies": list(one.member.accuracies),
                    "earned": one.earned,
                    "tried": [_plain(tried) for tried in one.tried],
                }
                for one in self.members
            ],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row for each member and rival."""
        return [
            {
                "schema": SCHEMA,
                "member": one.number,
                "architecture": one.member.architecture_hash,
                "contestant": tried.contestant,
                "num_parameters": tried.num_parameters,
                "num_trainings": tried.num_trainings,
                "num_failed": tried.num_failed,
                "num_converged": tried.num_converged,
                **_columns("test", tried.test),
                **_columns("difference", tried.difference),
                "verdict": tried.verdict or "",
                "earned": one.earned,
            }
            for one in self.members
            for tried in one.tried
        ]


def _plain(tried: Tried) -> dict[str, Any]:
    plain = asdict(tried)
    for name in ("epochs", "validation_accuracies", "test_accuracies"):
        plain[name] = list(plain[name])
    return {**plain, "meaning": MEANINGS[tried.contestant]}


def _columns(name: str, interval: Interval | None) -> dict[str, Any]:
    values = ("", "", "") if interval is None else (interval.value, interval.low, interval.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))


def compared(
    number: int, member: Evaluation, outcomes: Mapping[Contestant, Sequence[Outcome]], labels: NDArray[np.int64]
) -> Retrained:
    """Compare a network with its rivals.

    Intervals of the differences hold together with `LEVEL`: each has the level 1 − (1 − `LEVEL`)/rivals (Bonferroni),
    because the conclusion looks at all of them.

    Args:
        number: Of the member.
        member: The member.
        outcomes: Of each contestant, by number of the seed.
        labels: Classes of the test part.
    """
    level = 1.0 - (1.0 - LEVEL) / (len(CONTESTANTS) - 1)
    ours = outcomes["network"]
    tried = []
    for kind in CONTESTANTS:
        theirs = outcomes[kind]
        complete = [outcome for outcome in theirs if outcome.reason is None]
        if not is_seeded(kind):
            complete = complete[:1]
        correct = _correct(complete, labels)
        difference = None
        both = [(a, b) for a, b in zip(ours, theirs, strict=True) if a.reason is None and b.reason is None]
        if kind != "network" and both:
            first, second = (_correct(list(ones), labels) for ones in zip(*both, strict=True))
            difference = difference_interval(first, second, level)
        tried.append(
            Tried(
                contestant=kind,
                num_parameters=theirs[0].num_parameters,
                num_trainings=len(complete),
                num_failed=sum(outcome.reason is not None for outcome in theirs),
                num_converged=sum(outcome.converged for outcome in complete),
                epochs=tuple(outcome.num_epochs for outcome in complete if outcome.num_epochs is not None),
                validation_accuracies=tuple(
                    outcome.validation_accuracy for outcome in complete if outcome.validation_accuracy is not None
                ),
                test_accuracies=tuple(float(share) for share in correct.mean(axis=1)) if complete else (),
                test=accuracy_interval(correct) if complete else None,
                difference=difference,
                verdict=None if difference is None else _verdict(difference),
                reason=next((outcome.reason for outcome in theirs if outcome.reason is not None), None),
            )
        )
    return Retrained(number=number, member=member, tried=tuple(tried))


def _correct(outcomes: Sequence[Outcome], labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    predicted = np.array([outcome.predicted for outcome in outcomes], dtype=np.int64).reshape(-1, len(labels))
    right: NDArray[np.bool_] = predicted == labels
    return right


def _verdict(difference: Interval) -> Verdict:
    if difference.low > 0.0:
        return "better"
    return "worse" if difference.high < 0.0 else "cannot be told"
