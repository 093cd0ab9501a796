"""How early a training tells what it will end with: `curves`, over the networks of a run."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from hwcost.report.result import Result
from nas.core.errors import SettingError
from nas.results.ranks import Resampled, mean_of, spearman
from nas.runs.early_stop import curve_of
from nas.runs.run import Run, open_run
from nas.training.curves import best_so_far, left_out_lines, left_out_predictions

if TYPE_CHECKING:
    from nas.results.crossed import Interval
    from nas.runs.record import Evaluation

SCHEMA = "nas.curves/1"

MIN_NETWORKS = 8

PUBLISHED_SLOPE, PUBLISHED_INTERCEPT = 0.95, 0.05
"""Defaults of QNAS's code for final = slope·accuracy + intercept, as shares instead of percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyEpoch:
    """What is known of the end of a training after some epochs.

    Attributes:
        epoch: Epochs.
        correlation: Spearman's rank correlation, over networks, of the best accuracy so far with that at the end of the
            same training.
        other_seed: The same with the end of another training of the network, mean over both; None where fewer than 8
            networks have two.
        unchanged: Root mean square error of taking the best so far for the end.
        published: The same of QNAS's line with the constants of its code.
        line: The same of such a line fitted to all other networks.
        step: The same of the best so far and its last step up, shrunk; fitted to all other networks.
    """

    epoch: int
    correlation: Interval | None
    other_seed: Interval | None
    unchanged: float
    published: float
    line: float
    step: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveStudy(Result):
    """How early trainings of a run tell what they end with.

    Attributes:
        run: The run.
        num_networks: Networks whose first training is complete.
        num_pairs: Of these, networks with two trainings.
        spread: Standard deviation of the best accuracies at the end.
        epochs: By epoch, but for the last.
    """

    run: Run
    num_networks: int
    num_pairs: int
    spread: float
    epochs: tuple[EarlyEpoch, ...]

    def first_above(self, correlation: float) -> int | None:
        """Return the first epoch whose interval of the rank correlation lies above a value; None if there is none."""
        above = (one.epoch for one in self.epochs if one.correlation is not None and one.correlation.low >= correlation)
        return next(above, None)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        config = self.run.context.config
        return {
            "schema": SCHEMA,
            "space": self.run.context.space.name,
            "dataset": self.run.context.dataset.name,
            "training": config.train_settings().to_dict(),
            "early_stop": config.early_stop,
            "num_networks": self.num_networks,
            "num_pairs": self.num_pairs,
            "num_stopped": len(self.run.stopped),
            "spread": self.spread,
            "epochs": [dataclasses.asdict(one) for one in self.epochs],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row for each epoch."""
        rows = []
        for one in self.to_dict()["epochs"]:
            for name in ("correlation", "other_seed"):
                interval = one.pop(name) or {}
                one |= {
                    f"{name}{end}": interval.get(key)
                    for end, key in (("", "value"), ("_low", "low"), ("_high", "high"))
                }
            rows.append(one)
        return rows


def curves(folder: str | os.PathLike[str]) -> CurveStudy:
    """Study how early the trainings of a run tell what they end with.

    Args:
        folder: Directory of the run, finished or not.

    Raises:
        RunError: The directory is no run, or is damaged.
        SettingError: Trainings have one epoch, or fewer than 8 networks were trained to the end.
    """
    run = open_run(folder)
    epochs = run.context.config.epochs
    if epochs < 2:
        raise SettingError(f"trainings of {run.folder} have one epoch, before which nothing is known; search with more")
    complete = [one for one in run.evaluations if one.state == "COMPLETE"]
    if len(complete) < MIN_NETWORKS:
        raise SettingError(
            f"{len(complete)} networks of {run.folder} were trained to the end; a correlation needs {MIN_NETWORKS}"
        )
    first = [curve_of(one) for one in complete]
    pairs = [(curve_of(one), curve_of(one, 1)) for one in complete if _has_two(one)]
    return CurveStudy(
        run=run,
        num_networks=len(complete),
        num_pairs=len(pairs),
        spread=float(np.std([max(curve) for curve in first])),
        epochs=tuple(_epoch(number, first, pairs) for number in range(1, epochs)),
    )


def _has_two(one: Evaluation) -> bool:
    return len(one.trainings) > 1 and all(training.get("state") == "COMPLETE" for training in one.trainings[:2])


def _epoch(epoch: int, first: Sequence[Sequence[float]], pairs: Sequence[tuple[Sequence[float], ...]]) -> EarlyEpoch:
    early = np.array([best_so_far(curve[:epoch])[-1] for curve in first])
    end = np.array([max(curve) for curve in first])
    last = np.array([curve[min(epoch, len(curve)) - 1] for curve in first])
    other = None
    if len(pairs) >= MIN_NETWORKS:
        columns = [
            [np.array([how(pair[side]) for pair in pairs]) for side in (0, 1)] for how in (partial(_best, epoch), max)
        ]
        both = mean_of([partial(spearman, x=columns[0][side], y=columns[1][1 - side]) for side in (0, 1)])
        other = Resampled(len(pairs)).interval(both)

    def rms(predicted: Sequence[float]) -> float:
        return math.sqrt(float(np.mean((np.array(predicted) - end) ** 2)))

    return EarlyEpoch(
        epoch=epoch,
        correlation=Resampled(len(first)).interval(partial(spearman, x=early, y=end)),
        other_seed=other,
        unchanged=rms(early.tolist()),
        published=rms((PUBLISHED_SLOPE * last + PUBLISHED_INTERCEPT).tolist()),
        line=rms(left_out_lines(first, epoch)),
        step=rms(left_out_predictions(first, epoch)),
    )


def _best(epoch: int, curve: Sequence[float]) -> float:
    return max(curve[:epoch])
