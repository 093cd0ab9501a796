"""What error mitigation of an estimated circuit costs on its device, in circuits, shots and seconds: `mitigation_cost`.

`hwcost.models.mitigation.overhead` explains which factors replace which; here are the times and what is measured once.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hwcost.backend.prepared import Device
from hwcost.calibration.audit import AuditedCalibration
from hwcost.core.errors import CircuitError, OptionError
from hwcost.core.text import one_line
from hwcost.estimation.record import CostEstimate
from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.read import read_isa
from hwcost.isa.schedule import schedule_alap
from hwcost.models.mitigation.methods import MitigationMethod, check_methods, parse_mitigation
from hwcost.models.mitigation.overhead import MitigationPart, SplitAttenuation, mitigation_overhead
from hwcost.models.mitigation.quasi_probability import circuit_gamma, two_qubit_layers
from hwcost.noise.observables import readout_factor

__all__ = ["MitigatedCost", "MitigationMethod", "mitigation_cost", "parse_mitigation"]

LEARNING_BASES = 9
LEARNING_PAIR_DEPTHS = (0, 1, 2, 4, 16, 32)
LEARNING_RANDOMIZATIONS = 32
LEARNING_SHOTS = 128
"""How Qiskit Runtime learns the noise of one layer by default (`LayerNoiseLearningOptions`, qiskit-ibm-runtime 0.45):
9 Pauli bases, at each depth a layer repeated twice as often, 32 random circuits of 128 shots for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MitigatedRun:
    """Equal circuits that are sent in place of one.

    Attributes:
        noise_factor: How many times longer their gates take.
        num_circuits: How many there are.
        shots: Shots of all of them together.
        duration_s: Duration of each.
        num_instructions: Instructions of each.
        depth: Depth of each.
    """

    noise_factor: float
    num_circuits: int
    shots: int
    duration_s: float
    num_instructions: int
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationRun:
    """What a method measures once, for all circuits of the same structure, until the device drifts.

    Attributes:
        method: The method that needs it.
        num_circuits: Circuits.
        shots: Shots of all of them together.
        time_s: Shots times shot time.
    """

    method: str
    num_circuits: int
    shots: int
    time_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MitigatedCost:
    """What one circuit costs with error mitigation. `None` where no number of shots is enough.

    Attributes:
        methods: The methods as on the command line.
        num_circuits: Circuits sent in place of one.
        shots: Shots of all of them together.
        qpu_time_s: Σ shots · (repetition delay + duration).
        shot_factor: Shots over those without mitigation, which are inflated by 1/λ².
        runs: The circuits sent, by noise factor; empty where no number of shots is enough.
        calibrations: What is measured once.
        gamma: γ of `pec`, None without it and where it exceeds the largest float.
        log10_gamma: Its logarithm.
        bias: Largest share of an ideal value that an extrapolation leaves out.
        parts: One record per method.
        notes: What to know about these numbers.
    """

    methods: tuple[str, ...]
    num_circuits: int | None
    shots: int | None
    qpu_time_s: float | None
    shot_factor: float | None
    runs: tuple[MitigatedRun, ...]
    calibrations: tuple[CalibrationRun, ...]
    gamma: float | None
    log10_gamma: float | None
    bias: float
    parts: tuple[MitigationPart, ...]
    notes: tuple[str, ...]


def mitigation_cost(cost: CostEstimate, device: Device, methods: Sequence[MitigationMethod]) -> MitigatedCost:
    """Return circuits, shots and seconds of one estimated circuit under error mitigation.

    - Shots: `hwcost.models.mitigation.overhead`, for the shots or precision that the estimate was asked for.
    - `zne` folds all gates: a circuit at noise factor c lasts c·(T − readout) + readout, and has c times the gates.
    - `pec` sends random circuits of the same duration and size.
    - Readout calibration: as many shots per calibration circuit as a noiseless device would need for the circuit. With
      N such shots the standard error of r is √(p01·(1 − p01) + p10·(1 − p10))/√N: at assignment errors of 1 % a seventh
      of the 1/√N that is asked for.
    - Noise learning of `pec`: 9·6·32 circuits of 128 shots for each distinct layer of two-qubit gates, as Qiskit
      Runtime does by default, the layer repeated 0, 2, 4, 8, 32 and 64 times; one-qubit gates are left out of its time.

    Assumes independent readout errors, gate noise that folding multiplies, and everything that the estimate assumes.

    Args:
        cost: Estimate of the circuit.
        device: The device it was estimated on.
        methods: What to apply; none gives the cost without mitigation.

    Raises:
        OptionError: The methods contradict each other or the estimate, the message says how.
        CircuitError: The circuit has something on the way that cannot be folded or cancelled.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> from hwcost.backend.prepared import prepare_device
        >>> from hwcost.estimation.estimate import estimate
        >>> bell = QuantumCircuit(2)
        >>> _ = bell.h(0), bell.cx(0, 1), bell.measure_all()
        >>> device = prepare_device("fake_manila")
        >>> mitigated = mitigation_cost(estimate(bell, device, shots=1000), device, parse_mitigation("readout,zne:1:3"))
        >>> mitigated.num_circuits, mitigated.calibrations[0].num_circuits
        (2, 2)
    """
    check_methods(methods)
    _check_estimate(cost, device, methods)
    audited = device.audited
    isa = read_isa(cost.isa_circuit, audited, num_qubits=audited.calibration.num_qubits)
    names = {method.name for method in methods}
    if names & {"zne", "pec"}:
        _check_unitary(isa, cost, names)
    measured = sorted({isa.qubits[index][0] for index in isa.measurements().values()})
    if "readout" in names and not measured:
        raise OptionError("mitigation: readout has nothing to correct, the circuit measures no qubit; add measurements")
    noiseless = cost.shots.noiseless
    gamma = circuit_gamma(isa, schedule_alap(isa), audited) if "pec" in names else None
    overhead = mitigation_overhead(
        methods,
        attenuations=split_attenuations(cost, audited, measured),
        noiseless_shots=noiseless,
        num_measured=len(measured),
        log_gamma=None if gamma is None else gamma.log_gamma,
        rule=cost.shots.rule,
    )
    runs = _runs(cost, overhead.noise_factors, overhead.shots, overhead.circuit_factor)
    rep_delay_s = cost.time.rep_delay_s
    calibrations = []
    if "readout" in names:
        calibrations.append(_readout_calibration(overhead.extra_circuits, noiseless, measured, audited, rep_delay_s))
    if gamma is not None:
        calibrations.append(_noise_learning(isa, cost, rep_delay_s))
    notes = list(overhead.notes)
    if any(a.qubit is None for a in cost.shots.attenuation):
        notes.append("mitigation: an observable on several qubits is taken to read all measured qubits")
    return MitigatedCost(
        methods=tuple(map(str, methods)),
        num_circuits=overhead.circuit_factor,
        shots=overhead.shots,
        qpu_time_s=math.fsum(run.shots * (rep_delay_s + run.duration_s) for run in runs) if runs else None,
        shot_factor=overhead.shot_factor,
        runs=runs,
        # Without two-qubit layers there is no noise to learn.
        calibrations=tuple(run for run in calibrations if run.num_circuits),
        gamma=overhead.gamma,
        log10_gamma=overhead.log10_gamma,
        bias=overhead.bias,
        parts=overhead.parts,
        notes=tuple(notes),
    )


def split_attenuations(
    cost: CostEstimate, audited: AuditedCalibration, measured: Sequence[int]
) -> tuple[SplitAttenuation, ...]:
    """Split λ = L·r of each observable of an estimate into L and r.

    r is the readout factor of the qubit that is read; for an observable on several qubits the product over all
    measured qubits. A value that is read from no classical bit has no readout in its λ, or one that cannot be told
    apart: then r = 1.
    """
    readout_factors = {qubit: factor for qubit in measured if (factor := readout_factor(audited, qubit)) is not None}
    split = []
    for attenuation in cost.shots.attenuation:
        if attenuation.qubit is None:
            readout = math.prod(readout_factors.values())
        else:
            readout = 1.0 if attenuation.clbit is None else readout_factors.get(attenuation.qubit, 1.0)
        gates = min(1.0, max(0.0, attenuation.value / readout)) if readout > 0.0 else 0.0
        split.append(SplitAttenuation(gates=gates, readout=readout))
    return tuple(split)


def _check_estimate(cost: CostEstimate, device: Device, methods: Sequence[MitigationMethod]) -> None:
    if device.audited.calibration.name != cost.backend.name:
        raise OptionError(
            f"mitigation: the estimate is for {one_line(cost.backend.name)}, the device is "
            f"{one_line(device.audited.calibration.name)}; give the device that was estimated on"
        )
    if methods and cost.shots.method is None:
        raise OptionError("mitigation: the estimate is of durations only, so there is no noise to mitigate")
    if methods and cost.shots.task == "sampling":
        raise OptionError(
            "mitigation: the estimate is for samples; readout, zne and pec mitigate expectation values "
            "(task 'expectation')"
        )


def _check_unitary(isa: IsaCircuit, cost: CostEstimate, names: Collection[str]) -> None:
    """Refuse folding and cancelling without gates that can be inverted between preparation and measurement."""
    used: set[int] = set()
    read: set[int] = set()
    for name, kind, qubits in zip(isa.names, isa.kinds, isa.qubits, strict=True):
        if kind is Kind.BARRIER or kind is Kind.DELAY:
            continue
        on_the_way = (
            "measure" if not read.isdisjoint(qubits) else name if kind is Kind.RESET and qubits[0] in used else ""
        )
        if on_the_way:
            method = "zne" if "zne" in names else "pec"
            raise CircuitError(
                f"{one_line(cost.circuit.name)}: {method} cannot be applied to a {on_the_way} on the way "
                f"(qubit {qubits[0]}); mitigate readout alone"
            )
        if kind is not Kind.RESET:
            used.update(qubits)
        if kind is Kind.MEASURE:
            read.update(qubits)


def _runs(
    cost: CostEstimate, noise_factors: Sequence[float], shots: int | None, num_circuits: int | None
) -> tuple[MitigatedRun, ...]:
    if shots is None or num_circuits is None:
        return ()
    time, gates = cost.time, cost.gates
    readout_s = time.readout_s or 0.0  # unknown: the duration is without it
    has_readout = int(gates.num_measure > 0)
    return tuple(
        MitigatedRun(
            noise_factor=factor,
            num_circuits=num_circuits // len(noise_factors),
            shots=shots // len(noise_factors),
            duration_s=factor * (time.circuit_duration_s - readout_s) + readout_s,
            num_instructions=round(factor * (gates.num_instructions - gates.num_measure)) + gates.num_measure,
            depth=round(factor * (gates.depth - has_readout)) + has_readout,
        )
        for factor in noise_factors
    )


def _readout_calibration(
    num_circuits: int, shots_each: int, measured: Sequence[int], audited: AuditedCalibration, rep_delay_s: float
) -> CalibrationRun:
    """Return a run of basis states prepared by X gates (or two √X), then read."""
    flip_s = max(
        (audited.duration_s("x", (q,)) or 2.0 * (audited.duration_s("sx", (q,)) or 0.0) for q in measured), default=0.0
    )
    readout_s = max((audited.duration_s("measure", (q,)) or 0.0 for q in measured), default=0.0)
    shots = num_circuits * shots_each
    return CalibrationRun(
        method="readout", num_circuits=num_circuits, shots=shots, time_s=shots * (rep_delay_s + flip_s + readout_s)
    )


def _noise_learning(isa: IsaCircuit, cost: CostEstimate, rep_delay_s: float) -> CalibrationRun:
    duration_of = {
        (name, qubits): duration for name, qubits, duration in zip(isa.names, isa.qubits, isa.durations_s, strict=True)
    }
    per_depth = LEARNING_BASES * LEARNING_RANDOMIZATIONS
    layers = two_qubit_layers(isa)
    time_s = math.fsum(
        per_depth
        * LEARNING_SHOTS
        * (rep_delay_s + (cost.time.readout_s or 0.0) + 2 * depth * max(duration_of[gate] for gate in layer))
        for layer in layers
        for depth in LEARNING_PAIR_DEPTHS
    )
    num_circuits = len(layers) * len(LEARNING_PAIR_DEPTHS) * per_depth
    return CalibrationRun(method="pec", num_circuits=num_circuits, shots=num_circuits * LEARNING_SHOTS, time_s=time_s)
