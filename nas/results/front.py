"""The Pareto front of a run as a result: `Front`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hwcost.report.result import Result
from nas.core.checks import whole
from nas.core.errors import SettingError
from nas.results.estimate_facts import estimate_facts, noise_facts
from nas.results.flops import flops_facts
from nas.results.member_facts import member_facts
from nas.results.picks import picked_names, picks
from nas.results.shares import time_shares

if TYPE_CHECKING:
    from nas.runs.pilot_record import Pilot
    from nas.runs.record import Evaluation
    from nas.runs.run import Run

SCHEMA = "nas.front/1"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Front(Result):
    """The front of a run, finished or not, with what it rests on; or more of its networks.

    Attributes:
        run: The run.
        top: Show so many of the best networks, the front first; default the front.
        everything: Show all evaluations, also those that failed.
        whole_genomes: Whether text shows genomes as they are; CSV and JSON always do.

    Raises:
        SettingError: `top` is no number of networks, or is given with `everything`.
    """

    run: Run
    top: int | None = None
    everything: bool = False
    whole_genomes: bool = False

    def __post_init__(self) -> None:
        if self.top is None:
            return
        whole("top", self.top, 1, 2**31)
        if self.everything:
            raise SettingError("give either the best networks (top) or all of them, not both")

    @property
    def is_front(self) -> bool:
        """Return whether the front is shown, and nothing else."""
        return self.top is None and not self.everything

    @property
    def shown(self) -> tuple[Evaluation, ...]:
        """Return the evaluations that are shown, in their order."""
        if self.everything:
            return self.run.evaluations
        return self.run.front if self.top is None else self.run.top(self.top)

    @property
    def front_numbers(self) -> dict[str, int]:
        """Return the front that each COMPLETE evaluation is on, by hash: 1 the front, 2 that of the others, ..."""
        ranked = zip(self.run.evaluations, self.run.ranks, strict=True)
        return {one.architecture_hash: 1 + rank for one, rank in ranked if rank is not None}

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, genomes as they are; `evaluations` where more than the front is shown."""
        run, members, chosen = self.run, self.run.front, self.run.compromise
        config, dataset, shares = run.context.config, run.context.dataset, time_shares(run)
        plain = {
            "schema": SCHEMA,
            "space": run.context.space.name,
            "dataset": dataset.name,
            "backend": config.backend,
            "objectives": [
                {"name": o.name, "direction": o.direction, "unit": o.unit, "meaning": o.meaning} for o in run.objectives
            ],
            "num_evaluations": len(run.evaluations),
            "num_failed": len(run.failures),
            "num_infeasible": len(run.infeasible),
            "num_stopped": len(run.stopped),
            "signal": None if run.pilot is None else signal_facts(run.pilot),
            "limits": {"max": dict(config.max), "min": dict(config.min)},
            "num_folds": run.context.num_folds,
            "stop": run.stop,
            "estimates": noise_facts(run),
            "time_shares": None if shares is None else shares.to_dict(),
            "hypervolume": run.hypervolume,
            "picks": [pick.to_dict() for pick in picks(run)],
            "front": [
                {
                    "member": number,
                    "rank": number,  # its old name
                    "architecture": member.architecture_hash,
                    "genome": dict(member.genome),
                    "objectives": dict(member.objectives),
                    "accuracies": list(member.accuracies),
                    "num_parameters": member.num_parameters,
                    "flops": flops_facts(run, member),
                    "generation": member.generation,
                    "compromise": member is chosen,
                    "estimate": estimate_facts(run, member),
                    "facts": member_facts(run, member).to_dict(),
                }
                for number, member in enumerate(members, start=1)
            ],
        }
        return plain if self.is_front else {**plain, "evaluations": self._evaluations()}

    def _evaluations(self) -> list[dict[str, Any]]:
        members, fronts = member_numbers(self.run), self.front_numbers
        return [
            {
                "member": members.get(one.architecture_hash),
                "front": fronts.get(one.architecture_hash),
                "state": one.state,
                "reason": one.reason,
                "architecture": one.architecture_hash,
                "genome": dict(one.genome),
                "objectives": dict(one.objectives),
                "accuracies": list(one.accuracies),
                "num_parameters": one.num_parameters,
                "generation": one.generation,
                "training_s": one.training_s,
                "costing_s": one.costing_s,
                "estimate": estimate_facts(self.run, one),
            }
            for one in self.shown
        ]

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row for each network that is shown."""
        if self.is_front:
            return rows(self.run)
        fronts = self.front_numbers
        return [
            {"member": row.pop("member"), "front": fronts.get(one.architecture_hash), **row}
            for one, row in zip(self.shown, _rows(self.run, self.shown, with_state=True), strict=True)
        ]


def member_numbers(run: Run) -> dict[str, int]:
    """Return the number of each member of the front, from 1, by the hash of its architecture."""
    return {one.architecture_hash: number for number, one in enumerate(run.front, start=1)}


def signal_facts(pilot: Pilot) -> dict[str, Any]:
    """Return as plain data how much of an error is the network's, at the settings of the search."""
    shares, used = pilot.used.shares, pilot.used
    return {
        "signal": pilot.is_signal,
        "share": None if shares is None else shares.share,
        "low": None if shares is None else shares.low,
        "high": None if shares is None else shares.high,
        "level": None if shares is None else shares.level,
        "share_of_evaluation": pilot.share,
        "seed_sd": None if shares is None else shares.seed_sd,
        "mean_error": None if shares is None else shares.mean,
        "guessing_error": pilot.guessing_error,
        "batch_size": used.batch_size,
        "learning_rate": used.learning_rate,
        "chosen": pilot.chosen is not None,
    }


def rows(run: Run) -> list[dict[str, Any]]:
    """Make one flat row for each member of the front, numbered from 1, genes as columns of their own.

    The error is what was observed; what is estimated stands in columns of its own, empty where nothing is.
    """
    return _rows(run, run.front, with_state=False)


def _rows(run: Run, shown: Sequence[Evaluation], *, with_state: bool) -> list[dict[str, Any]]:
    numbers, picked, chosen = member_numbers(run), picked_names(run), run.compromise
    estimated = () if not run.front else tuple(estimate_facts(run, run.front[0]) or ())
    return [
        {
            "member": numbers.get(one.architecture_hash),
            **({"state": one.state, "reason": one.reason} if with_state else {}),
            **{objective.name: one.objectives.get(objective.name) for objective in run.objectives},
            "validation_accuracy": one.accuracy,
            "accuracy_spread": max(one.accuracies) - min(one.accuracies) if one.accuracies else None,
            "num_parameters": one.num_parameters,
            "num_dead_weights": (one.cost or {}).get("num_dead_weights"),
            **{f"{name}_flops": value for name, value in flops_facts(run, one).items()},
            "compromise": one is chosen,
            "picked": " ".join(picked.get(one.architecture_hash, ())),
            **{f"estimate.{name}": (estimate_facts(run, one) or {}).get(name) for name in estimated},
            "generation": one.generation,
            **({"training_s": one.training_s, "costing_s": one.costing_s} if with_state else {}),
            "architecture": one.architecture_hash,
            **{f"gene.{name}": value for name, value in one.genome.items()},
        }
        for one in shown
    ]
