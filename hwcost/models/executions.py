"""How the device runs one circuit of a model: as it is, with error mitigation, or cut into smaller ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from hwcost.backend.prepared import Device
from hwcost.circuits.layers import MeasuredCircuit
from hwcost.core.units import format_count, format_seconds
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.estimate import estimate_under
from hwcost.estimation.record import CostEstimate
from hwcost.models.cutting.cost import CuttingCost, cutting_cost
from hwcost.models.jobs import Execution
from hwcost.models.mitigation.cost import CalibrationRun, MitigationMethod, mitigation_cost
from hwcost.models.mitigation.overhead import MAX_INFLATION
from hwcost.models.options import ModelRequest
from hwcost.models.record import Overhead


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCircuit:
    """One circuit of a model and how it is run.

    Attributes:
        estimates: Of the circuit, or of its parts where it is cut.
        execution: What is sent, None where no number of shots is enough.
        overheads: What mitigation and cutting do.
        calibrations: What mitigation measures once.
        notes: What to know about that.
    """

    estimates: tuple[CostEstimate, ...]
    execution: Execution | None
    overheads: tuple[Overhead, ...]
    calibrations: tuple[CalibrationRun, ...]
    notes: tuple[str, ...]


def plan_circuit(circuit: MeasuredCircuit, conditions: Conditions, request: ModelRequest) -> PlannedCircuit:
    """Estimate a circuit, or the parts it is cut into, and say what is sent for it.

    Args:
        circuit: The circuit with its observables.
        conditions: Where it runs, and how it is costed.
        request: Which error mitigation it gets, and the width above which it is cut.
    """
    device, methods = conditions.device, request.methods
    if request.max_qubits is None or circuit.circuit.num_qubits <= request.max_qubits:
        measured = replace(conditions.request, observable=list(circuit.observables) or None)
        cost = estimate_under(replace(conditions, request=measured), circuit.circuit)
        return _planned(cost, device, methods)
    cuts = cutting_cost(circuit.circuit, request.max_qubits)
    parts = [_planned(estimate_under(conditions, part), device, methods) for part in cuts.subcircuits]
    overheads = {overhead.method: overhead for part in parts for overhead in part.overheads}
    calibrations = {run.method: run for part in parts for run in part.calibrations}
    return PlannedCircuit(
        estimates=tuple(cost for part in parts for cost in part.estimates),
        execution=_cut_execution(parts, cuts),
        overheads=(_cutting_overhead(cuts), *overheads.values()),
        calibrations=tuple(calibrations.values()),
        notes=tuple(dict.fromkeys([*cuts.notes, *(note for part in parts for note in part.notes)])),
    )


def _planned(cost: CostEstimate, device: Device, methods: Sequence[MitigationMethod]) -> PlannedCircuit:
    plain = plain_execution(cost)
    if not methods:
        return PlannedCircuit(estimates=(cost,), execution=plain, overheads=(), calibrations=(), notes=())
    mitigated = mitigation_cost(cost, device, methods)
    execution = None
    if mitigated.shots is not None and mitigated.qpu_time_s is not None:
        noiseless, runs = cost.shots.noiseless, mitigated.runs
        execution = Execution(
            num_circuits=sum(run.num_circuits for run in runs),
            num_shots=mitigated.shots,
            num_noiseless_shots=noiseless,
            qpu_time_s=mitigated.qpu_time_s,
            circuit_part_s=noiseless * cost.time.circuit_duration_s,
            delay_part_s=noiseless * cost.time.rep_delay_s,
            noise_part_s=0.0 if plain is None else min(plain.noise_part_s, mitigated.qpu_time_s - _base_s(cost)),
            duration_s=math.fsum(run.num_circuits * run.duration_s for run in runs),
            num_instructions=sum(run.num_circuits * run.num_instructions for run in runs),
            depth=sum(run.num_circuits * run.depth for run in runs),
            num_qubits=cost.circuit.num_qubits,
            rep_delay_s=cost.time.rep_delay_s,
        )
    return PlannedCircuit(
        estimates=(cost,),
        execution=execution,
        overheads=tuple(
            Overhead(
                layer="",
                method=part.method,
                circuit_factor=part.circuit_factor,
                shot_factor=part.shot_factor,
                detail=part.detail,
            )
            for part in mitigated.parts
        ),
        calibrations=mitigated.calibrations,
        notes=(*mitigated.notes, *map(_once, mitigated.calibrations)),
    )


def _once(run: CalibrationRun) -> str:
    return (
        f"mitigation: {run.method} measures {format_count(run.num_circuits)} calibration circuits once, "
        f"{format_seconds(run.time_s)} of QPU time; it is in the totals"
    )


def _base_s(cost: CostEstimate) -> float:
    return cost.shots.noiseless * cost.time.shot_time_s


def plain_execution(cost: CostEstimate) -> Execution | None:
    """Return how the device runs one circuit as it is; None where no number of shots is enough."""
    shots, time = cost.shots.needed, cost.time
    if shots is None or time.qpu_time_s is None:
        return None
    noiseless = cost.shots.noiseless
    return Execution(
        num_circuits=1.0,
        num_shots=shots,
        num_noiseless_shots=noiseless,
        qpu_time_s=time.qpu_time_s,
        circuit_part_s=noiseless * time.circuit_duration_s,
        delay_part_s=noiseless * time.rep_delay_s,
        noise_part_s=(shots - noiseless) * time.shot_time_s,
        duration_s=time.circuit_duration_s,
        num_instructions=cost.gates.num_instructions,
        depth=cost.gates.depth,
        num_qubits=cost.circuit.num_qubits,
        rep_delay_s=time.rep_delay_s,
    )


def _cut_execution(parts: Sequence[PlannedCircuit], cuts: CuttingCost) -> Execution | None:
    """Return the execution of all subexperiments of a cut circuit, whose shots are shared evenly.

    Values of the parts are multiplied, so that every part needs the shots for the noise of all of them, and the
    sampling overhead on top: N · κ² · Π 1/λ².
    """
    executions = [part.execution for part in parts if part.execution is not None]
    if cuts.sampling_overhead is None or len(executions) < len(parts):
        return None
    inflations = [part.num_shots / part.num_noiseless_shots for part in executions]
    noise = math.prod(inflations)
    if noise > MAX_INFLATION:
        return None
    grow = [cuts.sampling_overhead * noise / inflation for inflation in inflations]

    def grown(name: str) -> float:
        return math.fsum(factor * getattr(part, name) for factor, part in zip(grow, executions, strict=True))

    def over_circuits(name: str) -> float:
        """Add up a quantity of one circuit over all subexperiments."""
        pairs = zip(cuts.subexperiments, executions, strict=True)
        return math.fsum(number * getattr(part, name) for number, part in pairs)

    def largest(name: str) -> float:
        value: float = max(getattr(part, name) for part in executions)
        return value

    return Execution(
        num_circuits=over_circuits("num_circuits"),
        num_shots=grown("num_shots"),
        num_noiseless_shots=largest("num_noiseless_shots"),
        qpu_time_s=grown("qpu_time_s"),
        circuit_part_s=largest("circuit_part_s"),
        delay_part_s=largest("delay_part_s"),
        noise_part_s=largest("noise_part_s"),
        duration_s=over_circuits("duration_s"),
        num_instructions=over_circuits("num_instructions"),
        depth=over_circuits("depth"),
        num_qubits=max(part.num_qubits for part in executions),
        rep_delay_s=executions[0].rep_delay_s,
    )


def _cutting_overhead(cuts: CuttingCost) -> Overhead:
    widths = ", ".join(map(str, cuts.subcircuit_widths))
    proved = "proved to be the fewest" if cuts.minimal else "the best found"
    overhead = (
        f"10^{cuts.log10_sampling_overhead:.1f}" if cuts.sampling_overhead is None else f"{cuts.sampling_overhead:g}"
    )
    return Overhead(
        layer="",
        method="cutting",
        circuit_factor=cuts.num_subexperiments,
        shot_factor=None if cuts.sampling_overhead is None else cuts.sampling_overhead * cuts.num_subcircuits,
        detail=(
            f"{cuts.num_subcircuits} subcircuits of {widths} qubits, {cuts.num_gate_cuts} gate cuts and "
            f"{cuts.num_wire_cuts} wire cuts ({proved}), {cuts.num_subexperiments} subexperiments, "
            f"shots × {overhead} in each part"
        ),
    )


def mean_execution(executions: Sequence[Execution]) -> Execution:
    """Return the mean over a layer's circuits, all of which run equally often."""
    means = {
        f.name: math.fsum(getattr(each, f.name) for each in executions) / len(executions)
        for f in fields(Execution)
        if f.name not in ("num_qubits", "rep_delay_s")
    }
    return replace(executions[0], **means, num_qubits=max(each.num_qubits for each in executions))
