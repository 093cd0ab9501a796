"""How shots are divided over randomizations: as IBM documents its twirling options.

Sources: the documentation of `TwirlingOptions` and `EstimatorOptions` of qiskit-ibm-runtime. The client-side
primitives (0.51 and later) follow it to the shot, which the tests hold this module to.
"""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

Number: TypeAlias = int | Literal["auto"]

FEWEST_SHOTS = 64
"""Shots of one randomization, at least, where both numbers are left to the client."""

USUAL_RANDOMIZATIONS = 32
"""Randomizations, at most, where both numbers are left to the client."""


def shots_for_precision(precision: float) -> int:
    """Return ⌈1/precision²⌉, the shots after which a ±1 outcome has this standard error at most.

    >>> shots_for_precision(0.02), shots_for_precision(0.015625)
    (2500, 4096)
    """
    return math.ceil(1.0 / (precision**2))


def split_shots(
    shots: int, randomizations: Number, shots_per_randomization: Number, *, pec: bool = False
) -> tuple[int, int]:
    """Divide shots over randomizations; both numbers are rounded up, so that the product may exceed `shots`.

    Args:
        shots: Shots of one configuration.
        randomizations: As in the options.
        shots_per_randomization: As in the options.
        pec: Probabilistic error cancellation, which takes 64 shots of each randomization by default.

    Returns:
        (randomizations, shots of each).

    >>> split_shots(2500, "auto", "auto"), split_shots(2500, "auto", "auto", pec=True), split_shots(2500, 10, "auto")
    ((32, 79), (40, 64), (10, 250))
    """
    given = None if isinstance(shots_per_randomization, str) else shots_per_randomization
    if not isinstance(randomizations, str):
        return randomizations, math.ceil(shots / randomizations) if given is None else given
    if given is None:
        given = FEWEST_SHOTS if pec else max(FEWEST_SHOTS, math.ceil(shots / USUAL_RANDOMIZATIONS))
    return math.ceil(shots / given), given
