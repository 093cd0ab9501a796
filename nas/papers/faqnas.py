"""FAQNAS's claims (arXiv:2511.10062): accuracy rises with quantum FLOPs and saturates, and the search pays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nas.papers.record import Claim
from nas.papers.sample import Sample, estimated_accuracies, sample_of
from nas.papers.search_pays import search_pays
from nas.papers.statistics import (
    CORRELATION,
    SHARE,
    BrokenLine,
    Verdict,
    both,
    broken_line,
    correlation_within,
    interval_text,
    judged,
    over_seeds,
    plain_interval,
    rank_correlation,
    share_over_seeds,
)

if TYPE_CHECKING:
    from nas.papers.profiled import Units
    from nas.runs.run import Run

MIN_RISE = 0.02
"""Least rise of accuracy over the range of FLOPs that counts as one."""

SATURATED = 0.5
"""Where the slope beyond the threshold is below this share of that before it, accuracy saturates."""

MIN_CORRELATION = 0.1
"""Rank correlations below this are none."""

PUBLISHED: Mapping[str, tuple[tuple[str, str, float], ...]] = {
    "mnist": (("accuracy-plateau", "the best designs reach about 90 %", 0.88),),
    "digits": (("accuracy-plateau", "accuracy saturates near 100 %; above 90 % from F_Q of 1e3 to 1e4 on", 0.90),),
    "iris": (("accuracy-plateau", "good designs are above 90 %", 0.90),),
    "wine": (("accuracy-plateau", "several Pareto designs are above 90 %", 0.90),),
    "breast-cancer": (("accuracy-plateau", "a dense cluster of designs is at 90 to 95 %", 0.90),),
}
"""What the paper reads off its scatter plots, as: name, text, least accuracy of the best network."""


THRESHOLDS: Mapping[str, tuple[str, float, float]] = {
    "digits": ("accuracy saturates from F_Q of 1e3 to 1e4 on", 3.0, 4.0),
    "mnist": ("accuracy rises steeply near F_Q of 1e4 and is flat beyond 1e5", 4.0, 5.0),
}
"""Thresholds that the paper gives, as log10 of its profiler's FLOPs."""


def claims_of(
    runs: Mapping[tuple[str, int], Run], seeds: Sequence[int], dataset: str, units: Units | None = None
) -> list[Claim]:
    """Try the claims on the searches of one data set.

    Args:
        runs: Searches by kind and seed.
        seeds: Seeds.
        dataset: Its name.
        units: What the closed form is in the paper's FLOPs; None where that was not measured.
    """
    random = [sample_of(runs["random", seed]) for seed in seeds]
    lines = [broken_line(sample.log_quantum, sample.accuracies) for sample in random]
    saturation = _saturation(random, lines, dataset)
    return [
        saturation,
        *_published_threshold(saturation, lines, dataset, units),
        _driver(random, dataset),
        _total(random, dataset),
        *_published(runs, seeds, dataset),
        search_pays(runs, seeds, dataset, "quantum FLOPs, error and parameters"),
    ]


def _saturation(samples: Sequence[Sample], lines: Sequence[BrokenLine | None], dataset: str) -> Claim:
    """Try row 48: a threshold of F_Q beyond which more does not help, with its interval."""
    rises = [_rise(sample, line) for sample, line in zip(samples, lines, strict=True)]
    bends = [None if line is None else SATURATED * line.before - line.after for line in lines]
    thresholds = over_seeds([None if line is None else line.threshold for line in lines])
    rise, bend = over_seeds(rises), over_seeds(bends)
    verdict = both(judged(rise, above=MIN_RISE), judged(bend, above=0.0))
    if verdict == "reproduced" and thresholds is not None:
        at = f"threshold F_Q = {_power(thresholds.value)} ({_power(thresholds.low)} to {_power(thresholds.high)})"
    else:
        at = "no threshold is given where neither rise nor saturation is certain"
    return Claim(
        name="saturation",
        dataset=dataset,
        text="accuracy rises with quantum FLOPs, then saturates beyond a threshold that depends on the data",
        measure=(
            "rise of a broken line (accuracy over log10 F_Q of random networks) from the least to the largest F_Q; its "
            f"slope beyond the threshold must also be below {SATURATED:.0%} of that before"
        ),
        needed=f"rise above {MIN_RISE:.2f}, and the slopes so with certainty; refuted where either is certainly not so",
        interval=rise,
        values=tuple(rises),
        verdict=verdict,
        remark=at,
        figures={
            "log10_threshold": plain_interval(thresholds),
            "log10_thresholds": [None if line is None else line.threshold for line in lines],
            "slopes_before": [None if line is None else line.before for line in lines],
            "slopes_after": [None if line is None else line.after for line in lines],
            "explained": [None if line is None else line.explained for line in lines],
            "half_slope_before_minus_slope_after": plain_interval(bend),
        },
    )


def _rise(sample: Sample, line: BrokenLine | None) -> float | None:
    if line is None:
        return None
    return line.at(max(sample.log_quantum)) - line.at(min(sample.log_quantum))


def _published_threshold(
    saturation: Claim, lines: Sequence[BrokenLine | None], dataset: str, units: Units | None
) -> list[Claim]:
    """Compare the threshold with the paper's, in the units of its profiler."""
    if dataset not in THRESHOLDS or units is None:
        return []
    text, low, high = THRESHOLDS[dataset]
    values = [None if line is None else line.threshold + units.log10_ratio for line in lines]
    interval = over_seeds(values)
    verdict: Verdict = "cannot be told"
    if saturation.verdict == "reproduced" and interval is not None:
        if interval.low >= low and interval.high <= high:
            verdict = "reproduced"
        elif interval.low > high or interval.high < low:
            verdict = "not reproduced"
    return [
        Claim(
            name="threshold",
            dataset=dataset,
            text=text,
            measure="log10 of the threshold of the broken line, in FLOPs of PyTorch's profiler",
            needed=f"inside {low:g} to {high:g}, and saturation reproduced; refuted where all of it is outside",
            interval=interval,
            values=tuple(values),
            verdict=verdict,
            remark=units.text(),
        )
    ]


def _driver(samples: Sequence[Sample], dataset: str) -> Claim:
    within = [correlation_within(s.log_quantum, s.accuracies, s.gene("qubits")) for s in samples]
    overall = over_seeds([rank_correlation(s.log_quantum, s.accuracies) for s in samples], within=CORRELATION)
    width = over_seeds([rank_correlation(s.gene("qubits"), s.accuracies) for s in samples], within=CORRELATION)
    interval = over_seeds(within, within=CORRELATION)
    return Claim(
        name="quantum-drives",
        dataset=dataset,
        text="quantum FLOPs, not the classical ones, drive accuracy",
        measure="rank correlation of accuracy with F_Q among random networks of equal width",
        needed=f"above {MIN_CORRELATION}; refuted where below it",
        interval=interval,
        values=tuple(within),
        verdict=judged(interval, above=MIN_CORRELATION),
        remark=(
            "in FAQNAS's networks the classical FLOPs are a multiple of the number of qubits, so across widths the two "
            f"cannot be told apart (overall: F_Q {interval_text(overall)}, qubits alone {interval_text(width)})"
        ),
        figures={"overall": plain_interval(overall), "qubits": plain_interval(width)},
    )


def _total(samples: Sequence[Sample], dataset: str) -> Claim:
    values = [rank_correlation(s.total_flops, s.quantum_flops) for s in samples]
    medians = [_median([q / t for q, t in zip(s.quantum_flops, s.total_flops, strict=True)]) for s in samples]
    shares = over_seeds(medians, within=SHARE)
    interval = over_seeds(values, within=CORRELATION)
    return Claim(
        name="total-follows-quantum",
        dataset=dataset,
        text="total FLOPs follow the quantum ones",
        measure="rank correlation of total with quantum FLOPs of random networks, both in closed form",
        needed="above 0.9; refuted where below it",
        interval=interval,
        values=tuple(values),
        verdict=judged(interval, above=0.9),
        remark=f"the quantum half is {interval_text(shares)} of the total in the median network",
        figures={"median_quantum_share": plain_interval(shares)},
    )


def _published(runs: Mapping[tuple[str, int], Run], seeds: Sequence[int], dataset: str) -> list[Claim]:
    claims = []
    for name, text, least in PUBLISHED.get(dataset, ()):
        best = [max(estimated_accuracies(runs["search", seed]).values(), default=None) for seed in seeds]
        num_validation = runs["search", seeds[0]].context.dataset.num_validation
        interval = share_over_seeds(best, num_validation)
        observed = over_seeds([max(sample_of(runs["search", seed]).accuracies, default=None) for seed in seeds])
        claims.append(
            Claim(
                name=name,
                dataset=dataset,
                text=text,
                measure="estimated validation accuracy of the most accurate network of a search",
                needed=f"above {least:.2f}; refuted where below it",
                interval=interval,
                values=tuple(best),
                verdict=judged(interval, above=least),
                remark=(
                    f"the best single training reached {interval_text(observed)}, the luckiest of many; "
                    f"{num_validation} validation samples"
                ),
                figures={"best_single_training": plain_interval(observed)},
            )
        )
    return claims


def _median(values: Sequence[float]) -> float | None:
    import statistics

    return statistics.median(values) if values else None


def _power(log10: float) -> str:
    return f"{10.0 ** min(log10, 300.0):.2g}" if math.isfinite(log10) else "?"
