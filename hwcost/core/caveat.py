"""`Caveat`: what a reader must be told beside a number, with a code for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

JOB_TIME = "job_time"
"""Code of what a job-time profile says about its own prediction."""

SIGNAL_GONE = "signal_gone"
"""Code of a circuit of which noise leaves nothing."""


@dataclass(frozen=True, slots=True)
class Caveat:
    """One warning.

    Attributes:
        code: Stable identifier, for programs; what to do about it must not be read from the text.
        text: One line for people.
    """

    code: str
    text: str


def texts(caveats: Iterable[Caveat]) -> tuple[str, ...]:
    """Return the lines, each once, in order.

    Example:
        >>> texts([Caveat("stale", "old"), Caveat("stale", "old"), Caveat("gone", "no signal")])
        ('old', 'no signal')
    """
    return tuple(dict.fromkeys(caveat.text for caveat in caveats))
