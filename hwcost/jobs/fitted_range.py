"""Where jobs were timed, and where not: the ranges of a profile, and the gaps within them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

NEAR = 2.0
"""A job is near the timed ones if it is at most so many times as large as the one below, or the one above as it."""

RANGED = ("num_circuits", "shots", "num_qubits", "total_depth", "total_instructions", "total_circuit_duration_s")
"""Sizes that a profile can have a range of."""


def find_gaps(
    columns: Mapping[str, Sequence[float]], *, known: Collection[str] = ()
) -> dict[str, tuple[tuple[float, float], ...]]:
    """Return the stretches between neighbouring jobs that hold sizes near neither of them.

    A fit to jobs of one circuit and to jobs of 20 and more says little of one with six.

    Args:
        columns: Sizes of the jobs, by name.
        known: Sizes whose share in the time is not fitted but known, so that nothing is guessed between two of them.

    >>> find_gaps({"num_circuits": [1, 1, 20, 30, 100], "observed_s": [1, 100]})
    {'num_circuits': ((1, 20),)}
    """
    found = {}
    for name in (name for name in RANGED if name not in known):
        values = sorted(set(columns.get(name, ())))
        gaps = tuple((low, high) for low, high in pairwise(values) if high > NEAR * NEAR * low)
        if gaps:
            found[name] = gaps
    return found


def outside_notes(
    profile: str,
    ranges: Mapping[str, tuple[float, float]],
    gaps: Mapping[str, tuple[tuple[float, float], ...]],
    sizes: Mapping[str, float | None],
) -> Iterator[str]:
    """Yield why a job is unlike all timed ones: far beyond an end of a range, or within a gap; nothing where it is not.

    Args:
        profile: Name of the profile.
        ranges: Least and greatest timed size, by name.
        gaps: As `find_gaps` finds them.
        sizes: Sizes of the job.

    >>> list(outside_notes("p", {"shots": (100, 900)}, {}, {"shots": 2000}))
    ['shots is 2000, far outside the 100 to 900 that the profile p was fitted on']
    >>> list(outside_notes("p", {}, {"num_circuits": ((1, 20),)}, {"num_circuits": 6}))
    ['num_circuits is 6, between the 1 and the 20 that the profile p was fitted on, where no job was timed']
    """
    for name in RANGED:
        value = sizes.get(name)
        if value is None:
            continue
        if name in ranges and not ranges[name][0] / NEAR <= value <= ranges[name][1] * NEAR:
            low, high = ranges[name]
            yield f"{name} is {value:g}, far outside the {low:g} to {high:g} that the profile {profile} was fitted on"
        for low, high in gaps.get(name, ()):
            if NEAR * low < value < high / NEAR:
                yield (
                    f"{name} is {value:g}, between the {low:g} and the {high:g} that the profile {profile} was fitted "
                    "on, where no job was timed"
                )
