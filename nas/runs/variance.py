"""How much of an error is the architecture's, and how much the seed's: `intraclass`, one-way analysis of variance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nas.core.errors import SettingError

LEVEL = 0.95
"""Confidence of the intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Where the variance of the error of one training comes from.

    Attributes:
        num_architectures: Architectures k.
        num_seeds: Trainings n of each.
        mean: Mean error.
        architecture_sd: Standard deviation between architectures, without the seeds' part.
        seed_sd: Standard deviation between trainings of one architecture: the noise of one evaluation.
        share: Intraclass correlation: the architecture's share of the variance, 0 to 1; None where nothing varies.
        low: Lower end of its interval, cut at 0; None as `share`.
        high: Upper end of its interval.
        level: Confidence of the interval.
    """

    num_architectures: int
    num_seeds: int
    mean: float
    architecture_sd: float
    seed_sd: float
    share: float | None
    low: float | None
    high: float | None
    level: float = LEVEL

    @property
    def is_signal(self) -> bool:
        """Return whether the interval lies above 0: architectures differ by more than seeds do."""
        return self.low is not None and self.low > 0.0

    def of_mean(self, num_seeds: int) -> float | None:
        """Return the architecture's share of the variance of a mean of several trainings (Spearman and Brown, 1910).

        >>> one = Shares(num_architectures=9, num_seeds=3, mean=0.5, architecture_sd=0.1, seed_sd=0.1, share=0.5,
        ...              low=0.1, high=0.9)
        >>> one.of_mean(1), one.of_mean(3)
        (0.5, 0.75)
        """
        if self.share is None:
            return None
        return num_seeds * self.share / (1.0 + (num_seeds - 1) * self.share)


def intraclass(errors: Sequence[Sequence[float]], *, level: float = LEVEL) -> Shares:
    """Divide the variance of errors between architectures and seeds.

    One-way random effects: with the mean squares between (B) and within (W) architectures, n errors each, the share is
    (B − W)/(B + (n − 1)·W). With F = B/W its interval has the ends (F_l − 1)/(F_l + n − 1) and (F_u − 1)/(F_u + n − 1),
    F_l = F/q(1 − α/2; k − 1, k(n − 1)), F_u = F·q(1 − α/2; k(n − 1), k − 1), with quantiles q of the F distribution
    (Searle 1971; Shrout and Fleiss 1979, ICC(1,1)). What is below 0 is reported as 0.

    Args:
        errors: Errors of each architecture, as many of each; at least two architectures, two errors of each.
        level: Confidence of the interval.

    Raises:
        SettingError: There are fewer, or not equally many.

    >>> found = intraclass([[0.0, 0.2], [0.4, 0.6]])  # B = 0.16, W = 0.02: 0.14 / 0.18
    >>> round(found.share, 3), round(found.seed_sd**2, 3)
    (0.778, 0.02)
    """
    from scipy.stats import f as f_distribution

    k, n = len(errors), len(errors[0]) if errors else 0
    if k < 2 or n < 2 or any(len(row) != n for row in errors):
        raise SettingError(
            f"there are {k} architectures with {n} errors; give at least two with at least two each, as many of each"
        )
    means = [math.fsum(row) / n for row in errors]
    mean = math.fsum(means) / k
    between = n * math.fsum((value - mean) ** 2 for value in means) / (k - 1)
    within = math.fsum((x - m) ** 2 for row, m in zip(errors, means, strict=True) for x in row) / (k * (n - 1))
    share = low = high = None
    tiny = 1e-24 * max(1.0, mean * mean)  # what is left of equal numbers after rounding
    if within > tiny:
        ratio, alpha = between / within, 1.0 - level
        ends = (
            ratio / float(f_distribution.ppf(1.0 - alpha / 2.0, k - 1, k * (n - 1))),
            ratio * float(f_distribution.ppf(1.0 - alpha / 2.0, k * (n - 1), k - 1)),
        )
        share, low, high = (max(0.0, (value - 1.0) / (value + n - 1.0)) for value in (ratio, *ends))
    elif between > tiny:
        share = low = high = 1.0
    return Shares(
        num_architectures=k,
        num_seeds=n,
        mean=mean,
        architecture_sd=math.sqrt(max(0.0, between - within) / n),
        seed_sd=math.sqrt(within),
        share=share,
        low=low,
        high=high,
        level=level,
    )
