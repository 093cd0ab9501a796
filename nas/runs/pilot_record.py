"""What a pilot found: `PilotSetting`, `Pilot`, which settings it recommends, and what it warns of."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nas.runs.variance import Shares

MIN_SHARE = 0.3
"""Least share of the variance of an error that should be the network's; below it a search begins with a warning."""

AS_GOOD = 0.05
"""Shares that differ by no more are taken as equal, and the cheaper setting is recommended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotSetting:
    """One way to train, and what it shows of the architectures.

    Attributes:
        batch_size: Samples of a step.
        learning_rate: Of Adam.
        epochs: Passes over the training part.
        num_steps: Steps of one training.
        shares: Where the variance of an error comes from; None where fewer than two networks could be trained.
        num_failed: Networks that could not be trained.
        cpu_s: Median CPU seconds of one training as a search trains.
    """

    batch_size: int
    learning_rate: float
    epochs: int
    num_steps: int
    shares: Shares | None
    num_failed: int
    cpu_s: float = dataclasses.field(compare=False)

    def share(self, num_train_seeds: int = 1) -> float | None:
        """Return the architecture's share of the variance of an evaluation, the mean of so many trainings."""
        return None if self.shares is None else self.shares.of_mean(num_train_seeds)

    def text(self) -> str:
        """Return the options that give these settings."""
        return f"--batch-size {self.batch_size} --learning-rate {self.learning_rate:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pilot:
    """How much of what a search measures is the networks', at its own settings and at others.

    Attributes:
        settings: What was tried, the search's own settings first.
        num_train_seeds: Trainings of each evaluation of the search.
        guessing_error: Validation error of the answer that is right most often.
        num_validation: Validation samples.
        chosen: Number of the settings that `settings = auto` chose, None where it did not choose.
    """

    settings: tuple[PilotSetting, ...]
    num_train_seeds: int
    guessing_error: float
    num_validation: int
    chosen: int | None = None

    @property
    def used(self) -> PilotSetting:
        """Return the settings that the search trains with."""
        return self.settings[self.chosen or 0]

    @property
    def share(self) -> float | None:
        """Return the architecture's share of the variance of one evaluation of the search; None if not measured."""
        return self.used.share(self.num_train_seeds)

    @property
    def recommended(self) -> int | None:
        """Return the number of the settings to take; None if there is no signal at any of them.

        The largest share counts; of shares within 0.05 of it the search's own settings, then the largest batch, which
        is cheapest, then the smallest rate. Times take no part, so that the answer is the same on every machine.
        """
        shares = {
            number: share
            for number, one in enumerate(self.settings)
            if one.shares is not None and one.shares.is_signal and (share := one.share()) is not None
        }
        if not shares:
            return None
        good = [number for number, share in shares.items() if share >= max(shares.values()) - AS_GOOD]
        order = {n: (n != 0, -self.settings[n].batch_size, self.settings[n].learning_rate) for n in good}
        return min(good, key=lambda number: order[number])

    @property
    def is_signal(self) -> bool:
        """Return whether networks differ by more than seeds do, at the settings of the search."""
        return self.used.shares is not None and self.used.shares.is_signal

    def summary(self) -> str:
        """Say in one line how much of an error is the network's."""
        shares = self.used.shares
        if shares is None:
            return "signal: not measured, fewer than two networks of the pilot could be trained"
        if shares.share is None or shares.low is None or shares.high is None:
            return "no signal: all trainings of the pilot have the same error"
        few = self.num_train_seeds
        mean = "" if few == 1 else f" ({self.share or 0.0:.0%} of that of a mean of {few} trainings)"
        return (
            f"{'signal' if shares.is_signal else 'no signal'}: {shares.share:.0%} of the variance of the error of one "
            f"training is the network's{mean}, {shares.level:.0%} interval {shares.low:.0%} to {shares.high:.0%}; the "
            f"rest is the seed's, ±{shares.seed_sd:.3f}"
        )

    def warning(self) -> str | None:
        """Say what to change where too little of an error is the network's; None where enough is."""
        shares, share = self.used.shares, self.share
        if shares is None:
            return None
        if share is not None and share >= MIN_SHARE and shares.is_signal:
            return None
        used = self.used
        guess = f"; the mean error is {shares.mean:.3f}, that of guessing {self.guessing_error:.3f}"
        return f"{self.summary()}{guess}. What this search ranks is mostly luck: {self._remedy(used)}"

    def _remedy(self, used: PilotSetting) -> str:
        best = self.recommended
        if best is not None and self.settings[best] is not used:
            return f"train with {self.settings[best].text()}, or --settings auto"
        more = f"train longer (--epochs {4 * used.epochs}) or average (--num-train-seeds {3 * self.num_train_seeds})"
        if len(self.settings) > 1:
            return f"no other settings of the pilot are better; {more}"
        return f"{used.num_steps} steps are a training; try --settings auto, which chooses others, or {more}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Pilot:
        """Read the pilot that `to_dict` made the data of.

        Raises:
            KeyError, TypeError, ValueError: The data are none.
        """
        settings = tuple(_setting(one) for one in data["settings"])
        found = cls(**{**data, "settings": settings})
        if not settings or not all(isinstance(value, (int, float)) for value in _numbers(found)):
            raise TypeError("a pilot without settings or numbers")
        if found.chosen is not None and not 0 <= found.chosen < len(settings):
            raise ValueError(f"chosen is {found.chosen!r}")
        return found


def _setting(data: Mapping[str, Any]) -> PilotSetting:
    shares = data["shares"]
    return PilotSetting(**{**data, "shares": None if shares is None else Shares(**shares)})


def _numbers(pilot: Pilot) -> Sequence[object]:
    numbers: list[object] = [pilot.num_train_seeds, pilot.guessing_error, pilot.num_validation]
    for one in pilot.settings:
        numbers += [one.batch_size, one.learning_rate, one.epochs, one.num_steps, one.num_failed, one.cpu_s]
        if one.shares is not None:
            plain = dataclasses.asdict(one.shares)
            numbers += [value for name, value in plain.items() if name not in ("share", "low", "high")]
            numbers += [value for name in ("share", "low", "high") if (value := plain[name]) is not None]
    return numbers
