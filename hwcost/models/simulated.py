"""The cost of a model whose circuits are simulated on the classical device: `cost_simulated`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hwcost.classical.simulation import SimulationFlops, statevector_flops
from hwcost.classical.time import time_of_flops
from hwcost.models.budget import model_budget
from hwcost.models.facts import Facts
from hwcost.models.gradients import SIMULATED, GradientCircuits
from hwcost.models.record import ModelCost, QuantumCost, UnifiedCost
from hwcost.models.workload import Workload

OWN_CODE_LEFT_OUT = (
    "simulation: FLOPs of a statevector, at the speed of one matrix product of that size on the classical device; the "
    "overhead of the simulator's own code is not in it"
)


@dataclass(slots=True)
class _Total:
    """FLOPs and seconds, added up."""

    flops: int = 0
    time_s: float = 0.0
    low_s: float = 0.0
    high_s: float = 0.0


def cost_simulated(facts: Facts) -> ModelCost:
    """Cost the simulation of the circuits, and add the classical half."""
    method: Any = facts.request.gradient if facts.request.gradient in SIMULATED else "none"
    simulations = [statevector_flops(layer.circuits[0].circuit, gradient=method) for layer in facts.model.layers]
    total = _Total()
    for simulation, count in zip(simulations, facts.counts, strict=True):
        for flops, samples in _passes(simulation, count, facts.work):
            timed = time_of_flops(flops, facts.profile)
            total.flops += flops * samples
            total.time_s += timed.time_s * samples
            total.low_s += timed.low_s * samples
            total.high_s += timed.high_s * samples
    simulated = {"simulation": total.time_s} if simulations else {}
    parts = {**simulated, "classical half": facts.classical.time_s}
    classical = facts.classical
    quantum = QuantumCost(
        execution="simulation",
        circuits_per_sample=facts.circuits_per_sample,
        num_circuits=facts.num_circuits,
        shots_per_circuit=None,
        shots=None,
        shot_inflation=None,
        circuits_per_job=None,
        num_jobs=0,
        mode="job",
        qpu_time_s=None,
        job_time_s=None,
        parts=simulated,
        flops=total.flops,
        peak_memory_bytes=max((simulation.peak_memory_bytes for simulation in simulations), default=0),
    )
    unified = UnifiedCost(
        time_s=total.time_s + classical.time_s,
        low_s=total.low_s + classical.low_s,
        high_s=total.high_s + classical.high_s,
        requested_time_s=total.time_s + classical.time_s,
        scope=facts.work.scope,
        gradient=facts.request.gradient,
        dominant=max(parts, key=parts.__getitem__),
        parts=parts,
        billed_s=None,
        price=None,
        price_per_second=facts.request.price_per_second,
    )
    return ModelCost(
        model=facts.model_info(
            [facts.layer_info(index, simulation=simulation) for index, simulation in enumerate(simulations)]
        ),
        workload=facts.work,
        quantum=quantum,
        classical=classical,
        unified=unified,
        budget=model_budget(facts.request.budget_s, facts.work, quantum, unified, ()),
        overheads=(),
        assumptions=tuple(dict.fromkeys([*facts.assumptions, *([OWN_CODE_LEFT_OUT] if simulations else [])])),
        caveats=(),
        estimates=(),
    )


def _passes(simulation: SimulationFlops, count: GradientCircuits, work: Workload) -> Iterator[tuple[int, int]]:
    """Yield (FLOPs of one sample, samples) with and without a gradient; each measurement basis needs a simulation."""
    if work.num_training_samples:
        trained = (count.forward + count.gradient) * simulation.forward + count.forward * simulation.backward
        yield trained, work.num_training_samples
    if work.num_inference_samples:
        yield count.forward * simulation.forward, work.num_inference_samples
