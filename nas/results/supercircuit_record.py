"""What a study of a SuperCircuit found: `SuperCircuitStudy`."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from hwcost.core.checks import is_finite
from hwcost.report.result import Result
from nas.results.ranks import Ranking, Resampled, fitted_left_out, mean_of, partial_spearman, spearman
from nas.runs.context import SearchContext
from nas.training.supercircuit import SuperSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nas.results.crossed import Interval

SCHEMA = "nas.supercircuit/1"

MIN_NETWORKS = 8
"""Fewer networks have no rank correlation worth an interval."""

Verdict: TypeAlias = Literal["yes", "no", "cannot be told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedNetwork:
    """One network, trained alone and scored with what it inherits.

    Attributes:
        architecture_hash: `nas.architecture_hash`.
        genome: Its genome.
        num_qubits: Qubits.
        num_layers: Layers of its circuit.
        num_parameters: Trainable parameters.
        quantum_flops: F_Q in closed form.
        encoding: Embedding, with `-full` where all amplitudes are used.
        alone: Best validation accuracy of each training of its own.
        early: The same in the first epochs alone, as many as those of fine-tuning; empty without fine-tuning.
        inherited: Validation accuracy with the weights of the SuperCircuit.
        fine_tuned: Best validation accuracy when these are trained further; None without fine-tuning.
        alone_s: CPU seconds of one training of its own, mean.
        inherited_s: CPU seconds of scoring what it inherits.
        fine_tuned_s: CPU seconds of training that further; 0 without.
    """

    architecture_hash: str
    genome: Mapping[str, Any]
    num_qubits: int
    num_layers: int
    num_parameters: int
    quantum_flops: int
    encoding: str
    alone: tuple[float, ...]
    early: tuple[float, ...]
    inherited: float
    fine_tuned: float | None
    alone_s: float = dataclasses.field(compare=False)
    inherited_s: float = dataclasses.field(compare=False)
    fine_tuned_s: float = dataclasses.field(compare=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RankedNetwork:
        """Read the record that `dataclasses.asdict` made the data of.

        Raises:
            KeyError, TypeError, ValueError: The data are none.
        """
        values = {f.name: data[f.name] for f in dataclasses.fields(cls)}
        values["alone"], values["early"] = tuple(values["alone"]), tuple(values["early"])
        numbers = [*values["alone"], *values["early"], values["inherited"]]
        numbers += [] if values["fine_tuned"] is None else [values["fine_tuned"]]
        numbers += [values[name] for name in ("alone_s", "inherited_s", "fine_tuned_s")]
        numbers += [values[name] for name in ("num_qubits", "num_layers", "num_parameters", "quantum_flops")]
        if not all(is_finite(number) for number in numbers) or len(values["alone"]) < 2:
            raise ValueError("a figure is no number, or there are fewer than two trainings")
        if not isinstance(values["genome"], dict) or not isinstance(values["encoding"], str):
            raise TypeError("genome and encoding must be an object and text")
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to rank networks, compared with a training of their own.

    Attributes:
        name: What ranks.
        trained: Whether it takes a training, so that its CPU time counts.
        correlation: Spearman's rank correlation with the accuracy of one training alone, mean over these trainings.
        beyond: The same of what qubits, layers, parameters, FLOPs and embedding leave over of the ranks.
        ahead: By how much the correlation is above that of the best figure that needs no training; None of those.
        cpu_s: CPU seconds for all networks of the study, the SuperCircuit's training included.
    """

    name: str
    trained: bool
    correlation: Interval | None
    beyond: Interval | None
    ahead: Interval | None
    cpu_s: float = dataclasses.field(compare=False)


ALONE, INHERITED, FINE_TUNED, EARLY = "own training, another seed", "inherited", "fine-tuned", "short training"
FITTED = "fitted to other networks"
FREE = ("qubits", "parameters", "FLOPs")
"""Names of ways: with trainings, and figures that need none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SuperCircuitStudy(Result):
    """How well networks are ranked by the weights of a SuperCircuit, and what that costs.

    Attributes:
        context: Space, data and how networks are trained.
        settings: How the SuperCircuit was trained.
        fine_tune: Epochs of fine-tuning; 0 for none.
        networks: The networks that were ranked.
        num_failed: Networks left out because a training of theirs failed.
        super_s: CPU seconds of the SuperCircuit's training.
    """

    context: SearchContext
    settings: SuperSettings
    fine_tune: int
    networks: tuple[RankedNetwork, ...]
    num_failed: int
    super_s: float

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """Return all ways to rank the networks, what takes a training first."""
        return tuple(_ways(self))

    def way(self, name: str) -> Way | None:
        """Return a way by its name, None if the study does not have it."""
        return next((way for way in self.ways if way.name == name), None)

    @property
    def best_free(self) -> str:
        """Return the name of the figure without training that ranks best."""
        return max((way for way in self.ways if way.name in FREE), key=_value).name

    def verdict(self, name: str) -> Verdict:
        """Say whether a way ranks better than a figure that is free: its interval lies above 0, below, or neither."""
        way = self.way(name)
        if way is None or way.ahead is None:
            return "cannot be told"
        return "yes" if way.ahead.low > 0.0 else "no" if way.ahead.high < 0.0 else "cannot be told"

    def break_even(self, name: str) -> int | None:
        """Return for how many networks a way with the SuperCircuit is no slower than own trainings; None for none."""
        per = [one.inherited_s if name == INHERITED else one.fine_tuned_s for one in self.networks]
        gain = math.fsum(one.alone_s for one in self.networks) - math.fsum(per)
        return math.ceil(self.super_s * len(self.networks) / gain) if gain > 0.0 else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        config = self.context.config
        return {
            "schema": SCHEMA,
            "space": self.context.space.name,
            "dataset": self.context.dataset.name,
            "seed": config.seed,
            "training": config.train_settings().to_dict(),
            "supercircuit": {**dataclasses.asdict(self.settings), "cpu_s": self.super_s},
            "fine_tune": self.fine_tune,
            "num_networks": len(self.networks),
            "num_failed": self.num_failed,
            "best_free": self.best_free,
            "ways": [
                {
                    **dataclasses.asdict(way),
                    "verdict": self.verdict(way.name) if way.ahead is not None else None,
                    "break_even": self.break_even(way.name) if way.name in (INHERITED, FINE_TUNED) else None,
                }
                for way in self.ways
            ],
            "networks": [dataclasses.asdict(one) for one in self.networks],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row for each network."""
        rows = []
        for one in self.networks:
            plain = dataclasses.asdict(one)
            for name in ("alone", "early"):
                plain |= {f"{name}_{number}": value for number, value in enumerate(plain.pop(name))}
            rows.append({**{key: value for key, value in plain.items() if key != "genome"}, **one.genome})
        return rows


def _value(way: Way) -> float:
    return -2.0 if way.correlation is None else way.correlation.value


def _ways(study: SuperCircuitStudy) -> list[Way]:
    networks = study.networks
    boot = Resampled(len(networks), study.context.config.seed)
    alone = np.array([one.alone for one in networks])
    given = _free_figures(networks)
    free = {"qubits": given[:, 0], "parameters": given[:, 2], "FLOPs": given[:, 3]}

    def with_alone(figures: Sequence[NDArray[np.float64]]) -> tuple[Ranking, Ranking]:
        """Return correlations of a figure, or of one that has a value for each seed, with trainings of other seeds."""
        seeds = range(alone.shape[1])
        pairs = [(figures[i], alone[:, j]) for j in seeds for i in range(len(figures)) if len(figures) == 1 or i != j]
        plain = mean_of([partial(spearman, x=x, y=y) for x, y in pairs])
        beyond = mean_of([partial(partial_spearman, x=x, y=y, given=given) for x, y in pairs])
        return plain, beyond

    best = max(free, key=lambda name: _correlation(boot, with_alone([free[name]])[0]))
    best_plain = with_alone([free[best]])[0]
    num, alone_s = len(networks), math.fsum(one.alone_s for one in networks)
    trained: dict[str, tuple[list[NDArray[np.float64]], float]] = {
        ALONE: (list(alone.T), alone_s),
        INHERITED: (
            [np.array([one.inherited for one in networks])],
            study.super_s + math.fsum(one.inherited_s for one in networks),
        ),
    }
    if study.fine_tune:
        tuned = np.array([one.fine_tuned for one in networks], dtype=np.float64)
        trained[FINE_TUNED] = ([tuned], study.super_s + math.fsum(one.fine_tuned_s for one in networks))
        epochs = study.context.config.epochs
        early = list(np.array([one.early for one in networks]).T)
        trained[EARLY] = (early, alone_s * min(1.0, study.fine_tune / epochs))
    # A model that has seen trainings of the other networks, as a search with a surrogate has.
    predicted = [fitted_left_out(_columns(given), column) for column in alone.T]
    trained[FITTED] = (predicted, alone_s * (num - 1) / num)
    ways = []
    for name, (figures, cpu_s) in trained.items():
        plain, beyond = with_alone(figures)
        ahead = boot.interval(lambda rows, plain=plain: plain(rows) - best_plain(rows))  # type: ignore[misc]
        one = Way(
            name=name,
            trained=True,
            correlation=boot.interval(plain),
            beyond=boot.interval(beyond),
            ahead=ahead,
            cpu_s=cpu_s,
        )
        ways.append(one)
    for name, figure in free.items():
        correlation = boot.interval(with_alone([figure])[0])
        ways.append(Way(name=name, trained=False, correlation=correlation, beyond=None, ahead=None, cpu_s=0.0))
    return ways


def _correlation(boot: Resampled, figure: Ranking) -> float:
    found = boot.interval(figure)
    return -2.0 if found is None else found.value


def _free_figures(networks: Sequence[RankedNetwork]) -> NDArray[np.float64]:
    """Return qubits, layers, parameters, FLOPs and, as zeros and ones, embeddings but one, (networks, figures)."""
    encodings = sorted({one.encoding for one in networks})[1:]
    rows = [
        [one.num_qubits, one.num_layers, one.num_parameters, one.quantum_flops, *(one.encoding == e for e in encodings)]
        for one in networks
    ]
    return np.array(rows, dtype=np.float64)


def _columns(given: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the free figures as a regression takes them: sizes as logarithms."""
    return np.column_stack([given[:, :2], np.log(np.maximum(given[:, 2:4], 1.0)), given[:, 4:]])
