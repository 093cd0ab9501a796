"""The Pareto front of a run as a result: `Front`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hwcost.report.result import Result
from nas.results.estimate_facts import estimate_facts, noise_facts
from nas.results.shares import time_shares

if TYPE_CHECKING:
    from nas.runs.pilot_record import Pilot
    from nas.runs.run import Run

SCHEMA = "nas.front/1"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Front(Result):
    """The front of a run, finished or not, with what it rests on.

    Attributes:
        run: The run.
    """

    run: Run

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, genomes as they are."""
        run, members, chosen = self.run, self.run.front, self.run.compromise
        config, dataset, shares = run.context.config, run.context.dataset, time_shares(run)
        return {
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
            "signal": None if run.pilot is None else signal_facts(run.pilot),
            "limits": {"max": dict(config.max), "min": dict(config.min)},
            "stop": run.stop,
            "estimates": noise_facts(run),
            "time_shares": None if shares is None else shares.to_dict(),
            "front": [
                {
                    "rank": number,
                    "architecture": member.architecture_hash,
                    "genome": dict(member.genome),
                    "objectives": dict(member.objectives),
                    "accuracies": list(member.accuracies),
                    "num_parameters": member.num_parameters,
                    "generation": member.generation,
                    "compromise": member is chosen,
                    "estimate": estimate_facts(run, member),
                }
                for number, member in enumerate(members, start=1)
            ],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row for each member."""
        return rows(self.run)


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
    members, objectives, chosen = run.front, run.objectives, run.compromise
    return [
        {
            "rank": number,
            **{objective.name: member.objectives[objective.name] for objective in objectives},
            "validation_accuracy": member.accuracy,
            "accuracy_spread": max(member.accuracies) - min(member.accuracies),
            "num_parameters": member.num_parameters,
            "compromise": member is chosen,
            **{f"estimate.{name}": value for name, value in (estimate_facts(run, member) or {}).items()},
            "generation": member.generation,
            "architecture": member.architecture_hash,
            **{f"gene.{name}": value for name, value in member.genome.items()},
        }
        for number, member in enumerate(members, start=1)
    ]
