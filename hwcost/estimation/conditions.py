"""The device and the request under which circuits are costed: `Conditions`."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

from hwcost.backend.prepared import Device, prepare_device, with_measured_readout
from hwcost.calibration.age import check_age
from hwcost.calibration.readout import MeasuredReadout
from hwcost.estimation.options import EstimateRequest
from hwcost.estimation.vendors import default_profile_for, is_ibm

_LOG = logging.getLogger(__name__)

ASSUMED_REP_DELAY_S = 250e-6
"""Repetition delay where an IBM device reports none: the default of 45 of the 48 fake backends that report one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What is the same for all circuits and seeds of an estimate.

    Attributes:
        device: The device.
        request: What is asked for.
        rep_delay_s: Repetition delay in seconds.
        rep_delay_assumption: The assumption behind it, None if the calibration says it.
    """

    device: Device
    request: EstimateRequest
    rep_delay_s: float
    rep_delay_assumption: str | None


def prepare_conditions(backend: Any, request: EstimateRequest) -> Conditions:
    """Prepare a backend as a request wants it.

    Args:
        backend: Name of a fake backend, a `Calibration`, a prepared `Device` or a Qiskit backend object.
        request: What is asked for.

    Raises:
        CalibrationError: The calibration cannot be used, is older than allowed, or has none of the fractional gates
            that are asked for.
        UnknownBackendError: There is no such backend.
    """
    device = prepare_device(
        backend,
        durations_only=request.durations_only,
        keep_dead_readout=request.keep_dead_readout,
        fractional_gates=request.fractional_gates,
    )
    if isinstance(request.readout_from, MeasuredReadout):
        device = with_measured_readout(device, request.readout_from)
    calibration = device.audited.calibration
    _LOG.info("calibration of %s: %s, %s", calibration.name, calibration.origin, calibration.snapshot_date)
    if request.max_age_days is not None:
        check_age(device.audited, request.max_age_days)
    return conditions_on(device, request)


def conditions_on(device: Device, request: EstimateRequest) -> Conditions:
    """Return the conditions on a device that is prepared already."""
    if request.job_profile is None:
        request = replace(request, job_profile=default_profile_for(device.audited.calibration))
    delay_s, assumption = _repetition_delay(device, request.rep_delay_s)
    return Conditions(device=device, request=request, rep_delay_s=delay_s, rep_delay_assumption=assumption)


def _repetition_delay(device: Device, wanted_s: float | None) -> tuple[float, str | None]:
    reported_s = device.audited.calibration.rep_delay_s
    if wanted_s is not None:
        return wanted_s, f"repetition delay of {wanted_s * 1e6:g} µs as given by the user"
    if reported_s is not None:
        return reported_s, None
    if not is_ibm(device.audited.calibration):
        return 0.0, (
            "lower bound: the repetition delay between shots is unknown and left out; --rep-delay (rep_delay_s) "
            "gives it"
        )
    return ASSUMED_REP_DELAY_S, (
        f"the calibration has no repetition delay; {ASSUMED_REP_DELAY_S * 1e6:g} µs assumed, "
        "the default of most IBM backends (--rep-delay sets it)"
    )
