"""The cost of a model whose circuits run on a device: `cost_on_hardware`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from hwcost.circuits.digest import content_sha256
from hwcost.circuits.layers import MeasuredCircuit, QuantumLayer
from hwcost.core.caveat import JOB_TIME, Caveat
from hwcost.estimation.conditions import Conditions
from hwcost.models.budget import model_budget
from hwcost.models.executions import PlannedCircuit, mean_execution, plan_circuit
from hwcost.models.facts import Facts
from hwcost.models.jobs import JobsTotal, LayerRuns, total_jobs
from hwcost.models.record import LayerInfo, ModelCost, Overhead, QuantumCost, UnifiedCost

JOB_OVERHEAD_IN_SESSIONS = (
    "no job inside a batch or a session was timed; each pays the overhead that the profile found for jobs on their own"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How the circuits of a model are run.

    Attributes:
        circuits: Each distinct circuit.
        places: Of each layer, the positions of its circuits in `circuits`.
    """

    circuits: tuple[PlannedCircuit, ...]
    places: tuple[tuple[int, ...], ...]

    @property
    def has_signal(self) -> bool:
        """Whether some number of shots is enough for each circuit."""
        return all(circuit.execution is not None for circuit in self.circuits)


def cost_on_hardware(
    facts: Facts, conditions: Conditions, progress: Callable[[int, int], None] | None = None
) -> ModelCost:
    """Compile the circuits, pack them into jobs and add the classical half.

    Args:
        facts: The model and what is asked for.
        conditions: Where the circuits run, and how they are costed.
        progress: Called with (circuits compiled, circuits in all).

    Raises:
        CircuitError: A circuit cannot be compiled or costed.
        CalibrationError: The device cannot carry a circuit.
    """
    plan = _plan(facts, conditions, progress)
    estimates = tuple(cost for circuit in plan.circuits for cost in circuit.estimates)
    layers = _layer_infos(facts, plan)
    total = _jobs(facts, plan, conditions) if plan.has_signal else None
    quantum = _without_signal(facts) if total is None else _quantum_cost(facts, total, _hardware_ends(plan, total))
    unified = _unified(facts, quantum)
    # What a profile says of a job with one circuit is not true of these jobs.
    caveats = [c for cost in estimates for c in cost.backend.caveats if c.code != JOB_TIME]
    caveats += [] if total is None else [Caveat(JOB_TIME, f"job time: {note}") for note in total.notes]
    return ModelCost(
        model=facts.model_info(layers),
        workload=facts.work,
        quantum=quantum,
        classical=facts.classical,
        unified=unified,
        budget=model_budget(facts.request.budget_s, facts.work, quantum, unified, estimates),
        overheads=tuple(_overheads(plan, layers)),
        assumptions=tuple(dict.fromkeys(_assumptions(facts, plan))),
        caveats=tuple(caveats),
        estimates=estimates,
    )


def _plan(facts: Facts, conditions: Conditions, progress: Callable[[int, int], None] | None) -> Plan:
    circuits, places = _distinct_circuits(facts.model.layers)
    planned = []
    for number, circuit in enumerate(circuits):
        planned.append(plan_circuit(circuit, conditions, facts.request))
        if progress is not None:
            progress(number + 1, len(circuits))
    return Plan(tuple(planned), places)


def _distinct_circuits(
    layers: Sequence[QuantumLayer],
) -> tuple[list[MeasuredCircuit], tuple[tuple[int, ...], ...]]:
    numbers: dict[tuple[str, tuple[str, ...]], int] = {}
    circuits: list[MeasuredCircuit] = []
    places = []
    for layer in layers:
        place = []
        for circuit in layer.circuits:
            key = (content_sha256(circuit.circuit), circuit.observables)
            if key not in numbers:
                numbers[key] = len(circuits)
                circuits.append(circuit)
            place.append(numbers[key])
        places.append(tuple(place))
    return circuits, tuple(places)


def _layer_infos(facts: Facts, plan: Plan) -> list[LayerInfo]:
    first = list(itertools.accumulate((len(circuit.estimates) for circuit in plan.circuits), initial=0))
    return [
        facts.layer_info(index, tuple(n for p in place for n in range(first[p], first[p + 1])))
        for index, place in enumerate(plan.places)
    ]


def _overheads(plan: Plan, layers: Sequence[LayerInfo]) -> Iterator[Overhead]:
    for layer, place in zip(layers, plan.places, strict=True):
        for overhead in dict.fromkeys(overhead for p in place for overhead in plan.circuits[p].overheads):
            yield replace(overhead, layer=layer.name)


def _assumptions(facts: Facts, plan: Plan) -> Iterator[str]:
    yield from facts.assumptions
    for circuit in plan.circuits:
        for cost in circuit.estimates:
            yield from cost.backend.assumptions
    for circuit in plan.circuits:
        yield from circuit.notes
    if facts.request.mode != "job":
        yield JOB_OVERHEAD_IN_SESSIONS


def _jobs(facts: Facts, plan: Plan, conditions: Conditions) -> JobsTotal:
    runs = [
        LayerRuns(
            execution=mean_execution([e for p in place if (e := plan.circuits[p].execution) is not None]),
            calls=facts.model.layers[index].calls,
            forward=facts.counts[index].forward,
            gradient=facts.counts[index].gradient,
        )
        for index, place in enumerate(plan.places)
    ]
    return total_jobs(
        runs,
        facts.work,
        conditions.request.profile,
        circuits_per_job=facts.request.job_limit,
        **conditions.run_on,
        once=[run for circuit in plan.circuits for run in circuit.calibrations],
    )


def _hardware_ends(plan: Plan, total: JobsTotal) -> tuple[int | None, int | None]:
    """Return the shots of all circuits, if hardware is off by the largest factor of any of them, either way."""
    shots = [cost.shots for circuit in plan.circuits for cost in circuit.estimates]
    errors = [each.hardware for each in shots if each.hardware is not None]
    if len(errors) < len(shots) or not errors or any(circuit.overheads for circuit in plan.circuits):
        return None, None
    factor = max(error.factor for error in errors)
    low = max(min(total.num_noiseless_shots, total.num_shots), math.ceil(total.num_shots / factor))
    bounded = all(each.needed_high is not None for each in shots)
    return low, math.ceil(total.num_shots * factor) if bounded else None


def _quantum_cost(facts: Facts, total: JobsTotal, ends: tuple[int | None, int | None]) -> QuantumCost:
    return QuantumCost(
        execution="hardware",
        circuits_per_sample=facts.circuits_per_sample,
        num_circuits=total.num_circuits,
        shots_per_circuit=total.num_shots / max(1, total.num_circuits),
        shots=total.num_shots,
        shot_inflation=total.num_shots / max(1, total.num_noiseless_shots),
        circuits_per_job=facts.request.job_limit,
        num_jobs=total.num_jobs,
        mode=facts.request.mode,
        qpu_time_s=total.qpu_time_s,
        job_time_s=total.job_times,
        parts=total.parts,
        flops=None,
        peak_memory_bytes=None,
        shots_low=ends[0],
        shots_high=ends[1],
    )


def _without_signal(facts: Facts) -> QuantumCost:
    """Return the quantum half of a model of which noise leaves no signal: counts, and no times."""
    return QuantumCost(
        execution="hardware",
        circuits_per_sample=facts.circuits_per_sample,
        num_circuits=facts.num_circuits,
        shots_per_circuit=None,
        shots=None,
        shot_inflation=None,
        circuits_per_job=facts.request.job_limit,
        num_jobs=0,
        mode=facts.request.mode,
        qpu_time_s=None,
        job_time_s=None,
        parts={},
        flops=None,
        peak_memory_bytes=None,
    )


def _unified(facts: Facts, quantum: QuantumCost) -> UnifiedCost:
    """Add both halves, one after the other: a step needs the circuits' results before its backward pass continues."""
    classical, jobs, rate = facts.classical, quantum.job_time_s, facts.request.price_per_second
    if jobs is None:
        return UnifiedCost(
            time_s=None,
            low_s=None,
            high_s=None,
            requested_time_s=None,
            scope=facts.work.scope,
            gradient=facts.request.gradient,
            dominant="noise",
            parts={},
            billed_s=None,
            price=None,
            price_per_second=rate,
        )
    parts = {name: seconds for name, seconds in quantum.parts.items() if seconds > 0.0}
    parts["classical half"] = classical.time_s
    billed_s = jobs.value + (classical.time_s if quantum.mode == "session" else 0.0)
    return UnifiedCost(
        time_s=jobs.value + classical.time_s,
        low_s=jobs.low + classical.low_s,
        high_s=jobs.high + classical.high_s,
        requested_time_s=jobs.value + classical.time_s - parts.get("shots for noise", 0.0),
        scope=facts.work.scope,
        gradient=facts.request.gradient,
        dominant=max(parts, key=parts.__getitem__),
        parts=parts,
        billed_s=billed_s,
        price=None if rate is None else billed_s * rate,
        price_per_second=rate,
    )
