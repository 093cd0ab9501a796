"""Evaluations made by hand, for what is computed from them."""

from __future__ import annotations

from nas.evaluation import Evaluation
from nas.objectives import objectives_named

TWO = objectives_named(["validation_error", "unified_time_s"])


def made(name: str, error: float, time_s: float = 1.0, *, genome: dict | None = None, **others: float) -> Evaluation:
    return Evaluation(
        architecture_hash=name,
        genome={"qubits": 2} if genome is None else genome,
        state="COMPLETE",
        objectives={"validation_error": error, "unified_time_s": time_s, **others},
        accuracies=(1.0 - error,),
        num_parameters=3,
    )


def made_failure(name: str, reason: str = "too large") -> Evaluation:
    return Evaluation(architecture_hash=name, genome={"qubits": 2}, state="FAILED", reason=reason)
