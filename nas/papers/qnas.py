"""QNAS's claims (arXiv:2604.07013): which genes matter, which alleles are best, and what objectives trade for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nas.papers.record import Claim
from nas.papers.sample import Sample, estimated_accuracies, sample_of
from nas.papers.search_pays import search_pays
from nas.papers.statistics import (
    CORRELATION,
    explained_by,
    interval_text,
    judged,
    over_seeds,
    plain_interval,
    rank_correlation,
    share_over_seeds,
)

if TYPE_CHECKING:
    from nas.results.crossed import Interval
    from nas.runs.run import Run

MIN_CORRELATION = 0.1
"""Rank correlations below this are none."""

IMAGE_DATA = ("mnist", "fashion-mnist", "digits")

PUBLISHED: Mapping[str, tuple[str, float]] = {
    "mnist": ("97.16 % with 8 qubits and 2 layers", 0.9716),
    "fashion-mnist": ("87.38 % with 5 qubits and 2 layers", 0.8738),
    "iris": ("100 % with 4 qubits, 2 layers and amplitude embedding", 1.0),
}
"""Accuracies that the paper gives after full training; validation for Iris, test (never kept apart) for the others."""

COSTS = {
    "simulated_inference_s": "runtime, modelled",
    "num_subcircuits": "number of subcircuits",
    "log10_sampling_overhead": "log10 of the sampling overhead",
}


def claims_of(runs: Mapping[tuple[str, int], Run], seeds: Sequence[int], dataset: str) -> list[Claim]:
    """Try the claims on the searches of one data set.

    Args:
        runs: Searches by kind and seed.
        seeds: Seeds.
        dataset: Its name.
    """
    random = [sample_of(runs["random", seed]) for seed in seeds]
    return [
        _genes_matter(random, dataset),
        _best_embedding(random, dataset),
        _sparse(random, dataset),
        *(_trade_off(random, dataset, name) for name in COSTS),
        *_published(runs, seeds, dataset),
        search_pays(runs, seeds, dataset, "error, runtime, overhead and subcircuits"),
    ]


def sparse_shares(sample: Sample) -> tuple[float, ...]:
    """Return the share of each network's layers whose CNOTs are not on all qubits (odd, even or none)."""
    shares = []
    for genes in sample.genes:
        modes = [value for name, value in genes.items() if name.startswith("mode_")]
        shares.append(sum(mode != "all" for mode in modes) / max(1, len(modes)))
    return tuple(shares)


def mean_range(sample: Sample) -> tuple[float, ...]:
    """Return the mean range of each network's entanglers."""
    means = []
    for genes in sample.genes:
        ranges = [float(value) for name, value in genes.items() if name.startswith("range_")]
        means.append(sum(ranges) / max(1, len(ranges)))
    return tuple(means)


def allele_effects(samples: Sequence[Sample], name: str = "embedding") -> dict[str, Interval | None]:
    """Return by how much networks with each allele are more accurate than those with any other, over seeds.

    Args:
        samples: Random networks of each seed.
        name: The gene.
    """
    found = sorted({allele for sample in samples for allele in sample.gene(name) if allele is not None}, key=str)
    return {str(allele): over_seeds([_effect(sample, name, allele) for sample in samples]) for allele in found}


def _effect(sample: Sample, name: str, allele: object) -> float | None:
    carried = [one == allele for one in sample.gene(name)]
    return _difference(sample.accuracies, carried)


def _difference(values: Sequence[float], chosen: Sequence[bool]) -> float | None:
    ours = [value for value, mine in zip(values, chosen, strict=True) if mine]
    others = [value for value, mine in zip(values, chosen, strict=True) if not mine]
    return sum(ours) / len(ours) - sum(others) / len(others) if ours and others else None


def gene_shares(sample: Sample) -> tuple[float | None, float | None]:
    """Return the adjusted shares of variance of accuracy that embedding and modes, and that the other genes explain."""
    ours = list(zip(sample.gene("embedding"), _counts(sparse_shares(sample)), strict=True))
    others = list(
        zip(
            sample.gene("qubits"),
            sample.gene("layers"),
            _counts(mean_range(sample)),
            sample.gene("learning_rate"),
            strict=True,
        )
    )
    return explained_by(ours, sample.accuracies), explained_by(others, sample.accuracies)


def _counts(values: Sequence[float]) -> list[int]:
    """Cut values into thirds, so that a model has few alleles to fit."""
    import numpy as np

    low, high = np.quantile(values, [1 / 3, 2 / 3]) if values else (0.0, 0.0)
    return [int(value > low) + int(value > high) for value in values]


def _genes_matter(samples: Sequence[Sample], dataset: str) -> Claim:
    shares = [gene_shares(sample) for sample in samples]
    gains = [None if a is None or b is None else a - b for a, b in shares]
    ours, others = over_seeds([a for a, _ in shares]), over_seeds([b for _, b in shares])
    interval = over_seeds(gains)
    return Claim(
        name="genes-that-matter",
        dataset=dataset,
        text="embedding and CNOT mode matter most",
        measure=(
            "adjusted share of the variance of accuracy that embedding and sparsity of the CNOTs explain, minus that "
            "of qubits, layers, ranges and learning rate (random networks, additive model)"
        ),
        needed="above 0; refuted where below it",
        interval=interval,
        values=tuple(gains),
        verdict=judged(interval, above=0.0),
        remark=f"embedding and mode explain {interval_text(ours)}, the others {interval_text(others)}",
        figures={"embedding_and_mode": plain_interval(ours), "others": plain_interval(others)},
    )


def _best_embedding(samples: Sequence[Sample], dataset: str) -> Claim:
    best = "angle-y" if dataset in IMAGE_DATA else "amplitude"
    effects = allele_effects(samples)
    values = [_lead(sample, best) for sample in samples]
    interval = over_seeds(values)
    return Claim(
        name="best-embedding",
        dataset=dataset,
        text="angle-y is the best embedding of images"
        if best == "angle-y"
        else "amplitude embedding is best for tables",
        measure=f"mean accuracy of random networks with {best} minus that with the best other embedding",
        needed="above 0; refuted where below it",
        interval=interval,
        values=tuple(values),
        verdict=judged(interval, above=0.0),
        remark="each against all others: " + ", ".join(f"{name} {interval_text(one)}" for name, one in effects.items()),
        figures={"effects": {name: plain_interval(one) for name, one in effects.items()}},
    )


def _lead(sample: Sample, best: str) -> float | None:
    means: dict[str, list[float]] = {}
    for embedding, accuracy in zip(sample.gene("embedding"), sample.accuracies, strict=True):
        means.setdefault(str(embedding), []).append(accuracy)
    own = means.pop(best, None)
    if own is None or not means:
        return None
    return sum(own) / len(own) - max(sum(values) / len(values) for values in means.values())


def _sparse(samples: Sequence[Sample], dataset: str) -> Claim:
    values = [rank_correlation(sparse_shares(sample), sample.accuracies) for sample in samples]
    interval = over_seeds(values, within=CORRELATION)
    return Claim(
        name="sparse-cnots",
        dataset=dataset,
        text="sparse CNOT patterns (odd, even, none) are better than CNOTs on all qubits",
        measure="rank correlation of accuracy with the share of layers that are sparse, random networks",
        needed=f"above {MIN_CORRELATION}; refuted where below 0",
        interval=interval,
        values=tuple(values),
        verdict=judged(interval, above=MIN_CORRELATION, refuted_below=0.0),
    )


def _trade_off(samples: Sequence[Sample], dataset: str, name: str) -> Claim:
    values = [rank_correlation(sample.objective(name), sample.accuracies) for sample in samples]
    interval = over_seeds(values, within=CORRELATION)
    what = COSTS[name]
    return Claim(
        name=f"trade-off-{name.replace('_', '-')}",
        dataset=dataset,
        text=f"accuracy is paid for: it rises with the {what}",
        measure=f"rank correlation of accuracy with the {what}, random networks",
        needed=f"above {MIN_CORRELATION}; refuted where below it",
        interval=interval,
        values=tuple(values),
        verdict=judged(interval, above=MIN_CORRELATION),
        remark="" if len({v for s in samples for v in s.objective(name)}) > 1 else "all networks cost the same",
    )


def _published(runs: Mapping[tuple[str, int], Run], seeds: Sequence[int], dataset: str) -> list[Claim]:
    if dataset not in PUBLISHED:
        return []
    text, wanted = PUBLISHED[dataset]
    best = [max(estimated_accuracies(runs["search", seed]).values(), default=None) for seed in seeds]
    num_validation = runs["search", seeds[0]].context.dataset.num_validation
    interval = share_over_seeds(best, num_validation)
    verdict = judged(interval, above=wanted)
    return [
        Claim(
            name="accuracy",
            dataset=dataset,
            text=text,
            measure="estimated validation accuracy of the most accurate network of a search, after two epochs",
            needed=f"above {wanted:.4g}",
            interval=interval,
            values=tuple(best),
            # The paper's figure is that of a full training: a search that falls short of it refutes nothing.
            verdict="cannot be told" if verdict == "not reproduced" else verdict,
            remark="the paper trains its members to the end and chose them on the samples that it reports; "
            "`nas retrain` trains members of these runs to the end and tries them on samples kept apart",
        )
    ]
