"""`estimate`: compile a circuit for a device, cost it, and report the cheapest of several seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any, get_args

from hwcost.attenuation import AttenuationMethod, QubitAttenuation, attenuate, attenuation_omissions
from hwcost.circuits import LoadedCircuit, check_circuit, content_sha256, read_circuit_file
from hwcost.cost_estimate import (
    BackendInfo,
    CircuitInfo,
    CostEstimate,
    Excluded,
    GateCounts,
    Spread,
    TimeCost,
    TranspileInfo,
)
from hwcost.device import Device, prepare_device
from hwcost.errors import CircuitError, OptionError
from hwcost.isa import IsaCircuit, Kind, read_isa
from hwcost.noise import PaperCost, SuccessProbability, paper_cost, success_probability
from hwcost.routing import UNKNOWN_ROUTING, RoutingCost, routing_cost
from hwcost.schedule import Schedule, schedule_alap, sum_of_durations
from hwcost.shots import (
    ORDER_OF_MAGNITUDE_INFLATION,
    Inflation,
    ShotCost,
    Task,
    finite,
    inflation,
    noiseless_shots,
    shot_cost,
)

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from hwcost.transpilation import Transpiled

DEFAULT_SHOTS = 4096
DEFAULT_ATTENUATION: AttenuationMethod = "light-cone"

ASSUMED_REP_DELAY_S = 250e-6
"""Default repetition delay of IBM backends: reported by 45 of the 48 fake backends that report one."""

MAX_SEEDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """Checked options of one estimate."""

    shots: int | None
    precision: float | None
    optimization_level: int
    num_seeds: int
    seed: int
    attenuation: AttenuationMethod
    rule: Inflation
    task: Task
    rep_delay_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """One compiled circuit with what is needed to rank it."""

    seed: int | None
    circuit: QuantumCircuit
    transpiled: Transpiled | None
    isa: IsaCircuit
    schedule: Schedule
    attenuations: tuple[QubitAttenuation, ...]
    success: SuccessProbability | None
    paper: PaperCost | None


def estimate(
    circuit: QuantumCircuit | LoadedCircuit | str | PathLike[str],
    backend: Any,
    *,
    shots: int | None = None,
    precision: float | None = None,
    optimization_level: int = 2,
    num_seeds: int = 4,
    seed: int = 0,
    transpile: bool = True,
    attenuation: AttenuationMethod = DEFAULT_ATTENUATION,
    inflation: Inflation = "worst",
    task: Task = "expectation",
    rep_delay_s: float | None = None,
    durations_only: bool = False,
    keep_dead_readout: bool = False,
    measure_all: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> CostEstimate:
    """What one circuit costs on one device: time, shots, routing, noise, and where each number comes from.

    Args:
        circuit: A Qiskit circuit, or the path of a file with exactly one (QPY, OpenQASM 2 or 3).
        backend: Name of a fake backend, a `Calibration`, a prepared `Device` or a Qiskit backend object.
        shots: Shots that a noiseless device would need; default 4096.
        precision: Instead of `shots`: wanted standard error of each expectation value.
        optimization_level: Qiskit's, 0 to 3.
        num_seeds: How many transpiler seeds to try; the cheapest is reported, the spread beside it.
        seed: First seed; the others follow it.
        transpile: False takes the circuit as ISA circuit on the backend's own qubit numbers.
        attenuation: How noise is turned into shots.
        inflation: Multiply shots for the worst or for the mean measured qubit.
        task: Expectation values, or samples that no error touched (1/ESP).
        rep_delay_s: Repetition delay in seconds; default the backend's own.
        durations_only: Cost no noise, and use gates whose error is not calibrated.
        keep_dead_readout: Keep qubits whose readout error is 0.5 or more.
        measure_all: Add a measurement of every qubit if the circuit has none.
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
    options = _check_options(
        shots=shots,
        precision=precision,
        optimization_level=optimization_level,
        num_seeds=num_seeds,
        seed=seed,
        attenuation=attenuation,
        rule=inflation,
        task=task,
        rep_delay_s=rep_delay_s,
    )
    loaded = _one_circuit(circuit)
    logical = loaded.circuit
    warnings = list(check_circuit(logical))
    if measure_all and not any(instruction.name == "measure" for instruction in logical.data):
        logical = logical.measure_all(inplace=False)
        warnings = list(check_circuit(logical))
    device = (
        backend
        if isinstance(backend, Device)
        else prepare_device(backend, durations_only=durations_only, keep_dead_readout=keep_dead_readout)
    )
    candidates = _compile(logical, device, options, progress) if transpile else [_as_given(logical, device, options)]
    best = min(candidates, key=lambda c: _rank(c, device, options))
    return _report(loaded, logical, device, options, candidates, best, warnings)


def _check_options(**values: Any) -> _Options:
    options = _Options(**values)
    shots, precision = options.shots, options.precision
    if shots is not None and precision is not None:
        raise OptionError("shots and precision are both given; give the one that you want to fix")
    if shots is None and precision is None:
        return _check_options(**{**values, "shots": DEFAULT_SHOTS})
    if shots is not None and (isinstance(shots, bool) or shots != int(shots) or not 0 < shots <= 10**15):
        raise OptionError(f"shots is {shots}; give a whole number of at least 1")
    if precision is not None and not 1e-7 <= precision < 1.0:
        raise OptionError(f"precision is {precision}; give a standard error between 1e-7 and 1, for example 0.01")
    if options.optimization_level not in {0, 1, 2, 3}:
        raise OptionError(f"optimization_level is {options.optimization_level}; Qiskit has levels 0, 1, 2 and 3")
    if not 1 <= options.num_seeds <= MAX_SEEDS:
        raise OptionError(f"num_seeds is {options.num_seeds}; give a number from 1 to {MAX_SEEDS}")
    if not 0 <= options.seed < 2**31:
        raise OptionError(f"seed is {options.seed}; give a number from 0 to 2147483647")
    for name, allowed in (("attenuation", AttenuationMethod), ("rule", Inflation), ("task", Task)):
        if getattr(options, name) not in get_args(allowed):
            shown = "inflation" if name == "rule" else name
            raise OptionError(f"{shown} is {getattr(options, name)!r}; choose from {', '.join(get_args(allowed))}")
    if options.rep_delay_s is not None and not 0.0 <= options.rep_delay_s <= 1.0:
        raise OptionError(f"rep_delay is {options.rep_delay_s} s; give seconds between 0 and 1, for example 0.00025")
    return options


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


def _compile(
    circuit: QuantumCircuit, device: Device, options: _Options, progress: Callable[[int, int], None] | None
) -> list[_Candidate]:
    from hwcost.transpilation import transpile_once

    audited = device.audited
    audited.require_qubits(circuit.num_qubits)
    candidates = []
    for done in range(options.num_seeds):
        transpiled = transpile_once(
            circuit,
            device.target,
            optimization_level=options.optimization_level,
            seed=options.seed + done,
        )
        isa = read_isa(
            transpiled.circuit,
            audited,
            physical_qubits=audited.component,
            num_qubits=audited.calibration.num_qubits,
        )
        candidates.append(_cost(transpiled.circuit, isa, device, options, transpiled))
        if progress is not None:
            progress(done + 1, options.num_seeds)
    return candidates


def _as_given(circuit: QuantumCircuit, device: Device, options: _Options) -> _Candidate:
    width = device.audited.calibration.num_qubits
    if circuit.num_qubits > width:
        raise CircuitError(
            f"{circuit.name}: an ISA circuit uses the device's own qubit numbers, and this one has "
            f"{circuit.num_qubits} qubits where {device.audited.calibration.name} has {width}"
        )
    isa = read_isa(circuit, device.audited, num_qubits=width)
    return _cost(circuit, isa, device, options, None)


def _cost(
    circuit: QuantumCircuit, isa: IsaCircuit, device: Device, options: _Options, transpiled: Transpiled | None
) -> _Candidate:
    audited = device.audited
    schedule = schedule_alap(isa)
    success = paper = None
    attenuations: tuple[QubitAttenuation, ...] = ()
    if not audited.durations_only:
        t1_s = [qubit.t1_s for qubit in audited.calibration.qubits]
        success = success_probability(isa, schedule, t1_s, audited.t2_s)
        paper = paper_cost(isa, audited.t2_s)
        attenuations = attenuate(
            isa,
            schedule,
            audited,
            method=options.attenuation,
            seed=options.seed,
            p_fail=None if paper is None else paper.p_fail,
        )
    return _Candidate(
        seed=None if transpiled is None else transpiled.seed,
        circuit=circuit,
        transpiled=transpiled,
        isa=isa,
        schedule=schedule,
        attenuations=attenuations,
        success=success,
        paper=paper,
    )


def _rank(candidate: _Candidate, device: Device, options: _Options) -> float:
    """Logarithm of the estimated QPU time per noiseless shot: comparable even where the shots overflow."""
    log_time = math.log(candidate.schedule.duration_s + _rep_delay(device, options)[0] or 1e-12)
    if candidate.success is None:
        return log_time
    if options.task == "sampling":
        return log_time - candidate.success.log10_esp * math.log(10.0)
    if options.attenuation == "paper" and candidate.paper is not None:
        return log_time - candidate.paper.log_survival
    factors = [inflation(a.value) for a in candidate.attenuations]
    used = max(factors) if options.rule == "worst" else math.fsum(factors) / len(factors)
    return log_time + math.log(used)


def _rep_delay(device: Device, options: _Options) -> tuple[float, str | None]:
    """Repetition delay in seconds, and the assumption behind it if there is one."""
    calibration = device.audited.calibration
    if options.rep_delay_s is not None:
        return options.rep_delay_s, f"repetition delay of {options.rep_delay_s * 1e6:g} µs as given by the user"
    if calibration.rep_delay_s is not None:
        return calibration.rep_delay_s, None
    return ASSUMED_REP_DELAY_S, (
        f"the calibration has no repetition delay; {ASSUMED_REP_DELAY_S * 1e6:g} µs assumed, "
        "the default of most IBM backends (--rep-delay sets it)"
    )


def _report(
    loaded: LoadedCircuit,
    logical: QuantumCircuit,
    device: Device,
    options: _Options,
    candidates: Sequence[_Candidate],
    best: _Candidate,
    warnings: list[str],
) -> CostEstimate:
    audited = device.audited
    rep_delay_s, rep_delay_assumption = _rep_delay(device, options)
    shots = _shots(best, options)
    duration_s = best.schedule.duration_s
    shot_time_s = duration_s + rep_delay_s
    assumptions = [rep_delay_assumption] if rep_delay_assumption else []
    assumptions += _assumptions(best, device)
    warnings += [f.message for f in audited.findings if f.severity != "info"]
    limits = audited.calibration.rep_delay_range_s
    if limits is not None and not limits[0] <= rep_delay_s <= limits[1]:
        warnings.append(
            f"the repetition delay of {rep_delay_s * 1e6:g} µs lies outside what the device accepts "
            f"({limits[0] * 1e6:g} to {limits[1] * 1e6:g} µs)"
        )
    warnings += best.isa.notes
    warnings += _shot_warnings(shots)
    if best.transpiled is not None and best.transpiled.rescheduled:
        warnings.append("the circuit's delays do not fit the device's time grid; scheduled as late as possible instead")
    isa_circuit = best.circuit if best.transpiled is None else _on_device(best.circuit, device)
    return CostEstimate(
        circuit=_circuit_info(loaded, logical),
        backend=BackendInfo(
            name=audited.calibration.name,
            source=audited.calibration.source,
            origin=audited.calibration.origin,
            processor=audited.calibration.processor,
            num_qubits=audited.calibration.num_qubits,
            num_qubits_usable=len(audited.component),
            snapshot_date=audited.calibration.snapshot_date,
            snapshot_age_days=audited.age_days,
            rep_delay_s=rep_delay_s,
            excluded=Excluded(qubits=audited.excluded_qubits, edges=audited.excluded_edges),
            findings=audited.findings,
            assumptions=tuple(assumptions),
            warnings=tuple(dict.fromkeys(warnings)),
        ),
        transpile=_transpile_info(best, device, options, isa_circuit),
        gates=_gate_counts(best.isa),
        time=TimeCost(
            sum_of_durations_s=sum_of_durations(best.isa),
            circuit_duration_s=duration_s,
            readout_s=best.schedule.readout_s if best.isa.readout_duration_known else None,
            rep_delay_s=rep_delay_s,
            shot_time_s=shot_time_s,
            qpu_time_s=None if shots.needed is None else shots.needed * shot_time_s,
        ),
        routing=_routing(logical, device, options, best),
        noise=best.success,
        shots=shots,
        paper=best.paper,
        spread=_spread(candidates, options),
        isa_circuit=isa_circuit,
    )


def _shots(candidate: _Candidate, options: _Options) -> ShotCost:
    if candidate.success is None:
        return noiseless_shots(requested=options.shots, precision=options.precision)
    return shot_cost(
        candidate.attenuations,
        method=options.attenuation,
        requested=options.shots,
        precision=options.precision,
        rule=options.rule,
        task=options.task,
        log10_esp=candidate.success.log10_esp,
    )


def _assumptions(best: _Candidate, device: Device) -> list[str]:
    assumptions = []
    if not best.isa.readout_duration_known:
        assumptions.append(
            "the readout time is unknown: circuit duration, shot time and QPU time leave it out and are lower bounds"
        )
    resets = {q[0] for kind, q in zip(best.isa.kinds, best.isa.qubits, strict=True) if kind is Kind.RESET}
    if any(device.audited.reset_is_assumed(q) for q in resets):
        assumptions.append("the reset duration is unknown; assumed to be a measurement and an X gate")
    if resets:
        assumptions.append("the reset error is unknown; resets count as perfect")
    if best.success is not None:
        assumptions += attenuation_omissions(best.isa, device.audited)
    return assumptions


def _shot_warnings(shots: ShotCost) -> list[str]:
    if shots.method is None:
        return ["durations only: no noise is costed, and the shots are those of a noiseless device"]
    used = shots.inflation_worst if shots.rule == "worst" else shots.inflation_mean
    if shots.needed is None:
        worst = min(a.value for a in shots.attenuation)
        return [
            f"the signal is gone: attenuation {worst:.1e} on the worst measured qubit; no number of shots that can be "
            "run recovers it"
        ]
    if used is not None and used > ORDER_OF_MAGNITUDE_INFLATION:
        return [
            f"shot inflation of {used:.3g}: above {ORDER_OF_MAGNITUDE_INFLATION:g} only its order of magnitude holds"
        ]
    return []


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
    from hwcost.transpilation import on_device_qubits

    return on_device_qubits(circuit, device.audited.component, device.audited.calibration.num_qubits)


def _transpile_info(best: _Candidate, device: Device, options: _Options, isa_circuit: QuantumCircuit) -> TranspileInfo:
    import qiskit

    from hwcost import __version__

    active = tuple(
        sorted(
            {
                q
                for kind, qubits in zip(best.isa.kinds, best.isa.qubits, strict=True)
                if kind < Kind.DELAY
                for q in qubits
            }
        )
    )
    placed = active
    if best.transpiled is not None and isa_circuit.layout is not None:
        placed = tuple(isa_circuit.layout.initial_index_layout(filter_ancillas=True))
    return TranspileInfo(
        optimization_level=None if best.transpiled is None else options.optimization_level,
        num_seeds=0 if best.transpiled is None else options.num_seeds,
        seed_chosen=best.seed,
        qiskit=qiskit.__version__,
        hwcost=__version__,
        physical_qubits=placed,
        active_qubits=active,
    )


def _gate_counts(isa: IsaCircuit) -> GateCounts:
    depth = [0] * isa.num_qubits
    depth_2q = [0] * isa.num_qubits
    counts = dict.fromkeys(Kind, 0)
    for kind, qubits in zip(isa.kinds, isa.qubits, strict=True):
        counts[kind] += 1
        if kind >= Kind.DELAY:
            continue
        level = 1 + max(depth[q] for q in qubits)
        level_2q = (kind is Kind.TWO_QUBIT) + max(depth_2q[q] for q in qubits)
        for q in qubits:
            depth[q], depth_2q[q] = level, level_2q
    return GateCounts(
        num_1q=counts[Kind.ONE_QUBIT],
        num_2q=counts[Kind.TWO_QUBIT],
        num_measure=counts[Kind.MEASURE],
        num_instructions=len(isa) - counts[Kind.BARRIER] - counts[Kind.DELAY],
        depth=max(depth, default=0),
        depth_2q=max(depth_2q, default=0),
    )


def _routing(circuit: QuantumCircuit, device: Device, options: _Options, best: _Candidate) -> RoutingCost:
    from hwcost.transpilation import compile_all_to_all

    if best.transpiled is None:
        return UNKNOWN_ROUTING
    unrouted = compile_all_to_all(
        circuit,
        device.all_to_all_target(circuit.num_qubits),
        optimization_level=options.optimization_level,
        seed=best.transpiled.seed,
    )
    component = device.audited.component
    return routing_cost(
        best.isa,
        read_isa(unrouted, device.medians),
        [(component[a], component[b]) for a, b in best.transpiled.swaps],
        device.audited,
    )


def _spread(candidates: Sequence[_Candidate], options: _Options) -> Spread:
    durations = [c.schedule.duration_s for c in candidates]
    gates = [c.isa.count(Kind.TWO_QUBIT) for c in candidates]
    swaps = [len(c.transpiled.swaps) for c in candidates if c.transpiled is not None]
    worst = [value for c in candidates if c.success is not None for value in [_shots(c, options).inflation_worst]]
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
