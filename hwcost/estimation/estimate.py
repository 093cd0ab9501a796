"""`estimate`: compile a circuit for a device, cost it, and report the cheapest of several seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwcost.backend.compiler import on_device_qubits
from hwcost.backend.equivalence import Equivalence, EquivalenceCheck
from hwcost.backend.routing import UNKNOWN_ROUTING, RoutingCost, routing_cost
from hwcost.calibration.readout_file import ReadoutSource
from hwcost.circuits.load import LoadedCircuit
from hwcost.core.cores import checked_num_workers
from hwcost.core.durations import parse_duration_s
from hwcost.core.errors import CircuitError
from hwcost.core.garbage import few_searches
from hwcost.core.text import one_line
from hwcost.core.version import __version__
from hwcost.estimation.backend_info import backend_info
from hwcost.estimation.budget import budget_fit
from hwcost.estimation.caveats import assumptions_of, caveats_of
from hwcost.estimation.choice import choose, ranking_conditions, spread_over
from hwcost.estimation.conditions import Conditions, prepare_conditions
from hwcost.estimation.costs import CostedCandidate
from hwcost.estimation.gate_sets import other_gate_set
from hwcost.estimation.known_circuits import keep_choice, known_candidate
from hwcost.estimation.logical import LogicalCircuit, read_logical
from hwcost.estimation.options import EstimateRequest
from hwcost.estimation.record import CostEstimate, Spread, TranspileInfo
from hwcost.estimation.seed_work import compile_candidates
from hwcost.estimation.seeds import NumSeeds
from hwcost.estimation.variances import with_known_state
from hwcost.isa.read import read_isa
from hwcost.isa.timeline import Timeline
from hwcost.jobs.profile import JobTimeProfile
from hwcost.noise.methods import DEFAULT_ATTENUATION, AttenuationMethod
from hwcost.noise.observables import active_qubits
from hwcost.noise.shots import Inflation, Task

if TYPE_CHECKING:
    from qiskit import QuantumCircuit


def estimate(
    circuit: QuantumCircuit | LoadedCircuit | str | PathLike[str] | Any,
    backend: Any,
    *,
    arguments: Sequence[Any] = (),
    shots: int | None = None,
    precision: float | None = None,
    optimization_level: int = 2,
    num_seeds: NumSeeds = 4,
    seed: int = 0,
    transpile: bool = True,
    attenuation: AttenuationMethod = DEFAULT_ATTENUATION,
    inflation: Inflation = "worst",
    task: Task = "expectation",
    observable: Any = None,
    rep_delay_s: float | None = None,
    job_profile: str | Path | Mapping[str, Any] | JobTimeProfile | None = None,
    durations_only: bool = False,
    keep_dead_readout: bool = False,
    fractional_gates: bool = False,
    readout_from: ReadoutSource | None = None,
    measure_all: bool = False,
    budget: float | str | None = None,
    max_age_days: float | None = None,
    dt_s: float | None = None,
    duration_1q_s: float | None = None,
    duration_2q_s: float | None = None,
    readout_duration_s: float | None = None,
    error_1q: float | None = None,
    error_2q: float | None = None,
    readout_error: float | None = None,
    t1_s: float | None = None,
    t2_s: float | None = None,
    num_workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CostEstimate:
    """Cost one circuit on one device: time, shots, routing, noise, and where each number comes from.

    Args:
        circuit: A Qiskit circuit, the path of a file with exactly one (QPY, OpenQASM 2 or 3), or a PennyLane QNode.
        backend: Name of a fake backend, a `Calibration`, a prepared `Device` or a Qiskit backend object.
        arguments: Arguments of one call of a QNode; its observables are those that are costed.
        shots: Shots of each basis that a noiseless device would need; default 4096.
        precision: Instead of `shots`: wanted standard error of each observable.
        optimization_level: Qiskit's, 0 to 3.
        num_seeds: How many transpiler seeds to try; the cheapest is reported, the spread beside it. `"auto"` tries 8,
            16, 32 or 64, each at levels 2 and 3 (below level 2 at that level), until a doubling promises less than 2 %.
        seed: First seed; the others follow it.
        transpile: False takes the circuit as ISA circuit on the backend's own qubit numbers.
        attenuation: How noise is turned into shots.
        inflation: Multiply shots for the worst or for the mean measured qubit.
        task: Expectation values, or samples that no error touched (1/ESP).
        observable: What is wanted instead of Z on each measured qubit: a Pauli label in Qiskit's order, a
            `SparsePauliOp`, a mapping from labels to coefficients, the path of a file with those, or a list of such
            (`hwcost.circuits.pauli_sums.read_pauli_sums`). It is costed as the bases in which it is measured. A
            circuit without measurements gets those of the observable.
        rep_delay_s: Repetition delay in seconds; default the backend's own.
        job_profile: Name or file of the job-time profile, or a `JobTimeProfile`; default that of the device's maker.
        durations_only: Cost no noise, and use gates whose error is not calibrated.
        keep_dead_readout: Keep qubits whose readout error is 0.5 or more.
        fractional_gates: Compile into IBM's fractional gates rx and rzz where the device has them.
        readout_from: Measured readout in place of the calibrated one: a JSON file, what it holds, or a
            `MeasuredReadout` (`hwcost.calibration.readout_file.load_readout`).
        measure_all: Add a measurement of every qubit if the circuit has none.
        budget: Time of one job, in seconds or such as `10min`: how many shots fit, and how precise they are.
        max_age_days: Refuse a calibration that is older.
        dt_s: Time step of the control electronics, where the device does not say. This and the next eight stand only
            where there is no value, each as an assumption of the report; what the device has everywhere is refused.
        duration_1q_s: Duration of one pulse, for one-qubit gates without duration; virtual gates take none, u3 two.
        duration_2q_s: Duration of two-qubit gates without one.
        readout_duration_s: Duration of readouts without one.
        error_1q: Error of one pulse, for one-qubit gates without error; virtual gates have none.
        error_2q: Error of two-qubit gates without one.
        readout_error: Mean assignment error of readouts without one.
        t1_s: T1 of qubits without one.
        t2_s: T2 of qubits without one.
        num_workers: Processes that compile where that saves seconds; default one per core available. They change
            nothing in the estimate.
        progress: Called with (seeds done, seeds in all); with `auto` the latter grows.

    Returns:
        The estimate of the seed with the least estimated QPU time; with bound angles and `auto` the least of those that
        rank best by the average over angles (`hwcost.estimation.choice`). `transpile.equivalence` says whether it is
        proved that its compiled circuit does what the circuit does.

    Raises:
        CircuitError: The circuit cannot be costed, the message says why; or its compiled circuit does something else.
        CalibrationError: The backend is unknown or cannot carry the circuit.
        OptionError: An option is invalid.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> bell = QuantumCircuit(2)
        >>> _ = bell.h(0), bell.cx(0, 1), bell.measure_all()
        >>> cost = estimate(bell, "fake_manila", shots=1000)
        >>> cost.gates.num_2q, cost.time.rep_delay_s
        (1, 0.00025)
    """
    request = EstimateRequest(
        max_age_days=max_age_days,
        shots=shots,
        precision=precision,
        optimization_level=optimization_level,
        num_seeds=num_seeds,
        seed=seed,
        transpile=transpile,
        attenuation=attenuation,
        inflation=inflation,
        task=task,
        observable=observable,
        job_profile=job_profile,
        rep_delay_s=rep_delay_s,
        measure_all=measure_all,
        durations_only=durations_only,
        keep_dead_readout=keep_dead_readout,
        budget_s=None if budget is None else parse_duration_s(budget, name="budget"),
        fractional_gates=fractional_gates,
        dt_s=dt_s,
        duration_1q_s=duration_1q_s,
        duration_2q_s=duration_2q_s,
        readout_duration_s=readout_duration_s,
        error_1q=error_1q,
        error_2q=error_2q,
        readout_error=readout_error,
        t1_s=t1_s,
        t2_s=t2_s,
        readout_from=readout_from,
    )
    num_workers = checked_num_workers(num_workers)
    with few_searches():  # the first estimate of a session imports Qiskit
        conditions = prepare_conditions(backend, request)
        return estimate_under(
            conditions,
            circuit,
            arguments=arguments,
            prove=True,
            both_gate_sets=True,
            num_workers=num_workers,
            progress=progress,
        )


def estimate_under(
    conditions: Conditions,
    circuit: QuantumCircuit | LoadedCircuit | str | PathLike[str] | Any,
    *,
    arguments: Sequence[Any] = (),
    prove: bool = False,
    both_gate_sets: bool = False,
    num_workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> CostEstimate:
    """Do what `estimate` does, with device and options prepared.

    Args:
        conditions: Device and request.
        circuit: As in `estimate`.
        arguments: As in `estimate`.
        prove: Prove that the compiled circuit does what the circuit does.
        both_gate_sets: Look at the device's other gate set too.
        num_workers: As in `estimate`, but none beside this one unless asked for.
        progress: As in `estimate`.
    """
    request = conditions.request
    logical = read_logical(circuit, arguments=arguments, observable=request.observable, measure_all=request.measure_all)
    known = known_candidate(logical, conditions)
    if known is None:
        candidates = compile_candidates(logical, ranking_conditions(conditions), progress, num_workers=num_workers)
        chosen, spread = choose(candidates, conditions, logical.plan), spread_over(candidates)
        keep_choice(logical, conditions, chosen.ranked, spread)
        best = chosen.costed
    else:
        ranked, spread = known
        best = choose([ranked], conditions, logical.plan).costed
    cost = assemble(logical, conditions, best, spread, prove=prove)
    if not both_gate_sets:
        return cost
    return replace(cost, other_gate_set=other_gate_set(logical, conditions, best))


def assemble(
    logical: LogicalCircuit,
    conditions: Conditions,
    chosen: CostedCandidate,
    spread: Spread,
    *,
    prove: bool = False,
) -> CostEstimate:
    """Report the candidate that was chosen, with the spread over all.

    Raises:
        CircuitError: With `prove`, if the compiled circuit does something else than the circuit.
    """
    best = with_known_state(chosen, logical, conditions)
    compiled = best.compiled
    isa_circuit = compiled.circuit
    equivalence = None
    if compiled.transpiled is not None:
        equivalence = _proved(logical.circuit, isa_circuit) if prove else None
        audited = conditions.device.audited
        isa_circuit = on_device_qubits(compiled.circuit, audited.component, audited.calibration.num_qubits)
    return CostEstimate(
        circuit=logical.info(),
        backend=backend_info(
            conditions,
            assumptions=assumptions_of(best, conditions, logical.plan),
            caveats=(*logical.caveats, *caveats_of(best, conditions)),
        ),
        transpile=_transpile_info(best, spread.num_seeds, isa_circuit, equivalence),
        gates=best.gates,
        time=best.time,
        routing=_routing(logical, conditions, best),
        noise=best.success,
        shots=best.shots,
        paper=best.paper,
        spread=spread,
        budget=budget_fit(best, conditions),
        isa_circuit=isa_circuit,
        timeline=Timeline(compiled.isa, best.schedule),
    )


def _proved(circuit: QuantumCircuit, isa: QuantumCircuit) -> Equivalence:
    try:
        return EquivalenceCheck(circuit).prove(isa)
    except CircuitError as error:
        raise CircuitError(
            f"{one_line(circuit.name)}: {error}, a fault of the compiler; try another optimization level or seed"
        ) from None


def _transpile_info(
    best: CostedCandidate, num_seeds: int, isa_circuit: QuantumCircuit, equivalence: Equivalence | None
) -> TranspileInfo:
    import qiskit

    active = active_qubits(best.compiled.isa)
    transpiled = best.compiled.transpiled
    placed = active
    if transpiled is not None and isa_circuit.layout is not None:
        placed = tuple(isa_circuit.layout.initial_index_layout(filter_ancillas=True))
    return TranspileInfo(
        optimization_level=None if transpiled is None else transpiled.optimization_level,
        num_seeds=0 if transpiled is None else num_seeds,
        seed_chosen=None if transpiled is None else transpiled.seed,
        qiskit=qiskit.__version__,
        hwcost=__version__,
        physical_qubits=placed,
        active_qubits=active,
        equivalence=equivalence,
    )


def _routing(logical: LogicalCircuit, conditions: Conditions, best: CostedCandidate) -> RoutingCost:
    transpiled, device = best.compiled.transpiled, conditions.device
    if transpiled is None:
        return UNKNOWN_ROUTING
    unrouted = device.all_to_all_compiler.compile(
        logical.circuit, optimization_level=transpiled.optimization_level, seed=transpiled.seed
    ).circuit
    component = device.audited.component
    return routing_cost(
        best.compiled.isa,
        read_isa(unrouted, device.medians),
        [(component[a], component[b]) for a, b in transpiled.swaps],
        device.audited,
    )
