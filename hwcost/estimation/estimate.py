"""`estimate`: compile a circuit for a device, cost it, and report the cheapest of several seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwcost.backend.prepared import Device, prepare_device
from hwcost.backend.routing import UNKNOWN_ROUTING, RoutingCost, routing_cost
from hwcost.calibration.age import check_age
from hwcost.circuits.check import NO_MEASUREMENT, check_circuit
from hwcost.circuits.digest import content_sha256
from hwcost.circuits.load import LoadedCircuit, read_circuit_file
from hwcost.circuits.pennylane import is_qnode, layer_from_qnode
from hwcost.core.errors import CircuitError, OptionError
from hwcost.estimation.candidates import Candidate, candidate_as_given, candidate_shots, compile_candidates, log_cost
from hwcost.estimation.caveats import assumptions_of, repetition_delay, warnings_of
from hwcost.estimation.options import DEFAULT_ATTENUATION, EstimateOptions
from hwcost.estimation.record import (
    BackendInfo,
    CircuitInfo,
    CostEstimate,
    Excluded,
    Spread,
    TimeCost,
    TranspileInfo,
)
from hwcost.isa.columns import Kind
from hwcost.isa.counts import GateCounts, gate_counts
from hwcost.isa.read import read_isa
from hwcost.isa.schedule import sum_of_durations
from hwcost.jobs.predict import JobSize, JobTime, predict
from hwcost.jobs.profile import JobTimeProfile
from hwcost.jobs.profile_file import load_profile
from hwcost.noise.attenuation import AttenuationMethod
from hwcost.noise.observables import active_qubits
from hwcost.noise.shots import Inflation, Task, finite

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

DEFAULT_JOB_PROFILE = "ibm"


def estimate(
    circuit: QuantumCircuit | LoadedCircuit | str | PathLike[str] | Any,
    backend: Any,
    *,
    arguments: Sequence[Any] = (),
    shots: int | None = None,
    precision: float | None = None,
    optimization_level: int = 2,
    num_seeds: int = 4,
    seed: int = 0,
    transpile: bool = True,
    attenuation: AttenuationMethod = DEFAULT_ATTENUATION,
    inflation: Inflation = "worst",
    task: Task = "expectation",
    observable: Any = None,
    rep_delay_s: float | None = None,
    job_profile: str | Path | JobTimeProfile | None = None,
    durations_only: bool = False,
    keep_dead_readout: bool = False,
    measure_all: bool = False,
    max_age_days: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CostEstimate:
    """What one circuit costs on one device: time, shots, routing, noise, and where each number comes from.

    Args:
        circuit: A Qiskit circuit, the path of a file with exactly one (QPY, OpenQASM 2 or 3), or a PennyLane QNode.
        backend: Name of a fake backend, a `Calibration`, a prepared `Device` or a Qiskit backend object.
        arguments: Arguments of one call of a QNode; its observables are those that are attenuated.
        shots: Shots that a noiseless device would need; default 4096.
        precision: Instead of `shots`: wanted standard error of each expectation value.
        optimization_level: Qiskit's, 0 to 3.
        num_seeds: How many transpiler seeds to try; the cheapest is reported, the spread beside it.
        seed: First seed; the others follow it.
        transpile: False takes the circuit as ISA circuit on the backend's own qubit numbers.
        attenuation: How noise is turned into shots.
        inflation: Multiply shots for the worst or for the mean measured qubit.
        task: Expectation values, or samples that no error touched (1/ESP).
        observable: Pauli label or labels in Qiskit's order, or a `SparsePauliOp`, whose terms are attenuated instead
            of Z on each measured qubit.
        rep_delay_s: Repetition delay in seconds; default the backend's own.
        job_profile: Name or file of the job-time profile, or a `JobTimeProfile`; default `ibm`.
        durations_only: Cost no noise, and use gates whose error is not calibrated.
        keep_dead_readout: Keep qubits whose readout error is 0.5 or more.
        measure_all: Add a measurement of every qubit if the circuit has none.
        max_age_days: Refuse a calibration that is older.
        progress: Called with (seeds done, seeds in all).

    Returns:
        The estimate of the seed with the least estimated QPU time.

    Raises:
        CircuitError: The circuit cannot be costed, the message says why.
        CalibrationError: The backend is unknown or cannot carry the circuit.
        OptionError: An option makes no sense.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> bell = QuantumCircuit(2)
        >>> _ = bell.h(0), bell.cx(0, 1), bell.measure_all()
        >>> cost = estimate(bell, "fake_manila", shots=1000)
        >>> cost.gates.num_2q, cost.time.rep_delay_s
        (1, 0.00025)
    """
    options = EstimateOptions(
        shots=shots,
        precision=precision,
        optimization_level=optimization_level,
        num_seeds=num_seeds,
        seed=seed,
        attenuation=attenuation,
        inflation=inflation,
        task=task,
        rep_delay_s=rep_delay_s,
    )
    if isinstance(job_profile, JobTimeProfile):
        profile = job_profile
    else:
        profile = load_profile(DEFAULT_JOB_PROFILE if job_profile is None else job_profile)
    if is_qnode(circuit):
        circuit, observable = _qnode_circuit(circuit, arguments, observable)
    elif arguments:
        raise OptionError("arguments belong to a PennyLane QNode; a circuit has none")
    loaded = _one_circuit(circuit)
    logical = loaded.circuit
    warnings = check_circuit(logical)
    if measure_all and any(line == NO_MEASUREMENT for line in warnings):
        logical = logical.measure_all(inplace=False)
        warnings = check_circuit(logical)
    device = prepare_device(backend, durations_only=durations_only, keep_dead_readout=keep_dead_readout)
    if max_age_days is not None:
        check_age(device.audited, max_age_days)
    candidates = (
        compile_candidates(logical, device, options, observable, progress)
        if transpile
        else [candidate_as_given(logical, device, options, observable)]
    )
    delay_s, _ = repetition_delay(device.audited, options.rep_delay_s)
    best = min(candidates, key=lambda candidate: log_cost(candidate, delay_s, options))
    return _report(loaded, logical, device, options, profile, candidates, best, warnings)


def _qnode_circuit(qnode: Any, arguments: Sequence[Any], observable: Any) -> tuple[QuantumCircuit, Any]:
    """The circuit of a QNode and its observables."""
    if observable is not None:
        raise OptionError("a QNode has its observables; observable belongs to Qiskit circuits")
    layer = layer_from_qnode(qnode, tuple(arguments))
    if len(layer.circuits) > 1:
        raise CircuitError(
            f"the QNode {layer.name} is {len(layer.circuits)} circuits, because its observables do not commute; "
            "estimate_model costs them together"
        )
    return layer.circuits[0].circuit, list(layer.circuits[0].observables)


def _one_circuit(circuit: Any) -> LoadedCircuit:
    from qiskit import QuantumCircuit

    if isinstance(circuit, LoadedCircuit):
        return circuit
    if isinstance(circuit, QuantumCircuit):
        return LoadedCircuit(
            circuit=circuit, source=None, sha256=content_sha256(circuit), index=0, num_in_file=1, file_format=None
        )
    if isinstance(circuit, (str, PathLike)):
        circuits = read_circuit_file(circuit)
        if len(circuits) > 1:
            raise CircuitError(
                f"{circuit}: the file has {len(circuits)} circuits; load them with load_circuits and estimate each"
            )
        return circuits[0]
    raise OptionError(f"a circuit of type {type(circuit).__name__} cannot be costed; give a QuantumCircuit or a file")


def _report(
    loaded: LoadedCircuit,
    logical: QuantumCircuit,
    device: Device,
    options: EstimateOptions,
    profile: JobTimeProfile,
    candidates: Sequence[Candidate],
    best: Candidate,
    circuit_warnings: Sequence[str],
) -> CostEstimate:
    audited = device.audited
    calibration = audited.calibration
    rep_delay_s, rep_delay_assumption = repetition_delay(audited, options.rep_delay_s)
    shots = candidate_shots(best, options)
    gates = gate_counts(best.isa)
    shot_time_s = best.schedule.duration_s + rep_delay_s
    assumptions = [] if rep_delay_assumption is None else [rep_delay_assumption]
    assumptions += assumptions_of(best, audited)
    warnings = [*circuit_warnings, *warnings_of(best, audited, shots, rep_delay_s)]
    job_time = None
    if shots.needed is not None:
        job_time = job_time_of(profile, shots.needed, rep_delay_s, best, gates, logical.num_qubits, calibration.name)
        warnings += [f"job time: {note}" for note in job_time.notes]
    isa_circuit = best.circuit if best.transpiled is None else _on_device(best.circuit, device)
    return CostEstimate(
        circuit=_circuit_info(loaded, logical),
        backend=BackendInfo(
            name=calibration.name,
            source=calibration.source,
            origin=calibration.origin,
            processor=calibration.processor,
            num_qubits=calibration.num_qubits,
            num_qubits_usable=len(audited.component),
            snapshot_date=calibration.snapshot_date,
            snapshot_age_days=audited.age_days,
            oldest_value_date=calibration.oldest_value_date,
            newest_value_date=calibration.newest_value_date,
            rep_delay_s=rep_delay_s,
            excluded=Excluded(qubits=audited.excluded_qubits, edges=audited.excluded_edges),
            findings=audited.findings,
            assumptions=tuple(assumptions),
            warnings=tuple(dict.fromkeys(warnings)),
        ),
        transpile=_transpile_info(best, options, isa_circuit),
        gates=gates,
        time=TimeCost(
            sum_of_durations_s=sum_of_durations(best.isa),
            circuit_duration_s=best.schedule.duration_s,
            readout_s=best.schedule.readout_s if best.isa.readout_duration_known else None,
            rep_delay_s=rep_delay_s,
            shot_time_s=shot_time_s,
            qpu_time_s=None if shots.needed is None else shots.needed * shot_time_s,
            job_time_s=job_time,
        ),
        routing=_routing(logical, device, options, best),
        noise=best.success,
        shots=shots,
        paper=best.paper,
        spread=_spread(candidates, options),
        isa_circuit=isa_circuit,
    )


def job_time_of(
    profile: JobTimeProfile,
    shots: int,
    rep_delay_s: float,
    best: Candidate,
    gates: GateCounts,
    num_qubits: int,
    device_name: str,
) -> JobTime:
    """Seconds of one job that runs this circuit, `num_qubits` wide before compilation, alone."""
    size = JobSize(
        shots=shots,
        rep_delay_s=rep_delay_s,
        total_circuit_duration_s=best.schedule.duration_s,
        total_instructions=gates.num_instructions,
        total_depth=gates.depth,
        num_qubits=num_qubits,
        device=device_name,
    )
    return predict(profile, size)


def _circuit_info(loaded: LoadedCircuit, logical: QuantumCircuit) -> CircuitInfo:
    return CircuitInfo(
        name=logical.name,
        source=loaded.source,
        sha256=loaded.sha256,
        num_qubits=logical.num_qubits,
        num_parameters=logical.num_parameters,
        depth=logical.depth(),
        ops=dict(logical.count_ops()),
    )


def _on_device(circuit: QuantumCircuit, device: Device) -> QuantumCircuit:
    from hwcost.backend.compiler import on_device_qubits

    return on_device_qubits(circuit, device.audited.component, device.audited.calibration.num_qubits)


def _transpile_info(best: Candidate, options: EstimateOptions, isa_circuit: QuantumCircuit) -> TranspileInfo:
    import qiskit

    from hwcost.core.version import __version__

    active = active_qubits(best.isa)
    compiled = best.transpiled is not None
    placed = active
    if compiled and isa_circuit.layout is not None:
        placed = tuple(isa_circuit.layout.initial_index_layout(filter_ancillas=True))
    return TranspileInfo(
        optimization_level=options.optimization_level if compiled else None,
        num_seeds=options.num_seeds if compiled else 0,
        seed_chosen=None if best.transpiled is None else best.transpiled.seed,
        qiskit=qiskit.__version__,
        hwcost=__version__,
        physical_qubits=placed,
        active_qubits=active,
    )


def _routing(circuit: QuantumCircuit, device: Device, options: EstimateOptions, best: Candidate) -> RoutingCost:
    if best.transpiled is None:
        return UNKNOWN_ROUTING
    unrouted = device.all_to_all_compiler.compile(
        circuit, optimization_level=options.optimization_level, seed=best.transpiled.seed
    ).circuit
    component = device.audited.component
    return routing_cost(
        best.isa,
        read_isa(unrouted, device.medians),
        [(component[a], component[b]) for a, b in best.transpiled.swaps],
        device.audited,
    )


def _spread(candidates: Sequence[Candidate], options: EstimateOptions) -> Spread:
    durations = [c.schedule.duration_s for c in candidates]
    gates = [c.isa.count(Kind.TWO_QUBIT) for c in candidates]
    swaps = [len(c.transpiled.swaps) for c in candidates if c.transpiled is not None]
    worst = [
        value for c in candidates if c.success is not None for value in [candidate_shots(c, options).inflation_worst]
    ]
    known = [value for value in worst if value is not None]
    return Spread(
        num_seeds=len(candidates),
        circuit_duration_s=(min(durations), max(durations)),
        num_2q=(min(gates), max(gates)),
        num_swaps=(min(swaps), max(swaps)) if swaps else None,
        inflation_worst=None
        if not worst
        else (finite(min(known, default=math.inf)), max(known) if len(known) == len(worst) else None),
    )
