"""Which samples train, which validate, which test: stratified, and fixed by a seed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hwcost.core.text import one_line
from nas.core.checks import real, whole
from nas.core.errors import DataError, SettingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nas.datasets.samples import Labels, Samples

    Rows = NDArray[np.int64]

MAX_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitSettings:
    """How samples are divided.

    FAQNAS names neither fractions nor a validation part; these defaults are ours. 150 samples of iris become 96 for
    training, 24 for validation and 30 for the test.

    Attributes:
        test_fraction: Share of all samples that is kept for the test. Without effect where the data have an official
            test part, which stays the test part.
        validation_fraction: Share of the others that validates.
        seed: Seed of the division.
        max_samples: At most N samples for training and validation together; the test part stays the same.

    Raises:
        SettingError: A value is invalid.
    """

    test_fraction: float = 0.2
    validation_fraction: float = 0.2
    seed: int = 0
    max_samples: int | None = None

    def __post_init__(self) -> None:
        for name in ("test_fraction", "validation_fraction"):
            value = getattr(self, name)
            number = real(name, value)
            if not 0.0 < number < 1.0:
                raise SettingError(f"{name} is {number}; give a number between 0 and 1, such as 0.2")
            object.__setattr__(self, name, number)
        object.__setattr__(self, "seed", whole("seed", self.seed, 0, MAX_SEED))
        if self.max_samples is not None:
            object.__setattr__(self, "max_samples", whole("max_samples", self.max_samples, 1, 2**40))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """Rows of each part, in the order of the source.

    Attributes:
        training: Rows that train, and that the scaling is fitted on.
        validation: Rows that validate.
        test: Rows that nothing looks at before the end.
        settings: How they were chosen.
        has_official_test: Whether the test part is the one that was published with the data.
    """

    training: Rows
    validation: Rows
    test: Rows
    settings: SplitSettings
    has_official_test: bool

    def sha256(self) -> str:
        """Return a digest of the rows of all three parts."""
        digest = hashlib.sha256()
        for rows in (self.training, self.validation, self.test):
            digest.update(len(rows).to_bytes(8, "little"))
            digest.update(np.ascontiguousarray(rows, dtype="<i8").data)
        return digest.hexdigest()


def split(samples: Samples, settings: SplitSettings) -> Split:
    """Divide the samples into the rows of each part, the same on every machine for the same samples and settings.

    Each class is divided in the same proportion, with at least one sample in each part. The rows come in a random
    order within their class; the first are the test part, and the first of what then remains are kept where
    `max_samples` says so. So `max_samples` never changes the test part.

    Args:
        samples: The samples.
        settings: Fractions, seed, greatest number.

    Raises:
        DataError: A class has too few samples for that.
    """
    num_test = samples.num_official_test
    num_own = len(samples.labels) - num_test
    num_classes = len(samples.class_names)
    # The stream of a bit generator never changes between versions of NumPy; that of its methods may.
    keys = np.random.PCG64(np.random.SeedSequence(settings.seed)).random_raw(num_own)
    order = np.argsort(keys, kind="stable")
    labels = samples.labels[:num_own]
    num_parts = 2 if num_test else 3
    counts = np.bincount(labels, minlength=num_classes)
    few = np.flatnonzero(counts < num_parts)
    if len(few):
        name, count = samples.class_names[few[0]], int(counts[few[0]])
        raise DataError(
            f"{samples.name}: class {one_line(name)!r} has {count} sample{'s' * (count != 1)}; each of the "
            f"{num_classes} classes needs at least {num_parts}, one for each part (is the label column a class?)"
        )
    if num_test:
        test, rest = np.arange(num_own, num_own + num_test), order
    else:
        test, rest = _divide(order, labels, counts, settings.test_fraction * num_own, reserve=2)
    if settings.max_samples is not None and settings.max_samples < len(rest):
        if settings.max_samples < 2 * num_classes:
            raise DataError(
                f"{samples.name}: max_samples is {settings.max_samples}; {num_classes} classes need at least "
                f"{2 * num_classes}, one for training and one for validation of each"
            )
        rest, _ = _divide(rest, labels, _counts(rest, labels, num_classes), settings.max_samples, reserve=0, least=2)
    counts = _counts(rest, labels, num_classes)
    validation, training = _divide(rest, labels, counts, settings.validation_fraction * len(rest), reserve=1)
    return Split(
        training=np.sort(training),
        validation=np.sort(validation),
        test=np.sort(test),
        settings=settings,
        has_official_test=bool(num_test),
    )


def allot(counts: Sequence[int], wanted: float, *, reserve: int, least: int = 1) -> list[int]:
    """Decide how many of each class to take so that about `wanted` are taken, in proportion to the classes.

    Largest remainders; then at least `least` of each class, leaving at least `reserve`. What small classes get beyond
    their share is taken from the largest.

    >>> allot([50, 50, 50], 30, reserve=1)
    [10, 10, 10]
    >>> allot([97, 2], 33, reserve=1)
    [32, 1]
    >>> allot([1000, 3, 3], 8, reserve=0, least=2)
    [4, 2, 2]
    """
    total = math.fsum(counts)
    ideal = [wanted * count / total for count in counts]
    taken = [math.floor(share) for share in ideal]
    by_remainder = sorted(range(len(counts)), key=lambda i: (taken[i] - ideal[i], i))
    for i in by_remainder[: round(wanted) - sum(taken)]:
        taken[i] += 1
    taken = [max(least, min(number, count - reserve)) for number, count in zip(taken, counts, strict=True)]
    for _ in range(sum(taken) - round(wanted)):
        largest = max(range(len(taken)), key=lambda i: (taken[i], -i))
        if taken[largest] > least:
            taken[largest] -= 1
    return taken


def divide(rows: Rows, labels: Labels, wanted: int, *, num_classes: int) -> tuple[Rows, Rows]:
    """Divide rows into the first `wanted`, of each class in proportion, and the others; both in the order of `rows`.

    Args:
        rows: Rows, at least as many as are wanted.
        labels: Labels of all samples.
        wanted: How many.
        num_classes: Classes.
    """
    return _divide(rows, labels, _counts(rows, labels, num_classes), wanted, reserve=0, least=0)


def _divide(
    rows: Rows, labels: Labels, counts: NDArray[np.int64], wanted: float, *, reserve: int, least: int = 1
) -> tuple[Rows, Rows]:
    """Divide rows into the first ones of each class and the others; both in the order of `rows`."""
    allotted = np.array(allot(counts.tolist(), wanted, reserve=reserve, least=least))
    of_class = labels[rows]
    by_class = np.argsort(of_class, kind="stable")
    starts = np.cumsum(counts) - counts
    rank = np.empty(len(rows), dtype=np.int64)
    rank[by_class] = np.arange(len(rows)) - starts[of_class[by_class]]
    first = rank < allotted[of_class]
    return rows[first], rows[~first]


def _counts(rows: Rows, labels: Labels, num_classes: int) -> NDArray[np.int64]:
    return np.bincount(labels[rows], minlength=num_classes)
