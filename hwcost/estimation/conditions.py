"""The device and the request under which circuits are costed: `Conditions`."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hwcost.backend.prepared import Device, prepare_device, with_measured_readout
from hwcost.calibration.age import check_age
from hwcost.calibration.readout import MeasuredReadout
from hwcost.calibration.record import Calibration
from hwcost.calibration.vendors import is_fake
from hwcost.core.units import format_seconds
from hwcost.estimation.options import EstimateRequest
from hwcost.estimation.vendors import default_profile_for, is_ibm
from hwcost.jobs.profile import processor_family

if TYPE_CHECKING:
    from hwcost.estimation.seed_choices import SeedChoices

_LOG = logging.getLogger(__name__)

ASSUMED_REP_DELAY_S = 250e-6
"""Repetition delay where an IBM device reports none: the default of 45 of the 48 fake backends that report one."""

_FROM_SNAPSHOT = (
    "repetition delay of {} from the snapshot of a fake backend, not from the device; a live calibration or "
    "--rep-delay gives that in use"
)


@dataclass(frozen=True, slots=True)
class MeasuredDelay:
    """The time from shot to shot that jobs on a device show.

    Attributes:
        device: The device.
        date: When they ran.
        delay_s: The delay, in seconds.
        low_s: Least time per shot seen.
        high_s: Greatest.
    """

    device: str
    date: str
    delay_s: float
    low_s: float
    high_s: float


MEASURED_REP_DELAYS = {"nighthawk": MeasuredDelay("ibm_miami", "2026", 4e-3, 4.07e-3, 4.3e-3)}
"""By processor family, where the snapshots of fake backends say something else: 19 jobs of all benchmarks that Metriq
(unitaryfoundation/metriq-data, CC BY 4.0) has of ibm_miami took 4.07 to 4.3 ms per shot, circuit included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What is the same for all circuits and seeds of an estimate.

    Attributes:
        device: The device.
        request: What is asked for.
        rep_delay_s: Repetition delay in seconds.
        rep_delay_assumption: The assumption behind it, None if the device itself says it.
        seed_choices: Where it is kept which seeds were best; None for nowhere.
    """

    device: Device
    request: EstimateRequest
    rep_delay_s: float
    rep_delay_assumption: str | None
    seed_choices: SeedChoices | None = None

    @property
    def rep_delay_known(self) -> bool:
        """Whether times have a repetition delay, if an assumed one, and are no lower bounds for want of it."""
        calibration = self.device.audited.calibration
        wanted_s, reported_s = self.request.rep_delay_s, calibration.rep_delay_s
        return wanted_s is not None or reported_s is not None or is_ibm(calibration)

    @property
    def run_on(self) -> dict[str, Any]:
        """What a job's size says of its device: name, processor, and the year of the calibration."""
        calibration = self.device.audited.calibration
        date = calibration.snapshot_date
        return {
            "device": calibration.name,
            "processor": calibration.processor,
            "year": None if date is None else date.year,
        }


def prepare_conditions(backend: Any, request: EstimateRequest) -> Conditions:
    """Prepare a backend as a request wants it.

    Args:
        backend: Name of a fake backend, a `Calibration`, a prepared `Device` or a Qiskit backend object.
        request: What is asked for.

    Raises:
        CalibrationError: The calibration cannot be used, is older than allowed, or has none of the fractional gates
            that are asked for.
        OptionError: A value is given that the calibration has everywhere.
        UnknownBackendError: There is no such backend.
    """
    device = prepare_device(
        backend,
        durations_only=request.durations_only,
        keep_dead_readout=request.keep_dead_readout,
        fractional_gates=request.fractional_gates,
        assumed=request.assumed(),
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
    calibration = device.audited.calibration
    reported_s = calibration.rep_delay_s
    if wanted_s is not None:
        return wanted_s, f"repetition delay of {wanted_s * 1e6:g} µs as given by the user"
    if is_fake(calibration) and (measured := _measured_delay(calibration)) is not None:
        return measured
    if reported_s is not None:
        return reported_s, _FROM_SNAPSHOT.format(format_seconds(reported_s)) if is_fake(calibration) else None
    if not is_ibm(calibration):
        return 0.0, (
            "lower bound: the repetition delay between shots is unknown and left out; --rep-delay (rep_delay_s) "
            "gives it"
        )
    return ASSUMED_REP_DELAY_S, (
        f"the calibration has no repetition delay; {ASSUMED_REP_DELAY_S * 1e6:g} µs assumed, "
        "the default of most IBM backends (--rep-delay sets it)"
    )


def _measured_delay(calibration: Calibration) -> tuple[float, str] | None:
    """Return what jobs show where a snapshot of a fake backend is known to be wrong, None elsewhere."""
    measured = MEASURED_REP_DELAYS.get(processor_family(calibration.processor or ""))
    if measured is None or calibration.rep_delay_s is None or calibration.rep_delay_s >= measured.delay_s:
        return None
    return measured.delay_s, (
        f"repetition delay of {format_seconds(measured.delay_s)}, as measured on {measured.device} "
        f"({format_seconds(measured.low_s)} to {format_seconds(measured.high_s)} per shot, {measured.date}), not the "
        f"{format_seconds(calibration.rep_delay_s)} of the fake backend's snapshot; a live calibration or --rep-delay "
        "gives that in use"
    )
