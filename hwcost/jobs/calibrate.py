"""Shift a job-time profile to the first few jobs of one's own device: `calibrate_job_time`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwcost.core.errors import InputError
from hwcost.core.text import listing, plural
from hwcost.jobs.clocks import CLOCK_TEXTS, AnyClock, check_clock, clock_of, era_of
from hwcost.jobs.fitted_range import find_gaps
from hwcost.jobs.interval import JobTimeInterval
from hwcost.jobs.outliers import find_outliers
from hwcost.jobs.parts import is_of_shots
from hwcost.jobs.predict import predict
from hwcost.jobs.profile import JobTimeParameter, JobTimeProfile
from hwcost.jobs.profile_file import load_profile
from hwcost.jobs.robust_update import Update, robust_update
from hwcost.jobs.size import term_amounts
from hwcost.jobs.table import JobTable, job_table, read_job_table
from hwcost.jobs.terms import TERMS

if TYPE_CHECKING:
    from hwcost.jobs.table import Matrix, Vector

ENOUGH_TO_FIT = 30
"""With so many jobs a fit of their own knows more than a shifted profile."""

SLOW = 3.0
"""A job is slow if it took longer by so many spreads, on the logarithmic scale."""

_LEAST_FACTOR = 0.1
_ONE_SIDED = 2.0
"""An interval whose upper part is so many times its lower one was made by slow jobs."""


@dataclass(frozen=True, slots=True)
class _Prior:
    """How far a device's constants may lie from those of the profile: standard deviations.

    Attributes:
        t0_s: Of the overhead of a job.
        c_circuit_s: Of the overhead of a circuit.
        share: Of other constants per circuit, as a share of them.
        shots: Of the factor on the time of the shots.
    """

    t0_s: float
    c_circuit_s: float
    share: float
    shots: float


_ANY_DEVICE = _Prior(t0_s=2.5, c_circuit_s=0.05, share=0.3, shots=0.15)
"""Between devices of one maker and of several years (see `hwcost.jobs.predict.OTHER_DEVICE_S`)."""
_SAME_KIND = _Prior(t0_s=0.6, c_circuit_s=0.02, share=0.1, shots=0.05)
"""Between devices of one processor and era (see `hwcost.jobs.predict.SIBLING_S`)."""


def calibrate_job_time(
    table: JobTable | str | Path | Iterable[Mapping[str, Any]],
    base: str | Path | Mapping[str, Any] | JobTimeProfile = "ibm",
    *,
    name: str | None = None,
    device: str | None = None,
    processor: str | None = None,
    date: str | None = None,
    clock: AnyClock | None = None,
) -> JobTimeProfile:
    """Shift a job-time profile to a few timed jobs of one device; one to ten suffice.

    The overhead of a job and of a circuit, and a factor on the time of the shots, are moved from where the profile has
    them as far as the jobs demand (`hwcost.jobs.robust_update`); one slow job among several does not drag them along.
    The interval holds the spread of the jobs and the error of the constants at the size of a job. Its upper end is that
    of slow jobs where the profile, or the table, has some.

    Args:
        table: A `JobTable`, the path of a CSV file, or rows as mappings.
        base: Name or file of the profile to start from, or a `JobTimeProfile`.
        name: Name of the new profile; by default the device, else that of the old one.
        device: Device that ran the jobs; by default what the `backend` column says.
        processor: Its processor, such as `Heron r2`; by default what the `processor` column says.
        date: When the jobs ran; by default the months in the `date` column.
        clock: What the seconds are counted from and to; by default what the `clock` column says.

    Raises:
        InputError: The table is malformed, has no job that ran, or jobs of several devices.
        OptionError: The table lacks a column that the profile needs, or there is no such profile.

    Example:
        >>> jobs = [{"num_circuits": 1, "shots": 4000, "rep_delay_s": 250e-6, "total_circuit_duration_s": 5e-6,
        ...          "total_instructions": 100, "observed_s": seconds} for seconds in (3.9, 4.1, 4.0, 19.0)]
        >>> profile = calibrate_job_time(jobs, "ibm")
        >>> profile.name, round(profile.parameters[0].value, 1)  # 4.0 s less a second of shots; 19 s counts little
        ('ibm-calibrated', 2.9)
    """
    if isinstance(table, (str, Path)):
        table = read_job_table(table)
    elif not isinstance(table, JobTable):
        table = job_table(table)
    profile = load_profile(base)
    used = _usable(table, device)
    own_clock = check_clock(clock, "calibrate_job_time") or clock_of(used.labels, table.source)
    notes: list[str] = []
    prior = _prior(profile, own_clock, notes)
    jobs = _shiftable(profile, used, prior)
    update = robust_update(jobs.design, jobs.observed, jobs.predicted, jobs.prior, jobs.least)
    slow = [used.lines[i] for i, residual in enumerate(update.residuals) if residual > SLOW * update.spread]
    if slow:
        notes.append(
            f"{plural(len(slow), 'slow job')} of {len(used)} ({listing([f'line {line}' for line in slow])}) counted "
            "little; the upper end of the interval reaches over them"
        )
    if len(used) >= ENOUGH_TO_FIT:
        notes.append(f"{len(used)} jobs may be enough for a fit of their own: hwcost jobs fit")
    own_device = device or used.device
    if own_device is None:
        notes.append(f"the table names no device: the profile is taken for any that {profile.name} speaks for")
    parameters, covariance = _parameters(profile, jobs, update)
    source = Path(table.source).name + (f" (sha256 {table.sha256[:12]})" if table.sha256 else "")
    return replace(
        profile,
        name=name or own_device or f"{profile.name}-calibrated",
        source=f"{plural(len(used), 'job')} of {source}, from the profile {profile.name}",
        device=own_device or profile.device,
        devices=() if own_device else profile.devices,
        processor=processor or used.only("processor") or (None if own_device else profile.processor),
        processors=() if own_device else profile.processors,
        date=date or era_of(used.labels),
        clock=own_clock or profile.clock,
        num_jobs=len(used),
        num_groups=0,
        parameters=parameters,
        interval=_interval(profile, update, covariance),
        ranges=_ranges(profile, used),
        gaps=_gaps(profile, used),
        left_out=tuple(job for job in find_outliers(table) if job.kind == "impossible"),
        notes=(*profile.notes, *notes),
        seed=None,
    )


def _usable(table: JobTable, device: str | None) -> JobTable:
    """Return the jobs that ran their shots, all of one device."""
    unreal = {job.line for job in find_outliers(table) if job.kind == "impossible"}
    used = table.take([row for row, line in enumerate(table.lines) if line not in unreal])
    if not len(used):
        raise InputError(f"{table.source}: no usable job; all are shorter than their shots can take")
    if device is None and len(used.devices) > 1:
        raise InputError(
            f"{table.source}: jobs of several devices ({listing(list(used.devices))}); a calibration is of one: "
            "split the table"
        )
    return used


def _prior(profile: JobTimeProfile, clock: AnyClock | None, notes: list[str]) -> _Prior:
    """Return how far the constants may move: less where the profile's overhead is known to be that of its devices."""
    t0 = profile.parameter("t0")
    error_s = None if t0 is None or t0.high == t0.low else (t0.high - t0.low) / 3.29
    if clock is not None and profile.clock is not None and clock != profile.clock:
        notes.append(
            f"the jobs were timed by another clock ({CLOCK_TEXTS[clock]}) than those of the profile {profile.name} "
            f"({CLOCK_TEXTS[profile.clock]}): its constants are given more room"
        )
        return _ANY_DEVICE
    if error_s is not None and error_s <= _SAME_KIND.t0_s:
        return _SAME_KIND
    return _ANY_DEVICE


@dataclass(frozen=True, slots=True)
class _Shiftable:
    """Constants that a table of jobs can move.

    Attributes:
        names: Names of the constants; the last is the factor on the shots.
        design: Seconds per unit of each, one row per job.
        observed: Seconds observed.
        predicted: Seconds that the profile predicts.
        prior: Standard deviation of each shift.
        least: Least shift of each.
    """

    names: tuple[str, ...]
    design: Matrix
    observed: Vector
    predicted: Vector
    prior: tuple[float, ...]
    least: tuple[float, ...]


def _shiftable(profile: JobTimeProfile, table: JobTable, prior: _Prior) -> _Shiftable:
    import numpy as np

    values = {parameter.name: parameter.value for parameter in profile.parameters}
    scales = {"t0": prior.t0_s, "c_circuit": prior.c_circuit_s}
    scales |= {
        name: prior.share * value
        for name, value in values.items()
        if TERMS[name].scope == "circuit" and name not in scales and value > 0.0
    }
    names = (*scales, "shots_factor")
    rows, predicted = [], []
    for row in range(len(table)):
        size = table.size(row)
        parts = predict(profile, replace(size, device=None)).parts
        amounts = term_amounts(
            num_circuits=size.num_circuits,
            shots=size.shots,
            num_qubits=size.num_qubits,
            total_depth=size.total_depth,
            total_instructions=size.total_instructions,
        )
        # A per-circuit constant that another one outweighs (overhead max) has no part in this job.
        counts = [amounts[name] if name in parts or name not in values else 0.0 for name in scales]
        rows.append([*counts, sum(part for name, part in parts.items() if is_of_shots(name))])
        predicted.append(sum(parts.values()))
    return _Shiftable(
        names=names,
        design=np.array(rows, dtype=np.float64),
        observed=np.array(table.columns["observed_s"]),
        predicted=np.maximum(np.array(predicted), 1e-9),
        prior=(*scales.values(), prior.shots),
        least=(*(-values.get(name, 0.0) for name in scales), _LEAST_FACTOR - 1.0),
    )


def _parameters(
    profile: JobTimeProfile, jobs: _Shiftable, update: Update
) -> tuple[tuple[JobTimeParameter, ...], tuple[tuple[float, ...], ...]]:
    """Return the shifted constants, with those that the jobs cannot move, and the covariance of all."""
    import numpy as np
    from scipy.special import stdtrit

    before = {parameter.name: parameter for parameter in profile.parameters}
    factor = before["shots_factor"].value if "shots_factor" in before else 1.0
    order = [*before, *(name for name in jobs.names if name not in before)]
    covariance = np.zeros((len(order), len(order)))
    places = [order.index(name) for name in jobs.names]
    units = np.array([*np.ones(len(jobs.names) - 1), factor])
    covariance[np.ix_(places, places)] = update.covariance * np.outer(units, units)
    shifted = dict(zip(jobs.names, update.shifts * units, strict=True))
    quantile = float(stdtrit(update.freedom, (1.0 + profile.interval.nominal) / 2.0))
    parameters = []
    for place, name in enumerate(order):
        if name not in shifted:
            parameters.append(before[name])
            continue
        start = factor if name == "shots_factor" else before[name].value if name in before else 0.0
        value = max(0.0, start + float(shifted[name]))
        error = quantile * float(np.sqrt(covariance[place, place]))
        parameters.append(
            JobTimeParameter(
                name=name, value=value, unit=TERMS[name].unit, low=max(0.0, value - error), high=value + error
            )
        )
    return tuple(parameters), tuple(tuple(float(entry) for entry in row) for row in covariance)


def _interval(profile: JobTimeProfile, update: Update, covariance: tuple[tuple[float, ...], ...]) -> JobTimeInterval:
    """Return the interval of jobs like the timed ones; its upper end is that of slow jobs, where there are any."""
    from scipy.special import stdtrit

    old = profile.interval
    quantile = float(stdtrit(update.freedom, (1.0 + old.nominal) / 2.0))
    share = quantile * update.spread
    high_s, high = 0.0, share
    if old.scale == "log" and old.high_share > max(high, _ONE_SIDED * old.low_share):
        high_s, high = old.high_s, old.high_share
    slowest = float(update.residuals.max())
    if slowest > max(high, SLOW * update.spread):
        high_s, high = 0.0, slowest
    return JobTimeInterval(
        nominal=old.nominal,
        low_s=0.0,
        low_share=share,
        high_s=high_s,
        high_share=high,
        source="spread of the jobs and error of the constants after the update (Student's t); above, slow jobs of the "
        "table, or of the profile before",
        scale="log",
        covariance=covariance,
        constants_factor=quantile,
    )


def _ranges(profile: JobTimeProfile, table: JobTable) -> dict[str, tuple[float, float]]:
    """Return where jobs were timed, before or now; the repetition delay is the device's own."""
    ranges = dict(profile.ranges)
    for name, column in table.columns.items():
        low, high = min(column), max(column)
        if name in ranges and name != "rep_delay_s":
            low, high = min(low, ranges[name][0]), max(high, ranges[name][1])
        if name in ranges or name == "rep_delay_s":
            ranges[name] = (low, high)
    return ranges


def _gaps(profile: JobTimeProfile, table: JobTable) -> dict[str, tuple[tuple[float, float], ...]]:
    """Return the gaps that the jobs leave."""
    gaps: dict[str, tuple[tuple[float, float], ...]] = {}
    for name, stretches in profile.gaps.items():
        own = table.columns.get(name, ())
        left = [
            gap
            for low, high in stretches
            for gap in find_gaps({name: [low, *own, high]}).get(name, ())
            if low <= gap[0] and gap[1] <= high
        ]
        if left:
            gaps[name] = tuple(left)
    return gaps
