"""`estimate_model`: what a whole hybrid model costs, quantum and classical half in one number of seconds."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path
from typing import Any, get_args

from hwcost.backend.prepared import Device, prepare_device
from hwcost.calibration.age import check_age
from hwcost.circuits.digest import content_sha256
from hwcost.circuits.layers import MeasuredCircuit, QuantumLayer
from hwcost.classical.machine import MachineProfile as DeviceProfile
from hwcost.classical.machine import load_device_profile
from hwcost.classical.simulation import statevector_flops
from hwcost.classical.time import time_of_flops
from hwcost.core.errors import OptionError
from hwcost.estimation.estimate import DEFAULT_JOB_PROFILE
from hwcost.estimation.options import DEFAULT_ATTENUATION
from hwcost.jobs.profile import JobTimeProfile
from hwcost.jobs.profile_file import load_profile
from hwcost.models.classical_half import flops_cost, module_cost
from hwcost.models.executions import PlannedCircuit, mean_execution, plan_circuit
from hwcost.models.gradients import SIMULATED, Gradient, GradientCircuits, circuits_per_sample
from hwcost.models.jobs import DEFAULT_CIRCUITS_PER_JOB, LayerRuns, total_jobs
from hwcost.models.mitigation.cost import MitigationMethod, parse_mitigation
from hwcost.models.read import Model, read_model
from hwcost.models.record import (
    ClassicalCost,
    ExecutionMode,
    LayerInfo,
    ModelCost,
    ModelInfo,
    Overhead,
    QuantumCost,
    UnifiedCost,
)
from hwcost.models.workload import Scope, Workload, check_count, workload
from hwcost.noise.attenuation import AttenuationMethod
from hwcost.noise.shots import Inflation

DEFAULT_DEVICE = "xeon-1-thread"
"""Device profile where none is given; every report says that it was assumed."""

JOB_OVERHEAD_IN_SESSIONS = (
    "no job inside a batch or a session was timed; each pays the overhead that the profile found for jobs on their own"
)


def estimate_model(
    model: Any,
    sample: Any = None,
    backend: Any = None,
    *,
    scope: Scope = "step",
    gradient: Gradient = "parameter-shift",
    samples: int | None = None,
    batch_size: int | None = None,
    epochs: int | None = None,
    validation_samples: int = 0,
    device: str | PathLike[str] | DeviceProfile | None = None,
    classical: tuple[Any, Any] | None = None,
    classical_flops: float | None = None,
    inputs: Sequence[Any] | None = None,
    observable: Any = None,
    shots: int | None = None,
    precision: float | None = None,
    optimization_level: int = 2,
    num_seeds: int = 4,
    seed: int = 0,
    attenuation: AttenuationMethod = DEFAULT_ATTENUATION,
    inflation: Inflation = "worst",
    rep_delay_s: float | None = None,
    job_profile: str | Path | JobTimeProfile | None = None,
    spsa_directions: int = 1,
    circuits_per_job: int | None = None,
    mode: ExecutionMode = "job",
    mitigation: Any = None,
    max_qubits: int | None = None,
    price_per_second: float | None = None,
    max_age_days: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ModelCost:
    """What a hybrid model costs: one inference, one training step, one epoch or a whole training, in seconds.

    Args:
        model: A torch module with PennyLane layers (`qml.qnn.TorchLayer`, any number of them) or none, a PennyLane
            QNode, a Qiskit circuit or a circuit file.
        sample: A tensor or a tuple of tensors for a torch module, batch dimension first; the arguments of a QNode as
            a tuple. Its values do not matter, except in state preparations.
        backend: What `hwcost.estimate` takes; None simulates the circuits on the classical device.
        scope: `inference`, `step`, `epoch` or `training`.
        gradient: `parameter-shift`, `spsa` or `finite-diff`; `backprop` and `adjoint` for simulated circuits; `none`.
        samples: Training samples of one epoch (of `inference`: how many).
        batch_size: Samples of one step; default 1.
        epochs: Epochs of a training.
        validation_samples: Samples evaluated after each epoch.
        device: Name or file of a device profile for the classical half; default `DEFAULT_DEVICE`, labelled as assumed.
        classical: For QNodes and circuits: (torch module, its sample) of the classical half.
        classical_flops: For QNodes and circuits: FLOPs of one sample's forward pass instead.
        inputs: For circuits: the parameters that carry data, by name, `Parameter` or `ParameterVector`.
        observable: For circuits: Pauli labels in Qiskit's order.
        shots: Shots of each circuit that a noiseless device would need; default 4096.
        precision: Instead of `shots`: wanted standard error of each expectation value.
        optimization_level: Qiskit's, 0 to 3.
        num_seeds: Transpiler seeds to try for each distinct circuit.
        seed: First seed.
        attenuation: How noise is turned into shots.
        inflation: Multiply shots for the worst or the mean observable.
        rep_delay_s: Repetition delay in seconds; default the backend's own.
        job_profile: Job-time profile; default `ibm`.
        spsa_directions: Random directions of one SPSA gradient.
        circuits_per_job: Most circuits of one job; default 300.
        mode: `job`, `batch` or `session`; a session is billed while classical work goes on.
        mitigation: Text such as `readout,zne:1:3:5,pec` or parsed methods.
        max_qubits: Cut circuits that are wider.
        price_per_second: Your rate for a second of billed time.
        max_age_days: Refuse a calibration that is older.
        progress: Called with (circuits compiled, circuits in all).

    Returns:
        The cost of the whole scope with its parts, and an estimate for each distinct circuit.

    Raises:
        OptionError: An option is missing, makes no sense or does not belong to this kind of model.
        CircuitError: A circuit cannot be run on a device or cannot be costed.
        CalibrationError: The backend is unknown or cannot carry the circuits.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> from qiskit.circuit import Parameter
        >>> turn = QuantumCircuit(1)
        >>> _ = turn.ry(Parameter("x"), 0), turn.ry(Parameter("w"), 0), turn.measure_all()
        >>> cost = estimate_model(turn, backend="fake_manila", inputs=["x"], batch_size=64)
        >>> cost.quantum.circuits_per_sample, cost.quantum.num_circuits  # 1 + 2 shifts of w; 3 · 64
        (3, 192)
    """
    for name, value, choices in (("gradient", gradient, Gradient), ("mode", mode, ExecutionMode)):
        if value not in get_args(choices):
            raise OptionError(f"{name} is {value!r}; choose from {', '.join(get_args(choices))}")
    work = workload(scope, samples=samples, batch_size=batch_size, epochs=epochs, validation_samples=validation_samples)
    if scope == "inference":
        gradient = "none"
    elif gradient == "none":
        raise OptionError(f"the scope {scope} needs a gradient method; 'none' belongs to the scope inference")
    if backend is not None and gradient in SIMULATED:
        raise OptionError(
            f"{gradient} needs the state of a simulation, which no device has; take parameter-shift, spsa or "
            "finite-diff, or leave the backend out"
        )
    if price_per_second is not None and not (math.isfinite(price_per_second) and price_per_second >= 0.0):
        raise OptionError(f"price_per_second is {price_per_second}; give a rate that is not negative")
    if classical is not None and classical_flops is not None:
        raise OptionError("classical and classical_flops are both given; give one of them")
    limit = check_count("circuits_per_job", DEFAULT_CIRCUITS_PER_JOB if circuits_per_job is None else circuits_per_job)
    methods = parse_mitigation(mitigation) if isinstance(mitigation, str) else tuple(mitigation or ())
    if backend is None and (methods or max_qubits is not None):
        raise OptionError("mitigation and max_qubits belong to a device; give a backend, or leave them out")
    if max_qubits is not None:
        check_count("max_qubits", max_qubits)
    read = read_model(model, sample, classical=classical, inputs=inputs, observable=observable)
    if read.classical is not None and classical_flops is not None:
        raise OptionError("classical_flops does not belong to a torch module: its FLOPs are counted")
    profile, assumptions = _device_profile(device)
    if read.classical is None and not classical_flops and backend is not None:
        assumptions = ["no classical half was given; it counts as nothing"]
    counts = tuple(
        circuits_per_sample(layer, gradient, num_directions=spsa_directions, training=scope != "inference")
        for layer in read.layers
    )
    half = (
        module_cost(read.classical, read.sample, work, profile)
        if read.classical is not None
        else flops_cost(classical_flops or 0.0, work, profile)
    )
    assumptions += [*read.notes, *(note for layer in read.layers for note in layer.notes), *half.notes]
    facts = _Facts(read, work, gradient, half, tuple(counts), assumptions, price_per_second)
    if backend is None:
        return _simulated(facts, profile)
    job_times = (
        job_profile if isinstance(job_profile, JobTimeProfile) else load_profile(job_profile or DEFAULT_JOB_PROFILE)
    )
    prepared = prepare_device(backend)
    if max_age_days is not None:
        check_age(prepared.audited, max_age_days)
    options: dict[str, Any] = {
        "shots": shots,
        "precision": precision,
        "optimization_level": optimization_level,
        "num_seeds": num_seeds,
        "seed": seed,
        "attenuation": attenuation,
        "inflation": inflation,
        "rep_delay_s": rep_delay_s,
        "job_profile": job_times,
    }
    planned, places = _planned_circuits(read.layers, prepared, methods, max_qubits, options, progress)
    return _on_hardware(facts, planned, places, job_times, limit, mode, prepared)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known before it is decided where the circuits run."""

    read: Model
    work: Workload
    gradient: Gradient
    classical: ClassicalCost
    counts: tuple[GradientCircuits, ...]
    assumptions: list[str]
    price_per_second: float | None

    @property
    def num_circuits(self) -> int:
        """Circuits of the model in the scope, without what mitigation and cutting add."""
        forward = sum(count.forward for count in self.counts)
        work = self.work
        return (work.num_training_samples + work.num_inference_samples) * forward + work.num_training_samples * (
            self.circuits_per_sample - forward
        )

    def layer_info(self, index: int, estimates: tuple[int, ...] = (), simulation: Any = None) -> LayerInfo:
        layer, count = self.read.layers[index], self.counts[index]
        return LayerInfo(
            name=layer.name,
            num_qubits=max(circuit.circuit.num_qubits for circuit in layer.circuits),
            num_circuits=len(layer.circuits),
            forward_per_sample=count.forward,
            gradient_per_sample=count.gradient,
            explanation=count.explanation,
            estimates=estimates,
            simulation=simulation,
            notes=layer.notes,
        )

    def model_info(self, layers: Sequence[LayerInfo]) -> ModelInfo:
        return ModelInfo(
            name=self.read.name,
            kind=self.read.kind,
            num_parameters=self.read.num_parameters,
            num_circuit_parameters=sum(a.source == "weight" for layer in self.read.layers for a in layer.angles),
            layers=tuple(layers),
        )

    @property
    def circuits_per_sample(self) -> int:
        """Circuits of one training sample (of one inference in that scope)."""
        return sum(count.forward + count.gradient for count in self.counts)


def _planned_circuits(
    layers: Sequence[QuantumLayer],
    device: Device,
    methods: Sequence[MitigationMethod],
    max_qubits: int | None,
    options: dict[str, Any],
    progress: Callable[[int, int], None] | None,
) -> tuple[list[PlannedCircuit], list[tuple[int, ...]]]:
    """How each distinct circuit is run, and which of them are the circuits of each layer."""
    known: dict[tuple[str, tuple[str, ...]], int] = {}
    circuits: list[MeasuredCircuit] = []
    places = []
    for layer in layers:
        place = []
        for circuit in layer.circuits:
            key = (content_sha256(circuit.circuit), circuit.observables)
            if key not in known:
                known[key] = len(circuits)
                circuits.append(circuit)
            place.append(known[key])
        places.append(tuple(place))
    planned = []
    for number, circuit in enumerate(circuits):
        planned.append(plan_circuit(circuit, device, methods=methods, max_qubits=max_qubits, options=options))
        if progress is not None:
            progress(number + 1, len(circuits))
    return planned, places


def _on_hardware(
    facts: _Facts,
    planned: Sequence[PlannedCircuit],
    places: Sequence[tuple[int, ...]],
    job_times: JobTimeProfile,
    limit: int,
    mode: ExecutionMode,
    device: Device,
) -> ModelCost:
    """The cost with the circuits on a device."""
    estimates = tuple(cost for one in planned for cost in one.estimates)
    first = list(itertools.accumulate((len(one.estimates) for one in planned), initial=0))
    warnings = [line for cost in estimates for line in cost.backend.warnings if not line.startswith("job time:")]
    assumptions = [*facts.assumptions, *(line for cost in estimates for line in cost.backend.assumptions)]
    assumptions += [note for one in planned for note in one.notes]
    if mode != "job":
        assumptions.append(JOB_OVERHEAD_IN_SESSIONS)
    layers, overheads = [], []
    for index, place in enumerate(places):
        numbers = tuple(n for p in place for n in range(first[p], first[p + 1]))
        layers.append(facts.layer_info(index, numbers))
        found = dict.fromkeys(one for p in place for one in planned[p].overheads)
        overheads += [
            Overhead(layer=layers[-1].name, **{f.name: getattr(one, f.name) for f in fields(one)}) for one in found
        ]
    total = None
    if all(one.execution is not None for one in planned):
        runs = [
            LayerRuns(
                execution=mean_execution([execution for p in place if (execution := planned[p].execution) is not None]),
                calls=facts.read.layers[index].calls,
                forward=facts.counts[index].forward,
                gradient=facts.counts[index].gradient,
            )
            for index, place in enumerate(places)
        ]
        once = [run for one in planned for run in one.calibrations]
        total = total_jobs(
            runs, facts.work, job_times, circuits_per_job=limit, device=device.audited.calibration.name, once=once
        )
        warnings += [f"job time: {note}" for note in total.notes]
    quantum = QuantumCost(
        execution="hardware",
        circuits_per_sample=facts.circuits_per_sample,
        num_circuits=facts.num_circuits if total is None else total.num_circuits,
        shots_per_circuit=None if total is None else total.num_shots / max(1, total.num_circuits),
        shots=None if total is None else total.num_shots,
        shot_inflation=None if total is None else total.num_shots / max(1, total.num_noiseless_shots),
        circuits_per_job=limit,
        num_jobs=0 if total is None else total.num_jobs,
        mode=mode,
        qpu_time_s=None if total is None else total.qpu_time_s,
        job_time_s=None if total is None else total.job_times,
        parts={} if total is None else total.parts,
        flops=None,
        peak_memory_bytes=None,
    )
    return ModelCost(
        model=facts.model_info(layers),
        workload=facts.work,
        quantum=quantum,
        classical=facts.classical,
        unified=_unified(facts, quantum),
        overheads=tuple(overheads),
        assumptions=tuple(dict.fromkeys(assumptions)),
        warnings=tuple(dict.fromkeys(warnings)),
        estimates=estimates,
    )


def _unified(facts: _Facts, quantum: QuantumCost) -> UnifiedCost:
    """Both halves, one after the other: a step needs the circuits' results before its backward pass goes on."""
    classical, jobs = facts.classical, quantum.job_time_s
    known = jobs is not None
    parts = {name: seconds for name, seconds in quantum.parts.items() if seconds > 0.0}
    parts["classical half"] = classical.time_s
    billed_s = None
    if jobs is not None:
        billed_s = jobs.value + (classical.time_s if quantum.mode == "session" else 0.0)
    rate = facts.price_per_second
    return UnifiedCost(
        time_s=jobs.value + classical.time_s if jobs is not None else None,
        low_s=jobs.low + classical.low_s if jobs is not None else None,
        high_s=jobs.high + classical.high_s if jobs is not None else None,
        scope=facts.work.scope,
        gradient=facts.gradient,
        dominant=max(parts, key=parts.__getitem__) if known else "noise",
        parts=parts if known else {},
        billed_s=billed_s,
        price=None if billed_s is None or rate is None else billed_s * rate,
        price_per_second=rate,
    )


def _simulated(facts: _Facts, profile: DeviceProfile) -> ModelCost:
    """The cost with the circuits simulated on the classical device."""
    work = facts.work
    layers, total, peak, time_s, low_s, high_s = [], 0, 0, 0.0, 0.0, 0.0
    method: Any = facts.gradient if facts.gradient in SIMULATED else "none"
    for index, layer in enumerate(facts.read.layers):
        count = facts.counts[index]
        one = statevector_flops(layer.circuits[0].circuit, gradient=method)
        layers.append(facts.layer_info(index, simulation=one))
        # Several measurement bases need one simulation each.
        trained = (count.forward + count.gradient) * one.forward + count.forward * one.backward
        for flops, samples in (
            (trained, work.num_training_samples),
            (count.forward * one.forward, work.num_inference_samples),
        ):
            if samples:
                timed = time_of_flops(flops, profile)
                total += flops * samples
                time_s += timed.time_s * samples
                low_s += timed.low_s * samples
                high_s += timed.high_s * samples
        peak = max(peak, one.peak_memory_bytes)
    assumptions = list(facts.assumptions)
    if layers:
        assumptions.append(
            "simulation: FLOPs of a statevector, at the speed of one matrix product of that size on the classical "
            "device; the overhead of the simulator's own code is not in it"
        )
    parts = {"simulation": time_s} if layers else {}
    parts["classical half"] = facts.classical.time_s
    return ModelCost(
        model=facts.model_info(layers),
        workload=work,
        quantum=QuantumCost(
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
            parts={"simulation": time_s} if layers else {},
            flops=total,
            peak_memory_bytes=peak,
        ),
        classical=facts.classical,
        unified=UnifiedCost(
            time_s=time_s + facts.classical.time_s,
            low_s=low_s + facts.classical.low_s,
            high_s=high_s + facts.classical.high_s,
            scope=work.scope,
            gradient=facts.gradient,
            dominant=max(parts, key=parts.__getitem__),
            parts=parts,
            billed_s=None,
            price=None,
            price_per_second=facts.price_per_second,
        ),
        overheads=(),
        assumptions=tuple(dict.fromkeys(assumptions)),
        warnings=(),
        estimates=(),
    )


def _device_profile(given: Any) -> tuple[DeviceProfile, list[str]]:
    """The classical device, and the assumption behind it if it was not given."""
    if isinstance(given, DeviceProfile):
        return given, []
    if given is not None:
        return load_device_profile(given), []
    return load_device_profile(DEFAULT_DEVICE), [
        f"no classical device was given; {DEFAULT_DEVICE} assumed (--device; `hwcost device measure` measures yours)"
    ]
