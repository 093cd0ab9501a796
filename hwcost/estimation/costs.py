"""One compilation of a circuit with everything that it costs, computed once: `CostedCandidate`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hwcost.circuits.measurement_bases import MeasurementPlan
from hwcost.core.errors import CircuitError
from hwcost.core.text import one_line
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.options import EstimateRequest
from hwcost.estimation.record import RequestedJob, TimeCost
from hwcost.isa.columns import IsaCircuit
from hwcost.isa.counts import GateCounts, gate_counts
from hwcost.isa.schedule import Schedule, schedule_alap, sum_of_durations
from hwcost.jobs.predict import JobTime, predict
from hwcost.jobs.size import JobSize
from hwcost.noise.attenuation import QubitAttenuation, attenuate, method_used
from hwcost.noise.hardware import MAX_QUBITS, CircuitKind
from hwcost.noise.observables import NoisyCircuit, active_qubits
from hwcost.noise.pauli_labels import physical_observables
from hwcost.noise.shots import ShotCost, WeightedSum, noiseless_shots, shot_cost
from hwcost.noise.success import PaperCost, SuccessProbability, paper_cost, success_probability

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from hwcost.backend.compiler import Transpiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """A compiled circuit on a device.

    Attributes:
        circuit: The ISA circuit (on the healthy component's qubit numbers if it was compiled for its Target).
        isa: Its columns, on physical qubit numbers.
        transpiled: What is known about the compilation, None if it was made elsewhere.
        num_logical_qubits: Width of the circuit before compilation.
        level: Qiskit's optimization level, None if the compilation was made elsewhere.
    """

    circuit: QuantumCircuit
    isa: IsaCircuit
    transpiled: Transpiled | None
    num_logical_qubits: int
    level: int | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether the qubits were fixed in advance: the first ones of the device, which Qiskit's level 0 takes, too.

        Qubits that somebody picked otherwise count as chosen: how they were picked is not known.
        """
        if self.transpiled is not None:
            return self.level == 0
        active = active_qubits(self.isa)
        return active == tuple(range(len(active)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CostedCandidate:
    """A compilation and what it costs. Nothing in it is computed again by whoever reports it.

    Attributes:
        compiled: The compilation.
        schedule: Its ALAP schedule.
        gates: Its size.
        success: ESP and its parts, None where no noise is costed.
        paper: The paper's model, None where no noise is costed or the model is undefined.
        shots: Shots and the attenuations behind them.
        time: Where the time goes.
        rank_key: Logarithm of the QPU time per noiseless shot, to rank compilations even where shots overflow.
    """

    compiled: Compilation
    schedule: Schedule
    gates: GateCounts
    success: SuccessProbability | None
    paper: PaperCost | None
    shots: ShotCost
    time: TimeCost
    rank_key: float

    @property
    def is_empty(self) -> bool:
        """Whether nothing that a shot could lose is left in the circuit."""
        return self.success is not None and not self.shots.attenuation


def cost_candidate(
    compiled: Compilation,
    conditions: Conditions,
    *,
    plan: MeasurementPlan | None = None,
    may_be_empty: bool = False,
) -> CostedCandidate:
    """Cost one compilation.

    Args:
        compiled: The compiled circuit.
        conditions: Device and request.
        plan: What is measured, on the qubits before compilation; default Z on each measured qubit.
        may_be_empty: Whether a circuit in which nothing is left has a cost.

    Raises:
        CircuitError: The attenuation method cannot answer for this circuit, or nothing is left of it.
        OptionError: The observable does not fit the circuit.
    """
    request, audited, isa = conditions.request, conditions.device.audited, compiled.isa
    schedule = schedule_alap(isa)
    success = paper = None
    attenuations: tuple[QubitAttenuation, ...] = ()
    if not audited.durations_only:
        success = success_probability(isa, schedule, [q.t1_s for q in audited.calibration.qubits], audited.t2_s)
        paper = paper_cost(isa, audited.t2_s)
        attenuations = attenuations_of(compiled, schedule, conditions, None if plan is None else plan.labels)
        if not attenuations and not may_be_empty:
            raise CircuitError(
                f"{one_line(compiled.circuit.name)}: nothing but waiting is left after compilation; "
                "give a circuit that does something"
            )
    gates = gate_counts(isa)
    shots = _shots(attenuations, success, request, plan, circuit_kind(compiled, gates))
    return CostedCandidate(
        compiled=compiled,
        schedule=schedule,
        gates=gates,
        success=success,
        paper=paper,
        shots=shots,
        time=_time(compiled, schedule, gates, shots, conditions),
        rank_key=_rank_key(schedule, success, shots, plan, conditions),
    )


SHALLOW_2Q_PER_QUBIT = 4
"""Two-qubit gates per qubit in use up to which a circuit is shallow, routing included."""


def circuit_kind(compiled: Compilation, gates: GateCounts) -> CircuitKind:
    """Return whose error on hardware this circuit has."""
    if compiled.is_fixed:
        return "fixed"
    num_qubits = len(active_qubits(compiled.isa))
    return "wide" if num_qubits > MAX_QUBITS and gates.num_2q <= SHALLOW_2Q_PER_QUBIT * num_qubits else "chosen"


def attenuations_of(
    compiled: Compilation, schedule: Schedule, conditions: Conditions, labels: Sequence[str] | None
) -> tuple[QubitAttenuation, ...]:
    """Return λ of each Pauli label on the qubits before compilation; None is Z on each measured qubit.

    Raises:
        CircuitError: The attenuation method cannot answer for this circuit.
        OptionError: A label does not fit the circuit.
    """
    audited = conditions.device.audited
    component = None if compiled.transpiled is None else audited.component
    return attenuate(
        NoisyCircuit(compiled.isa, schedule, audited),
        method=conditions.request.attenuation,
        observables=None if labels is None else physical_observables(labels, compiled.circuit, component),
        seed=conditions.request.seed,
    )


def with_method(candidate: CostedCandidate, conditions: Conditions, plan: MeasurementPlan | None) -> CostedCandidate:
    """Return a candidate with its noise costed anew, by the attenuation method of other conditions.

    Errors are those of `cost_candidate`.
    """
    compiled, success, schedule = candidate.compiled, candidate.success, candidate.schedule
    if success is None:
        return candidate
    rows = attenuations_of(compiled, schedule, conditions, None if plan is None else plan.labels)
    shots = _shots(rows, success, conditions.request, plan, circuit_kind(compiled, candidate.gates))
    return replace(
        with_shots(candidate, shots, conditions), rank_key=_rank_key(schedule, success, shots, plan, conditions)
    )


def with_shots(candidate: CostedCandidate, shots: ShotCost, conditions: Conditions) -> CostedCandidate:
    """Return the candidate with other shots, and the times that follow from them."""
    time = _time(candidate.compiled, candidate.schedule, candidate.gates, shots, conditions)
    return replace(candidate, shots=shots, time=time)


def _shots(
    attenuations: tuple[QubitAttenuation, ...],
    success: SuccessProbability | None,
    request: EstimateRequest,
    plan: MeasurementPlan | None,
    kind: CircuitKind,
) -> ShotCost:
    num_bases = 1 if plan is None else len(plan.groups)
    if success is None or not attenuations:
        return noiseless_shots(requested=request.shots, precision=request.precision, num_bases=num_bases)
    sums = None if plan is None else plan.sums()
    return shot_cost(
        attenuations,
        method=method_used(attenuations, request.attenuation),
        requested=request.shots,
        precision=request.precision,
        rule=request.inflation,
        task=request.task,
        log10_esp=success.log10_esp,
        observables=None
        if plan is None or sums is None
        else [WeightedSum(each.name, terms) for each, terms in zip(plan.observables, sums, strict=True)],
        num_bases=num_bases,
        kind=kind,
    )


def _time(
    compiled: Compilation, schedule: Schedule, gates: GateCounts, shots: ShotCost, conditions: Conditions
) -> TimeCost:
    shot_time_s = schedule.duration_s + conditions.rep_delay_s

    def job_time(number: int) -> JobTime:
        return predict(conditions.request.profile, _job_size(compiled, schedule, gates, shots, number, conditions))

    return TimeCost(
        sum_of_durations_s=sum_of_durations(compiled.isa),
        circuit_duration_s=schedule.duration_s,
        readout_s=schedule.readout_s if compiled.isa.readout_duration_known else None,
        rep_delay_s=conditions.rep_delay_s,
        shot_time_s=shot_time_s,
        qpu_time_s=None if shots.executions is None else shots.executions * shot_time_s,
        job_time_s=None if shots.needed is None else job_time(shots.needed),
        requested=RequestedJob(
            shots=shots.noiseless,
            num_bases=shots.num_bases,
            executions=shots.noiseless * shots.num_bases,
            qpu_time_s=shots.noiseless * shots.num_bases * shot_time_s,
            job_time_s=job_time(shots.noiseless),
            standard_error=shots.standard_error(shots.noiseless),
        ),
    )


def job_time_line(candidate: CostedCandidate, conditions: Conditions) -> tuple[float, float]:
    """Return (seconds of a job without a shot, seconds that one shot of each basis adds): a job is linear in shots."""
    empty, single = (predict_job(candidate, shots, conditions) for shots in (0, 1))
    return empty.value_s, math.fsum(s for name, s in single.parts.items() if empty.parts.get(name, 0.0) == 0.0)


def predict_job(candidate: CostedCandidate, shots: int, conditions: Conditions) -> JobTime:
    """Predict the time of one job that runs a candidate alone, once per basis, with so many shots in each."""
    size = _job_size(candidate.compiled, candidate.schedule, candidate.gates, candidate.shots, shots, conditions)
    return predict(conditions.request.profile, size)


def _job_size(
    compiled: Compilation, schedule: Schedule, gates: GateCounts, cost: ShotCost, shots: int, conditions: Conditions
) -> JobSize:
    return JobSize(
        shots=shots,
        num_circuits=cost.num_bases,
        rep_delay_s=conditions.rep_delay_s,
        total_circuit_duration_s=cost.num_bases * schedule.duration_s,
        total_instructions=cost.num_bases * gates.num_instructions,
        total_depth=cost.num_bases * gates.depth,
        num_qubits=compiled.num_logical_qubits,
        **conditions.run_on,
    )


def _rank_key(
    schedule: Schedule,
    success: SuccessProbability | None,
    shots: ShotCost,
    plan: MeasurementPlan | None,
    conditions: Conditions,
) -> float:
    log_time = math.log(max(schedule.duration_s + conditions.rep_delay_s, 1e-12))
    if success is None or not shots.attenuation:
        return log_time
    if conditions.request.task == "sampling":
        return log_time - success.log10_esp * math.log(10.0)
    logs = [max(0.0, row.log_inflation) for row in shots.attenuation]  # a λ above 1 saves no shots
    if plan is not None:
        logs = [
            _log_mean([logs[row] for row, _ in terms], [coefficient**2 for _, coefficient in terms])
            for terms in plan.sums()
        ]
    if conditions.request.inflation == "worst":
        return log_time + max(logs)
    return log_time + _log_mean(logs, [1.0] * len(logs))


def _log_mean(logs: Sequence[float], weights: Sequence[float]) -> float:
    """Return the logarithm of the weighted mean of numbers that are known by their logarithms."""
    largest = max(logs)
    if math.isinf(largest):
        return largest
    total = math.fsum(weight * math.exp(log - largest) for weight, log in zip(weights, logs, strict=True))
    return largest + math.log(total / math.fsum(weights))
