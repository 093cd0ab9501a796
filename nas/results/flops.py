"""FLOPs of a network of a run, total, classical and quantum, in closed form and as profiled: `flops_facts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nas.architectures.flops import classical_flops
from nas.spaces.build import architecture

if TYPE_CHECKING:
    from nas.runs.record import Evaluation
    from nas.runs.run import Run


def flops_facts(run: Run, evaluation: Evaluation) -> dict[str, int | None]:
    """Return the FLOPs of one sample forward and backward by name; None of what was not counted.

    FAQNAS's F_total, F_classical and F_quantum = max(F_total − F_classical, 0). The closed form of the classical half
    follows from the genome, also in runs that did not keep it; PyTorch's profiler counts only where an objective needs
    it (`profiled_quantum_flops`).

    Args:
        run: The run.
        evaluation: One of its evaluations.
    """
    cost, data = evaluation.cost or {}, run.context.dataset
    classical = classical_flops(architecture(run.context.space, evaluation.genome), data.num_features, data.num_classes)
    quantum = cost.get("quantum_flops")
    return {
        "total": None if quantum is None else quantum + classical,
        "classical": classical,
        "quantum": quantum,
        "profiled_total": cost.get("profiled_total_flops"),
        "profiled_classical": cost.get("profiled_classical_flops"),
        "profiled_quantum": cost.get("profiled_quantum_flops"),
    }
