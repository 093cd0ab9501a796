"""Calibrations of Qiskit backend objects, those that have a configuration and properties."""

from __future__ import annotations

from typing import Any

from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_fake import LICENCE, list_fake_backends
from hwcost.calibration.sources.ibm_json import parse_ibm_json
from hwcost.core.errors import CalibrationError


def claims(given: object) -> bool:
    """Return whether it has a `configuration()` and `properties()`."""
    return all(callable(getattr(given, method, None)) for method in ("configuration", "properties"))


def read(backend: Any) -> Calibration:
    """Read what the object reports.

    Raises:
        CalibrationError: It has no properties, or a value in them is impossible.
    """
    properties = backend.properties()
    if properties is None:
        raise CalibrationError(f"{backend.name}: the backend has no properties, so nothing can be costed on it")
    fake = backend.name in list_fake_backends()
    live = type(backend).__module__.startswith("qiskit_ibm_runtime.")
    return parse_ibm_json(
        properties.to_dict(),
        backend.configuration().to_dict(),
        name=backend.name,
        source="fake" if fake else "live" if live else "properties",
        origin=f"{type(backend).__module__}.{type(backend).__name__} object",
        licence=LICENCE if fake else None,
    )
