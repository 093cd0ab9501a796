"""The job that is as precise, in spite of noise, as the requested one would be without: `precise_job`."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

from hwcost.core.errors import HwcostError
from hwcost.estimation.conditions import Conditions, prepare_conditions
from hwcost.estimation.estimate import estimate_under
from hwcost.noise.shots import SIGNAL_GONE_ATTENUATION
from hwcost.primitives.options import JobOptions
from hwcost.primitives.pubs import Pub
from hwcost.primitives.record import JobSeconds, PreciseJob

MAX_STRINGS = 2000
"""Pauli strings of a PUB whose attenuation is computed; some milliseconds each on a wide circuit."""


def precise_job(
    pubs: Sequence[Pub],
    options: JobOptions,
    shots: Sequence[int],
    conditions: Conditions,
    backend: object,
    seconds_of: Callable[[Sequence[int]], tuple[JobSeconds, int]],
) -> PreciseJob:
    """Return the job in which each PUB has so many more shots that noise takes no precision from its values.

    An observable Σ c·P needs Σ c²/λ² over Σ c² times the shots, with λ the attenuation of each string, readout included
    (`hwcost.noise.shots`); a PUB needs what its worst observable does. Readout mitigation divides by the readout's part
    of λ, which costs the same. ZNE and PEC have a variance of their own, which is not in here.

    Args:
        pubs: The PUBs.
        options: The primitive's options.
        shots: Shots of each configuration as requested, PUB by PUB.
        conditions: Device and request.
        backend: What the caller gave, to read its errors.
        seconds_of: Seconds and executions of the job with other shots.
    """
    reason = _no_answer(pubs, options)
    if reason is not None:
        return _unknown(reason)
    request = dataclasses.replace(conditions.request, durations_only=False, keep_dead_readout=False, num_seeds=1)
    found: list[tuple[float, float]] = []
    try:
        noisy = conditions if not conditions.request.durations_only else prepare_conditions(backend, request)
        for pub in pubs:
            inflation = _inflation(pub, noisy)
            if inflation is None:
                return _unknown(f"the signal of PUB {pub.index} is gone in the noise")
            found.append(inflation)
    except HwcostError as error:
        return _unknown(f"the noise cannot be costed ({error})")
    inflations, factors = (tuple(values) for values in zip(*found, strict=True)) if found else ((), ())
    needed = _times(shots, inflations)
    time, executions = seconds_of(needed)
    low = _times(shots, [max(1.0, inflation / factor) for inflation, factor in found])
    high = [inflation * factor for inflation, factor in found]
    may_be_gone = any(inflation > 1.0 / SIGNAL_GONE_ATTENUATION**2 for inflation in high)
    return PreciseJob(
        inflations=inflations,
        shots=tuple(needed),
        executions=executions,
        time=time,
        not_known=None,
        factors=factors,
        executions_low=seconds_of(low)[1],
        executions_high=None if may_be_gone else seconds_of(_times(shots, high))[1],
    )


def _times(shots: Sequence[int], inflations: Sequence[float]) -> list[int]:
    return [math.ceil(each * inflation * (1.0 - 1e-9)) for each, inflation in zip(shots, inflations, strict=True)]


def _unknown(reason: str) -> PreciseJob:
    return PreciseJob(inflations=None, shots=None, executions=None, time=None, not_known=reason)


def _no_answer(pubs: Sequence[Pub], options: JobOptions) -> str | None:
    if options.primitive != "estimator":
        return "a Sampler's job has no expectation value"
    if options.pec or options.noise_factors:
        return "zero-noise extrapolation and error cancellation have a variance of their own"
    for pub in pubs:
        if pub.has_projectors:
            return f"PUB {pub.index} has projectors among its observables"
        if sum(len(each) for each in _observables(pub)) > MAX_STRINGS:
            return f"PUB {pub.index} has more than {MAX_STRINGS:,} Pauli strings"
    return None


def _observables(pub: Pub) -> list[dict[str, float]]:
    """Return each distinct observable of a PUB as coefficients by label."""
    flat = pub.native.observables.ravel()
    distinct: dict[tuple[tuple[str, float], ...], None] = {}
    for index in range(flat.size):
        distinct[tuple((label, float(value)) for label, value in flat[index].items())] = None
    return [dict(each) for each in distinct]


def _inflation(pub: Pub, conditions: Conditions) -> tuple[float, float] | None:
    """Return the inflation of the worst observable of a PUB and the factor by which hardware was off.

    Both are 1 where only identities are asked for; None where the signal is gone.
    """
    wanted = [each for each in _observables(pub) if any(set(label) != {"I"} and value for label, value in each.items())]
    if not wanted:
        return 1.0, 1.0
    measured = dataclasses.replace(conditions, request=dataclasses.replace(conditions.request, observable=wanted))
    shots = estimate_under(measured, pub.circuit).shots
    inflation = shots.inflation_worst
    if inflation is None or inflation > 1.0 / SIGNAL_GONE_ATTENUATION**2 or shots.hardware is None:
        return None
    return inflation, shots.hardware.factor
