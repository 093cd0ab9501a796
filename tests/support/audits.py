"""Audits on a fixed day, and looking things up in them."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from hwcost.calibration.audit import AuditedCalibration, Finding, audit
from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_fake import list_fake_backends, load_fake_backend
from make import (
    SNAPSHOT,
)

TODAY = SNAPSHOT + timedelta(days=1)
# The oldest supported qiskit-ibm-runtime (0.40) has no Nighthawk yet; every other snapshot counted here is in all.
ABSENT = {"nighthawk"} - {name.removeprefix("fake_") for name in list_fake_backends()}


@cache
def fake(name: str) -> AuditedCalibration:
    return audit(load_fake_backend(name))


def look(calibration: Calibration, **options: Any) -> AuditedCalibration:
    return audit(calibration, **{"today": TODAY, **options})


def finding(audited: AuditedCalibration, code: str) -> Finding:
    (found,) = [entry for entry in audited.findings if entry.code == code]
    return found


def codes(audited: AuditedCalibration) -> set[str]:
    return {entry.code for entry in audited.findings}


def dead_edge(a: int, b: int, error: float | None = 1.0) -> dict[Any, Any]:
    return {("cx", pair): {"error": error} for pair in ((a, b), (b, a))}
