"""The papers' figures from our searches: name, caption and figure. Colours that colour-blind people can tell apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from hwcost.report.pictures import BLACK, BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, plain_label
from nas.papers.hyb_hanas import correlations
from nas.papers.plan import folder_name
from nas.papers.proxies import PROXIES, SCOPES
from nas.papers.qnas import COSTS, allele_effects, sparse_shares
from nas.papers.sample import Sample, sample_of
from nas.papers.statistics import CORRELATION, broken_line, over_seeds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nas.papers.hyb_hanas import Costs
    from nas.papers.plan import Plan
    from nas.results.crossed import Interval
    from nas.runs.run import Run

Runs = Mapping[tuple[str, int], "Run"]
Drawn = tuple[str, str, "Figure"]

_COLOURS = (BLUE, ORANGE, GREEN, RED, PINK, SKY, BLACK)
_MARKERS = "osD^vPX"


def figures_of(plan: Plan, costs: Costs, runs: Runs | None, dataset: str) -> Iterator[Drawn]:
    """Draw the figures of one data set, or with no runs those that need none.

    Each is laid out once, so that it looks the same in every format.
    """
    for name, caption, figure in _figures(plan, costs, runs, dataset):
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        yield name, caption, figure


def _figures(plan: Plan, costs: Costs, runs: Runs | None, dataset: str) -> Iterator[Drawn]:
    seeds = list(plan.seeds)
    if runs is not None:
        name = folder_name(dataset, plan.datasets.index(dataset))
        yield from _OF_PAPER[plan.paper](runs, seeds, name, dataset)
    elif costs:
        yield _proxies(costs, seeds, plan.devices)
        yield _halves(costs, seeds, plan.devices)


def _faqnas(runs: Runs, seeds: Sequence[int], name: str, dataset: str) -> Iterator[Drawn]:
    random = [sample_of(runs["random", seed]) for seed in seeds]
    lines = [broken_line(sample.log_quantum, sample.accuracies) for sample in random]
    threshold = over_seeds([None if line is None else line.threshold for line in lines])
    panels: tuple[tuple[str, Callable[[Sample], Sequence[float]]], ...] = (
        ("quantum FLOPs, closed form", lambda sample: sample.quantum_flops),
        ("classical FLOPs, closed form", lambda sample: sample.classical_flops),
        ("total FLOPs, closed form", lambda sample: sample.total_flops),
    )
    figure = _figure(12.0, 4.0)
    for number, (label, values) in enumerate(panels, start=1):
        axes = figure.add_subplot(1, 3, number)
        for sample in random:
            axes.plot(values(sample), sample.accuracies, ".", color=GREY, markersize=4, label="random networks")
        for seed in seeds:
            _stars(axes, runs["search", seed], values)
        if number == 1:
            for line, sample in zip(lines, random, strict=True):
                if line is not None:
                    ends = [min(sample.log_quantum), line.threshold, max(sample.log_quantum)]
                    axes.plot([10.0**x for x in ends], [line.at(x) for x in ends], color=BLUE, label="broken line")
            everywhere = [x for sample in random for x in sample.log_quantum]
            if threshold is not None and min(everywhere) < threshold.low and threshold.high < max(everywhere):
                axes.axvspan(10.0**threshold.low, 10.0**threshold.high, color=SKY, alpha=0.25, label="threshold, 95 %")
        axes.set(xscale="log", xlabel=label, ylim=(0.0, 1.02))
        if number == 1:
            axes.set_ylabel("validation accuracy")
            _legend(axes)
    figure.suptitle(plain_label(dataset), fontsize=10)
    caption = (
        f"{dataset}: validation accuracy of random networks over their FLOPs (one training each, {len(seeds)} seeds), "
        "and members of the fronts that the searches found. The broken line is fitted for each seed; the band is the "
        "interval of its threshold over seeds, drawn where it is inside the range, and of use only where the table "
        "says that accuracy saturates."
    )
    yield f"{name}-flops", caption, figure


def _stars(axes: Axes, run: Run, values: Callable[[Sample], Sequence[float]]) -> None:
    members = {member.architecture_hash for member in run.front}
    sample = sample_of(run)
    chosen = [i for i, hashed in enumerate(sample.hashes) if hashed in members]
    of = values(sample)
    style: dict[str, Any] = {"color": ORANGE, "markersize": 7, "markeredgecolor": BLACK, "markeredgewidth": 0.4}
    axes.plot([of[i] for i in chosen], [sample.accuracies[i] for i in chosen], "*", label="front", **style)


def _qnas(runs: Runs, seeds: Sequence[int], name: str, dataset: str) -> Iterator[Drawn]:
    random = [sample_of(runs["random", seed]) for seed in seeds]
    figure = _figure(12.0, 4.0)
    for number, (objective, label) in enumerate(COSTS.items(), start=1):
        axes = figure.add_subplot(1, 3, number)
        for sample in random:
            axes.plot(
                sample.objective(objective), sample.accuracies, ".", color=GREY, markersize=4, label="random networks"
            )
        for seed in seeds:
            _stars(axes, runs["search", seed], partial(Sample.objective, name=objective))
        axes.set(xlabel=f"{label}{' (s)' if objective.endswith('_s') else ''}", ylim=(0.0, 1.02))
        if objective.endswith("_s"):
            axes.set_xscale("log")
        if number == 1:
            axes.set_ylabel("validation accuracy")
            _legend(axes)
    figure.suptitle(plain_label(dataset), fontsize=10)
    caption = f"{dataset}: what accuracy costs, random networks and fronts of {len(seeds)} seeds, one training each."
    yield f"{name}-trade-offs", caption, figure
    effects: dict[str, Interval | None] = {}
    for gene in ("embedding", "qubits", "layers", "learning_rate"):
        effects |= {f"{gene.replace('_', ' ')} {key}": one for key, one in allele_effects(random, gene).items()}
    effects["all layers sparse"] = over_seeds([_sparse_effect(sample) for sample in random])
    yield (
        f"{name}-alleles",
        f"{dataset}: accuracy of random networks with an allele minus that of the others, mean over seeds with its "
        "95 % interval. Where an interval holds 0, nothing can be told.",
        _effects_figure(effects, dataset),
    )


def _sparse_effect(sample: Sample) -> float | None:
    shares = sparse_shares(sample)
    sparse = [value for value, share in zip(sample.accuracies, shares, strict=True) if share == 1.0]
    others = [value for value, share in zip(sample.accuracies, shares, strict=True) if share < 1.0]
    return sum(sparse) / len(sparse) - sum(others) / len(others) if sparse and others else None


def _effects_figure(effects: Mapping[str, Interval | None], dataset: str) -> Figure:
    known = {name: one for name, one in effects.items() if one is not None}
    figure = _figure(6.4, 1.2 + 0.26 * max(1, len(known)))
    axes = figure.add_subplot()
    for row, (label, one) in enumerate(known.items()):
        certain = one.low > 0.0 or one.high < 0.0
        colour = BLUE if certain else GREY
        axes.plot([one.low, one.high], [row, row], color=colour)
        axes.plot(one.value, row, "o", color=colour, label=None)
        axes.annotate(label, (0, row), xycoords=("axes fraction", "data"), xytext=(-6, 0), ha="right", va="center",
                      textcoords="offset points", fontsize=8)  # fmt: skip
    axes.axvline(0.0, color=BLACK, linewidth=0.8)
    axes.set_yticks([])
    axes.invert_yaxis()
    axes.set(xlabel="effect on validation accuracy (blue: the interval excludes 0)")
    axes.set_title(plain_label(dataset), fontsize=10)
    return figure


def _hyb_hanas(runs: Runs, seeds: Sequence[int], name: str, dataset: str) -> Iterator[Drawn]:
    figure = _figure(10.0, 4.2)
    axes, other = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    for seed in seeds:
        sample = sample_of(runs["random", seed])
        for panel, objective in ((axes, "unified_time_s"), (other, "parameters")):
            panel.plot(
                sample.objective(objective), sample.accuracies, ".", color=GREY, markersize=4, label="random networks"
            )
            _stars(panel, runs["search", seed], partial(Sample.objective, name=objective))
    axes.set(xscale="log", xlabel="unified time of a training (s)", ylabel="validation accuracy", ylim=(0.0, 1.02))
    other.set(xscale="log", xlabel="parameters", ylim=(0.0, 1.02))
    _legend(axes)
    figure.suptitle(plain_label(dataset), fontsize=10)
    caption = f"{dataset}: accuracy over unified time and parameters, random networks and fronts of {len(seeds)} seeds."
    yield f"{name}-front", caption, figure


def _proxies(costs: Costs, seeds: Sequence[int], devices: Sequence[str]) -> Drawn:
    figure = _figure(11.0, 4.2)
    for number, scope in enumerate(SCOPES, start=1):
        axes = figure.add_subplot(1, len(SCOPES), number)
        for position, device in enumerate(devices):
            for row, proxy in enumerate(PROXIES):
                values = correlations(costs, seeds, [device], proxy, scope)[device]
                one = over_seeds(values, within=CORRELATION)
                if one is None:
                    continue
                y = row + 0.2 * (position - (len(devices) - 1) / 2)
                axes.plot([one.low, one.high], [y, y], color=_COLOURS[position])
                axes.plot(one.value, y, _MARKERS[position], color=_COLOURS[position], markersize=5, label=device)
        axes.set_yticks(range(len(PROXIES)), list(PROXIES.values()) if number == 1 else [""] * len(PROXIES), fontsize=8)
        axes.invert_yaxis()
        axes.axvline(0.0, color=GREY, linewidth=0.8)
        axes.set(xlabel=f"rank correlation with the QPU time of one {scope}", xlim=(-1.0, 1.05))
        if number == 1:
            _legend(axes)
    caption = (
        "How well cheap figures rank random hybrid networks as the QPU time does, by device, mean over seeds with its "
        "95 % interval."
    )
    return "proxies", caption, figure


def _halves(costs: Costs, seeds: Sequence[int], devices: Sequence[str]) -> Drawn:
    labels = {"step": "step on a QPU", "inference": "inference on a QPU", "simulated": "simulated step"}
    figure = _figure(7.0, 3.4)
    axes = figure.add_subplot()
    for position, device in enumerate(devices):
        for row, scope in enumerate(labels):
            shares = [
                share
                for seed in seeds
                for one in costs[device, seed]
                if (share := one.get(f"{scope}_classical_share")) is not None and share > 0.0
            ]
            y = row + 0.2 * (position - (len(devices) - 1) / 2)
            style: dict[str, Any] = {"color": _COLOURS[position], "markersize": 4, "alpha": 0.6}
            axes.plot(shares, [y] * len(shares), _MARKERS[position], label=device, linestyle="none", **style)
    axes.axvline(1e-3, color=BLACK, linestyle=":", linewidth=1.0)
    axes.set_yticks(range(len(labels)), list(labels.values()))
    axes.invert_yaxis()
    axes.set(xscale="log", xlabel="classical half as a share of the unified time (dotted: the third digit)")
    _legend(axes)
    caption = (
        "The classical half as a share of the unified time of random hybrid networks. Left of the dotted line a time "
        "with three digits does not show it."
    )
    return "halves", caption, figure


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _legend(axes: Axes) -> None:
    """Show each label once."""
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    axes.legend(unique.values(), unique.keys(), fontsize=7)


_OF_PAPER: Mapping[str, Callable[[Runs, Sequence[int], str, str], Iterator[Drawn]]] = {
    "faqnas": _faqnas,
    "qnas": _qnas,
    "hyb-hanas": _hyb_hanas,
}
