"""The cost on a device that an evaluation has stored, with types: `device_cost`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nas.runs.record import Evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCost:
    """What reports say of the cost of a network on a device.

    Attributes:
        backend: Name of the device; of a simulation, that of the classical device that simulates.
        origin: Where its calibration is from.
        snapshot_date: Date of the calibration, empty for a simulation.
        snapshot_age_days: Age of the calibration when it was used.
        num_excluded_qubits: Qubits that were not used.
        num_excluded_edges: Connections that were not used.
        assumptions: What was assumed.
        warnings: What to treat with caution.
        parts_s: Seconds of each part of the unified time that is not 0.
    """

    backend: str
    origin: str
    snapshot_date: str
    snapshot_age_days: int | None
    num_excluded_qubits: int
    num_excluded_edges: int
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    parts_s: Mapping[str, float]


def device_cost(evaluation: Evaluation) -> DeviceCost | None:
    """Read the cost on a device; None where there was no device, or nothing was costed."""
    model = (evaluation.cost or {}).get("model_cost")
    if not model:
        return None
    parts = model["unified"]["parts"]
    parts_s = {name: float(value) for name, value in parts.items() if value > 0.0}
    if not model["estimates"]:
        return DeviceCost(
            backend=f"simulation on {model['classical']['device']}",
            origin="",
            snapshot_date="",
            snapshot_age_days=None,
            num_excluded_qubits=0,
            num_excluded_edges=0,
            assumptions=tuple(model["assumptions"]),
            warnings=tuple(model["warnings"]),
            parts_s=parts_s,
        )
    backend = model["estimates"][0]["backend"]
    return DeviceCost(
        backend=backend["name"],
        origin=backend.get("origin") or "",
        snapshot_date=str(backend["snapshot_date"]),
        snapshot_age_days=backend["snapshot_age_days"],
        num_excluded_qubits=len(backend["excluded"]["qubits"]),
        num_excluded_edges=len(backend["excluded"]["edges"]),
        assumptions=(*backend["assumptions"], *model["assumptions"]),
        warnings=tuple(backend["warnings"]),
        parts_s=parts_s,
    )
