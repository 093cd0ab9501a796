"""What ends a training too early: `TrainingFailedError`, the time limit (`Clock`), and lack of memory."""

from __future__ import annotations

import time
from dataclasses import dataclass

from hwcost.core.text import error_text, one_line
from nas.core.errors import MemoryLimitError

TIME_LIMIT = "the time limit"
"""What the reasons of trainings begin with that took too long."""

_OUT_OF_MEMORY = ("not enough memory", "can't allocate memory", "out of memory", "cannot allocate memory")


class TrainingFailedError(Exception):
    """A training has failed for the reason in the message; ends in a record, never leaves `nas`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time limit of a training.

    Attributes:
        started_s: When it began, on the performance counter.
        limit_s: Longest time of a network, None without a limit.
        num_networks: Networks that share the time.
    """

    started_s: float
    limit_s: float | None
    num_networks: int = 1

    def elapsed_s(self) -> float:
        """Return the seconds of each network since the beginning."""
        return (time.perf_counter() - self.started_s) / self.num_networks

    def check(self, epoch: int) -> None:
        """Raise `TrainingFailedError` once the limit has passed."""
        if self.limit_s is not None and self.elapsed_s() > self.limit_s:
            raise TrainingFailedError(f"{TIME_LIMIT} of {self.limit_s:g} s passed in epoch {epoch}")


def memory_failure(error: BaseException) -> str:
    """Say why a training failed for lack of memory; any other error is raised again."""
    text = one_line(error_text(error)) if isinstance(error, Exception) else ""
    if isinstance(error, MemoryLimitError):
        return text
    if isinstance(error, MemoryError) or any(phrase in text.lower() for phrase in _OUT_OF_MEMORY):
        return f"out of memory: {text}" if text else "out of memory"
    raise error
