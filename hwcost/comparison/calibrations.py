"""One circuit on two calibrations, of two days or two devices: what the difference between them does to its cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hwcost.backend.prepared import Device
from hwcost.core.errors import CalibrationError
from hwcost.core.units import format_count, format_seconds
from hwcost.estimation.estimate import estimate
from hwcost.estimation.record import CostEstimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """One circuit on both calibrations: the estimate, or the line that says why there is none."""

    first: CostEstimate | str
    second: CostEstimate | str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, in SI units."""
        return {
            name: {"refused": side} if isinstance(side, str) else side.to_dict()
            for name, side in (("first", self.first), ("second", self.second))
        }


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
    return SideBySide(first=_cost(circuit, first, options), second=_cost(circuit, second, options))


def _cost(circuit: Any, device: Device, options: dict[str, Any]) -> CostEstimate | str:
    try:
        return estimate(circuit, device, **options)
    except CalibrationError as error:  # one of the two may be too small or too damaged for the circuit
        return str(error)


def side_by_side_text(estimates: SideBySide) -> str:
    """The figures of both sides for a terminal, below those of the calibrations."""
    return "\n".join(("", *_lines(estimates))) + "\n"


def _lines(estimates: SideBySide) -> Iterator[str]:
    sides = (estimates.first, estimates.second)
    refused = [(label, side) for label, side in zip("AB", sides, strict=True) if isinstance(side, str)]
    costs = [_figures(side) for side in sides if not isinstance(side, str)]
    labels = [label for label, side in zip("AB", sides, strict=True) if not isinstance(side, str)]
    if costs:
        yield f"{'The circuit':<28}" + "".join(f"{label:>16}" for label in labels)
        for name in costs[0]:
            yield f"  {name:<26}" + "".join(f"{figures[name]:>16}" for figures in costs)
    for label, reason in refused:
        yield f"  {label}: {reason}"


def _figures(cost: CostEstimate) -> dict[str, str]:
    unknown = "unknown"
    return {
        "QPU time": format_seconds(cost.time.qpu_time_s),
        "shots needed": format_count(cost.shots.needed),
        "shot inflation, worst": unknown if cost.shots.inflation_worst is None else f"{cost.shots.inflation_worst:.3g}",
        "one shot": format_seconds(cost.time.shot_time_s),
        "longest path": format_seconds(cost.time.circuit_duration_s),
        "two-qubit gates": format_count(cost.gates.num_2q),
        "inserted swaps": format_count(cost.routing.num_swaps),
        "ESP": unknown if cost.noise is None or cost.noise.esp is None else f"{cost.noise.esp:.3g}",
        "on qubits": "-".join(map(str, cost.transpile.physical_qubits[:5]))
        + ("…" if len(cost.transpile.physical_qubits) > 5 else ""),
    }
