"""How the hypervolume of a run grew: `volume_curve`. The definition is that of `nas.runs.fronts.front_volume`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nas.runs.fronts import front_volume

if TYPE_CHECKING:
    from nas.runs.run import Run

DEFINITION = (
    "Hypervolume: the share that the front dominates of the box between the best and the worst observed value of each "
    "objective among all evaluated networks, times, FLOPs and counts as logarithms; errors as they are estimated. The "
    "reference point lies a tenth of the box beyond its worst corner."
)
"""What the number means, for pages."""

MAX_POINTS = 200
"""Points of a curve over evaluations."""


def volume_curve(run: Run) -> list[tuple[int, float]]:
    """Return (evaluations, hypervolume of what was evaluated until then), at most 200 points and the last.

    All in the box of the whole run and at the errors that are estimated now, so that the curve ends at
    `Run.hypervolume` and falls by no more than the rounding of times.
    """
    count = len(run.evaluations)
    ends = sorted({round(1 + (count - 1) * i / MAX_POINTS) for i in range(MAX_POINTS + 1)}) if count else []
    return list(zip(ends, volumes_at(run, ends), strict=True))


def generation_volumes(run: Run) -> list[float]:
    """Return the hypervolume at the end of each generation, in the box of the whole run, at today's estimates."""
    ends, end = [], 0
    for generation in run.generations:
        end += generation.evaluated
        ends.append(end)
    return volumes_at(run, ends)


def volumes_at(run: Run, ends: list[int]) -> list[float]:
    """Return the hypervolume of the first so many evaluations, for each number."""
    every, judged, objectives = run.evaluations, run.judged, run.objectives
    return [front_volume(every[:end], judged[:end], objectives, within=every) for end in ends]
