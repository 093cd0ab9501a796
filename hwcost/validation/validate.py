"""`validate`: an estimate's attenuation and shots, checked against a noise simulation of the same calibration."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from hwcost.backend.prepared import Device
from hwcost.calibration.readout_file import ReadoutSource
from hwcost.core.checks import whole
from hwcost.core.errors import CircuitError, OptionError
from hwcost.core.text import shown
from hwcost.estimation.conditions import prepare_conditions
from hwcost.estimation.estimate import estimate_under
from hwcost.estimation.options import EstimateRequest
from hwcost.estimation.record import CostEstimate
from hwcost.estimation.seeds import NumSeeds
from hwcost.isa.read import read_isa
from hwcost.isa.schedule import schedule_alap
from hwcost.noise.attenuation import QubitAttenuation, attenuate
from hwcost.noise.methods import METHODS, AttenuationMethod
from hwcost.noise.methods.auto import SMALLEST_IDEAL_VALUE
from hwcost.noise.observables import NoisyCircuit, active_qubits, readout_factor
from hwcost.noise.shots import SIGNAL_GONE_ATTENUATION, Inflation, ShotCost, finite, shot_cost
from hwcost.noise.shots import inflation as _inflation
from hwcost.noise.transfer import Floats
from hwcost.validation.channels import require_aer
from hwcost.validation.record import Draws, MethodPrediction, MethodScore, QubitValidation, SimulationInfo, Validation
from hwcost.validation.simulation import DEFAULT_TRAJECTORIES, SimulatedValues, simulate, simulation_method
from hwcost.validation.statistics import FLAT_SD, fit_slope, noiseless_standard_error, reached_standard_error

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from hwcost.circuits.load import LoadedCircuit


SIGNIFICANT_SIGMAS = 3.0
"""A measured attenuation below this number of its standard errors is no signal, and 1/λ² of it means nothing."""

MIN_DRAWS, MAX_DRAWS = 3, 10_000
MAX_TRAJECTORIES = 1_000_000


def validate(
    circuit: QuantumCircuit | LoadedCircuit | str | PathLike[str],
    backend: Any,
    *,
    num_draws: int = 20,
    seed: int = 0,
    methods: Sequence[AttenuationMethod] = tuple(METHODS),
    num_trajectories: int = DEFAULT_TRAJECTORIES,
    shots: int | None = None,
    precision: float | None = None,
    optimization_level: int = 2,
    num_seeds: NumSeeds = 4,
    seed_transpiler: int = 0,
    transpile: bool = True,
    inflation: Inflation = "worst",
    keep_dead_readout: bool = False,
    fractional_gates: bool = False,
    readout_from: ReadoutSource | None = None,
    measure_all: bool = False,
    dt_s: float | None = None,
    duration_1q_s: float | None = None,
    duration_2q_s: float | None = None,
    readout_duration_s: float | None = None,
    error_1q: float | None = None,
    error_2q: float | None = None,
    readout_error: float | None = None,
    t1_s: float | None = None,
    t2_s: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Validation:
    """Compare the attenuation methods with an exact noise simulation of the circuit that `estimate` costs.

    The truth: Qiskit Aer simulates the transpiled circuit with depolarizing and relaxation errors on each gate,
    relaxation of each waiting qubit, and the confusion matrix of each readout, all from the same calibration. λ of a
    qubit is the least-squares slope, with intercept, of its noisy ⟨Z⟩, as read out, on the ideal one over
    `num_draws` draws. With free parameters, the draws are of all of them, uniform in [0, 2π]. One set of angles gives
    one point and no slope, so a circuit without free parameters keeps its angles and is run on `num_draws`
    different basis states (on all, if there are no more), prepared without error: the slope is then the signal that
    noise leaves of the circuit's own observable, whatever state enters. The ratio at |0…0⟩ itself is given beside it,
    and `pauli-propagation` is held against that: it predicts this one value. With free parameters it has no answer and
    is left out.

    The shots: for the shots that a method gives, outcomes are drawn from the simulated probabilities, rescaled by the
    measured slope, and the standard error that is reached is compared with the target: the precision of `shots`
    noiseless shots, or `precision` itself. With `precision` a ratio of √(1 − ⟨Z⟩²) is expected, because a ⟨Z⟩ that is
    not known is taken as 0; with `shots` of √((1 − λ²⟨Z⟩²)/(1 − ⟨Z⟩²)), well above 1 only where ⟨Z⟩ is near ±1.
    Rescaling by a wrong λ would add a bias, which is not in this ratio.

    This validates the step from a calibration to λ and to shots. It does not validate that calibrations describe
    hardware: crosstalk, coherent errors, leakage and drift are in neither side.

    Args:
        circuit: A Qiskit circuit, or the path of a file with exactly one (QPY, OpenQASM 2 or 3).
        backend: Name of a fake backend, a `Calibration`, a prepared `Device` or a Qiskit backend object.
        num_draws: Angles or inputs to draw.
        seed: Seed of draws, trajectories and shots.
        methods: Attenuation methods to compare; the first one also chooses the best transpiler seed.
        num_trajectories: Trajectories per draw, for circuits whose density matrix is too large.
        shots: Shots of a noiseless device whose precision is the target; default 4096.
        precision: Instead of `shots`: wanted standard error of each expectation value.
        optimization_level: Qiskit's, 0 to 3.
        num_seeds: How many transpiler seeds to try, or `"auto"`, as in `estimate`.
        seed_transpiler: First transpiler seed; also the seed of `pauli-path`, as in `estimate`.
        transpile: False takes the circuit as ISA circuit on the backend's own qubit numbers.
        inflation: Whether the worst or the mean qubit sets the shots of the circuit.
        keep_dead_readout: Keep qubits whose readout error is 0.5 or more.
        fractional_gates: Compile into IBM's fractional gates rx and rzz where the device has them.
        readout_from: As in `estimate`.
        measure_all: Add a measurement of every qubit if the circuit has none.
        dt_s: As in `estimate`.
        duration_1q_s: As in `estimate`.
        duration_2q_s: As in `estimate`.
        readout_duration_s: As in `estimate`.
        error_1q: As in `estimate`.
        error_2q: As in `estimate`.
        readout_error: As in `estimate`.
        t1_s: As in `estimate`.
        t2_s: As in `estimate`.
        progress: Called with (draws done, draws in all).

    Raises:
        CircuitError: The circuit measures nothing, is too wide to simulate, or branches on measured values.
        OptionError: An option is invalid.
        MissingDependencyError: qiskit-aer is not installed.
    """
    aer = require_aer()
    _check_options(num_draws, seed, methods, num_trajectories)
    request = EstimateRequest(
        shots=shots,
        precision=precision,
        optimization_level=optimization_level,
        num_seeds=num_seeds,
        seed=seed_transpiler,
        transpile=transpile,
        attenuation=methods[0],
        inflation=inflation,
        measure_all=measure_all,
        keep_dead_readout=keep_dead_readout,
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
    conditions = prepare_conditions(backend, request)
    device = conditions.device
    if device.audited.durations_only:
        raise OptionError("the device was prepared for durations only: without noise there is nothing to validate")
    cost = estimate_under(conditions, circuit)
    _check_circuit(cost)
    isa = read_isa(cost.isa_circuit, device.audited)
    noisy = NoisyCircuit(isa, schedule_alap(isa), device.audited)
    simulated = _simulate(cost.isa_circuit, device, noisy, num_draws, num_trajectories, seed, progress)
    predicted = {
        method: attenuate(noisy, method=method, seed=seed_transpiler)
        for method in methods
        if _answers(method, cost, methods)
    }
    rng = np.random.default_rng([seed, 1])
    qubits = tuple(
        _validate_qubit(simulated, i, {m: rows[i] for m, rows in predicted.items()}, cost.shots, rng)
        for i in range(len(simulated.values.clbits))
    )
    inflations = [_inflation(q.attenuation) for q in qubits if q.note is None and q.attenuation is not None]
    return Validation(
        circuit=cost.circuit,
        backend=cost.backend,
        transpile=cost.transpile,
        simulation=SimulationInfo(
            method=simulated.values.method,
            num_qubits=len(simulated.values.used_qubits),
            num_trajectories=simulated.values.num_trajectories,
            draws=simulated.draws,
            num_draws=len(simulated.values.ideal),
            seed=seed,
            qiskit_aer=aer.__version__,
        ),
        shots_requested=cost.shots.requested,
        precision=cost.shots.precision,
        rule=inflation,
        inflation_mean=_mean(inflations),
        inflation_worst=max(inflations, default=None),
        qubits=qubits,
        methods=tuple(_score(method, rows, qubits, simulated, cost.shots, rng) for method, rows in predicted.items()),
    )


def _answers(method: AttenuationMethod, cost: CostEstimate, methods: Sequence[AttenuationMethod]) -> bool:
    """Return whether a method is defined for a circuit: one that has no T2, or free angles."""
    if method == "paper":
        return cost.paper is not None
    return method != "pauli-propagation" or not cost.circuit.num_parameters or len(methods) == 1


def _check_options(num_draws: int, seed: int, methods: Sequence[AttenuationMethod], num_trajectories: int) -> None:
    for name, value, low, high in (
        ("num_draws", num_draws, MIN_DRAWS, MAX_DRAWS),
        ("seed", seed, 0, 2**31 - 1),
        ("num_trajectories", num_trajectories, 2, MAX_TRAJECTORIES),
    ):
        whole(name, value, low, high)
    unknown = [method for method in methods if method not in METHODS]
    if unknown or not methods or isinstance(methods, str) or len(set(methods)) < len(methods):
        raise OptionError(f"methods are {shown(methods, 120)}; choose from {', '.join(METHODS)}, each at most once")


def _check_circuit(cost: CostEstimate) -> None:
    name = cost.circuit.name
    if not cost.gates.num_measure:
        raise CircuitError(f"{name} measures nothing, so there is no value to compare; --measure-all measures all")
    branches = sorted({op for op in _operation_names(cost.isa_circuit) if op in ("if_else", "switch_case")})
    if branches:
        raise CircuitError(
            f"{name} branches on measured values ({', '.join(branches)}); an estimate costs the longest branch, "
            "which no simulation can be compared with: validate each branch as a circuit"
        )
    simulation_method(len(cost.transpile.active_qubits))


def _operation_names(circuit: QuantumCircuit) -> Iterator[str]:
    for instruction in circuit.data:
        yield instruction.name
        for block in getattr(instruction.operation, "blocks", ()):
            yield from _operation_names(block)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Simulated:
    """Simulated draws, and the values at the circuit's own angles and input if it has no free parameters.

    `own_attenuation` is NaN where the ideal value is next to 0.
    """

    draws: Draws
    values: SimulatedValues
    own_ideal: Floats | None
    own_measured: Floats | None
    own_attenuation: Floats | None

    def truth(self, column: int, predicted: QubitAttenuation, slope: float | None) -> _Truth:
        """Return what a prediction is held against, and the ideal and measured values that belong to it."""
        if predicted.method != "pauli-propagation" or self.own_attenuation is None:
            return _Truth(slope, self.values.ideal[:, column], self.values.measured[:, column])
        own, at = float(self.own_attenuation[column]), slice(column, column + 1)
        if self.own_ideal is None or self.own_measured is None or not own > 0.0:
            return _Truth(None, self.values.ideal[:, column], self.values.measured[:, column])
        return _Truth(own, self.own_ideal[at], self.own_measured[at])


@dataclass(frozen=True, slots=True)
class _Truth:
    """Measured λ, None where there is none, and the ⟨Z⟩ without noise and as read out that it is about."""

    attenuation: float | None
    ideal: Floats
    measured: Floats

    def target(self, shots: ShotCost) -> float:
        """Return the standard error that the shots are for."""
        return shots.precision or noiseless_standard_error(self.ideal, shots.requested or 1)

    def ratio(self, shots: int, target: float, rng: np.random.Generator) -> tuple[float | None, float | None]:
        """Return the standard error that so many shots reach, and that over the target."""
        if self.attenuation is None:
            return None, None
        reached = reached_standard_error(self.measured, self.attenuation, shots, rng)
        return reached, reached / target if target > 0.0 else None


def _simulate(
    circuit: QuantumCircuit,
    device: Device,
    noisy: NoisyCircuit,
    num_draws: int,
    num_trajectories: int,
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> _Simulated:
    isa, audited = noisy.isa, device.audited
    rng = np.random.default_rng([seed, 0])
    parameters = list(circuit.parameters)
    inputs: list[frozenset[int]] = []
    if parameters:
        angles = rng.uniform(0.0, 2.0 * np.pi, (num_draws, len(parameters)))
        isas = [
            read_isa(circuit.assign_parameters(dict(zip(parameters, row, strict=True))), audited)
            for row in angles.tolist()
        ]
    else:
        used = active_qubits(isa)
        num_states = 2 ** len(used)
        states = range(num_states) if num_states <= num_draws else rng.choice(num_states, num_draws, replace=False)
        inputs = [frozenset(), *(frozenset(q for i, q in enumerate(used) if state >> i & 1) for state in states)]
        isas = [isa] * len(inputs)
    values = simulate(
        isas,
        noisy.schedule,
        audited,
        inputs=inputs or None,
        num_trajectories=num_trajectories,
        seed=seed,
        progress=progress,
    )
    if parameters:
        return _Simulated(draws="angles", values=values, own_ideal=None, own_measured=None, own_attenuation=None)
    own_ideal, own_measured = values.ideal[0], values.measured[0]
    left = np.array([1.0 if (factor := readout_factor(audited, q)) is None else factor for q in values.qubits])
    has_signal = np.abs(own_ideal) >= SMALLEST_IDEAL_VALUE
    own_attenuation = np.where(has_signal, values.noisy[0] / np.where(has_signal, own_ideal, 1.0) * left, np.nan)
    drawn = dataclasses.replace(
        values,
        ideal=values.ideal[1:],
        noisy=values.noisy[1:],
        measured=values.measured[1:],
        standard_error=None if values.standard_error is None else values.standard_error[1:],
    )
    return _Simulated(
        draws="inputs",
        values=drawn,
        own_ideal=own_ideal,
        own_measured=own_measured,
        own_attenuation=own_attenuation,
    )


def _validate_qubit(
    simulated: _Simulated,
    column: int,
    predicted: Mapping[str, QubitAttenuation],
    shots: ShotCost,
    rng: np.random.Generator,
) -> QubitValidation:
    values = simulated.values
    ideal, measured = values.ideal[:, column], values.measured[:, column]
    slope = fit_slope(ideal, measured)
    note = None
    if slope is None:
        note = f"the ideal ⟨Z⟩ hardly depends on what is drawn (standard deviation below {FLAT_SD:g}): not measurable"
    elif slope.value < max(SIGNAL_GONE_ATTENUATION, SIGNIFICANT_SIGMAS * (slope.standard_error or 0.0)):
        note = "no signal above its own standard error: inflation not measurable"
    target = shots.precision or noiseless_standard_error(ideal, shots.requested or 1)
    predictions = {}
    for method, row in predicted.items():
        own = _own_shots(row.value, shots)
        truth = simulated.truth(column, row, None if slope is None or note is not None else slope.value)
        reached, ratio = (None, None) if own is None else truth.ratio(own, truth.target(shots), rng)
        predictions[method] = MethodPrediction(
            attenuation=row.value,
            standard_error=row.standard_error,
            shots=own,
            reached_standard_error=reached,
            precision_ratio=ratio,
        )
    own_attenuation = math.nan if simulated.own_attenuation is None else float(simulated.own_attenuation[column])
    own_ideal = None if simulated.own_ideal is None else float(simulated.own_ideal[column])
    own_measured = None if simulated.own_measured is None else float(simulated.own_measured[column])
    return QubitValidation(
        qubit=values.qubits[column],
        clbit=values.clbits[column],
        ideal_sd=float(ideal.std()),
        attenuation=None if slope is None else slope.value,
        standard_error=None if slope is None else slope.standard_error,
        residual=None if slope is None else slope.residual,
        target_standard_error=target,
        ideal_value=own_ideal,
        measured_value=own_measured,
        value_ratio=own_measured / own_ideal
        if own_ideal is not None and own_measured is not None and abs(own_ideal) >= SMALLEST_IDEAL_VALUE
        else None,
        own_attenuation=finite(own_attenuation),
        predicted=predictions,
        note=note,
    )


def _own_shots(attenuation: float, shots: ShotCost) -> int | None:
    """Return the shots that this qubit alone would need, by the rule of every estimate."""
    row = QubitAttenuation(qubit=None, clbit=None, value=attenuation)
    return shot_cost([row], method="", requested=shots.requested, precision=shots.precision).needed


def _score(
    method: str,
    predicted: Sequence[QubitAttenuation],
    qubits: Sequence[QubitValidation],
    simulated: _Simulated,
    shots: ShotCost,
    rng: np.random.Generator,
) -> MethodScore:
    needed = shot_cost(
        predicted, method=method, requested=shots.requested, precision=shots.precision, rule=shots.rule
    ).needed
    found, errors, own_ratios = [], [], []
    weakest: tuple[float, int] | None = None
    truths = [
        simulated.truth(column, row, None if qubit.note is not None else qubit.attenuation)
        for column, (qubit, row) in enumerate(zip(qubits, predicted, strict=True))
    ]
    for column, (qubit, truth) in enumerate(zip(qubits, truths, strict=True)):
        if truth.attenuation is None:
            continue
        value = _inflation(qubit.predicted[method].attenuation)
        found.append(value)
        errors.append(abs(value / _inflation(truth.attenuation) - 1.0))
        own_ratio = qubit.predicted[method].precision_ratio
        if own_ratio is not None:
            own_ratios.append(own_ratio)
        weakest = min(weakest or (math.inf, 0), (truth.attenuation, column))
    ratio = None
    if needed is not None and weakest is not None:
        truth = truths[weakest[1]]
        ratio = truth.ratio(needed, truth.target(shots), rng)[1]
    return MethodScore(
        method=method,
        inflation_mean=_mean(found),
        inflation_worst=finite(max(found, default=math.inf)),
        median_error=finite(median(errors)) if errors else None,
        median_precision_ratio=median(own_ratios) if own_ratios else None,
        shots_needed=needed,
        precision_ratio=ratio,
    )


def _mean(values: Sequence[float]) -> float | None:
    return finite(math.fsum(values) / len(values)) if values else None
