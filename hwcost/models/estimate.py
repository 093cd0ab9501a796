"""`estimate_model`: what a whole hybrid model costs, quantum and classical half in one number of seconds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from hwcost.calibration.readout_file import ReadoutSource
from hwcost.classical.machine import MachineProfile
from hwcost.core.durations import parse_duration_s
from hwcost.core.errors import OptionError
from hwcost.core.result_cache import cache_path
from hwcost.estimation.conditions import prepare_conditions
from hwcost.estimation.options import EstimateRequest
from hwcost.estimation.seed_choices import SEEDS, SeedChoices
from hwcost.estimation.seeds import NumSeeds
from hwcost.jobs.profile import JobTimeProfile
from hwcost.models.facts import gather_facts
from hwcost.models.gradients import Gradient
from hwcost.models.hardware import cost_on_hardware
from hwcost.models.options import ModelRequest
from hwcost.models.read import read_model
from hwcost.models.record import ExecutionMode, ModelCost
from hwcost.models.simulated import cost_simulated
from hwcost.models.workload import Scope
from hwcost.noise.methods import DEFAULT_ATTENUATION, AttenuationMethod
from hwcost.noise.shots import Inflation

_LOG = logging.getLogger(__name__)


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
    device: str | PathLike[str] | Mapping[str, Any] | MachineProfile | None = None,
    classical: tuple[Any, Any] | None = None,
    classical_flops: float | None = None,
    inputs: Sequence[Any] | None = None,
    observable: Any = None,
    shots: int | None = None,
    precision: float | None = None,
    optimization_level: int = 2,
    num_seeds: NumSeeds = 4,
    seed: int = 0,
    attenuation: AttenuationMethod = DEFAULT_ATTENUATION,
    inflation: Inflation = "worst",
    rep_delay_s: float | None = None,
    fractional_gates: bool = False,
    readout_from: ReadoutSource | None = None,
    job_profile: str | Path | Mapping[str, Any] | JobTimeProfile | None = None,
    spsa_directions: int = 1,
    circuits_per_job: int | None = None,
    mode: ExecutionMode = "job",
    mitigation: Any = None,
    max_qubits: int | None = None,
    price_per_second: float | None = None,
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
    cache: bool | str | PathLike[str] = False,
    progress: Callable[[int, int], None] | None = None,
) -> ModelCost:
    """Cost a hybrid model: one inference, one training step, one epoch or a whole training, in seconds.

    Args:
        model: A torch module with any number of quantum layers (`qml.qnn.TorchLayer`, QNodes, `TorchConnector`) or
            none, a PennyLane QNode, an `EstimatorQNN` or `SamplerQNN`, a Qiskit circuit or a circuit file.
        sample: A tensor, or a tuple or dictionary of tensors, for a torch module: a batch as it takes it, batch
            dimension first, whose first sample is used (a tensor of one dimension is one sample); the arguments of a
            QNode as a tuple; one row of data for an `EstimatorQNN` or `SamplerQNN`. Its values do not matter, except in
            state preparations.
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
        observable: For circuits: what `hwcost.estimate` takes; each Pauli string counts, coefficients do not.
        shots: Shots of each circuit that a noiseless device would need; default 4096.
        precision: Instead of `shots`: wanted standard error of each expectation value.
        optimization_level: Qiskit's, 0 to 3.
        num_seeds: Transpiler seeds to try for each distinct circuit; or `"auto"`, as in `estimate`.
        seed: First seed.
        attenuation: How noise is turned into shots.
        inflation: Multiply shots for the worst or the mean observable.
        rep_delay_s: Repetition delay in seconds; default the backend's own.
        fractional_gates: Compile into IBM's fractional gates rx and rzz where the device has them.
        readout_from: As in `hwcost.estimate`.
        job_profile: Job-time profile; default that of the device's maker.
        spsa_directions: Random directions of one SPSA gradient.
        circuits_per_job: Most circuits of one job; default 300.
        mode: `job`, `batch` or `session`; a session is billed during classical work too.
        mitigation: Text such as `readout,zne:1:3:5,pec` or parsed methods.
        max_qubits: Cut circuits that are wider.
        price_per_second: Your rate for a second of billed time.
        budget: Time for all of it, in seconds or such as `10min`: how many steps, epochs or samples fit, and with how
            many shots the whole does.
        max_age_days: Refuse a calibration that is older.
        dt_s: As in `estimate`.
        duration_1q_s: As in `estimate`.
        duration_2q_s: As in `estimate`.
        readout_duration_s: As in `estimate`.
        error_1q: As in `estimate`.
        error_2q: As in `estimate`.
        readout_error: As in `estimate`.
        t1_s: As in `estimate`.
        t2_s: As in `estimate`.
        cache: Where it is kept which seed was best: True a file in the user's cache folder, a path that file, False
            nowhere. A circuit that comes again under the same conditions is then compiled once in place of once per
            seed; the result is the same.
        progress: Called with (circuits compiled, circuits in all).

    Returns:
        The cost of the whole scope with its parts, and an estimate for each distinct circuit.

    Raises:
        OptionError: An option is missing, is invalid or does not belong to this kind of model.
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
    request = ModelRequest(
        scope=scope,
        gradient=gradient,
        samples=samples,
        batch_size=batch_size,
        epochs=epochs,
        validation_samples=validation_samples,
        device=device,
        classical_flops=classical_flops,
        inputs=inputs,
        observable=observable,
        spsa_directions=spsa_directions,
        circuits_per_job=circuits_per_job,
        mode=mode,
        mitigation=mitigation,
        max_qubits=max_qubits,
        price_per_second=price_per_second,
        budget_s=None if budget is None else parse_duration_s(budget, name="budget"),
        circuits=EstimateRequest(
            max_age_days=max_age_days,
            shots=shots,
            precision=precision,
            optimization_level=optimization_level,
            num_seeds=num_seeds,
            seed=seed,
            attenuation=attenuation,
            inflation=inflation,
            rep_delay_s=rep_delay_s,
            fractional_gates=fractional_gates,
            readout_from=readout_from,
            job_profile=job_profile,
            dt_s=dt_s,
            duration_1q_s=duration_1q_s,
            duration_2q_s=duration_2q_s,
            readout_duration_s=readout_duration_s,
            error_1q=error_1q,
            error_2q=error_2q,
            readout_error=readout_error,
            t1_s=t1_s,
            t2_s=t2_s,
        ),
    )
    return estimate_model_as(request, model, sample, backend, classical=classical, cache=cache, progress=progress)


def estimate_model_as(
    request: ModelRequest,
    model: Any,
    sample: Any = None,
    backend: Any = None,
    *,
    classical: tuple[Any, Any] | None = None,
    cache: bool | str | PathLike[str] = False,
    progress: Callable[[int, int], None] | None = None,
) -> ModelCost:
    """Do what `estimate_model` does, with its options as one record."""
    on_hardware = backend is not None
    request.check_place(on_hardware=on_hardware)
    if classical is not None and request.classical_flops is not None:
        raise OptionError("classical and classical_flops are both given; give one of them")
    read = read_model(
        model,
        sample,
        classical=classical,
        inputs=request.inputs,
        observable=request.observable,
        training=request.scope != "inference",
        batches=any(batch.size > 1 for batch in request.workload().batches),
    )
    facts = gather_facts(read, request, on_hardware=on_hardware)
    if not on_hardware:
        return cost_simulated(facts)
    conditions = prepare_conditions(backend, request.circuits)
    with closing(SeedChoices(cache_path(cache, SEEDS))) as choices:
        cost = cost_on_hardware(facts, replace(conditions, seed_choices=choices), progress)
    for warning in choices.warnings:
        _LOG.info("%s", warning)
    return cost
