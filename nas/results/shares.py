"""How much of the time of a run's networks is quantum and how much classical: `time_shares`."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nas.runs.objectives import OBJECTIVES, TIME_DIGITS

if TYPE_CHECKING:
    from nas.runs.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeShares:
    """The classical half as a share of the unified time, over all networks of a run that have both.

    Attributes:
        num_networks: Networks.
        low: Smallest share.
        median: Median share.
        high: Largest share.
        num_seen: Networks whose unified time is another at three significant digits than that of the quantum half
            alone: where it is not, no comparison of unified times can see the classical half.
    """

    num_networks: int
    low: float
    median: float
    high: float
    num_seen: int

    def text(self) -> str:
        """Say it in a sentence."""
        sees = (
            f"it changes the unified time at {TIME_DIGITS} digits in {self.num_seen} of them"
            if self.num_seen
            else f"at the {TIME_DIGITS} digits that are compared the unified time cannot see it; classical_time_s can"
        )
        return (
            f"the classical half is {self.median:.2g} of the unified time ({self.low:.2g} to {self.high:.2g}, "
            f"{self.num_networks} networks); {sees}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "num_networks": self.num_networks,
            "classical": {"low": self.low, "median": self.median, "high": self.high},
            "num_seen": self.num_seen,
        }


def time_shares(run: Run) -> TimeShares | None:
    """Collect the shares of the networks of a run; None where nothing has a unified time."""
    compared = OBJECTIVES["unified_time_s"].compared
    shares, seen = [], 0
    for evaluation in run.evaluations:
        model = (evaluation.cost or {}).get("model_cost")
        if evaluation.state != "COMPLETE" or not model or not model["unified"]["time_s"]:
            continue
        unified_s, classical_s = model["unified"]["time_s"], model["classical"]["time_s"]
        shares.append(classical_s / unified_s)
        seen += compared(unified_s) != compared(unified_s - classical_s)
    if not shares:
        return None
    return TimeShares(
        num_networks=len(shares),
        low=min(shares),
        median=statistics.median(shares),
        high=max(shares),
        num_seen=seen,
    )
