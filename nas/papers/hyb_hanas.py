"""Hyb-HANAS's claims (arXiv:2603.00625): proxies mislead, routing and noise dominate, one time weighs both halves."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nas.papers.proxies import PROXIES, SCOPES, Row
from nas.papers.record import Claim
from nas.papers.sample import Sample, sample_of
from nas.papers.search_pays import search_pays
from nas.papers.statistics import (
    CORRELATION,
    SHARE,
    interaction,
    interval_text,
    judged,
    over_seeds,
    plain_interval,
    rank_correlation,
    share_over_seeds,
)

if TYPE_CHECKING:
    from nas.runs.run import Run

    Costs = Mapping[tuple[str, int], Sequence[Row]]

TRUSTED = 0.8
"""A figure whose rank correlation with the QPU time is below this misleads."""

CLAIMED_TO_MISLEAD = ("flops", "parameters", "logical_gates", "two_qubit_gates")

DOMINATES = 0.5
"""What is more than this share dominates."""


def claims_of_costs(costs: Costs, seeds: Sequence[int], devices: Sequence[str]) -> list[Claim]:
    """Try the claims that need no training.

    Args:
        costs: Figures of random networks by device and seed.
        seeds: Seeds.
        devices: Devices.
    """
    return [
        *(_misleads(costs, seeds, devices, name, scope) for name in CLAIMED_TO_MISLEAD for scope in SCOPES),
        *(_own_model(costs, seeds, devices, scope) for scope in SCOPES),
        *(_dominates(costs, seeds, devices, part) for part in _PARTS),
        *(_both_halves(costs, seeds, devices, scope) for scope in _HALVES),
    ]


def claims_of(runs: Mapping[tuple[str, int], Run], seeds: Sequence[int], dataset: str) -> list[Claim]:
    """Try the claims on the searches of one data set.

    Args:
        runs: Searches by kind and seed.
        seeds: Seeds.
        dataset: Its name.
    """
    random = [sample_of(runs["random", seed]) for seed in seeds]
    return [_co_adaptation(random, dataset), search_pays(runs, seeds, dataset, "error, unified time and parameters")]


def correlations(
    costs: Costs, seeds: Sequence[int], devices: Sequence[str], name: str, scope: str
) -> dict[str, list[float | None]]:
    """Return the rank correlation of a figure with the QPU time, by device, of each seed."""
    return {
        device: [
            rank_correlation(
                [row[name] for row in costs[device, seed]], [row[f"{scope}_qpu_s"] for row in costs[device, seed]]
            )
            for seed in seeds
        ]
        for device in devices
    }


def _means(by_device: Mapping[str, Sequence[float | None]], num_seeds: int) -> list[float | None]:
    """Average over devices, seed by seed."""
    means: list[float | None] = []
    for position in range(num_seeds):
        known = [value for values in by_device.values() if (value := values[position]) is not None]
        means.append(sum(known) / len(known) if known else None)
    return means


def _misleads(costs: Costs, seeds: Sequence[int], devices: Sequence[str], name: str, scope: str) -> Claim:
    by_device = correlations(costs, seeds, devices, name, scope)
    # 1 − ρ, so that the claim is that something exceeds a bound.
    values = _means(by_device, len(seeds))
    missing = [None if value is None else 1.0 - value for value in values]
    interval = over_seeds(values, within=CORRELATION)
    return Claim(
        name=f"misleads-{name.replace('_', '-')}-{scope}",
        text=f"{PROXIES[name]} mislead as a measure of cost",
        measure=f"rank correlation with the QPU time of one {scope}, random networks, mean over devices",
        needed=f"below {TRUSTED}; refuted where above it",
        interval=interval,
        values=tuple(values),
        verdict=judged(over_seeds(missing), above=1.0 - TRUSTED),
        remark=_by_device(by_device),
        figures={device: plain_interval(over_seeds(one)) for device, one in by_device.items()},
    )


def _own_model(costs: Costs, seeds: Sequence[int], devices: Sequence[str], scope: str) -> Claim:
    ours = correlations(costs, seeds, devices, "log10_t_eff", scope)
    gates = correlations(costs, seeds, devices, "two_qubit_gates", scope)
    model, counted = _means(ours, len(seeds)), _means(gates, len(seeds))
    gains = [None if a is None or b is None else a - b for a, b in zip(model, counted, strict=True)]
    interval = over_seeds(gains)
    return Claim(
        name=f"model-ranks-better-{scope}",
        text="the calibrated model ranks networks better than a count of gates does",
        measure=(
            f"rank correlation with the QPU time of one {scope} of T_eff minus that of the compiled two-qubit gates, "
            "mean over devices"
        ),
        needed="above 0; refuted where below it",
        interval=interval,
        values=tuple(gains),
        verdict=judged(interval, above=0.0),
        remark=f"T_eff {interval_text(over_seeds(model, within=CORRELATION))}, "
        f"gates {interval_text(over_seeds(counted, within=CORRELATION))}",
    )


_PARTS: Mapping[str, tuple[str, str]] = {
    "p_fail": ("noise dominates the cost, in the paper's own model", "share of T_eff that failures add (P_fail)"),
    "noise_shots": ("noise dominates the cost, in QPU time", "share of all shots that is there because of noise"),
    "swap_gates": ("routing dominates the cost", "share of the compiled two-qubit gates that swaps put in"),
}


def _dominates(costs: Costs, seeds: Sequence[int], devices: Sequence[str], part: str) -> Claim:
    text, measure = _PARTS[part]
    by_device = {device: [_median_share(costs[device, seed], part) for seed in seeds] for device in devices}
    values = _means(by_device, len(seeds))
    interval = over_seeds(values, within=SHARE)
    return Claim(
        name=f"dominates-{part.replace('_', '-')}",
        text=text,
        measure=f"{measure}, median of random networks, mean over devices",
        needed=f"above {DOMINATES}; refuted where below it",
        interval=interval,
        values=tuple(values),
        verdict=judged(interval, above=DOMINATES),
        remark=_by_device(by_device, SHARE),
        figures={device: plain_interval(over_seeds(one)) for device, one in by_device.items()},
    )


def _median_share(rows: Sequence[Row], part: str) -> float | None:
    if part == "swap_gates":
        shares = [row[part] / row["two_qubit_gates"] for row in rows if row["two_qubit_gates"]]
    else:
        shares = [row[part] for row in rows if row[part] is not None]
    return statistics.median(shares) if shares else None


_HALVES: Mapping[str, str] = {
    "step": "a training step on a quantum computer",
    "inference": "an inference on a quantum computer",
    "simulated": "a training step that is simulated",
}


def _both_halves(costs: Costs, seeds: Sequence[int], devices: Sequence[str], scope: str) -> Claim:
    seen, shares = {}, {}
    for device in devices:
        rows = [[row for row in costs[device, seed] if f"{scope}_seen" in row] for seed in seeds]
        seen[device] = [sum(row[f"{scope}_seen"] for row in one) / len(one) if one else None for one in rows]
        shares[device] = [
            statistics.median(row[f"{scope}_classical_share"] for row in one) if one else None for one in rows
        ]
    values = _means(seen, len(seeds))
    share = _means(shares, len(seeds))
    known = [value for value in share if value is not None]
    fewest = min((len(costs[device, seed]) for device in devices for seed in seeds), default=0)
    interval = share_over_seeds(values, fewest)
    return Claim(
        name=f"both-halves-{scope}",
        text=f"one time weighs both halves of the network: {_HALVES[scope]}",
        measure="share of random networks whose unified time shows the classical half at three digits",
        needed=f"above {DOMINATES}; refuted where below it",
        interval=interval,
        values=tuple(values),
        verdict=judged(interval, above=DOMINATES),
        remark=f"classical share of the time: {statistics.mean(known):.2g} in the median network" if known else "",
        figures={"median_classical_shares": share},
    )


def _co_adaptation(samples: Sequence[Sample], dataset: str) -> Claim:
    values = [co_adaptation(sample) for sample in samples]
    strengths = [None if value is None else abs(value) for value in values]
    interval = over_seeds(values)
    # Either sign is an interaction; which one, the interval says.
    certain = interval is not None and (interval.low > 0.0 or interval.high < 0.0)
    small = interval is not None and max(abs(interval.low), abs(interval.high)) < MIN_INTERACTION
    return Claim(
        name="co-adaptation",
        dataset=dataset,
        text="the classical and the quantum half adapt to each other",
        measure=(
            "interaction of log classical and log quantum FLOPs in the accuracy of random networks, standardised: "
            "whether the best size of one half depends on the size of the other"
        ),
        needed=f"interval without 0; refuted where all of it is within ±{MIN_INTERACTION}",
        interval=interval,
        values=tuple(values),
        verdict="not reproduced" if small else "reproduced" if certain else "cannot be told",
        remark="negative: one half makes up for the other" if interval is not None and interval.value < 0.0 else "",
        figures={"strength": plain_interval(over_seeds(strengths))},
    )


MIN_INTERACTION = 0.1
"""Interactions below this are none."""


def co_adaptation(sample: Sample) -> float | None:
    """Return the standardised interaction of the sizes of both halves in the accuracy."""
    import math

    classical = [math.log10(max(1, flops)) for flops in sample.classical_flops]
    return interaction(classical, sample.log_quantum, sample.accuracies)


def _by_device(by_device: Mapping[str, Sequence[float | None]], within: tuple[float, float] = CORRELATION) -> str:
    return "; ".join(
        f"{device} {interval_text(over_seeds(values, within=within))}" for device, values in by_device.items()
    )
