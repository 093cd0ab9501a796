"""One circuit on two calibrations, of two days or two devices: what the difference between them does to its cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hwcost.backend.prepared import Device
from hwcost.calibration.diff import CalibrationDiff, diff_calibrations
from hwcost.core.errors import CalibrationError
from hwcost.estimation.estimate import estimate
from hwcost.estimation.record import CostEstimate
from hwcost.report.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide(Result):
    """Two calibrations and one circuit on both.

    Attributes:
        diff: What differs between the calibrations.
        first: The estimate on the first, or the line that says why there is none.
        second: The same on the second.
    """

    diff: CalibrationDiff
    first: CostEstimate | str
    second: CostEstimate | str

    def to_dict(self) -> dict[str, Any]:
        """Return the difference with the estimates beside it, in SI units."""
        sides = {"first": self.first, "second": self.second}
        estimates = {
            name: {"refused": side} if isinstance(side, str) else side.to_dict() for name, side in sides.items()
        }
        return {**self.diff.to_dict(), "estimates": estimates}

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row per value that differs."""
        return self.diff.to_rows()


def cost_on_both(circuit: Any, first: Device, second: Device, **options: Any) -> SideBySide:
    """Cost a circuit, or a file with one, on two prepared devices.

    Args:
        circuit: What `hwcost.estimate` takes.
        first: From `hwcost.prepare_device`.
        second: The same.
        options: Keyword arguments for `hwcost.estimate`.

    Raises:
        CircuitError: The circuit cannot be read or costed at all.
    """
    return SideBySide(
        diff=diff_calibrations(first.audited, second.audited),
        first=_cost(circuit, first, options),
        second=_cost(circuit, second, options),
    )


def _cost(circuit: Any, device: Device, options: dict[str, Any]) -> CostEstimate | str:
    try:
        return estimate(circuit, device, **options)
    except CalibrationError as error:  # one of the two may be too small or too damaged for the circuit
        return str(error)
